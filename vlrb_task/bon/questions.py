"""Questions with their candidates: what a policy answered, which answers its framework's scorer called right.

Readers of files find one file's answers to each question (:class:`Sheet`); :func:`merge` puts several files' together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from math import fsum, isfinite
from typing import Any

from vlrb_task.asking.ballots import first_from_key
from vlrb_task.pairs.pair import UNDECIDABLE, pair_key
from vlrb_task.support.errors import DataError

DECIDABLE = "decidable"
"""Subset of the pairs of which exactly one candidate is right (or one more right than the other): they have a label."""


class Kind(str, Enum):
    """What there is to win in a question: only where candidates differ in correctness can a pick help."""

    ALL = "all right"
    NONE = "none right"
    MIXED = "mixed"

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Draw:
    """One answer of the policy.

    Attributes:
        text: the answer.
        right: what the framework's scorer said of it, in [0, 1]; mostly 0 or 1.
        final: the final answer in it, for self-consistency; None where there is none.
    """

    text: str
    right: float
    final: str | None = None

    def __post_init__(self) -> None:
        if not (isfinite(self.right) and 0 <= self.right <= 1):
            raise DataError(f"correctness {self.right!r} is not in [0, 1]")


@dataclass(frozen=True)
class Question:
    """One question and the answers drawn for it, in the order of the runs.

    Answers with the same text are one *candidate*: no pair can be made of them, and a judge is asked about them once.
    They stay separate *draws*, so that a subset of n draws is what n runs of the policy would have given.

    Attributes:
        id: unique within the set.
        query: the question, as the policy was asked.
        draws: at least one.
        source: the benchmark that it comes from.
    """

    id: str
    query: str
    draws: tuple[Draw, ...]
    source: str = "unknown"

    def __post_init__(self) -> None:
        if not self.draws:
            raise DataError(f"question {self.id!r} has no candidate")

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The candidates: different texts, in the order of their first appearance."""
        return tuple(dict.fromkeys(draw.text for draw in self.draws))

    @cached_property
    def candidate_of(self) -> tuple[int, ...]:
        """For each draw, the number of its text in :attr:`texts`."""
        numbers = {text: number for number, text in enumerate(self.texts)}
        return tuple(numbers[draw.text] for draw in self.draws)

    @cached_property
    def right_of(self) -> tuple[float, ...]:
        """For each candidate, the mean correctness of its draws: a scorer that asks a model may contradict itself."""
        said: list[list[float]] = [[] for _ in self.texts]
        for draw, number in zip(self.draws, self.candidate_of, strict=True):
            said[number].append(draw.right)
        return tuple(fsum(values) / len(values) for values in said)

    @property
    def kind(self) -> Kind:
        """Whether all draws are right, none is, or they differ."""
        if all(draw.right == 1 for draw in self.draws):
            return Kind.ALL
        return Kind.NONE if all(draw.right == 0 for draw in self.draws) else Kind.MIXED

    def pair_id(self, first: int, second: int) -> str:
        """The id of the pair of two candidates, the first of them being response 0.

        Schedules draw from the pair's key who is shown first. A design decides that itself, so that each candidate stands
        first as often as second: the id gets as many marks at its end as make the key's draw fall on response 0.
        """
        id = f"{self.id}#{first}-{second}"
        while first_from_key(pair_key(id, self.query, (self.texts[first], self.texts[second]))):
            id += "'"
        return id

    def key(self, first: int, second: int) -> str:
        """The key of that pair."""
        return pair_key(self.pair_id(first, second), self.query, (self.texts[first], self.texts[second]))

    def row(self, first: int, second: int) -> dict[str, Any]:
        """A row of the dataset about two candidates, without a picture.

        Where both are as right as each other no answer is better. The row still needs a ranking, which then means nothing:
        it is filed under ``undecidable``, whose labels nothing scores.
        """
        left, right = self.right_of[first], self.right_of[second]
        return {
            "id": self.pair_id(first, second),
            "query": self.query,
            "response": [self.texts[first], self.texts[second]],
            "human_ranking": [0, 1] if left >= right else [1, 0],
            "source": self.source,
            "subset": UNDECIDABLE if left == right else DECIDABLE,
        }


def split_pair_id(id: str) -> tuple[str, int, int] | None:
    """Question id and candidate numbers of a pair's id; None for an id of another kind."""
    match = re.fullmatch(r"(.+)#(\d{1,6})-(\d{1,6})'*", id, re.DOTALL)
    return (match[1], int(match[2]), int(match[3])) if match else None


def usual_draws(questions: Sequence[Question]) -> int:
    """N: the number of draws that most questions have (of equally frequent numbers the larger)."""
    counts = Counter(len(question.draws) for question in questions)
    return max(counts, key=lambda size: (counts[size], size))


def remarks(questions: Sequence[Question]) -> list[str]:
    """What a reader must know of the candidates before any judge is asked: counted, in words."""
    usual = usual_draws(questions)
    told = []
    if odd := sum(len(q.draws) != usual for q in questions):
        told.append(f"{odd} of {len(questions)} questions have not {usual} draws but another number")
    single = sum(len(q.texts) == 1 for q in questions)
    if usual > 1 and single >= 0.9 * len(questions):
        told.append(
            f"the candidates are copies: in {single} of {len(questions)} questions all draws have the same text "
            "(was the policy run at temperature 0?)"
        )
    elif single and usual > 1:
        told.append(f"{single} of {len(questions)} questions have one candidate only: all their draws are the same")
    if torn := sum(any(0 < value < 1 for value in q.right_of) for q in questions):
        told.append(f"{torn} questions have a candidate whose correctness is neither 0 nor 1: it is kept as it is")
    return told


