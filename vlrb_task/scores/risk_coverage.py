"""What a judge's confidence is worth when only the surest pairs are kept: risk against coverage, and the area below."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlrb_task.scores.bins import equal_bins
from vlrb_task.scores.estimates import Estimate, nothing
from vlrb_task.scores.intervals import Groups, exact_sum, group_sums, score_interval, share

Array = NDArray[np.float64]

POINTS = 50
"""Points of the curve at most."""


@dataclass(frozen=True, slots=True, eq=False)
class RiskCoverage:
    """The error of the pairs that are kept when only the surest are.

    Attributes:
        threshold: the least confidence that is kept, descending.
        coverage: share of all pairs that are kept, ascending to 1.
        risk: mean error of those, in [0, 1].
        low: of the risk's interval.
        high: of the same.
    """

    threshold: Array
    coverage: Array
    risk: Array
    low: Array
    high: Array

    def to_dict(self) -> dict[str, list[float]]:
        return {name: getattr(self, name).tolist() for name in ("threshold", "coverage", "risk", "low", "high")}


def risk_coverage(
    sure: ArrayLike, right: ArrayLike, groups: Groups | None = None, points: int = POINTS
) -> RiskCoverage:
    """The curve: equal confidences are kept or left out together.

    Args:
        sure: any measure of confidence, shape ``(pairs,)``.
        right: 1, 1/2 or 0 for each pair.
        groups: pairs that belong together vary as one.
        points: at most so many, at near equal steps of coverage.
    """
    level, scores = np.asarray(sure, dtype=np.float64), np.asarray(right, dtype=np.float64)
    held = None if groups is None else np.asarray(groups)
    thresholds = np.array([level[at].min() for at in reversed(equal_bins(level, points))])
    found = []
    for threshold in thresholds:
        kept = level >= threshold
        risk = share(1 - scores[kept], groups=None if held is None else held[kept])
        found.append((kept.mean(), risk.value, risk.low, risk.high))
    coverage, values, low, high = np.array(found, dtype=np.float64).reshape(-1, 4).T
    return RiskCoverage(thresholds, coverage, values, low, high)


def area_under_risk_coverage(sure: ArrayLike, right: ArrayLike, groups: Groups | None = None) -> Estimate:
    """Mean over k of the error among the k surest pairs: the area under the risk-coverage curve; lower is better.

    Where confidences are equal, each of their pairs stands for the mean of all of them, as if they came in a random order.
    A judge whose confidence tells nothing has its overall error; a perfect one 0.

    Returns:
        In [0, 1]. The variance is that of the influence function, which takes the pairs' ranks as drawn with them.

    Source:
        Y. Geifman, G. Uziel and R. El-Yaniv, ICLR 2019, on the area (AURC); the influence function is worked out here and
        held against the jackknife in the tests.
    """
    level, errors = np.asarray(sure, dtype=np.float64), 1 - np.asarray(right, dtype=np.float64)
    n = level.size
    if not n:
        return nothing("wilson-influence")
    levels, at, counts = np.unique(-level, return_inverse=True, return_counts=True)
    # Errors are multiples of one half: their sums are exact in any order.
    mean = np.bincount(at.reshape(-1), errors, levels.size) / counts
    ends = np.cumsum(counts)
    number = np.arange(1, n + 1)
    smooth = np.repeat(mean, counts)
    risk = np.cumsum(smooth) / number
    value = exact_sum(risk) / n
    # Unit i enters every average of k from its rank on: once with its own error, and by making the kept part larger.
    own = np.cumsum((1 / number)[::-1])[::-1]
    lost = np.cumsum((risk / number)[::-1])[::-1]
    # Over a stretch of equal confidences ranks are random: averages over the stretch.
    starts = np.concatenate([[0], ends[:-1]])
    own_mean, lost_mean, here = (np.add.reduceat(x, starts) / counts for x in (own, lost, risk))
    place = at.reshape(-1)
    influence = (here[place] - value + errors * own_mean[place] - lost_mean[place]) / n
    each = group_sums(influence - exact_sum(influence) / n, groups)
    weights = group_sums(own_mean[place], groups)
    floor = exact_sum(weights) ** 2 / exact_sum(weights**2)
    differing = int(min((errors > 0).sum(), (errors < 1).sum()))
    low, high = score_interval(value, exact_sum(each**2), each.size, floor, differing)
    return Estimate(value, low, high, n, "wilson-influence", sqrt(exact_sum(each**2)))
