"""Reading VLMEvalKit's prediction files: our datasets', and those of its own ``VL-RewardBench``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vlrb_task.asking.ballots import Ballot, first_from_parity
from vlrb_task.pairs.pair import Answer, Benchmark, Pair, other, parse_row
from vlrb_task.pairs.rows import Row, native_row
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.support.errors import DataError
from vlrb_task.support.jsonl import json_object
from vlrb_task.votes import warnings
from vlrb_task.votes.cells import CUT_BY_EXCEL, EMPTY_IN_EXCEL, THOUGHT_JOINED, prediction_of, text_of
from vlrb_task.votes.header import header_of
from vlrb_task.votes.records import Record, RecordReader, encodable, shown_text
from vlrb_task.votes.schema import Refused
from vlrb_task.votes.tables import Table, read_table

RECORD_COLUMN = "vlrb"
"""The column of our datasets' files that holds a vote record without its text."""

NATIVE = "VL-RewardBench"
"""VLMEvalKit's own dataset."""

# VLMEvalKit's copy of the paper's prompt lacks white space in three places.
_NATIVE_PROMPT = {"name": "official", "source": "VLMEvalKit's VL-RewardBench (white space differs)", "sha256": None}

_NATIVE_COLUMNS = ("index", "question", "response", "answer", "category")

Content = tuple[str, tuple[str, ...]]


def index_of(ballot: Ballot) -> str:
    """A ballot's index in VLMEvalKit, which is all that is kept of a row for certain.

    It holds the pair's key, so that predictions for other pairs or in another order are never taken for its own, and
    it looks like no number.
    """
    shown = f"o{ballot.first}" if ballot.first is not None else f"a{ballot.answer}"
    return f"{ballot.key}.v{ballot.vote}.{shown}"


@dataclass(frozen=True)
class Predictions:
    """A prediction file.

    Attributes:
        path: the file.
        table: its rows.
        native: whether it is of VLMEvalKit's own dataset.
    """

    path: Path
    table: Table
    native: bool

    def rows(self, benchmark: Benchmark | None = None) -> Iterator[tuple[Record, int] | Refused]:
        """The votes.

        Args:
            benchmark: the pairs, if at hand. Rows of VLMEvalKit's own dataset, which has no ids, are found by content.
        """
        matcher = _Matcher(benchmark) if benchmark is not None else None
        reader = RecordReader()
        for number, row in enumerate(self.table.rows, start=2 if self.table.excel else 1):
            try:
                yield from self._record(row, reader, matcher, number)
            except DataError as error:
                yield Refused(warnings.NOT_A_VOTE, number, str(error))

    def _record(
        self, row: Row, reader: RecordReader, matcher: _Matcher | None, number: int
    ) -> Iterator[tuple[Record, int] | Refused]:
        if "prediction" not in row:
            raise DataError("no column prediction")
        found = prediction_of(row, excel=self.table.excel)
        told = {"failure": str(found.failure)} if found.failure else {}
        if found.failure is Reason.CUT_OFF:
            yield Refused(CUT_BY_EXCEL, number)
        if found.blank:
            yield Refused(EMPTY_IN_EXCEL, number)
        if "thought_joined" in found.extra:
            yield Refused(THOUGHT_JOINED, number)
        if own := row.get(RECORD_COLUMN):
            line = json_object(own)
            if line is None:
                raise DataError(f"column {RECORD_COLUMN} is damaged")
            yield reader.record({**line, "text": found.text} | told | dict(found.extra)), number
            return
        pair, first, better, matched = _native_pair(row, matcher)
        if matcher is not None and not matched:
            yield Refused("rows match none of the given pairs by their content", number)
        header = header_of("official", False, {"prompt": _NATIVE_PROMPT}).to_json()
        label = {"better": better, "subset": pair.subset, "source": pair.source, "words": pair.words}
        text, failure = shown_text(found.text), told.get("failure")
        yield (
            Record(pair.key, encodable(pair.id), 0, first, None, text, None, header, label, None, failure),
            number,
        )


def prediction_rows(path: Path, *, trust_pickle: bool = False) -> Predictions:
    """Open a prediction file.

    Args:
        path: the file.
        trust_pickle: as :func:`~vlrb_task.votes.tables.read_table`'s.

    Raises:
        DataError: the file cannot be read.
    """
    table = read_table(path, trust_pickle=trust_pickle)
    return Predictions(path, table, any(RECORD_COLUMN not in row for row in table.rows))


def predictions_metadata(path: Path, native: bool) -> dict[str, Any]:
    """Framework, model and task, as the file's name tells them."""
    found: dict[str, Any] = {"framework": "VLMEvalKit"}
    match = re.fullmatch(rf"(.+)_({NATIVE}|VLRB\w*)", path.stem)
    if match or native:
        found["task"] = match[2] if match else NATIVE
    if match:
        found["model"] = match[1]
    return found


def _native_pair(row: Row, matcher: _Matcher | None) -> tuple[Pair, Answer, Answer, bool]:
    """The pair of a row of VLMEvalKit's own dataset, the answer shown first, the better one, and whether it was found.

    Where the given pairs have it, it is theirs, and both answers are told by its responses' order.
    """
    missing = [name for name in _NATIVE_COLUMNS if row.get(name) in (None, "")]
    if missing:
        raise DataError(f"no {', '.join(missing)}: not a prediction file of {NATIVE}")
    pair, _ = parse_row(native_row({**row, "index": text_of(row["index"])}))
    first = first_from_parity(pair.responses)
    found = matcher.match(pair) if matcher is not None else None
    if found is None:
        return pair, first, pair.better, False
    if found.responses[0].strip() == pair.responses[0].strip():
        return found, first, pair.better, True
    return found, other(first), other(pair.better), True


def _content(query: str, responses: Sequence[str]) -> Content:
    return query.strip(), tuple(sorted(response.strip() for response in responses))


class _Matcher:
    """Finds pairs by question and answers, where ids are not known."""

    def __init__(self, benchmark: Benchmark) -> None:
        self.pairs: dict[Content, list[Pair]] = {}
        for pair in benchmark.pairs:
            self.pairs.setdefault(_content(pair.query, pair.responses), []).append(pair)

    def match(self, wanted: Pair) -> Pair | None:
        """The next pair of this content; a few stand more than once, about other pictures, and are taken in turn."""
        left = self.pairs.get(_content(wanted.query, wanted.responses))
        return left.pop(0) if left else None


def adopt_ids(rows: Iterable[Row], benchmark: Benchmark) -> tuple[list[Row], int]:
    """Give rows without ids those of the same pairs in a benchmark.

    Returns:
        The rows, and how many were found.
    """
    matcher = _Matcher(benchmark)
    adopted: list[Row] = []
    found = 0
    for row in rows:
        pair, _ = parse_row(row)
        match = matcher.match(pair)
        found += match is not None
        adopted.append(row if match is None else {**row, "id": match.id, "source": match.source})
    return adopted, found
