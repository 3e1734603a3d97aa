"""Does a judge know when it is right? Brier score with its decomposition, log loss, ECE, and risk against coverage.

A confidence here is a probability ``p`` that the better response of a pair is the better one: the ``p`` of a vote, the share of
a pair's votes, or a margin of scalar rewards put through a logistic function. ``max(p, 1 - p)`` is how sure the judge is;
it is right where ``p > 1/2``, and half right at a tie, ``p = 1/2``.

A distance of confidence and accuracy is never below 0, so that noise alone makes one. With ``g`` the true gaps of the bins, each
observed one is normal with mean g and the standard error of its accuracy, or that of no gap if larger: small bins show too little
of it by chance. A distance is a weighted sum of absolute or squared normal variables. Its interval holds all multiples of the
observed pattern of gaps under which the observed distance is not in a tail of 2.5 %: it begins at 0 where the distance is what
noise would make of no gap at all, and is never without width: where even no gap would show more, it ends at the distance that
noise makes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import erf, log, pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from vlrb_task.scores.curves import (
    Array,
    Bin,
    Places,
    RiskCoverage,
    area_under_risk_coverage,
    binned,
    equal_bins,
    risk_coverage,
)
from vlrb_task.scores.estimates import TINY, Estimate, Record, Z, root
from vlrb_task.scores.intervals import Groups, exact_sum, share

BINS = 10
"""Bins of equal numbers of pairs for ECE and the reliability curve."""
LEAST = 1e-6
"""Log loss takes probabilities nearer to 0 or 1 than this as this: a sampled judge that is once sure and wrong would have
an infinite loss. How many were is counted."""


@dataclass(frozen=True, slots=True)
class Decomposition(Record):
    """Murphy's: ``brier = reliability - resolution + uncertainty + within_bins``, exactly.

    Attributes:
        reliability: squared distance of confidence and accuracy over the bins; 0 is perfect calibration.
        resolution: how far the bins' accuracies lie from the mean: what the confidence explains.
        uncertainty: ``accuracy (1 - accuracy)``: the score of a judge that always says its mean accuracy.
        within_bins: what confidences that differ within a bin add.
    """

    reliability: Estimate
    resolution: Estimate
    uncertainty: Estimate
    within_bins: float

    def to_dict(self) -> dict[str, Any]:
        """The numbers without their intervals."""
        return _values(self)


@dataclass(frozen=True, slots=True)
class Calibration(Record):
    """What a judge's confidences are worth.

    Attributes:
        source: what the confidences are.
        n: pairs with a confidence.
        ties: pairs of confidence 1/2, such as equal ratings.
        brier: mean of ``(1 - p)^2``, in [0, 1]; 1/4 is a coin.
        log_loss: mean of ``-log p`` in nats; 0.693 is a coin.
        ece: expected calibration error over :data:`BINS` bins of equal size: mean distance of confidence and accuracy.
        aurc: area under the risk-coverage curve: mean error when only the surest share of pairs is kept, over all shares.
        ece_by_chance: what a judge calibrated perfectly, with these confidences, would show on average. An ``ece`` near it
            is no evidence of miscalibration.
        clipped: pairs whose probability was raised to :data:`LEAST` for the log loss.
        decomposition: of ``brier``.
        reliability: the bins.
        risk_coverage: the curve.
    """

    source: str
    n: int
    ties: int
    brier: Estimate
    log_loss: Estimate
    ece: Estimate
    aurc: Estimate
    ece_by_chance: float
    clipped: int
    decomposition: Decomposition
    reliability: tuple[Bin, ...]
    risk_coverage: RiskCoverage

    def to_dict(self) -> dict[str, Any]:
        """The object ``calibration`` of ``vlrb score --json``: numbers, and their ``intervals`` by name."""
        return _values(self) | {"intervals": _estimates(self) | _estimates(self.decomposition)}


def _values(record: Record) -> dict[str, Any]:
    return Record.to_dict(record) | {name: found["value"] for name, found in _estimates(record).items()}


def _estimates(record: Record) -> dict[str, Any]:
    found = {name: getattr(record, name) for name in record.__dataclass_fields__}
    return {name: one.to_dict() for name, one in found.items() if isinstance(one, Estimate)}


def calibration(
    p: ArrayLike, groups: Groups | None = None, rank: ArrayLike | None = None, source: str = "probabilities"
) -> Calibration | None:
    """Every measure of a judge's confidences.

    Args:
        p: for each pair the probability given to its better response, in [0, 1], shape ``(pairs,)``; no NaN.
        groups: pairs that belong together vary as one.
        rank: by what the surest pairs are found; by default ``max(p, 1 - p)``.
        source: what the probabilities are.

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
    level = sure if rank is None else np.asarray(rank, dtype=np.float64)
    bins = equal_bins(sure, BINS)
    curve = binned(sure, right, bins, groups)
    most = -log(LEAST)
    return Calibration(
        source,
        given.size,
        int((given == 0.5).sum()),
        share((1 - given) ** 2, groups=groups),
        share(-np.log(np.clip(given, LEAST, 1.0)) / most, groups=groups).times(most),
        expected_calibration_error(curve),
        area_under_risk_coverage(level, right, groups),
        error_by_chance(sure, bins),
        int((given < LEAST).sum()),
        Decomposition(
            reliability(curve),
            resolution(curve),
            _uncertainty(share(right, groups=groups)),
            _within_bins(sure, right, bins),
        ),
        tuple(curve),
        risk_coverage(level, right, groups),
    )


