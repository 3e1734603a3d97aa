"""Intervals against scipy and statsmodels, and against what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from vlrb_task.scores import estimates


@given(st.integers(1, 2000), st.data())
def test_wilson_is_scipys(n: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, n))
    expected = stats.binomtest(right, n).proportion_ci(method="wilson")
    low, high = estimates.wilson(right / n, n)
    assert low == pytest.approx(expected.low, abs=1e-12)
    assert high == pytest.approx(expected.high, abs=1e-12)


@given(st.floats(0.01, 0.99), st.floats(2, 5000))
def test_wilson_at_fractional_sizes_is_statsmodels(p: float, n: float) -> None:
    low, high = proportion_confint(p * n, n, method="wilson")
    assert estimates.wilson(p, n) == pytest.approx((low, high), abs=1e-9)


def test_mean_of_noughts_and_ones_is_wilson() -> None:
    found = estimates.mean([1.0] * 62 + [0.0] * 38)
    expected = stats.binomtest(62, 100).proportion_ci(method="wilson")
    assert (found.value, found.n, found.method) == (0.62, 100, "wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.se == pytest.approx((0.62 * 0.38 / 100) ** 0.5)


def test_halves_narrow_the_interval_but_never_to_nothing() -> None:
    mixed = estimates.mean([1.0, 0.5, 0.5, 0.0] * 50)
    whole = estimates.mean([1.0, 1.0, 0.0, 0.0] * 50)
    assert mixed.value == whole.value == 0.5
    assert mixed.low is not None
    assert whole.low is not None
    assert mixed.low > whole.low
    split = estimates.mean([0.5] * 200)
    assert split.low is not None
    assert split.high is not None
    assert split.low < 0.5 < split.high
    assert split.se == 0


def test_nothing_has_no_value() -> None:
    assert estimates.mean([]).value is None
    assert estimates.ratio([], []).value is None
    assert estimates.macro({"a": [1.0], "b": []}).value is None
    assert estimates.macro({}).value is None


def test_ratio_with_equal_clusters_is_the_mean_of_their_shares() -> None:
    found = estimates.ratio([5, 3, 0, 2], [5, 5, 5, 5])
    assert found.value == 0.5
    assert found.n == 20
    shares = np.array([1, 0.6, 0, 0.4])
    assert found.se == pytest.approx(shares.std() / 2)


def test_macro_is_the_mean_of_means_and_its_bootstrap_is_scipys() -> None:
    generator = np.random.default_rng(0)
    strata = {name: generator.choice([0.0, 0.5, 1.0], size=n) for name, n in (("a", 183), ("b", 749), ("c", 318))}
    found = estimates.macro(strata)
    expected = np.mean([s.mean() for s in strata.values()])
    assert found.value == pytest.approx(expected)
    reference = stats.bootstrap(
        tuple(strata.values()),
        lambda a, b, c, axis=-1: (a.mean(axis) + b.mean(axis) + c.mean(axis)) / 3,
        method="percentile",
        n_resamples=4000,
        batch=200,
        rng=np.random.default_rng(1),
    ).confidence_interval
    assert found.low == pytest.approx(reference.low, abs=0.003)
    assert found.high == pytest.approx(reference.high, abs=0.003)
    assert estimates.macro(strata) == found, "the same scores give the same interval"


@pytest.mark.parametrize(("accuracy", "n"), [(0.55, 183), (0.7, 318), (0.9, 749)])
def test_intervals_cover_at_their_nominal_rate(accuracy: float, n: int) -> None:
    generator = np.random.default_rng(7)
    covered = 0
    for _ in range(1000):
        found = estimates.mean((generator.random(n) < accuracy).astype(float))
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= accuracy <= found.high
    assert 0.93 <= covered / 1000 <= 0.97


def test_clustered_intervals_cover_where_naive_ones_would_not() -> None:
    """Votes of a pair that agree with each other: 5 votes are hardly more than one."""
    generator = np.random.default_rng(11)
    covered = 0
    for _ in range(1000):
        right = generator.random(300) < 0.6
        copies = np.where(generator.random((300, 5)) < 0.9, right[:, None], ~right[:, None])
        truth = 0.6 * 0.9 + 0.4 * 0.1
        found = estimates.ratio(copies.sum(axis=1), np.full(300, 5))
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= truth <= found.high
    assert 0.93 <= covered / 1000 <= 0.97
