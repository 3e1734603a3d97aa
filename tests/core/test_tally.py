"""Verdicts into votes, votes into outcomes."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vlrb_task.scores.tally import (
    Counts,
    Policy,
    Vote,
    expected_at_k,
    mark,
    mark_ratings,
    outcome,
    winner_by_order,
)

from vlrb_task.parsing.verdicts import Rating, Reading, Reason, Verdict, unparsed, unrated
from vlrb_task.support.errors import UnknownName

counts = st.builds(Counts, st.integers(0, 6), st.integers(0, 6), st.integers(0, 6)).filter(lambda c: c.total > 0)


def test_presented_coordinates_become_pair_coordinates() -> None:
    assert mark(0, 0, Reading(Verdict.FIRST)).choice == 0
    assert mark(0, 1, Reading(Verdict.FIRST)).choice == 1
    assert mark(0, 0, Reading(Verdict.SECOND)).choice == 1
    assert mark(0, 1, Reading(Verdict.SECOND)).choice == 0
    assert mark(0, 1, Reading(Verdict.TIE)).tied
    vote = mark(3, 1, unparsed(Reason.EMPTY))
    assert (vote.number, vote.choice, vote.reason, vote.tied) == (3, None, Reason.EMPTY, False)


def test_ratings_become_one_vote() -> None:
    assert mark_ratings(0, (Rating(7), Rating(3))).choice == 0
    assert mark_ratings(0, (Rating(-2.5), Rating(-2.0))).choice == 1
    assert mark_ratings(0, (Rating(5), Rating(5))).tied
    assert mark_ratings(0, (Rating(5), unrated(Reason.NO_VERDICT))).reason is Reason.NO_VERDICT


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


def test_no_votes_no_outcome() -> None:
    with pytest.raises(ValueError, match="without votes"):
        outcome(Counts(0, 0, 0), Policy.STRICT)
    with pytest.raises(UnknownName, match="strict, half, official"):
        Policy.parse("coin")


@given(counts)
def test_exchanging_right_and_wrong_mirrors_the_half_policy(tally: Counts) -> None:
    mirrored = Counts(tally.wrong, tally.right, tally.neither)
    left, right = outcome(tally, Policy.HALF), outcome(mirrored, Policy.HALF)
    assert left is not None
    assert right is not None
    assert left + right == 1


@given(counts, st.sampled_from(list(Policy)), st.data())
def test_at_k_is_the_mean_over_all_draws(tally: Counts, policy: Policy, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, min(tally.total, 5)))
    votes = ["right"] * tally.right + ["wrong"] * tally.wrong + ["neither"] * tally.neither
    values = []
    for drawn in itertools.islice(itertools.combinations(votes, k), 10_000):
        values.append(outcome(Counts(drawn.count("right"), drawn.count("wrong"), drawn.count("neither")), policy))
    score, kept = expected_at_k(tally, k, policy)
    assert score == pytest.approx(sum(v for v in values if v is not None) / len(values))
    assert kept == pytest.approx(sum(v is not None for v in values) / len(values))


@given(counts, st.sampled_from(list(Policy)))
def test_at_all_votes_is_the_outcome(tally: Counts, policy: Policy) -> None:
    expected = outcome(tally, policy)
    score, kept = expected_at_k(tally, tally.total, policy)
    assert (score, kept) == ((0.0, 0.0) if expected is None else (expected, 1.0))


def test_at_k_needs_k_votes() -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        expected_at_k(Counts(1, 0, 0), 3, Policy.STRICT)


def test_votes_do_not_depend_on_their_order() -> None:
    votes = [Vote(n, n % 2, c) for n, c in enumerate([0, 0, 1, None, 1, 0])]  # type: ignore[arg-type]
    shuffled = random.Random(0).sample(votes, len(votes))
    assert Counts.of(votes, 0) == Counts.of(shuffled, 0)
    assert winner_by_order(votes) == winner_by_order(shuffled)


def test_winner_by_order_needs_more_than_half() -> None:
    assert winner_by_order([Vote(0, 0, 1), Vote(1, 1, 1)]) == {0: 1, 1: 1}
    assert winner_by_order([Vote(0, 0, 1), Vote(2, 0, None, Reason.EMPTY), Vote(1, 1, 0)]) == {0: None, 1: 0}
    assert winner_by_order([Vote(0, None, 1)]) == {}
