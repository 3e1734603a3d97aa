"""Designs: who is compared with whom, balance, cost, knockouts."""

from __future__ import annotations

from collections import Counter
from math import ceil, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlrb_task.asking.ballots import Schedule, firsts
from vlrb_task.bon import designs
from vlrb_task.bon.designs import Scheme
from vlrb_task.bon.questions import Draw, Question, split_pair_id
from vlrb_task.pairs.pair import parse_row
from vlrb_task.support.errors import UnknownName


def question(size: int, name: str = "q") -> Question:
    return Question(name, "What is it?", tuple(Draw(f"answer {at}", float(at % 2)) for at in range(size)))


def degrees(pairs: list[tuple[int, int]]) -> Counter[int]:
    return Counter(candidate for pair in pairs for candidate in pair)


@given(st.integers(1, 20), st.text(max_size=5))
def test_a_round_robin_has_every_two_once(size: int, name: str) -> None:
    pairs = designs.round_robin(question(size, name))
    assert len({frozenset(pair) for pair in pairs}) == len(pairs) == size * (size - 1) // 2
    shown_first = Counter(first for first, _ in pairs)
    assert all(abs(2 * shown_first[c] - (size - 1)) <= 1 for c in range(size))


@given(st.integers(2, 24), st.integers(1, 8), st.text(max_size=5))
def test_a_sparse_design_is_balanced_connected_and_no_larger_than_it_must(size: int, least: int, name: str) -> None:
    pairs = designs.sparse(question(size, name), least)
    count = degrees(pairs)
    assert len({frozenset(pair) for pair in pairs}) == len(pairs)
    assert set(count) == set(range(size))
    assert min(count.values()) >= min(least, size - 1)
    assert max(count.values()) <= max(least + 1, 2)
    shown_first = Counter(first for first, _ in pairs)
    assert all(abs(2 * shown_first[c] - count[c]) <= 1 for c in range(size))
    reached, edge = {0}, [0]
    while edge:
        here = edge.pop()
        for pair in pairs:
            if here in pair:
                other = pair[0] + pair[1] - here
                if other not in reached:
                    reached.add(other)
                    edge.append(other)
    assert len(reached) == size


@given(st.integers(1, 20))
def test_a_cover_rates_each_candidate_once_and_one_of_an_odd_number_twice(size: int) -> None:
    count = degrees(designs.cover(question(size)))
    if size == 1:
        assert not count
    else:
        assert set(count) == set(range(size))
        assert sum(count.values()) == size + size % 2


@given(st.integers(1, 20))
def test_a_knockout_has_one_comparison_less_than_candidates_and_ends_with_the_best(size: int) -> None:
    rounds, left = designs.knockout(question(size), lambda first, second: max(first, second))
    assert left == [size - 1]
    assert sum(map(len, rounds)) == size - 1
    assert len(rounds) == (ceil(log2(size)) if size > 1 else 0)


def test_a_knockout_waits_for_votes() -> None:
    asked = question(8)
    first_round = designs.knockout_round(designs.seating(asked))[0]
    rounds, left = designs.knockout(asked, lambda a, b: max(a, b) if (a, b) in first_round else None)
    assert [len(found) for found in rounds] == [4, 2]
    assert len(left) == 4


@given(st.integers(2, 9))
def test_the_first_of_a_comparison_is_shown_first(size: int) -> None:
    asked = question(size)
    for first, second in designs.round_robin(asked):
        pair, _ = parse_row(asked.row(first, second))
        assert firsts(pair, Schedule.parse("key", 1)) == [0]
        assert pair.responses[0] == asked.texts[first]
        assert split_pair_id(pair.id) == (asked.id, first, second)


def test_costs_are_counted() -> None:
    asked = [question(8, f"q{number}") for number in range(10)]
    costs = {
        scheme: designs.cost(asked, scheme, least=4, votes=2, overhead=100, longest_answer=50) for scheme in Scheme
    }
    assert costs[Scheme.ROUND_ROBIN].ballots == 10 * 28 * 2
    assert costs[Scheme.SPARSE].ballots == 10 * 16 * 2
    assert costs[Scheme.KNOCKOUT].ballots == 10 * 7 * 2
    assert costs[Scheme.KNOCKOUT].rounds == 3
    assert costs[Scheme.POINTWISE].ballots == 10 * 8 * 2
    assert costs[Scheme.ROUND_ROBIN].growth == "N squared"
    assert costs[Scheme.ROUND_ROBIN].output_tokens == 10 * 28 * 2 * 50
    letters = 28 * (100 + len("What is it?")) + 7 * 8 * len("answer 0")
    assert costs[Scheme.ROUND_ROBIN].prompt_tokens == 10 * 2 * letters // 4


def test_an_unknown_scheme_is_named() -> None:
    assert Scheme.parse("round-robin") is Scheme.ROUND_ROBIN
    with pytest.raises(UnknownName, match="use one of pointwise"):
        Scheme.parse("ladder")
