"""Lines of votes into columns: of a votes file, or of an lmms-eval sample log of our tasks.

What :func:`read_lines` makes of lines is the rule. :func:`read_block` is the fast way, by pyarrow, for blocks of lines that hold
nothing unusual; whatever it is not sure to read alike (a line that is no vote, a field of another type, a null where it means
something) it leaves to the other.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vlrb_task.pairs.labels import Ints
from vlrb_task.support.arrow import coded, is_valid, strings, to_arrow, to_numpy, whole
from vlrb_task.support.errors import DataError, told_of
from vlrb_task.support.inputs import open_once, readable
from vlrb_task.support.jsonl import json_line
from vlrb_task.votes import warnings
from vlrb_task.votes.header import MORE_FIELDS, RUN_FIELDS
from vlrb_task.votes.lmms_samples import VOTE_FIELD, whole_text
from vlrb_task.votes.records import LARGEST, SCHEMA_VERSION, RecordReader
from vlrb_task.votes.schema import LOGGED, NONE, Convert, Row, to_batches

PIECE = 16 * 2**20
"""Bytes of a file that are read at once."""

_TEXTS = (
    *("key", "id", "judge", "text", "failure", "subset", "source", "group", "criterion", "messages_sha256"),
    *("model", "fingerprint", "revision", "task", "framework"),
)
_FIELDS = pa.schema(
    [
        *((name, pa.string()) for name in _TEXTS),
        *((name, pa.int64()) for name in ("v", "vote", "first", "answer", "better")),
        *((name, pa.float64()) for name in ("score", "p")),
        *((name, pa.list_(pa.string())) for name in ("tags", "answers_sha256")),
        ("words", pa.list_(pa.int64())),
    ]
)
_OF_RUN = ("judge", *RUN_FIELDS, *MORE_FIELDS)


def read_lines(raw: Iterable[bytes], log: str, start: int = 1) -> Iterator[pa.RecordBatch]:
    """Lines into columns: a pure function, so that an engine can run it over the lines of many files.

    Args:
        raw: lines; all but the last of a file end with a newline.
        log: name of the file.
        start: number of the first line.

    Returns:
        Columns :data:`~vlrb_task.votes.schema.LOGGED`; a line that is no vote has the reason in ``refused``.
    """
    return to_batches(json_votes(raw, _own_votes(), start), log)


def json_votes(raw: Iterable[bytes], convert: Convert, start: int = 1) -> Iterator[Row]:
    """The votes of JSON lines, and the lines that are not votes."""
    for number, line in enumerate(raw, start):
        if not line.strip():
            continue
        value, replaced = json_line(line)
        if replaced:
            yield {"line": number, "refused": warnings.REPLACED_BYTES}
        if value is not None:
            yield from numbered(number, value, convert)
        else:
            why = warnings.NOT_AN_OBJECT if line.endswith(b"\n") else warnings.HALF_WRITTEN
            yield {"line": number, "refused": why}


def numbered(line: int, value: Mapping[str, Any], convert: Convert) -> Iterator[Row]:
    """What a line holds, with its number; the reason where it is no vote."""
    try:
        for row in convert(value):
            yield {"line": line, **row}
    except DataError as error:
        yield {"line": line, "refused": warnings.NOT_A_VOTE, "detail": str(error)}


def _own_votes() -> Convert:
    reader = RecordReader()

    def convert(line: Mapping[str, Any]) -> Iterator[Row]:
        vote = line.get(VOTE_FIELD, line)
        if not isinstance(vote, Mapping):
            raise DataError(f"{VOTE_FIELD} is not an object")
        if vote is not line and (whole := whole_text(line, vote)) is not None:
            vote = {**vote, "text": whole}
            yield {"refused": warnings.THOUGHT_RESTORED}
        yield reader.record(vote)

    return convert


def pieces_of(path: Path) -> list[tuple[int, int]]:
    """The byte ranges in which a file is read: first byte, and the byte after the last."""
    size = readable(path).stat().st_size
    return [(start, min(start + PIECE, size)) for start in range(0, size, PIECE)]


def read_piece(path: Path, start: int, end: int, log: str) -> tuple[list[pa.RecordBatch], int]:
    """Read the lines that begin in a byte range.

    Args:
        path: the file.
        start: the range's first byte.
        end: the byte after its last.
        log: what the file is called.

    Returns:
        The columns, with lines counted from 1 at the range's first, and how many lines there were.

    Raises:
        DataError: the file cannot be read.
    """
    with told_of(path, DataError), open_once(path) as file:
        if start:
            file.seek(start - 1)
            file.readline()  # the line before: the piece before has it
        block = file.read(max(0, end - file.tell()))
        block += file.readline() if block and not block.endswith(b"\n") else b""
    if (batch := read_block(block, log)) is not None:
        return [batch], batch.num_rows
    lines = list(io.BytesIO(block))
    return list(read_lines(lines, log)), len(lines)


def read_block(block: bytes, log: str) -> pa.RecordBatch | None:
    """A block of whole lines of a votes file into columns; None for one that has to be read line by line.

    Args:
        block: lines, each with its newline.
        log: name of the file.

    Returns:
        Columns :data:`~vlrb_task.votes.schema.LOGGED`, lines counted from 1.
    """
    from pyarrow import json as arrow_json

    lines = block.count(b"\n")
    if not lines or not block.endswith(b"\n") or block.startswith(b"\xef\xbb\xbf"):
        return None
    try:
        block.decode("utf-8")
        table = arrow_json.read_json(
            io.BytesIO(block),
            read_options=arrow_json.ReadOptions(use_threads=False, block_size=len(block) + 1),
            parse_options=arrow_json.ParseOptions(explicit_schema=_FIELDS, unexpected_field_behavior="infer"),
        ).combine_chunks()
    except (UnicodeDecodeError, pa.ArrowException):
        return None
    if table.num_rows != lines or not _is_usual(table):
        return None
    headers = _headers(table, block)
    return None if headers is None else _batch(table, headers, log)


def _is_usual(table: pa.Table) -> bool:
    """Whether every line is a vote, in a way that leaves no doubt."""
    column = {name: whole(table[name]) for name in _FIELDS.names}
    words, answers = column["words"], column["answers_sha256"]
    known = {name: is_valid(values) for name, values in column.items()}
    lengths = [np.diff(to_numpy(column[name].offsets))[known[name]] for name in ("words", "answers_sha256")]
    return bool(
        not {"vlrb_vote", "tool_calls", "tool_call_count"} & {*table.column_names}
        and _within(column["v"], SCHEMA_VERSION, SCHEMA_VERSION)
        and (known["key"] | known["id"]).all()
        and known["vote"].all()
        and _within(column["vote"], 0, LARGEST)
        and (known["first"] ^ known["answer"]).all()
        and all(_within(column[name], 0, 1) for name in ("first", "answer", "better"))
        and (known["text"] ^ known["score"]).all()
        and not (known["score"] & ~known["answer"]).any()
        and not known["p"].any()
        and all((own == 2).all() for own in lengths)
        and _within(words.flatten(), 0, LARGEST)
        and words.flatten().null_count == answers.flatten().null_count == 0
        and len(column["tags"].flatten()) == 0
        and not any("" in pc.unique(column[name]).to_pylist() for name in ("subset", "source"))
    )


def _within(values: pa.Array, low: int, high: int) -> bool:
    found = to_numpy(values, low)
    return not found.size or (int(found.min()) >= low and int(found.max()) <= high)


def _headers(table: pa.Table, block: bytes) -> pa.DictionaryArray | None:
    """The header of each line: of lines that say the same of their run it is made once, from the first of them."""
    scored = is_valid(table["score"]).astype(np.int64)
    codes = [scored] + [code for name in _OF_RUN if name in table.column_names for code in _codes(table[name])]
    combined = np.zeros(table.num_rows, dtype=np.int64)
    for code in codes:
        _, combined = np.unique(combined * (int(code.max(initial=0)) + 2) + code + 1, return_inverse=True)
    _, first = np.unique(combined, return_index=True)
    if first.size > 1000:
        return None
    lines = list(islice(io.BytesIO(block), int(first.max()) + 1))
    reader = RecordReader()
    try:
        return coded(combined, [reader.record(json.loads(lines[row]))["header"] for row in first.tolist()])
    except DataError:
        return None


def _codes(column: pa.ChunkedArray | pa.Array) -> list[Ints]:
    """Numbers that are equal for equal values: one column for a plain one, several for one that holds fields."""
    values = whole(column)
    if pa.types.is_struct(values.type):
        return [code for child in values.flatten() for code in _codes(child)]
    if pa.types.is_nested(values.type):
        values = strings(json.dumps(value) for value in values.to_pylist())
    if pa.types.is_null(values.type):
        return []
    return [to_numpy(values.dictionary_encode().indices, NONE).astype(np.int64)]


def _batch(table: pa.Table, headers: pa.DictionaryArray, log: str) -> pa.RecordBatch:
    size = table.num_rows
    words = whole(table["words"])
    pairs = np.full((size, 2), NONE, dtype=np.int64)
    pairs[is_valid(words)] = to_numpy(words.flatten()).reshape(-1, 2)
    blank = strings([" "])[0]  # pyarrow would import pandas to make one of a text
    made = {
        "log": coded(np.zeros(size), [log]),
        "line": to_arrow(np.arange(1, size + 1)),
        "header": headers,
        "words_0": to_arrow(pairs[:, 0]),
        "words_1": to_arrow(pairs[:, 1]),
        "answers": pc.binary_join(whole(table["answers_sha256"]), blank),
        "hashed": to_arrow(is_valid(table["messages_sha256"])),
        "calls": to_arrow(np.full(size, NONE)),
        **{name: to_arrow(to_numpy(table[name], NONE)) for name in ("first", "answer", "better")},
        **{name: pa.nulls(size, pa.string()) for name in ("tools", "refused", "tags", "detail")},
    }
    columns = []
    for field in LOGGED:
        values = made[field.name] if field.name in made else whole(table[field.name])
        if pa.types.is_dictionary(field.type) and not pa.types.is_dictionary(values.type):
            values = values.dictionary_encode()
        columns.append(values.cast(field.type))
    return pa.RecordBatch.from_arrays(columns, schema=LOGGED)
