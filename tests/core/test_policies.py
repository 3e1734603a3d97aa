"""Verdicts into votes, votes into outcomes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.table import Label, PairVotes, Vote, outcome, run_of
from vlrb_task.parsing.verdicts import Reason, Verdict
from vlrb_task.scores.policies import Counts, Policy
from vlrb_task.support.errors import UnknownName
from vlrb_task.votes import Ballots, Votes
from vlrb_task.votes.reading import choice_of
from vlrb_task.votes.schema import NONE, PLACE

counts = st.builds(Counts, st.integers(0, 6), st.integers(0, 6), st.integers(0, 6)).filter(lambda c: c.total > 0)


def test_presented_coordinates_become_pair_coordinates() -> None:
    assert choice_of(Verdict.FIRST, 0) == 0
    assert choice_of(Verdict.FIRST, 1) == 1
    assert choice_of(Verdict.SECOND, 0) == 1
    assert choice_of(Verdict.SECOND, 1) == 0
    assert choice_of(Verdict.TIE, 1) is None
    assert choice_of(Verdict.UNPARSED, 1) is None


def test_ratings_become_one_vote() -> None:
    rated = ((7, 3, None), (-2.5, -2.0, None), (5, 5, None), (5, None, Reason.NO_VERDICT))
    ballots = [
        {"pair": 0, "vote": vote, "answer": answer, "rating": rating, "reason": reason if rating is None else None}
        for vote, (*ratings, reason) in enumerate(rated)
        for answer, rating in enumerate(ratings)
    ]
    votes = Votes.of(Ballots.of(ballots))
    assert votes.choice.tolist() == [0, 1, NONE, NONE]
    assert votes.reason.tolist() == [NONE, NONE, NONE, PLACE[Reason.NO_VERDICT]]


@pytest.mark.parametrize(
    ("right", "wrong", "neither", "strict", "half", "official"),
    [
        (1, 0, 0, 1, 1, 1),
        (0, 1, 0, 0, 0, 0),
        (0, 0, 1, 0, 0.5, None),
        (1, 1, 0, 0.5, 0.5, None),
        (1, 0, 1, 0.5, 1, None),
        (0, 1, 1, 0, 0, None),
        (3, 2, 0, 1, 1, 1),
        (2, 2, 1, 0, 0.5, None),
        (2, 1, 2, 0, 1, None),
        (2, 3, 0, 0, 0, 0),
    ],
)
def test_outcomes(right: int, wrong: int, neither: int, strict: float, half: float, official: float | None) -> None:
    tally = Counts(right, wrong, neither)
    assert [outcome(tally, policy) for policy in Policy] == [strict, half, official]


def test_an_unknown_policy_lists_those_that_exist() -> None:
    with pytest.raises(UnknownName, match="strict, half, official"):
        Policy.parse("coin")


@given(counts)
def test_exchanging_right_and_wrong_mirrors_the_half_policy(tally: Counts) -> None:
    mirrored = Counts(tally.wrong, tally.right, tally.neither)
    left, right = outcome(tally, Policy.HALF), outcome(mirrored, Policy.HALF)
    assert left is not None
    assert right is not None
    assert left + right == 1


def test_winner_in_an_order_needs_more_than_half() -> None:
    def winners(*votes: Vote) -> list[float]:
        run = run_of([PairVotes(Label("0", "0", 0, "general", "S"), votes)])
        return [float(run.winner_in(first)[0]) for first in (0, 1)]

    assert winners(Vote(0, 0, 1), Vote(1, 1, 1)) == [1, 1]
    assert winners(Vote(0, 0, 1), Vote(2, 0, None, Reason.EMPTY), Vote(1, 1, 0)) == [NONE, 0]
    assert all(math.isnan(winner) for winner in winners(Vote(0, None, 1)))
