"""What a judge's votes hang on besides the truth: length, position, its own agreement, and the kind of error."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from vlrb_task.pairs.labels import NO_WORDS, Ints, Mask
from vlrb_task.scores import orders
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import Groups, share
from vlrb_task.scores.scored import Scored
from vlrb_task.scores.style import LENGTH, differences, of_verdicts
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


def length_preference(run: Run, groups: Groups | None = None) -> LengthPreference | None:
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
        return share(of[where], totals[where], None if groups is None else np.asarray(groups)[where])

    return LengthPreference(
        ratio(named, uneven),
        share(better_longer[uneven].astype(float), groups=None if groups is None else np.asarray(groups)[uneven]),
        ratio(run.right, uneven & better_longer),
        ratio(run.right, uneven & ~better_longer),
        _odds_per_doubling(run, uneven, groups),
    )


def _odds_per_doubling(run: Run, uneven: Mask, groups: Groups | None) -> tuple[float, float, float] | None:
    """Of the length alone, see :mod:`vlrb_task.scores.style`, where it stands beside the other features."""
    longer = differences(run.labels, uneven).get(LENGTH)
    found = None if longer is None else of_verdicts(run, uneven, longer[:, None], groups)
    if found is None:
        return None
    value, low, high, _ = map(math.exp, found[1])
    return value, low, high


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


def selective(run: Run, groups: Groups | None = None) -> list[Selected]:
    """The curve from all pairs with a majority to those with full agreement: what a data pipeline can keep.

    Empty where most pairs have a single vote.
    """
    pairs = len(run.labels)
    if (run.total > 1).sum() <= pairs / 2:
        return []
    decided = run.right != run.wrong
    agreement = (np.maximum(run.right, run.wrong) / run.total)[decided]
    right = (run.right > run.wrong)[decided].astype(float)
    units = None if groups is None else np.asarray(groups)[decided]
    points = []
    for level in np.unique(agreement):
        held = agreement >= level
        kept = share(right[held], groups=None if units is None else units[held])
        points.append(Selected(float(level), int(held.sum()) / pairs, kept))
    return points
