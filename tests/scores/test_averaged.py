"""Logits averaged over both orders: a lean towards one place cancels; counted by hand, for every policy."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vlrb_task.judges.base import PromptRecord
from vlrb_task.pairs.labels import Labels
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.score import Score, score_run
from vlrb_task.votes.table import Ballots, Run, Votes

eighths = st.integers(-40, 40).map(lambda number: number / 8)


def scored(margins: list[float], bias: float, policy: Policy = Policy.STRICT, lost: int = 0) -> Score:
    """A judge that prefers the better response by a margin, and the first place by ``bias``; some votes of order 0 are lost."""
    rows = []
    for pair, margin in enumerate(margins):
        for vote, first in enumerate((0, 1)):
            odds = bias + (margin if first == pair % 2 else -margin)
            chosen = None if odds == 0 else first if odds > 0 else 1 - first
            said: dict[str, object] = {"choice": chosen, "p": 1 / (1 + math.exp(-odds)), "digest": odds}
            said = {"reason": Reason.NOT_A_NUMBER, "digest": "lost"} if vote == 0 and pair < lost else said
            rows.append({"pair": pair, "vote": vote, "first": first, **said})
    labels = Labels.of(
        {"key": str(pair), "id": "", "better": pair % 2, "subset": "general", "source": ""}
        for pair in range(len(margins))
    )
    ballots = Ballots.of(rows)
    run = Run("prob", PromptRecord("prob"), "", "", {"general": len(margins)}, labels, Votes.of(ballots), ballots)
    return score_run(run, policy)


def value(score: Score, name: str) -> float | None:
    found = score.estimate(name)
    assert found is not None
    return found.value


@settings(max_examples=40)
@given(st.lists(eighths, min_size=1, max_size=20), eighths)
def test_a_lean_towards_one_place_cancels(margins: list[float], bias: float) -> None:
    far = [margin for margin in margins if abs(margin) > 0]
    score = scored(far or [1.0], bias)
    expected = [margin > 0 for margin in far or [1.0]]
    assert value(score, "right_averaged") == pytest.approx(sum(expected) / len(expected))
    raw = [margin + lean > 0 for lean in (bias, -bias) for margin in far or [1.0]]
    half = len(raw) // 2
    assert value(score, "right_better_first") == pytest.approx(sum(raw[:half]) / half)
    assert value(score, "right_better_second") == pytest.approx(sum(raw[half:]) / half)


def test_a_judge_that_only_leans_is_half_right() -> None:
    score = scored([0.0] * 6, 2.0)
    assert value(score, "right_averaged") == 0.5
    assert (value(score, "right_better_first"), value(score, "right_better_second")) == (1.0, 0.0)


@pytest.mark.parametrize(("policy", "expected", "n"), [("strict", 0.4, 5), ("half", 0.6, 5), ("official", 2 / 3, 3)])
def test_a_pair_without_one_order_is_an_unparsed_vote(policy: str, expected: float, n: int) -> None:
    found = scored([1.0, 1.0, 1.0, 1.0, -1.0], 0.5, Policy.parse(policy), lost=2).estimate("right_averaged")
    assert found is not None
    assert found.value == pytest.approx(expected)
    assert found.n == n


def test_without_probabilities_there_is_none() -> None:
    score = scored([1.0, 2.0], 0.5, lost=2)
    assert score.estimate("right_averaged") is None, "no pair has a probability in both orders"
    assert value(score, "right_better_first") == 0.5
