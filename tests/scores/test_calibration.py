"""Confidences against outcomes: closed forms, exact identities, the jackknife, and judges that are calibrated or not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scores.simulate import Array, covered
from vlrb_task.scores.calibration import (
    calibration,
    confidence,
    error_by_chance,
    expected_calibration_error,
    reliability,
    resolution,
)
from vlrb_task.scores.curves import accuracy_by_margin, area_under_risk_coverage, binned, equal_bins, risk_coverage

chances = st.lists(st.sampled_from([0.0, 0.2, 0.4, 0.5, 0.6, 0.75, 0.9, 1.0]), min_size=1, max_size=60)


def judged(rng: np.random.Generator, n: int, slope: float) -> Array:
    """Probabilities of the better response; calibrated at slope 1, too sure above it."""
    odds = rng.normal(1, 1.5, n)
    right = rng.random(n) < 1 / (1 + np.exp(-odds))
    return np.where(right, 1, -1) * (1 / (1 + np.exp(-slope * odds)) - 0.5) + 0.5


@settings(max_examples=30)
@given(chances)
def test_the_decomposition_adds_up_to_the_brier_score(p: list[float]) -> None:
    found = calibration(p)
    assert found is not None
    parts = found.decomposition
    told = parts.to_dict()
    within = found.brier.value - told["reliability"] + told["resolution"] - told["uncertainty"]
    assert within == pytest.approx(parts.within_bins)
    for part in (parts.reliability, parts.resolution, parts.uncertainty):
        assert 0 <= part.low <= part.value <= part.high <= 1  # type: ignore[operator]
    assert found.brier.value == pytest.approx(np.mean((1 - np.array(p)) ** 2))
    assert found.ties == p.count(0.5)
    assert sum(part.accuracy.n for part in found.reliability) == len(p)


def test_known_scores() -> None:
    found = calibration([0.8] * 8 + [0.2] * 2)
    assert found is not None
    assert found.brier.value == pytest.approx(0.8 * 0.04 + 0.2 * 0.64)
    assert found.log_loss.value == pytest.approx(-0.8 * np.log(0.8) - 0.2 * np.log(0.2))
    assert found.ece.value == pytest.approx(0)
    assert (found.ece.low, found.clipped) == (0.0, 0)
    coin = calibration([0.5] * 20)
    assert coin is not None
    assert (coin.brier.value, coin.ties, coin.aurc.value) == (0.25, 20, 0.5)
    assert calibration([0.0] * 3 + [1.0]).clipped == 3  # type: ignore[union-attr]
    assert calibration([]) is None


def test_no_interval_is_without_width_at_a_judge_that_is_always_sure_and_right() -> None:
    found = calibration(np.ones(50))
    assert found is not None
    for estimate in (found.brier, found.log_loss, found.ece, found.aurc):
        assert estimate.low == estimate.value == 0
        assert estimate.high is not None
        assert estimate.high > 0.02
    for p in (np.ones(50), np.linspace(0.8, 1, 50)):
        parts = calibration(p).decomposition  # type: ignore[union-attr]
        for part in (parts.reliability, parts.resolution, parts.uncertainty):
            assert (part.high or 0.0) > (part.low or 0.0)


def test_equal_confidences_are_not_parted() -> None:
    sure = np.array([0.6] * 30 + [0.7] * 5 + [0.9] * 15)
    bins = equal_bins(sure, 10)
    assert sorted(len(at) for at in bins) == [5, 15, 30]
    assert [float(sure[at].mean()) for at in bins] == pytest.approx([0.6, 0.7, 0.9])


@pytest.mark.parametrize("votes", [3, 5, 7, 9, 10])
def test_shares_that_are_as_far_from_a_half_are_equally_sure(votes: int) -> None:
    sure, _ = confidence(np.arange(votes + 1) / votes)
    assert len(np.unique(sure)) == votes // 2 + 1


@settings(max_examples=30)
@given(chances)
def test_the_area_is_the_mean_over_random_orders_of_ties(p: list[float]) -> None:
    sure, right = confidence(np.array(p))
    curve = risk_coverage(sure, right)
    assert curve.coverage[-1] == 1.0
    assert curve.risk[-1] == pytest.approx(1 - right.mean())
    rng = np.random.default_rng(0)
    areas = []
    for _ in range(400):
        order = np.lexsort((rng.random(sure.size), -sure))
        areas.append(np.mean(np.cumsum(1 - right[order]) / np.arange(1, sure.size + 1)))
    found = area_under_risk_coverage(sure, right)
    assert found.value == pytest.approx(np.mean(areas), abs=5 * np.std(areas) / 20 + 1e-9)


@pytest.mark.parametrize("levels", [0, 5])
def test_the_areas_standard_error_is_the_jackknifes(levels: int) -> None:
    p = judged(np.random.default_rng(1), 120, 1.0)
    sure, right = confidence(np.round(p * levels) / levels if levels else p)
    left_out = np.array(
        [area_under_risk_coverage(np.delete(sure, i), np.delete(right, i)).value for i in range(120)], dtype=float
    )
    jackknife = (119 / 120 * ((left_out - left_out.mean()) ** 2).sum()) ** 0.5
    assert area_under_risk_coverage(sure, right).se == pytest.approx(jackknife, rel=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("slope", [1.0, 2.0])
def test_intervals_cover_for_calibrated_and_for_too_sure_judges(slope: float) -> None:
    rng = np.random.default_rng(2)
    large = judged(rng, 300_000, slope)
    sure, right = confidence(large)
    ece = sum(abs(float((sure[at] - right[at]).sum())) for at in equal_bins(sure, 10)) / large.size
    truths = {
        "brier": float(np.mean((1 - large) ** 2)),
        "log_loss": float(-np.log(large.clip(1e-6)).mean()),
        "ece": ece,
        "aurc": area_under_risk_coverage(sure, right).value or 0.0,
    }
    logs = [calibration(judged(rng, 400, slope)) for _ in range(150)]
    for name, truth in truths.items():
        least = 0.86 if name == "ece" else 0.90
        assert covered([getattr(log, name) for log in logs], truth) >= least, name
    limit = calibration(large)
    for name in ("reliability", "resolution", "uncertainty"):
        found = [getattr(log.decomposition, name) for log in logs if log is not None]
        assert limit is not None
        assert covered(found, limit.decomposition.to_dict()[name] or 0.0) >= 0.88, name


def test_small_bins_do_not_pass_noise_off_as_miscalibration_or_resolution() -> None:
    """A judge right in 65 % whatever it says, 97 pairs: its bins' accuracies are alike, and its gaps are known."""
    rng = np.random.default_rng(5)
    sure = np.linspace(0.5, 0.99, 97)
    bins = equal_bins(sure, 10)
    means = np.array([sure[at].mean() for at in bins])
    truths = float(np.abs(means - 0.65).mean()), float(((means - 0.65) ** 2).mean()), 0.0
    logs = [binned(sure, (rng.random(97) < 0.65).astype(float), bins) for _ in range(150)]
    for measure, truth in zip((expected_calibration_error, reliability, resolution), truths, strict=True):
        assert covered([measure(log) for log in logs], truth) >= 0.91, measure.__name__


