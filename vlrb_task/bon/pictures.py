"""Pictures of the questions: from a file of questions, put together where a question has several, stored once each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vlrb_task.pairs.media import base64_bytes
from vlrb_task.pairs.pictures import UnreadablePicture, opened, png
from vlrb_task.pairs.pictures import joined as join
from vlrb_task.pairs.rows import read_rows
from vlrb_task.support.delimited import read_delimited
from vlrb_task.support.errors import DataError
from vlrb_task.support.extra import require

KEY_COLUMNS = ("doc_id", "index", "id", "question_id")
"""Columns that can name a question, in the order in which they are tried."""


def read_pictures(path: Path, keys: set[str]) -> dict[str, bytes]:
    """The pictures of some questions, from a file of the benchmark.

    A parquet or JSONL file has a column that names the question (``doc_id``, ``index``, ``id``; lmms-eval's row numbers
    are also taken for the file's own) and columns ``image``, or ``image_1`` and so on; a TSV is VLMEvalKit's.

    Args:
        path: the file.
        keys: the questions that are wanted.

    Returns:
        By key; questions without a picture are not in it.

    Raises:
        DataError: the file cannot be read, or names none of the questions.
    """
    rows = list(_tsv(path) if path.suffix.lower() == ".tsv" else read_rows(str(path), images=True))
    named = [column for column in KEY_COLUMNS if rows and column in rows[0]]
    by_column = {column: {str(row[column]): row for row in rows} for column in named}
    by_column["row number"] = {str(number): row for number, row in enumerate(rows)}
    best = max(by_column, key=lambda column: len(keys & by_column[column].keys()))
    chosen = by_column[best]
    if missing := sorted(keys - chosen.keys()):
        raise DataError(
            f"{path}: {len(missing)} of {len(keys)} questions are not in it by {best}, the first is {missing[0]!r}"
        )
    found = {}
    for key in keys:
        parts = [_bytes(value) for name, value in sorted(chosen[key].items()) if name.startswith("image")]
        if shown := [part for part in parts if part]:
            found[key] = joined(shown)
    return found


def _bytes(value: object) -> bytes | None:
    """A picture's bytes out of a row's column: bytes, base64, or the mapping that parquet files hold.

    A path is not opened: what stands in data never chooses a file on this machine.
    """
    if isinstance(value, Mapping):
        value = value.get("bytes")
    if isinstance(value, str) and len(value) > 64:
        return base64_bytes(value, "is not base64")
    return value if isinstance(value, bytes) else None


def _tsv(path: Path) -> list[dict[str, Any]]:
    """VLMEvalKit's TSV; a short ``image`` is the index of the row whose picture this one shares."""
    rows: list[dict[str, Any]] = list(read_delimited(path, "\t"))
    if not rows or "index" not in rows[0] or "image" not in rows[0]:
        raise DataError(f"{path}: a TSV of VLMEvalKit has columns index and image")
    shown = {row["index"]: row["image"] for row in rows}
    return [row | {"image": shown.get(row["image"], row["image"])} for row in rows]


def joined(pictures: Sequence[bytes]) -> bytes:
    """One picture of several, see :func:`vlrb_task.pairs.pictures.joined`; one alone is given back as it is.

    Raises:
        DataError: one of several cannot be read.
    """
    if len(pictures) == 1:
        return pictures[0]
    require("putting several pictures of a question together", "PIL")
    try:
        return png(join([opened(picture) for picture in pictures]))
    except UnreadablePicture as error:
        raise DataError(f"a picture cannot be read ({error})") from error
