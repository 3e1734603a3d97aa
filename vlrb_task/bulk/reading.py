"""Lines into columns: a piece of a file at a time, so that several processes can share the work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from vlrb_task.bulk.labels import Columns, Names, columns, number_of
from vlrb_task.pairs.pair import UNDECIDABLE, Answer
from vlrb_task.parsing.verdicts import Rating, Reading, Reason, Verdict, unparsed, unrated
from vlrb_task.scores.tally import mark
from vlrb_task.support.errors import DataError
from vlrb_task.support.jsonl import json_object
from vlrb_task.votes import set_aside
from vlrb_task.votes.assemble import (
    digest_of,
    digest_of_answer,
    failure_of,
    judge_of,
    prompt_of,
    reader_of,
)
from vlrb_task.votes.fields import LARGEST
from vlrb_task.votes.lmms_samples import VOTE_FIELD
from vlrb_task.votes.records import Record, parse_record

PIECE = 16 * 2**20
"""Bytes of a file that one task reads."""

REASONS = tuple(Reason)
PLACE = {reason: place for place, reason in enumerate(REASONS)}
TIE, NO_REASON, NO_LABEL = 2, 255, 255

VOTE = np.dtype(
    [
        ("run", "<u2"),  # who was asked what: a place in the names
        ("key", "<u8"),  # the pair's, or the number of its id
        ("by_id", "?"),
        ("vote", "<u4"),
        ("answer", "i1"),  # pointwise: the answer shown; else -1
        ("first", "i1"),  # pairwise: the answer shown first; else -1
        ("choice", "u1"),  # 0, 1 or TIE; for a pointwise ballot not used
        ("reason", "u1"),  # place in REASONS, or NO_REASON
        ("score", "<f8"),  # pointwise
        ("better", "u1"),  # as the vote itself says, or NO_LABEL
        ("digest", "<u8"),
    ]
)
"""One ballot's answer: 36 bytes, whatever the length of its text."""


@dataclass
class Piece:
    """What a part of a file held.

    Attributes:
        votes: its votes, in file order.
        labels: those that its votes carry: at least one of each that differs.
        names: what the columns' numbers stand for.
        schedules: every schedule that was logged, by run: as ``(order, votes, stop)``.
        refused: lines that were set aside, counted by reason.
        half: whether the part ends with a half-written line.
        texts: runs of which it has texts, and not scores only.
        unnamed: votes that name no judge, by run.
    """

    votes: Columns
    labels: Columns
    names: Names
    schedules: set[tuple[int, str, int, str]]
    refused: Counter[str]
    half: bool = False
    texts: set[int] = field(default_factory=set)
    unnamed: Counter[int] = field(default_factory=Counter)

    def forget(self) -> None:
        """Let go of the votes and labels, which stand elsewhere now."""
        self.votes, self.labels = np.empty(0, VOTE), columns([])


Read = Callable[[str], Reading | Rating]


def pieces_of(path: Path) -> list[tuple[int, int]]:
    """The byte ranges in which a file is read."""
    size = path.stat().st_size
    return [(start, min(start + PIECE, size)) for start in range(0, size, PIECE)]


def read_piece(path: Path, start: int, end: int, parser: str | None = None, *, labelled: bool = True) -> Piece:
    """Read the lines that begin in a byte range.

    Args:
        path: a votes file, or a sample log of a vlrb task.
        start: the range's first byte.
        end: the byte after its last.
        parser: reads every text, in the place of the judges' own.
        labelled: the labels are the votes' own, and a vote without one is set aside.

    Raises:
        DataError: the file cannot be read.
    """
    reader = _Reader(parser)
    rows: list[tuple[Any, ...]] = []
    for raw in _lines(path, start, end):
        if not raw.strip():
            continue
        try:
            rows.append(reader.row(raw, labelled))
        except DataError as error:
            if raw.endswith(b"\n") or str(error) != _NO_OBJECT:
                reader.refused[str(error)] += 1
            else:
                reader.half = True
    return Piece(
        votes=np.array(rows, dtype=VOTE) if rows else np.empty(0, dtype=VOTE),
        labels=columns(reader.labels),
        names=reader.names,
        schedules=reader.schedules,
        refused=reader.refused,
        half=reader.half,
        texts=reader.texts,
        unnamed=reader.unnamed,
    )


