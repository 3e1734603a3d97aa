"""Paired tests, groups and power against their libraries, closed forms and simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.insight.simulate import Planted, labels, run
from tests.scores.test_order_of_pairs import KINDS, leaves, some_run
from tests.support.table import PairVotes, Vote, run_of
from vlrb_task.compare.basis import common_basis, display_names
from vlrb_task.compare.comparison import compare
from vlrb_task.compare.paired import PairedTest, groups, outcomes_of, paired_tests, subsets_of
from vlrb_task.compare.planning import detectable
from vlrb_task.pairs.pair import ANSWERS, Answer, other
from vlrb_task.scores.estimates import nothing
from vlrb_task.scores.intervals import macro_difference
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.score import score_run
from vlrb_task.scores.sign_flips import holm, sign_flip
from vlrb_task.support.errors import DataError
from vlrb_task.votes import Run
from vlrb_task.votes.schema import NONE

SMALL = {"general": 30, "hallucination": 60, "reasoning": 40}


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


def test_strata_count_alike_in_the_macro_difference() -> None:
    found = macro_difference({"small": np.array([1.0, 0.0]), "large": np.zeros(100)})
    assert found.value == pytest.approx(0.25)
    assert macro_difference({"small": np.array([]), "large": np.zeros(3)}).value is None


def test_two_equal_judges_are_rarely_told_apart() -> None:
    shown = labels({"general": 200})
    false = 0
    for seed in range(60):
        pair = [run(Planted(0.7, correlation=0.0), 1, 2 * seed + i, f"j{i}", {"general": 200}, shown) for i in (0, 1)]
        false += paired_tests(common_basis(pair))[0].p < 0.05
    assert false <= 7  # the exact test stays below its level of 5 %


def made(a: str, b: str, p_holm: float) -> PairedTest:
    return PairedTest(a, b, 100, 1, 2, 0.03, nothing("x"), nothing("x"), p_holm, "mcnemar-exact", p_holm, ())


def test_groups_overlap_where_telling_apart_does_not_carry_over() -> None:
    tests = [made("a", "b", 0.5), made("b", "c", 0.5), made("a", "c", 0.01)]
    assert groups(["a", "b", "c"], tests) == [["a", "b"], ["b", "c"]]
    assert groups(["a", "b", "c"], [replace(t, p_holm=1.0) for t in tests]) == [["a", "b", "c"]]
    assert groups(["a", "b", "c"], [replace(t, p_holm=0.0) for t in tests]) == [["a"], ["b"], ["c"]]
    assert groups(["a"], []) == [["a"]]


def test_the_benchmark_shows_five_points_overall_and_thirteen_on_general() -> None:
    assert detectable(1250).paired == pytest.approx(0.05, abs=0.001)
    assert detectable(183).paired == pytest.approx(0.128, abs=0.003)
    assert detectable(1250).unpaired == pytest.approx(0.052, abs=0.002)
    assert detectable(1250, tests=45).adjusted > 1.3 * detectable(1250).paired


def test_a_difference_of_that_size_is_found_four_times_in_five() -> None:
    found = detectable(1250)
    rng = np.random.default_rng(2)
    a = (found.square + found.paired) / 2
    draws = rng.choice([1.0, -1.0, 0.0], (500, 1250), p=[a, found.square - a, 1 - found.square])
    power = np.mean([sign_flip(gaps).p < 0.05 for gaps in draws])
    assert power == pytest.approx(0.8, abs=0.05)


def test_half_point_differences_and_dropped_pairs_count_for_what_they_are() -> None:
    """The observed smallest difference comes from the mean square of the gaps and the pairs that were tested."""
    shown = labels(SMALL)
    runs = [run(Planted(0.7, first=0.4, unparsed=u), 2, i, f"j{i}", SMALL, shown) for i, u in enumerate((0.0, 0.1))]
    scores = outcomes_of(common_basis(runs))
    seen = compare(runs).observed
    assert seen is not None
    square = float(((scores[0] - scores[1]) ** 2).mean())
    assert seen.n == 130
    assert seen.square == pytest.approx(square)
    assert square < float((scores[0] != scores[1]).mean())
    kept = compare(runs, Policy.OFFICIAL)
    assert kept.observed is not None
    assert kept.observed.n == kept.tests[0].n == kept.detectable["overall"].n < 130


def test_macro_averages_and_subsets_are_tested_and_adjusted_together() -> None:
    shown = labels(SMALL)
    runs = [run(Planted(0.5 + 0.15 * i), seed=i, shown=shown, sizes=SMALL, name=f"j{i}") for i in range(3)]
    basis = common_basis(runs)
    scores, subset = outcomes_of(basis), np.array(subsets_of(basis))
    tests = paired_tests(basis)
    assert [c.name for c in tests[0].contrasts] == ["macro", "general", "hallucination", "reasoning"]
    gap = scores[0] - scores[1]
    means = [gap[subset == name].mean() for name in SMALL]
    assert [c.difference.value for c in tests[0].contrasts] == pytest.approx([np.mean(means), *means])
    assert tests[0].contrasts[1].p == sign_flip(gap[subset == "general"]).p
    assert tests[0].macro_difference == tests[0].contrasts[0].difference
    every = [c for test in tests for c in test.contrasts]
    assert [c.p_holm for c in every] == pytest.approx(holm([c.p for c in every]))


def test_two_logs_of_the_same_accuracy_are_not_told_apart_by_how_they_split() -> None:
    """One judge is consistent, the other answers by position on most pairs: both 60.0 %. Signs alone gave p = .018."""
    shown = labels({"general": 100})
    runs = []
    for name in ("consistent", "biased"):
        pairs = []
        for n, lab in enumerate(shown):
            by_place = name == "biased" and n % 10 < 8  # 80 pairs of one half and 20 right ones: 60.0 %
            said: Answer = lab.better if n < 60 or name == "biased" else other(lab.better)
            votes = tuple(Vote(i, first, first if by_place else said) for i, first in enumerate(ANSWERS))
            pairs.append(PairVotes(lab, votes))
        runs.append(run_of(pairs, {"general": 100}, judge=name))
    assert [score_run(one).overall.value for one in runs] == [0.6, 0.6]
    test = paired_tests(common_basis(runs))[0]
    assert test.difference.value == 0
    assert test.p == 1.0
    assert test.test == "sign-flip-exact"
    assert test.difference.low is not None
    assert test.difference.low < 0


def test_other_revisions_parts_and_labels_are_compared_on_common_pairs_and_said_first() -> None:
    shown = labels(SMALL)
    whole = run(Planted(), shown=shown, sizes=SMALL, name="whole")
    part = run(Planted(), shown=shown, sizes=SMALL, name="part").on_pairs(np.arange(50))
    basis = common_basis([whole, part])
    assert not basis.whole
    assert basis.line.startswith("2 judges on the 50 pairs that all of them have in common")
    assert any("part has votes on a part only: 50 of 130" in remark for remark in basis.remarks)
    assert [len(r.labels) for r in basis.runs] == [50, 50]

    flipped = [replace(shown[0], better=other(shown[0].better)), *shown[1:]]
    relabelled = run(Planted(), shown=flipped, sizes=SMALL, name="other")
    basis = common_basis([whole, relabelled])
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
        replace(one, metadata={"model": "m3", "task": "vlrb"}, source="1_samples_vlrb.jsonl"),
        replace(one, metadata={"model": "m3", "task": "vlrb_compat"}, source="1_samples_vlrb_compat.jsonl"),
        one,
        one,
    ]
    names = display_names(named)
    assert len(set(names)) == len(named)
    assert names[0] == "m1"
    assert "m2 / criteria" in names[2]
    assert "parser paper" in names[3]
    assert names[5] == "m3 / vlrb_compat", "the task, not the file"


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_pairs_means_nothing(kind: str) -> None:
    """Fits by regression and kappa differ by rounding errors, all else by nothing."""
    rng = np.random.default_rng(7)
    run = some_run(rng, kind)
    runs = [run, *(_changed(run, judge, rng) for judge in ("arena", "reflection"))]
    turned = [one.on_pairs(rng.permutation(len(run.labels))) for one in runs]
    before, after = (dict(leaves(compare(found).to_dict())) for found in (runs, turned))
    numbers = {place for place, value in before.items() if isinstance(value, float)}
    assert {k: v for k, v in before.items() if k not in numbers} == {k: v for k, v in after.items() if k not in numbers}
    assert {k: before[k] for k in numbers} == pytest.approx({k: after[k] for k in numbers}, rel=1e-9, abs=1e-12)
    assert before["/tests/0/p"] == after["/tests/0/p"]


def _changed(run: Run, judge: str, rng: np.random.Generator) -> Run:
    """Another judge, that prefers the other response in a third of the votes."""
    choice = run.votes.choice.copy()
    turned = (rng.random(choice.size) < 1 / 3) & (choice != NONE)
    choice[turned] = 1 - choice[turned]
    return replace(run, judge=judge, votes=replace(run.votes, choice=choice))
