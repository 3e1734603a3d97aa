"""A task as VLMEvalKit's rows: one for each ballot, told apart by their ``index``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vlmevalkit_adapter.prompts import template
from vlmevalkit_adapter.sources import Source, open_source
from vlrb_task.asking.ballots import Ballot, ballots_of
from vlrb_task.asking.messages import conversation
from vlrb_task.asking.placing import in_order, placed
from vlrb_task.judges import fill_prompt, get_judge, require_captions
from vlrb_task.judges.base import Judge
from vlrb_task.judges.templates import prompt_record
from vlrb_task.pairs.pair import Pair
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.tasks.ballot_list import BallotList, read_ballots
from vlrb_task.tasks.shipped import TaskSpec
from vlrb_task.votes import benchmark_fields, make_record
from vlrb_task.votes.vlmevalkit import RECORD_COLUMN, index_of

Row = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """One ballot with its pair."""

    pair: Pair
    ballot: Ballot


@dataclass(frozen=True)
class Asking:
    """Everything that a dataset asks.

    Attributes:
        spec: the task.
        source: its pairs and pictures.
        questions: the ballots by their index, in the order in which they are asked.
        only: the part of the schedule that is asked; None for all of it.
    """

    spec: TaskSpec
    source: Source
    questions: dict[str, Question]
    only: BallotList | None = None

    @property
    def judge(self) -> Judge:
        return get_judge(self.spec.judge)

    @property
    def pairs_label(self) -> str:
        """Names the pairs in file names: ``1250``, ``1247``, or ``custom-`` and the fingerprint's start."""
        benchmark = self.source.benchmark
        return benchmark.revision if benchmark.revision != "custom" else f"custom-{benchmark.fingerprint[:8]}"

    def rows(self) -> list[Row]:
        """The rows for VLMEvalKit, which keeps every column but a picture's in its prediction file."""
        return [
            {
                "index": index,
                "question": question.pair.query,
                "category": question.pair.subset,
                "answer": question.pair.label,
                RECORD_COLUMN: json.dumps(self.record(index)),
            }
            for index, question in self.questions.items()
        ]

    def record(self, index: str, text: str | None = None) -> Row:
        """A ballot's vote record; without a text, as the prediction file carries it."""
        question = self.questions[index]
        benchmark, schedule = self.source.benchmark, self.spec.schedule
        record = make_record(
            question.pair,
            question.ballot,
            self.spec.judge,
            prompt_record(self.judge),
            text or "",
            **benchmark_fields(benchmark),
            origin=benchmark.origin,
            schedule=self.only.schedule_fields()
            if self.only
            else {"order": str(schedule.order), "votes": schedule.votes},
        )
        if question.pair.key in self.source.unreadable:
            record["failure"] = str(Reason.UNREADABLE_IMAGE)
        if text is None:
            del record["text"]
        return record

    def message(self, index: str) -> list[dict[str, str]]:
        """What VLMEvalKit sends for a row: the picture and the judge's prompt. New each time, as models change it."""
        question, judge = self.questions[index], self.judge
        pair = placed(question.pair, self.source.placed.get(question.pair.key), question.ballot)
        prompt = fill_prompt(template(judge.name), judge.prompt, pair, question.ballot)
        # Datasets cannot send a system message here: the judge's stands in front of its prompt.
        asked = conversation(judge.ask(prompt), self.pictures(index), image=judge.image)
        return [
            {"type": "text", "value": part} if isinstance(part, str) else {"type": "image", "value": str(part.picture)}
            for part in asked.parts
        ]

    def pictures(self, index: str) -> list[Path]:
        """The files of a ballot's pictures, in its order; none where the row has none, or the judge sees none."""
        question = self.questions[index]
        if self.judge.image == "none":
            return []
        key = question.pair.key
        return in_order(self.source.pictures[key], self.source.placed.get(key), question.ballot)


def ask(spec: TaskSpec, data_root: Path) -> Asking:
    """Make a task's ballots.

    Raises:
        DataError: see :func:`~vlmevalkit_adapter.sources.open_source`; or a judge of captions, and pairs without; or a list of
            ballots about other pairs.
        PromptUnavailable: the judge's prompt is not at hand or was changed.
    """
    judge = get_judge(spec.judge)
    prompt = template(judge.name)
    source = open_source(spec.pairs, data_root)
    require_captions(prompt, source.benchmark.pairs)
    only = read_ballots(Path(spec.ballots)) if spec.ballots else None
    if only is not None:
        only.check(source.benchmark.fingerprint, judge.prompt.sha256)
    asked = only.by_key() if only is not None else {}
    questions = {
        index_of(ballot): Question(pair, ballot)
        for pair in source.benchmark.pairs
        for ballot in (ballots_of(pair, spec.schedule, judge.mode) if only is None else asked.get(pair.key, ()))
    }
    return Asking(spec, source, questions, only)
