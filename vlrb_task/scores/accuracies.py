"""Rows of the table of statistics: accuracies, overall and by what the pairs are. A docstring is a row's definition."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

import numpy as np

from vlrb_task.pairs.labels import Mask
from vlrb_task.pairs.pair import order_subsets
from vlrb_task.scores import intervals
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import share, split
from vlrb_task.scores.rows import FRACTION, statistic
from vlrb_task.scores.scored import Scored, named

_TABLES = "scores markdown latex csv"


@statistic(
    "estimate",
    "overall",
    f"{FRACTION}; n = pairs that are not dropped",
    'Wilson (1927), equal to `scipy.stats.binomtest(...).proportion_ci("wilson")`. With half points: Wilson at the '
    "effective size of [intervals](#intervals)",
    _TABLES,
)
def overall(scored: Scored) -> Estimate:
    """mean score of all pairs that are not dropped"""
    return scored.mean()


@statistic(
    "estimate",
    "macro",
    f"{FRACTION}; n = pairs",
    "Wilson at the effective size of the weighted mean (stratified Wilson, Yan and Su 2010)",
    _TABLES,
)
def macro(scored: Scored) -> Estimate:
    """mean of the subsets' means; undefined if a subset has no pair"""
    return intervals.macro(split(scored.subsets, scored.values), split(scored.subsets, scored.groups))


@statistic("groups", "by subset", "as `overall`", "as `overall`", _TABLES)
def by_subset(scored: Scored) -> dict[str, Estimate]:
    """mean score within each subset; each subset also stands under its own name"""
    return {name: scored.mean(pairs) for name, pairs in scored.subsets.items()}


@statistic("estimate", "overall without tie labels", "as `overall`", "as `overall`")
def overall_no_ties(scored: Scored) -> Estimate | None:
    """the same over the pairs whose label is not a tie; only where some labels are ties. In `overall` a vote is right on such a
    pair if it says tie
    """
    tied = scored.run.labels.tied
    return scored.mean(~tied) if tied.any() else None


@statistic("estimate", "all right", f"{FRACTION}; n = groups", "Wilson")
def all_right(scored: Scored) -> Estimate | None:
    """share of the groups of pairs of which every pair that is not dropped scores 1 (others' ACC+ and PAcc); only where pairs
    are grouped
    """
    group = scored.run.labels.group
    if all(name is None for name in group.names):
        return None
    counted = named(group) & ~np.isnan(scored.values)
    groups, codes = np.unique(group.codes[counted], return_inverse=True)
    least = np.ones(groups.size)
    np.minimum.at(least, codes, scored.values[counted])
    return share(least == 1.0)


@statistic("groups", "by criterion", "as `overall`", "as `overall`")
def by_criterion(scored: Scored) -> dict[str, Estimate] | None:
    """mean score by the criterion of the pairs, where they have one"""
    criterion = scored.run.labels.criterion
    names = sorted(name for name in criterion.counts() if name is not None)
    return {name: scored.mean(criterion.where(name)) for name in names} or None


@statistic(
    "groups",
    "conflicting criteria",
    f"{FRACTION}; n = pairs, groups, groups with conflicts, conflicting pairs of criteria",
    "as `macro`; Wilson; Wilson; Wilson at the effective size, groups as clusters",
)
def conflict_metrics(scored: Scored) -> dict[str, Estimate] | None:
    """Multi-Crit's metrics under its authors' names, of all pairs and of each subset: `macro_avg` (mean over criteria of the
    accuracy), `pluralistic_acc` (groups with every criterion right), and, of two criteria of a group with opposite labels,
    `conflict_matching` (both right) and `tradeoff_sensitivity` (groups with such criteria where the choice changes between
    any two of them); only where there are such criteria
    """
    labels = scored.run.labels
    found = _conflict_metrics(scored, np.ones(len(labels), dtype=bool))
    if not found:
        return None
    names = order_subsets(labels.subset.counts())
    for name in names if len(names) > 1 else []:
        of_subset = _conflict_metrics(scored, labels.subset.where(name))
        found |= {f"{name}: {metric}": estimate for metric, estimate in of_subset.items()}
    return found


def _conflict_metrics(scored: Scored, wanted: Mask) -> dict[str, Estimate]:
    """Of some pairs; nothing without opposite labels. Source: the ``multi_crit`` task of lmms-eval."""
    labels, choice = scored.run.labels, scored.run.choice
    held = np.flatnonzero(wanted & named(labels.group) & named(labels.criterion) & ~np.isnan(scored.values))
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
    by = {str(code): names == code for code in np.unique(names)}
    return {
        "macro_avg": intervals.macro(split(by, scored.values[held]), split(by, groups)),
        "pluralistic_acc": share([right[rows].all() for rows in prompts]),
        "tradeoff_sensitivity": share(changed),
        "conflict_matching": share(matched, groups=prompt),
    }


def _opposite(scored: Scored, one: int, other: int) -> bool:
    """Whether two pairs are about the same answers, as far as their lengths tell, with opposite labels."""
    labels = scored.run.labels
    return bool(labels.better[one] + labels.better[other] == 1 and (labels.words[one] == labels.words[other]).all())


@statistic("groups", "accuracy by source", "as `overall`", "as `overall`")
def by_source(scored: Scored) -> dict[str, Estimate]:
    """mean score within each source"""
    source = scored.run.labels.source
    return {name: scored.mean(source.where(name)) for name in sorted(source.counts())}


@statistic("groups", "accuracy by error tag", "as `overall`", "as `overall`")
def by_tag(scored: Scored) -> dict[str, Estimate]:
    """mean score by error tag, where the revision has them; a pair counts under each of its tags"""
    tags = scored.run.labels.tags
    sets: dict[str, list[int]] = {}
    for place, names in enumerate(tags.names):
        for name in {tag_name(tag) for tag in names}:
            sets.setdefault(name, []).append(place)
    tagged = {name: np.isin(tags.codes, places) for name, places in sets.items()}
    return {name: scored.mean(tagged[name]) for name in order_tags(tagged) if tagged[name].any()}


TAGS = ("existence", "recognition", "visual attribute", "counting", "other")
"""The paper's error tags, in the order in which it counts them."""


def tag_name(tag: str) -> str:
    """A tag as tables print it: "Visual_Attribute errors" is "visual attribute". An unknown tag keeps its words."""
    words = tag.replace("_", " ").replace("-", " ").lower().split()
    while len(words) > 1 and words[-1] in ("error", "errors"):
        del words[-1]
    name = " ".join(words)
    return {"attribute": "visual attribute", "attributes": "visual attribute", "others": "other"}.get(name, name)


def order_tags(names: Iterable[str]) -> list[str]:
    """The paper's tags in its order, then any other by name."""
    found = set(names)
    return [tag for tag in TAGS if tag in found] + sorted(found.difference(TAGS))
