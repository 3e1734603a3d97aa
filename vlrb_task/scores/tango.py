"""Tango's score interval of the difference of two proportions over the same pairs, and the root that its ends are."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from statistics import NormalDist

from vlrb_task.scores.estimates import CONFIDENCE

_TINY = 1e-300
_Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)


def tango(won: float, lost: float, n: float) -> tuple[float, float]:
    """Tango's score interval of ``won - lost``, the difference of two proportions over the same pairs.

    Args:
        won: share of the pairs on which only the first is right, in [0, 1].
        lost: share on which only the second is.
        n: (effective) number of pairs, above 0; need not be whole.

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
        return (value - d) / sqrt(max(2 * held + d * (1 - d), _TINY) / n) - _Z

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
