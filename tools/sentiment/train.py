#!/usr/bin/python3
"""Trains the model for comments: python3 tools/sentiment/train.py DATA (its README.md says what lies there; Debian's numpy and scipy).

Writes config/model/sentiment.bin, sentiment.txt beside it, and tests/vectors/sentiment.json. The same data give the same
model: nothing is drawn at random but the vectors' texts, from a fixed seed. With --report nothing is written: it trains
without one fold of the rated sets and says how well that model tells the fold, and GoEmotions dev, apart.
"""
import argparse
import json
import pathlib

import numpy

import data
import fit
import model_file
import vectors
import words
from features import features_of

ROOT = pathlib.Path(__file__).resolve().parents[2]
VERSION = "en-2"
STRENGTH = 2.0
RATED_COPIES = 3
OWN_COPIES = 3
OWN_CALM_COPIES = 5  # of our own sentences half are frustrated, of what is said to a desk not: words of support alone say nothing
HELD_OUT = 0
RATED = ("amazonReviewSnippets", "tweets")
NOTE = """Version: {version}
Language: English

What it is: a linear model over hashed words, pairs of words and runs of letters, and the valences of rated words. It estimates
whether a reader would call a comment frustrated, and how pleasant its words are. Estimates, not facts.

Made by tools/sentiment/train.py from, and only from:
- GoEmotions (Demszky et al. 2020, https://github.com/google-research/google-research/tree/master/goemotions), train and dev;
  the data set is under CC BY 4.0, https://creativecommons.org/licenses/by/4.0/
- The lexicon and half of the rated Amazon review snippets and tweets of VADER (Hutto and Gilbert 2014,
  https://github.com/cjhutto/vaderSentiment), MIT, Copyright (c) 2016 C.J. Hutto
- tools/sentiment/own_sentences.txt, written by hand for Understood, under its own licence
The file holds learned weights, hashes of words and their mean ratings; no comment of the sources is in it. Changes made to the
sources: labels were joined into frustrated or not, and pleasant to unpleasant.

On GoEmotions dev: AUC {area:.4f}, F1 {f1:.4f} where frustration is 0.5. That place is calibrated: 0.5 is where F1 is highest; there
{share:.0%} of the comments were labelled frustrated.
"""


class Sources:
    """The examples with their features."""

    def __init__(self, folder):
        self.train, self.dev = data.goemotions(folder, "train"), data.goemotions(folder, "dev")
        self.rated = {name: data.rated(folder, name) for name in RATED}
        self.own = data.own()
        counts = words.counted(self.train + self.own + [example for part in self.rated.values() for example in part])
        self.table = words.words_table(folder, counts)
        self.features = {}

    def rows(self, examples):
        for example in examples:
            if example.text not in self.features:
                self.features[example.text] = features_of(example.text, self.table)
        return fit.matrix([self.features[example.text] for example in examples])

    def fold(self, name, held_out):
        return [example for example in self.rated[name] if (data.fold(example) == HELD_OUT) == held_out]

    def heads(self, rated):
        examples = self.train + rated + self.own
        rows = self.rows(examples)
        own = [OWN_COPIES if example.frustrated else OWN_CALM_COPIES for example in self.own]
        weights = numpy.array([1.0] * len(self.train) + [RATED_COPIES] * len(rated) + own, float)
        frustrated = numpy.array([example.likeness for example in examples])
        polarity = numpy.array([(1 + example.polarity) / 2 for example in examples])
        return [fit.quantised(fit.logistic(rows, targets, weights, STRENGTH)) for targets in (frustrated, polarity)]

    def labels(self, examples):
        return [example.frustrated for example in examples]


def calibrate(head, sources):
    """Platt's line on dev, moved so that the best F1 is at log-odds 0; and how likely frustration is there."""
    rows, labels = sources.rows(sources.dev), sources.labels(sources.dev)
    scores = fit.scores(head, rows)
    slope, offset = fit.platt(scores, labels)
    threshold = fit.best_threshold(scores, labels)
    share = 1 / (1 + numpy.exp(-(slope * threshold + offset)))
    return fit.calibrated(head, float(slope), float(-slope * threshold)), float(share)


def train(folder):
    sources = Sources(folder)
    heads = sources.heads([example for part in sources.rated.values() for example in part])
    heads[0], share = calibrate(heads[0], sources)
    scores, labels = fit.scores(heads[0], sources.rows(sources.dev)), sources.labels(sources.dev)
    model = ROOT / "config/model"
    model.mkdir(exist_ok=True)
    (model / "sentiment.bin").write_bytes(model_file.pack(VERSION, heads, sources.table))
    (model / "sentiment.txt").write_text(NOTE.format(version=VERSION, area=fit.area(scores, labels), f1=fit.f1(scores >= 0, labels),
                                                     share=share))
    rows = vectors.rows(heads, sources.table)
    (ROOT / "tests/vectors/sentiment.json").write_text("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n")
    print((model / "sentiment.txt").read_text())


PEERS = """                              AUC GoEmotions   F1   amazon  tweets   (GoEmotions test, the other halves of the rated sets)
VADER                              .757      .474   .784    .954
AFINN-165                          .747      .457     -       -
hashed linear, GoEmotions only     .854      .559   .711    .886
the recipe                         .865      .581   .828    .958"""


def report(folder):
    sources = Sources(folder)
    head = sources.heads([example for name in RATED for example in sources.fold(name, False)])[0]
    head, _ = calibrate(head, sources)
    scores, labels = fit.scores(head, sources.rows(sources.dev)), sources.labels(sources.dev)
    figures = [fit.area(scores, labels), fit.f1(scores >= 0, labels)]
    for name in RATED:
        fold = sources.fold(name, True)
        figures.append(fit.area(fit.scores(head, sources.rows(fold)), sources.labels(fold)))
    print(PEERS)
    print("ours, words only                   {:.3f}     {:.3f}  {:.3f}   {:.3f}  (GoEmotions dev, one fold in five held out)".format(*figures))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    (report if options.report else train)(options.data)


if __name__ == "__main__":
    main()
