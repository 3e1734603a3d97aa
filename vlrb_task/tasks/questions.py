"""A task's ballots with their pairs and prompts, free of any framework: what the VLMEvalKit adapter and batch files ask."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vlrb_task.asking.ballots import Ballot, ballots_of
from vlrb_task.asking.messages import placed
from vlrb_task.judges import Judge, Template, fill_prompt, get_judge, require_captions
from vlrb_task.judges.templates import prompt_record
from vlrb_task.pairs.keys import answers_sha256
from vlrb_task.pairs.pair import Benchmark, Pair
from vlrb_task.tasks.ballot_list import BallotList, read_ballots
from vlrb_task.tasks.shipped import TaskSpec
from vlrb_task.votes import benchmark_fields, make_record
from vlrb_task.votes.reading import probability


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
        question, schedule = self.by_index[index], self.spec.schedule
        record = make_record(
            question.pair,
            question.ballot,
            self.spec.judge,
            prompt_record(self.judge),
            text or "",
            **benchmark_fields(self.benchmark),
            answers_sha256=answers_sha256(question.pair.responses),
            origin=self.benchmark.origin,
            schedule=self.only.schedule_fields()
            if self.only
            else {"order": str(schedule.order), "votes": schedule.votes},
        )
        if text is None:
            del record["text"]
            return record
        return record | probability(self.spec.judge, text)


def questions_of(
    spec: TaskSpec, benchmark: Benchmark, template: Template, index_of: Callable[[Ballot], str]
) -> Questions:
    """The ballots of a task.

    Args:
        spec: the task.
        benchmark: the pairs that it asks about.
        template: its judge's prompt, checked.
        index_of: names a ballot.

    Raises:
        DataError: a judge of captions, and pairs without; or a list of ballots about other pairs.
    """
    judge = get_judge(spec.judge)
    require_captions(template, benchmark.pairs)
    only = read_ballots(Path(spec.ballots)) if spec.ballots else None
    if only is not None:
        only.check(benchmark.fingerprint, judge.prompt.sha256)
    listed = only.by_key() if only is not None else {}
    asked = {
        index_of(ballot): Question(pair, ballot)
        for pair in benchmark.pairs
        for ballot in (ballots_of(pair, spec.schedule, judge.mode) if only is None else listed.get(pair.key, ()))
    }
    return Questions(spec, template, benchmark, asked, only)
