"""The columns of votes: what every log is read into, and what reading the texts adds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import pyarrow as pa

from vlrb_task.parsing.verdicts import Reason
from vlrb_task.support.arrow import is_valid, names, numbers, strings, whole

NONE = -1
"""In a column of small numbers: there is none."""

OTHER_KIND = -2
"""In the column ``reason``: the text is about one answer where the parser reads two, or the other way round."""

REASONS = tuple(Reason)
"""What the numbers of the column ``reason`` stand for."""

PLACE = {reason: place for place, reason in enumerate(REASONS)}
FAILED = PLACE[Reason.FAILED_REQUEST]

_NAME = pa.dictionary(pa.int32(), pa.string())

LOGGED = pa.schema(
    [
        ("log", _NAME),  # the file
        ("line", pa.int64()),  # in it, from 1
        ("header", _NAME),  # what the vote says of its run, see votes.header
        ("key", pa.string()),
        ("id", pa.string()),
        ("vote", pa.int64()),
        ("first", pa.int8()),  # pairwise: the response shown first; else NONE
        ("answer", pa.int8()),  # pointwise: the response shown; else NONE
        ("text", pa.string()),  # null for a scalar reward
        ("score", pa.float64()),  # null for a text; NaN for a reward that is no number
        ("p", pa.float64()),  # probability that the response shown first is the better one; null where none is logged
        ("failure", _NAME),  # why there is no answer, as logged
        ("better", pa.int8()),  # as the vote itself says, labels.TIED for a tie; else NONE
        ("subset", _NAME),
        ("source", _NAME),
        ("words_0", pa.int64()),
        ("words_1", pa.int64()),
        ("tags", _NAME),  # as JSON
        ("group", _NAME),
        ("criterion", _NAME),
        ("answers", _NAME),  # the beginnings of the responses' SHA-256, in the row's order
        ("hashed", pa.bool_()),  # whether it has the hash of the messages that were sent
        ("tools", pa.string()),  # tool calls, as JSON; null for none
        ("calls", pa.int64()),  # how many; NONE where nothing is told of any
        ("refused", _NAME),  # why the line is no vote; null for a vote. All but log, line and detail then say nothing
        ("detail", pa.string()),
    ]
)
"""One row a ballot, as it was logged."""

READ = pa.schema(
    [
        *(field for field in LOGGED if field.name not in ("text", "score")),
        ("text", pa.string()),  # null unless texts were asked for
        ("scored", pa.bool_()),  # a scalar reward
        ("choice", pa.int8()),  # pairwise: the response preferred; NONE for a tie or an unparsed text
        ("reason", pa.int8()),  # place in REASONS; NONE for a text that was read
        ("rating", pa.float64()),  # pointwise; NaN for none
        ("thought", pa.bool_()),  # whether the end of a thought between tags stands in the text
        ("start", pa.int32()),  # where in the text the verdict stands; NONE where that is not known
        ("end", pa.int32()),
        ("digest", pa.uint64()),  # of the answer
        ("parser", _NAME),
    ]
)
"""One row a ballot, its text read."""


Row = Mapping[str, Any]
"""A ballot by the columns of :data:`LOGGED` that say something; or a line that is no vote, or a finding about one: ``line``,
``refused`` (the kind, in words that follow a number) and ``detail``."""

Convert = Callable[[Mapping[str, Any]], Iterator[Row]]
"""Gives the vote of a line of some kind of log, and what was found about it; raises DataError where it is none."""

_NONE_FOR_NULL = {"first", "answer", "better", "words_0", "words_1", "calls"}


def to_batches(rows: Iterable[Row], log: str, size: int = 65_536) -> Iterator[pa.RecordBatch]:
    """Rows of one log as batches of at most ``size``, with columns :data:`LOGGED`."""
    left = iter(rows)
    while part := [{**row, "log": log} for row in islice(left, size)]:
        yield pa.RecordBatch.from_arrays([_array(part, field) for field in LOGGED], schema=LOGGED)


def _array(rows: Sequence[Row], field: pa.Field) -> pa.Array:
    values = [row.get(field.name) for row in rows]
    if pa.types.is_dictionary(field.type):
        return names(values)
    if pa.types.is_string(field.type):
        return strings(values)
    if field.name in _NONE_FOR_NULL:
        values = [NONE if value is None else value for value in values]
    return numbers(values, field.type)


def pair_names(table: pa.Table) -> pa.Array:
    """What each vote calls its pair: its key, or ``id:`` and its id."""
    keys = whole(table["key"])
    if is_valid(keys).all():
        return keys
    both = zip(keys.to_pylist(), table["id"].to_pylist(), strict=True)
    return strings(f"id:{id}" if key is None else key for key, id in both)
