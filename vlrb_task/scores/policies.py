"""Policies: from a pair's votes to its score."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from vlrb_task.pairs.labels import Ints
from vlrb_task.support.errors import choice

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
        return choice(cls, name, "no policy")


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
