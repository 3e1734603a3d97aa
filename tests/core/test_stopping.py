"""Stopping when decided: the outcome of the votes that are asked is that of all K, whatever the others would say."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import product
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.made_up import made_up_pairs
from tests.support.table import outcome
from vlrb_task.asking.ballots import Ballot, Mode, Order, Schedule, ballots_of
from vlrb_task.pairs.pair import Answer
from vlrb_task.scores.policies import Counts, Policy
from vlrb_task.scores.stopping import rest_of, settled, slot_of, votes_needed
from vlrb_task.votes.standing import Answered, Slot

POLICIES = list(Policy)


def stands(slots: frozenset[Slot], counts: Counts) -> Answered:
    return Answered(slots, counts.right, counts.wrong, counts.neither)


def add(counts: Counts, votes: tuple[str, ...]) -> Counts:
    return Counts(
        counts.right + votes.count("right"),
        counts.wrong + votes.count("wrong"),
        counts.neither + votes.count("neither"),
    )


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("whole", range(1, 8))
def test_settled_means_that_no_completion_changes_the_outcome(whole: int, policy: Policy) -> None:
    """Every state of every K up to 7 with every completion: settled exactly where all outcomes are that of the votes asked."""
    for right, wrong, neither in product(range(whole + 1), repeat=3):
        counts = Counts(right, wrong, neither)
        left = whole - counts.total
        if left < 0 or not counts.total:
            continue
        ends = {outcome(add(counts, votes), policy) for votes in product(("right", "wrong", "neither"), repeat=left)}
        if settled(counts, left, policy):
            assert ends == {outcome(counts, policy)}, (counts, left)
        elif left:
            assert len(ends) > 1, ("a pair that nothing can change is asked about", counts, left)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("whole", range(1, 7))
def test_votes_needed_is_the_least_after_which_a_pair_can_be_settled(whole: int, policy: Policy) -> None:
    for right, wrong, neither in product(range(whole + 1), repeat=3):
        counts = Counts(right, wrong, neither)
        left = whole - counts.total
        if left < 0:
            continue
        could = [
            n
            for n in range(left + 1)
            if any(settled(add(counts, v), left - n, policy) for v in product(("right", "wrong", "neither"), repeat=n))
        ]
        assert votes_needed(counts, left, policy) == could[0], (counts, left)


CHOICES = st.sampled_from(["right", "wrong", "neither"])


@given(
    st.lists(st.lists(CHOICES, min_size=9, max_size=9), min_size=3, max_size=6),
    st.integers(1, 9),
    st.integers(0, 9),
    st.sampled_from(POLICIES),
    st.booleans(),
    st.sampled_from(["pairwise", "pointwise"]),
)
def test_outcomes_of_a_run_in_rounds_are_those_of_all_votes(
    said: list[list[str]], votes: int, begun: int, policy: Policy, sparing: bool, mode: Mode
) -> None:
    """Rounds of asking what is left, from any beginning, end; every pair's outcome is that of all K votes in the same order."""
    pairs = made_up_pairs(len(said)).pairs
    schedule = Schedule(Order.ALTERNATE, votes)
    asked: dict[str, dict[int, str]] = {
        p.key: dict(enumerate(s[: min(begun, votes)])) for p, s in zip(pairs, said, strict=True)
    }
    says = {pair.key: texts for pair, texts in zip(pairs, said, strict=True)}

    def standing() -> dict[str, Answered]:
        slots = {p.key: {slot_of(b) for b in ballots_of(p, schedule, mode) if b.vote in asked[p.key]} for p in pairs}
        return {
            key: stands(frozenset(slots[key]), add(Counts(0, 0, 0), tuple(votes.values())))
            for key, votes in asked.items()
        }

    rounds = 0
    while ballots := rest_of(pairs, schedule, mode, standing(), stop=policy, sparing=sparing).ballots:
        rounds += 1
        for ballot in ballots:
            asked[ballot.key][ballot.vote] = says[ballot.key][ballot.vote]
    assert rounds <= (votes if sparing else 1)
    for pair in pairs:
        counts = add(Counts(0, 0, 0), tuple(asked[pair.key].values()))
        whole = add(Counts(0, 0, 0), tuple(says[pair.key][:votes]))
        assert outcome(counts, policy) == outcome(whole, policy)


def test_nothing_is_left_out_without_a_policy() -> None:
    benchmark = made_up_pairs(3)
    schedule = Schedule(Order.BOTH, 2)
    first = benchmark.pairs[0]
    standing = {first.key: stands(frozenset({(0, None), (2, None)}), Counts(2, 0, 0))}
    rest = rest_of(benchmark.pairs, schedule, "pairwise", standing, stop=None)
    assert [(b.key, b.vote) for b in rest.ballots if b.key == first.key] == [(first.key, 1), (first.key, 3)]
    assert (rest.standing, rest.settled, rest.later, rest.total) == (2, 0, 0, 12)


