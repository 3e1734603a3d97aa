"""How many pairs and votes a difference takes, and the smallest difference that a benchmark of some size can show."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlrb_task.scores.at_k import AtK
from vlrb_task.scores.estimates import Estimate

Array = NDArray[np.float64]

ALPHA = 0.05
POWER = 0.8


def effect_in_errors(alpha: float = ALPHA, power: float = POWER, tests: int = 1) -> float:
    """How many standard errors a true difference must be for a two-sided test to find it with probability ``power``.

    Args:
        alpha: level of the test.
        power: in (alpha, 1).
        tests: how many tests are adjusted together. Holm's procedure is at its most careful with the first of them, which
            is taken here: Bonferroni's level ``alpha / tests``.
    """
    normal = NormalDist()
    return normal.inv_cdf(1 - alpha / (2 * tests)) + normal.inv_cdf(power)


def smallest_difference(
    pairs: float, square: float, alpha: float = ALPHA, power: float = POWER, tests: int = 1
) -> float:
    """The smallest true difference of two judges on the same pairs that is found with probability ``power``.

    The paired differences have variance ``square - d^2``, so that ``d = e sqrt(square / (pairs + e^2))`` with ``e`` from
    :func:`effect_in_errors`.

    Args:
        pairs: (effective) number of them, above 0.
        square: mean square of the differences of two judges' scores, in [0, 1]: the share of pairs on which one is
            right and the other wrong, plus a quarter of the share on which they are half a point apart.
        alpha: level of the test.
        power: the wanted one.
        tests: tests that are adjusted together.

    Returns:
        In [0, 1].
    """
    e = effect_in_errors(alpha, power, tests)
    return e * sqrt(square / (pairs + e * e))


def pairs_needed(
    difference: float, square: float, alpha: float = ALPHA, power: float = POWER, tests: int = 1
) -> int | None:
    """The least number of pairs on which a true difference is found with probability ``power``: the inverse of
    :func:`smallest_difference`.

    Args:
        difference: in (0, 1].
        square: as there.
        alpha: level of the test.
        power: the wanted one.
        tests: tests that are adjusted together.

    Returns:
        None where judges with such a mean square cannot differ so much.
    """
    if not 0 < difference <= 1:
        raise ValueError(f"a difference is a fraction above 0 and up to 1, not {difference}")
    if square <= difference**2:
        return None
    e = effect_in_errors(alpha, power, tests)
    return max(1, ceil(e * e * (square - difference**2) / difference**2))


def power_of(difference: float, pairs: float, square: float, alpha: float = ALPHA, tests: int = 1) -> float:
    """The probability that a two-sided test finds a true difference.

    Args:
        difference: in [0, 1].
        pairs: (effective) number of them.
        square: mean square of the paired differences.
        alpha: level of the test.
        tests: tests that are adjusted together.
    """
    normal = NormalDist()
    deviation = sqrt(max(square - difference**2, 0.0) / pairs)
    if not deviation:
        return 1.0 if difference else alpha / tests
    reach = normal.inv_cdf(1 - alpha / (2 * tests))
    return normal.cdf(difference / deviation - reach) + normal.cdf(-difference / deviation - reach)


def mean_square(gaps: ArrayLike) -> float:
    """Mean square of two judges' paired differences: half a point apart counts a quarter of a whole one."""
    values = np.asarray(gaps, dtype=np.float64)
    return float((values**2).mean())


def squares_at_k(a: AtK, b: AtK, k: int) -> Array:
    """The expected square of two judges' difference on each pair if each were asked k votes, from logs of more.

    Exact from each pair's votes: the two draws are independent, so that the expectation is
    ``E a^2 + E b^2 - 2 E a E b``.

    Args:
        a: one judge's expectations, over the pairs that both have.
        b: the other's.
        k: among both ``sizes``.

    Returns:
        In [0, 1], shape ``(pairs,)``.

    Raises:
        ValueError: the two are not over the same pairs.
    """
    if not np.array_equal(a.pairs, b.pairs):
        raise ValueError("two judges are compared on the same pairs")
    i, j = a.sizes.index(k), b.sizes.index(k)
    return np.clip(a.squares[:, i] + b.squares[:, j] - 2 * a.scores[:, i] * b.scores[:, j], 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Needed:
    """How many pairs a difference takes.

    Attributes:
        difference: in (0, 1].
        pairs: that are needed; None where such a difference cannot occur.
        low, high: at the ends of the interval of the mean square; None where it has none.
    """

    difference: float
    pairs: int | None
    low: int | None
    high: int | None

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("difference", "pairs", "low", "high")}


CURVE = tuple(np.geomspace(0.01, 0.4, 41).round(4).tolist())
"""The differences of a plan's curve: 1 to 40 points."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What it takes to tell two judges apart.

    Attributes:
        votes: votes a pair.
        square: mean square of the paired differences at that many votes; without an interval where it is assumed.
        pairs: how many are needed; None where such a difference cannot occur.
        smallest: the smallest difference that shows on the pairs at hand.
        power: of the wanted difference on the pairs at hand.
        curve: pairs needed for each difference of :data:`CURVE`.
    """

    votes: int
    square: Estimate
    pairs: int | None
    smallest: float
    power: float
    curve: tuple[Needed, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "votes": self.votes,
            "square": self.square.value,
            "square_interval": self.square.to_dict(),
            "pairs": self.pairs,
            "smallest": self.smallest,
            "power": self.power,
            "curve": [found.to_dict() for found in self.curve],
        }

    @classmethod
    def of(
        cls,
        difference: float,
        votes: int,
        square: Estimate,
        at_hand: float,
        power: float = POWER,
        tests: int = 1,
        effect: float = 1.0,
    ) -> Plan:
        """A plan for a difference in (0, 1], held against the number of pairs ``at_hand``; where they come in groups,
        ``effect`` is the groups' design effect.
        """

        def needed(wanted: float, value: float | None) -> int | None:
            found = None if value is None else pairs_needed(wanted, value, power=power, tests=tests)
            return None if found is None else ceil(found * effect)

        value, independent = square.value or 0.0, at_hand / effect
        return cls(
            votes,
            square,
            needed(difference, value),
            smallest_difference(independent, value, power=power, tests=tests),
            power_of(difference, independent, value, tests=tests),
            tuple(Needed(d, needed(d, value), needed(d, square.low), needed(d, square.high)) for d in CURVE),
        )
