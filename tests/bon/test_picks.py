"""Expectations over subsets: against every subset looked at one by one, and against closed forms."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bon.simulate import policy
from vlrb_task.bon import picks
from vlrb_task.bon.questions import Draw, Question


def brute(numbers: list[float], right: list[float]) -> list[float]:
    size = len(numbers)
    found = []
    for n in range(1, size + 1):
        values = []
        for chosen in combinations(range(size), n):
            best = max(numbers[at] for at in chosen)
            tied = [right[at] for at in chosen if numbers[at] == best]
            values.append(sum(tied) / len(tied))
        found.append(sum(values) / len(values))
    return found


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0.0, 0.5, 1.0])), min_size=1, max_size=7))
def test_order_statistics_with_ties_equal_every_subset(drawn: list[tuple[int, float]]) -> None:
    numbers, right = [float(n) for n, _ in drawn], [r for _, r in drawn]
    assert picks.expected_fixed(numbers, right) == pytest.approx(brute(numbers, right))


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0.0, 1.0])), min_size=1, max_size=7))
def test_both_ways_to_expect_agree_where_both_apply(drawn: list[tuple[int, float]]) -> None:
    numbers, right = np.array([float(n) for n, _ in drawn]), [r for _, r in drawn]
    by_subset = picks.expected(lambda mask: np.broadcast_to(numbers, mask.shape), right)
    assert by_subset == pytest.approx(picks.expected_fixed(numbers, right))


def test_the_oracle_is_pass_at_k() -> None:
    right = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    expected = [1 - comb(6, n) / comb(8, n) for n in range(1, 9)]
    assert picks.expected_fixed(right, right) == pytest.approx(expected)


def test_a_rating_that_could_not_be_read_ranks_below_every_other() -> None:
    assert picks.expected_fixed([float("nan"), -5.0], [1.0, 0.0]) == pytest.approx([0.5, 0.0])
    assert picks.expected_fixed([float("nan")] * 2, [1.0, 0.0]) == pytest.approx([0.5, 0.5])


def test_wins_count_only_among_those_present() -> None:
    """A circle of three is settled by who is there: of each two the winner, of all three nobody."""
    question = Question("q", "?", tuple(Draw(t, r) for t, r in (("a", 1.0), ("b", 0.0), ("c", 0.0))))
    wins = np.array([[np.nan, 1, 0], [0, np.nan, 1], [1, 0, np.nan]])
    found = picks.expected(picks.by_wins(question, wins), [1.0, 0.0, 0.0])
    assert found == pytest.approx([1 / 3, 1 / 3, 1 / 3])


def test_copies_of_an_answer_do_not_win_against_themselves() -> None:
    question = Question("q", "?", tuple(Draw(t, r) for t, r in (("a", 0.0), ("a", 0.0), ("b", 1.0))))
    wins = np.array([[np.nan, 0.0], [1.0, np.nan]])
    assert picks.expected(picks.by_wins(question, wins), [0.0, 0.0, 1.0])[-1] == 1.0


def test_self_consistency_takes_the_most_frequent_final_answer() -> None:
    finals = ["A", "B", "A", None]
    right = [1.0, 0.0, 1.0, 0.0]
    question = Question("q", "?", tuple(Draw(str(i), r, f) for i, (f, r) in enumerate(zip(finals, right, strict=True))))
    found = picks.expected(picks.by_majority(question), right)
    assert found[-1] == 1.0
    assert found[0] == pytest.approx(0.5)
    # Of three: A B A and A A none give A; A B none (twice) is a tie of three, one of them right.
    assert found[2] == pytest.approx((1 + 1 + 1 / 3 + 1 / 3) / 4)


def test_drawn_subsets_come_close_to_every_one() -> None:
    question = policy(1, 16, rights=[0.4])[0]
    right = np.array([d.right for d in question.draws])
    numbers = np.array([float(len(d.text)) for d in question.draws])
    assert picks.resampled_sizes(16) == [5, 6, 7, 8, 9, 10, 11], "of other sizes there are no more than 2,000"
    by_subset = picks.expected(lambda mask: np.broadcast_to(numbers, mask.shape), right)
    assert np.abs(by_subset - picks.expected_fixed(numbers, right)).max() < 0.05
    assert np.array_equal(by_subset, picks.expected(lambda mask: np.broadcast_to(numbers, mask.shape), right))


@settings(max_examples=30)
@given(st.integers(2, 6), st.randoms(use_true_random=False))
def test_strengths_rank_as_the_wins_of_a_full_round_robin(size: int, chance: object) -> None:
    """With every two compared equally often, Bradley-Terry orders as counted wins do."""
    pytest.importorskip("choix")
    assert hasattr(chance, "choice")
    wins = np.full((size, size), np.nan)
    for a, b in combinations(range(size), 2):
        wins[a, b] = chance.choice([0.0, 0.5, 1.0])
        wins[b, a] = 1 - wins[a, b]
    won, strength = np.nansum(wins, axis=1), picks.strengths(wins)
    for a, b in combinations(range(size), 2):
        if won[a] != won[b]:
            assert (won[a] > won[b]) == (strength[a] > strength[b])
        else:
            assert strength[a] == pytest.approx(strength[b], abs=1e-5)


def test_a_candidate_that_was_never_compared_is_of_middling_strength() -> None:
    pytest.importorskip("choix")
    wins = np.full((3, 3), np.nan)
    wins[0, 1], wins[1, 0] = 1.0, 0.0
    strength = picks.strengths(wins)
    assert strength[0] > strength[2] > strength[1]


def test_equal_strengths_come_out_equal() -> None:
    """In a whole round robin the candidates with most wins are equally strong; a tolerance of 1e-8 lost most such ties."""
    rng = np.random.default_rng(0)
    ties = 0
    for _ in range(150):
        above = np.triu(rng.integers(0, 2, (8, 8)), 1)
        wins = above + np.tril(1 - above.T, -1)
        np.fill_diagonal(wins, 0)
        best = wins.sum(axis=1) == wins.sum(axis=1).max()
        found = np.round(picks.strengths(wins.astype(float)), picks.PLACES)
        assert (found == found.max()).tolist() == best.tolist()
        ties += best.sum() > 1
    assert ties > 30
