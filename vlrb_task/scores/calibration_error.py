"""How far confidence and accuracy lie apart over bins, with intervals that know that noise alone parts them.

A distance is never below 0, so that noise alone makes one. With ``g`` the true gaps of the bins, each observed one is normal
with mean g and the standard error of its accuracy, or that of no gap if larger: small bins show too little of it by chance. A
distance is a weighted sum of absolute or squared normal variables. Its interval holds all multiples of the observed pattern of
gaps under which the observed distance is not in a tail of 2.5 %: it begins at 0 where the distance is what noise would make of
no gap at all, and is never without width: where even no gap would show more, it ends at the distance that noise makes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import erf, pi, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from vlrb_task.scores.bins import Bin
from vlrb_task.scores.estimates import CONFIDENCE, Estimate
from vlrb_task.scores.intervals import exact_sum
from vlrb_task.scores.tango import root

Array = NDArray[np.float64]
Moments = Callable[[Array, Array], tuple[Array, Array]]

_Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)


def expected_calibration_error(bins: Sequence[Bin]) -> Estimate:
    """ECE: the mean distance of confidence and accuracy over the bins."""
    sizes, accuracies, sure = _parts(bins)
    return _distance(np.abs(sure - accuracies), _errors(bins, sure), sizes, _absolute, "folded-normal")


def reliability(bins: Sequence[Bin]) -> Estimate:
    """The mean squared distance of confidence and accuracy over the bins; 0 is perfect calibration."""
    sizes, accuracies, sure = _parts(bins)
    return _distance(sure - accuracies, _errors(bins, sure), sizes, _square, "squared-normal")


def resolution(bins: Sequence[Bin]) -> Estimate:
    """The mean squared distance of the bins' accuracies from the mean accuracy: what the confidence tells."""
    sizes, accuracies, _ = _parts(bins)
    weights = sizes / sizes.sum()
    mean = np.full(len(bins), weights @ accuracies)
    # The mean holds each bin's own error too, by its weight; a single bin is all of it, and keeps a width.
    own = np.sqrt(1 - weights) if len(bins) > 1 else 1.0
    return _distance(accuracies - mean, _errors(bins, mean) * own, sizes, _square, "squared-normal")


def error_by_chance(sure: Array, bins: Sequence[NDArray[np.int64]]) -> float:
    """The mean ECE of a judge that is calibrated perfectly and has these confidences.

    Args:
        sure: confidences in [1/2, 1], shape ``(pairs,)``.
        bins: the pairs of each bin.
    """
    errors = np.array([sqrt(exact_sum(sure[at] * (1 - sure[at]))) / at.size for at in bins])
    weights = np.array([at.size for at in bins]) / sure.size
    return float(weights @ _absolute(np.zeros(len(bins)), errors)[0])


def _parts(bins: Sequence[Bin]) -> tuple[Array, Array, Array]:
    """Of each bin its size, its accuracy and its mean confidence."""
    found = [(one.accuracy.n, one.accuracy.value or 0.0, one.confidence) for one in bins]
    sizes, accuracies, sure = np.array(found, dtype=np.float64).T
    return sizes, accuracies, sure


def _errors(bins: Sequence[Bin], level: Array) -> Array:
    """Standard errors of the bins' accuracies, never 0, and never below what accuracies of ``level`` would have: no gap.

    The largest of that, of half a Wilson interval over z, and of the linearised error with ``n - 1`` in the place of ``n``.
    """
    found = [one.accuracy for one in bins]
    sizes = np.array([one.n for one in found], dtype=np.float64)
    reach = np.array([(one.high or 0.0) - (one.low or 0.0) for one in found])
    seen = np.array([one.se or 0.0 for one in found]) * np.sqrt(sizes / np.maximum(sizes - 1, 1))
    largest: Array = np.maximum(np.maximum(reach / (2 * _Z), seen), np.sqrt(level * (1 - level) / sizes))
    return largest


def _distance(gaps: Array, errors: Array, sizes: Array, moments: Moments, method: str) -> Estimate:
    weights, none = sizes / sizes.sum(), np.zeros(len(gaps))
    value = float(weights @ moments(gaps, none)[0])
    pattern = gaps if value > 0 else errors

    def end(z: float) -> float:
        multiple = _scale(value, pattern, errors, weights, moments, z)
        return float(weights @ moments(multiple * pattern, none)[0])

    error = float(np.sqrt(weights**2 @ moments(gaps, errors)[1]))
    low, high = min(value, end(_Z)), max(value, min(1.0, end(-_Z) or float(weights @ moments(none, errors)[0])))
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


def _scale(value: float, pattern: Array, errors: Array, weights: Array, moments: Moments, z: float) -> float:
    """The multiple of the pattern under which the observed value is ``z`` standard deviations above its mean; 0 if below 0."""

    def beyond(multiple: float) -> float:
        mean, variance = moments(multiple * pattern, errors)
        return float((value - weights @ mean) / np.sqrt(max(float(weights**2 @ variance), 1e-300))) - z

    if beyond(0.0) <= 0 or not pattern.any():
        return 0.0
    top = 1.0
    while beyond(top) > 0:
        top *= 2
    return root(beyond, 0.0, top)
