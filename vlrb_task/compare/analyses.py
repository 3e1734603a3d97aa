"""What a judge's votes hang on besides the truth: length, position, its own agreement, and the kind of error."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from vlrb_task.pairs.labels import NO_WORDS, Ints, Mask
from vlrb_task.scores import orders
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import share
from vlrb_task.scores.scored import Scored
from vlrb_task.votes import Run
from vlrb_task.votes.schema import NONE


@dataclass(frozen=True, slots=True)
class LengthPreference:
    """How a judge takes length, over the pairs whose responses differ in words.

    Attributes:
        prefers_longer: share of verdicts for the longer response.
        labels_longer: share of those pairs whose better response is the longer: what a perfect judge shows.
        right_if_longer, right_if_shorter: accuracy of verdicts where the better response is the longer, the shorter.
        odds_per_doubling: factor on the odds of preferring a response when it is twice as long as the other and the
            label stays the same; 1 is no preference. None where a fit is impossible (a judge that is never wrong).
    """

    prefers_longer: Estimate
    labels_longer: Estimate
    right_if_longer: Estimate
    right_if_shorter: Estimate
    odds_per_doubling: tuple[float, float, float] | None

    def to_dict(self) -> dict[str, Any]:
        odds = self.odds_per_doubling
        return {
            "prefers_longer": self.prefers_longer.to_dict(),
            "labels_longer": self.labels_longer.to_dict(),
            "right_if_longer": self.right_if_longer.to_dict(),
            "right_if_shorter": self.right_if_shorter.to_dict(),
            "odds_per_doubling": None if odds is None else dict(zip(("value", "low", "high"), odds, strict=True)),
        }


def length_preference(run: Run) -> LengthPreference | None:
    """See :class:`LengthPreference`; None where the lengths are not known, or no pair's differ."""
    labels, votes = run.labels, run.votes
    known = (labels.words != NO_WORDS).all(axis=1)
    uneven = known & (labels.words[:, 0] != labels.words[:, 1]) & ~labels.tied
    if not uneven.any():
        return None
    longer = np.where(labels.words[:, 0] > labels.words[:, 1], 0, 1)
    cast = votes.choice != NONE
    totals = run.count(cast)
    named = run.count(cast & (votes.choice == longer[votes.pair]))
    better_longer = labels.better == longer

    def ratio(of: Ints, where: Mask) -> Estimate:
        return share(of[where], totals[where])

    return LengthPreference(
        ratio(named, uneven),
        share(better_longer[uneven].astype(float)),
        ratio(run.right, uneven & better_longer),
        ratio(run.right, uneven & ~better_longer),
        _odds_per_doubling(run, uneven),
    )


def _odds_per_doubling(run: Run, uneven: Mask) -> tuple[float, float, float] | None:
    """Logistic regression of the vote on the label and the log of the lengths' ratio (statsmodels), pairs as clusters.

    Both regressors change sign with the naming of the responses, so that there is no intercept.

    Returns:
        ``(odds ratio, low, high)``, or None.
    """
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationError, PerfectSeparationWarning

    votes, labels = run.votes, run.labels
    rows = np.flatnonzero((votes.choice != NONE) & uneven[votes.pair])
    if rows.size < 20:
        return None
    pair = votes.pair[rows]
    cluster = (np.cumsum(uneven) - 1)[pair]
    words = labels.words[pair].astype(float)
    label = np.where(labels.better[pair] == 0, 1.0, -1.0)
    ratio = np.log2((words[:, 0] + 1) / (words[:, 1] + 1))
    y = (votes.choice[rows] == 0).astype(float)
    # Which response is called 0 is a matter of the row; flipping every second pair's names keeps both outcomes present.
    flip = np.where(cluster % 2 == 0, 1.0, -1.0)
    y = np.where(flip > 0, y, 1 - y)
    design = np.column_stack([label * flip, ratio * flip])
    if np.linalg.matrix_rank(design) < 2 or np.unique(y).size < 2:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        warnings.simplefilter("error", PerfectSeparationWarning)
        warnings.simplefilter("error", RuntimeWarning)
        try:
            fit = sm.Logit(y, design).fit(disp=0, cov_type="cluster", cov_kwds={"groups": cluster})
            value, (low, high) = float(fit.params[1]), fit.conf_int()[1]
        except (
            ConvergenceWarning,
            PerfectSeparationWarning,
            PerfectSeparationError,
            RuntimeWarning,
            np.linalg.LinAlgError,
        ):
            return None
    odds = [math.exp(x) if abs(x) < 50 else math.inf for x in (value, float(low), float(high))]
    return (odds[0], odds[1], odds[2]) if all(map(math.isfinite, odds)) else None


