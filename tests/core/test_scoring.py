"""A run's numbers: on published counts, on simulated judges, and against the paper's own rule."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from tests.support import table
from tests.support.table import Label, PairVotes, Vote, value
from vlrb_task.pairs.pair import ANSWERS, SUBSETS, Answer, other
from vlrb_task.scores.baselines import baselines
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.score import score_run
from vlrb_task.votes import Run

SIZES = {"general": 183, "hallucination": 749, "reasoning": 318}


def run_of(pairs: Iterable[PairVotes], sizes: dict[str, int] | None = None) -> Run:
    return table.run_of(pairs, sizes or SIZES)


def counted(right: dict[str, int]) -> Run:
    """One vote a pair, so many of them right in each subset."""
    pairs = []
    for subset in SUBSETS:
        for number in range(SIZES[subset]):
            choice: Answer = 0 if number < right[subset] else 1
            label = Label(f"{subset}{number}", f"{subset}-{number}", 0, subset, subset.title())
            pairs.append(PairVotes(label, (Vote(0, 0, choice),)))
    return run_of(pairs)


@pytest.mark.parametrize(
    ("right", "macro", "overall"),
    [
        ({"hallucination": 341, "reasoning": 206, "general": 80}, 0.5134103034493575, 0.5016),
        ({"hallucination": 530, "reasoning": 207, "general": 90}, 0.616785607259141, 0.6616),
    ],
    ids=["gpt-4o-mini", "gpt-4o"],
)
def test_public_counts_of_vlmevalkit_pull_request_703(right: dict[str, int], macro: float, overall: float) -> None:
    score = score_run(counted(right))
    assert score.macro.value == macro
    assert score.overall.value == overall
    assert score.missing == 0


def votes(*choices: Answer | None, first: Answer = 0) -> tuple[Vote, ...]:
    orders: tuple[Answer, Answer] = (first, other(first))
    return tuple(Vote(n, orders[n % 2], choice) for n, choice in enumerate(choices))


def label(number: int, subset: str = "general", words: tuple[int, int] | None = None) -> Label:
    return Label(str(number), str(number), 0, subset, "S", words)


def test_consistency_and_both_orders_right() -> None:
    pairs = [
        PairVotes(label(0), votes(0, 0)),
        PairVotes(label(1), votes(1, 1)),
        PairVotes(label(2), votes(0, 1)),
        PairVotes(label(3), votes(0, None)),
    ]
    score = score_run(run_of(pairs, {"general": 4}))
    assert value(score, "consistency") == 0.5
    assert value(score, "both_orders_right") == 0.25
    assert score.overall.value == (1 + 0 + 0.5 + 0.5) / 4
    # Verdicts: 0@0 first, 0@1 second, 1@0 second, 1@1 first, 0@0 first, 1@1 first, 0@0 first
    assert value(score, "first_rate") == 5 / 7


def test_one_order_has_no_consistency() -> None:
    score = score_run(run_of([PairVotes(label(0), (Vote(0, 0, 0),))], {"general": 1}))
    assert score.estimate("consistency") is None
    assert "consistency" not in score.to_dict()
    assert "at_k" not in score.to_dict()


@pytest.mark.parametrize("subset", SUBSETS)
def test_a_judge_that_always_says_first_scores_half_on_both_orders(subset: str) -> None:
    generator = random.Random(3)
    pairs = []
    for name in SUBSETS:
        for number in range(SIZES[name]):
            first = generator.choice(ANSWERS)
            pairs.append(
                PairVotes(
                    Label(f"{name}{number}", "", generator.choice(ANSWERS), name, ""),
                    votes(first, other(first), first=first),
                )
            )
    score = score_run(run_of(pairs))
    assert score.by_subset[subset].value == 0.5
    assert score.macro.value == 0.5
    assert value(score, "first_rate") == 1.0
    assert value(score, "consistency") == 0.0


def test_macro_needs_every_subset_of_the_revision() -> None:
    score = score_run(run_of([PairVotes(label(0), (Vote(0, 0, 0),))]))
    assert score.macro.value is None
    assert score.missing == 1249
    assert score.to_dict()["reasoning"]["value"] is None


def test_coverage_sets_ties_and_unparsed_aside() -> None:
    pairs = [
        PairVotes(label(0), votes(0, None, None)),
        PairVotes(label(1), votes(0, 1, None)),
        PairVotes(label(2), votes(None)),
    ]
    score = score_run(run_of(pairs, {"general": 3}))
    assert value(score, "coverage") == pytest.approx(1 / 3)


def test_at_k_runs_over_odd_k() -> None:
    pairs = [PairVotes(label(n), votes(0, 0, 0, 1, 1)) for n in range(4)]
    score = score_run(run_of(pairs, {"general": 4}))
    assert list(score.at_k) == [1, 3, 5]
    # Votes 0, 2 and 4 show one order, of which two are right; votes 1 and 3 the other, of which one is.
    assert score.at_k[1] == pytest.approx((2 / 3 + 1 / 2) / 2)
    # Two of the one order and one of the other, or one and two: right if at least two are.
    at_three = ((1 / 3) * 1 + (2 / 3) * (1 / 2) + (2 / 3) * 1) / 2
    assert score.at_k[3] == pytest.approx(at_three)
    assert score.at_k[5] == 1.0
    estimates = score.to_dict()["at_k_estimates"]
    assert [estimates[k]["value"] for k in ("1", "3", "5")] == list(score.at_k.values())
    assert {estimate["n"] for estimate in estimates.values()} == {4}


def test_baselines() -> None:
    pairs = [
        PairVotes(label(0, words=(3, 5)), (Vote(0, 0, 0),)),
        PairVotes(label(1, words=(5, 3)), (Vote(0, 1, 0),)),
        PairVotes(label(2, words=(4, 4)), (Vote(0, 0, None),)),
    ]
    found = {b.name: b.overall.value for b in baselines(run_of(pairs, {"general": 3}))}
    assert found == {
        "first": pytest.approx(2 / 3),
        "second": pytest.approx(1 / 3),
        "longer": 0.5,
        "shorter": 0.5,
        "random": 0.5,
    }


def test_empty_runs_have_no_score() -> None:
    with pytest.raises(ValueError, match="without votes"):
        score_run(run_of([]))


def official_script(pairs: Iterable[PairVotes]) -> float:
    """What the paper's ``cal.py`` prints as accuracy, restated: pairs with a vote that matched nothing are dropped, a
    pair is agreed or rejected by more than half of its votes, and the agreed are divided by agreed plus rejected."""
    agreed = rejected = 0
    for pair in pairs:
        said = [vote.choice for vote in pair.votes]
        agree, reject, unmatched = (sum(c == kind for c in said) for kind in (0, 1, None))
        if unmatched:
            continue
        if agree > (agree + reject) / 2:
            agreed += 1
        elif reject > (agree + reject) / 2:
            rejected += 1
    return agreed / (agreed + rejected)


def test_official_policy_is_the_papers_script() -> None:
    generator = random.Random(5)
    for _ in range(50):
        choices: list[Answer | None] = [0, 1, None]
        pairs = [PairVotes(label(n), votes(*generator.choices(choices, [6, 3, 0.5], k=5))) for n in range(60)]
        score = score_run(run_of(pairs, {"general": 60}), Policy.OFFICIAL)
        assert score.overall.value == pytest.approx(official_script(pairs))


def test_accuracy_and_bias_of_simulated_judges_are_recovered() -> None:
    """A judge that says 'first' a fifth of the time, and is else right three times in four."""
    generator = random.Random(17)
    pairs = []
    for number in range(20_000):
        better = generator.choice(ANSWERS)
        cast = []
        for vote, first in enumerate(ANSWERS):
            choice = first if generator.random() < 0.2 else better if generator.random() < 0.75 else other(better)
            cast.append(Vote(vote, first, choice))
        pairs.append(PairVotes(Label(str(number), "", better, "general", ""), tuple(cast)))
    score = score_run(run_of(pairs, {"general": 20_000}))
    assert score.overall.value == pytest.approx(0.8 * 0.75 + 0.1, abs=0.01)
    assert value(score, "first_rate") == pytest.approx(0.2 + 0.8 * 0.5, abs=0.01)
