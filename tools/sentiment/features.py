"""Tokens as features: hashes into 2^17 buckets and three numbers from the words' valences (src/domain/sentiment_features.c)."""
import functools
import math
from typing import NamedTuple

from tokens import WORD, tokens_of

BUCKET_BITS = 17
FNV_BASIS, FNV_PRIME = 0x811C9DC5, 0x01000193
GRAM_BASIS, START, NEGATED, SPREAD = 0x2F0B4C47, 0x5BD1E995, 0x9E3779B9, 0x85EBCA6B
MASK = 0xFFFFFFFF
NEGATION_REACH = 3
# What the words' table says in place of a valence.
PASSED_OVER, NEGATOR, UNDOES_NEGATION, OTHER_LANGUAGE = -128, 127, 126, 125
WORD_SIZE = 2  # of a word's and a pair's feature; a run of letters has 1, there are many of them
KEPT, TURNED = 100, -74  # hundredths of a valence that a word, and a negated word, counts


def hash_bytes(text, value=FNV_BASIS):
    for byte in text:
        value = (value ^ byte) * FNV_PRIME & MASK
    return value


def bucket(value):
    return (value * SPREAD & MASK) >> (32 - BUCKET_BITS)


def pair(before, after):
    return ((before * FNV_PRIME & MASK) ^ after) * FNV_PRIME & MASK


@functools.lru_cache(None)
def gram_buckets(word):
    padded = b"<" + word + b">"
    found = []
    for start in range(len(padded) - 2):
        value = hash_bytes(padded[start:start + 2], GRAM_BASIS)
        for end in range(start + 2, min(start + 5, len(padded))):
            value = hash_bytes(padded[end:end + 1], value)
            found.append(bucket(value))
    return found


hash_word = functools.lru_cache(None)(hash_bytes)


class Words:
    """The words that are known, some of which mean something by themselves, by the hash that the scorer knows them by."""

    def __init__(self):
        self.texts, self.values = {}, {}
        self.counts = {}  # in the training texts

    def add(self, text, value=0):
        hashed = hash_word(text)
        if self.texts.setdefault(hashed, text) != text:
            raise ValueError(f"{text} has the hash of {self.texts[hashed]}")
        if value or hashed not in self.values:
            self.values[hashed] = value

    def value(self, hashed):
        return self.values.get(hashed, 0)


class Features(NamedTuple):
    words: list     # buckets: a word and a pair once each
    grams: list     # the runs of letters of each word that is new
    positive: int  # sums of valences, thousandths
    negative: int

    @property
    def size(self):
        """Squared."""
        return WORD_SIZE ** 2 * len(self.words) + len(self.grams)


def is_negator(text, value):
    return value == NEGATOR or text.endswith(b"n't")


def features_of(comment, table):
    words, grams, seen = [], [], set()
    positive = negative = reach = 0
    before = START

    def is_new(place):
        if place in seen:
            return False
        seen.add(place)
        words.append(place)
        return True

    for token in tokens_of(comment).tokens:
        hashed = hash_word(token.text)
        value = table.value(hashed)
        if value == PASSED_OVER:
            continue
        negator = token.kind == WORD and is_negator(token.text, value)
        if token.breaks or value == UNDOES_NEGATION or negator:
            reach = 0
        marked = hashed
        if token.kind == WORD and reach:
            marked, reach = hashed ^ NEGATED, reach - 1
        if is_new(bucket(marked)) and token.kind == WORD:
            grams += gram_buckets(token.text)
        is_new(bucket(pair(before, marked)))
        if -40 < value < 40:
            weighed = value * (TURNED if marked != hashed else KEPT)
            positive += max(weighed, 0)
            negative += max(-weighed, 0)
        if negator:
            reach = NEGATION_REACH
        before = marked
    return Features(words, grams, positive, negative)


def dense(features):
    positive, negative = features.positive / 1000, features.negative / 1000
    total = positive - negative
    spread = positive + negative + 4
    return total / math.sqrt(total * total + 15), negative / spread, positive / spread
