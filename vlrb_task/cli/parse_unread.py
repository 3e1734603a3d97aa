"""``vlrb parse --unread``: the answers of logs that could not be read, as a file in which a person writes what they say."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vlrb_task.cli.options import error_console, print_warnings
from vlrb_task.judges.shapes import shape
from vlrb_task.support.writing import output_file, write_lines
from vlrb_task.votes.door import open_logs
from vlrb_task.votes.header import parse_header
from vlrb_task.votes.reading import read_texts, reader_of
from vlrb_task.votes.schema import REASONS

MARK = re.compile(rb'"(?:gold|score)": .{0,40}"reason": "\w+", "shape": ')
"""Matches in every file that this command wrote, hand labels or none."""


def write_unread(logs: Sequence[Path], output: Path, *, force: bool, trust_pickle: bool) -> None:
    """Write the distinct texts that their judge's parser does not read, the most frequent shape first.

    A line has ``text``, ``gold`` (``score`` for a judge that rates) to be filled in, ``judge``, ``reason``, ``shape``,
    ``count`` (answers with this text) and ``where`` (the first of them). Without unread texts no file is written.
    """
    output_file(output, MARK, logs, force=force)
    files, empty = open_logs(logs, trust_pickle=trust_pickle)
    print_warnings(empty)
    answers: list[dict[str, Any]] = []
    for batch in (batch for log in files for batch in log.batches()):
        read = read_texts(batch, keep_texts="unread").select(["log", "line", "header", "text", "reason"])
        answers += [row for row in read.to_pylist() if row["reason"] >= 0]
    with_text = [row for row in answers if (row["text"] or "").strip()]
    out = error_console()
    if without := len(answers) - len(with_text):
        out.print(f"{without} unread answers have no text and are left out")
    if not with_text:
        out.print("every text was read: nothing to label")
        return
    same: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in reversed(with_text):
        same.setdefault((parse_header(row["header"]).judge, row["text"]), []).append(row)
    lines = [_line(judge, rows[-1], len(rows)) for (judge, _), rows in same.items()]
    groups: Counter[tuple[str, str]] = Counter()
    for line in lines:
        groups[line["reason"], line["shape"]] += line["count"]
    lines.sort(key=lambda line: (-groups[line["reason"], line["shape"]], line["shape"], -line["count"]))
    write_lines(output, (json.dumps(line) + "\n" for line in lines))
    written = f"{len(lines)} texts of {len(with_text)} unread answers written to {output}"
    out.tell(f"{written}: fill in 'gold' (or 'score')", markup=False)


def _line(judge: str, row: dict[str, Any], count: int) -> dict[str, Any]:
    rates = reader_of(judge, None)[2]
    return {
        "score" if rates else "gold": None,
        "reason": str(REASONS[row["reason"]]),
        "shape": shape(row["text"]),
        "judge": judge,
        "count": count,
        "where": f"{row['log']}:{row['line']}",
        "text": row["text"],
    }
