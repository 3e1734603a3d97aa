"""How much of a score's error is the pairs, and how much is the judge's own sampling. Names as in Miller (2024)."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import Groups, exact_sum, share, units

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

WORTHWHILE = 1.05
"""More votes do not help once the standard error is within 5 % of what endless votes would give."""


@dataclass(frozen=True, slots=True)
class Noise:
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
    votes_enough: int | None
    within_interval: Estimate

    def to_dict(self) -> dict[str, Any]:
        return {
            "pairs": self.pairs,
            "votes": self.votes,
            "between": self.between,
            "within": self.within,
            "se": self.se,
            "rerun_sd": self.rerun_sd,
            "votes_enough": self.votes_enough,
            "within_interval": self.within_interval.to_dict(),
        }


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
    units_of = None if groups is None else np.asarray(groups)[held]
    repeated = t > 1
    if not repeated.any():
        return None
    variance = np.divide(r * (t - r), t * (t - 1), out=np.zeros_like(r), where=repeated)
    # An order with one vote has no variance of its own to show: it takes the mean of what is known.
    known = exact_sum(variance[repeated]) / int(repeated.sum())
    variance = np.where(repeated, variance, known)
    votes = t.sum(axis=1)
    n = len(votes)
    own = (variance * t).sum(axis=1) / votes**2  # the sampling variance of each pair's mean
    means = r.sum(axis=1) / votes
    centre = exact_sum(means) / n
    spread = exact_sum((means - centre) ** 2) / (n - 1) if n > 1 else 0.0
    if units_of is not None:
        spread = n * exact_sum(units(means, groups=units_of).influence ** 2)
    between = max(0.0, spread - exact_sum(own) / n)
    within = exact_sum((variance * t).sum(axis=1) / votes) / n
    rerun = exact_sum(own) / n
    enough = ceil(within / (between * (WORTHWHILE**2 - 1))) if between > 0 else None
    # A vote's variance is at most 1/4, and its unbiased estimate from two votes at most 1/2.
    doubled = share(np.minimum(1.0, 2 * (variance * t).sum(axis=1) / votes), groups=units_of)
    return Noise(
        n,
        float(votes.mean()),
        between,
        within,
        sqrt((between + rerun) / n),
        sqrt(rerun / n),
        None if enough is None else max(1, enough),
        _halved(doubled),
    )


def _halved(found: Estimate) -> Estimate:
    value, low, high, error = (None if x is None else x / 2 for x in (found.value, found.low, found.high, found.se))
    return Estimate(value, low, high, found.n, found.method, error)


def rerun_sd_of_majority(right: Counts, total: Counts, k: int) -> float | None:
    """Standard deviation of the accuracy of the majority of k votes when the same judge is asked again about the same pairs.

    A beta distribution of the pairs' chances is fitted by moments to the votes; with ``m`` the chance that k votes of a pair
    of chance ``c`` have a right majority (half of it for an even split), it is ``sqrt(mean of m (1 - m) / pairs)``.

    Args:
        right: right votes of each pair, shape ``(pairs,)``.
        total: all votes of each pair.
        k: votes a pair of the rerun.

    Returns:
        A model's number, not a count: the votes at hand are one run. None where no pair has two votes.
    """
    from scipy.stats import beta, binom

    r, t = np.asarray(right, dtype=np.float64), np.asarray(total, dtype=np.float64)
    found = noise(right[:, None], total[:, None])
    if found is None:
        return None
    p = exact_sum(r) / exact_sum(t)
    whole = p * (1 - p)
    if whole <= 0 or found.within <= 0:
        return 0.0
    alike = min(1 - 1e-9, max(1e-9, 1 - found.within / whole))
    size = 1 / alike - 1
    chances = np.clip(beta.ppf((np.arange(2000) + 0.5) / 2000, p * size, (1 - p) * size), 0.0, 1.0)
    majority = binom.sf(k // 2, k, chances) + (binom.pmf(k // 2, k, chances) / 2 if k % 2 == 0 else 0.0)
    variance = majority * (1 - majority)
    if k % 2 == 0:
        variance = variance - binom.pmf(k // 2, k, chances) / 4  # an even split scores one half, for certain
    return float(sqrt(max(0.0, variance.mean()) / found.pairs))
