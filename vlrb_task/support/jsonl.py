"""Reading JSON lines as they are found on disk: half-written, mixed, or with bytes that are not UTF-8."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vlrb_task.support.errors import DataError, told_of
from vlrb_task.support.inputs import open_once


@dataclass
class Lines:
    """The objects of a JSON-lines file; ``warnings`` is complete once they were all taken.

    Attributes:
        path: the file.
        warnings: lines that were dropped, counted, in words.
    """

    path: Path
    warnings: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield ``(line number from 1, object)``.

        A line that is no JSON object is dropped: the last one as half-written, any other as damaged.

        Raises:
            DataError: the file cannot be opened.
        """
        damaged: list[int] = []
        last = 0
        replaced = 0
        with told_of(self.path, DataError), open_once(self.path) as file:
            for last, raw in enumerate(file, start=1):
                if not raw.strip():
                    continue
                value, was_replaced = json_line(raw)
                replaced += was_replaced
                if value is None:
                    damaged.append(last)
                else:
                    yield last, value
        if damaged and damaged[-1] == last:
            damaged.pop()
            self.warnings.append(f"the last line ({last}) is half-written and was dropped")
        if damaged:
            self.warnings.append(
                f"{len(damaged)} lines are not JSON objects and were dropped, the first is {damaged[0]}"
            )
        if replaced:
            self.warnings.append(f"{replaced} lines held bytes that are not UTF-8, shown as U+FFFD")


def json_line(raw: bytes) -> tuple[dict[str, Any] | None, bool]:
    """The JSON object of a line, None for anything else; and whether it has bytes that are not UTF-8, read as U+FFFD."""
    text = raw.decode("utf-8", errors="replace").removeprefix("\ufeff")
    return json_object(text), "\ufffd" in text and "\ufffd".encode() not in raw


def json_object(text: Any) -> dict[str, Any] | None:
    """The JSON object that a text is; None for anything else."""
    try:
        value = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def strict_json(value: Any) -> str:
    """A document for other programs, on several lines: a number that is not finite becomes null."""
    return json.dumps(json.loads(json.dumps(value), parse_constant=lambda _: None), indent=2, allow_nan=False)
