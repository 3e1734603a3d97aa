"""Numbers with their intervals. Pairs are independent; votes of one pair are not, so a pair is one observation."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
SEED = 20_241_117  # the day the benchmark's paper appeared: any fixed number would do


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
        return {name: getattr(self, name) for name in ("value", "low", "high", "n", "method", "se")}


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