@dataclass(frozen=True, slots=True)
class PositionAnalysis:
    """What the place of the answers does to a judge's verdicts.

    Attributes:
        right_if_first, right_if_second: accuracy of verdicts where the better response was shown first, second.
        effect: the first minus the second, in [-1, 1]; 0 for a judge without position bias.
        p: two-sided, of an effect of 0.
        agreement: position consistency, preference fairness, repetition stability and repeat agreement as
            :mod:`vlrb_task.scores.orders` defines them, those that the votes allow.
    """

    right_if_first: Estimate
    right_if_second: Estimate
    effect: Estimate
    p: float
    agreement: Mapping[str, Estimate]

    def to_dict(self) -> dict[str, Any]:
        return {
            "right_if_first": self.right_if_first.to_dict(),
            "right_if_second": self.right_if_second.to_dict(),
            "effect": self.effect.to_dict(),
            "p": self.p,
            **{name: found.to_dict() for name, found in self.agreement.items()},
        }


_AGREEMENT = (
    orders.position_consistency,
    orders.preference_fairness,
    orders.repetition_stability,
    orders.repeat_agreement,
)


def position_analysis(scored: Scored) -> PositionAnalysis | None:
    """See :class:`PositionAnalysis`; None where the better response never stood first, or never second."""
    counts = scored.by_order
    verdicts, right = counts[:, :, : orders.WRONG + 1].sum(axis=2), counts[:, :, orders.RIGHT]
    if not verdicts.sum(axis=0).all():
        return None
    agreement = {} if scored.stopped else {measure.__name__: measure(counts, scored.groups) for measure in _AGREEMENT}
    return PositionAnalysis(
        share(right[:, 0], verdicts[:, 0], scored.groups),
        share(right[:, 1], verdicts[:, 1], scored.groups),
        orders.position_effect(counts, scored.groups),
        orders.position_test(counts, scored.groups),
        {name: found for name, found in agreement.items() if found.value is not None},
    )


@dataclass(frozen=True, slots=True)
class Selected:
    """The pairs whose votes agree at least so much, judged by their majority.

    Attributes:
        agreement: the least share of a pair's votes (unparsed ones and ties among them) that name one response.
        coverage: share of all pairs that are kept.
        accuracy: of the majority on those kept.
    """

    agreement: float
    coverage: float
    accuracy: Estimate

    def to_dict(self) -> dict[str, Any]:
        return {"agreement": self.agreement, "coverage": self.coverage, "accuracy": self.accuracy.to_dict()}


def selective(run: Run) -> list[Selected]:
    """The curve from all pairs with a majority to those with full agreement: what a data pipeline can keep.

    Empty where most pairs have a single vote.
    """
    pairs = len(run.labels)
    if (run.total > 1).sum() <= pairs / 2:
        return []
    decided = run.right != run.wrong
    agreement = (np.maximum(run.right, run.wrong) / run.total)[decided]
    right = (run.right > run.wrong)[decided].astype(float)
    return [
        Selected(float(level), int((agreement >= level).sum()) / pairs, share(right[agreement >= level]))
        for level in np.unique(agreement)
    ]
