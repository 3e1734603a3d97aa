"""A task as VLMEvalKit's rows: one for each ballot, told apart by their ``index``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

from vlmevalkit_adapter.sources import Source, open_source
from vlrb_task.asking.messages import Conversation, Shown, conversation, in_order, messages_sha256
from vlrb_task.judges import Judge, Template, get_judge
from vlrb_task.judges.templates import template_of
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.support.errors import PromptUnavailable
from vlrb_task.tasks.questions import Question, Questions, check_sight, is_blind, questions_of
from vlrb_task.tasks.shipped import TaskSpec
from vlrb_task.votes.vlmevalkit import RECORD_COLUMN, index_of

Row = dict[str, Any]
P = TypeVar("P")

_HOLES = {"{answer_0}": "{first}", "{answer_1}": "{second}"}

# Where VLMEvalKit's copy lost white space: (as it stands there, as the paper's script has it).
_REPAIRS = (("questions.\nPlease analyze", "questions. Please analyze"), (").For example", "). For example"))


def framework_template() -> Template:
    """The paper's prompt, with its white space as in the paper's script and our names for its holes.

    Raises:
        PromptUnavailable: this VLMEvalKit has no such prompt.
    """
    try:
        from vlmeval.dataset.vl_rewardbench import PROMPT_TEMPLATE
    except ImportError as error:
        raise PromptUnavailable(
            "this VLMEvalKit does not ship the paper's prompt (vlmeval.dataset.vl_rewardbench); use judge 'criteria'"
        ) from error
    text = " " + str(PROMPT_TEMPLATE)
    for found, wanted in (*_HOLES.items(), *_REPAIRS):
        text = text.replace(found, wanted)
    return Template(text)


@cache
def template(judge_name: str) -> Template:
    """A judge's template, found and checked once in a process.

    Raises:
        PromptUnavailable: as :func:`~vlrb_task.judges.templates.template_of`.
    """
    return template_of(get_judge(judge_name), framework_template)


@dataclass(frozen=True)
class Asking:
    """Everything that a dataset asks.

    Attributes:
        source: its pairs and pictures.
        of_task: the task's ballots with their prompts.
        hashes: the hash of each ballot's messages, by the ballot's name.
        names: the ballots' names by the index of their row, in the order in which they are asked.
        frames: how many frames of videos are shown, which stands in each record.
    """

    source: Source
    of_task: Questions
    hashes: Mapping[str, str]
    names: Mapping[str, str]
    frames: Mapping[str, float] = field(default_factory=dict)

    @property
    def spec(self) -> TaskSpec:
        return self.of_task.spec

    @property
    def judge(self) -> Judge:
        return get_judge(self.spec.judge)

    @cached_property
    def questions(self) -> dict[str, Question]:
        """The ballots by the index of their row, in the order in which they are asked."""
        return {index: self.of_task.by_index[name] for index, name in self.names.items()}

    @property
    def is_blind(self) -> bool:
        """Whether the judge is sent no pictures although it takes them."""
        return is_blind(self.judge, self.source.benchmark)

    @property
    def pairs_label(self) -> str:
        """Names the pairs in file names: ``1250``, ``1247``, or ``custom-`` and the fingerprint's start."""
        benchmark = self.source.benchmark
        return benchmark.revision if benchmark.revision != "custom" else f"custom-{benchmark.fingerprint[:8]}"

    @cached_property
    def _of_name(self) -> dict[str, str]:
        return {name: index for index, name in self.names.items()}

    def find(self, index: str) -> tuple[str | None, bool]:
        """The index of the ballot that a row of a prediction file is about, and whether the row answers other messages.

        Rows of files that were written before indices held a hash are taken.
        """
        if index in self.names:
            return index, False
        if (found := self._of_name.get(index)) is not None:
            return found, False
        found = self._of_name.get(index.rpartition(".")[0])
        return found, found is not None

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
        name = self.names[index]
        record = self.of_task.record(name, text) | {"messages_sha256": self.hashes[name], **self.frames}
        if self.is_blind:
            return record | {"no_images": True}
        if self.questions[index].pair.key in self.source.unreadable:
            record["failure"] = str(Reason.UNREADABLE_IMAGE)
        return record

    def message(self, index: str) -> list[dict[str, str]]:
        """What VLMEvalKit sends for a row: pictures, videos and the judge's prompt. New each time, as models change it."""
        key = self.questions[index].pair.key
        videos = self.source.pictures[key][-1:] if key in self.source.videos else ()
        asked = _asked(self.of_task, self.names[index], self.pictures(index))
        return [
            {"type": "video" if part.picture in videos else "image", "value": str(part.picture)}
            if isinstance(part, Shown)
            else {"type": "text", "value": part}
            for part in asked.parts
        ]

    def pictures(self, index: str) -> list[Path]:
        """The files of a ballot's pictures, in its order; none where the row has none, or the judge sees none."""
        question = self.questions[index]
        if self.judge.image == "none" or self.is_blind:
            return []
        key = question.pair.key
        return in_order(self.source.pictures[key], self.source.placed.get(key), question.ballot)

    @cached_property
    def _texts(self) -> set[str]:
        return {_asked(self.of_task, name, ()).text.strip() for name in self.names.values()}

    def is_own_text(self, text: str) -> bool:
        """Whether this is what one of the ballots asks."""
        return text.strip() in self._texts


def _asked(questions: Questions, index: str, pictures: Sequence[P]) -> Conversation[P]:
    """A ballot's message. Datasets cannot send a system message: the judge's stands in front of its prompt."""
    judge = questions.judge
    return conversation(judge.ask(questions.prompt(index)), pictures, image=judge.image)


def ask(spec: TaskSpec, data_root: Path, frames: Mapping[str, float] | None = None) -> Asking:
    """Make a task's ballots.

    Args:
        spec: the task.
        data_root: VLMEvalKit's data folder.
        frames: how many frames of a video are shown; without it, videos are refused.

    Raises:
        DataError: see :func:`~vlmevalkit_adapter.sources.open_source`; or a judge of captions, and pairs without; or a list of
            ballots about other pairs.
        PromptUnavailable: the judge's prompt is not available or was changed.
    """
    prompt = template(spec.judge)
    source = open_source(spec.pairs, data_root, videos=frames is not None)
    questions = questions_of(spec, source.benchmark, prompt, index_of)
    questions = replace(questions, placed=source.placed, videos=source.videos)
    blind = is_blind(questions.judge, source.benchmark)
    shows = any(source.pictures.values()) or bool(source.videos)
    check_sight(questions.judge, source.benchmark, shown=shows, placed=bool(source.placed))
    hashes = {}
    for name, question in questions.by_index.items():
        key = question.pair.key
        shown = () if blind else in_order(source.hashes[key], source.placed.get(key), question.ballot)
        hashes[name] = messages_sha256(_asked(questions, name, shown))
    # With --reuse VLMEvalKit keeps what an earlier run answered under the same index. The hash is part of it, so that an
    # answer to another prompt or another picture is never taken.
    return Asking(
        source, questions, hashes, {f"{name}.{digest[:8]}": name for name, digest in hashes.items()}, frames or {}
    )
