"""How many pairs and votes a difference takes, from logs or assumed, and the smallest one that a benchmark of some size shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import asin, ceil, sin, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlrb_task.compare.basis import common_basis
from vlrb_task.scores.estimates import Estimate, Record
from vlrb_task.scores.intervals import among, mean_difference, share
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.sampling import AtK
from vlrb_task.scores.scored import Scored
from vlrb_task.support.errors import DataError
from vlrb_task.votes import Run

ALPHA = 0.05
POWER = 0.8
SQUARE = 0.4
"""Assumed mean square of two judges' differences: the share of pairs on which exactly one is right. Two independent judges of
65 % differ on 45 %; the four real judges whose outputs the project was tested on differ on 33 to 49 %."""
TYPICAL = 0.65
"""Accuracy at which a difference without shared pairs is worked out."""
USUAL_PAIRS = 1250
"""Pairs of the benchmark, where no logs say how many there are."""
CURVE = tuple(np.geomspace(0.01, 0.4, 41).round(4).tolist())
"""The differences of a plan's curve: 1 to 40 points."""


def effect_in_errors(power: float = POWER, tests: int = 1) -> float:
    """How many standard errors a true difference must be for a two-sided test at :data:`ALPHA` to find it with that power.

    Of several tests that are adjusted together Holm's procedure is at its most careful with the first, which is taken here:
    Bonferroni's level ``ALPHA / tests``.
    """
    return _reach(tests) + NormalDist().inv_cdf(power)


def _reach(tests: int) -> float:
    """How many standard errors from 0 the first of the tests says that two judges differ."""
    return NormalDist().inv_cdf(1 - ALPHA / (2 * tests))


def smallest_difference(pairs: float, square: float, power: float = POWER, tests: int = 1) -> float:
    """The smallest true difference of two judges on the same pairs that is found with probability ``power``; in [0, 1].

    The paired differences have variance ``square - d^2``, so that ``d = e sqrt(square / (pairs + e^2))`` with ``e`` from
    :func:`effect_in_errors`. ``square`` is the mean square of the differences of the judges' scores, in [0, 1]: the share of
    pairs on which one is right and the other wrong, plus a quarter of the share on which they are half a point apart.
    """
    e = effect_in_errors(power, tests)
    return e * sqrt(square / (pairs + e * e))


def pairs_needed(difference: float, square: float, power: float = POWER, tests: int = 1) -> int | None:
    """The least number of pairs on which a true difference in (0, 1] is found: the inverse of :func:`smallest_difference`.

    None where judges with such a mean square cannot differ so much.

    Raises:
        ValueError: no such difference.
    """
    if not 0 < difference <= 1:
        raise ValueError(f"a difference is a fraction above 0 and up to 1, not {difference}")
    if square <= difference**2:
        return None
    e = effect_in_errors(power, tests)
    return max(1, ceil(e * e * (square - difference**2) / difference**2))


def power_of(difference: float, pairs: float, square: float, tests: int = 1) -> float:
    """The probability that a two-sided test finds a true difference in (0, 1]; else as :func:`smallest_difference`."""
    deviation = sqrt(max(square - difference**2, 0.0) / pairs)
    if not deviation:
        return 1.0
    cdf, reach = NormalDist().cdf, _reach(tests)
    return cdf(difference / deviation - reach) + cdf(-difference / deviation - reach)


def mean_square(gaps: ArrayLike) -> float:
    """Mean square of two judges' paired differences: half a point apart counts a quarter of a whole one."""
    values = np.asarray(gaps, dtype=np.float64)
    return float((values**2).mean())


@dataclass(frozen=True, slots=True)
class Detectable(Record):
    """Smallest true difference that a two-sided test at 5 % finds with a probability of 80 %.

    Attributes:
        n: pairs.
        square: mean square of the two judges' paired differences, that was assumed or observed; a pair on which
            they are half a point apart counts a quarter.
        paired: between two judges on the same pairs, in [0, 1].
        adjusted: the same where the test is one of several that Holm adjusts together, as the groups' are.
        unpaired: against a published score, whose votes are not available: two proportions from :data:`TYPICAL` upwards, by
            Cohen's h.
    """

    n: int
    square: float
    paired: float
    adjusted: float
    unpaired: float


def detectable(n: int, square: float = SQUARE, tests: int = 1) -> Detectable:
    """Smallest detectable difference at ``n`` pairs, above 0, by normal power; ``tests`` as in :func:`effect_in_errors`."""
    h = effect_in_errors() * sqrt(2 / n)
    angle = min(asin(sqrt(TYPICAL)) + h / 2, asin(1.0))
    adjusted = smallest_difference(n, square, tests=max(1, tests))
    return Detectable(n, square, smallest_difference(n, square), adjusted, sin(angle) ** 2 - TYPICAL)


