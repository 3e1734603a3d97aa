"""What the order of the answers does to a judge: agreement between orders, which way it leans, and the effect on accuracy.

All functions take one array of counts, so that none of them depends on how many votes were asked:

    counts[i, place, kind]    shape (pairs, 2, 4), whole numbers

``place`` is where the better response was shown: 0 first, 1 second. ``kind`` is what the vote amounts to: 0 right, 1 wrong,
2 tie, 3 unparsed. A vote of place 0 that is right names the answer shown first; one of place 1 that is right, the second.
"""

from __future__ import annotations

from collections.abc import Callable
from math import erfc, sqrt

import numpy as np
from numpy.typing import NDArray

from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import (
    Groups,
    among,
    difference_of_shares,
    exact_sum,
    group_sums,
    mean_difference,
    share,
)

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

RIGHT, WRONG, TIE, UNPARSED = range(4)


def _both(counts: Counts, kinds: int, groups: Groups | None) -> tuple[Array, Array, Groups | None]:
    """Shares of each kind in either order, shape ``(pairs, kinds)`` twice, of the pairs with votes in both."""
    taken = counts[:, :, :kinds].astype(np.float64)
    totals = taken.sum(axis=2)
    held = (totals > 0).all(axis=1)
    shares = taken[held] / totals[held][:, :, None]
    return shares[:, 0], shares[:, 1], among(held, groups)


def consistency(counts: Counts, groups: Groups | None = None) -> Estimate:
    """The chance that two votes, one drawn from each order, prefer the same response.

    A tie or an unparsed vote prefers neither. Over the pairs that were asked in both orders; ``n`` counts them. For a pair
    it is ``(r0 r1 + w0 w1) / (t0 t1)`` with right, wrong and all votes of either order: unbiased, whatever the
    number of votes, for the judge's own chance of agreeing with itself when the answers are swapped.
    """
    first, second, held = _both(counts, 4, groups)
    return share((first[:, :2] * second[:, :2]).sum(axis=1), groups=held)


def both_orders_right(counts: Counts, groups: Groups | None = None) -> Estimate:
    """The chance that two votes, one drawn from each order, are both right: ``r0 r1 / (t0 t1)``. Else as :func:`consistency`."""
    first, second, held = _both(counts, 4, groups)
    return share(first[:, RIGHT] * second[:, RIGHT], groups=held)


def position_consistency(counts: Counts, groups: Groups | None = None) -> Estimate:
    """The chance that two parsed votes, one drawn from each order, say the same: one response, or both a tie.

    With one vote an order this is the share of consistent pairs of "Judging the judges", which leaves unparsed votes out.

    Source:
        L. Shi et al., arXiv 2406.07791.
    """
    first, second, held = _both(counts, 3, groups)
    return share((first * second).sum(axis=1), groups=held)


def preference_fairness(counts: Counts, groups: Groups | None = None) -> Estimate:
    """Which way inconsistent answers lean: above 0 towards the answer shown second, below 0 towards the first.

    The chance that two parsed votes, one drawn from each order, both favour the second place (one of them may be a tie),
    minus the chance that both favour the first. In [-1, 1]; 0 is fair, and so is a judge that is always consistent.
    With one vote an order, "Judging the judges" scales ``recency count x recency share - primacy count x primacy share`` to
    this very number: ``(r^2 - p^2) / (r + p) = r - p``.

    Source:
        L. Shi et al., arXiv 2406.07791, preference fairness.
    """
    first, second, held = _both(counts, 3, groups)
    # Named by place: in the first order the better response stands first, so right is "first"; in the second it is "second".
    said_first, said_second = (first[:, RIGHT], second[:, WRONG]), (first[:, WRONG], second[:, RIGHT])
    ties = first[:, TIE], second[:, TIE]

    def both(said: tuple[Array, Array]) -> Array:
        return said[0] * said[1] + said[0] * ties[1] + ties[0] * said[1]

    return mean_difference(both(said_second) - both(said_first), held)


