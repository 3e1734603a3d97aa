"""Does a judge favour what a model of its own family wrote? Accuracy by who wrote the better answer and who the worse one."""

from __future__ import annotations

import numpy as np

from vlrb_task.pairs.labels import Ints
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import difference_of_shares, share
from vlrb_task.scores.scored import Scored
from vlrb_task.votes.table import Run

CASES = ("better", "worse", "both", "neither", "unknown")
"""Which of a pair's answers a model of the judge's family wrote; unknown where a family that matters is not known."""
BETTER, WORSE, BOTH, NEITHER, UNKNOWN = range(len(CASES))


def cases(run: Run) -> Ints | None:
    """The place in :data:`CASES` of each pair, shape ``(pairs,)``; None where nothing says who wrote any answer.

    A pair whose label is a tie has no better answer, and counts as unknown.
    """
    models, families = run.labels.models, run.families
    if all(names is None for names in models.names):
        return None
    judge = families.get(str(run.metadata.get("model") or ""))
    own = np.full((len(models.names), 2), UNKNOWN, dtype=np.int64)
    for place, names in enumerate(models.names):
        found = [families.get(name) for name in names or ()]
        if judge and found and all(found):
            own[place] = [family == judge for family in found]
    better = np.where(run.labels.tied, 0, run.labels.better)
    rows = np.arange(len(run.labels))
    first, second = own[models.codes][rows, better], own[models.codes][rows, 1 - better]
    known = (first != UNKNOWN) & ~run.labels.tied
    of = np.array([[NEITHER, WORSE], [BETTER, BOTH]])
    return np.where(known, of[np.where(known, first, 0), np.where(known, second, 0)], UNKNOWN)


def own_answers(scored: Scored) -> dict[str, int] | None:
    """How many pairs each of :data:`CASES` has."""
    found = cases(scored.run)
    return None if found is None else {name: int((found == place).sum()) for place, name in enumerate(CASES)}


def self_preference(scored: Scored) -> dict[str, Estimate] | None:
    """Accuracy where the judge's family wrote only the better answer, where only the worse, and the first minus the second.

    None where either never happens.
    """
    found = cases(scored.run)
    if found is None:
        return None
    held = ~np.isnan(scored.values)
    which = [held & (found == case) for case in (BETTER, WORSE)]
    if not all(one.any() for one in which):
        return None
    right = np.nan_to_num(scored.values)
    groups = scored.groups
    alone = (share(right[one], groups=None if groups is None else groups[one]) for one in which)
    gap = difference_of_shares((right * which[0], right * which[1]), (which[0], which[1]), groups)
    return dict(zip(("own_better", "own_worse", "own_difference"), (*alone, gap), strict=True))
