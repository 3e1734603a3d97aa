"""Reading VLMEvalKit's prediction files: our datasets', and those of its own ``VL-RewardBench``."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from vlrb_task.asking.ballots import Ballot, first_from_parity
from vlrb_task.pairs.pair import Answer, Benchmark, Pair, parse_row
from vlrb_task.pairs.rows import Row, native_row
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.support.errors import DataError
from vlrb_task.support.jsonl import json_object
from vlrb_task.votes.assemble import Log
from vlrb_task.votes.records import Record, parse_record
from vlrb_task.votes.tables import CELL_LIMIT, Table, read_table

RECORD_COLUMN = "vlrb"
"""The column of our datasets' files that holds a vote record without its text."""

NATIVE = "VL-RewardBench"
"""VLMEvalKit's own dataset."""

FAILURE_TEXT = "Failed to obtain answer"
"""What VLMEvalKit writes in the place of an answer that it did not get."""

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


def failure_of(text: str, excel: bool) -> Reason | None:
    """Why a prediction is no answer of the judge's, or not all of it; None for any other."""
    if text.startswith(FAILURE_TEXT):
        return Reason.FAILED_REQUEST
    return Reason.CUT_OFF if excel and len(text) >= CELL_LIMIT else None


def text_of(value: Any) -> str:
    """A prediction as text: nothing for an empty cell, the digits for a number."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def read_predictions(path: Path, benchmark: Benchmark | None = None, *, trust_pickle: bool = False) -> Log:
    """Read a prediction file.

    Args:
        path: the file.
        benchmark: the pairs, if at hand. Rows of VLMEvalKit's own dataset, which has no ids, are found by content.
        trust_pickle: as :func:`~vlrb_task.votes.tables.read_table`'s.

    Raises:
        DataError: the file cannot be read, or holds no votes.
    """
    table = read_table(path, trust_pickle=trust_pickle)
    matcher = _Matcher(benchmark) if benchmark is not None else None
    records: list[Record] = []
    refused: list[str] = []
    counts: Counter[str] = Counter()
    for number, row in enumerate(table.rows, start=2 if table.excel else 1):
        where = f"{path.name}:{number}"
        try:
            records.append(_record(row, table, matcher, counts, where))
        except DataError as error:
            refused.append(f"{where}: {error}")
    warnings = [f"{count} {what}" for what, count in counts.items()]
    if refused:
        warnings.append(f"{len(refused)} rows were set aside, the first is {refused[0]}")
    if not records:
        raise DataError(f"{path}: no votes", warnings)
    native = any(RECORD_COLUMN not in row for row in table.rows)
    return Log(str(path), records, warnings, _metadata(path, native))


def _metadata(path: Path, native: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"framework": "VLMEvalKit"}
    match = re.fullmatch(rf"(.+)_({NATIVE}|VLRB\w*)", path.stem)
    if match or native:
        found["task"] = match[2] if match else NATIVE
    if match:
        found["model"] = match[1]
    return found


def _record(row: Row, table: Table, matcher: _Matcher | None, counts: Counter[str], where: str) -> Record:
    if "prediction" not in row:
        raise DataError("no column prediction")
    text = text_of(row["prediction"])
    failure = failure_of(text, table.excel)
    if failure is Reason.FAILED_REQUEST:
        counts["requests failed: they are counted as unparsed"] += 1
    elif failure is Reason.CUT_OFF:
        counts[f"texts were cut by Excel at {CELL_LIMIT:,} characters, their verdicts are lost: PRED_FORMAT=tsv"] += 1
    if own := row.get(RECORD_COLUMN):
        line = json_object(own)
        if line is None:
            raise DataError(f"column {RECORD_COLUMN} is damaged")
        return parse_record({**line, "text": text} | ({"failure": str(failure)} if failure else {}), where)
    pair, first, better, matched = _native_pair(row, matcher)
    extra = {
        "better": better,
        "subset": pair.subset,
        "source": pair.source,
        "words": list(pair.words),
        "prompt": _NATIVE_PROMPT,
    } | ({"failure": str(failure)} if failure else {})
    if matcher is not None and not matched:
        counts["rows match none of the given pairs by their content"] += 1
    return Record(pair.key, pair.id, "official", 0, first, None, text, None, extra, where)


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
    return found, _other(first), _other(pair.better), True


def _other(answer: Answer) -> Answer:
    return 0 if answer else 1


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
