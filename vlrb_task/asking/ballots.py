"""Ballots: which questions a task asks a judge about each pair, and in which order; the same in both frameworks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from vlrb_task.pairs.pair import Answer, Pair, other
from vlrb_task.support.errors import choice

MOST_VOTES = 1000
"""Votes of a schedule, at most: a file can ask for any number."""


class Order(str, Enum):
    """Who is shown first.

    ``key`` draws it from the pair's key, the same for every vote. ``both`` asks each vote in both orders.
    ``alternate`` starts as ``key`` does and changes with every vote. ``parity`` is the rule of lmms-eval's and
    VLMEvalKit's own tasks: the parity of the two answers' total characters.
    """

    KEY = "key"
    BOTH = "both"
    ALTERNATE = "alternate"
    PARITY = "parity"

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Schedule:
    """Which ballots a task asks about each pair.

    Attributes:
        order: who is shown first.
        votes: ballots a pair for ``key``, ``alternate`` and ``parity``; for ``both``, pairs of ballots.
    """

    order: Order
    votes: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.votes <= MOST_VOTES:
            raise ValueError(f"a schedule has from 1 to {MOST_VOTES:,} votes, not {self.votes}")

    @property
    def label(self) -> str:
        """A short name, such as ``alternate5``: for file and function names."""
        return f"{self.order}{self.votes}"

    @property
    def asks_both_orders(self) -> bool:
        """Whether each pair is shown in both orders."""
        return self.order is Order.BOTH or (self.order is Order.ALTERNATE and self.votes > 1)

    @classmethod
    def parse(cls, order: str, votes: int) -> Schedule:
        """From an order's name and a number of votes.

        Raises:
            UnknownName: no such order.
        """
        return cls(choice(Order, order, "no order"), votes)


@dataclass(frozen=True, slots=True)
class Ballot:
    """One question to a judge about one pair.

    Attributes:
        key: the pair's.
        vote: number of the vote, from 0. With pointwise judges both ballots of a vote share it.
        first: pairwise: index in ``responses`` of the answer shown first.
        answer: pointwise: index in ``responses`` of the answer shown at all.
    """

    key: str
    vote: int
    first: Answer | None = None
    answer: Answer | None = None

    def __post_init__(self) -> None:
        if (self.first is None) == (self.answer is None):
            raise ValueError("a ballot shows either both answers in an order, or one answer")


Mode = Literal["pairwise", "pointwise"]


def first_from_key(key: str) -> Answer:
    """The answer shown first in a pair's vote 0: the parity of its key."""
    return 1 if int(key, 16) % 2 else 0


def first_from_parity(responses: Sequence[str]) -> Answer:
    """The answer that lmms-eval's and VLMEvalKit's own tasks show first: parity of the total characters."""
    return 1 if sum(len(r) for r in responses) % 2 else 0


def firsts(pair: Pair, schedule: Schedule) -> list[Answer]:
    """Which answer stands first in each of a pair's pairwise votes, by vote number.

    ``both`` and ``alternate`` make each order as frequent as the number of votes allows, starting from the key.
    """
    start = first_from_parity(pair.responses) if schedule.order is Order.PARITY else first_from_key(pair.key)
    if schedule.order in (Order.BOTH, Order.ALTERNATE):
        count = schedule.votes * (2 if schedule.order is Order.BOTH else 1)
        return [other(start) if vote % 2 else start for vote in range(count)]
    return [start] * schedule.votes


def ballots_of(pair: Pair, schedule: Schedule, mode: Mode = "pairwise") -> list[Ballot]:
    """The ballots of one pair, in the order in which they are asked: one after the other, so that an engine's prefix cache still
    has the picture and the question.

    A pointwise judge sees one answer at a time, so an order means nothing to it: it gets two ballots for each
    of the schedule's ``votes``, the answer of the pair's key first.
    """
    if mode == "pairwise":
        return [Ballot(pair.key, vote, first=first) for vote, first in enumerate(firsts(pair, schedule))]
    start = first_from_key(pair.key)
    return [Ballot(pair.key, vote, answer=answer) for vote in range(schedule.votes) for answer in (start, other(start))]
