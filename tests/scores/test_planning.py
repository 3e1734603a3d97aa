"""Power against statsmodels, against each other, and by simulation with the test that is planned for."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.power import NormalIndPower

from vlrb_task.compare.planning import (
    Plan,
    effect_in_errors,
    mean_square,
    pairs_needed,
    power_of,
    smallest_difference,
    squares_at_k,
)
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.sampling import at_k
from vlrb_task.scores.sign_flips import sign_flip


def test_the_effect_is_statsmodels() -> None:
    expected = NormalIndPower().solve_power(nobs1=1, alpha=0.05, power=0.8, ratio=0)
    assert effect_in_errors() == pytest.approx(expected, abs=2e-3)
    assert effect_in_errors(tests=45) == pytest.approx(
        NormalIndPower().solve_power(nobs1=1, alpha=0.05 / 45, power=0.8, ratio=0), abs=2e-3
    )


def test_pairs_and_differences_are_each_others_inverse() -> None:
    for d in (0.02, 0.05, 0.2):
        pairs = pairs_needed(d, 0.4)
        assert pairs is not None
        assert smallest_difference(pairs, 0.4) <= d < smallest_difference(pairs - 1, 0.4)
        assert power_of(d, pairs, 0.4) == pytest.approx(0.8, abs=0.01)
    assert pairs_needed(0.9, 0.4) is None
    with pytest.raises(ValueError, match="fraction"):
        pairs_needed(3, 0.4)


def test_half_point_gaps_count_a_quarter() -> None:
    """Judges half a point apart on 68 of 100 pairs differ by 4.5 points or more at 1,250 pairs, not 7."""
    gaps = [0.5] * 34 + [-0.5] * 34 + [0.0] * 32
    assert mean_square(gaps) == pytest.approx(0.17)
    assert smallest_difference(1250, mean_square(gaps)) < 0.6 * smallest_difference(1250, 0.68)


def test_the_planned_power_is_what_the_exact_test_shows() -> None:
    # The mid-p: the exact test holds its level by being a little careful, which costs some of the power.
    rng = np.random.default_rng(1)
    d = smallest_difference(600, 0.35)
    found = [
        sign_flip(rng.choice([1.0, -1.0, 0.0], 600, p=[(0.35 + d) / 2, (0.35 - d) / 2, 0.65]), mid_p=True).p < 0.05
        for _ in range(600)
    ]
    assert np.mean(found) == pytest.approx(0.8, abs=0.05)
    plan = Plan.of(d, 1, Estimate(0.35, 0.30, 0.40, 600, "wilson"), 600)
    assert plan.power == pytest.approx(0.8, abs=0.01)
    assert plan.pairs in (600, 601)
    for one in plan.curve:
        for name, square in (("pairs", 0.35), ("low", 0.30), ("high", 0.40)):
            assert one[name] == pairs_needed(one["difference"] or 0.0, square)
    grouped = Plan.of(d, 1, plan.square_interval, 1200, effect=2.0)
    assert grouped.smallest == pytest.approx(plan.smallest), "twice the pairs, each worth half"


def test_the_square_at_k_is_that_of_two_judges_asked_k_times() -> None:
    rng = np.random.default_rng(2)
    chance = rng.beta(2, 1, (2, 3000))
    zero = np.zeros(3000, dtype=np.int64)
    logs = [rng.binomial(5, c) for c in chance]
    found = [
        at_k(np.stack([r, 5 - r, zero], 1), np.zeros((3000, 3), dtype=np.int64), [1, 3], Policy.STRICT, alternate=False)
        for r in logs
    ]
    for k in (1, 3):
        a, b = ((2 * rng.binomial(k, c) > k).astype(float) for c in chance)
        assert squares_at_k(found[0], found[1], k).mean() == pytest.approx(mean_square(a - b), abs=0.03)
