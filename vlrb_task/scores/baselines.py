"""Blind baselines: rules that never look at the picture, on the same pairs and orders as a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from vlrb_task.pairs.labels import Labels
from vlrb_task.pairs.pair import order_subsets
from vlrb_task.scores.estimates import BESIDE, Estimate, Record
from vlrb_task.scores.intervals import Groups, macro, share, split
from vlrb_task.scores.policies import Policy, Values, outcomes
from vlrb_task.scores.scored import Scored
from vlrb_task.votes.table import Run


@dataclass(frozen=True, slots=True)
class Baseline(Record):
    """What a blind rule scores on the same ballots."""

    name: str
    overall: Estimate
    macro: Estimate
    by_subset: Mapping[str, Estimate] = field(metadata=BESIDE)


def baselines(run: Run, policy: Policy = Policy.STRICT) -> list[Baseline]:
    """The rules first, second, longer, shorter and random on the run's own pairs and orders, without pairs
    that the policy drops for the run.

    ``first`` and ``second`` are left out where votes have no order, the two length rules where the lengths are not
    known. Equal lengths count one half, and so does every pair for ``random``: expectations, nothing is drawn.
    """
    scored = Scored(run, policy)
    kept = ~np.isnan(scored.values)
    found = rules(run, policy).items()
    return [_baseline(name, run, np.where(kept, values, np.nan), scored.groups) for name, values in found]


def rules(run: Run, policy: Policy) -> dict[str, Values]:
    """What each rule scores on each pair; NaN where the policy drops it."""
    found: dict[str, Values] = {}
    if run.ordered.all():
        better_first = run.count(run.votes.first == run.better)
        better_second, none = run.total - better_first, np.zeros_like(better_first)
        found["first"] = outcomes(better_first, better_second, none, policy)
        found["second"] = outcomes(better_second, better_first, none, policy)
    if run.labels.has_words:
        found["longer"] = (longer(run.labels) + 1) / 2
        found["shorter"] = 1 - found["longer"]
    return found | {"random": np.full(len(run.labels), 0.5)}


def longer(labels: Labels) -> Values:
    """Whether the better response has more words than the other (1), as many (0) or fewer (-1).

    Where the label is a tie, a rule that prefers an answer is wrong, and equal lengths are no tie that it would say: such
    pairs count one half, as equal lengths do.
    """
    rows, better = np.arange(len(labels)), np.where(labels.tied, 0, labels.better)
    more = labels.words[rows, better] - labels.words[rows, 1 - better]
    return np.where(labels.tied, 0.0, np.sign(more.astype(np.float64)))


def _baseline(name: str, run: Run, values: Values, groups: Groups | None) -> Baseline:
    subset, held = run.labels.subset, ~np.isnan(values)
    pairs = {one: held & subset.where(one) for one in order_subsets({*run.subset_sizes, *subset.counts()})}
    return Baseline(
        name,
        share(values, groups=groups, where=held),
        macro(split(pairs, values), split(pairs, groups)),
        {one: share(values, groups=groups, where=which) for one, which in pairs.items()},
    )
