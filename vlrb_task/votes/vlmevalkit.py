"""Reading VLMEvalKit's prediction files: our datasets', and those of its own ``VL-RewardBench``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from vlrb_task.asking.ballots import Ballot, first_from_parity
from vlrb_task.judges.base import PromptRecord
from vlrb_task.pairs.pair import Answer, Benchmark, Pair, other, parse_row
from vlrb_task.pairs.rows import Row, native_row
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.support.errors import DataError
from vlrb_task.support.jsonl import json_object
from vlrb_task.votes.records import RecordReader, make_record
from vlrb_task.votes.schema import Convert
from vlrb_task.votes.schema import Row as Logged
from vlrb_task.votes.tables import CUT_BY_EXCEL, EMPTY_IN_EXCEL, THOUGHT_JOINED, Table, prediction_of, text_of

RECORD_COLUMN = "vlrb"
"""The column of our datasets' files that holds a vote record without its text."""

NATIVE = "VL-RewardBench"
"""VLMEvalKit's own dataset."""

# VLMEvalKit's copy of the paper's prompt lacks white space in three places.
_NATIVE_PROMPT = PromptRecord("official", "VLMEvalKit's VL-RewardBench (white space differs)")

_NATIVE_COLUMNS = ("index", "question", "response", "answer", "category")

Match = Callable[[Pair], "Pair | None"]


def index_of(ballot: Ballot) -> str:
    """A ballot's index in VLMEvalKit, which is all that is kept of a row for certain.

    It holds the pair's key, so that predictions for other pairs or in another order are never taken for its own, and
    it looks like no number.
    """
    shown = f"o{ballot.first}" if ballot.first is not None else f"a{ballot.answer}"
    return f"{ballot.key}.v{ballot.vote}.{shown}"


def predicted_votes(benchmark: Benchmark | None = None, *, excel: bool = False) -> Convert:
    """What gives the vote of a row of a prediction file.

    Args:
        benchmark: the pairs, if at hand. Rows of VLMEvalKit's own dataset, which has no ids, are found by content.
        excel: whether the file is one of Excel.
    """
    match = _by_content(benchmark)
    reader = RecordReader()

    def convert(row: Mapping[str, Any]) -> Iterator[Logged]:
        if "prediction" not in row:
            raise DataError("no column prediction")
        found = prediction_of(row, excel=excel)
        findings = {
            CUT_BY_EXCEL: found.failure is Reason.CUT_OFF,
            EMPTY_IN_EXCEL: found.blank,
            THOUGHT_JOINED: "thought_joined" in found.extra,
        }
        yield from ({"refused": why} for why, met in findings.items() if met)
        failure = {"failure": str(found.failure)} if found.failure else {}
        if own := row.get(RECORD_COLUMN):
            line = json_object(own)
            if line is None:
                raise DataError(f"column {RECORD_COLUMN} is damaged")
            yield reader.record({**line, "text": found.text, **failure, **found.extra})
            return
        pair, first, is_given = _native_pair(row, match)
        if benchmark is not None and not is_given:
            yield {"refused": "rows match none of the given pairs by their content"}
        ballot = Ballot(pair.key, 0, first)
        yield reader.record(make_record(pair, ballot, _NATIVE_PROMPT.name, _NATIVE_PROMPT, found.text, **failure))

    return convert


def predictions_metadata(path: Path, table: Table) -> dict[str, Any]:
    """Framework, model and task, as the file's name tells them."""
    found: dict[str, Any] = {"framework": "VLMEvalKit"}
    if match := re.fullmatch(rf"(.+)_({NATIVE}|VLRB\w*)", path.stem):
        found |= {"model": match[1], "task": match[2]}
    elif any(RECORD_COLUMN not in row for row in table.rows):
        found["task"] = NATIVE
    return found


def _native_pair(row: Mapping[str, Any], match: Match) -> tuple[Pair, Answer, bool]:
    """The pair of a row of VLMEvalKit's own dataset, the answer shown first, and whether the pair is a given one.

    Both answers, the one shown first and the better one, are told by the order of the given pair's responses.
    """
    missing = [name for name in _NATIVE_COLUMNS if row.get(name) in (None, "")]
    if missing:
        raise DataError(f"no {', '.join(missing)}: not a prediction file of {NATIVE}")
    pair, _ = parse_row(native_row({**row, "index": text_of(row["index"])}))
    first, found = first_from_parity(pair.responses), match(pair)
    if found is None:
        return pair, first, False
    if found.responses[0].strip() == pair.responses[0].strip():
        return replace(found, label=pair.better), first, True
    return replace(found, label=other(pair.better)), other(first), True


def _by_content(benchmark: Benchmark | None) -> Match:
    """What finds pairs by question and answers, where ids are not known.

    A few stand more than once, about other pictures, and are taken in turn.
    """

    def content(pair: Pair) -> tuple[str, ...]:
        return pair.query.strip(), *sorted(response.strip() for response in pair.responses)

    left: dict[tuple[str, ...], list[Pair]] = {}
    for pair in reversed(benchmark.pairs if benchmark is not None else ()):
        left.setdefault(content(pair), []).append(pair)

    def match(wanted: Pair) -> Pair | None:
        same = left.get(content(wanted))
        return same.pop() if same else None

    return match


def adopt_ids(rows: Iterable[Row], benchmark: Benchmark) -> tuple[list[Row], int]:
    """Give rows without ids those of the same pairs in a benchmark.

    Returns:
        The rows, and how many were found.
    """
    match = _by_content(benchmark)
    found = [(row, match(parse_row(row)[0])) for row in rows]
    adopted = [row if pair is None else {**row, "id": pair.id, "source": pair.source} for row, pair in found]
    return adopted, sum(pair is not None for _, pair in found)
