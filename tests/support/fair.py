"""Fair rates of groups worked out another way than the service does: sums in place of gamma functions, Simpson's rule in place of
the incomplete beta function."""
import functools
import math

from support import scores

SUM_MIN = .01  # of a + b; not reached by groups as they are here


def rises(start, count):
    """log((start)(start+1)..), and its first and second derivative."""
    terms = [start + step for step in range(count)]
    return sum(map(math.log, terms)), sum(1 / term for term in terms), -sum(1 / term ** 2 for term in terms)


def slopes(groups, a, b):
    """Log-likelihood, and what Newton's method needs, in log a and log b."""
    total = [0, 0, 0], [0, 0, 0], [0, 0, 0]
    for hits, count in groups:
        for sums, more in zip(total, (rises(a, hits), rises(b, count - hits), rises(a + b, count))):
            for index in range(3):
                sums[index] += more[index]
    of_a, of_b, of_sum = total
    by_a, by_b = a * (of_a[1] - of_sum[1]), b * (of_b[1] - of_sum[1])
    return (of_a[0] + of_b[0] - of_sum[0], by_a, by_b, by_a + a * a * (of_a[2] - of_sum[2]), -a * b * of_sum[2],
            by_b + b * b * (of_b[2] - of_sum[2]))


def climb(groups, a, b):
    for _ in range(200):
        here, by_a, by_b, aa, ab, bb = slopes(groups, a, b)
        determinant = aa * bb - ab * ab
        concave = aa < 0 < determinant
        step_a, step_b = ((ab * by_b - bb * by_a) / determinant, (ab * by_a - aa * by_b) / determinant) if concave else (by_a, by_b)
        length = max(1, math.hypot(step_a, step_b)) if concave else math.hypot(by_a, by_b) or 1
        step_a, step_b = step_a / length, step_b / length
        while slopes(groups, a * math.exp(step_a), b * math.exp(step_b))[0] < here - 1e-12 and abs(step_a) + abs(step_b) > 1e-12:
            step_a, step_b = step_a / 2, step_b / 2
        a, b = a * math.exp(step_a), b * math.exp(step_b)
        if abs(step_a) + abs(step_b) < 1e-12 or a + b < SUM_MIN:
            break
    return a, b


def start_at(groups, total):
    weights = [(total + 1) / (total + count) for _, count in groups]
    mean = sum(weight * hits for weight, (hits, _) in zip(weights, groups)) / sum(
        weight * count for weight, (_, count) in zip(weights, groups))
    return total * mean, total * (1 - mean)


def population(groups):
    """{groups, detectable, mean} as the service tells, and (a, b) or None."""
    groups = [(hits, count) for hits, count in groups if count]
    if not groups:
        return {"groups": 0, "detectable": False, "mean": None}, None
    hits, count = (sum(each) for each in zip(*groups))
    told = {"groups": len(groups), "detectable": False, "mean": hits / count}
    if len(groups) < 2 or hits in (0, count):
        return told, None
    shared = hits * math.log(hits / count) + (count - hits) * math.log(1 - hits / count)
    starts = [start_at(groups, .02 * 1.5 ** step) for step in range(42)]
    best = max(starts, key=lambda start: slopes(groups, *start)[0])
    a, b = climb(groups, *best) if best is not starts[-1] else best
    if slopes(groups, a, b)[0] - shared < 1e-3:
        return told, None
    return told | {"detectable": True, "mean": a / (a + b)}, (a, b)


@functools.lru_cache(None)
def simpson_weights(points):
    return [1, *([4, 2] * (points // 2))[:points - 1], 1]


def softplus(value):
    """log(1 + exp(value)), without overflow."""
    return max(value, 0) + math.log1p(math.exp(-abs(value)))


def below(a, b, logit, points=600):
    """P(X < x) of a beta distribution; the integral is over the logit."""
    start = min(math.log(a / b) - 14 * math.sqrt(1 / a + 1 / b), logit - 1) - 6 / a
    constant = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    width = (logit - start) / points
    total = 0
    for index, weight in enumerate(simpson_weights(points)):
        at = start + width * index
        total += weight * math.exp(constant - a * softplus(-at) - b * softplus(at))
    return total * width / 3


def quantile(a, b, p):
    low, high = math.log(a / b) - 14 * math.sqrt(1 / a + 1 / b), math.log(a / b) + 14 * math.sqrt(1 / a + 1 / b)
    for _ in range(34):
        middle = (low + high) / 2
        low, high = (middle, high) if below(a, b, middle) < p else (low, middle)
    return 1 / (1 + math.exp(-(low + high) / 2))


def fair_rate(told, spread, hits, count):
    if count == 0:
        return None
    if not spread:
        return told["mean_of_all"]
    a, b = spread[0] + hits, spread[1] + count - hits
    chance = below(a, b, math.log(told["mean"] / (1 - told["mean"])))
    return {"estimate": a / (a + b), "low": quantile(a, b, .025), "high": quantile(a, b, .975),
            "band": "below" if chance > .975 else "above" if chance < .025 else "typical"}


def trials(score, rate):
    if rate == "understood":
        return score["understood"]["yes"], score["understood"]["n"]
    if rate == "frustrated":
        return score[rate]["frustrated"], score[rate]["n"]
    counts = score[rate]["counts"]
    return sum(counts[3:] if rate == "csat" else counts[4:]), score[rate]["n"]


def add(groups):
    """Gives each group (before any is withheld) its fair rates; returns what is common to all."""
    fairness = {}
    for group in groups:
        group["fair"] = {}
    for rate in ("understood", "csat", "ces", "frustrated"):
        counts = [trials(group, rate) for group in groups]
        told, spread = population(counts)
        fairness[rate] = dict(told)
        if told["groups"]:
            low, high = scores.wilson(*(sum(each) for each in zip(*counts)))
            told["mean_of_all"] = {"estimate": told["mean"], "low": low, "high": high, "band": "typical"}
        for group, (hits, count) in zip(groups, counts):
            group["fair"][rate] = fair_rate(told, spread, hits, count)
    return fairness
