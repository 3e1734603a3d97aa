"""Files of rows as they are: parquet, JSON lines, a JSON list, CSV."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from vlrb_task.support.delimited import read_delimited
from vlrb_task.support.errors import DataError
from vlrb_task.support.inputs import read_text, readable
from vlrb_task.support.jsonl import Lines

Row = dict[str, Any]


def parquet_rows(path: Path, unread: Collection[str] = ()) -> Iterator[Row]:
    """The rows of a parquet file; the columns of ``unread`` are not read and hold None.

    Raises:
        DataError: it is none that can be read.
    """
    import pyarrow.parquet as pq
    from pyarrow import ArrowException

    try:
        file = pq.ParquetFile(readable(path))
        names = file.schema_arrow.names
        empty = dict.fromkeys(name for name in names if name in unread)
        for batch in file.iter_batches(batch_size=256, columns=[name for name in names if name not in empty]):
            columns = {name: _values(column) for name, column in zip(batch.schema.names, batch.columns, strict=True)}
            yield from (
                {**dict(zip(columns, row, strict=True)), **empty} for row in zip(*columns.values(), strict=True)
            )
    except (ArrowException, OSError, ValueError) as error:
        raise DataError(f"{path}: not a parquet file that can be read ({str(error).splitlines()[0]})") from error


def _values(column: Any) -> list[Any]:
    """A column's values; times that Python's calendar does not reach as whole numbers.

    Raises:
        ArrowException: a column of a kind that cannot be read.
    """
    import pyarrow as pa

    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):
        return list(column.cast(pa.int64()).to_pylist())


def json_lines(path: Path) -> Iterator[Row]:
    """The rows of a file of JSON lines.

    Raises:
        DataError: after the last row: lines that are none.
    """
    lines = Lines(path)
    for _, value in lines:
        yield value
    if lines.warnings:
        raise DataError(f"{path}: {'; '.join(lines.warnings)}")


def json_list(path: Path) -> Iterator[Row]:
    """The rows of a JSON list; of an object that holds nothing but one list of rows (``{"pairs": […]}``), that list's.

    Raises:
        DataError: the file cannot be read, or holds no rows.
    """
    try:
        value = json.loads(read_text(path))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: not a {path.suffix[1:]} file that can be read ({error})") from error
    if isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise DataError(f"{path}: no list of rows")
    yield from value


def table_rows(path: Path, unread: Collection[str] = ()) -> Iterator[Row]:
    """The rows of a file of any of these kinds, told by its suffix.

    Raises:
        DataError: of no such kind, or it cannot be read.
    """
    reader = TABLES.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"{path}: a parquet, jsonl, json, csv or tsv file is needed")
    yield from reader(path, unread)


TABLES: Mapping[str, Callable[[Path, Collection[str]], Iterator[Row]]] = {
    ".parquet": parquet_rows,
    ".jsonl": lambda path, _: json_lines(path),
    ".json": lambda path, _: json_list(path),
    ".csv": lambda path, _: read_delimited(path, ","),
    ".tsv": lambda path, _: read_delimited(path, "\t"),
}
"""How a file is read, by its suffix."""
