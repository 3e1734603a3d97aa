"""The test of a mean paired difference against brute force, McNemar's and Holm's in statsmodels, and what it promises."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from tests.scores.simulate import swapped
from vlrb_task.scores.sign_flips import denominator, holm, sign_flip, stratified_sign_flip

halves = st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0])


def brute_force(strata: dict[str, list[float]], groups: dict[str, list[int]] | None = None) -> tuple[float, float]:
    """p and mid-p by all sign flips."""
    moved: dict[object, float] = {}
    for name, gaps in strata.items():
        for i, gap in enumerate(gaps):
            unit = (name, i) if groups is None else groups[name][i]
            moved[unit] = moved.get(unit, 0.0) + gap / len(gaps) / len(strata)
    sums = np.array(
        [
            abs(sum(s * v for s, v in zip(signs, moved.values(), strict=True)))
            for signs in product((-1, 1), repeat=len(moved))
        ]
    )
    seen = abs(sum(moved.values()))
    beyond, equal = float((sums > seen + 1e-10).mean()), float((np.abs(sums - seen) <= 1e-10).mean())
    return beyond + equal, beyond + equal / 2


@settings(max_examples=60)
@given(st.lists(halves, min_size=1, max_size=10))
def test_the_exact_test_is_every_flip(gaps: list[float]) -> None:
    p, mid = brute_force({"all": gaps})
    assert sign_flip(gaps).p == pytest.approx(p)
    assert sign_flip(gaps, mid_p=True).p == pytest.approx(mid)


@settings(max_examples=30)
@given(
    st.lists(halves, min_size=1, max_size=4),
    st.lists(halves, min_size=1, max_size=3),
    st.lists(halves, min_size=1, max_size=3),
)
def test_the_test_of_a_macro_average_is_every_flip(a: list[float], b: list[float], c: list[float]) -> None:
    strata = {"a": a, "b": b, "c": c}
    found = stratified_sign_flip(strata)
    assert found.p == pytest.approx(brute_force(strata)[0])
    assert found.statistic == pytest.approx(np.mean([np.mean(s) for s in strata.values()]))


@settings(max_examples=30)
@given(st.lists(st.tuples(halves, st.integers(0, 4)), min_size=1, max_size=12))
def test_groups_are_flipped_as_one(rows: list[tuple[float, int]]) -> None:
    gaps, at = [gap for gap, _ in rows], [group for _, group in rows]
    assert sign_flip(gaps, at).p == pytest.approx(brute_force({"all": gaps}, {"all": at})[0])


def test_mcnemars_test_is_the_case_of_right_and_wrong() -> None:
    for won, lost in ((0, 0), (1, 0), (3, 9), (40, 25), (188, 156)):
        found = sign_flip([1.0] * won + [-1.0] * lost + [0.0] * 50)
        assert found.method == "mcnemar-exact"
        expected = float(mcnemar([[0, won], [lost, 0]], exact=True).pvalue) if won + lost else 1.0
        assert found.p == pytest.approx(expected)


def test_two_logs_of_the_same_score_are_not_told_apart() -> None:
    """One judge answers alike in both orders and is right on 60 %; the other always takes the first on 80 % of the pairs.

    Signs alone, which the earlier test counted, give p below .02 for such logs.
    """
    consistent = np.array([1.0] * 750 + [0.0] * 500)
    biased = np.concatenate([[0.5] * 700, [1.0] * 50, [0.5] * 300, [1.0] * 200])
    assert consistent.mean() == biased.mean() == 0.6
    found = sign_flip(consistent - biased)
    assert found.p == 1.0
    assert found.statistic == 0.0
    signs = sign_flip(np.sign(consistent - biased))
    assert signs.p < 0.02


@pytest.mark.parametrize("n", [36, 183, 1250])
def test_equal_accuracy_is_rejected_at_most_as_often_as_said(n: int) -> None:
    """A judge that answers by position on two thirds of the pairs against one that never does, both of true accuracy 60 %."""
    rng = np.random.default_rng(3)
    rejected = np.mean(
        [sign_flip(swapped(rng, n, 0.6, 0.0) - swapped(rng, n, 0.8, 2 / 3)).p < 0.05 for _ in range(800)]
    )
    assert rejected <= 0.055 + 2 * (0.05 * 0.95 / 800) ** 0.5


def test_grouped_pairs_of_equal_accuracy_are_rejected_at_most_as_often_as_said() -> None:
    rng = np.random.default_rng(4)
    alone = together = 0
    for _ in range(400):
        gaps = np.repeat(rng.choice([-1.0, 0.0, 1.0], 46, p=[0.2, 0.6, 0.2]), 4)
        alone += sign_flip(gaps).p < 0.05
        together += sign_flip(gaps, np.repeat(np.arange(46), 4)).p < 0.05
    assert together / 400 <= 0.055 + 2 * (0.05 * 0.95 / 400) ** 0.5
    assert alone / 400 > 0.15, "pairs of one group that count as independent tell equal judges apart"


def test_macro_averages_of_equal_judges_are_rejected_at_most_as_often_as_said() -> None:
    rng = np.random.default_rng(5)
    sizes = {"general": 183, "hallucination": 749, "reasoning": 318}
    found = [
        stratified_sign_flip({s: swapped(rng, n, 0.6, 0.0) - swapped(rng, n, 0.8, 2 / 3) for s, n in sizes.items()})
        for _ in range(100)
    ]
    assert {test.method for test in found} == {"sign-flip-exact"}
    assert np.mean([test.p < 0.05 for test in found]) <= 0.055 + 2 * (0.05 * 0.95 / 100) ** 0.5


def test_what_is_on_no_lattice_is_drawn_with_a_seed_and_close_to_exact() -> None:
    rng = np.random.default_rng(6)
    gaps = rng.normal(0.2, 0.5, 12).clip(-1, 1)
    drawn = sign_flip(gaps)
    assert drawn.method == "sign-flip-drawn"
    assert drawn == sign_flip(gaps)
    assert drawn.p == pytest.approx(brute_force({"all": gaps.tolist()})[0], abs=0.005)
    many = {str(i): rng.choice([-1.0, 0.0, 1.0], 150) for i in range(9)}
    assert stratified_sign_flip(many).method == "sign-flip-drawn"
    scaled = rng.choice([-1.0, 0.0, 1.0], 60) * 0.77123
    assert sign_flip(scaled).p == pytest.approx(sign_flip(scaled / 0.77123).p, abs=0.006)


def test_a_group_over_two_subsets_is_flipped_as_one() -> None:
    strata = {"a": [1.0, 0.5, 0.0], "b": [0.5, -1.0]}
    groups = {"a": [0, 1, 2], "b": [0, 3]}
    found = stratified_sign_flip(strata, groups)
    assert found.method == "sign-flip-drawn"
    assert found.p == pytest.approx(brute_force(strata, groups)[0], abs=0.005)


@pytest.mark.slow
@settings(max_examples=60)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_is_statsmodels(p: list[float]) -> None:
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1].tolist())
    assert holm([]) == []


def test_the_lattice_of_scores() -> None:
    assert denominator([0.5, -1, 0]) == 2
    assert denominator([1, -1, 0]) == denominator([0.0]) == 1
    assert denominator([0.2, 1 / 3]) == 15
    assert denominator([2**-0.5]) is None


def test_the_smallest_p_values_stay_above_nothing() -> None:
    assert 0 < sign_flip([1.0] * 1250).p < 1e-300
    assert 0 < sign_flip([1.0] * 800).p == pytest.approx(2 * 0.5**800)
    with pytest.raises(ValueError, match="pairs"):
        sign_flip([])