def repetition_stability(counts: Counts, groups: Groups | None = None) -> Estimate:
    """Of the parsed votes of a pair in one order, the share that is the most frequent one; mean over pairs and orders.

    Over pairs and orders with at least two parsed votes. As "Judging the judges" defines it, this depends on how often the
    judge was asked: two votes cannot give less than 1/2. :func:`repeat_agreement` does not.

    Source:
        L. Shi et al., arXiv 2406.07791, repetition stability.
    """
    return _repeated(counts, lambda said, totals: (said.max(axis=2), totals), groups)


def repeat_agreement(counts: Counts, groups: Groups | None = None) -> Estimate:
    """The chance that two different parsed votes of a pair in the same order say the same; free of the number of votes.

    Held against :func:`position_consistency` it tells noise from position: without position bias the two are equal.
    """
    return _repeated(counts, lambda said, totals: ((said * (said - 1)).sum(axis=2), totals * (totals - 1)), groups)


def _repeated(counts: Counts, ratio: Callable[[Array, Array], tuple[Array, Array]], groups: Groups | None) -> Estimate:
    """The mean over pairs, and over their orders with two parsed votes, of a ratio of the votes of each kind and of all."""
    said = counts[:, :, :3].astype(np.float64)
    totals = said.sum(axis=2)
    repeated = totals > 1
    values = np.divide(*ratio(said, totals), out=np.zeros_like(totals), where=repeated)
    held = repeated.any(axis=1)
    means = values.sum(axis=1)[held] / repeated.sum(axis=1)[held]
    return share(means, groups=among(held, groups))


def position_effect(counts: Counts, groups: Groups | None = None) -> Estimate:
    """Accuracy of verdicts where the better response was shown first, minus that where it was shown second; in [-1, 1].

    Both are shares of verdicts for one of the responses, so that it makes no difference how often the better one stood
    first: a judge without position bias has 0, be it good or bad. The interval has a width at a perfect judge.
    """
    verdicts = counts[:, :, : WRONG + 1].sum(axis=2)
    right = counts[:, :, RIGHT]
    return difference_of_shares((right[:, 0], right[:, 1]), (verdicts[:, 0], verdicts[:, 1]), groups)


def position_test(counts: Counts, groups: Groups | None = None) -> float:
    """Two-sided p value of a position effect of 0: a score test, with the accuracy pooled over both places.

    The standard error is the linearised one with pairs (or groups) as units. 1 where nothing varies or one place is missing.
    """
    verdicts = counts[:, :, : WRONG + 1].sum(axis=2).astype(np.float64)
    right = counts[:, :, RIGHT].astype(np.float64)
    totals = verdicts.sum(axis=0)
    if not (totals > 0).all():
        return 1.0
    pooled = right.sum() / totals.sum()
    effect = exact_sum(right[:, 0]) / totals[0] - exact_sum(right[:, 1]) / totals[1]
    error = (right - pooled * verdicts) / totals
    each = group_sums(error[:, 0] - error[:, 1], groups)
    variance = exact_sum(each**2)
    # The normal tail; unlike statistics.NormalDist's it does not round to 0 below 1e-16.
    return erfc(abs(effect) / sqrt(2 * variance)) if variance > 0 else 1.0


def expected_first_rate(counts: Counts) -> tuple[float, float] | None:
    """The share of verdicts for the answer shown first, and what it would be for a judge as accurate without position bias.

    Where the better response stands first in a share ``s`` of the verdicts, a judge that is right with chance ``a`` in
    either place, the mean of its accuracies, says "first" in ``a s + (1 - a)(1 - s)`` of them: no more than labels that were
    not shuffled. Both in [0, 1]; None where one place is missing.
    """
    verdicts = counts[:, :, : WRONG + 1].sum(axis=(0, 2)).astype(np.float64)
    if not (verdicts > 0).all():
        return None
    right = counts[:, :, RIGHT].sum(axis=0).astype(np.float64)
    stood = verdicts[0] / verdicts.sum()
    accuracy = float((right / verdicts).mean())
    seen = float((right[0] + verdicts[1] - right[1]) / verdicts.sum())
    return seen, float(accuracy * stood + (1 - accuracy) * (1 - stood))
