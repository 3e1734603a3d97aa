"""Fieller's interval and the correction for attenuation, by simulation and in closed cases."""

from __future__ import annotations

import numpy as np
import pytest

from tests.scores.simulate import covered
from vlrb_task.scores.ratios import corrected_for_noise, ratio_of_means


def test_the_ratio_covers_and_says_where_it_cannot() -> None:
    rng = np.random.default_rng(1)
    found = []
    for _ in range(400):
        room = rng.choice([0.0, 0.5, 1.0], 80)
        found.append(ratio_of_means(room * rng.normal(0.4, 1.0, 80), room))
    assert 0.92 <= covered(found, 0.4) <= 0.98
    assert ratio_of_means([0.1, -0.2, 0.3], [1.0, -0.8, 0.1]).low is None
    assert ratio_of_means([0.0, 0.0], [0.0, 0.0]).value is None
    same = ratio_of_means([0.2, 0.4], [0.4, 0.8])
    assert same.value == pytest.approx(0.5)


def test_noise_that_hides_a_correlation_is_taken_off() -> None:
    rng = np.random.default_rng(2)
    seen, corrected, held = [], [], 0
    for _ in range(300):
        true = rng.normal(0, 1, 40)
        other = 0.8 * true + 0.6 * rng.normal(0, 1, 40)
        x, y = true + rng.normal(0, 0.7, 40), other + rng.normal(0, 0.7, 40)
        found = corrected_for_noise(x, y, np.full(40, 0.7), np.full(40, 0.7))
        assert found is not None
        assert found[1] is not None
        assert found[2] is not None
        seen.append(np.corrcoef(x, y)[0, 1])
        corrected.append(found[0])
        held += found[1] <= 0.8 <= found[2]
    assert np.mean(seen) < 0.6
    assert np.mean(corrected) == pytest.approx(0.8, abs=0.03)
    assert held / 300 >= 0.92
    assert corrected_for_noise([1, 2, 3, 4], [1, 2, 3, 4], [9, 9, 9, 9], [0, 0, 0, 0]) is None
    exact = corrected_for_noise([1, 2, 3, 4], [1, 2, 3, 4], [0, 0, 0, 0], [0, 0, 0, 0])
    assert exact is not None
    assert exact[0] == pytest.approx(1.0)
