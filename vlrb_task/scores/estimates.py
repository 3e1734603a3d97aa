"""Numbers with their intervals. Pairs are independent; votes of one pair are not, so a pair is one observation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
RESAMPLES = 10_000
SEED = 20_241_117  # the day the benchmark's paper appeared: any fixed number would do

Scores = Sequence[float] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval.

    Attributes:
        value: a fraction in [0, 1]; None where nothing was counted.
        low, high: ends of the 95 % interval; None with ``value``.
        n: how many observations (pairs, unless said otherwise) stand behind it.
        method: how the interval was made.
        se: standard error; None with ``value``.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    se: float | None = None

    def to_dict(self) -> dict[str, float | int | str | None]:
        """The form that ``--json`` prints."""
        return {"value": self.value, "low": self.low, "high": self.high, "n": self.n, "method": self.method}


def nothing(method: str, n: int = 0) -> Estimate:
    """An estimate of nothing: no observation, no value."""
    return Estimate(None, None, None, n, method)


def wilson(p: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's score interval of a proportion.

    Args:
        p: the proportion, in [0, 1].
        n: (effective) sample size, above 0; need not be whole.
        confidence: nominal coverage.

    Source:
        E. B. Wilson, JASA 22 (1927) 209-212. For whole counts it equals ``scipy.stats.binomtest(...)
        .proportion_ci(method="wilson")``, which takes no fractional ones.
    """
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # At p = 0 and p = 1 an end is exactly 0 or 1; rounding must not put it beyond.
    return (0.0 if p == 0 else max(0.0, centre - reach)), (1.0 if p == 1 else min(1.0, centre + reach))


def mean(scores: Scores) -> Estimate:
    """Mean of scores in [0, 1], one for each independent pair.

    For scores of 0 and 1 the interval is Wilson's. Scores of one half (a pair split between its two orders) vary less:
    Wilson's interval is then taken at the effective sample size ``p (1 - p) / variance of the mean``, which is the
    survey statistician's design effect. It is held to at most two observations a pair, so that a judge whose pairs all
    split evenly does not get an interval of width nought.
    """
    # Sorted: floating-point sums depend on the order, and a log's order must not show in its numbers.
    values = np.sort(np.asarray(scores, dtype=np.float64))
    n = values.size
    if not n:
        return nothing("wilson")
    p = float(values.mean())
    variance = float(values.var())
    effective = float(n)
    whole = bool(np.isin(values, (0.0, 1.0)).all())
    if not whole:
        spread = p * (1 - p)
        effective = min(2.0 * n, n * spread / variance) if variance > 0 else 2.0 * n
    low, high = wilson(p, effective)
    method = "wilson" if whole else "wilson-effective-n"
    return Estimate(p, low, high, n, method, sqrt(variance / n))


def ratio(numerators: Scores, denominators: Scores) -> Estimate:
    """A ratio of sums over pairs, such as the share of votes that were parsed, with pairs as clusters.

    The variance is the linearised (Taylor) one of a ratio estimator; the interval is Wilson's at the effective sample
    size that it implies, at most the sum of the denominators.

    Args:
        numerators: counted in each pair, shape ``(pairs,)``.
        denominators: out of how many in each pair, shape ``(pairs,)``.

    Returns:
        ``n`` is the sum of the denominators.

    Source:
        W. G. Cochran, Sampling Techniques (1977), section 6.
    """
    top, bottom = np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)
    total = float(bottom.sum())
    if not total:
        return nothing("wilson-clustered")
    p = float(top.sum()) / total
    variance = fsum((top - p * bottom) ** 2) / total**2
    effective = min(total, p * (1 - p) / variance) if variance > 0 else total
    low, high = wilson(p, effective)
    return Estimate(p, low, high, round(total), "wilson-clustered", sqrt(variance))


def macro(strata: Mapping[str, Scores], confidence: float = CONFIDENCE) -> Estimate:
    """Mean of the strata's means, with a stratified percentile bootstrap of pairs.

    Each stratum is resampled to its own size. Scores take few values, so that a resample is one multinomial draw of
    their counts: the same distribution as drawing the pairs one by one. The seed is fixed: the same scores
    give the same interval everywhere.

    Args:
        strata: scores in [0, 1] by subset. One without scores leaves the macro average undefined: it is then no mean
            of all subsets.
        confidence: nominal coverage.

    Returns:
        ``n`` is the number of pairs in all strata.
    """
    method = f"stratified-bootstrap-{RESAMPLES}"
    arrays = [np.sort(np.asarray(scores, dtype=np.float64)) for _, scores in sorted(strata.items())]
    n = sum(a.size for a in arrays)
    if not arrays or not all(a.size for a in arrays):
        return nothing(method, n)
    generator = np.random.default_rng(SEED)
    resampled = np.zeros(RESAMPLES)
    for scores in arrays:
        levels, counts = np.unique(scores, return_counts=True)
        drawn = generator.multinomial(scores.size, counts / scores.size, size=RESAMPLES)
        resampled += drawn @ levels / scores.size
    resampled /= len(arrays)
    low, high = np.quantile(resampled, [0.5 - confidence / 2, 0.5 + confidence / 2])
    value = fsum(float(a.mean()) for a in arrays) / len(arrays)
    error = sqrt(sum(float(a.var()) / a.size for a in arrays)) / len(arrays)
    return Estimate(value, min(float(low), value), max(float(high), value), n, method, error)
