"""Intervals against scipy and statsmodels, and against what they promise."""

from __future__ import annotations

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
