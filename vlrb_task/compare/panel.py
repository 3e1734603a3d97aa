"""Panels: the majority of several judges, what one more judge adds, weighted votes, and a cheap judge before a strong one.

All from logs; nothing is asked. ``scores`` are judges' outcomes on common pairs: 1, one half or 0, NaN where a judge has
none, shape ``(judges, pairs)``. An even or missing outcome is no vote for either response.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from vlrb_task.compare.analyses import between_judges, fleiss
from vlrb_task.compare.basis import Basis
from vlrb_task.compare.paired import outcomes_of
from vlrb_task.scores.calibration import confidence
from vlrb_task.scores.estimates import BESIDE, Estimate, Record
from vlrb_task.scores.intervals import Groups, mean_difference, share
from vlrb_task.scores.scored import Scored
from vlrb_task.support.errors import DataError, UnknownName

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLDS = 5
STEPS = 10
"""Of the share of pairs that a cascade's strong judge is asked about."""
MOST_JUDGES = 12
"""All panels of so many judges are counted: 4,095 of them."""


@dataclass(frozen=True, slots=True)
class Chosen(Record):
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


@dataclass(frozen=True, slots=True)
class Member(Record):
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


@dataclass(frozen=True, slots=True)
class Panel(Record):
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


def votes_of(scores: Array) -> Array:
    """Each judge's vote: 1 for the better response, -1 for the other, 0 for neither."""
    votes: Array = np.sign(np.nan_to_num(2 * scores - 1))
    return votes


def outcome(votes: Array, weights: Array | None = None) -> Array:
    """The panel's score on each pair, 1, 0, or one half where its votes are even, from those of shape ``(members, pairs)``.

    Weights are of each member, ``(members,)``, or of each on each pair; by default all count alike.
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
    fitted = {fold: log_odds(votes[:, folds != fold]) for fold in np.unique(folds).tolist()}
    weighted = outcome(votes, np.stack([fitted[fold] for fold in folds.tolist()], axis=1))
    panels = {
        members: outcome(votes[list(members)])
        for size in range(1, len(names) + 1)
        for members in combinations(range(len(names)), size)
    }
    majority = panels[tuple(range(len(names)))]
    return Panel(
        tuple(
            Member(
                name,
                share(panels[at,], groups=groups),
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
class Step(Record):
    """A cascade that asks the strong judge about one share of the pairs.

    Attributes:
        share: of the pairs that the strong judge is asked about, those where the cheap one is least sure.
        accuracy: of the two together.
        cost: a pair, in the unit of the costs.
    """

    share: float
    accuracy: Estimate
    cost: float


def cascade(
    cheap: Array, sure: Array, strong: Array, costs: tuple[float, float], groups: Groups | None = None
) -> list[Step]:
    """The cheap judge first, the strong one where the cheap one is unsure: accuracy against cost, in :data:`STEPS`.

    Pairs of equal confidence are asked in the mean: each counts as the share of them that is. ``cheap`` and ``strong`` are
    outcomes in [0, 1], ``sure`` is on any scale, all of shape ``(pairs,)``; ``costs`` are of one pair, in the same order.
    """
    n = sure.size
    _, at, counts = np.unique(sure, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    found = []
    for step in range(STEPS + 1):
        part = np.clip((n * step / STEPS - (ends - counts)) / counts, 0.0, 1.0)[at.reshape(-1)]
        accuracy = share(part * strong + (1 - part) * cheap, groups=groups)
        found.append(Step(step / STEPS, accuracy, costs[0] + costs[1] * step / STEPS))
    return found


@dataclass(frozen=True, slots=True)
class Cascade(Record):
    """A cheap judge before a strong one.

    Attributes:
        cheap: who is asked about all pairs.
        strong: who is asked about some.
        steps: from none of the pairs to all.
    """

    cheap: str
    strong: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class JudgePanel(Record):
    """Several judges' logs as a panel.

    Attributes:
        line: on which pairs.
        panel: what they are together.
        costs: of a pair, by judge.
        fleiss_kappa: of their majorities; None where it is undefined.
        krippendorff_alpha: of the same, pairs without some judge's majority included.
        cascade: None where no judge can be unsure.
        notes: what must be known.
    """

    line: str
    panel: Panel = field(metadata=BESIDE)
    costs: Mapping[str, float]
    fleiss_kappa: float | None
    krippendorff_alpha: float | None
    cascade: Cascade | None
    notes: tuple[str, ...]


def panel_of(
    basis: Basis, costs: Mapping[str, float], cheap: str | None = None, strong: str | None = None
) -> JudgePanel:
    """Judges as a panel, on their common pairs.

    Args:
        basis: of two to twelve judges; under its policy each judge's vote is its outcome on a pair.
        costs: of a pair, by the judge's name; of the others their votes a pair.
        cheap: the first judge of the cascade, if not the cheapest that has confidences.
        strong: the second, if not the most accurate other.

    Raises:
        DataError: too few or too many judges.
        UnknownName: a name that no judge has.
    """
    for name in (*costs, *(one for one in (cheap, strong) if one is not None)):
        if name not in basis.names:
            raise UnknownName(f"no judge {name!r}: use one of {', '.join(basis.names)}")
    judges = {name: Scored(run, basis.policy) for name, run in zip(basis.names, basis.runs, strict=True)}
    scores, groups = outcomes_of(basis), judges[basis.names[0]].groups
    labels = basis.runs[0].labels
    named = [labels.group.names[code] for code in labels.group.codes.tolist()]
    folds = folds_of([group or key for group, key in zip(named, labels.keys.to_pylist(), strict=True)])
    found = panel(basis.names, scores, folds, groups)
    every = {name: costs.get(name, float(one.run.total.mean())) for name, one in judges.items()}
    # Who can be unsure: judges with a confidence about every pair.
    sure = {name: known[1] for name, one in judges.items() if (known := one.confidences) and known[2].all()}
    sure.pop(strong or "", None)
    steps, notes = None, []
    if cheap in sure or (sure and cheap is None):
        first = cheap or min(sure, key=lambda name: every[name])
        others = [member for member in found.members if member.name != first]
        second = strong or max(others, key=lambda member: member.alone.value or 0.0).name
        first_scores, second_scores = (
            np.nan_to_num(scores[basis.names.index(name)], nan=0.5) for name in (first, second)
        )
        level, prices = confidence(sure[first])[0], (every[first], every[second])
        steps = Cascade(first, second, tuple(cascade(first_scores, level, second_scores, prices, groups=groups)))
    elif cheap is not None:
        notes = [f"no cascade: {cheap} has no confidences (votes a pair, probabilities or rewards)"]
    else:
        notes = ["no cascade: no judge has confidences (several votes a pair, probabilities or rewards)"]
    kappa, alpha = fleiss(basis), between_judges(basis)
    return JudgePanel(basis.line, found, every, kappa, alpha, steps, (*basis.remarks, *notes))
