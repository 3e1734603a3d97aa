"""What a judge's probabilities say once both orders are averaged, and what its votes say in either order as they are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vlrb_task.scores import orders
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import share
from vlrb_task.scores.policies import outcomes
from vlrb_task.scores.scored import Scored


def right_averaged(scored: Scored) -> Estimate | None:
    """Score by the sign of the mean of the two orders' mean logits, over the pairs that were asked in both.

    With logits ``m + b`` where the better response is shown first and ``m - b`` where it is shown second, ``b`` being what the
    place adds, the mean is ``m``. A mean of exactly 0 is half right. A pair without a probability in one of the orders is an
    unparsed vote of the policy.
    """
    total, count = scored.logits
    asked = (scored.by_order.sum(axis=2) > 0).all(axis=1)
    if scored.stopped or not (asked & (count > 0).all(axis=1)).any():
        return None
    known = (count[asked] > 0).all(axis=1)
    mean = np.divide(total[asked], count[asked], out=np.zeros((known.size, 2)), where=count[asked] > 0).sum(axis=1)
    right, wrong = ((2 * (side > 0) + (side == 0)) * known for side in (mean, -mean))
    values = outcomes(right, wrong, 2 * ~known, scored.policy)
    held = ~np.isnan(values)
    return share(values[held], groups=None if scored.groups is None else scored.groups[asked][held])


def right_in(place: int) -> Callable[[Scored], Estimate | None]:
    """Accuracy of the single votes that showed the better response in one place; only of a judge with probabilities."""

    def compute(scored: Scored) -> Estimate | None:
        if not scored.logits[1].any():
            return None
        votes = scored.by_order[:, place]
        asked = votes.sum(axis=1) > 0
        groups = None if scored.groups is None else scored.groups[asked]
        return share(votes[asked, orders.RIGHT], votes[asked].sum(axis=1), groups) if asked.any() else None

    return compute
