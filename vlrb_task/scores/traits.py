"""Rows of the table of statistics: a judge's noise, confidence and preferences. A docstring is a row's definition."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import numpy as np

from vlrb_task.pairs.labels import Ints
from vlrb_task.scores import orders, sampling
from vlrb_task.scores.calibration import Calibration
from vlrb_task.scores.curves import Margins, accuracy_by_margin
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import among, difference_of_shares, share
from vlrb_task.scores.rows import FRACTION, RATIO, Statistic, statistic
from vlrb_task.scores.scored import Scored
from vlrb_task.votes.schema import NONE
from vlrb_task.votes.table import Run


@statistic(
    "object", "noise", "variances of fractions; pairs with two votes in one order", "of `within`: Wilson, scaled"
)
def noise(scored: Scored) -> sampling.Noise | None:
    """the variance of the accuracy of votes taken apart (Miller 2024): `between` pairs, `within` a pair's votes, `se` of
    the accuracy of votes, `rerun_sd` when the same judge is asked again about the same pairs, `rerun_sd_majority` the same
    of `overall` under `strict` (pairs' chances taken for a beta distribution), `votes_enough`: votes a pair after which
    more bring the standard error no nearer than 5 % to its limit
    """
    run = scored.run
    if scored.stopped:
        return None
    if not run.ordered.any():
        return sampling.noise(run.right[:, None], run.total[:, None], scored.groups)
    return sampling.noise(scored.by_order[:, :, orders.RIGHT], scored.by_order.sum(axis=2), scored.groups)


@statistic(
    "object",
    "calibration",
    "n = pairs with a confidence; `ties` of them are at 1/2 and count as half right",
    "see [calibration](#calibration)",
)
def calibration(scored: Scored) -> Calibration | None:
    """whether the judge knows when it is right. Confidences are, by `source`: logged probabilities (logits averaged over a
    pair's ballots), the logistic function of the difference of scalar rewards, or shares of votes; with the curves
    `reliability` (ten bins of equal size) and `risk_coverage` (at most 50 points)
    """
    return scored.calibration


def _part(name: str, title: str, definition: str, unit: str, interval: str) -> Statistic:
    """A number of the calibration, named by its attribute."""

    def compute(scored: Scored) -> Any:
        return None if scored.calibration is None else attrgetter(name)(scored.calibration)

    table = frozenset({"calibration"})
    return Statistic(f"calibration.{name}", title, definition, unit, interval, "part", compute, table)


_MEAN = "Wilson at the effective size of [intervals](#intervals)"
_DISTANCE = "of folded or squared normal gaps, see [calibration](#calibration)"

brier = _part(
    "brier",
    "Brier score",
    "mean over pairs of `(1 - p)^2`, with p the confidence in the better response",
    "0 to 1; a coin has 1/4",
    _MEAN,
)
decomposition_reliability = _part(
    "decomposition.reliability",
    "reliability",
    "mean squared distance of confidence and accuracy over the bins",
    "0 to 1; 0 is calibrated",
    _DISTANCE,
)
decomposition_resolution = _part(
    "decomposition.resolution",
    "resolution",
    "mean squared distance of the bins' accuracies from the overall one: what the confidence explains",
    "0 to 1/4; 0 explains nothing",
    _DISTANCE,
)
decomposition_uncertainty = _part(
    "decomposition.uncertainty",
    "uncertainty",
    "`a (1 - a)` of the accuracy `a`: the Brier score of a judge that always says `a`",
    "0 to 1/4",
    "of all accuracies in their interval",
)
log_loss = _part(
    "log_loss",
    "log loss",
    "mean over pairs of `-log p`, p held above 1e-6 (`clipped` pairs lie below)",
    "nats; a coin has 0.693",
    _MEAN,
)
ece = _part(
    "ece",
    "ECE",
    "expected calibration error: mean distance of confidence and accuracy over the bins",
    "0 to 1; noise alone makes `ece_by_chance`",
    _DISTANCE,
)
aurc = _part(
    "aurc",
    "AURC",
    "area under the risk-coverage curve: mean error when only the k surest pairs are kept, over all k",
    "0 to 1; the overall error where the confidence is uninformative",
    "Wilson, with the variance of the influence function",
)


@statistic(
    "object",
    "accuracy by margin",
    "n = pairs with a margin; ties are half right; equal margins are not parted",
    "as `overall`",
)
def by_margin(scored: Scored) -> Margins | None:
    """accuracy in fifths of the pairs by how far apart the judge puts the two responses: the difference, by `source`, of
    rewards, ratings, probabilities or shares of votes. `ties` counts margins of 0, such as equal ratings
    """
    margin, known = scored.margins
    source = "rewards" if scored.run.ballots.scored.any() else "ratings"
    if known.any():
        margin = margin[known]
    elif scored.confidences is not None:
        source, p, known = scored.confidences
        margin = np.round(2 * p - 1, 12)
    else:
        return None
    return accuracy_by_margin(margin, source, groups=among(known, scored.groups))


CASES = ("better", "worse", "both", "neither", "unknown")
"""Which of a pair's answers a model of the judge's family wrote; unknown where a family that matters is not known."""
BETTER, WORSE, BOTH, NEITHER, UNKNOWN = range(len(CASES))


def _cases(run: Run) -> Ints | None:
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


@statistic(
    "groups",
    "self-preference",
    f"{FRACTION}, the difference -1 to 1; n = pairs of each kind, both kinds together",
    "as `overall`; the difference by MOVER, see [intervals](#intervals)",
    "csv",
)
def self_preference(scored: Scored) -> dict[str, Estimate] | None:
    """accuracy where a model of the judge's family wrote the better answer and another family's the worse (`own_better`),
    where it is the other way round (`own_worse`), and the first minus the second (`own_difference`): above 0 the judge
    favours its family, or its family's better answers are easier to tell; what judges of other families show on the same
    pairs tells which. See [who wrote the answers](#who-wrote-the-answers)
    """
    found = _cases(scored.run)
    if found is None:
        return None
    held = ~np.isnan(scored.values)
    better, worse = (held & (found == case) for case in (BETTER, WORSE))
    if not (better.any() and worse.any()):
        return None
    right = np.nan_to_num(scored.values)
    return {
        "own_better": share(right, groups=scored.groups, where=better),
        "own_worse": share(right, groups=scored.groups, where=worse),
        "own_difference": difference_of_shares((right * better, right * worse), (better, worse), scored.groups),
    }


@statistic("counts", "of the judge's family", "counts of pairs")
def own_answers(scored: Scored) -> dict[str, int] | None:
    """pairs of which a model of the judge's family wrote only the better answer, only the worse, both, neither; unknown
    where the family of the judge or of an answer's model is not known
    """
    found = _cases(scored.run)
    return None if found is None else {name: int((found == place).sum()) for place, name in enumerate(CASES)}


@statistic(
    "groups",
    "odds by style",
    "above 0, 1 is no preference; n = pairs",
    "`statsmodels` Logit, errors clustered by pair or group",
    fitted=True,
)
def style(scored: Scored) -> Mapping[str, Estimate] | None:
    """by what factor the odds of being preferred change for an answer that is twice as long (`length`, in words), or has one
    more list item (`lists`), bold passage, heading, number (`digits`) or piece of code, at the same label and the same
    other features: `exp(b_f)` of `logit P(response 0 preferred) = a s + sum b_f x_f`, with `s` = 1 or -1 by the label and
    `x_f` what response 0 has more. Features in which fewer than 20 pairs differ are left out; without texts (`--pairs`)
    only `length` is known. In `vlrb compare`, `report` and `export`
    """
    return None if scored.style is None else scored.style.judge


@statistic("groups", "odds by style of the labels", "as `style`", "as `style`", fitted=True)
def style_labels(scored: Scored) -> Mapping[str, Estimate] | None:
    """the same odds of being the better answer by the label, of `logit P(response 0 better) = sum c_f x_f`: what a judge that
    is always right shows
    """
    return None if scored.style is None else scored.style.labels


@statistic(
    "groups",
    "accuracy at equal style",
    f"{FRACTION}; n = verdicts; none for a run that stopped when pairs were decided",
    f"{RATIO}; as `style`",
    "csv",
    fitted=True,
)
def style_accuracy(scored: Scored) -> Mapping[str, Estimate] | None:
    """accuracy of the verdicts that were fitted (`verdicts`), and of the judge on pairs whose answers are alike in length and
    style (`equal_style`): `1 / (1 + exp(-a))` of `style` (as AlpacaEval's length-controlled rate, Dubois et al. 2024)
    """
    return None if scored.stopped or scored.style is None else scored.style.accuracy


@statistic("counts", "unparsed", "counts")
def unparsed(scored: Scored) -> Mapping[str, int]:
    """unparsed votes by reason"""
    return scored.run.reasons


@statistic("counts", "tool calls", "counts")
def tool_calls(scored: Scored) -> dict[str, int] | None:
    """tool calls that the judge made on its way to its answers, and answers with any; where logs record them"""
    calls = scored.run.ballots.calls
    told = calls != NONE
    return {"calls": int(calls[told].sum()), "answers": int((calls > 0).sum())} if told.any() else None
