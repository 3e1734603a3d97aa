"""How each statistic is computed of a run under a policy: one function a row of the table of statistics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from vlrb_task.pairs.labels import Ints
from vlrb_task.scores import intervals, orders
from vlrb_task.scores.calibration import Calibration
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import Groups, share
from vlrb_task.scores.noise import Noise, noise
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.scored import Scored
from vlrb_task.votes.schema import NONE


def overall(scored: Scored) -> Estimate:
    return scored.mean()


def macro(scored: Scored) -> Estimate:
    names = scored.by_subset
    groups = None if scored.groups is None else {name: scored.groups[scored.held(name)] for name in names}
    return intervals.macro(names, groups)


def by_subset(scored: Scored) -> dict[str, Estimate]:
    return {name: scored.mean(scored.run.labels.subset.where(name)) for name in scored.by_subset}


def by_source(scored: Scored) -> dict[str, Estimate]:
    source = scored.run.labels.source
    return {name: scored.mean(source.where(name)) for name in sorted(source.counts())}


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


def by_tag(scored: Scored) -> dict[str, Estimate]:
    tags = scored.run.labels.tags
    sets: dict[str, list[int]] = {}
    for place, names in enumerate(tags.names):
        for name in {tag_name(tag) for tag in names}:
            sets.setdefault(name, []).append(place)
    tagged = {name: np.isin(tags.codes, places) for name, places in sets.items()}
    return {name: scored.mean(tagged[name]) for name in order_tags(tagged) if tagged[name].any()}


def by_criterion(scored: Scored) -> dict[str, Estimate] | None:
    criterion = scored.run.labels.criterion
    names = sorted(name for name in criterion.counts() if name is not None)
    return {name: scored.mean(criterion.where(name)) for name in names} or None


def overall_no_ties(scored: Scored) -> Estimate | None:
    tied = scored.run.labels.tied
    return scored.mean(~tied) if tied.any() else None


def all_right(scored: Scored) -> Estimate | None:
    group = scored.run.labels.group
    named = [place for place, name in enumerate(group.names) if name is not None]
    counted = np.isin(group.codes, named) & ~np.isnan(scored.values)
    if not len(named):
        return None
    groups, codes = np.unique(group.codes[counted], return_inverse=True)
    least = np.ones(groups.size)
    np.minimum.at(least, codes, scored.values[counted])
    return share(least == 1.0)


def parsed_rate(scored: Scored) -> Estimate:
    run = scored.run
    return share(run.total - run.unparsed, run.total, scored.groups)


def tie_rate(scored: Scored) -> Estimate:
    votes = scored.run.votes
    ties = scored.run.count((votes.choice == NONE) & (votes.reason == NONE))
    return share(ties, scored.run.total, scored.groups)


def coverage(scored: Scored) -> Estimate:
    return share(~np.isnan(scored.run.choice), groups=scored.groups)


def kept_rate(scored: Scored) -> Estimate | None:
    return share(~np.isnan(scored.values), groups=scored.groups) if scored.policy is Policy.OFFICIAL else None


def first_rate(scored: Scored) -> Estimate | None:
    run = scored.run
    if not run.ordered.any():
        return None
    return share(run.count(run.cast & (run.votes.choice == run.votes.first)), run.count(run.cast), scored.groups)


def of_both_orders(measure: Callable[[Ints, Groups | None], Estimate]) -> Callable[[Scored], Estimate | None]:
    """A measure of agreement between orders: None where no pair was asked in both, or the run stopped."""

    def compute(scored: Scored) -> Estimate | None:
        if scored.stopped:
            return None
        found = measure(scored.by_order, scored.groups)
        return None if found.value is None else found

    return compute


def accuracy_at_k(scored: Scored) -> dict[int, float] | None:
    found = scored.at_k
    values = {} if found is None else {k: found.accuracy(k).value for k in found.sizes}
    return {k: value for k, value in values.items() if value is not None} or None


def at_k_estimates(scored: Scored) -> dict[str, Estimate]:
    found = scored.at_k
    return {} if found is None else {str(k): found.accuracy(k, scored.groups) for k in found.sizes}


def at_k_gain(scored: Scored) -> dict[str, Estimate]:
    found = scored.at_k
    return {} if found is None else {str(k): found.gain(k, 1, scored.groups) for k in found.sizes if k > 1}


def judged_noise(scored: Scored) -> Noise | None:
    run = scored.run
    if scored.stopped:
        return None
    if not run.ordered.any():
        return noise(run.right[:, None], run.total[:, None], scored.groups)
    return noise(scored.by_order[:, :, orders.RIGHT], scored.by_order.sum(axis=2), scored.groups)


def of_calibration(measure: Callable[[Calibration], Estimate]) -> Callable[[Scored], Estimate | None]:
    return lambda scored: None if scored.calibration is None else measure(scored.calibration)


def style_odds(scored: Scored) -> Mapping[str, Estimate] | None:
    return None if scored.style is None else scored.style.judge


def style_of_labels(scored: Scored) -> Mapping[str, Estimate] | None:
    return None if scored.style is None else scored.style.labels


def style_accuracy(scored: Scored) -> Mapping[str, Estimate] | None:
    return None if scored.stopped or scored.style is None else scored.style.accuracy


def unparsed(scored: Scored) -> Mapping[str, int]:
    return scored.run.reasons


def tool_calls(scored: Scored) -> dict[str, int] | None:
    calls = scored.run.ballots.calls
    told = calls != NONE
    return {"calls": int(calls[told].sum()), "answers": int((calls > 0).sum())} if told.any() else None
