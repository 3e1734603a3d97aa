"""Panels: the majority of several judges, what one more judge adds, weighted votes, and a cheap judge before a strong one.

All from logs; nothing is asked. ``scores`` are judges' outcomes on common pairs: 1, one half or 0, NaN where a judge has
none, shape ``(judges, pairs)``. An even or missing outcome is no vote for either response.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import Groups, mean_difference, share
from vlrb_task.support.errors import DataError

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLDS = 5
MOST_JUDGES = 12
"""All panels of so many judges are counted: 4,095 of them."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The best panel of one size.

    Attributes:
        size: how many judges.
        members: the panel that is best on all pairs, by the judges' names.
        accuracy: of the best panel of that size, chosen on the other folds of the pairs than those it is scored on: what a
            panel that is chosen so can be expected to do.
        in_sample: accuracy of ``members`` on the pairs that they were chosen on; too good by the choice.
        gain: ``accuracy`` less that of the size before, on the same pairs.
        mean: accuracy of all panels of that size, their mean: of a panel that is not chosen.
    """

    size: int
    members: tuple[str, ...]
    accuracy: Estimate
    in_sample: float
    gain: Estimate | None
    mean: float

    def to_dict(self) -> dict[str, Any]:
        return {
            "size": self.size,
            "members": list(self.members),
            "accuracy": self.accuracy.to_dict(),
            "in_sample": self.in_sample,
            "gain": None if self.gain is None else self.gain.to_dict(),
            "mean": self.mean,
        }


@dataclass(frozen=True, slots=True)
class Member:
    """What a judge is to the panel.

    Attributes:
        name: the judge's.
        alone: its accuracy.
        adds: what it adds to a panel of the others, mean over all of them: the gain of one more judge.
        weight: log odds of its accuracy, the weight of its vote, mean over the folds.
    """

    name: str
    alone: Estimate
    adds: float
    weight: float

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "alone": self.alone.to_dict(), "adds": self.adds, "weight": self.weight}


@dataclass(frozen=True, slots=True)
class Panel:
    """Several judges together.

    Attributes:
        members: each judge.
        majority: accuracy of the majority of all.
        weighted: of the weighted vote, its weights fitted on the other folds than the pair's.
        weighted_gain: ``weighted`` less ``majority``.
        sizes: the best panel of each size.
    """

    members: tuple[Member, ...]
    majority: Estimate
    weighted: Estimate
    weighted_gain: Estimate
    sizes: tuple[Chosen, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "members": [member.to_dict() for member in self.members],
            "majority": self.majority.to_dict(),
            "weighted": self.weighted.to_dict(),
            "weighted_gain": self.weighted_gain.to_dict(),
            "sizes": [chosen.to_dict() for chosen in self.sizes],
        }


def votes_of(scores: Array) -> Array:
    """Each judge's vote: 1 for the better response, -1 for the other, 0 for neither."""
    votes: Array = np.sign(np.nan_to_num(2 * scores - 1))
    return votes


def outcome(votes: Array, weights: Array | None = None) -> Array:
    """The panel's score on each pair: 1, 0, or one half where its votes are even.

    Args:
        votes: of its members, shape ``(members, pairs)``.
        weights: of each member (``(members,)``), or of each on each pair; by default all count alike.
    """
    sums = votes.sum(axis=0) if weights is None else (np.reshape(weights, (len(votes), -1)) * votes).sum(axis=0)
    scores: Array = (np.sign(np.round(sums, 12)) + 1) / 2
    return scores


def folds_of(names: Sequence[str]) -> Ints:
    """A fold of each pair, 0 to :data:`FOLDS` - 1, from the name of its group or its key: the same ones every time."""
    return np.array([zlib.crc32(name.encode()) % FOLDS for name in names], dtype=np.int64)


def log_odds(votes: Array) -> Array:
    """Weights of independent judges: log odds of being right among the pairs with a vote, half a pair added to each side.

    Source:
        S. Nitzan and J. Paroush, Int. Econ. Rev. 23 (1982) 289-297.
    """
    right, wrong = (votes > 0).sum(axis=1), (votes < 0).sum(axis=1)
    weights: Array = np.log((right + 0.5) / (wrong + 0.5))
    return weights


