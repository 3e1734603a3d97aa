"""Pairs in the order of a judge's confidence: the accuracy in bins of like confidence, and the error of the surest pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlrb_task.scores.estimates import TINY, Estimate, Record, nothing, wilson
from vlrb_task.scores.intervals import FEW, Groups, exact_sum, group_sums, share

Array = NDArray[np.float64]
Places = NDArray[np.int64]

FIFTHS = 5
"""Parts of equal numbers of pairs for accuracy by margin."""
POINTS = 50
"""Points of a risk-coverage curve at most."""


@dataclass(frozen=True, slots=True)
class Bin(Record):
    """Pairs of like confidence.

    Attributes:
        low: the least confidence (or margin) in it.
        high: the largest.
        confidence: the mean.
        accuracy: of those pairs, ties counted half.
    """

    low: float
    high: float
    confidence: float
    accuracy: Estimate


def equal_bins(sure: Array, count: int) -> list[Places]:
    """Pairs in ``count`` parts of near equal size by confidence; equal confidences are never parted, so fewer may come out."""
    order = np.argsort(sure, kind="stable")
    ranked = sure[order]
    n = sure.size
    starts = sorted({int(np.searchsorted(ranked, ranked[n * i // count], side="left")) for i in range(min(count, n))})
    return [order[a:b].astype(np.int64) for a, b in zip(starts, [*starts[1:], n], strict=True)]


def binned(sure: Array, right: Array, bins: Sequence[Places], groups: Groups | None = None) -> list[Bin]:
    """The accuracy of the pairs of each bin: ``sure`` is any measure of confidence, ``right`` 1, 1/2 or 0, shape ``(pairs,)``."""
    return [
        Bin(float(sure[at].min()), float(sure[at].max()), float(sure[at].mean()), share(right, groups=groups, where=at))
        for at in bins
    ]


@dataclass(frozen=True, slots=True)
class Margins(Record):
    """Accuracy by how far apart a judge puts the two responses.

    Attributes:
        source: what the margin is a difference of.
        n: pairs with a margin.
        ties: those whose margin is 0, such as equal ratings: half right.
        parts: of equal size, the least margin first.
    """

    source: str
    n: int
    ties: int
    parts: tuple[Bin, ...]

    def to_dict(self) -> dict[str, object]:
        """As every record, but for the mean margin's name."""
        parts = [
            {"mean" if name == "confidence" else name: value for name, value in part.to_dict().items()}
            for part in self.parts
        ]
        return {**Record.to_dict(self), "parts": parts}


def accuracy_by_margin(margin: Array, source: str, parts: int = FIFTHS, groups: Groups | None = None) -> Margins:
    """Accuracy in parts of equal size by the absolute margin; equal margins are never parted.

    ``margin`` is that of the better response over the other on any scale, shape ``(pairs,)``, no NaN; ``source`` what it is a
    difference of.
    """
    size, right = np.abs(margin), (np.sign(margin) + 1) / 2
    found = binned(size, right, equal_bins(size, parts), groups) if size.size else []
    return Margins(source, size.size, int((size == 0).sum()), tuple(found))


@dataclass(frozen=True, slots=True, eq=False)
class RiskCoverage(Record):
    """The error of the pairs that are kept when only the surest are.

    Attributes:
        threshold: the least confidence that is kept, descending.
        coverage: share of all pairs that are kept, ascending to 1.
        risk: mean error of those, in [0, 1].
        low, high: of the risk's interval.
    """

    threshold: Array
    coverage: Array
    risk: Array
    low: Array
    high: Array


def risk_coverage(sure: ArrayLike, right: ArrayLike, groups: Groups | None = None) -> RiskCoverage:
    """The curve at near equal steps of coverage: equal confidences are kept or left out together.

    ``sure`` is any measure of confidence, ``right`` 1, 1/2 or 0, shape ``(pairs,)``.
    """
    level, errors = np.asarray(sure, dtype=np.float64), 1 - np.asarray(right, dtype=np.float64)
    found = []
    for threshold in (level[at].min() for at in reversed(equal_bins(level, POINTS))):
        kept = level >= threshold
        risk = share(errors, groups=groups, where=kept)
        found.append((threshold, kept.mean(), risk.value, risk.low, risk.high))
    return RiskCoverage(*np.array(found, dtype=np.float64).reshape(-1, 5).T)


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
    # As in effective_size: a prior unit, whose weight fades as the units that differ from the rest grow in number.
    kish = exact_sum(weights) ** 2 / exact_sum(weights**2)
    prior = exp(-int(min((errors > 0).sum(), (errors < 1).sum())) / FEW) / (each.size * kish)
    variance, p = exact_sum(each**2), min(max(value, 0.0), 1.0)
    low, high = wilson(p, max(p * (1 - p) + prior * kish, TINY) / max(variance + prior, TINY))
    return Estimate(value, low, high, n, "wilson-influence", sqrt(variance))
