"""Accuracy of the majority of k votes, for every k up to those asked, in the orders in which k votes would have been asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import NDArray

from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import Groups, among, difference_of_shares, mean_difference, share
from vlrb_task.scores.policies import Policy

Array = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class AtK:
    """Exact expectations for draws of k of a pair's votes, on one and the same set of pairs for every k.

    Attributes:
        sizes: the k.
        pairs: which pairs have enough votes for the largest k, shape ``(all pairs,)``.
        scores: expected score, shape ``(pairs, sizes)``; a draw that the policy drops scores 0.
        kept: chance that the policy keeps the draw, the same shape; 1 except under ``official``.
        squares: expected square of the score, the same shape: what the variance of a difference needs.
    """

    sizes: tuple[int, ...]
    pairs: NDArray[np.bool_]
    scores: Array
    kept: Array
    squares: Array

    def accuracy(self, k: int, groups: Groups | None = None) -> Estimate:
        """Expected accuracy of k votes. ``groups`` is given for all pairs."""
        at = self.sizes.index(k)
        whole = bool((self.kept[:, at] == 1).all())
        return share(self.scores[:, at], None if whole else self.kept[:, at], among(self.pairs, groups))

    def gain(self, k: int, base: int, groups: Groups | None = None) -> Estimate:
        """What k votes gain over ``base``, on the same pairs; in [-1, 1]."""
        a, b = self.sizes.index(k), self.sizes.index(base)
        if (self.kept[:, [a, b]] == 1).all():
            return mean_difference(self.scores[:, a] - self.scores[:, b], among(self.pairs, groups))
        return difference_of_shares(
            (self.scores[:, a], self.scores[:, b]), (self.kept[:, a], self.kept[:, b]), among(self.pairs, groups)
        )


def at_k(start: Counts, other: Counts, sizes: Sequence[int], policy: Policy, *, alternate: bool) -> AtK:
    """Expected outcome of k votes drawn from each pair's without replacement.

    Args:
        start: right, wrong and neither (a tie or unparsed) among the votes in the order of the pair's first vote,
            shape ``(pairs, 3)``.
        other: the same of the votes in the other order; zeros where there are none.
        sizes: the k, ascending.
        policy: which outcome k votes have.
        alternate: whether the schedule changes the order with every vote. Then k votes are ceil(k/2) of one order and
            floor(k/2) of the other, and the draw is made so, starting from either order with the same chance, as pairs' keys
            do, where there are votes for it; else they are drawn from all votes alike.

    Returns:
        Over the pairs with enough votes, in each order, for the largest k.

    Raises:
        ValueError: a k below 1, or no k.
    """
    if not sizes or min(sizes) < 1:
        raise ValueError("at least one k, and none below 1, is needed")
    if not alternate:
        start, other = start + other, np.zeros_like(other)
    most = max(sizes)
    need = ((most + 1) // 2, most // 2) if alternate else (most, 0)
    held = (start.sum(axis=1) >= need[0]) & (other.sum(axis=1) >= need[1])
    kinds, at = np.unique(np.hstack([start[held], other[held]]), axis=0, return_inverse=True)
    found = np.zeros((len(kinds), len(sizes), 3))
    for row, kind in enumerate(kinds.tolist()):
        for column, k in enumerate(sizes):
            found[row, column] = _expected(kind[:3], kind[3:], k, policy, alternate)
    each = found[at.reshape(-1)]
    return AtK(tuple(sizes), held, each[..., 0], each[..., 1], each[..., 2])


def _expected(start: list[int], other: list[int], k: int, policy: Policy, alternate: bool) -> Array:
    """Expected score, chance of being kept and expected square of k votes of one pair."""
    more, less = ((k + 1) // 2, k // 2) if alternate else (k, 0)
    found = []
    for first, second in ((start, other), (other, start)) if alternate else ((start, other),):
        if sum(first) >= more and sum(second) >= less:
            points = np.convolve(_points(*first, more, policy), _points(*second, less, policy))
            found.append(_outcome(points, k, policy))
    mean: Array = np.array(found, dtype=np.float64).mean(axis=0)
    return mean


@lru_cache(maxsize=100_000)
def _points(right: int, wrong: int, neither: int, k: int, policy: Policy) -> Array:
    """The chance of each number of points, 0 ... 2k, of k votes drawn: two for a right vote; one for neither under ``half``.

    Under ``official`` draws with a tie or an unparsed vote are left out, so that the chances sum to that of being kept.
    """
    chances = np.zeros(2 * k + 1)
    every = comb(right + wrong + neither, k)
    for won in range(min(right, k) + 1):
        if policy is Policy.STRICT:
            chances[2 * won] = comb(right, won) * comb(wrong + neither, k - won) / every
        elif policy is Policy.OFFICIAL:
            chances[2 * won] = comb(right, won) * comb(wrong, k - won) / every
        else:
            for even in range(min(neither, k - won) + 1):
                ways = comb(right, won) * comb(neither, even) * comb(wrong, k - won - even)
                chances[2 * won + even] += ways / every
    return chances


def _outcome(points: Array, k: int, policy: Policy) -> tuple[float, float, float]:
    """Expected score, chance of being kept, and expected square of the score."""
    won, split = float(points[k + 1 :].sum()), float(points[k])
    if policy is Policy.OFFICIAL:
        return won, float(points.sum()) - split, won
    return won + split / 2, 1.0, won + split / 4
