"""The bounds of the overall that unread votes leave: no way to read them leads out of the bounds."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vlrb_task.scores.completeness import Doubt, doubt
from vlrb_task.scores.policies import Policy, kept, outcomes

Pair = tuple[int, int, int, int]
"""Votes of a pair: right, wrong, tied, unread."""


def of(pairs: list[Pair], policy: Policy = Policy.STRICT) -> Doubt:
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 4).T
    return doubt(columns[0], columns[1], columns[2], columns[3], policy)


def overall(pairs: list[tuple[int, int, int]], policy: Policy) -> float | None:
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 3).T
    counted = kept(outcomes(columns[0], columns[1], columns[2], policy))
    return float(counted.mean()) if counted.size else None


def readings(pairs: list[Pair], kinds: int) -> list[list[tuple[int, int, int]]]:
    """The pairs after every way to read the unread votes as right or wrong (``kinds`` 2), or tied as well (3)."""
    ways = [
        [draw for draw in product(range(u + 1), repeat=3) if sum(draw) == u and (kinds == 3 or not draw[2])]
        for *_, u in pairs
    ]
    return [
        [(r + a, w + b, t + c) for (r, w, t, _), (a, b, c) in zip(pairs, way, strict=True)] for way in product(*ways)
    ]


votes = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2), st.integers(0, 2)).filter(sum)
several = st.lists(votes, min_size=1, max_size=3)


@settings(max_examples=60)
@given(several, st.sampled_from(list(Policy)))
def test_no_sides_of_the_unread_votes_lead_out_of_the_bounds(pairs: list[Pair], policy: Policy) -> None:
    found = of(pairs, policy)
    values = [value for read in readings(pairs, 2) if (value := overall(read, policy)) is not None]
    if found.if_wrong is not None and found.if_right is not None:
        assert all(found.if_wrong - 1e-12 <= value <= found.if_right + 1e-12 for value in values)


@settings(max_examples=60)
@given(several, st.sampled_from([Policy.STRICT, Policy.HALF]))
def test_nor_do_ties(pairs: list[Pair], policy: Policy) -> None:
    found = of(pairs, policy)
    assert found.if_wrong is not None
    assert found.if_right is not None
    for read in readings(pairs, 3):
        value = overall(read, policy)
        assert value is not None
        assert found.if_wrong - 1e-12 <= value <= found.if_right + 1e-12
    assert found.as_rest is None or found.if_wrong - 1e-12 <= found.as_rest <= found.if_right + 1e-12


@settings(max_examples=60)
@given(st.lists(votes, min_size=1, max_size=2), st.sampled_from([Policy.STRICT, Policy.HALF]))
def test_as_the_rest_is_the_mean_of_every_reading_by_its_chance(pairs: list[Pair], policy: Policy) -> None:
    found = of(pairs, policy)
    read = sum(r + w + t for r, w, t, _ in pairs)
    if not read:
        assert found.as_rest is None
        return
    shares = [sum(pair[kind] for pair in pairs) / read for kind in range(3)]
    expected = 0.0
    # Each unread vote by itself: every sequence of what they are, with the product of the shares for its chance.
    unread = [at for at, pair in enumerate(pairs) for _ in range(pair[3])]
    for sequence in product(range(3), repeat=len(unread)):
        counts = [list(pair[:3]) for pair in pairs]
        for at, kind in zip(unread, sequence, strict=True):
            counts[at][kind] += 1
        value = overall([(r, w, t) for r, w, t in counts], policy)
        assert value is not None
        expected += value * float(np.prod([shares[kind] for kind in sequence]))
    assert found.as_rest == pytest.approx(expected)


def shown(found: Doubt) -> tuple[object, ...]:
    return tuple(found.to_dict().values())


def test_without_unread_votes_there_is_no_doubt() -> None:
    found = of([(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0)])
    assert shown(found) == (3, 0, 0, *[pytest.approx(1 / 3)] * 3)


def test_one_vote_a_pair() -> None:
    pairs = [(1, 0, 0, 0)] * 6 + [(0, 1, 0, 0)] * 2 + [(0, 0, 0, 1)] * 2
    assert shown(of(pairs)) == (10, 2, 2, 0.6, 0.8, pytest.approx(0.75))
    assert shown(of(pairs, Policy.OFFICIAL)) == (10, 2, 2, 0.6, 0.8, pytest.approx(0.75))


def test_where_nothing_was_read_there_is_no_rest() -> None:
    assert shown(of([(0, 0, 0, 2)] * 3)) == (6, 6, 3, 0.0, 1.0, None)
    assert shown(of([])) == (0, 0, 0, None, None, None)
