"""Which candidates are compared with which, and what that costs.

A design gives pairs of candidate numbers ``(first, second)``. With a schedule of one vote a pair, ``first`` is shown first,
and each candidate stands first as often as second, as far as numbers allow; with both orders asked that is so anyway.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil, log2

from vlrb_task.bon.questions import Question
from vlrb_task.support.errors import choice

Comparison = tuple[int, int]
"""Two candidates, by number."""


class Scheme(str, Enum):
    """How candidates are ranked.

    ``pointwise``: each is rated by itself. ``round_robin``: every two are compared. ``sparse``: each is in at least c
    comparisons. ``knockout``: rounds, the winner of each comparison goes on.
    """

    POINTWISE = "pointwise"
    ROUND_ROBIN = "round_robin"
    SPARSE = "sparse"
    KNOCKOUT = "knockout"

    __str__ = str.__str__

    @classmethod
    def parse(cls, name: str) -> Scheme:
        """A scheme by name; dashes may stand for underscores.

        Raises:
            UnknownName: no such scheme.
        """
        return choice(cls, name.replace("-", "_"), "no scheme")


def seating(question: Question) -> list[int]:
    """The candidates in an order drawn from the question's id: which run an answer came from decides nothing."""
    numbers = list(range(len(question.texts)))
    seed = hashlib.sha256(question.id.encode("utf-8", "surrogatepass")).hexdigest()
    random.Random(seed).shuffle(numbers)
    return numbers


def circle(seats: Sequence[int], reaches: Iterable[int]) -> list[Comparison]:
    """Seats around a table, each compared with those ``reach`` places on, and shown first to them.

    A reach of less than half the table puts each seat in two comparisons, once first and once second; a reach of
    exactly half puts each in one.
    """
    size = len(seats)
    return [
        (seats[start], seats[(start + reach) % size])
        for reach in reaches
        for start in range(size // 2 if 2 * reach == size else size)
    ]


def round_robin(question: Question) -> list[Comparison]:
    """Every two candidates once: T (T - 1) / 2 comparisons of T candidates."""
    seats = seating(question)
    return circle(seats, range(1, len(seats) // 2 + 1))


def sparse(question: Question, least: int) -> list[Comparison]:
    """Each candidate in at least ``least`` comparisons, all of them connected.

    Exactly ``least`` where numbers allow it (T times ``least`` even), else one more; a full round robin where there are no
    more candidates than that.
    """
    if least < 1:
        raise ValueError(f"each candidate needs at least one comparison, not {least}")
    seats = seating(question)
    size = len(seats)
    if size <= least + 1:
        return round_robin(question)
    reaches = [*range(1, ceil(least / 2) + 1)]
    if size % 2 == 0 and least % 2 and least > 1:
        # The seat across the table is the odd comparison. As the only one it would leave the couples unconnected, and no
        # ranking would follow.
        reaches[-1] = size // 2
    return circle(seats, reaches)


def cover(question: Question) -> list[Comparison]:
    """Pairs that hold each candidate once, for judges that rate one answer at a time: T ballots for T candidates.

    One candidate of an odd number is rated twice, and its rating is the mean. A question with one candidate has no pair.
    """
    seats = seating(question)
    couples, free = knockout_round(seats)
    return couples + [(seat, seats[0]) for seat in free if couples]


def knockout_round(seats: Sequence[int]) -> tuple[list[Comparison], list[int]]:
    """One round among those who are left, and who goes on without a comparison: the last, where their number is odd."""
    couples = [(seats[at], seats[at + 1]) for at in range(0, len(seats) - 1, 2)]
    return couples, [seats[-1]] if len(seats) % 2 else []


def knockout(question: Question, winner: Callable[[int, int], int | None]) -> tuple[list[list[Comparison]], list[int]]:
    """Play a knockout as far as votes go: ``winner`` of a comparison is None where it has not been asked.

    Returns:
        The rounds' comparisons, the last round's without votes included; and who is left: one candidate when the
        knockout is over.
    """
    left = seating(question)
    rounds = []
    while len(left) > 1:
        couples, free = knockout_round(left)
        rounds.append(couples)
        winners = [winner(first, second) for first, second in couples]
        if any(found is None for found in winners):
            return rounds, left
        # Who sat out stands first in the next round, so that nobody sits out twice in a row.
        left = free + [found for found in winners if found is not None]
    return rounds, left


def comparisons(question: Question, scheme: Scheme, least: int) -> list[Comparison]:
    """A question's comparisons before any vote; of a knockout, its first round."""
    if scheme is Scheme.POINTWISE:
        return cover(question)
    if scheme is Scheme.ROUND_ROBIN:
        return round_robin(question)
    if scheme is Scheme.SPARSE:
        return sparse(question, least)
    return knockout_round(seating(question))[0]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a scheme asks for.

    Attributes:
        scheme: which.
        ballots: requests to the judge, each with one picture where the question has one.
        rounds: runs that have to be made one after the other.
        prompt_tokens: of text in all prompts, estimated at four characters a token; pictures come on top.
        output_tokens: at most, if every answer runs to the judge's limit.
        growth: how ballots grow with the number N of candidates, in words.
    """

    scheme: Scheme
    ballots: int
    rounds: int
    prompt_tokens: int
    output_tokens: int
    growth: str


CHARACTERS_A_TOKEN = 4
"""Rough, for English text: the cost is an estimate, and is called one."""


def cost(
    questions: Sequence[Question], scheme: Scheme, *, least: int, votes: int, overhead: int, longest_answer: int
) -> Cost:
    """Count a scheme's ballots and estimate its tokens.

    Args:
        questions: whose candidates.
        scheme: which.
        least: comparisons of each candidate (``sparse``).
        votes: ballots of a comparison (2 where both orders are asked), or of a pointwise candidate.
        overhead: characters of the judge's prompt without question and answers.
        longest_answer: the judge's limit of new tokens.
    """
    ballots = characters = 0
    rounds = 1
    for question in questions:
        count = len(question.texts)
        lengths = [len(text) for text in question.texts]
        mean = sum(lengths) / count
        if scheme is Scheme.KNOCKOUT:
            # Who meets whom later depends on the votes: T - 1 comparisons of answers of middling length.
            rounds = max(rounds, ceil(log2(count)) if count > 1 else 1)
            asked, text = count - 1, 2 * mean * (count - 1)
        elif scheme is Scheme.ROUND_ROBIN:  # not listed to be counted: of many candidates the list fills the memory
            asked, text = count * (count - 1) // 2, float(sum(lengths) * (count - 1))
        else:
            pairs = comparisons(question, scheme, least)
            text = float(sum(lengths[a] + lengths[b] for a, b in pairs))
            asked = 2 * len(pairs) if scheme is Scheme.POINTWISE else len(pairs)
        ballots += votes * asked
        characters += votes * int(text + asked * (overhead + len(question.query)))
    growth = "N squared" if scheme is Scheme.ROUND_ROBIN else "N"
    return Cost(scheme, ballots, rounds, characters // CHARACTERS_A_TOKEN, ballots * longest_answer, growth)
