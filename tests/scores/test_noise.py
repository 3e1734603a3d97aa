"""Variance between pairs and between votes: closed forms, a one-way analysis of variance, and reruns of simulated judges."""

from __future__ import annotations

import numpy as np
import pytest

from tests.scores.simulate import chances, covered
from vlrb_task.scores.sampling import noise


def test_components_are_those_of_a_one_way_analysis_of_variance() -> None:
    rng = np.random.default_rng(1)
    marks = (rng.random((300, 5)) < chances(rng, 300, 0.7, 0.4)[:, None]).astype(float)
    found = noise(marks.sum(axis=1, keepdims=True).astype(np.int64), np.full((300, 1), 5))
    assert found is not None
    within = marks.var(axis=1, ddof=1).mean()
    between = marks.mean(axis=1).var(ddof=1) - within / 5
    assert (found.within, found.between) == pytest.approx((within, between))
    assert found.se == pytest.approx((marks.mean(axis=1).var(ddof=1) / 300) ** 0.5)
    assert found.rerun_sd == pytest.approx((within / 1500) ** 0.5)
    assert found.within_interval.value == pytest.approx(within)


def test_the_standard_deviation_of_reruns_is_what_reruns_show() -> None:
    rng = np.random.default_rng(2)
    easy = chances(rng, 400, 0.75, 0.5)
    reruns = np.array([(rng.binomial(3, easy) + rng.binomial(2, easy)).mean() / 5 for _ in range(1500)])
    told = [
        noise(np.stack([rng.binomial(3, easy), rng.binomial(2, easy)], axis=1), np.tile([3, 2], (400, 1)))
        for _ in range(30)
    ]
    assert np.mean([t.rerun_sd for t in told if t]) == pytest.approx(reruns.std(), rel=0.06)
    assert covered([t.within_interval for t in told if t], float((easy * (1 - easy)).mean())) >= 0.8


def test_the_majoritys_rerun_is_close_to_what_reruns_show() -> None:
    rng = np.random.default_rng(3)
    easy = chances(rng, 500, 0.7, 0.5)
    for k in (4, 5):
        majorities = [np.where(2 * (r := rng.binomial(k, easy)) == k, 0.5, (2 * r > k)).mean() for _ in range(1500)]
        told = [noise(rng.binomial(k, easy)[:, None], np.full((500, 1), k)) for _ in range(20)]
        assert np.mean([t.rerun_sd_majority for t in told if t]) == pytest.approx(np.std(majorities), rel=0.1)


def test_position_is_no_noise() -> None:
    """A judge that always takes the first: its votes in one order never vary, those over both orders always do."""
    found = noise(np.tile([3, 0], (50, 1)), np.tile([3, 3], (50, 1)))
    assert found is not None
    assert found.rerun_sd == found.rerun_sd_majority == found.within == 0
    assert found.votes_enough is None


def test_more_votes_help_until_the_pairs_are_what_is_left() -> None:
    rng = np.random.default_rng(4)
    p = chances(rng, 4000, 0.7, 0.5)
    found = noise(rng.binomial(5, p)[:, None], np.full((4000, 1), 5))
    assert found is not None
    # between = within = p q / 2, so that 1 + 1 / K is below 1.05^2 from K = 10 on.
    assert found.votes_enough in (9, 10, 11)


def test_one_vote_a_pair_tells_nothing_of_noise() -> None:
    assert noise(np.array([[1, 0], [0, 1]]), np.array([[1, 1], [1, 1]])) is None


def test_groups_add_what_their_pairs_share_and_large_ones_do_not_seem_certain() -> None:
    rng = np.random.default_rng(6)
    sizes = np.repeat([1, 4, 12], 60)
    at = np.repeat(np.arange(sizes.size), sizes)

    def once() -> tuple[float, float]:
        easy = chances(rng, sizes.size, 0.7, 0.4)[at]
        right = rng.binomial(3, easy)
        found = noise(right[:, None], np.full((at.size, 1), 3), at)
        assert found is not None
        return right.sum() / (3 * at.size), found.se

    logs = np.array([once() for _ in range(300)])
    assert logs[:, 1].mean() == pytest.approx(logs[:, 0].std(), rel=0.12)
