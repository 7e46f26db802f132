"""Reads the folder of training data (its README.md says what is in it)."""
import csv
import hashlib
from typing import NamedTuple

FRUSTRATED = {"anger", "annoyance", "disappointment", "disapproval", "disgust"}
UNPLEASANT = FRUSTRATED | {"embarrassment", "fear", "grief", "nervousness", "remorse", "sadness"}
PLEASANT = {"admiration", "amusement", "approval", "caring", "excitement", "gratitude", "joy", "love", "optimism", "pride", "relief"}
RATED_FRUSTRATED = -1
FOLDS = 5


class Example(NamedTuple):
    text: str
    frustrated: bool
    polarity: float  # -1..1


def goemotions(folder, part):
    names = (folder / "goemotions/emotions.txt").read_text().split()
    examples = []
    for line in (folder / f"goemotions/{part}.tsv").read_text().splitlines():
        text, labels, _ = line.split("\t")
        emotions = {names[int(label)] for label in labels.split(",")}
        polarity = bool(emotions & PLEASANT) - bool(emotions & UNPLEASANT)
        examples.append(Example(text, bool(emotions & FRUSTRATED), polarity))
    return examples


def rated(folder, name):
    examples = []
    for line in (folder / f"vader/{name}_A.tsv").read_text().splitlines():
        _, mean, text = line.split("\t", 2)
        examples.append(Example(text, float(mean) <= RATED_FRUSTRATED, max(-1.0, min(1.0, float(mean) / 3))))
    return examples


def valences(folder):
    """Tenths of a point by word, -39..34."""
    lines = csv.reader((folder / "vader/vader_lexicon.txt").open(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row[0]: round(float(row[1]) * 10) for row in lines if row}


def fold(example):
    """Always the same one for the same text, so that nothing of a fold is ever trained on."""
    return hashlib.sha256(example.text.encode()).digest()[0] % FOLDS
