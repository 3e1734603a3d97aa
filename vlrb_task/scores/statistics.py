"""The table of statistics: every number of ``vlrb score``, with its name, its meaning, and how it is computed and printed.

The JSON, the terminal, the page, the exports and ``docs/metrics.md`` are made from this table. A new statistic is a
function and a row here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import fsum
from typing import Any, Literal

import numpy as np

from vlrb_task.pairs.labels import Mask
from vlrb_task.pairs.pair import order_subsets
from vlrb_task.scores import estimates
from vlrb_task.scores.completeness import Completeness, completeness
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.policies import Policy, States, Values, expected_at_k, kept, outcomes
from vlrb_task.votes.schema import NONE
from vlrb_task.votes.table import Run


@dataclass(frozen=True)
class Scored:
    """A run under a policy: what statistics are computed from.

    Attributes:
        run: its votes.
        policy: by which pairs are scored.
    """

    run: Run
    policy: Policy

    @cached_property
    def values(self) -> Values:
        """Each pair's score, NaN where the policy drops it, shape ``(pairs,)``."""
        return outcomes(self.run.right, self.run.wrong, self.run.neither, self.policy)

    @cached_property
    def completeness(self) -> Completeness | None:
        """How far the votes go towards the schedule."""
        return completeness(self.run, self.policy)

    @property
    def stopped(self) -> bool:
        """Whether decided pairs were not asked further: the pairs with many votes are then the hard ones."""
        return self.completeness is not None and bool(self.completeness.short and self.completeness.stop)

    def of(self, pairs: Mask) -> Values:
        """The scores of some pairs, without dropped ones."""
        return kept(self.values[pairs])

    @cached_property
    def by_subset(self) -> dict[str, Values]:
        """The scores of each subset of the revision, without dropped ones."""
        return {name: self.of(self.run.labels.subset.where(name)) for name in order_subsets(self.run.subset_sizes)}


Kind = Literal["estimate", "rate", "groups", "curve", "counts"]


@dataclass(frozen=True)
class Statistic:
    """A row of the table.

    Attributes:
        name: in JSON, and the column of exports.
        title: heading in tables, and the words before the number in a line.
        definition: one sentence for ``docs/metrics.md``.
        unit: of the number and of ``n``.
        interval: how the interval is made, and its source.
        kind: ``estimate`` (a number with its interval), ``rate`` (in JSON a plain number, its interval under
            ``intervals``), ``groups`` (an estimate by name), ``curve`` (a number by k) or ``counts`` (by name).
        compute: None where a run cannot have it.
        columns: the tables that have it as a column: ``scores`` (a comparison's and the page's), ``markdown``, ``latex``,
            ``csv``. The table of ``vlrb score`` prints rates in a line below.
    """

    name: str
    title: str
    definition: str
    unit: str
    interval: str
    kind: Kind
    compute: Callable[[Scored], Any]
    columns: frozenset[str] = frozenset()


def overall(scored: Scored) -> Estimate:
    return estimates.mean(kept(scored.values))


def macro(scored: Scored) -> Estimate:
    return estimates.macro(scored.by_subset)


def by_subset(scored: Scored) -> dict[str, Estimate]:
    return {name: estimates.mean(values) for name, values in scored.by_subset.items()}


def by_source(scored: Scored) -> dict[str, Estimate]:
    source = scored.run.labels.source
    return {name: estimates.mean(scored.of(source.where(name))) for name in sorted(source.counts())}


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
    return {name: estimates.mean(scored.of(tagged[name])) for name in order_tags(tagged) if tagged[name].any()}


def by_criterion(scored: Scored) -> dict[str, Estimate] | None:
    criterion = scored.run.labels.criterion
    names = sorted(name for name in criterion.counts() if name is not None)
    return {name: estimates.mean(scored.of(criterion.where(name))) for name in names} or None


def overall_no_ties(scored: Scored) -> Estimate | None:
    tied = scored.run.labels.tied
    return estimates.mean(scored.of(~tied)) if tied.any() else None


def all_right(scored: Scored) -> Estimate | None:
    group = scored.run.labels.group
    named = [place for place, name in enumerate(group.names) if name is not None]
    counted = np.isin(group.codes, named) & ~np.isnan(scored.values)
    if not len(named):
        return None
    groups, codes = np.unique(group.codes[counted], return_inverse=True)
    least = np.ones(groups.size)
    np.minimum.at(least, codes, scored.values[counted])
    return estimates.mean((least == 1.0).astype(float))


def parsed_rate(scored: Scored) -> Estimate:
    run = scored.run
    return estimates.ratio((run.total - run.unparsed).astype(float), run.total.astype(float))


def coverage(scored: Scored) -> Estimate:
    return estimates.mean((scored.run.right != scored.run.wrong).astype(float))


def first_rate(scored: Scored) -> Estimate | None:
    run = scored.run
    if not run.ordered.any():
        return None
    chose_first = run.count(run.cast & (run.votes.choice == run.votes.first))
    return estimates.ratio(chose_first.astype(float), run.count(run.cast).astype(float))


def consistency(scored: Scored) -> Estimate | None:
    both, same, _ = _both_orders(scored.run)
    return estimates.mean(same[both].astype(float)) if both.any() else None


def both_orders_right(scored: Scored) -> Estimate | None:
    both, _, right = _both_orders(scored.run)
    return estimates.mean(right[both].astype(float)) if both.any() else None


