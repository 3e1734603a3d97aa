"""Does a judge know when it is right? Brier score, log loss, ECE, accuracy by margin, and risk against coverage.

A confidence here is a probability ``p`` that the better response of a pair is the better one: the ``p`` of a vote, the share of
a pair's votes, or a margin of scalar rewards put through a logistic function. ``max(p, 1 - p)`` is how sure the judge is;
it is right where ``p > 1/2``, and half right at a tie, ``p = 1/2``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, log, pi, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlrb_task.scores.estimates import CONFIDENCE, Estimate, nothing
from vlrb_task.scores.intervals import Groups, exact_sum, group_sums, root, score_interval, share

Array = NDArray[np.float64]

BINS = 10
"""Bins of equal numbers of pairs for ECE and the reliability curve."""
FIFTHS = 5
"""Parts of equal numbers of pairs for accuracy by margin."""
LEAST = 1e-6
"""Log loss takes probabilities nearer to 0 or 1 than this as this: a sampled judge that is once sure and wrong would have
an infinite loss. How many were is counted."""
_Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)


@dataclass(frozen=True, slots=True)
class Bin:
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

    def to_dict(self) -> dict[str, Any]:
        return {"low": self.low, "high": self.high, "confidence": self.confidence, "accuracy": self.accuracy.to_dict()}


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Murphy's: ``brier = reliability - resolution + uncertainty + within_bins``, exactly.

    Attributes:
        reliability: squared distance of confidence and accuracy over the bins; 0 is perfect calibration.
        resolution: how far the bins' accuracies lie from the mean: what the confidence tells.
        uncertainty: ``accuracy (1 - accuracy)``: the score of a judge that always says its mean accuracy.
        within_bins: what confidences that differ within a bin add.
    """

    reliability: float
    resolution: float
    uncertainty: float
    within_bins: float

    def to_dict(self) -> dict[str, float]:
        return {name: getattr(self, name) for name in ("reliability", "resolution", "uncertainty", "within_bins")}


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a judge's confidences are worth.

    Attributes:
        n: pairs with a confidence.
        ties: pairs of confidence 1/2, such as equal ratings.
        brier: mean of ``(1 - p)^2``, in [0, 1]; 1/4 is a coin.
        log_loss: mean of ``-log p`` in nats; 0.693 is a coin.
        clipped: pairs whose probability was raised to :data:`LEAST` for the log loss.
        ece: expected calibration error over :data:`BINS` bins of equal size: mean distance of confidence and accuracy.
        ece_by_chance: what a judge calibrated perfectly, with these confidences, would show on average. An ``ece`` near it
            is no evidence of miscalibration.
        decomposition: of ``brier``.
        reliability: the bins.
        aurc: area under the risk-coverage curve: mean error when only the surest share of pairs is kept, over all shares.
        source: what the confidences are.
    """

    n: int
    ties: int
    brier: Estimate
    log_loss: Estimate
    clipped: int
    ece: Estimate
    ece_by_chance: float
    decomposition: Decomposition
    reliability: tuple[Bin, ...]
    aurc: Estimate
    source: str = "probabilities"

    def to_dict(self) -> dict[str, Any]:
        """The object ``calibration`` of ``vlrb score --json``."""
        return {
            "source": self.source,
            "n": self.n,
            "ties": self.ties,
            "brier": self.brier.value,
            "log_loss": self.log_loss.value,
            "ece": self.ece.value,
            "aurc": self.aurc.value,
            "ece_by_chance": self.ece_by_chance,
            "clipped": self.clipped,
            "decomposition": self.decomposition.to_dict(),
            "reliability": [found.to_dict() for found in self.reliability],
            "intervals": {name: getattr(self, name).to_dict() for name in ("brier", "log_loss", "ece", "aurc")},
        }


def calibration(p: ArrayLike, groups: Groups | None = None) -> Calibration | None:
    """Every measure of a judge's confidences.

    Args:
        p: for each pair the probability given to its better response, in [0, 1], shape ``(pairs,)``; no NaN.
        groups: pairs that belong together vary as one.

    Returns:
        None without pairs.

    Source:
        A. H. Murphy, J. Appl. Meteorol. 12 (1973) 595-600; D. B. Stephenson, C. A. S. Coelho and I. T. Jolliffe, Weather
        Forecast. 23 (2008) 752-757, on what is within bins; M. P. Naeini et al., AAAI 2015, on ECE; Y. Geifman and R. El-Yaniv,
        NeurIPS 2017, on risk and coverage.
    """
    given = np.asarray(p, dtype=np.float64)
    if not given.size:
        return None
    sure, right = confidence(given)
    clipped = np.clip(given, LEAST, 1.0)
    bins = equal_bins(sure, BINS)
    return Calibration(
        given.size,
        int((given == 0.5).sum()),
        share((1 - given) ** 2, groups=groups),
        _scaled(-np.log(clipped), -log(LEAST), groups),
        int((given < LEAST).sum()),
        *expected_calibration_error(sure, right, bins, groups),
        _murphy(sure, right, bins),
        tuple(_binned(sure, right, bins, groups)),
        area_under_risk_coverage(sure, right, groups),
    )


def confidence(p: Array) -> tuple[Array, Array]:
    """How sure, ``max(p, 1 - p)``, and how right: 1, 1/2 at a tie, or 0."""
    return np.maximum(p, 1 - p), np.where(p == 0.5, 0.5, (p > 0.5).astype(np.float64))


def _scaled(values: Array, most: float, groups: Groups | None) -> Estimate:
    """Mean of values in [0, most]: the interval of the mean of their shares of ``most``."""
    found = share(values / most, groups=groups)
    value, low, high, error = (None if x is None else x * most for x in (found.value, found.low, found.high, found.se))
    return Estimate(value, low, high, found.n, found.method, error)


def equal_bins(sure: Array, count: int) -> list[NDArray[np.int64]]:
    """Pairs in ``count`` parts of near equal size by confidence; equal confidences are never parted, so fewer may come out."""
    order = np.argsort(sure, kind="stable")
    ranked = sure[order]
    n = sure.size
    starts = sorted({int(np.searchsorted(ranked, ranked[n * i // count], side="left")) for i in range(min(count, n))})
    return [order[a:b].astype(np.int64) for a, b in zip(starts, [*starts[1:], n], strict=True)]


def _binned(sure: Array, right: Array, bins: Sequence[NDArray[np.int64]], groups: Groups | None) -> list[Bin]:
    held = None if groups is None else np.asarray(groups)
    return [
        Bin(
            float(sure[at].min()),
            float(sure[at].max()),
            float(sure[at].mean()),
            share(right[at], groups=None if held is None else held[at]),
        )
        for at in bins
    ]


def accuracy_by_margin(
    margin: ArrayLike, right: ArrayLike, parts: int = FIFTHS, groups: Groups | None = None
) -> list[Bin]:
    """Accuracy in parts of equal size by the absolute margin (of ratings or rewards), least margin first.

    Args:
        margin: rating of the better response minus that of the other; any scale, shape ``(pairs,)``.
        right: 1, 1/2 or 0 for each pair.
        parts: how many; equal margins are never parted.
        groups: pairs that belong together vary as one.
    """
    size = np.abs(np.asarray(margin, dtype=np.float64))
    scores = np.asarray(right, dtype=np.float64)
    return _binned(size, scores, equal_bins(size, parts), groups) if size.size else []


def _murphy(sure: Array, right: Array, bins: Sequence[NDArray[np.int64]]) -> Decomposition:
    n, mean = sure.size, exact_sum(right) / sure.size
    reliability = resolution = within = 0.0
    for at in bins:
        s, y = sure[at], right[at]
        weight = at.size / n
        reliability += weight * (s.mean() - y.mean()) ** 2
        resolution += weight * (y.mean() - mean) ** 2
        within += weight * (s.var() - 2 * ((s - s.mean()) * (y - y.mean())).mean())
    return Decomposition(float(reliability), float(resolution), mean * (1 - mean), float(within))


def expected_calibration_error(
    sure: Array, right: Array, bins: Sequence[NDArray[np.int64]], groups: Groups | None = None
) -> tuple[Estimate, float]:
    """ECE over bins, with its interval, and the mean ECE of a judge that is calibrated perfectly.

    An absolute distance is never below 0, so that noise alone makes an ECE. With ``g`` the true distances, each bin's
    observed one is normal with mean g and the standard error of its accuracy; the ECE is a weighted sum of folded normal
    variables. Its interval holds all multiples of the observed pattern of distances under which the observed ECE is not in
    a tail of 2.5 %: it begins at 0 where the ECE is what noise would make of perfect calibration.

    Args:
        sure: confidences in [1/2, 1], shape ``(pairs,)``.
        right: 1, 1/2 or 0.
        bins: the pairs of each bin.
        groups: pairs that belong together vary as one.
    """
    parts = _binned(sure, right, bins, groups)
    weights = np.array([at.size for at in bins]) / sure.size
    gaps = np.array([abs(part.confidence - (part.accuracy.value or 0.0)) for part in parts])
    # Half of a Wilson interval over z: a standard error that is never 0.
    errors = np.array([((part.accuracy.high or 0.0) - (part.accuracy.low or 0.0)) / (2 * _Z) for part in parts])
    value = float(weights @ gaps)
    pattern = gaps if value > 0 else errors
    low, high = (_scale(value, pattern, errors, weights, z) for z in (_Z, -_Z))
    length = float(weights @ pattern)
    fair = np.array([sqrt(exact_sum(sure[at] * (1 - sure[at]))) / at.size for at in bins])
    chance = float(weights @ _folded(np.zeros(len(bins)), fair)[0])
    estimate = Estimate(
        value,
        min(value, low * length),
        max(value, min(1.0, high * length)),
        sure.size,
        "folded-normal",
        float(np.sqrt(weights**2 @ _folded(gaps, errors)[1])),
    )
    return estimate, chance


def _folded(mean: Array, error: Array) -> tuple[Array, Array]:
    """Mean and variance of the absolute value of normal variables."""
    ratio = np.divide(mean, error, out=np.zeros_like(mean), where=error > 0)
    first = error * sqrt(2 / pi) * np.exp(-(ratio**2) / 2) + mean * np.array([erf(one / sqrt(2)) for one in ratio])
    first = np.where(error > 0, first, np.abs(mean))
    return first, np.maximum(mean**2 + error**2 - first**2, 0.0)


def _scale(value: float, pattern: Array, errors: Array, weights: Array, z: float) -> float:
    """The multiple of the pattern under which the observed value is ``z`` standard deviations above its mean; 0 if below 0."""

    def beyond(multiple: float) -> float:
        mean, variance = _folded(multiple * pattern, errors)
        return float((value - weights @ mean) / np.sqrt(max(float(weights**2 @ variance), 1e-300))) - z

    if beyond(0.0) <= 0:
        return 0.0
    top = 1.0
    while beyond(top) > 0:
        top *= 2
    return root(beyond, 0.0, top)


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


def risk_coverage(sure: ArrayLike, right: ArrayLike, groups: Groups | None = None) -> RiskCoverage:
    """The whole curve, one point for each confidence that occurs: equal confidences are kept or left out together.

    Args:
        sure: any measure of confidence, shape ``(pairs,)``.
        right: 1, 1/2 or 0 for each pair.
        groups: pairs that belong together vary as one.
    """
    level, scores = np.asarray(sure, dtype=np.float64), np.asarray(right, dtype=np.float64)
    held = None if groups is None else np.asarray(groups)
    thresholds = np.unique(level)[::-1]
    points = []
    for threshold in thresholds:
        kept = level >= threshold
        found = share(1 - scores[kept], groups=None if held is None else held[kept])
        points.append((kept.mean(), found.value, found.low, found.high))
    coverage, risk, low, high = np.array(points, dtype=np.float64).reshape(-1, 4).T
    return RiskCoverage(thresholds, coverage, risk, low, high)


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
