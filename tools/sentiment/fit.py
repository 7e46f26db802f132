"""L2 logistic regression by L-BFGS, and what is read off its scores."""
import math
from typing import NamedTuple

import numpy
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags
from scipy.special import expit

from features import BUCKET_BITS, WORD_SIZE, dense

BUCKETS = 1 << BUCKET_BITS
DENSE = 3


class Head(NamedTuple):
    scale: float            # of one step of a weight
    bias: float
    dense: tuple
    weights: numpy.ndarray  # int8 by bucket


def matrix(features):
    """One row a comment: buckets, all together of length one, the dense three, a one for the bias."""
    columns, values, ends = [], [], [0]
    for each in features:
        length = max(each.size, 1) ** 0.5
        columns += each.words + each.grams
        values += [WORD_SIZE / length] * len(each.words) + [1 / length] * len(each.grams)
        columns += range(BUCKETS, BUCKETS + DENSE + 1)
        values += [*dense(each), 1.0]
        ends.append(len(columns))
    rows = csr_matrix((values, columns, ends), shape=(len(features), BUCKETS + DENSE + 1))
    rows.sum_duplicates()
    return rows


def informative(rows, targets, weights):
    """How differently each bucket occurs on either side (naive Bayes' log ratio): those that do are held back less."""
    there = (rows > 0).astype(float)
    sides = [1 + there.T @ (weights * side) for side in (targets, 1 - targets)]
    ratio = numpy.sqrt(numpy.abs(numpy.log(sides[0] / sides[0].sum()) - numpy.log(sides[1] / sides[1].sum())))
    ratio[:BUCKETS] /= ratio[:BUCKETS].mean()
    ratio[BUCKETS:] = 1
    return ratio


def logistic(rows, targets, weights, strength):
    """The weights that make expit(rows @ w) like targets (0..1); the bias is not held back."""
    ratio = informative(rows, targets, weights)
    rows = (rows @ diags(ratio)).tocsr()
    transposed = rows.T.tocsr()
    held = numpy.ones(rows.shape[1])
    held[-1] = 0

    def loss(w):
        scores = rows @ w
        likeliness = numpy.logaddexp(0, scores) - targets * scores
        slope = transposed @ (weights * (expit(scores) - targets))
        return strength * (weights @ likeliness) + 0.5 * (held * w) @ w, strength * slope + held * w

    start = numpy.zeros(rows.shape[1])
    return ratio * minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300, "maxcor": 10}).x


def quantised(w):
    """The outermost weights are cut off, so that one step stays small."""
    scale = numpy.quantile(numpy.abs(w[:BUCKETS][w[:BUCKETS] != 0]), 0.9995) / 127
    weights = numpy.clip(numpy.rint(w[:BUCKETS] / scale), -127, 127).astype(numpy.int8)
    return Head(float(scale), float(w[-1]), tuple(map(float, w[BUCKETS:-1])), weights)


def calibrated(head, slope, offset):
    """The head whose log-odds are slope * the head's + offset."""
    return head._replace(scale=head.scale * slope, bias=head.bias * slope + offset, dense=tuple(slope * w for w in head.dense))


def log_odds(head, features):
    """Of one comment, in the scorer's own order of steps."""
    total, negative, positive = dense(features)
    sums = [int(head.weights[buckets].sum(dtype=int)) for buckets in (features.words, features.grams)]
    return (head.bias + head.dense[0] * total + head.dense[1] * negative + head.dense[2] * positive
            + head.scale * (WORD_SIZE * sums[0] + sums[1]) / math.sqrt(max(features.size, 1)))


def scores(head, rows):
    w = numpy.concatenate([head.weights * head.scale, head.dense, [head.bias]])
    return rows @ w


def area(scores, labels):
    """Under the ROC curve; ties count half."""
    values, places, counts = numpy.unique(scores, return_inverse=True, return_counts=True)
    ranks = (numpy.cumsum(counts) - (counts - 1) / 2)[places]
    labels = numpy.asarray(labels, bool)
    good = labels.sum()
    return (ranks[labels].sum() - good * (good + 1) / 2) / (good * (len(labels) - good))


def f1(chosen, labels):
    chosen, labels = numpy.asarray(chosen, bool), numpy.asarray(labels, bool)
    return 2 * (chosen & labels).sum() / (chosen.sum() + labels.sum())


def best_threshold(scores, labels):
    """Where F1 is highest."""
    candidates = numpy.quantile(scores, numpy.linspace(0.5, 0.99, 200))
    return max(candidates, key=lambda threshold: f1(scores >= threshold, labels))


def platt(scores, labels):
    """Slope and offset that make expit(slope * score + offset) a probability."""
    labels = numpy.asarray(labels, float)

    def loss(line):
        z = line[0] * scores + line[1]
        error = expit(z) - labels
        return (numpy.logaddexp(0, z) - labels * z).sum(), numpy.array([error @ scores, error.sum()])

    return minimize(loss, numpy.array([1.0, 0.0]), jac=True, method="BFGS").x
