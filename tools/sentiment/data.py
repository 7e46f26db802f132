"""Reads the folder of training data (its README.md says what is in it)."""
import csv
import hashlib
import math
import pathlib
from typing import NamedTuple

FRUSTRATED = {"anger", "annoyance", "disappointment", "disapproval", "disgust"}
UNPLEASANT = FRUSTRATED | {"embarrassment", "fear", "grief", "nervousness", "remorse", "sadness"}
PLEASANT = {"admiration", "amusement", "approval", "caring", "excitement", "gratitude", "joy", "love", "optimism", "pride", "relief"}
RATED_FRUSTRATED = -1
STEEPNESS = 4  # ratings near it are unsure
OWN_POLARITY = 0.6
FOLDS = 5


class Example(NamedTuple):
    text: str
    frustrated: bool
    likeness: float  # what the trainer aims at, 0..1
    polarity: float  # -1..1


def goemotions(folder, part):
    names = (folder / "goemotions/emotions.txt").read_text().split()
    examples = []
    for line in (folder / f"goemotions/{part}.tsv").read_text().splitlines():
        text, labels, _ = line.split("\t")
        emotions = {names[int(label)] for label in labels.split(",")}
        polarity = bool(emotions & PLEASANT) - bool(emotions & UNPLEASANT)
        frustrated = bool(emotions & FRUSTRATED)
        examples.append(Example(text, frustrated, float(frustrated), polarity))
    return examples


def rated(folder, name):
    examples = []
    for line in (folder / f"vader/{name}_A.tsv").read_text().splitlines():
        _, rating, text = line.split("\t", 2)
        mean = float(rating)
        likeness = 1 / (1 + math.exp(STEEPNESS * (mean - RATED_FRUSTRATED)))
        examples.append(Example(text, mean <= RATED_FRUSTRATED, likeness, max(-1.0, min(1.0, mean / 3))))
    return examples


def own():
    """Sentences written for this: they are beside this file."""
    moods = {"-": -1, "0": 0, "+": 1}
    lines = (pathlib.Path(__file__).parent / "own_sentences.txt").read_text().splitlines()
    return [Example(line[2:], line[0] == "-", float(line[0] == "-"), OWN_POLARITY * moods[line[0]]) for line in lines if line[0] in moods]


def valences(folder):
    """Tenths of a point by word, -39..34."""
    lines = csv.reader((folder / "vader/vader_lexicon.txt").open(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row[0]: round(float(row[1]) * 10) for row in lines if row}


def fold(example):
    """Always the same one for the same text, so that nothing of a fold is ever trained on."""
    return hashlib.sha256(example.text.encode()).digest()[0] % FOLDS
