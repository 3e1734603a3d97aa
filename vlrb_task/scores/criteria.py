"""The same answers compared by several criteria: does a judge follow each of them where they contradict one another?"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from vlrb_task.pairs.labels import Mask
from vlrb_task.pairs.pair import order_subsets
from vlrb_task.scores import intervals
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.scored import Scored


def conflict_metrics(scored: Scored) -> dict[str, Estimate] | None:
    """Multi-Crit's metrics under its authors' names, of all pairs and, as they print them, of each subset.

    ``macro_avg`` is the mean over criteria of the accuracy by criterion, ``pluralistic_acc`` the share of prompts (groups)
    with every criterion right. Of two criteria of a prompt with opposite labels, ``conflict_matching`` is how often both
    are right, and ``tradeoff_sensitivity`` the share of the prompts with such criteria where the judge's choice changes
    between any two of them. Source: the ``multi_crit`` task of lmms-eval.

    Returns:
        None where no group has criteria with opposite labels.
    """
    labels = scored.run.labels
    found = _metrics(scored, np.ones(len(labels), dtype=bool))
    if not found:
        return None
    names = order_subsets(labels.subset.counts())
    for name in names if len(names) > 1 else []:
        of_subset = _metrics(scored, labels.subset.where(name))
        found |= {f"{name}: {metric}": estimate for metric, estimate in of_subset.items()}
    return found


def _metrics(scored: Scored, wanted: Mask) -> dict[str, Estimate]:
    labels, choice = scored.run.labels, scored.run.choice
    named = np.array([name is not None for name in labels.group.names], dtype=bool)[labels.group.codes]
    by = np.array([name is not None for name in labels.criterion.names], dtype=bool)[labels.criterion.codes]
    held = np.flatnonzero(wanted & named & by & ~np.isnan(scored.values))
    groups, right = labels.group.codes[held], scored.values == 1.0
    prompts = [held[groups == code] for code in np.unique(groups)]
    matched: list[bool] = []
    prompt: list[int] = []
    changed: list[bool] = []
    for number, rows in enumerate(prompts):
        pairs = [two for two in combinations(rows.tolist(), 2) if _opposite(scored, *two)]
        matched += [bool(right[one] and right[other]) for one, other in pairs]
        prompt += [number] * len(pairs)
        if pairs:
            changed.append(any(choice[one] + choice[other] == 1 for one, other in pairs))  # NaN where it chose nothing
    if not matched:
        return {}
    names = labels.criterion.codes[held]
    by_criterion = {str(code): names == code for code in np.unique(names)}
    return {
        "macro_avg": intervals.macro(
            {code: scored.values[held][of] for code, of in by_criterion.items()},
            {code: groups[of] for code, of in by_criterion.items()},
        ),
        "pluralistic_acc": intervals.share([right[rows].all() for rows in prompts]),
        "tradeoff_sensitivity": intervals.share(changed),
        "conflict_matching": intervals.share(matched, groups=prompt),
    }


def _opposite(scored: Scored, one: int, other: int) -> bool:
    """Whether two pairs are about the same answers, as far as their lengths tell, with opposite labels."""
    labels = scored.run.labels
    return bool(labels.better[one] + labels.better[other] == 1 and (labels.words[one] == labels.words[other]).all())
