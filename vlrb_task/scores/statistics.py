"""The table of statistics: every number of ``vlrb score``, with its name, its meaning, and how it is computed and printed.

The JSON, the terminal, the page, the exports and ``docs/metrics.md`` are made from this table. A new statistic is a
function and a row here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from vlrb_task.pairs.labels import Ints
from vlrb_task.scores import intervals, orders
from vlrb_task.scores.calibration import Calibration, calibration
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import Groups, share
from vlrb_task.scores.noise import Noise, noise
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.scored import Scored
from vlrb_task.scores.self_preference import own_answers, self_preference
from vlrb_task.votes.schema import NONE

Kind = Literal["estimate", "rate", "groups", "curve", "counts", "object"]


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
            ``intervals``), ``groups`` (an estimate by name), ``curve`` (a number by k), ``counts`` (by name) or
            ``object`` (several numbers, with a ``to_dict``).
        compute: None where a run cannot have it.
        columns: the tables that have it as a column: ``scores`` (a comparison's and the page's), ``markdown``, ``latex``,
            ``csv``. The table of ``vlrb score`` prints rates in a line below.
        fitted: whether it needs the extra ``report``, and is left out of ``vlrb score``, which does without.
    """

    name: str
    title: str
    definition: str
    unit: str
    interval: str
    kind: Kind
    compute: Callable[[Scored], Any]
    columns: frozenset[str] = frozenset()
    fitted: bool = False


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


def _of_both_orders(measure: Callable[[Ints, Groups | None], Estimate]) -> Callable[[Scored], Estimate | None]:
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


def judged_calibration(scored: Scored) -> Calibration | None:
    if scored.confidences is None:
        return None
    source, p, known = scored.confidences
    found = calibration(p, None if scored.groups is None else scored.groups[known])
    return None if found is None else replace(found, source=source)


def style_odds(scored: Scored) -> Mapping[str, Estimate] | None:
    return None if scored.style is None else scored.style.judge


def style_of_labels(scored: Scored) -> Mapping[str, Estimate] | None:
    return None if scored.style is None else scored.style.labels


def style_accuracy(scored: Scored) -> Mapping[str, Estimate] | None:
    return None if scored.stopped or scored.style is None else scored.style.accuracy


def unparsed(scored: Scored) -> Mapping[str, int]:
    return scored.run.reasons


_WILSON = (
    'Wilson (1927), equal to `scipy.stats.binomtest(...).proportion_ci("wilson")`. With half points: Wilson at the '
    "effective size of [intervals](#intervals)"
)
_RATIO = "Wilson at the effective size of [intervals](#intervals), pairs as clusters"
_FRACTION = "fraction, 0 to 1"
_BOTH = "fraction; n = pairs asked in both orders; none for a run that stopped when pairs were decided"