def _lines(path: Path, start: int, end: int) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            if start:
                file.seek(start - 1)
                file.readline()  # the line before: the piece before has it
            at = file.tell()
            while at < end and (raw := file.readline()):
                yield raw
                at += len(raw)
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from error


class _Reader:
    """Turns lines into rows of columns, and keeps what their numbers stand for."""

    def __init__(self, parser: str | None) -> None:
        self.given = parser
        self.readers: dict[str, Read] = {}
        self.names = Names()
        self.labels: list[tuple[Any, ...]] = []
        self.schedules: set[tuple[int, str, int, str]] = set()
        self.refused: Counter[str] = Counter()
        self.half = False
        self.texts: set[int] = set()
        self.unnamed: Counter[int] = Counter()
        # What the last vote said of its run, and each pair's last vote of its label: others that say the same were checked
        # with them.
        self._run: tuple[tuple[Any, ...], int] | None = None
        self._labels: dict[tuple[int, int], tuple[Any, ...]] = {}

    def row(self, raw: bytes, labelled: bool) -> tuple[Any, ...]:
        """A line as a row of columns.

        Args:
            raw: the line.
            labelled: the label is the vote's own.

        Raises:
            DataError: why it is none.
        """
        line = _vote_of(raw)
        return self._ordinary(line) or self._row(parse_record(line), line, labelled)

    def _ordinary(self, line: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """A row from a vote as there are millions, without an object on the way; None for any other."""
        text, first, vote, key = line.get("text"), line.get("first"), line.get("vote"), line.get("key")
        if not (
            type(text) is type(key) is str
            and type(first) is type(vote) is int
            and first in (0, 1)
            and 0 <= vote <= LARGEST
            and _UNUSUAL.isdisjoint(line)
        ):
            return None
        if self._run is None or self._run[0] != _of_run(line):
            return None
        run, number = self._run[1], self.names.number(key)
        if self._labels.get((run, number)) != _of_label(line):
            return None
        shown: Answer = 1 if first else 0
        reading = self.parser(line["judge"])(text)
        if isinstance(reading, Rating):
            return None
        return (
            run,
            number,
            False,
            vote,
            -1,
            shown,
            _choice(reading.verdict, shown),
            NO_REASON if reading.reason is None else PLACE[reading.reason],
            0.0,
            _better(line),
            int.from_bytes(digest_of_answer(shown, text, None), "big"),
        )

    def _row(self, record: Record, line: Mapping[str, Any], labelled: bool) -> tuple[Any, ...]:
        """A row from any vote: the first of its kind, pointwise, marked as failed, without a key or a judge."""
        by_id = record.key is None and not labelled
        key = f"id:{record.id}" if record.key is None else record.key
        number = number_of(str(record.id)) if by_id else self.names.number(key)
        run = self.run(record)
        if labelled:
            self.label(run, number, record.extra)
        reading = self.reading(record)
        if record.judge is None:
            self.unnamed[run] += 1
        if record.score is None:
            self.texts.add(run)
        if type(line.get("judge")) is str and record.score is None:
            self._run = (_of_run(line), run)
        self._labels[run, number] = _of_label(line)
        return (
            run,
            number,
            by_id,
            record.vote,
            -1 if record.answer is None else record.answer,
            -1 if record.first is None else record.first,
            _choice(reading.verdict, record.first)
            if isinstance(reading, Reading) and record.first is not None
            else TIE,
            NO_REASON if reading.reason is None else PLACE[reading.reason],
            (reading.score or 0.0) if isinstance(reading, Rating) else 0.0,
            _better(record.extra),
            int.from_bytes(digest_of(record), "big"),
        )

    def label(self, run: int, key: int, fields: Mapping[str, Any]) -> None:
        """Keep a vote's label.

        Raises:
            DataError: there is none, and no other comes.
        """
        better, subset = _better(fields), fields.get("subset")
        if better == NO_LABEL or not subset:
            raise DataError(set_aside.UNLABELLED)
        if subset == UNDECIDABLE:
            raise DataError(set_aside.UNSCORED)
        self.labels.append(self.names.row(run, key, better, fields))

    def run(self, record: Record) -> int:
        """The number of the run that a vote is of."""
        judge, extra = judge_of(record), record.extra
        identity = (judge, prompt_of(record).sha256, extra.get("fingerprint"), extra.get("model"))
        if identity not in self.names.runs:
            told = {name: extra[name] for name in _TOLD if name in extra}
            self.names.runs[identity] = (len(self.names.runs), replace(_NOBODY, judge=judge, extra=told))
        run, _ = self.names.runs[identity]
        schedule = extra.get("schedule") or {}
        if schedule.get("votes"):
            stop = str(schedule.get("stop") or "none")
            self.schedules.add((run, str(schedule.get("order")), schedule["votes"], stop))
        return run

    def parser(self, judge: str) -> Read:
        if judge not in self.readers:
            self.readers[judge] = reader_of(judge, self.given, [TEXT])[1]
        return self.readers[judge]

    def reading(self, record: Record) -> Reading | Rating:
        failure = failure_of(record)
        if failure is not None:
            return unparsed(failure) if record.answer is None else unrated(failure)
        if record.score is not None:
            return Rating(record.score)
        reading = self.parser(judge_of(record))(record.text or "")
        if isinstance(reading, Rating) != (record.answer is not None):
            raise DataError(set_aside.OTHER_KIND)
        return reading


_NOBODY = Record(None, None, None, 0, None, None, None, None)
TEXT = replace(_NOBODY, text="")
"""Some vote with a text."""

_UNUSUAL = frozenset({"answer", "failure", "score"})
_TOLD = ("prompt", "model", "fingerprint", "revision", "subset_sizes")
_RUN_FIELDS = (
    *("judge", "v", "prompt", "model", "task", "framework"),
    *("fingerprint", "revision", "subset_sizes", "schedule"),
)
_NO_OBJECT = "lines are no JSON object and were set aside"


def _vote_of(raw: bytes) -> dict[str, Any]:
    """The vote of a line: of a votes file, or of a sample log.

    Raises:
        DataError: there is none.
    """
    line = json_object(raw.decode("utf-8", errors="replace").removeprefix("\ufeff"))
    vote = None if line is None else line.get(VOTE_FIELD, line)
    if not isinstance(vote, dict):
        raise DataError(_NO_OBJECT)
    return vote


@cache
def _choice(verdict: Verdict, first: Answer) -> int:
    """The response that a verdict prefers, or TIE."""
    choice = mark(0, first, Reading(verdict, Reason.NO_VERDICT if verdict is Verdict.UNPARSED else None)).choice
    return TIE if choice is None else choice


def _of_run(line: Mapping[str, Any]) -> tuple[Any, ...]:
    """All that a vote says of the run that it is of."""
    return tuple(map(line.get, _RUN_FIELDS))


def _of_label(line: Mapping[str, Any]) -> tuple[Any, ...]:
    """All that a vote says of its pair."""
    return tuple(map(line.get, ("better", "subset", "source", "words", "tags")))


def _better(fields: Mapping[str, Any]) -> int:
    better = fields.get("better")
    return int(better) if better in (0, 1) else NO_LABEL


def take_in(piece: Piece, names: Names) -> None:
    """Renumber a piece to a set of names, which its own are added to."""
    runs = {}
    for identity, (number, record) in piece.names.runs.items():
        runs[number], _ = names.runs.setdefault(identity, (len(names.runs), record))
    if len(names.runs) >= 2**16:
        raise DataError("more than 65,535 runs in one log")
    names.take_in(piece.names, piece.labels)
    renumber(piece, runs)


def renumber(piece: Piece, runs: Mapping[int, int]) -> None:
    """Give the runs of a piece other numbers."""
    places = np.zeros(max(runs, default=0) + 1, dtype="<u2")
    places[list(runs)] = list(runs.values())
    for part in (piece.votes, piece.labels):
        part["run"] = places[part["run"]]
    piece.schedules = {(runs[number], order, votes, stop) for number, order, votes, stop in piece.schedules}
    piece.texts = {runs[number] for number in piece.texts}
    unnamed: Counter[int] = Counter()
    for number, count in piece.unnamed.items():
        unnamed[runs[number]] += count
    piece.unnamed = unnamed
