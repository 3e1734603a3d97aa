"""A file with a list of ballots: what a task asks that completes or continues other runs.

JSON lines. The first describes the list; each other line is one ballot:
``{"key": …, "vote": 3, "first": 1}``, or with ``"answer"`` for a pointwise judge.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import NoneType
from typing import Any

from vlrb_task.asking.ballots import Ballot, Schedule, ballots_of
from vlrb_task.judges import Judge
from vlrb_task.pairs.pair import Benchmark
from vlrb_task.support.errors import DataError, UnknownName
from vlrb_task.support.jsonl import Lines
from vlrb_task.support.typed import typed

SUFFIX = ".ballots.jsonl"
VERSION = 1


@dataclass(frozen=True, slots=True)
class BallotList:
    """Which ballots are asked.

    Attributes:
        judge: the judge's name.
        prompt_sha256: hash of its prompt; votes for another prompt do not belong to the run.
        fingerprint: of the set of pairs.
        schedule: the whole schedule, of which this is a part.
        stop: policy under which settled pairs were left out; None where nothing was.
        total: ballots of the whole schedule over all pairs.
        ballots: in the order in which they are asked.
        again: these ballots have votes, which the new ones replace: how often they will then have been asked anew.
    """

    judge: str
    prompt_sha256: str
    fingerprint: str
    schedule: Schedule
    stop: str | None
    total: int
    ballots: tuple[Ballot, ...]
    again: int = 0

    def text(self) -> str:
        """The file's text: the same list always gives the same."""
        header = {
            "ballots": VERSION,
            "judge": self.judge,
            "prompt_sha256": self.prompt_sha256,
            "fingerprint": self.fingerprint,
            **schedule_fields(self.schedule, None),
            "stop": self.stop,
            "total": self.total,
        } | ({"again": self.again} if self.again else {})
        fields = (
            {name: value for name, value in asdict(ballot).items() if value is not None} for ballot in self.ballots
        )
        return "".join(json.dumps(line) + "\n" for line in (header, *fields))

    @property
    def sha256(self) -> str:
        """Hash of :meth:`text`."""
        return hashlib.sha256(self.text().encode()).hexdigest()


def _ballot(line: Mapping[str, Any]) -> Ballot:
    ballot = Ballot(**typed(line, key=str, vote=int, first=(int, NoneType), answer=(int, NoneType)))
    if not {ballot.first, ballot.answer} <= {0, 1, None}:
        raise ValueError("a response is 0 or 1")
    return ballot


def ballots_by_pair(
    benchmark: Benchmark, judge: Judge, schedule: Schedule, only: BallotList | None
) -> list[list[Ballot]]:
    """The ballots of each pair: all of a schedule, or those of a list.

    Raises:
        DataError: the list was made for other pairs or another prompt, so the votes would not belong to the earlier ones.
    """
    if only is None:
        return [ballots_of(pair, schedule, judge.mode) for pair in benchmark.pairs]
    if only.fingerprint != benchmark.fingerprint:
        raise DataError(
            f"the list of ballots is about the pairs {only.fingerprint[:12]}, these are {benchmark.fingerprint[:12]}: "
            "the revision has changed; use the pairs of the first run"
        )
    if only.prompt_sha256 != judge.prompt.sha256:
        raise DataError(
            f"the list of ballots is for a prompt with SHA-256 {only.prompt_sha256[:12]}, "
            f"that of judge {only.judge!r} is now {judge.prompt.sha256[:12]}: the votes would not belong together"
        )
    by_key: dict[str, list[Ballot]] = {}
    for ballot in only.ballots:
        by_key.setdefault(ballot.key, []).append(ballot)
    return [by_key.get(pair.key, []) for pair in benchmark.pairs]


def schedule_fields(schedule: Schedule, only: BallotList | None) -> dict[str, Any]:
    """What a vote record says of the schedule that it is part of."""
    if only is None:
        return {"order": str(schedule.order), "votes": schedule.votes}
    continues = {"continues": True, "stop": only.stop or "none"} | ({"again": only.again} if only.again else {})
    return schedule_fields(only.schedule, None) | continues


def read_ballots(path: Path, sha256: str | None = None) -> BallotList:
    """Read a list of ballots.

    Args:
        path: the file.
        sha256: the hash that it must have: the one of the list that a task was written for.

    Raises:
        DataError: not there, no such list, damaged, or another list than the task's.
    """
    lines = Lines(path)
    values = [value for _, value in lines]
    if lines.warnings:
        raise DataError(f"{path}: {'; '.join(lines.warnings)}")
    if not values or values[0].get("ballots") != VERSION:
        raise DataError(f"{path}: no list of ballots of version {VERSION}")
    try:
        told = typed(values[0], judge=str, prompt_sha256=str, fingerprint=str, stop=(str, NoneType), total=int)
        found = BallotList(
            **told,
            schedule=Schedule.parse(**typed(values[0], order=str, votes=int)),
            ballots=tuple(map(_ballot, values[1:])),
            again=typed(values[0], again=(int, NoneType))["again"] or 0,
        )
    except (ValueError, DataError, UnknownName) as error:
        raise DataError(f"{path}: a damaged list of ballots ({error})") from error
    if sha256 is not None and found.sha256 != sha256:
        raise DataError(
            f"{path}: not the list that this task was written for: write the task again (vlrb task --votes-from)"
        )
    return found
