"""The fast way to read lines reads what the slow one reads, or leaves them to it."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.made_up import FIRST, made_up_pairs, record
from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.votes.lines import read_block, read_lines

BENCHMARK = made_up_pairs(3)
VOTES = [
    record(BENCHMARK, pair, ballot, FIRST, schedule={"order": "both", "votes": 2}, generation={"temperature": 0.5})
    for pair in BENCHMARK.pairs
    for ballot in ballots_of(pair, Schedule(Order.BOTH, 2))
]
BARE = [{name: line[name] for name in ("v", "key", "judge", "vote", "first", "text")} for line in VOTES]
SCORES = [
    {k: v for k, v in line.items() if k not in ("first", "text")} | {"answer": n, "score": n + 0.5}
    for line in VOTES
    for n in (0, 1)
]

ODD = st.sampled_from(
    [
        None,
        True,
        0,
        1,
        2,
        -1,
        10**30,
        1.0,
        0.5,
        "",
        "0",
        "é\u2028",
        "\ud800",
        "x" * 17,
        [],
        [1],
        [1, 2],
        ["a"],
        {},
        {"a": 1},
    ]
)
NAMES = st.sampled_from([*VOTES[0], "id", "answer", "score", "p", "failure", "tags", "other", "vlrb_vote"])


def block(lines: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def rows(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    return [{name: str(value) for name, value in row.items()} for row in batch.to_pylist()]


@pytest.mark.parametrize("lines", [VOTES, BARE, SCORES, VOTES + SCORES], ids=["whole", "bare", "scores", "mixed"])
def test_usual_lines_are_read_fast_and_alike(lines: list[dict[str, Any]]) -> None:
    found = read_block(block(lines), "x")
    assert found is not None
    (expected,) = read_lines(block(lines).splitlines(keepends=True), "x")
    assert found.schema == expected.schema
    assert rows(found) == rows(expected)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 5), NAMES, ODD), max_size=3), st.sampled_from([VOTES, BARE, SCORES]))
def test_whatever_a_field_holds_both_ways_agree(
    changes: list[tuple[int, str, Any]], lines: list[dict[str, Any]]
) -> None:
    made = [dict(line) for line in lines]
    for at, name, value in changes:
        made[at][name] = value
    found = read_block(block(made), "x")
    if found is not None:
        (expected,) = read_lines(block(made).splitlines(keepends=True), "x")
        assert rows(found) == rows(expected)


@settings(max_examples=200)
@given(st.integers(0, 10**6), st.binary(min_size=0, max_size=3), st.booleans())
def test_whatever_bytes_are_damaged_both_ways_agree(place: int, bytes_: bytes, insert: bool) -> None:
    whole = block(BARE)
    at = place % len(whole)
    made = whole[:at] + bytes_ + whole[at + (0 if insert else len(bytes_)) :]
    found = read_block(made, "x")
    if found is not None:
        expected = [row for batch in read_lines(made.splitlines(keepends=True), "x") for row in rows(batch)]
        assert rows(found) == expected