def test_a_calibrated_judges_ece_is_what_chance_makes_of_it() -> None:
    rng = np.random.default_rng(3)
    seen, told = [], []
    for _ in range(40):
        sure, right = confidence(judged(rng, 500, 1.0))
        bins = equal_bins(sure, 10)
        seen.append(expected_calibration_error(binned(sure, right, bins)).value or 0.0)
        told.append(error_by_chance(sure, bins))
    assert np.mean(seen) == pytest.approx(np.mean(told), rel=0.1)


def test_accuracy_by_margin_is_counted_in_equal_parts() -> None:
    margin = np.array([-5.0, 4.0, 3.0, -2.0, 1.0, 0.0, 0.0, 0.5, -0.25, 6.0])
    found = accuracy_by_margin(margin, "rewards", 2)
    assert [(part.low, part.high, part.accuracy.n) for part in found.parts] == [(0.0, 1.0, 5), (2.0, 6.0, 5)]
    assert [part.accuracy.value for part in found.parts] == pytest.approx([0.6, 0.6])
    assert (found.n, found.ties) == (10, 2)
    assert accuracy_by_margin(np.array([]), "rewards").parts == ()


def test_the_interval_of_a_tiny_error_is_found_and_does_not_search_for_ever() -> None:
    """A pattern of 1e-12: the multiple of it that an interval ends at is of the order of 1e11."""
    sure, right = np.full(4, 0.75 + 1e-12), np.array([1.0, 1.0, 1.0, 0.0])
    estimate = expected_calibration_error(binned(sure, right, [np.arange(4)]))
    assert estimate.value == pytest.approx(0, abs=1e-9)
    assert estimate.low is not None
    assert estimate.high is not None
    assert 0 <= estimate.low <= estimate.high <= 1