def _both_orders(run: Run) -> tuple[Mask, Mask, Mask]:
    """Pairs asked in both orders whose label is no tie; of them those where one response wins in both; and is the better one."""
    winners = run.winner_in(0), run.winner_in(1)
    both = ~np.isnan(winners[0]) & ~np.isnan(winners[1]) & ~run.labels.tied
    same = both & (winners[0] == winners[1]) & (winners[0] != NONE)
    return both, same, same & (winners[0] == run.labels.better)


def at_k(scored: Scored) -> dict[int, float] | None:
    run = scored.run
    if scored.stopped:
        return None
    sizes, pairs = np.unique(run.total, return_counts=True)
    usual = int(max(zip(pairs, sizes, strict=True))[1])
    states = list(States.of(run.right, run.wrong, run.neither))
    accuracy = {}
    for k in range(1, usual + 1, 2):
        expected = [(*expected_at_k(counts, k, scored.policy), n) for counts, n in states if counts.total >= k]
        if whole := fsum(weight * n for _, weight, n in expected):
            accuracy[k] = fsum(score * n for score, _, n in expected) / whole
    return accuracy if usual > 1 and accuracy else None


def unparsed(scored: Scored) -> Mapping[str, int]:
    return scored.run.reasons


_WILSON = (
    'Wilson (1927), equal to `scipy.stats.binomtest(...).proportion_ci("wilson")`. With half points: Wilson at the '
    "effective size `p(1-p) / var(mean)`, at most two a pair"
)
_RATIO = "ratio estimate with pairs as clusters (Cochran 1977, section 6), Wilson at the effective size"
_FRACTION = "fraction, 0 to 1"

STATISTICS: tuple[Statistic, ...] = (
    Statistic(
        "overall",
        "overall",
        "mean score of all pairs that are not dropped",
        f"{_FRACTION}; n = pairs",
        _WILSON,
        "estimate",
        overall,
        frozenset({"scores", "markdown", "latex", "csv"}),
    ),
    Statistic(
        "macro",
        "macro",
        "mean of the subsets' means; undefined if a subset has no pair",
        f"{_FRACTION}; n = pairs",
        "percentile bootstrap, 10,000 resamples, each subset resampled to its own size",
        "estimate",
        macro,
        frozenset({"scores", "markdown", "latex", "csv"}),
    ),
    Statistic(
        "by_subset",
        "by subset",
        "mean score within each subset; each subset also stands under its own name",
        "as `overall`",
        "as `overall`",
        "groups",
        by_subset,
        frozenset({"scores", "markdown", "latex", "csv"}),
    ),
    Statistic(
        "overall_no_ties",
        "overall without tie labels",
        "the same over the pairs whose label is no tie; only where some labels are ties. In `overall` a vote is right on such a "
        "pair if it says tie",
        "as `overall`",
        "as `overall`",
        "estimate",
        overall_no_ties,
    ),
    Statistic(
        "all_right",
        "all right",
        "share of the groups of pairs of which every pair that is not dropped scores 1 (others' ACC+ and PAcc); only where pairs "
        "are grouped",
        f"{_FRACTION}; n = groups",
        "Wilson",
        "estimate",
        all_right,
    ),
    Statistic(
        "by_criterion",
        "by criterion",
        "mean score by the criterion of the pairs, where they have one",
        "as `overall`",
        "as `overall`",
        "groups",
        by_criterion,
    ),
    Statistic(
        "by_source", "by source", "mean score within each source", "as `overall`", "as `overall`", "groups", by_source
    ),
    Statistic(
        "by_tag",
        "by error tag",
        "mean score by error tag, where the revision has them; a pair counts under each of its tags",
        "as `overall`",
        "as `overall`",
        "groups",
        by_tag,
    ),
    Statistic(
        "parsed_rate",
        "parsed",
        "votes that were read, ties among them, of all votes",
        "fraction; n = votes",
        _RATIO,
        "rate",
        parsed_rate,
        frozenset({"scores", "markdown", "latex", "csv"}),
    ),
    Statistic(
        "coverage",
        "coverage",
        "share of the pairs with a vote for which `r != w`",
        "fraction; n = pairs",
        "Wilson",
        "rate",
        coverage,
        frozenset({"scores", "markdown", "csv"}),
    ),
    Statistic(
        "first_rate",
        "first position",
        "verdicts for the answer shown first, of the verdicts first or second; none for pointwise judges",
        "fraction; 1/2 for a judge without position bias on shuffled labels; n = verdicts",
        "as `parsed_rate`",
        "rate",
        first_rate,
        frozenset({"scores", "csv"}),
    ),
    Statistic(
        "consistency",
        "consistent in both orders",
        "of the pairs asked in both orders: the same response has more than half of each order's votes",
        "fraction; n = those pairs",
        "Wilson",
        "rate",
        consistency,
        frozenset({"scores", "csv"}),
    ),
    Statistic(
        "both_orders_right",
        "right in both orders",
        "the same, and the response is the better one",
        "fraction; at most `consistency`",
        "Wilson",
        "rate",
        both_orders_right,
        frozenset({"csv"}),
    ),
    Statistic(
        "at_k",
        "accuracy at k",
        "for odd k: mean over pairs of the expected score of k votes drawn from the pair's without replacement, "
        "`sum over draws of C(r,a) C(w,b) C(o,c) score(a,b,c) / C(t,k)` with `a + b + c = k`; under `official` divided "
        "by the mean probability of not being dropped. Exact, nothing is drawn",
        "fraction; pairs with at least k votes",
        "none: the data are one run",
        "curve",
        at_k,
    ),
    Statistic("unparsed", "unparsed", "unparsed votes by reason", "counts", "", "counts", unparsed),
)
