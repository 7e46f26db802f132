"""config/locales as the tests see it. Nothing here or elsewhere in the tests names the languages: a file is enough."""
import json
import re
import unicodedata

from support.service import ROOT

FOLDER = ROOT / "config" / "locales"
CLDR = ROOT / "tests" / "node_modules" / "cldr-core" / "supplemental" / "plurals.json"
MARKS = "?!:;"
ENDS = {"?": "?\uff1f\u061f", ".": ".\u3002"}
CAN_BE_CHANCE = 6  # characters without a space in which Japanese and Chinese may agree


def read(folder=FOLDER):
    return {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


LOCALES = read()
LANGUAGES = tuple(LOCALES)


def cldr_rules(language):
    """{plural: (condition, [whole numbers that CLDR gives as examples])}"""
    published = json.loads(CLDR.read_text())["supplemental"]["plurals-type-cardinal"][language.partition("-")[0]]
    return {name.removeprefix("pluralRule-count-"): split_rule(rule) for name, rule in published.items()}


def split_rule(rule):
    condition, _, samples = rule.partition("@")
    integers = re.search(r"integer ([^@]*)", samples)
    return condition.strip(), whole_numbers(integers.group(1)) if integers else []


def whole_numbers(samples):
    """ "0, 2~4, 1000000, 1c6, …" without those written with an exponent."""
    found = re.findall(r"(?<![\w.])(\d+)(?:~(\d+))?(?![\w.])", samples)
    return [number for first, last in found for number in range(int(first), int(last or first) + 1)]


def forms(texts):
    """(key, plural or None, text) of every text."""
    for key, value in texts.items():
        if key == "plurals":
            continue
        if isinstance(value, dict):
            yield from ((key, plural, form) for plural, form in value.items())
        else:
            yield key, None, value


def placeholders(text):
    return sorted(re.findall(r"\{[^}]*\}", text))


def script(character):
    """"LATIN", "HEBREW"; what Japanese and Chinese are written in counts as one."""
    first = unicodedata.name(character, "?").split()[0]
    return "CJK" if first in ("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "CJK") else first


def letters(text):
    return [letter for letter in re.sub(r"\{[^}]*\}", "", text) if unicodedata.category(letter) in ("Ll", "Lu", "Lo")]


def in_script_of(texts, text):
    own = script(letters(texts["name"])[0])
    found = letters(text)
    return not found or 2 * sum(script(letter) == own for letter in found) >= len(found)


def reads_from_right(texts):
    return unicodedata.bidirectional(letters(texts["name"])[0]) in ("R", "AL")


# ---- what may be wrong with a file; each gives (key, what) ----

def wrong_keys(texts, english):
    return [(key, "missing") for key in english.keys() - texts.keys()] + [
        (key, "surplus") for key in texts.keys() - english.keys()]


def wrong_plurals(language, texts):
    rules = cldr_rules(language)
    expected = {name: condition for name, (condition, _) in rules.items() if name != "other"}
    found = [] if texts["plurals"] == expected else [("plurals", f"CLDR says {expected}")]
    return found + [(key, f"its forms are not {sorted(rules)}") for key, value in texts.items()
                    if isinstance(value, dict) and key != "plurals" and value.keys() != rules.keys()]


def wrong_placeholders(language, texts, english):
    rules = cldr_rules(language)
    for key, plural, text in forms(texts):
        needed = placeholders(english[key] if plural is None else english[key]["other"])
        names_one_number = plural is not None and len(rules[plural][1]) == 1  # "an hour" will do
        if placeholders(text) != needed and not (names_one_number and not placeholders(text)):
            yield key, f"needs {needed}"


def by_chance(text):
    """Two languages may share a single word ("No", "Error:"), but no two in a row."""
    return " " not in text and (text.lower() != text.upper() or len(text) <= CAN_BE_CHANCE)


def untranslated(texts, others):
    seen = {text for other in others for _, _, text in forms(other) if not by_chance(text)}
    for key, _, text in forms(texts):
        if text in seen:
            yield key, "is the text of another language"
        if key not in ("language", "direction", "number_1234") and not in_script_of(texts, text):
            yield key, "is not in the script of the language"


def wrong_typography(texts, english):
    everything = "".join(text for _, _, text in forms(texts))
    spaced = [mark for mark in MARKS if f"\u202f{mark}" in everything or f"\u00a0{mark}" in everything]
    for key, plural, text in forms(texts):
        if text != " ".join(text.split(" ")).strip() or "  " in text or re.search(f" [{MARKS}.,]", text):
            yield key, "has a space too many"
        if re.search("['\"]|\\.\\.\\.", text):
            yield key, "has typewriter quotes or dots"
        if any(re.search(f"[^\u202f\u00a0{MARKS}][{mark}]", text) for mark in spaced):
            yield key, "lacks a non-breaking space before a mark"
        if "\u00bf" in everything and (text.count("\u00bf"), text.count("\u00a1")) != (text.count("?"), text.count("!")):
            yield key, "lacks an inverted mark"
        end = (english[key] if plural is None else english[key]["other"])[-1]
        if end in ENDS and text[-1] not in ENDS[end]:
            yield key, f"should end in one of {ENDS[end]}"


def mistakes(language, texts, others, english):
    """[(key, what is wrong)]; others: the texts of the languages that came before."""
    found = wrong_keys(texts, english)
    if found:
        return found
    if texts["language"] != language:
        found.append(("language", "is not the file's name"))
    if (texts["direction"] == "rtl") != reads_from_right(texts):
        found.append(("direction", "is not that of its letters"))
    return found + wrong_plurals(language, texts) + list(wrong_placeholders(language, texts, english)) + [
        *untranslated(texts, others), *wrong_typography(texts, english)]
