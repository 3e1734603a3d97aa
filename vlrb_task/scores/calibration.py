"""Does a judge know when it is right? Brier score with its decomposition, log loss, ECE, and risk against coverage.

A confidence here is a probability ``p`` that the better response of a pair is the better one: the ``p`` of a vote, the share of
a pair's votes, or a margin of scalar rewards put through a logistic function. ``max(p, 1 - p)`` is how sure the judge is;
it is right where ``p > 1/2``, and half right at a tie, ``p = 1/2``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlrb_task.scores.bins import Bin, binned, equal_bins
from vlrb_task.scores.calibration_error import error_by_chance, expected_calibration_error, reliability, resolution
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import Groups, exact_sum, share
from vlrb_task.scores.risk_coverage import RiskCoverage, area_under_risk_coverage, risk_coverage

Array = NDArray[np.float64]

BINS = 10
"""Bins of equal numbers of pairs for ECE and the reliability curve."""
LEAST = 1e-6
"""Log loss takes probabilities nearer to 0 or 1 than this as this: a sampled judge that is once sure and wrong would have
an infinite loss. How many were is counted."""


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Murphy's: ``brier = reliability - resolution + uncertainty + within_bins``, exactly.

    Attributes:
        reliability: squared distance of confidence and accuracy over the bins; 0 is perfect calibration.
        resolution: how far the bins' accuracies lie from the mean: what the confidence tells.
        uncertainty: ``accuracy (1 - accuracy)``: the score of a judge that always says its mean accuracy.
        within_bins: what confidences that differ within a bin add.
    """

    reliability: Estimate
    resolution: Estimate
    uncertainty: Estimate
    within_bins: float

    def to_dict(self) -> dict[str, float | None]:
        parts = {name: getattr(self, name).value for name in ("reliability", "resolution", "uncertainty")}
        return {**parts, "within_bins": self.within_bins}


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
        risk_coverage: the curve.
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
    risk_coverage: RiskCoverage
    source: str

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
            "risk_coverage": self.risk_coverage.to_dict(),
            "intervals": {
                **{name: getattr(self, name).to_dict() for name in ("brier", "log_loss", "ece", "aurc")},
                **{
                    name: getattr(self.decomposition, name).to_dict()
                    for name in ("reliability", "resolution", "uncertainty")
                },
            },
        }


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
    clipped = np.clip(given, LEAST, 1.0)
    level = sure if rank is None else np.asarray(rank, dtype=np.float64)
    bins = equal_bins(sure, BINS)
    curve = binned(sure, right, bins, groups)
    return Calibration(
        given.size,
        int((given == 0.5).sum()),
        share((1 - given) ** 2, groups=groups),
        _scaled(-np.log(clipped), -log(LEAST), groups),
        int((given < LEAST).sum()),
        expected_calibration_error(curve),
        error_by_chance(sure, bins),
        Decomposition(
            reliability(curve),
            resolution(curve),
            _uncertainty(share(right, groups=groups)),
            _within_bins(sure, right, bins),
        ),
        tuple(curve),
        area_under_risk_coverage(level, right, groups),
        risk_coverage(level, right, groups),
        source,
    )


def confidence(p: Array) -> tuple[Array, Array]:
    """How sure, ``max(p, 1 - p)``, and how right: 1, 1/2 at a tie, or 0."""
    # Rounded: 1 - 1/3 is not 2/3 to the last digit, and pairs that are equally sure must not be ranked.
    return np.maximum(p, 1 - p).round(12), np.where(p == 0.5, 0.5, (p > 0.5).astype(np.float64))


def _scaled(values: Array, most: float, groups: Groups | None) -> Estimate:
    """Mean of values in [0, most]: the interval of the mean of their shares of ``most``."""
    found = share(values / most, groups=groups)
    value, low, high, error = (None if x is None else x * most for x in (found.value, found.low, found.high, found.se))
    return Estimate(value, low, high, found.n, found.method, error)


def _uncertainty(accuracy: Estimate) -> Estimate:
    """``a (1 - a)``, largest at 1/2, of all accuracies in the interval."""
    a, low, high = accuracy.value or 0.0, accuracy.low or 0.0, accuracy.high or 0.0
    ends = sorted((low * (1 - low), high * (1 - high)))
    error = abs(1 - 2 * a) * (accuracy.se or 0.0)
    return Estimate(a * (1 - a), ends[0], 0.25 if low <= 0.5 <= high else ends[1], accuracy.n, accuracy.method, error)


def _within_bins(sure: Array, right: Array, bins: Sequence[NDArray[np.int64]]) -> float:
    """Variance of the confidences within bins, less twice their covariance with being right."""

    def part(s: Array, y: Array) -> float:
        apart = s - exact_sum(s) / s.size
        return exact_sum(apart * (apart - 2 * (y - exact_sum(y) / y.size)))

    # Exact sums: the order of pairs must not show in the last digit.
    return sum(part(sure[at], right[at]) for at in bins) / sure.size
