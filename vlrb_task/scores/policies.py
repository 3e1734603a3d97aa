"""Policies: from a pair's votes to its score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import NDArray

from vlrb_task.pairs.labels import Ints
from vlrb_task.support.errors import UnknownName

Values = NDArray[np.float64]
"""One number a pair; NaN where a policy drops it."""


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
class Counts:
    """Votes of one pair by what they amount to. ``neither`` counts ties and unparsed votes together."""

    right: int
    wrong: int
    neither: int

    @property
    def total(self) -> int:
        return self.right + self.wrong + self.neither


def outcomes(right: Ints, wrong: Ints, neither: Ints, policy: Policy) -> Values:
    """Each pair's score: 1, one half or 0; NaN where the policy drops the pair.

    Args:
        right: votes of each pair for the better response, shape ``(pairs,)``.
        wrong: for the other one.
        neither: ties and unparsed ones; each pair has at least one vote.
        policy: by which rule.
    """
    if policy is Policy.OFFICIAL:
        return np.where((neither > 0) | (right == wrong), np.nan, (right > wrong).astype(np.float64))
    twice_right = 2 * right + (neither if policy is Policy.HALF else 0)
    total = right + wrong + neither
    return np.where(twice_right == total, 0.5, (twice_right > total).astype(np.float64))


def kept(values: Values) -> Values:
    """The values of the pairs that the policy does not drop."""
    return values[~np.isnan(values)]


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
    drawn, ways = zip(*_draws(counts, k), strict=True)
    columns = np.array([(c.right, c.wrong, c.neither) for c in drawn], dtype=np.int64).T
    values = outcomes(columns[0], columns[1], columns[2], policy).tolist()
    every = comb(counts.total, k)
    # Whole numbers until the last division: exact.
    twice = sum(int(2 * value) * way for value, way in zip(values, ways, strict=True) if value == value)
    held = sum(way for value, way in zip(values, ways, strict=True) if value == value)
    return twice / (2 * every), held / every


def _draws(counts: Counts, k: int) -> Iterator[tuple[Counts, int]]:
    """Every composition of ``k`` drawn votes, with the number of ways to draw it."""
    for right in range(min(counts.right, k) + 1):
        for wrong in range(min(counts.wrong, k - right) + 1):
            neither = k - right - wrong
            if neither <= counts.neither:
                ways = comb(counts.right, right) * comb(counts.wrong, wrong) * comb(counts.neither, neither)
                yield Counts(right, wrong, neither), ways


@dataclass(frozen=True)
class States:
    """The distinct counts of votes that pairs have: few, so that each is looked at once.

    Attributes:
        counts: each distinct state.
        pairs: how many pairs are in it.
    """

    counts: tuple[Counts, ...]
    pairs: tuple[int, ...]

    @classmethod
    def of(cls, right: Ints, wrong: Ints, neither: Ints) -> States:
        """From the votes of each pair, as :func:`outcomes` takes them."""
        found, sizes = np.unique(np.stack([right, wrong, neither], axis=1), axis=0, return_counts=True)
        return cls(tuple(Counts(*map(int, state)) for state in found), tuple(map(int, sizes)))

    def __iter__(self) -> Iterator[tuple[Counts, int]]:
        return zip(self.counts, self.pairs, strict=True)
