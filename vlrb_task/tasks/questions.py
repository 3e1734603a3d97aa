"""What a task asks, free of any framework: its ballots with their pairs and prompts, and what the judge is to see.

A list of ballots, what a task asks that completes or continues other runs, is a file of JSON lines. The first describes the list;
each other line is one ballot: ``{"key": …, "vote": 3, "first": 1}``, or with ``"answer"`` for a pointwise judge.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import NoneType
from typing import Any

from vlrb_task.asking.ballots import Ballot, Schedule, ballots_of
from vlrb_task.asking.messages import placed
from vlrb_task.judges import Judge, Template, fill_prompt, get_judge, require_captions
from vlrb_task.judges.templates import prompt_record
from vlrb_task.pairs.keys import answers_sha256
from vlrb_task.pairs.pair import Benchmark, Pair
from vlrb_task.pairs.perturbing import WITHOUT
from vlrb_task.support.errors import DataError, UnknownName
from vlrb_task.support.jsonl import Lines
from vlrb_task.support.typed import typed
from vlrb_task.tasks.shipped import TaskSpec
from vlrb_task.votes import benchmark_fields, make_record
from vlrb_task.votes.reading import probability

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
    """Read a list of ballots, which must have the hash of the one that a task was written for, if that is given.

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


@dataclass(frozen=True, slots=True)
class Question:
    """One ballot with its pair."""

    pair: Pair
    ballot: Ballot


@dataclass(frozen=True)
class Questions:
    """Everything that a task asks about a set of pairs.

    Attributes:
        spec: the task.
        template: its judge's prompt, found and checked.
        benchmark: the pairs.
        by_index: the ballots by a name of the caller's, in the order in which they are asked.
        only: the part of the schedule that is asked; None for all of it.
        placed: by key, how many pictures belong to the question and to either answer, of pairs some of whose pictures have a
            place in the text; see :mod:`vlrb_task.pairs.pictures`.
        videos: keys of pairs with a video in a file.
    """

    spec: TaskSpec
    template: Template
    benchmark: Benchmark
    by_index: Mapping[str, Question]
    only: BallotList | None = None
    placed: Mapping[str, Sequence[int]] = field(default_factory=dict)
    videos: Collection[str] = ()

    @property
    def judge(self) -> Judge:
        return get_judge(self.spec.judge)

    def prompt(self, index: str) -> str:
        """The text of a ballot's prompt."""
        question = self.by_index[index]
        key = question.pair.key
        pair = placed(question.pair, self.placed.get(key), question.ballot, more=key in self.videos)
        return fill_prompt(self.template, self.judge.prompt, pair, question.ballot)

    def record(self, index: str, text: str | None = None) -> dict[str, Any]:
        """A ballot's vote record; one without its text where ``text`` is None."""
        question = self.by_index[index]
        record = make_record(
            question.pair,
            question.ballot,
            self.spec.judge,
            prompt_record(self.judge),
            text or "",
            **benchmark_fields(self.benchmark),
            answers_sha256=answers_sha256(question.pair.responses),
            origin=self.benchmark.origin,
            schedule=schedule_fields(self.spec.schedule, self.only),
        )
        if text is None:
            del record["text"]
            return record
        return record | probability(self.spec.judge, text)


def questions_of(
    spec: TaskSpec, benchmark: Benchmark, template: Template, index_of: Callable[[Ballot], str]
) -> Questions:
    """The ballots of a task about a set of pairs, by the names that ``index_of`` gives them.

    Raises:
        DataError: a judge of captions, and pairs without; or a list of ballots about other pairs.
    """
    judge = get_judge(spec.judge)
    require_captions(template, benchmark.pairs)
    only = read_ballots(Path(spec.ballots)) if spec.ballots else None
    by_pair = ballots_by_pair(benchmark, judge, spec.schedule, only)
    asked = {
        index_of(ballot): Question(pair, ballot)
        for pair, ballots in zip(benchmark.pairs, by_pair, strict=True)
        for ballot in ballots
    }
    return Questions(spec, template, benchmark, asked, only)


NO_IMAGES_VARIABLE = "VLRB_NO_IMAGES"


def is_blind(judge: Judge, benchmark: Benchmark) -> bool:
    """Whether a judge that takes pictures is to be sent none: ``VLRB_NO_IMAGES=1``, or pairs of ``vlrb task --no-images``."""
    return judge.image != "none" and (os.environ.get(NO_IMAGES_VARIABLE) == "1" or benchmark.name.endswith(WITHOUT))


def check_sight(
    judge: Judge, benchmark: Benchmark, *, shown: bool, placed: bool = False, meant: str = NO_IMAGES_VARIABLE
) -> None:
    """Hold pairs to what a judge is to see: whether any picture or video is shown, and any placed within the text.

    Whoever runs this says by ``meant`` that no picture is to be sent.

    Raises:
        DataError: the judge takes pictures and would be sent none, which nobody said is meant; or none are to be sent, and
            the text refers to them.
    """
    blind = is_blind(judge, benchmark)
    if blind and placed:
        raise DataError(f"{NO_IMAGES_VARIABLE}: pictures have places in the text; `vlrb task --image blank` keeps them")
    if judge.image == "none" or shown or blind or all(pair.media == "text" for pair in benchmark.pairs):
        return
    raise DataError(
        f"{benchmark.origin or 'these pairs'}: no pair has a picture (`vlrb doctor --pairs` looks for them under other names); "
        f"if that is meant: {meant}, and every result says so"
    )
