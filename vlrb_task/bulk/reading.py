"""Lines into columns: a piece of a file at a time, so that several processes can share the work."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from vlrb_task.bulk.labels import Columns, Names, columns, number_of
from vlrb_task.errors import DataError
from vlrb_task.pairs import UNDECIDABLE, Answer
from vlrb_task.runs.assemble import digest_of, digest_of_answer, failure_of, judge_of, reader_of
from vlrb_task.runs.lmms_samples import VOTE_FIELD
from vlrb_task.runs.records import Record, parse_record
from vlrb_task.tally import mark
from vlrb_task.verdicts import Rating, Reading, Reason, unparsed, unrated

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

LAST_VOTE = 2**32 - 1


@dataclass
class Piece:
    """What a part of a file held.

    Attributes:
        votes: its votes, in file order.
        labels: those that its votes carry: the first of each run and key.
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
    reader = _Reader(parser, labelled)
    rows: list[tuple[Any, ...]] = []
    for raw in _lines(path, start, end):
        if not raw.strip():
            continue
        try:
            rows.append(reader.row(raw))
        except DataError as error:
            if raw.endswith(b"\n") or str(error) != _NO_OBJECT:
                reader.refused[str(error)] += 1
            else:
                reader.half = True
    return Piece(
        votes=np.array(rows, dtype=VOTE) if rows else np.empty(0, dtype=VOTE),
        labels=columns(list(reader.labels.values())),
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

    def __init__(self, parser: str | None, labelled: bool) -> None:
        self.given = parser
        self.labelled = labelled
        self.readers: dict[str, Read] = {}
        self.names = Names()
        self.labels: dict[tuple[int, int], tuple[Any, ...]] = {}
        self.schedules: set[tuple[int, str, int, str]] = set()
        self.refused: Counter[str] = Counter()
        self.half = False
        self.texts: set[int] = set()
        self.unnamed: Counter[int] = Counter()

    def row(self, raw: bytes) -> tuple[Any, ...]:
        """A line as a row of columns.

        Raises:
            DataError: why it is none.
        """
        try:
            line = json.loads(raw)
        except UnicodeDecodeError:
            line = _object(raw.decode("utf-8", errors="replace"))
        except (ValueError, RecursionError) as error:
            raise DataError(_NO_OBJECT) from error
        if not isinstance(line, dict):
            raise DataError(_NO_OBJECT)
        line = line.get(VOTE_FIELD, line)
        text, first = line.get("text"), line.get("first")
        vote, key, judge = line.get("vote"), line.get("key"), line.get("judge")
        if not (
            type(text) is type(key) is type(judge) is str
            and type(first) is type(vote) is int
            and first in (0, 1)
            and 0 <= vote <= LAST_VOTE
            and line.get("v", 1) == 1
            and _UNUSUAL.isdisjoint(line)
        ):
            return self._row(parse_record(line))
        # The ordinary vote, of which there are millions: as below, without an object on the way.
        run = self.run(line, judge)
        self.texts.add(run)
        shown: Answer = 1 if first else 0
        number = self.names.number(key)
        better = self.label(run, number, line)
        reading = self.parser(judge)(text)
        if isinstance(reading, Rating):
            raise DataError(_KIND)
        choice = mark(0, shown, reading).choice
        return (
            run,
            number,
            False,
            vote,
            -1,
            shown,
            TIE if choice is None else choice,
            NO_REASON if reading.reason is None else PLACE[reading.reason],
            0.0,
            better,
            int.from_bytes(digest_of_answer(shown, text, None)[:8], "big"),
        )

    def _row(self, record: Record) -> tuple[Any, ...]:
        """A row from any vote: pointwise, marked as failed, without a key or a judge."""
        if record.vote > LAST_VOTE:
            raise DataError(f"vote numbers beyond {LAST_VOTE} cannot be streamed")
        run = self.run(record.extra, judge_of(record))
        if record.score is None:
            self.texts.add(run)
        if record.judge is None:
            self.unnamed[run] += 1
        by_id = record.key is None and not self.labelled
        key = f"id:{record.id}" if record.key is None else record.key
        number = number_of(str(record.id)) if by_id else self.names.number(key)
        better = self.label(run, number, record.extra)
        reading = self.reading(record)
        choice = None
        if isinstance(reading, Reading) and record.first is not None:
            choice = mark(record.vote, record.first, reading).choice
        return (
            run,
            number,
            by_id,
            record.vote,
            -1 if record.answer is None else record.answer,
            -1 if record.first is None else record.first,
            TIE if choice is None else choice,
            NO_REASON if reading.reason is None else PLACE[reading.reason],
            (reading.score or 0.0) if isinstance(reading, Rating) else 0.0,
            better,
            int.from_bytes(digest_of(record)[:8], "big"),
        )

    def label(self, run: int, key: int, line: Mapping[str, Any]) -> int:
        """Which response the vote says to be the better one; its label is kept if it is the first of its pair.

        Raises:
            DataError: there is no label, and no other comes.
        """
        better, subset = line.get("better"), line.get("subset")
        if better not in (0, 1):
            better = NO_LABEL
        if self.labelled:
            if better == NO_LABEL or not subset:
                raise DataError("votes without a label (give the pairs with --pairs)")
            if subset == UNDECIDABLE:
                raise DataError("votes about pairs of which no answer is better (vlrb bon score reads them)")
            if (run, key) not in self.labels:
                self.labels[run, key] = self.names.row(run, key, int(better), line)
        return int(better)

    def run(self, line: Mapping[str, Any], judge: str) -> int:
        """The number of the run that a vote is of."""
        prompt = line.get("prompt")
        sha256 = prompt.get("sha256") if isinstance(prompt, dict) and "name" in prompt else None
        identity = (judge, sha256, line.get("fingerprint"), line.get("model"))
        found = self.names.runs.get(identity)
        if found is None:
            extra = {name: line[name] for name in _TOLD if name in line}
            example = Record(None, None, judge, 0, None, None, None, None, extra)
            found = self.names.runs[identity] = (len(self.names.runs), example)
        schedule = line.get("schedule")
        if isinstance(schedule, dict) and isinstance(schedule.get("votes"), int):
            stop = str(schedule.get("stop") or "none")
            self.schedules.add((found[0], str(schedule.get("order")), schedule["votes"], stop))
        return found[0]

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
            raise DataError(_KIND)
        return reading


TEXT = Record(None, None, None, 0, None, None, "", None)
"""Some vote with a text."""

_UNUSUAL = frozenset({"answer", "failure", "score"})
_TOLD = ("prompt", "model", "fingerprint", "revision", "subset_sizes")
_NO_OBJECT = "lines are no JSON object and were set aside"
_KIND = "votes are of another kind (one answer, or both) than the parser reads"


def _object(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(_NO_OBJECT) from error


def take_in(piece: Piece, names: Names) -> None:
    """Renumber a piece to a set of names, which its own are added to."""
    runs = np.zeros(max(1, len(piece.names.runs)), dtype="<u2")
    for identity, (number, record) in piece.names.runs.items():
        runs[number], _ = names.runs.setdefault(identity, (len(names.runs), record))
    if len(names.runs) >= 2**16:
        raise DataError("more than 65,535 runs in one log")
    names.take_in(piece.names, piece.labels)
    for part in (piece.votes, piece.labels):
        part["run"] = runs[part["run"]]
    piece.schedules = {(int(runs[number]), *rest) for number, *rest in piece.schedules}  # type: ignore[misc]
    piece.texts = {int(runs[number]) for number in piece.texts}
    piece.unnamed = Counter({int(runs[number]): count for number, count in piece.unnamed.items()})
