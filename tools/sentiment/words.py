"""The table of words that are known: from the lists beside this file, the rated lexicon and the training texts."""
import collections
import pathlib

import data
from features import NEGATOR, OTHER_LANGUAGE, PASSED_OVER, UNDOES_NEGATION, Words, hash_word
from tokens import WORD, tokens_of

HERE = pathlib.Path(__file__).parent
NEGATORS = """not no never without hardly barely cannot aint arent cant couldnt didnt doesnt dont hadnt hasnt havent isnt shouldnt
    wasnt werent wont wouldnt""".split()
ENGLISH_FROM = 20  # as often in the training texts a word is English, whatever other language has it too
KNOWN_FROM = 2


def listed(name):
    lines = (HERE / name).read_text().splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


def single(text):
    """The text's token as it is hashed, or None when it is no single one."""
    tokens = tokens_of(text).tokens
    return tokens[0].text if len(tokens) == 1 else None


def counted(examples):
    return collections.Counter(token.text for example in examples for token in tokens_of(example.text).tokens if token.kind == WORD)


def words_table(folder, counts):
    table, rated = Words(), data.valences(folder)
    table.counts = {hash_word(word): count for word, count in counts.items()}
    for word, count in counts.items():
        if count >= KNOWN_FROM:
            table.add(word)
    for word in listed("support_words.txt"):
        table.add(word.encode())
    for word in listed("other_languages.txt"):
        if single(word) and word not in rated and counts[single(word)] < ENGLISH_FROM:
            table.add(single(word), OTHER_LANGUAGE)
    for word, valence in rated.items():
        if single(word):
            table.add(single(word), valence)
    for word in NEGATORS:
        table.add(word.encode(), NEGATOR)
    table.add(b"but", UNDOES_NEGATION)
    for word in listed("identity_terms.txt") + listed("case_terms.txt"):
        if single(word):
            table.add(single(word), PASSED_OVER)
    return table
