"""Pairs in other groups than their rows say: by picture, by question, or by a column."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from vlrb_task.pairs.health import seen_in
from vlrb_task.pairs.pictures import pictures_of
from vlrb_task.pairs.values import is_empty, plain_text
from vlrb_task.support.errors import DataError

PICTURE = "picture"


def grouped(rows: Iterable[dict[str, Any]], by: str) -> Iterator[dict[str, Any]]:
    """The rows with the group that is asked for in the place of their own.

    Args:
        rows: in the benchmark's columns; with their pictures where they are grouped by these.
        by: ``picture`` (the same bytes; of what is given by path alone, the same path), ``query``, or a column. A row without
            one is a group by itself.

    Raises:
        DataError: no row has one.
    """
    known: bool | None = None
    for row in rows:
        value = _picture(row) if by == PICTURE else row.get(by)
        group = None if is_empty(value) else plain_text(value, by)
        known = bool(known) or group is not None
        yield row | {"group": group}
    if known is False:
        raise DataError(
            f"no row has a {by} to group by" if by == PICTURE else f"no row has a column {by!r} to group by"
        )


def _picture(row: dict[str, Any]) -> str | None:
    shown = seen_in(pictures_of(row))
    shown += [str(row["video"]).encode()] if row.get("video") else []
    return hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in shown)).hexdigest() if shown else None
