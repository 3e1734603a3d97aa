"""Numbers with their intervals. Pairs are independent; votes of one pair are not, so a pair is one observation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from math import sqrt
from statistics import NormalDist
from typing import Any

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
"""Standard errors from the middle of a normal interval to its ends."""
SEED = 20_241_117  # the day the benchmark's paper appeared: any fixed number would do
TINY = 1e-300
"""Held below what is divided by, where it may be 0."""


BESIDE = {"beside": True}
"""Metadata of a record's field that has no key of its own: what is in it stands beside the record's other fields."""


@dataclass(frozen=True, slots=True)
class Record:
    """A dataclass whose fields are the keys of its JSON object, in their order."""

    def to_dict(self) -> dict[str, Any]:
        """The form that ``--json`` prints."""
        told: dict[str, Any] = {}
        for field in fields(self):
            value = plain(getattr(self, field.name))
            told |= value if field.metadata == BESIDE else {field.name: value}
        return told


def plain(value: Any) -> Any:
    """A value as JSON has it: records and mappings as objects, sequences and arrays as lists."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    return value.tolist() if hasattr(value, "tolist") else value


@dataclass(frozen=True, slots=True)
class Estimate(Record):
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

    def times(self, factor: float) -> Estimate:
        """The same quantity in another unit; below 0 the ends change places."""
        ends = (self.low, self.high) if factor > 0 else (self.high, self.low)
        value, low, high = (None if x is None else x * factor for x in (self.value, *ends))
        return Estimate(value, low, high, self.n, self.method, None if self.se is None else self.se * abs(factor))


def nothing(method: str, n: int = 0) -> Estimate:
    """An estimate of nothing: no observation, no value."""
    return Estimate(None, None, None, n, method)


def wilson(p: float, n: float) -> tuple[float, float]:
    """Wilson's score interval of a proportion in [0, 1] at an (effective) sample size above 0, which need not be whole.

    Source:
        E. B. Wilson, JASA 22 (1927) 209-212. For whole counts it equals ``scipy.stats.binomtest(...)
        .proportion_ci(method="wilson")``, which takes no fractional ones.
    """
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    reach = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    # At p = 0 and p = 1 an end is exactly 0 or 1; rounding must not put it beyond.
    return (0.0 if p == 0 else max(0.0, centre - reach)), (1.0 if p == 1 else min(1.0, centre + reach))


def tango(won: float, lost: float, n: float) -> tuple[float, float]:
    """Tango's score interval of ``won - lost``, the shares of pairs on which only the first and only the second is right.

    ``n`` is the (effective) number of pairs, above 0; it need not be whole.

    Source:
        T. Tango, Stat. Med. 17 (1998) 891-908, equations 5 to 7.
    """
    return _tango_low(won, lost, n), -_tango_low(lost, won, n)


def _tango_low(won: float, lost: float, n: float) -> float:
    value = won - lost

    def distance(d: float) -> float:
        """How many standard errors the difference is above ``d``, with the nuisance parameter at its maximum likelihood."""
        b = (2 - value) * d - won - lost
        held = (sqrt(max(0.0, b * b + 8 * lost * d * (1 - d))) - b) / 4
        return (value - d) / sqrt(max(2 * held + d * (1 - d), TINY) / n) - Z

    least = -1 + 1e-12
    if value <= least or distance(least) <= 0:
        return -1.0
    return root(distance, least, value)


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that is above 0 at ``low`` and not at ``high`` crosses 0, by halving: scoring does without scipy."""
    # Relative to large ends: two neighbouring numbers far from 0 are further apart than that.
    while high - low > 1e-12 * max(1.0, abs(low), abs(high)):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
    return (low + high) / 2
