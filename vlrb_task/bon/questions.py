"""Questions with their candidates: what a policy answered, which answers its framework's scorer called right."""

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
