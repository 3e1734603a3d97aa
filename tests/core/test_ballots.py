"""Orders and schedules: as even as they can be, and the same for everyone."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlrb_task.asking.ballots import (
    Ballot,
    Order,
    Schedule,
    ballots_of,
    first_from_key,
    first_from_parity,
    firsts,
)
from vlrb_task.pairs.pair import ANSWERS, Pair, pair_key
from vlrb_task.support.errors import UnknownName

texts = st.text(max_size=20)


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    left, right = draw(st.lists(texts, min_size=2, max_size=2, unique=True))
    key = pair_key("x", "q", [left, right])
    return Pair(key, "x", "q", (left, right), draw(st.sampled_from(ANSWERS)), "s", "general")


@given(pairs(), st.integers(1, 12))
def test_alternating_votes_ask_each_order_as_evenly_as_they_can(pair: Pair, votes: int) -> None:
    orders = firsts(pair, Schedule(Order.ALTERNATE, votes))
    counts = Counter(orders)
    assert len(orders) == votes
    assert abs(counts[0] - counts[1]) <= 1
    assert orders[0] == first_from_key(pair.key)


@given(pairs(), st.integers(1, 4))
def test_both_orders_are_asked_equally_often(pair: Pair, votes: int) -> None:
    asked = ballots_of(pair, Schedule(Order.BOTH, votes))
    assert Counter(b.first for b in asked) == {0: votes, 1: votes}
    assert [b.vote for b in asked] == list(range(2 * votes))


@given(pairs())
def test_a_longer_run_begins_as_a_shorter_one(pair: Pair) -> None:
    short, long = (firsts(pair, Schedule(Order.ALTERNATE, votes)) for votes in (5, 10))
    assert long[:5] == short


def test_parity_is_the_frameworks_rule() -> None:
    assert first_from_parity(["ab", "cd"]) == 0
    assert first_from_parity(["ab", "c"]) == 1


@given(pairs())
def test_pointwise_ballots_show_each_answer_once_a_vote(pair: Pair) -> None:
    asked = ballots_of(pair, Schedule(Order.KEY, 2), "pointwise")
    assert sorted((b.vote, b.answer) for b in asked) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert all(b.first is None for b in asked)


def test_keys_split_evenly() -> None:
    keys = [pair_key(str(n), "q", ["a", "b"]) for n in range(4000)]
    assert 1850 < sum(first_from_key(key) for key in keys) < 2150


def test_bad_schedules_and_ballots() -> None:
    with pytest.raises(UnknownName, match="key, both, alternate, parity"):
        Schedule.parse("random", 1)
    with pytest.raises(ValueError, match="from 1 to 1,000 votes"):
        Schedule.parse("key", 0)
    with pytest.raises(ValueError, match="either both answers"):
        Ballot("k", 0)
