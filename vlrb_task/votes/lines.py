"""Lines of votes into columns: of a votes file, or of an lmms-eval sample log of our tasks."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from vlrb_task.support.errors import DataError
from vlrb_task.support.inputs import open_once, readable
from vlrb_task.support.jsonl import json_object
from vlrb_task.votes import warnings
from vlrb_task.votes.arrow_lines import read_block
from vlrb_task.votes.lmms_samples import VOTE_FIELD, whole_text
from vlrb_task.votes.records import Record, RecordReader
from vlrb_task.votes.schema import Refused, to_batches

PIECE = 16 * 2**20
"""Bytes of a file that are read at once."""


def read_lines(raw: Iterable[bytes], log: str, start: int = 1) -> Iterator[pa.RecordBatch]:
    """Lines into columns: a pure function, so that an engine can run it over the lines of many files.

    Args:
        raw: lines; all but the last of a file end with a newline.
        log: name of the file.
        start: number of the first line.

    Returns:
        Columns :data:`~vlrb_task.votes.schema.LOGGED`; a line that is no vote has the reason in ``refused``.
    """
    return to_batches(_rows(raw, start), log)


def _rows(raw: Iterable[bytes], start: int) -> Iterator[tuple[Record, int] | Refused]:
    reader = RecordReader()
    for number, line in enumerate(raw, start):
        if not line.strip():
            continue
        text = line.decode("utf-8", errors="replace").removeprefix("\ufeff")
        if "\ufffd" in text and "\ufffd".encode() not in line:
            yield Refused(warnings.REPLACED_BYTES, number)
        value = json_object(text)
        if value is None:
            yield Refused(warnings.NOT_AN_OBJECT if line.endswith(b"\n") else warnings.HALF_WRITTEN, number)
            continue
        try:
            vote = vote_of(value)
            if vote is not value and (whole := whole_text(value, vote)) is not None:
                vote = {**vote, "text": whole}
                yield Refused(warnings.THOUGHT_RESTORED, number)
            yield reader.record(vote), number
        except DataError as error:
            yield Refused(warnings.NOT_A_VOTE, number, str(error))


def vote_of(line: Mapping[str, Any]) -> Mapping[str, Any]:
    """The vote of a line: the line itself, or what a sample log carries.

    Raises:
        DataError: a sample log's is no object.
    """
    vote = line.get(VOTE_FIELD, line)
    if not isinstance(vote, Mapping):
        raise DataError(f"{VOTE_FIELD} is no object")
    return vote


def pieces_of(path: Path) -> list[tuple[int, int]]:
    """The byte ranges in which a file is read: first byte, and the byte after the last."""
    size = readable(path).stat().st_size
    return [(start, min(start + PIECE, size)) for start in range(0, size, PIECE)]


def read_piece(path: Path, start: int, end: int, log: str = "") -> tuple[list[pa.RecordBatch], int]:
    """Read the lines that begin in a byte range.

    Args:
        path: the file.
        start: the range's first byte.
        end: the byte after its last.
        log: what the file is called; by default its path.

    Returns:
        The columns, with lines counted from 1 at the range's first, and how many lines there were.

    Raises:
        DataError: the file cannot be read.
    """
    block = _block(path, start, end)
    if (batch := read_block(block, log or str(path))) is not None:
        return [batch], batch.num_rows
    lines = list(io.BytesIO(block))
    return list(read_lines(lines, log or str(path))), len(lines)


def _block(path: Path, start: int, end: int) -> bytes:
    """The lines that begin in a byte range."""
    try:
        with open_once(path) as file:
            if start:
                file.seek(start - 1)
                file.readline()  # the line before: the piece before has it
            begin = file.tell()
            block = file.read(max(0, end - begin))
            return block + (file.readline() if block and not block.endswith(b"\n") else b"")
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from error
