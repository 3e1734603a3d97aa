"""Ratios of means that may be negative, and correlations of numbers that carry noise of their own."""

from __future__ import annotations

from math import fsum, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from vlrb_task.scores.estimates import CONFIDENCE, Estimate, nothing


def ratio_of_means(top: ArrayLike, bottom: ArrayLike) -> Estimate:
    """The mean of one quantity over that of another on the same units, with Fieller's interval.

    Args:
        top: of each unit, of either sign, shape ``(units,)``.
        bottom: of each unit.

    Returns:
        Without an interval where the denominator's mean is not clearly above 0, since any ratio is then possible. ``se`` is
        the linearised standard error.

    Source:
        E. C. Fieller, J. R. Stat. Soc. B 16 (1954) 175-185, with Student's quantile.
    """
    a, b = np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64)
    n = a.size
    if n < 2 or not b.mean() > 0:
        return nothing("fieller", n)
    from scipy.stats import t

    mean_a, mean_b = float(a.mean()), float(b.mean())
    value = mean_a / mean_b
    (var_a, cov), (_, var_b) = (np.cov(a, b) / n).tolist()
    error = sqrt(max(0.0, var_a - 2 * value * cov + value * value * var_b)) / mean_b
    quantile = float(t.ppf(0.5 + CONFIDENCE / 2, n - 1)) ** 2
    # All r with (mean_a - r mean_b)^2 <= t^2 (var_a - 2 r cov + r^2 var_b).
    square, middle, rest = mean_b**2 - quantile * var_b, mean_a * mean_b - quantile * cov, mean_a**2 - quantile * var_a
    inside = middle * middle - square * rest
    if square <= 0 or inside < 0:
        return Estimate(value, None, None, n, "fieller", error)
    reach = sqrt(inside)
    return Estimate(value, (middle - reach) / square, (middle + reach) / square, n, "fieller", error)


def corrected_for_noise(
    x: ArrayLike, y: ArrayLike, x_errors: ArrayLike, y_errors: ArrayLike
) -> tuple[float, float | None, float | None] | None:
    """Pearson's correlation of the true values behind two series of estimates (correction for attenuation).

    The observed variances are those of the true values plus the mean squared standard errors. The interval is Fisher's of
    the observed correlation, divided by the same factor and cut at -1 and 1: it takes the reliabilities as known.

    Args:
        x: estimates, shape ``(units,)``.
        y: of other data, on the same units.
        x_errors: standard errors of ``x``.
        y_errors: of ``y``.

    Returns:
        ``(value, low, high)`` in [-1, 1]; None where noise explains all that is seen of one of them. No interval for
        fewer than four units.

    Source:
        C. Spearman, Am. J. Psychol. 15 (1904) 72-101; E. P. Charles, Psychol. Methods 10 (2005) 206-226, on the interval.
    """
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if a.size < 3 or not a.var() or not b.var():
        return None
    reliability = 1.0
    for values, errors in ((a, x_errors), (b, y_errors)):
        noise = fsum(np.asarray(errors, dtype=np.float64) ** 2) / values.size
        reliability *= max(0.0, 1 - noise / float(values.var(ddof=1)))
    if reliability <= 0:
        return None
    seen = float(np.corrcoef(a, b)[0, 1])

    def scaled(r: float) -> float:
        return max(-1.0, min(1.0, r / sqrt(reliability)))

    if a.size < 4 or abs(seen) >= 1 - 1e-12:
        return scaled(seen), None, None
    reach = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2) / sqrt(a.size - 3)
    low, high = (scaled(float(np.tanh(np.arctanh(seen) + side * reach))) for side in (-1, 1))
    return scaled(seen), low, high
