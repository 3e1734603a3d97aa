"""Lines of votes into columns: of a votes file, or of an lmms-eval sample log of our tasks."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from vlrb_task.support.errors import DataError, told_of
from vlrb_task.support.inputs import open_once, readable
from vlrb_task.support.jsonl import json_line
from vlrb_task.votes import warnings
from vlrb_task.votes.arrow_lines import read_block
from vlrb_task.votes.lmms_samples import VOTE_FIELD, whole_text
from vlrb_task.votes.records import RecordReader
from vlrb_task.votes.schema import Row, to_batches

PIECE = 16 * 2**20
"""Bytes of a file that are read at once."""

Convert = Callable[[Mapping[str, Any]], Iterator[Row]]
"""Gives the vote of a line of some kind of log, and what was found about it; raises DataError where it is none."""


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
    """The votes of JSON lines, and the lines that are no votes."""
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
            raise DataError(f"{VOTE_FIELD} is no object")
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
