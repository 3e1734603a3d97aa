"""Panels of judges against brute force, and against what is known of independent judges."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import binom

from vlrb_task.compare.panel import FOLDS, cascade, folds_of, log_odds, outcome, panel, votes_of
from vlrb_task.support.errors import DataError


def judged(accuracies: list[float], n: int, seed: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    rng = np.random.default_rng(seed)
    return np.stack([(rng.random(n) < a).astype(float) for a in accuracies])


FOLD = folds_of([str(i) for i in range(2000)])


def test_the_majority_of_independent_judges_is_condorcets() -> None:
    found = panel([f"j{i}" for i in range(5)], judged([0.7] * 5, 2000), FOLD)
    for size, expected in ((1, 0.7), (3, binom.sf(1, 3, 0.7)), (5, binom.sf(2, 5, 0.7))):
        assert found.sizes[size - 1].mean == pytest.approx(expected, abs=0.015)
    # Two judges of whom one is wrong are split: one half.
    assert found.sizes[1].mean == pytest.approx(0.7, abs=0.015)
    assert found.majority.value == found.sizes[4].in_sample


def test_every_panel_is_counted() -> None:
    rng = np.random.default_rng(1)
    scores = rng.choice([0.0, 0.5, 1.0, np.nan], (4, 300), p=[0.2, 0.1, 0.6, 0.1])
    found = panel(list("abcd"), scores, FOLD[:300])
    votes = {1.0: 1, 0.0: -1}
    for size in (1, 2, 3, 4):
        means = {}
        for members in combinations(range(4), size):
            sums = [sum(votes.get(float(scores[i, p]), 0) for i in members) for p in range(300)]
            means["".join("abcd"[i] for i in members)] = np.mean(
                [1.0 if s > 0 else 0.5 if s == 0 else 0.0 for s in sums]
            )
        chosen = found.sizes[size - 1]
        assert chosen.in_sample == pytest.approx(max(means.values()))
        assert means["".join(chosen.members)] == pytest.approx(max(means.values()))
        assert chosen.mean == pytest.approx(np.mean(list(means.values())))


def test_the_best_of_many_equal_judges_is_no_better_on_other_pairs() -> None:
    """Chosen and scored on the same pairs the best of ten coins looks better than a coin."""
    looked, held = [], []
    for seed in range(20):
        scores = judged([0.5] * 8, 200, seed)
        best = panel([str(i) for i in range(8)], scores, FOLD[:200]).sizes[0]
        looked.append(best.in_sample)
        held.append(best.accuracy.value or 0.0)
    assert np.mean(looked) > 0.53
    assert np.mean(held) == pytest.approx(0.5, abs=0.02)


def test_weights_are_fitted_on_the_other_folds_and_favour_better_judges() -> None:
    scores = judged([0.9, 0.6, 0.6, 0.6, 0.6], 2000, 3)
    found = panel(list("abcde"), scores, FOLD)
    assert found.weighted.value is not None
    assert found.majority.value is not None
    assert found.weighted.value > found.majority.value + 0.05
    assert found.weighted_gain.low is not None
    assert found.weighted_gain.low > 0
    assert found.members[0].weight == pytest.approx(np.log(0.9 / 0.1), abs=0.3)
    assert found.members[0].adds > found.members[1].adds
    votes = votes_of(scores)
    by_hand = np.concatenate(
        [outcome(votes[:, fold == FOLD], log_odds(votes[:, fold != FOLD])) for fold in range(FOLDS)]
    )
    assert found.weighted.value == pytest.approx(by_hand.mean())


def test_a_cascade_runs_from_the_cheap_judge_to_the_strong_one() -> None:
    rng = np.random.default_rng(4)
    sure = rng.choice([0.6, 0.8, 1.0], 1000)
    cheap, strong = (rng.random(1000) < sure).astype(float), (rng.random(1000) < 0.9).astype(float)
    steps = cascade(cheap, sure, strong, (1.0, 10.0))
    assert (steps[0].accuracy.value, steps[0].cost) == (cheap.mean(), 1.0)
    assert steps[-1].accuracy.value == pytest.approx(strong.mean())
    assert steps[-1].cost == 11.0
    third = steps[3].accuracy.value
    assert third is not None
    # Asking about the least sure third wins most of what there is: .3 of a third of the pairs.
    assert third > cheap.mean() + 0.06
    shuffled = rng.permutation(1000)
    again = cascade(cheap[shuffled], sure[shuffled], strong[shuffled], (1.0, 10.0))
    assert [s.accuracy.value for s in again] == pytest.approx([s.accuracy.value for s in steps])


def test_a_panel_needs_judges() -> None:
    with pytest.raises(DataError, match="2 to 12"):
        panel(["a"], judged([0.7], 10), FOLD[:10])
