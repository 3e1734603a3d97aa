"""From verdicts to outcomes: votes turned back into pair coordinates, counted, and judged under a policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from math import comb

from vlrb_task.pairs.pair import ANSWERS, Answer, Pair, other
from vlrb_task.parsing.verdicts import Rating, Reading, Reason, Verdict
from vlrb_task.support.errors import UnknownName


class Policy(str, Enum):
    """From a pair's votes to its score.

    ``strict``: a tie or an unparsed vote counts as a wrong one; 1 if more than half of the votes are right,
    one half if exactly half are, else 0. ``half``: the same, but such a vote counts as half a right one.
    ``official``: as the paper's script, a pair with such a vote or without a strict majority is dropped.
    """

    STRICT = "strict"
    HALF = "half"
    OFFICIAL = "official"

    __str__ = str.__str__

    @classmethod
    def parse(cls, name: str) -> Policy:
        """A policy by name.

        Raises:
            UnknownName: no such policy.
        """
        try:
            return cls(name)
        except ValueError as error:
            raise UnknownName(f"no policy {name!r}: use one of {', '.join(cls)}") from error


@dataclass(frozen=True, slots=True)
class Label:
    """What scoring needs to know of a pair; a log that our tasks wrote carries it.

    Attributes:
        words: words in each response, if known: only the length baselines need them.
        tags: error tags, if known.
    """

    key: str
    id: str
    better: Answer
    subset: str
    source: str
    words: tuple[int, int] | None = None
    tags: tuple[str, ...] = ()

    @classmethod
    def of(cls, pair: Pair) -> Label:
        """The label of a pair whose texts are at hand."""
        return cls(pair.key, pair.id, pair.better, pair.subset, pair.source, pair.words, pair.tags)


@dataclass(frozen=True, slots=True)
class Vote:
    """One vote about a pair, in pair coordinates.

    Attributes:
        number: the ballot's vote number.
        first: the answer that was shown first; None for a pointwise vote, which has no order.
        choice: the answer preferred; None for a tie and for an unparsed vote.
        reason: why the vote is unparsed; None for any other.
    """

    number: int
    first: Answer | None
    choice: Answer | None
    reason: Reason | None = None

    @property
    def tied(self) -> bool:
        """Read, and preferring neither."""
        return self.choice is None and self.reason is None


def mark(number: int, first: Answer, reading: Reading) -> Vote:
    """Turn a verdict about the answers as shown into a vote about the pair's responses.

    The one place where presented coordinates become pair coordinates.
    """
    if reading.verdict is Verdict.FIRST:
        return Vote(number, first, first)
    if reading.verdict is Verdict.SECOND:
        return Vote(number, first, other(first))
    return Vote(number, first, None, reading.reason)


def mark_ratings(number: int, ratings: tuple[Rating, Rating]) -> Vote:
    """The vote that two pointwise ratings make: the higher score wins, equal scores are a tie.

    Args:
        number: the vote's.
        ratings: of response 0 and of response 1.
    """
    left, right = ratings
    if left.score is None or right.score is None:
        return Vote(number, None, None, left.reason or right.reason)
    if left.score == right.score:
        return Vote(number, None, None)
    return Vote(number, None, 0 if left.score > right.score else 1)


@dataclass(frozen=True, slots=True)
class Counts:
    """Votes of one pair by what they amount to. ``neither`` counts ties and unparsed votes together."""

    right: int
    wrong: int
    neither: int

    @property
    def total(self) -> int:
        return self.right + self.wrong + self.neither

    @classmethod
    def of(cls, votes: Iterable[Vote], better: Answer) -> Counts:
        right = wrong = neither = 0
        for vote in votes:
            if vote.choice is None:
                neither += 1
            elif vote.choice == better:
                right += 1
            else:
                wrong += 1
        return cls(right, wrong, neither)


@dataclass(frozen=True, slots=True)
class PairVotes:
    """Everything that one judge said about one pair, in order of vote number; never empty."""

    label: Label
    votes: tuple[Vote, ...]

    @property
    def counts(self) -> Counts:
        return Counts.of(self.votes, self.label.better)


def outcome(counts: Counts, policy: Policy) -> float | None:
    """A pair's score: 1, one half or 0; None where the policy drops the pair.

    Raises:
        ValueError: no votes.
    """
    if not counts.total:
        raise ValueError("a pair without votes has no outcome")
    if policy is Policy.OFFICIAL:
        if counts.neither or counts.right == counts.wrong:
            return None
        return 1.0 if counts.right > counts.wrong else 0.0
    twice_right = 2 * counts.right + (counts.neither if policy is Policy.HALF else 0)
    if twice_right == counts.total:
        return 0.5
    return 1.0 if twice_right > counts.total else 0.0


def decided(counts: Counts) -> bool:
    """Whether the votes, ties and unparsed ones set aside, have a strict majority."""
    return counts.right != counts.wrong


@lru_cache(maxsize=100_000)
def expected_at_k(counts: Counts, k: int, policy: Policy) -> tuple[float, float]:
    """Exact expectation of the outcome of ``k`` votes drawn from a pair's votes without replacement.

    Returns:
        ``(expected score, probability of being kept)``. The second is 1 except under ``official``, where a draw
        with a tie or an unparsed vote is dropped and scores nothing.

    Raises:
        ValueError: fewer than ``k`` votes.
    """
    if not 1 <= k <= counts.total:
        raise ValueError(f"{k} votes cannot be drawn from {counts.total}")
    score = kept = 0
    half = 0
    for drawn, ways in _draws(counts, k):
        value = outcome(drawn, policy)
        if value is not None:
            kept += ways
            score += ways if value == 1.0 else 0
            half += ways if value == 0.5 else 0
    every = comb(counts.total, k)
    return (score + half / 2) / every, kept / every


def _draws(counts: Counts, k: int) -> Iterator[tuple[Counts, int]]:
    """Every composition of ``k`` drawn votes, with the number of ways to draw it."""
    for right in range(min(counts.right, k) + 1):
        for wrong in range(min(counts.wrong, k - right) + 1):
            neither = k - right - wrong
            if neither <= counts.neither:
                ways = comb(counts.right, right) * comb(counts.wrong, wrong) * comb(counts.neither, neither)
                yield Counts(right, wrong, neither), ways


def winner_by_order(votes: Iterable[Vote]) -> dict[Answer, Answer | None]:
    """For each answer that was shown first, the response that most of those votes prefer.

    None where no response has more than half of an order's votes, ties and unparsed ones counted.
    """
    cast: dict[Answer, list[Answer | None]] = {}
    for vote in votes:
        if vote.first is not None:
            cast.setdefault(vote.first, []).append(vote.choice)
    winners: dict[Answer, Answer | None] = {}
    for first, choices in cast.items():
        winners[first] = None
        for answer in ANSWERS:
            if 2 * choices.count(answer) > len(choices):
                winners[first] = answer
    return winners
