"""``vlrb parse --unread``: the answers of logs that could not be read, as a file in which a person writes what they say."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from rich.markup import escape

from vlrb_task.cli.options import error_console, print_warnings
from vlrb_task.judges.shapes import shape
from vlrb_task.support.writing import output_file, write_lines
from vlrb_task.votes.door import open_logs
from vlrb_task.votes.header import parse_header
from vlrb_task.votes.reading import read_texts, reader_of
from vlrb_task.votes.schema import REASONS

MARK = re.compile(rb'"(?:gold|score)": .{0,40}"reason": "\w+", "shape": ')
"""Matches in every file that this command wrote, hand labels or none."""


@dataclass(frozen=True)
class Unread:
    """An answer that could not be read."""

    judge: str
    text: str
    reason: str
    where: str


def write_unread(logs: Sequence[Path], output: Path, *, force: bool, trust_pickle: bool) -> None:
    """Write the distinct texts that their judge's parser does not read, the most frequent shape first.

    A line has ``text``, ``gold`` (``score`` for a judge that rates) to be filled in, ``judge``, ``reason``, ``shape``,
    ``count`` (answers with this text) and ``where`` (the first of them). Without unread texts no file is written.

    Raises:
        DataError: a log cannot be read.
        VlrbError: the output is an input, or is there and holds something else.
    """
    output_file(output, MARK, logs, force=force)
    files, empty = open_logs(logs, trust_pickle=trust_pickle)
    print_warnings(empty)
    answers = [one for log in files for one in _unread(log.batches())]
    with_text = [one for one in answers if one.text.strip()]
    out = error_console()
    if without := len(answers) - len(with_text):
        out.print(f"{without} unread answers have no text and are left out")
    if not with_text:
        out.print("every text was read: nothing to label")
        return
    counts = Counter((one.judge, one.text) for one in with_text)
    first = {(one.judge, one.text): one for one in reversed(with_text)}
    looks = {key: shape(key[1]) for key in first}
    groups = Counter((first[key].reason, looks[key]) for key in first for _ in range(counts[key]))
    order = sorted(first, key=lambda key: (-groups[first[key].reason, looks[key]], looks[key], -counts[key]))
    write_lines(output, (_line(first[key], looks[key], counts[key]) for key in order))
    written = f"{len(order)} texts of {len(with_text)} unread answers written to {output}: fill in 'gold' (or 'score')"
    out.print(escape(written), soft_wrap=True)


def _unread(batches: Iterator[pa.RecordBatch]) -> Iterator[Unread]:
    for batch in batches:
        read = read_texts(batch, keep_texts="unread")
        for row in read.select(["log", "line", "header", "text", "reason"]).to_pylist():
            if row["reason"] < 0:
                continue
            yield Unread(
                parse_header(row["header"]).judge,
                row["text"] or "",
                str(REASONS[row["reason"]]),
                f"{row['log']}:{row['line']}",
            )


def _line(one: Unread, look: str, count: int) -> str:
    rates = reader_of(one.judge, None)[2]
    value = {
        "score" if rates else "gold": None,
        "reason": one.reason,
        "shape": look,
        "judge": one.judge,
        "count": count,
        "where": one.where,
        "text": one.text,
    }
    return json.dumps(value) + "\n"
