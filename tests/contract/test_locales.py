"""config/locales: each language whole, really translated, with CLDR's plurals; the checks themselves are shown to object."""
import copy
import json
import pathlib
import subprocess

import pytest

from support.locales import CLDR, LANGUAGES, LOCALES, cldr_rules, mistakes, split_rule
from support.service import binary

PROGRAM = pathlib.Path(binary()).parent / "tests" / "plural_lines"
ENGLISH = LOCALES["en"]


def others_than(language):
    return [texts for other, texts in LOCALES.items() if other != language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing_surplus_or_left_untranslated_in(language):
    assert mistakes(language, LOCALES[language], others_than(language), ENGLISH) == []


def changed(language, key, value):
    texts = copy.deepcopy(LOCALES[language])
    if value is None:
        del texts[key]
    else:
        texts[key] = value
    return texts


@pytest.mark.parametrize("language, key, value, objection", [
    ("pl", "csat_low", None, "missing"),
    ("pl", "hello", "Cze\u015b\u0107", "surplus"),
    ("pl", "language", "cs", "file's name"),
    ("pl", "direction", "rtl", "letters"),
    ("he", "direction", "ltr", "letters"),
    ("pl", "plurals", {"one": "n = 1"}, "CLDR says"),
    ("pl", "thanks_days", {"one": "{count} dzie\u0144.", "other": "{count} dni."}, "forms"),
    ("pl", "thanks_days", {"one": "Dzie\u0144.", "few": "Dni.", "many": "{count} dni.", "other": "{count} dnia."}, "needs"),
    ("pl", "email_greeting", "Dzie\u0144 dobry!", "needs"),
    ("pl", "email_greeting", "Dzie\u0144 dobry, {Name}!", "needs"),
    ("pl", "thanks_text", ENGLISH["thanks_text"], "another language"),
    ("pt", "thanks_text", LOCALES["es"]["thanks_text"], "another language"),
    ("zh", "comment_hint", LOCALES["ja"]["comment_hint"], "another language"),
    ("he", "thanks_title", "Thanks", "script"),
    ("fr", "question_comment", "Autre chose ?", "space too many"),
    ("fr", "question_comment", "Autre chose?", "non-breaking"),
    ("es", "question_comment", "Algo m\u00e1s?", "inverted"),
    ("fr", "confirm_send", "Oui, c'est \u00e7a", "typewriter"),
    ("de", "closed_text", "Fertig", "end in"),
])
def test_a_careless_translation_is_found(language, key, value, objection):
    found = mistakes(language, changed(language, key, value), others_than(language), ENGLISH)
    assert [what for where, what in found if where == key and objection in what], found


def test_every_whole_number_that_cldr_gives_as_an_example_fits_its_rule_and_no_other():
    """In all of CLDR's languages, so that the next one can be any of them."""
    published = json.loads(CLDR.read_text())["supplemental"]["plurals-type-cardinal"]
    asked, expected = [], []
    for language in published:
        rules = cldr_rules(language)
        for plural, (condition, _) in rules.items():
            for example, (_, numbers) in rules.items():
                for number in numbers if condition else []:
                    asked.append(f"{condition}\t{number}\n")
                    expected.append("yes" if example == plural else "no")
    answered = subprocess.run([PROGRAM], input="".join(asked), capture_output=True, text=True, check=True, timeout=60)
    assert len(published) > 200 and len(asked) > 8000
    wrong = [line for line, answer, right in zip(asked, answered.stdout.split(), expected) if answer != right]
    assert wrong == []


def test_examples_are_read_as_cldr_writes_them():
    assert split_rule("n = 1 @integer 1, 3~5, 1000, 1c6, \u2026 @decimal 1.0~1.5, 7.0") == ("n = 1", [1, 3, 4, 5, 1000])
    assert split_rule(" @decimal 0.0~1.5, \u2026") == ("", [])