STATISTICS: tuple[Statistic, ...] = (
    Statistic(
        "overall",
        "overall",
        "mean score of all pairs that are not dropped",
        f"{_FRACTION}; n = pairs that are not dropped",
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
        "Wilson at the effective size of the weighted mean (stratified Wilson, Yan and Su 2010)",
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
        "by_source",
        "accuracy by source",
        "mean score within each source",
        "as `overall`",
        "as `overall`",
        "groups",
        by_source,
    ),
    Statistic(
        "by_tag",
        "accuracy by error tag",
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
        "tie_rate",
        "ties",
        "votes that were read and prefer neither response, equal ratings among them, of all votes",
        "fraction; n = votes",
        _RATIO,
        "rate",
        tie_rate,
    ),
    Statistic(
        "kept_rate",
        "kept",
        "under `official`: pairs that the policy keeps, of those with a vote; the accuracies are over these",
        "fraction; n = pairs with a vote",
        "Wilson",
        "rate",
        kept_rate,
        frozenset({"csv"}),
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
        "chance that two votes, one drawn from each order, prefer the same response: mean over pairs of "
        "`(r1 r2 + w1 w2) / (t1 t2)`, with the votes of either order. It does not depend on how often the judge was asked",
        _BOTH,
        _RATIO,
        "rate",
        _of_both_orders(orders.consistency),
        frozenset({"scores", "csv"}),
    ),
    Statistic(
        "both_orders_right",
        "right in both orders",
        "chance that two votes, one drawn from each order, are both right: mean of `r1 r2 / (t1 t2)`",
        f"{_BOTH}; at most `consistency`",
        _RATIO,
        "rate",
        _of_both_orders(orders.both_orders_right),
        frozenset({"csv"}),
    ),
    Statistic(
        "at_k",
        "accuracy at k",
        "for odd k: expected accuracy of the majority of k votes drawn from each pair's without replacement, in the orders "
        "in which k votes would have been asked (ceil(k/2) in one order and floor(k/2) in the other where orders alternate). "
        "Exact, nothing is drawn; over the pairs with enough votes for the largest k, the same for every k; under `official` "
        "divided by the mean probability of not being dropped",
        "fraction; none for a run that stopped when pairs were decided",
        "under `at_k_estimates`",
        "curve",
        accuracy_at_k,
    ),
    Statistic(
        "at_k_estimates",
        "accuracy at k",
        "`at_k` with intervals",
        "fraction; n = the same pairs for every k",
        _RATIO,
        "groups",
        at_k_estimates,
    ),
    Statistic(
        "at_k_gain",
        "gain over one vote",
        "what k votes gain over one on the same pairs",
        "-1 to 1; n = those pairs",
        "Tango (1998) at the effective size of [intervals](#intervals)",
        "groups",
        at_k_gain,
    ),
    Statistic(
        "noise",
        "noise",
        "the variance of the accuracy of votes taken apart (Miller 2024): `between` pairs, `within` a pair's votes, `se` of "
        "the accuracy of votes, `rerun_sd` when the same judge is asked again about the same pairs, `rerun_sd_majority` the same "
        "of `overall` under `strict` (pairs' chances taken for a beta distribution), `votes_enough`: votes a pair after which "
        "more bring the standard error no nearer than 5 % to its limit",
        "variances of fractions; pairs with two votes in one order",
        "of `within`: Wilson, scaled",
        "object",
        judged_noise,
    ),
    Statistic(
        "calibration",
        "calibration",
        "whether the judge knows when it is right: Brier score with Murphy's decomposition, log loss, ECE over ten bins of "
        "equal size, reliability curve, area under the risk-coverage curve (AURC). Confidences are, by `source`: logged "
        "probabilities (logits averaged over a pair's ballots), the logistic function of the difference of scalar rewards, "
        "or shares of votes",
        "n = pairs with a confidence; `ties` of them are at 1/2",
        "see [calibration](#calibration)",
        "object",
        judged_calibration,
    ),
    Statistic(
        "self_preference",
        "self-preference",
        "accuracy where a model of the judge's family wrote the better answer and another family's the worse (`own_better`), "
        "where it is the other way round (`own_worse`), and the first minus the second (`own_difference`): above 0 the judge "
        "favours its family, or its family's better answers are easier to tell; what judges of other families show on the same "
        "pairs tells which. See [who wrote the answers](#who-wrote-the-answers)",
        f"{_FRACTION}, the difference -1 to 1; n = pairs of each kind, both kinds together",
        "as `overall`; the difference by MOVER, see [intervals](#intervals)",
        "groups",
        self_preference,
        frozenset({"csv"}),
    ),
    Statistic(
        "own_answers",
        "of the judge's family",
        "pairs of which a model of the judge's family wrote only the better answer, only the worse, both, neither; unknown "
        "where the family of the judge or of an answer's model is not known",
        "counts of pairs",
        "",
        "counts",
        own_answers,
    ),
    Statistic(
        "style",
        "odds by style",
        "by what factor the odds of being preferred change for an answer that is twice as long (`length`, in words), or has one "
        "more list item (`lists`), bold passage, heading, number (`digits`) or piece of code, at the same label and the same "
        "other features: `exp(b_f)` of `logit P(response 0 preferred) = a s + sum b_f x_f`, with `s` = 1 or -1 by the label and "
        "`x_f` what response 0 has more. Features in which fewer than 20 pairs differ are left out; without texts (`--pairs`) "
        "only `length` is known. In `vlrb compare`, `report` and `export`",
        "above 0, 1 is no preference; n = pairs",
        "`statsmodels` Logit, errors clustered by pair or group",
        "groups",
        style_odds,
        fitted=True,
    ),
    Statistic(
        "style_labels",
        "odds by style of the labels",
        "the same odds of being the better answer by the label, of `logit P(response 0 better) = sum c_f x_f`: what a judge that "
        "is always right shows",
        "as `style`",
        "as `style`",
        "groups",
        style_of_labels,
        fitted=True,
    ),
    Statistic(
        "style_accuracy",
        "accuracy at equal style",
        "accuracy of the verdicts that were fitted (`verdicts`), and of the judge on pairs whose answers are alike in length and "
        "style (`equal_style`): `1 / (1 + exp(-a))` of `style` (as AlpacaEval's length-controlled rate, Dubois et al. 2024)",
        f"{_FRACTION}; n = verdicts; none for a run that stopped when pairs were decided",
        f"{_RATIO}; as `style`",
        "groups",
        style_accuracy,
        frozenset({"csv"}),
        fitted=True,
    ),
    Statistic("unparsed", "unparsed", "unparsed votes by reason", "counts", "", "counts", unparsed),
)
