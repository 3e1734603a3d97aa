"""A judge's own sampling: the accuracy of the majority of k votes, and how much of a score's error is noise of the votes.

k votes stand in the orders in which they would have been asked. The names of the noise's parts are those of Miller (2024).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, comb, exp, lgamma, sqrt

import numpy as np
from numpy.typing import NDArray

from vlrb_task.scores.estimates import Estimate, Record
from vlrb_task.scores.intervals import Groups, among, difference_of_shares, exact_sum, mean_difference, share, units
from vlrb_task.scores.policies import Policy

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

WORTHWHILE = 1.05
"""More votes do not help once the standard error is within 5 % of what endless votes would give."""


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


@dataclass(frozen=True, slots=True)
class Noise(Record):
    """The variance of the mean accuracy of a judge's votes, taken apart.

    Attributes:
        pairs: that have a vote.
        votes: votes a pair, the mean.
        between: variance between pairs of a pair's chance of a right vote: what more pairs reduce. Where pairs are grouped,
            ``pairs`` times the variance of the mean of these chances.
        within: mean variance of one vote about its pair's chance: what more votes reduce. Votes in different orders have
            chances of their own where every order has two votes.
        se: standard error of the mean over votes, ``sqrt((between + within / votes) / pairs)``.
        rerun_sd: standard deviation of the mean over votes when the same judge is asked again about the same pairs,
            ``sqrt(within / (votes pairs))``.
        rerun_sd_majority: the same of the mean score of the pairs' majorities, at the most common number of votes, policy
            ``strict``. A model's number: one run shows no majority twice.
        votes_enough: the least votes a pair at which the standard error is within 5 % of its value at endlessly many; None
            where the pairs do not differ.
        within_interval: of ``within``.
    """

    pairs: int
    votes: float
    between: float
    within: float
    se: float
    rerun_sd: float
    rerun_sd_majority: float
    votes_enough: int | None
    within_interval: Estimate

    @property
    def line(self) -> str:
        """What a reader of the overall accuracy should know of it."""
        told = f"a rerun varies by {100 * self.rerun_sd_majority:.1f} points (SD)"
        return told + ("" if self.votes_enough is None else f", more than {self.votes_enough} votes a pair hardly help")


def noise(right: Counts, total: Counts, groups: Groups | None = None) -> Noise | None:
    """Take the variance of the accuracy of votes apart.

    For a pair whose ``t`` votes of one order have ``r`` right ones, ``r (t - r) / (t (t - 1))`` is unbiased for the variance
    of one such vote. The variance between pairs is that of the pairs' means less what the votes' variance adds to it.

    Args:
        right: right votes of each pair in each order, shape ``(pairs, orders)``.
        total: all votes (ties and unparsed ones are not right), the same shape.
        groups: pairs that belong together vary as one: what they share is part of ``between``.

    Returns:
        None where no pair has two votes in one order: then noise cannot be told from difficulty.

    Source:
        E. Miller, Adding Error Bars to Evals, arXiv 2411.00640 (2024), sections 3.1 to 3.3: law of total variance.
    """
    r, t = np.asarray(right, dtype=np.float64), np.asarray(total, dtype=np.float64)
    held = t.sum(axis=1) > 0
    r, t = r[held], t[held]
    groups = among(held, groups)
    repeated = t > 1
    if not repeated.any():
        return None
    variance = np.divide(r * (t - r), t * (t - 1), out=np.zeros_like(r), where=repeated)
    # An order with one vote has no variance of its own to show: it takes the mean of what is known.
    known = exact_sum(variance[repeated]) / int(repeated.sum())
    variance = np.where(repeated, variance, known)
    votes = t.sum(axis=1)
    n, usual = len(votes), int(np.bincount(votes.astype(np.int64)).argmax())
    own = (variance * t).sum(axis=1) / votes**2  # the sampling variance of each pair's mean
    means = r.sum(axis=1) / votes
    centre = exact_sum(means) / n
    spread = exact_sum((means - centre) ** 2) / (n - 1) if n > 1 else 0.0
    if groups is not None:
        spread = n * exact_sum(units(means, groups=groups).influence ** 2)
    between = max(0.0, spread - exact_sum(own) / n)
    within = exact_sum((variance * t).sum(axis=1) / votes) / n
    rerun = exact_sum(own) / n
    enough = ceil(within / (between * (WORTHWHILE**2 - 1))) if between > 0 else None
    # A vote's variance is at most 1/4, and its unbiased estimate from two votes at most 1/2.
    doubled = share(np.minimum(1.0, 2 * (variance * t).sum(axis=1) / votes), groups=groups)
    return Noise(
        n,
        float(votes.mean()),
        between,
        within,
        sqrt((between + rerun) / n),
        sqrt(rerun / n),
        _rerun_sd_of_majority(exact_sum(r.sum(axis=1)) / exact_sum(votes), within, n, usual),
        None if enough is None else max(1, enough),
        doubled.times(0.5),
    )


def _rerun_sd_of_majority(p: float, within: float, pairs: int, k: int) -> float:
    """Of the accuracy of the majority of k votes, when the same judge is asked again about the same pairs.

    The pairs' chances are taken for a beta distribution of mean p and of the variance that ``within`` leaves. With ``s_j`` the
    score of j right votes, the variance of a pair's score about its expectation is ``E s_j^2 - E s_j s_l``, j and l the right
    votes of two reruns, which has a closed form by the beta-binomial chances of ``j + l`` of ``2k``.
    """
    whole = p * (1 - p)
    if whole <= 0 or within <= 0:
        return 0.0
    size = 1 / min(1 - 1e-6, max(1e-6, 1 - within / whole)) - 1
    a, b = p * size, (1 - p) * size

    def chance(right: int, of: int) -> float:
        betas = lgamma(a + right) + lgamma(b + of - right) - lgamma(size + of) + lgamma(size) - lgamma(a) - lgamma(b)
        return comb(of, right) * exp(betas)

    scores = [1.0 if 2 * j > k else 0.5 if 2 * j == k else 0.0 for j in range(k + 1)]
    both = sum(
        one * other * comb(k, j) * comb(k, m) / comb(2 * k, j + m) * chance(j + m, 2 * k)
        for j, one in enumerate(scores)
        for m, other in enumerate(scores)
        if one and other
    )
    return sqrt(max(0.0, sum(one**2 * chance(j, k) for j, one in enumerate(scores)) - both) / pairs)
