"""The votes file: JSON lines, one vote each, append-only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vlrb_task.support.errors import DataError
from vlrb_task.support.jsonl import Lines
from vlrb_task.votes.assemble import Log
from vlrb_task.votes.records import Record, parse_record


def read_votes(path: Path) -> Log:
    """Read a votes file.

    Raises:
        DataError: the file cannot be opened, or holds no vote.
    """
    lines = Lines(path)
    records: list[Record] = []
    refused: list[str] = []
    for number, value in lines:
        where = f"{path.name}:{number}"
        try:
            records.append(parse_record(value, where))
        except DataError as error:
            refused.append(f"{where}: {error}")
    warnings = list(lines.warnings)
    if refused:
        warnings.append(f"{len(refused)} lines are no votes and were set aside, the first is {refused[0]}")
    if not records:
        raise DataError(f"{path}: no votes", warnings)
    return Log(str(path), records, warnings)


def write_votes(path: Path, records: Iterable[Mapping[str, Any]]) -> int:
    """Append votes to a file, one line each, and return how many.

    Text is written as ASCII with escapes: any string, a lone surrogate included, comes back as it was.
    """
    count = 0
    with path.open("a", encoding="ascii") as file:
        for record in records:
            file.write(json.dumps(record) + "\n")
            count += 1
    return count