def confidence(p: Array) -> tuple[Array, Array]:
    """How sure, ``max(p, 1 - p)``, and how right: 1, 1/2 at a tie, or 0."""
    # Rounded: 1 - 1/3 is not 2/3 to the last digit, and pairs that are equally sure must not be ranked.
    return np.maximum(p, 1 - p).round(12), np.where(p == 0.5, 0.5, (p > 0.5).astype(np.float64))


def _uncertainty(accuracy: Estimate) -> Estimate:
    """``a (1 - a)``, largest at 1/2, of all accuracies in the interval."""
    a, low, high = accuracy.value or 0.0, accuracy.low or 0.0, accuracy.high or 0.0
    ends = sorted((low * (1 - low), high * (1 - high)))
    error = abs(1 - 2 * a) * (accuracy.se or 0.0)
    return Estimate(a * (1 - a), ends[0], 0.25 if low <= 0.5 <= high else ends[1], accuracy.n, accuracy.method, error)


def _within_bins(sure: Array, right: Array, bins: Sequence[Places]) -> float:
    """Variance of the confidences within bins, less twice their covariance with being right."""

    def part(s: Array, y: Array) -> float:
        apart = s - exact_sum(s) / s.size
        return exact_sum(apart * (apart - 2 * (y - exact_sum(y) / y.size)))

    # Exact sums: the order of pairs must not show in the last digit.
    return sum(part(sure[at], right[at]) for at in bins) / sure.size


def expected_calibration_error(bins: Sequence[Bin]) -> Estimate:
    """ECE: the mean distance of confidence and accuracy over the bins."""
    return _distance(bins, _absolute, "folded-normal")


def reliability(bins: Sequence[Bin]) -> Estimate:
    """The mean squared distance of confidence and accuracy over the bins; 0 is perfect calibration."""
    return _distance(bins, _square, "squared-normal")


def resolution(bins: Sequence[Bin]) -> Estimate:
    """The mean squared distance of the bins' accuracies from the mean accuracy: what the confidence explains."""
    return _distance(bins, _square, "squared-normal", from_mean=True)


def error_by_chance(sure: Array, bins: Sequence[Places]) -> float:
    """The mean ECE of a judge that is calibrated perfectly and has these confidences.

    Args:
        sure: confidences in [1/2, 1], shape ``(pairs,)``.
        bins: the pairs of each bin.
    """
    errors = np.array([sqrt(exact_sum(sure[at] * (1 - sure[at]))) / at.size for at in bins])
    weights = np.array([at.size for at in bins]) / sure.size
    return float(weights @ _absolute(np.zeros(len(bins)), errors)[0])


Moments = Callable[[Array, Array], tuple[Array, Array]]


def _distance(bins: Sequence[Bin], moments: Moments, method: str, *, from_mean: bool = False) -> Estimate:
    """The mean distance of the bins' accuracies from their confidences, or from the mean accuracy."""
    each = [(one.accuracy, one.confidence) for one in bins]
    found = [(a.n, a.value or 0.0, sure, (a.high or 0.0) - (a.low or 0.0), a.se or 0.0) for a, sure in each]
    sizes, accuracies, level, reach, seen = np.array(found, dtype=np.float64).T
    weights, none = sizes / sizes.sum(), np.zeros(len(bins))
    if from_mean:
        level = np.full(len(bins), weights @ accuracies)
    # Standard errors of the accuracies, never 0: the largest of half a Wilson interval over z, of the linearised error with
    # n - 1 in the place of n, and of what accuracies of that level, without a gap, would have.
    seen = np.maximum(reach / (2 * Z), seen * np.sqrt(sizes / np.maximum(sizes - 1, 1)))
    errors = np.maximum(seen, np.sqrt(level * (1 - level) / sizes))
    if (
        from_mean and len(bins) > 1
    ):  # the mean holds each bin's own error too, by its weight; a single bin keeps a width
        errors = errors * np.sqrt(1 - weights)
    gaps = np.abs(level - accuracies)
    value = float(weights @ moments(gaps, none)[0])
    pattern = gaps if value > 0 else errors

    def end(z: float) -> float:
        """Of the multiple of the pattern under which the value is ``z`` standard deviations above its mean; 0 if below 0."""

        def beyond(multiple: float) -> float:
            mean, variance = moments(multiple * pattern, errors)
            return float((value - weights @ mean) / np.sqrt(max(float(weights**2 @ variance), TINY))) - z

        if beyond(0.0) <= 0 or not pattern.any():
            return 0.0
        top = 1.0
        while beyond(top) > 0:
            top *= 2
        return float(weights @ moments(root(beyond, 0.0, top) * pattern, none)[0])

    error = float(np.sqrt(weights**2 @ moments(gaps, errors)[1]))
    low, high = min(value, end(Z)), max(value, min(1.0, end(-Z) or float(weights @ moments(none, errors)[0])))
    return Estimate(value, low, high, int(sizes.sum()), method, error)


def _absolute(mean: Array, error: Array) -> tuple[Array, Array]:
    """Mean and variance of the absolute value of normal variables."""
    ratio = np.divide(mean, error, out=np.zeros_like(mean), where=error > 0)
    first = error * sqrt(2 / pi) * np.exp(-(ratio**2) / 2) + mean * np.array([erf(one / sqrt(2)) for one in ratio])
    first = np.where(error > 0, first, np.abs(mean))
    return first, np.maximum(mean**2 + error**2 - first**2, 0.0)


def _square(mean: Array, error: Array) -> tuple[Array, Array]:
    """Mean and variance of the square of normal variables."""
    return mean**2 + error**2, 2 * error**2 * (2 * mean**2 + error**2)
