"""Rows of the table of statistics: how a judge answers, in either order and asked often. A docstring is a row's definition."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vlrb_task.pairs.labels import Ints
from vlrb_task.scores import orders
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import Groups, among, share
from vlrb_task.scores.policies import Policy, outcomes
from vlrb_task.scores.rows import RATIO, statistic
from vlrb_task.scores.scored import Scored
from vlrb_task.votes.schema import NONE

_BOTH = "fraction; n = pairs asked in both orders; none for a run that stopped when pairs were decided"


@statistic("rate", "parsed", "fraction; n = votes", RATIO, "scores markdown latex csv")
def parsed_rate(scored: Scored) -> Estimate:
    """votes that were read, ties among them, of all votes"""
    run = scored.run
    return share(run.total - run.unparsed, run.total, scored.groups)


@statistic("rate", "ties", "fraction; n = votes", RATIO)
def tie_rate(scored: Scored) -> Estimate:
    """votes that were read and prefer neither response, equal ratings among them, of all votes"""
    votes = scored.run.votes
    ties = scored.run.count((votes.choice == NONE) & (votes.reason == NONE))
    return share(ties, scored.run.total, scored.groups)


@statistic("rate", "kept", "fraction; n = pairs with a vote", "Wilson", "csv")
def kept_rate(scored: Scored) -> Estimate | None:
    """under `official`: pairs that the policy keeps, of those with a vote; the accuracies are over these"""
    return share(~np.isnan(scored.values), groups=scored.groups) if scored.policy is Policy.OFFICIAL else None


@statistic("rate", "coverage", "fraction; n = pairs", "Wilson", "scores markdown csv")
def coverage(scored: Scored) -> Estimate:
    """share of the pairs with a vote for which `r != w`"""
    return share(~np.isnan(scored.run.choice), groups=scored.groups)


@statistic(
    "rate",
    "first position",
    "fraction; 1/2 for a judge without position bias on shuffled labels; n = verdicts",
    "as `parsed_rate`",
    "scores csv",
)
def first_rate(scored: Scored) -> Estimate | None:
    """verdicts for the answer shown first, of the verdicts first or second; none for pointwise judges"""
    run = scored.run
    if not run.ordered.any():
        return None
    return share(run.count(run.cast & (run.votes.choice == run.votes.first)), run.count(run.cast), scored.groups)


def _of_orders(scored: Scored, measure: Callable[[Ints, Groups | None], Estimate]) -> Estimate | None:
    """A measure of agreement between orders: None where no pair was asked in both, or the run stopped."""
    found = None if scored.stopped else measure(scored.by_order, scored.groups)
    return None if found is None or found.value is None else found


@statistic("rate", "consistent in both orders", _BOTH, RATIO, "scores csv")
def consistency(scored: Scored) -> Estimate | None:
    """chance that two votes, one drawn from each order, prefer the same response: mean over pairs of
    `(r1 r2 + w1 w2) / (t1 t2)`, with the votes of either order. It does not depend on how often the judge was asked
    """
    return _of_orders(scored, orders.consistency)


@statistic("rate", "right in both orders", f"{_BOTH}; at most `consistency`", RATIO, "csv")
def both_orders_right(scored: Scored) -> Estimate | None:
    """chance that two votes, one drawn from each order, are both right: mean of `r1 r2 / (t1 t2)`"""
    return _of_orders(scored, orders.both_orders_right)


@statistic("rate", "right by averaged logits", _BOTH, "as `overall`", "csv")
def right_averaged(scored: Scored) -> Estimate | None:
    """where votes have probabilities: score of the pairs by the sign of the mean logit of both orders, in which a lean
    towards one place cancels. Exactly equal responses are half right; a pair without a probability in one of the orders
    is an unparsed vote of the policy
    """
    # With logits m + b where the better response is shown first and m - b where it is shown second, b being what the place
    # adds, the mean is m.
    total, count = scored.logits
    asked = (scored.by_order.sum(axis=2) > 0).all(axis=1)
    if scored.stopped or not (asked & (count > 0).all(axis=1)).any():
        return None
    known = (count[asked] > 0).all(axis=1)
    mean = np.divide(total[asked], count[asked], out=np.zeros((known.size, 2)), where=count[asked] > 0).sum(axis=1)
    right, wrong = ((2 * (side > 0) + (side == 0)) * known for side in (mean, -mean))
    values = outcomes(right, wrong, 2 * ~known, scored.policy)
    return share(values, groups=among(asked, scored.groups), where=~np.isnan(values))


def _right_in(scored: Scored, place: int) -> Estimate | None:
    """Accuracy of the single votes that showed the better response in one place; only of a judge with probabilities."""
    votes = scored.by_order[:, place]
    asked = votes.sum(axis=1) > 0
    if not scored.logits[1].any() or not asked.any():
        return None
    return share(votes[:, orders.RIGHT], votes.sum(axis=1), scored.groups, asked)


@statistic("rate", "right where the better one is shown first", "fraction; n = votes", RATIO, "csv")
def right_better_first(scored: Scored) -> Estimate | None:
    """where votes have probabilities: right votes of those that showed the better response first, as they are, not averaged"""
    return _right_in(scored, 0)


@statistic("rate", "where it is shown second", "fraction; n = votes", RATIO, "csv")
def right_better_second(scored: Scored) -> Estimate | None:
    """the same of the votes that showed it second"""
    return _right_in(scored, 1)


@statistic(
    "curve", "accuracy at k", "fraction; none for a run that stopped when pairs were decided", "under `at_k_estimates`"
)
def at_k(scored: Scored) -> dict[int, float] | None:
    """for odd k: expected accuracy of the majority of k votes drawn from each pair's without replacement, in the orders
    in which k votes would have been asked (ceil(k/2) in one order and floor(k/2) in the other where orders alternate).
    Exact, nothing is drawn; over the pairs with enough votes for the largest k, the same for every k; under `official`
    divided by the mean probability of not being dropped
    """
    found = scored.at_k
    values = {} if found is None else {k: found.accuracy(k).value for k in found.sizes}
    return {k: value for k, value in values.items() if value is not None} or None


@statistic("groups", "accuracy at k", "fraction; n = the same pairs for every k", RATIO)
def at_k_estimates(scored: Scored) -> dict[str, Estimate]:
    """`at_k` with intervals"""
    found = scored.at_k
    return {} if found is None else {str(k): found.accuracy(k, scored.groups) for k in found.sizes}


@statistic(
    "groups",
    "gain over one vote",
    "-1 to 1; n = those pairs",
    "Tango (1998) at the effective size of [intervals](#intervals)",
)
def at_k_gain(scored: Scored) -> dict[str, Estimate]:
    """what k votes gain over one on the same pairs"""
    found = scored.at_k
    return {} if found is None else {str(k): found.gain(k, 1, scored.groups) for k in found.sizes if k > 1}
