"""Paired tests, groups and power against their libraries, closed forms and simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest

from tests.insight.simulate import Planted, labels, run
from vlrb_task.compare.basis import common_basis, display_names
from vlrb_task.compare.paired import PairedTest, bootstrap_difference, groups, mcnemar_p, outcomes_of, paired_tests
from vlrb_task.compare.power import detectable
from vlrb_task.scores.estimates import nothing
from vlrb_task.scores.policies import Policy
from vlrb_task.support.errors import DataError

SMALL = {"general": 30, "hallucination": 60, "reasoning": 40}


def test_mcnemar_is_the_exact_binomial_test_of_the_discordant_pairs() -> None:
    for a, b in ((0, 0), (1, 0), (3, 9), (40, 25), (188, 156)):
        expected = binomtest(a, a + b).pvalue if a + b else 1.0
        assert mcnemar_p(a, b) == pytest.approx(expected)


def test_the_two_discordant_counts_and_holm() -> None:
    shown = labels(SMALL)
    runs = [run(Planted(0.4 + 0.15 * i), seed=i, shown=shown, sizes=SMALL, name=f"j{i}") for i in range(3)]
    basis = common_basis(runs)
    scores = outcomes_of(basis)
    tests = paired_tests(basis)
    assert [(t.a, t.b) for t in tests] == [("j0", "j1"), ("j0", "j2"), ("j1", "j2")]
    for test in tests:
        i, j = basis.names.index(test.a), basis.names.index(test.b)
        assert (test.a_better, test.b_better) == (
            int((scores[i] > scores[j]).sum()),
            int((scores[i] < scores[j]).sum()),
        )
        assert test.difference.value == pytest.approx(float((scores[i] - scores[j]).mean()))
        assert test.difference.low is not None
        assert test.difference.high is not None
        assert test.difference.low <= float((scores[i] - scores[j]).mean()) <= test.difference.high
    ordered = sorted(tests, key=lambda t: t.p)
    running = 0.0
    for rank, test in enumerate(ordered):
        running = max(running, min(1.0, (len(tests) - rank) * test.p))
        assert test.p_holm == pytest.approx(running)


def test_the_bootstrap_has_the_closed_forms_standard_error_and_draws_pairs_one_by_one() -> None:
    rng = np.random.default_rng(5)
    gaps = rng.choice([-1.0, -0.5, 0.0, 0.5, 1.0], size=400, p=[0.1, 0.05, 0.6, 0.05, 0.2])
    found = bootstrap_difference({"all": gaps})
    assert found.se == pytest.approx(gaps.std() / 20)
    plain = np.array([rng.choice(gaps, gaps.size).mean() for _ in range(4000)])
    low, high = np.quantile(plain, [0.025, 0.975])
    assert found.low == pytest.approx(low, abs=0.006)
    assert found.high == pytest.approx(high, abs=0.006)
    assert found == bootstrap_difference({"all": gaps})  # seeded


def test_strata_count_alike_in_the_macro_difference() -> None:
    found = bootstrap_difference({"small": np.array([1.0, 0.0]), "large": np.zeros(100)})
    assert found.value == pytest.approx(0.25)
    assert bootstrap_difference({"small": np.array([]), "large": np.zeros(3)}).value is None


def test_intervals_of_the_difference_cover_at_their_nominal_rate() -> None:
    """400 pairs of correlated judges of known accuracies; 95 % within two standard errors of the simulation."""
    rng = np.random.default_rng(11)
    covered = macro_covered = 0
    trials, truth = 400, 0.08
    for _ in range(trials):
        strata = {}
        for name, n in (("g", 60), ("h", 200), ("r", 90)):
            easy = rng.random(n)
            strata[name] = (easy * 0.5 + rng.random(n) * 0.5 < 0.6).astype(float) - (
                easy * 0.5 + rng.random(n) * 0.5 < 0.6 - truth
            ).astype(float)
        expected = _share(0.6) - _share(0.6 - truth)
        pooled = bootstrap_difference({"all": np.concatenate(list(strata.values()))})
        macro = bootstrap_difference(strata)
        for found, counts in ((pooled, "pooled"), (macro, "macro")):
            assert found.low is not None
            assert found.high is not None
            hit = found.low <= expected <= found.high
            covered += hit and counts == "pooled"
            macro_covered += hit and counts == "macro"
    assert 0.92 <= covered / trials <= 0.98
    assert 0.92 <= macro_covered / trials <= 0.98


def _share(x: float) -> float:
    """Probability that the mean of two uniform numbers is below ``x``, for x of one half and more or less."""
    return 2 * x * x if x < 0.5 else 1 - 2 * (1 - x) ** 2


def test_two_equal_judges_are_rarely_told_apart() -> None:
    shown = labels({"general": 200})
    false = 0
    for seed in range(100):
        pair = [run(Planted(0.7, correlation=0.0), 1, 2 * seed + i, f"j{i}", {"general": 200}, shown) for i in (0, 1)]
        false += paired_tests(common_basis(pair))[0].p < 0.05
    assert false <= 10  # the exact test stays below its level of 5 %


def made(a: str, b: str, p_holm: float) -> PairedTest:
    return PairedTest(a, b, 100, 1, 2, nothing("x"), nothing("x"), p_holm, p_holm)


def test_groups_overlap_where_telling_apart_does_not_carry_over() -> None:
    tests = [made("a", "b", 0.5), made("b", "c", 0.5), made("a", "c", 0.01)]
    assert groups(["a", "b", "c"], tests) == [["a", "b"], ["b", "c"]]
    assert groups(["a", "b", "c"], [replace(t, p_holm=1.0) for t in tests]) == [["a", "b", "c"]]
    assert groups(["a", "b", "c"], [replace(t, p_holm=0.0) for t in tests]) == [["a"], ["b"], ["c"]]
    assert groups(["a"], []) == [["a"]]


def test_the_benchmark_shows_four_points_overall_and_ten_on_general() -> None:
    assert detectable(1250).paired == pytest.approx(0.04, abs=0.002)
    assert detectable(183).paired == pytest.approx(0.10, abs=0.005)
    assert detectable(1250).unpaired == pytest.approx(0.052, abs=0.002)


def test_a_difference_of_that_size_is_found_four_times_in_five() -> None:
    found = detectable(1250)
    rng = np.random.default_rng(2)
    a = (found.discordant + found.paired) / 2
    draws = rng.multinomial(1250, [a, found.discordant - a, 1 - found.discordant], size=1500)
    power = np.mean([mcnemar_p(int(x), int(y)) < 0.05 for x, y, _ in draws])
    assert power == pytest.approx(0.8, abs=0.04)


def test_other_revisions_parts_and_labels_are_compared_on_common_pairs_and_said_first() -> None:
    shown = labels(SMALL)
    whole = run(Planted(), shown=shown, sizes=SMALL, name="whole")
    part = run(Planted(), shown=shown, sizes=SMALL, name="part").on_pairs(np.arange(50))
    basis = common_basis([whole, part])
    assert not basis.whole
    assert basis.line.startswith("2 judges on the 50 pairs that all of them have in common")
    assert any("part has votes on a part only: 50 of 130" in remark for remark in basis.remarks)
    assert [len(r.labels) for r in basis.runs] == [50, 50]

    flipped = [replace(shown[0], better=1 - shown[0].better), *shown[1:]]  # type: ignore[arg-type]
    other = run(Planted(), shown=flipped, sizes=SMALL, name="other")
    basis = common_basis([whole, other])
    assert "129 pairs" in basis.line
    assert any(remark.startswith("different revisions") for remark in basis.remarks)
    assert any(remark.startswith("1 common pairs have another label") for remark in basis.remarks)

    assert common_basis([whole, run(Planted(0.2), shown=shown, sizes=SMALL)]).whole
    with pytest.raises(DataError, match="no pair in common"):
        common_basis([whole, run(Planted(), shown=labels({"general": 9}, seed=4), sizes={"general": 9})])


def test_pairs_that_the_official_policy_drops_are_tested_where_both_have_them() -> None:
    shown = labels(SMALL)
    runs = [run(Planted(0.6, unparsed=0.1), 3, i, f"j{i}", SMALL, shown) for i in (0, 1)]
    basis = common_basis(runs, Policy.OFFICIAL)
    test = paired_tests(basis)[0]
    assert test.n == int((~np.isnan(outcomes_of(basis))).all(axis=0).sum())
    assert 0 < test.n < 130


def test_every_judge_gets_a_name_of_its_own() -> None:
    one = run(Planted(), sizes=SMALL)
    named = [
        replace(one, metadata={"model": "m1"}),
        replace(one, metadata={"model": "m2"}),
        replace(one, metadata={"model": "m2"}, judge="criteria"),
        replace(one, metadata={"model": "m2"}, parser="paper"),
        one,
        one,
    ]
    names = display_names(named)
    assert len(set(names)) == len(named)
    assert names[0] == "m1"
    assert "m2 / criteria" in names[2]
    assert "parser paper" in names[3]
