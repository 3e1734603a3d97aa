"""How many pairs and votes a difference takes, and the smallest difference that a benchmark of some size can show."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from vlrb_task.scores.at_k import AtK

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


def mean_square_at_k(a: AtK, b: AtK, k: int) -> float:
    """The mean square of the difference of two judges' outcomes if each were asked k votes, from logs of more.

    Exact from each pair's votes: the two draws are independent, so that the expectation is
    ``E a^2 + E b^2 - 2 E a E b``.

    Args:
        a: one judge's expectations, over the pairs that both have.
        b: the other's.
        k: among both ``sizes``.

    Raises:
        ValueError: the two are not over the same pairs.
    """
    if not np.array_equal(a.pairs, b.pairs):
        raise ValueError("two judges are compared on the same pairs")
    i, j = a.sizes.index(k), b.sizes.index(k)
    return float((a.squares[:, i] + b.squares[:, j] - 2 * a.scores[:, i] * b.scores[:, j]).mean())


@dataclass(frozen=True, slots=True)
class Plan:
    """What it takes to tell two judges apart.

    Attributes:
        votes: votes a pair.
        square: mean square of the paired differences at that many votes.
        pairs: how many are needed; None where such a difference cannot occur.
        smallest: the smallest difference that shows on the pairs at hand.
        power: of the wanted difference on the pairs at hand.
    """

    votes: int
    square: float
    pairs: int | None
    smallest: float
    power: float

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("votes", "square", "pairs", "smallest", "power")}

    @classmethod
    def of(
        cls, difference: float, votes: int, square: float, at_hand: float, power: float = POWER, tests: int = 1
    ) -> Plan:
        """A plan for a difference in (0, 1], held against the number of pairs ``at_hand``."""
        return cls(
            votes,
            square,
            pairs_needed(difference, square, power=power, tests=tests),
            smallest_difference(at_hand, square, power=power, tests=tests),
            power_of(difference, at_hand, square, tests=tests),
        )
