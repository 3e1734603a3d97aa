"""How many pairs and votes it takes to tell two judges apart, from logs like theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vlrb_task.compare.basis import common_basis
from vlrb_task.compare.power import SQUARE
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import mean_difference, share
from vlrb_task.scores.planning import Plan, squares_at_k
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.scored import Scored
from vlrb_task.support.errors import DataError
from vlrb_task.votes import Run

USUAL_PAIRS = 1250
"""Pairs of the benchmark, where no logs say how many there are."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What it takes to find a difference.

    Attributes:
        difference: the wanted one, a fraction.
        power: the wanted probability of finding it.
        tests: how many tests are adjusted together.
        pairs: at hand.
        design_effect: variance of the difference with groups of pairs over that without; 1 where pairs are not grouped.
        names: the judges whose logs the variance is from; empty where it is assumed.
        seen: their difference in these logs; None where the variance is assumed.
        plans: one for each number of votes that the logs allow.
    """

    difference: float
    power: float
    tests: int
    pairs: int
    design_effect: float
    names: tuple[str, ...]
    seen: float | None
    plans: tuple[Plan, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "difference": self.difference,
            "power": self.power,
            "tests": self.tests,
            "pairs_at_hand": self.pairs,
            "design_effect": self.design_effect,
            "like": list(self.names),
            "seen_difference": self.seen,
            "plans": [plan.to_dict() for plan in self.plans],
        }


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
    groups = None if scored[0].groups is None else scored[0].groups[held]
    plain, grouped = mean_difference(gaps[held]), mean_difference(gaps[held], groups)
    effect = (grouped.se or 0.0) ** 2 / (plain.se or 1.0) ** 2 if groups is not None and plain.se else 1.0
    at_hand = int(held.sum())
    squares = {max(one.usual_votes for one in scored): share(gaps[held] ** 2, groups=groups)}
    a, b = (one.at_k for one in scored)
    if a is not None and b is not None and np.array_equal(a.pairs, b.pairs):
        drawn = None if scored[0].groups is None else scored[0].groups[a.pairs]
        squares |= {k: share(squares_at_k(a, b, k), groups=drawn) for k in sorted(set(a.sizes) & set(b.sizes))}
    plans = tuple(
        Plan.of(difference, k, square, at_hand, power, tests, effect) for k, square in sorted(squares.items())
    )
    return Planned(difference, power, tests, at_hand, effect, basis.names, plain.value, plans)
