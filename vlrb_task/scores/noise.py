"""How much of a score's error is the pairs, and how much is the judge's own sampling. Names as in Miller (2024)."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, comb, exp, lgamma, sqrt

import numpy as np
from numpy.typing import NDArray

from vlrb_task.scores.estimates import Estimate, Record
from vlrb_task.scores.intervals import Groups, among, exact_sum, share, units

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

WORTHWHILE = 1.05
"""More votes do not help once the standard error is within 5 % of what endless votes would give."""


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
