"""A file with a list of ballots: what a task asks that completes or continues other runs.

JSON lines. The first describes the list; each other line is one ballot:
``{"key": …, "vote": 3, "first": 1}``, or with ``"answer"`` for a pointwise judge.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Any

from vlrb_task.asking.ballots import Ballot, Schedule
from vlrb_task.support.errors import DataError, UnknownName
from vlrb_task.support.jsonl import Lines
from vlrb_task.support.typed import typed
from vlrb_task.support.writing import write_text

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

    def check(self, fingerprint: str, prompt_sha256: str) -> None:
        """Check the list against the pairs and the prompt of the present run.

        Raises:
            DataError: it was made for others, so the votes would not belong to the earlier ones.
        """
        if self.fingerprint != fingerprint:
            raise DataError(
                f"the list of ballots is about the pairs {self.fingerprint[:12]}, these are {fingerprint[:12]}: "
                "the revision has changed; use the pairs of the first run"
            )
        if self.prompt_sha256 != prompt_sha256:
            raise DataError(
                f"the list of ballots is for a prompt with SHA-256 {self.prompt_sha256[:12]}, "
                f"that of judge {self.judge!r} is now {prompt_sha256[:12]}: the votes would not belong together"
            )

    def by_key(self) -> dict[str, list[Ballot]]:
        """The ballots of each pair that has any."""
        found: dict[str, list[Ballot]] = {}
        for ballot in self.ballots:
            found.setdefault(ballot.key, []).append(ballot)
        return found

    def schedule_fields(self) -> dict[str, Any]:
        """What a vote record says of the schedule that it is part of."""
        return {
            "order": str(self.schedule.order),
            "votes": self.schedule.votes,
            "continues": True,
            "stop": self.stop or "none",
        } | ({"again": self.again} if self.again else {})

    def text(self) -> str:
        """The file's text: the same list always gives the same."""
        header = {
            "ballots": VERSION,
            "judge": self.judge,
            "prompt_sha256": self.prompt_sha256,
            "fingerprint": self.fingerprint,
            "order": str(self.schedule.order),
            "votes": self.schedule.votes,
            "stop": self.stop,
            "total": self.total,
        } | ({"again": self.again} if self.again else {})
        lines = [header, *(_line(ballot) for ballot in self.ballots)]
        return "".join(json.dumps(line) + "\n" for line in lines)

    @property
    def sha256(self) -> str:
        """Hash of :meth:`text`."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        write_text(path, self.text())


def _ballot(line: Mapping[str, Any]) -> Ballot:
    ballot = Ballot(**typed(line, key=str, vote=int, first=(int, NoneType), answer=(int, NoneType)))
    if not {ballot.first, ballot.answer} <= {0, 1, None}:
        raise ValueError("a response is 0 or 1")
    return ballot


def _line(ballot: Ballot) -> dict[str, Any]:
    shown = {"first": ballot.first} if ballot.first is not None else {"answer": ballot.answer}
    return {"key": ballot.key, "vote": ballot.vote, **shown}


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