@dataclass(frozen=True, slots=True)
class Plan(Record):
    """What it takes to tell two judges apart.

    Attributes:
        votes: votes a pair.
        square: mean square of the paired differences at that many votes.
        square_interval: the same with its interval; without one where it is assumed.
        pairs: how many are needed; None where such a difference cannot occur.
        smallest: the smallest difference that shows on these pairs.
        power: of the wanted difference on these pairs.
        curve: for each ``difference`` of :data:`CURVE` the ``pairs`` needed, and those at the ends of the square's interval,
            ``low`` and ``high``.
    """

    votes: int
    square: float
    square_interval: Estimate
    pairs: int | None
    smallest: float
    power: float
    curve: tuple[Mapping[str, float | None], ...]

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
            found = None if value is None else pairs_needed(wanted, value, power, tests)
            return None if found is None else ceil(found * effect)

        value, independent = square.value or 0.0, at_hand / effect
        return cls(
            votes,
            value,
            square,
            needed(difference, value),
            smallest_difference(independent, value, power, tests),
            power_of(difference, independent, value, tests),
            tuple(
                {"difference": d}
                | {name: needed(d, at) for name, at in (("pairs", value), ("low", square.low), ("high", square.high))}
                for d in CURVE
            ),
        )


@dataclass(frozen=True, slots=True)
class Planned(Record):
    """What it takes to find a difference.

    Attributes:
        difference: the wanted one, a fraction.
        power: the wanted probability of finding it.
        tests: how many tests are adjusted together.
        pairs_at_hand: how many there are.
        design_effect: variance of the difference with groups of pairs over that without; 1 where pairs are not grouped.
        like: the judges whose logs the variance is from; empty where it is assumed.
        seen_difference: theirs in these logs; None where the variance is assumed.
        plans: one for each number of votes that the logs allow.
    """

    difference: float
    power: float
    tests: int
    pairs_at_hand: int
    design_effect: float
    like: tuple[str, ...]
    seen_difference: float | None
    plans: tuple[Plan, ...]


def plan(
    difference: float,
    power: float,
    like: Sequence[Run] = (),
    judges: int = 2,
    policy: Policy = Policy.STRICT,
    at_hand: int = USUAL_PAIRS,
) -> Planned:
    """Plan a comparison.

    Args:
        difference: of two judges' accuracies, in (0, 1).
        power: in (0, 1): the wanted probability of finding it.
        like: two runs whose differences vary as those to come; without them the mean square is assumed.
        judges: how many are compared, every two of them tested and adjusted together.
        policy: under which pairs are scored.
        at_hand: how many pairs there are, where no runs say so.

    Raises:
        DataError: another number of runs, no common pairs, or numbers out of range.
    """
    if not 0 < difference < 1 or not 0.05 < power < 1:
        raise DataError("the difference is above 0 and below 100 points, the power above 5 % and below 100 %")
    if judges < 2:
        raise DataError(f"two judges are needed for a comparison, not {judges}")
    tests = judges * (judges - 1) // 2
    if not like:
        assumed = Plan.of(difference, 1, Estimate(SQUARE, None, None, 0, "assumed"), at_hand, power, tests)
        return Planned(difference, power, tests, at_hand, 1.0, (), None, (assumed,))
    if len(like) != 2:
        raise DataError(f"--like needs two runs, and the logs hold {len(like)}")
    basis = common_basis(like, policy)
    scored = [Scored(run, policy) for run in basis.runs]
    gaps = scored[0].values - scored[1].values
    held = ~np.isnan(gaps)
    if not held.any():
        raise DataError(f"no pair that both keep under policy {policy}")
    groups = scored[0].groups
    plain, grouped = mean_difference(gaps[held]), mean_difference(gaps[held], among(held, groups))
    effect = (grouped.se or 0.0) ** 2 / (plain.se or 1.0) ** 2 if groups is not None and plain.se else 1.0
    squares = {max(one.usual_votes for one in scored): share(gaps**2, groups=groups, where=held)}
    a, b = (one.at_k for one in scored)
    if a is not None and b is not None and np.array_equal(a.pairs, b.pairs):
        drawn = among(a.pairs, groups)
        squares |= {k: share(squares_at_k(a, b, k), groups=drawn) for k in sorted(set(a.sizes) & set(b.sizes))}
    pairs = int(held.sum())
    plans = tuple(Plan.of(difference, k, square, pairs, power, tests, effect) for k, square in sorted(squares.items()))
    return Planned(difference, power, tests, pairs, effect, basis.names, plain.value, plans)


def squares_at_k(a: AtK, b: AtK, k: int) -> NDArray[np.float64]:
    """The expected square of two judges' difference on each pair, in [0, 1], if each were asked k votes, from logs of more.

    Exact from the expectations of both over the same pairs: the draws are independent, so that it is
    ``E a^2 + E b^2 - 2 E a E b``.
    """
    i, j = a.sizes.index(k), b.sizes.index(k)
    return np.clip(a.squares[:, i] + b.squares[:, j] - 2 * a.scores[:, i] * b.scores[:, j], 0.0, 1.0)