@dataclass(frozen=True, slots=True)
class Found:
    """One question's answers in one file.

    Attributes:
        key: what the file calls the question: a row number or an index.
        query: the question as the policy was asked.
        texts: its answers, one for each draw.
        rights: what the scorer said of each, in [0, 1]; None where the file does not say it answer by answer.
        finals: the final answers that the scorer read; None where it does not say them.
        picture: bytes, where the file itself holds or names the picture.
    """

    key: str
    query: str
    texts: tuple[str, ...]
    rights: tuple[float, ...] | None
    finals: tuple[str | None, ...] | None = None
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file's questions.

    Attributes:
        path: the file, as the user named it.
        framework: ``lmms-eval``, ``VLMEvalKit``, ``JSONL`` or ``benchmark``.
        source: the benchmark: task, dataset, or the file's name.
        questions: in file order.
        metric: which of the scorer's metrics or columns the correctness is.
        notes: what a reader must know, counted.
        metrics: all metrics of the scorer, of an lmms-eval log.
    """

    path: str
    framework: str
    source: str
    questions: tuple[Found, ...]
    metric: str
    notes: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()

    def question_id(self, found: Found) -> str:
        """A question's id in the set: unique where several benchmarks come together."""
        return found.key if self.framework == "JSONL" else f"{self.source}/{found.key}"


def fraction(value: object) -> float | None:
    """A correctness: a number in [0, 1] or a truth value, as a number; None for anything else."""
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return float(value.strip().lower() == "true")
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if 0 <= number <= 1 else None


def fractions(values: object, count: int) -> tuple[float, ...] | None:
    """The correctness of each of ``count`` answers; None for anything but a list that says it of each."""
    listed = values if isinstance(values, list) else []
    found = tuple(number for value in listed if (number := fraction(value)) is not None)
    return found if len(found) == len(listed) == count else None


def failed_note(questions: Sequence[Found], mark: str, file: str) -> tuple[str, ...]:
    """How many answers are what a framework writes in the place of one that it did not get; nothing where none is."""
    failed = sum(text.startswith(mark) for found in questions for text in found.texts)
    return (f"{failed} candidates of {file} are failed requests, kept as the scorer took them",) if failed else ()


def merge(sheets: Sequence[Sheet]) -> tuple[list[Question], list[str]]:
    """The questions of all files, the draws of one in the files' order; and where final answers came from, in words.

    Raises:
        DataError: two files ask something else under one id, or answers are not scored one by one.
    """
    known: dict[str, tuple[str, str, list[Draw]]] = {}
    clashes: list[str] = []
    read: Counter[str] = Counter()
    for sheet in sheets:
        for found in sheet.questions:
            if found.rights is None:
                raise DataError(f"{sheet.path}: question {found.key!r} is not scored answer by answer")
            id = sheet.question_id(found)
            query, _, draws = known.setdefault(id, (found.query, sheet.source, []))
            if query != found.query:
                clashes.append(f"{sheet.path}: {id!r} is another question there")
                continue
            if sheet.framework != "benchmark":  # whose answers are no policy's draws
                how = "as the scorer read them" if found.finals else "read from the texts: the scorer logged none"
                read[how] += len(found.texts)
            known[id] = query, sheet.source, draws
            finals = found.finals or map(final_answer, found.texts)
            draws += [Draw(*drawn) for drawn in zip(found.texts, found.rights, finals, strict=True)]
    if clashes:
        raise DataError(f"{len(clashes)} questions differ between the runs", clashes)
    if not known:
        raise DataError("no questions with candidates in the given files")
    notes = [f"{count} final answers (for self-consistency) {how}" for how, count in sorted(read.items())]
    return [Question(id, query, tuple(draws), source) for id, (query, source, draws) in known.items()], notes


_TAG = re.compile(r"<answer>([^<]{1,200})</answer>", re.IGNORECASE)
_BOX = re.compile(r"\\boxed\{([^{}]{1,200})\}")
_LINE = re.compile(
    r"(?:final answer|correct answer|answer|correct option|correct choice)\s*(?:is|:|=)\s*:?\s*([^\n]{1,200})", re.I
)
_LETTER = re.compile(r"^[(\[]?(?:([A-Za-z])(?:[)\].:,]|$)|([B-HJ-Z])\s)")

_TAIL = 4_000
"""Characters at a text's end that are looked at: a final answer stands there."""
_SHORT = 60
"""A text of no more characters is its own final answer."""


def final_answer(text: str) -> str | None:
    """A text's final answer in a form that equal answers share, for self-consistency; None where none is found.

    Only for answers of which the framework's scorer did not log what it read: it decides a baseline, never whether a
    candidate is right. The last of: ``<answer>…</answer>``, a LaTeX box, "the answer is …", in this order of preference;
    then the whole text if it is short. An option's letter is taken without what follows it. The work is bounded.
    """
    tail = text[-_TAIL:].replace("*", "").replace("$", "")
    found = next((answers for pattern in (_TAG, _BOX, _LINE) if (answers := pattern.findall(tail))), None)
    answer = (found[-1] if found else tail).strip()
    if not found and len(answer) > _SHORT:
        return None
    if letter := _LETTER.match(answer):
        return (letter[1] or letter[2]).upper()
    return re.sub(r"\s+", " ", answer).strip(" .,:;!?'\"()").casefold() or None