def panel(names: Sequence[str], scores: Array, folds: Ints, groups: Groups | None = None) -> Panel:
    """Everything about several judges as a panel.

    Args:
        names: the judges'.
        scores: their outcomes, shape ``(judges, pairs)``.
        folds: of each pair; pairs of one group in one fold. Weights and choices are made on the folds that a pair is not in.
        groups: pairs that belong together vary as one.

    Raises:
        DataError: fewer than two judges, or more than :data:`MOST_JUDGES`.
    """
    if not 2 <= len(names) <= MOST_JUDGES:
        raise DataError(f"a panel is of 2 to {MOST_JUDGES} judges, not {len(names)}")
    votes = votes_of(scores)
    majority = outcome(votes)
    fitted = {fold: log_odds(votes[:, folds != fold]) for fold in np.unique(folds).tolist()}
    weighted = outcome(votes, np.stack([fitted[fold] for fold in folds.tolist()], axis=1))
    panels = {
        members: outcome(votes[list(members)])
        for size in range(1, len(names) + 1)
        for members in combinations(range(len(names)), size)
    }
    return Panel(
        tuple(
            Member(
                name,
                share(outcome(votes[at : at + 1]), groups=groups),
                _adds(at, panels),
                float(np.mean([weights[at] for weights in fitted.values()])),
            )
            for at, name in enumerate(names)
        ),
        share(majority, groups=groups),
        share(weighted, groups=groups),
        mean_difference(weighted - majority, groups),
        tuple(_sizes(names, panels, folds, groups)),
    )


def _adds(at: int, panels: dict[tuple[int, ...], Array]) -> float:
    gains = [
        float(panels[tuple(sorted((*members, at)))].mean() - found.mean())
        for members, found in panels.items()
        if at not in members
    ]
    return float(np.mean(gains))


def _sizes(
    names: Sequence[str], panels: dict[tuple[int, ...], Array], folds: Ints, groups: Groups | None
) -> list[Chosen]:
    found: list[Chosen] = []
    before: Array | None = None
    for size in range(1, len(names) + 1):
        members = [one for one in panels if len(one) == size]
        table = np.stack([panels[one] for one in members])
        held_out = np.zeros(folds.size)
        for fold in np.unique(folds):
            elsewhere = folds != fold
            best = int(np.argmax(table[:, elsewhere].mean(axis=1))) if elsewhere.any() else 0
            held_out[~elsewhere] = table[best, ~elsewhere]
        means = table.mean(axis=1)
        at = int(np.argmax(means))
        gain = None if before is None else mean_difference(held_out - before, groups)
        chosen = tuple(names[i] for i in members[at])
        accuracy = share(held_out, groups=groups)
        found.append(Chosen(size, chosen, accuracy, float(means[at]), gain, float(means.mean())))
        before = held_out
    return found


@dataclass(frozen=True, slots=True)
class Step:
    """A cascade that asks the strong judge about one share of the pairs.

    Attributes:
        share: of the pairs that the strong judge is asked about, those where the cheap one is least sure.
        accuracy: of the two together.
        cost: a pair, in the unit of the costs.
    """

    share: float
    accuracy: Estimate
    cost: float

    def to_dict(self) -> dict[str, Any]:
        return {"share": self.share, "accuracy": self.accuracy.to_dict(), "cost": self.cost}


def cascade(
    cheap: Array, sure: Array, strong: Array, costs: tuple[float, float], steps: int = 10, groups: Groups | None = None
) -> list[Step]:
    """The cheap judge first, the strong one where the cheap one is unsure: accuracy against cost.

    Pairs of equal confidence are asked in the mean: each counts as the share of them that is.

    Args:
        cheap: outcomes of the cheap judge, in [0, 1], shape ``(pairs,)``.
        sure: how sure it is, on any scale.
        strong: outcomes of the strong judge.
        costs: of one pair, of the cheap judge and of the strong one.
        steps: parts of equal size.
        groups: pairs that belong together vary as one.
    """
    n = sure.size
    _, at, counts = np.unique(sure, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    found = []
    for number in range(steps + 1):
        asked = n * number / steps
        part = np.clip((asked - (ends - counts)) / counts, 0.0, 1.0)[at.reshape(-1)]
        scores = part * strong + (1 - part) * cheap
        accuracy = share(scores, groups=groups)
        found.append(Step(number / steps, accuracy, costs[0] + costs[1] * number / steps))
    return found
