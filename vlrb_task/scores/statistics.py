"""The table of statistics: every number of ``vlrb score``, with its name, its meaning, and how it is computed and printed.

The JSON, the terminal, the page, the exports and ``docs/metrics.md`` are made from this table. A new statistic is a
function in :mod:`vlrb_task.scores.measures` and a row here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from vlrb_task.scores import measures, orders
from vlrb_task.scores.averaged import right_averaged, right_in
from vlrb_task.scores.calibration import Calibration
from vlrb_task.scores.criteria import conflict_metrics
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.scored import Scored
from vlrb_task.scores.self_preference import own_answers, self_preference

Kind = Literal["estimate", "rate", "groups", "curve", "counts", "object", "part"]


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
            ``intervals``), ``groups`` (an estimate by name), ``curve`` (a number by k), ``counts`` (by name),
            ``object`` (several numbers, with a ``to_dict``) or ``part`` (a number of an object, its name after the dot).
        compute: None where a run cannot have it.
        columns: the tables that have it as a column: ``scores`` and ``calibration`` (a comparison's and the page's),
            ``markdown``, ``latex``, ``csv``. The table of ``vlrb score`` prints rates in a line below.
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


_WILSON = (
    'Wilson (1927), equal to `scipy.stats.binomtest(...).proportion_ci("wilson")`. With half points: Wilson at the '
    "effective size of [intervals](#intervals)"
)
_RATIO = "Wilson at the effective size of [intervals](#intervals), pairs as clusters"
_FRACTION = "fraction, 0 to 1"
_BOTH = "fraction; n = pairs asked in both orders; none for a run that stopped when pairs were decided"

_MEAN = "Wilson at the effective size of [intervals](#intervals)"
_DISTANCE = "of folded or squared normal gaps, see [calibration](#calibration)"


def _part(
    name: str, title: str, definition: str, unit: str, interval: str, measure: Callable[[Calibration], Estimate]
) -> Statistic:
    """A row of the table of calibration."""
    compute = measures.of_calibration(measure)
    return Statistic(
        f"calibration.{name}", title, definition, unit, interval, "part", compute, frozenset({"calibration"})
    )


STATISTICS: tuple[Statistic, ...] = (
    Statistic(
        "overall",
        "overall",
        "mean score of all pairs that are not dropped",
        f"{_FRACTION}; n = pairs that are not dropped",
        _WILSON,
        "estimate",
        measures.overall,
        frozenset({"scores", "markdown", "latex", "csv"}),
    ),
    Statistic(
        "macro",
        "macro",
        "mean of the subsets' means; undefined if a subset has no pair",
        f"{_FRACTION}; n = pairs",
        "Wilson at the effective size of the weighted mean (stratified Wilson, Yan and Su 2010)",
        "estimate",
        measures.macro,
        frozenset({"scores", "markdown", "latex", "csv"}),
    ),
    Statistic(
        "by_subset",
        "by subset",
        "mean score within each subset; each subset also stands under its own name",
        "as `overall`",
        "as `overall`",
        "groups",
        measures.by_subset,
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
        measures.overall_no_ties,
    ),
    Statistic(
        "all_right",
        "all right",
        "share of the groups of pairs of which every pair that is not dropped scores 1 (others' ACC+ and PAcc); only where pairs "
        "are grouped",
        f"{_FRACTION}; n = groups",
        "Wilson",
        "estimate",
        measures.all_right,
    ),
    Statistic(
        "by_criterion",
        "by criterion",
        "mean score by the criterion of the pairs, where they have one",
        "as `overall`",
        "as `overall`",
        "groups",
        measures.by_criterion,
    ),
    Statistic(
        "conflict_metrics",
        "conflicting criteria",
        "Multi-Crit's metrics under its authors' names, of all pairs and of each subset: `macro_avg` (mean over criteria of the "
        "accuracy), `pluralistic_acc` (groups with every criterion right), and, of two criteria of a group with opposite labels, "
        "`conflict_matching` (both right) and `tradeoff_sensitivity` (groups with such criteria where the choice changes between "
        "any two of them); only where there are such criteria",
        f"{_FRACTION}; n = pairs, groups, groups with conflicts, conflicting pairs of criteria",
        "as `macro`; Wilson; Wilson; Wilson at the effective size, groups as clusters",
        "groups",
        conflict_metrics,
    ),
    Statistic(
        "by_source",
        "accuracy by source",
        "mean score within each source",
        "as `overall`",
        "as `overall`",
        "groups",
        measures.by_source,
    ),
    Statistic(
        "by_tag",
        "accuracy by error tag",
        "mean score by error tag, where the revision has them; a pair counts under each of its tags",
        "as `overall`",
        "as `overall`",
        "groups",
        measures.by_tag,
    ),
    Statistic(
        "parsed_rate",
        "parsed",
        "votes that were read, ties among them, of all votes",
        "fraction; n = votes",
        _RATIO,
        "rate",
        measures.parsed_rate,
        frozenset({"scores", "markdown", "latex", "csv"}),
    ),
    Statistic(
        "tie_rate",
        "ties",
        "votes that were read and prefer neither response, equal ratings among them, of all votes",
        "fraction; n = votes",
        _RATIO,
        "rate",
        measures.tie_rate,
    ),
    Statistic(
        "kept_rate",
        "kept",
        "under `official`: pairs that the policy keeps, of those with a vote; the accuracies are over these",
        "fraction; n = pairs with a vote",
        "Wilson",
        "rate",
        measures.kept_rate,
        frozenset({"csv"}),
    ),
    Statistic(
        "coverage",
        "coverage",
        "share of the pairs with a vote for which `r != w`",
        "fraction; n = pairs",
        "Wilson",
        "rate",
        measures.coverage,
        frozenset({"scores", "markdown", "csv"}),
    ),
    Statistic(
        "first_rate",
        "first position",
        "verdicts for the answer shown first, of the verdicts first or second; none for pointwise judges",
        "fraction; 1/2 for a judge without position bias on shuffled labels; n = verdicts",
        "as `parsed_rate`",
        "rate",
        measures.first_rate,
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
        measures.of_both_orders(orders.consistency),
        frozenset({"scores", "csv"}),
    ),
    Statistic(
        "both_orders_right",
        "right in both orders",
        "chance that two votes, one drawn from each order, are both right: mean of `r1 r2 / (t1 t2)`",
        f"{_BOTH}; at most `consistency`",
        _RATIO,
        "rate",
        measures.of_both_orders(orders.both_orders_right),
        frozenset({"csv"}),
    ),
    Statistic(
        "right_averaged",
        "right by averaged logits",
        "where votes have probabilities: score of the pairs by the sign of the mean logit of both orders, in which a lean "
        "towards one place cancels. Exactly equal responses are half right; a pair without a probability in one of the orders "
        "is an unparsed vote of the policy",
        _BOTH,
        "as `overall`",
        "rate",
        right_averaged,
        frozenset({"csv"}),
    ),
    Statistic(
        "right_better_first",
        "right where the better one is shown first",
        "where votes have probabilities: right votes of those that showed the better response first, as they are, not averaged",
        "fraction; n = votes",
        _RATIO,
        "rate",
        right_in(0),
        frozenset({"csv"}),
    ),
    Statistic(
        "right_better_second",
        "where it is shown second",
        "the same of the votes that showed it second",
        "fraction; n = votes",
        _RATIO,
        "rate",
        right_in(1),
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
        measures.accuracy_at_k,
    ),
    Statistic(
        "at_k_estimates",
        "accuracy at k",
        "`at_k` with intervals",
        "fraction; n = the same pairs for every k",
        _RATIO,
        "groups",
        measures.at_k_estimates,
    ),
    Statistic(
        "at_k_gain",
        "gain over one vote",
        "what k votes gain over one on the same pairs",
        "-1 to 1; n = those pairs",
        "Tango (1998) at the effective size of [intervals](#intervals)",
        "groups",
        measures.at_k_gain,
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
        measures.judged_noise,
    ),
    Statistic(
        "calibration",
        "calibration",
        "whether the judge knows when it is right. Confidences are, by `source`: logged probabilities (logits averaged over a "
        "pair's ballots), the logistic function of the difference of scalar rewards, or shares of votes; with the curves "
        "`reliability` (ten bins of equal size) and `risk_coverage` (at most 50 points)",
        "n = pairs with a confidence; `ties` of them are at 1/2 and count as half right",
        "see [calibration](#calibration)",
        "object",
        lambda scored: scored.calibration,
    ),
    _part(
        "brier",
        "Brier score",
        "mean over pairs of `(1 - p)^2`, with p the confidence in the better response",
        "0 to 1; a coin has 1/4",
        _MEAN,
        lambda c: c.brier,
    ),
    _part(
        "decomposition.reliability",
        "reliability",
        "mean squared distance of confidence and accuracy over the bins",
        "0 to 1; 0 is calibrated",
        _DISTANCE,
        lambda c: c.decomposition.reliability,
    ),
    _part(
        "decomposition.resolution",
        "resolution",
        "mean squared distance of the bins' accuracies from the overall one: what the confidence tells",
        "0 to 1/4; 0 tells nothing",
        _DISTANCE,
        lambda c: c.decomposition.resolution,
    ),
    _part(
        "decomposition.uncertainty",
        "uncertainty",
        "`a (1 - a)` of the accuracy `a`: the Brier score of a judge that always says `a`",
        "0 to 1/4",
        "of all accuracies in their interval",
        lambda c: c.decomposition.uncertainty,
    ),
    _part(
        "log_loss",
        "log loss",
        "mean over pairs of `-log p`, p held above 1e-6 (`clipped` pairs lie below)",
        "nats; a coin has 0.693",
        _MEAN,
        lambda c: c.log_loss,
    ),
    _part(
        "ece",
        "ECE",
        "expected calibration error: mean distance of confidence and accuracy over the bins",
        "0 to 1; noise alone makes `ece_by_chance`",
        _DISTANCE,
        lambda c: c.ece,
    ),
    _part(
        "aurc",
        "AURC",
        "area under the risk-coverage curve: mean error when only the k surest pairs are kept, over all k",
        "0 to 1; the overall error where confidence tells nothing",
        "Wilson, with the variance of the influence function",
        lambda c: c.aurc,
    ),
    Statistic(
        "by_margin",
        "accuracy by margin",
        "accuracy in fifths of the pairs by how far apart the judge puts the two responses: the difference, by `source`, of "
        "rewards, ratings, probabilities or shares of votes. `ties` counts margins of 0, such as equal ratings",
        "n = pairs with a margin; ties are half right; equal margins are not parted",
        "as `overall`",
        "object",
        lambda scored: scored.by_margin,
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
        measures.style_odds,
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
        measures.style_of_labels,
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
        measures.style_accuracy,
        frozenset({"csv"}),
        fitted=True,
    ),
    Statistic("unparsed", "unparsed", "unparsed votes by reason", "counts", "", "counts", measures.unparsed),
    Statistic(
        "tool_calls",
        "tool calls",
        "tool calls that the judge made on its way to its answers, and answers with any; where logs tell of them",
        "counts",
        "",
        "counts",
        measures.tool_calls,
    ),
)