def test_the_other_half_of_a_pointwise_vote_is_asked() -> None:
    benchmark = made_up_pairs(1)
    (pair,) = benchmark.pairs
    ballots = ballots_of(pair, Schedule(Order.KEY), "pointwise")
    standing = {pair.key: stands(frozenset({slot_of(ballots[0])}), Counts(0, 0, 0))}
    rest = rest_of(benchmark.pairs, Schedule(Order.KEY), "pointwise", standing)
    assert rest.ballots == (ballots[1],)


def simulated_share(agreement: float, rounds: list[int], pairs: int = 3000) -> float:
    """Share of the ballots of K = 5 that are asked of a judge whose votes agree with its majority at this rate."""
    coin = random.Random(5)
    benchmark = made_up_pairs(pairs)
    schedule = Schedule(Order.ALTERNATE, 5)
    says: dict[tuple[str, int], bool] = {
        (p.key, n): coin.random() < agreement for p in benchmark.pairs for n in range(5)
    }
    asked: dict[str, list[int]] = {pair.key: [] for pair in benchmark.pairs}

    def standing() -> dict[str, Answered]:
        return {
            key: stands(
                frozenset((n, None) for n in numbers),
                Counts(sum(says[key, n] for n in numbers), sum(not says[key, n] for n in numbers), 0),
            )
            for key, numbers in asked.items()
        }

    for size in rounds:
        limited = Schedule(Order.ALTERNATE, size)
        for ballot in rest_of(benchmark.pairs, limited, "pairwise", standing(), stop=None).ballots:
            asked[ballot.key].append(ballot.vote)
    while ballots := rest_of(benchmark.pairs, schedule, "pairwise", standing(), sparing=not rounds).ballots:
        for ballot in ballots:
            asked[ballot.key].append(ballot.vote)
    return sum(map(len, asked.values())) / (5 * pairs)


def expected_share(agreement: float, votes: int, rounds: Sequence[int] | None = None) -> float:
    """The share of ballots that stopping asks, for a judge whose votes are independent and agree with its majority.

    ``rounds`` are the sizes of the rounds; by default as sparing as can be.
    """
    reached = {(0, 0): 1.0}
    expected = 0.0
    sizes = list(rounds) if rounds is not None else []
    while reached:
        ahead: dict[tuple[int, int], float] = {}
        size = sizes.pop(0) if sizes else None
        for (right, wrong), chance in reached.items():
            counts, left = Counts(right, wrong, 0), votes - right - wrong
            if settled(counts, left, Policy.STRICT):
                continue
            more = min(left, size or votes_needed(counts, left, Policy.STRICT))
            expected += chance * more
            for state, share in _after(right, wrong, more, agreement):
                ahead[state] = ahead.get(state, 0.0) + chance * share
        reached = ahead
    return expected / votes


def _after(right: int, wrong: int, more: int, agreement: float) -> Iterable[tuple[tuple[int, int], float]]:
    for won in range(more + 1):
        share = comb(more, won) * agreement**won * (1 - agreement) ** (more - won)
        yield (right + won, wrong + more - won), share


def test_a_third_of_the_calls_goes_on_a_judge_that_agrees_with_itself_nine_times_in_ten() -> None:
    # Each vote is the majority's nine times in ten, asked as sparingly as can be: 3 votes, then one and one.
    assert expected_share(0.9, 5) == pytest.approx(1 - 0.3363, abs=1e-4)
    assert simulated_share(0.9, []) == pytest.approx(expected_share(0.9, 5), abs=0.01)
    # Two votes agree nine times in ten (each is the majority's 94.7 %): a run of three and one more run do.
    assert expected_share(0.9472, 5, [3, 2]) == pytest.approx(1 - 0.34, abs=1e-3)
    assert simulated_share(0.9472, [3]) == pytest.approx(expected_share(0.9472, 5, [3, 2]), abs=0.01)


def test_five_votes_become_ten_by_asking_five_more() -> None:
    """After half of an even number of votes nothing is decided, so that every pair gets the other half."""
    benchmark = made_up_pairs(6)
    numbers: list[Answer] = [0, 1]
    standing = {
        pair.key: stands(frozenset((n, None) for n in range(5)), Counts(5 * (1 - side), 5 * side, 0))
        for pair, side in zip(benchmark.pairs, numbers * 3, strict=True)
    }
    rest = rest_of(benchmark.pairs, Schedule(Order.ALTERNATE, 10), "pairwise", standing)
    assert len(rest.ballots) == 30
    assert {ballot.vote for ballot in rest.ballots} == set(range(5, 10))
    whole = [b for p in benchmark.pairs for b in ballots_of(p, Schedule(Order.ALTERNATE, 10))]
    assert set(rest.ballots) <= set(whole), "in the order in which ten votes would have been asked"
    assert all(isinstance(ballot, Ballot) for ballot in rest.ballots)
