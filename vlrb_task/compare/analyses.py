"""What a judge's votes hang on besides the truth: length, position, its own agreement, and the kind of error."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vlrb_task.scores import estimates
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.score import Run
from vlrb_task.scores.tally import PairVotes, Policy, outcome


@dataclass(frozen=True, slots=True)
class LengthPreference:
    """How a judge takes length, over the pairs whose responses differ in words.

    Attributes:
        prefers_longer: share of verdicts for the longer response.
        labels_longer: share of those pairs whose better response is the longer: what a perfect judge shows.
        right_if_longer, right_if_shorter: accuracy of verdicts where the better response is the longer, the shorter.
        odds_per_doubling: factor on the odds of preferring a response when it is twice as long as the other and the
            label stays the same; 1 is no preference. None where a fit is impossible (a judge that is never wrong).
    """

    prefers_longer: Estimate
    labels_longer: Estimate
    right_if_longer: Estimate
    right_if_shorter: Estimate
    odds_per_doubling: tuple[float, float, float] | None

    def to_dict(self) -> dict[str, Any]:
        odds = self.odds_per_doubling
        return {
            "prefers_longer": self.prefers_longer.to_dict(),
            "labels_longer": self.labels_longer.to_dict(),
            "right_if_longer": self.right_if_longer.to_dict(),
            "right_if_shorter": self.right_if_shorter.to_dict(),
            "odds_per_doubling": None if odds is None else dict(zip(("value", "low", "high"), odds, strict=True)),
        }


def length_preference(run: Run) -> LengthPreference | None:
    """See :class:`LengthPreference`; None where the lengths are not known, or no pair's differ."""
    uneven = [p for p in run.pairs if p.label.words is not None and p.label.words[0] != p.label.words[1]]
    if not uneven:
        return None
    longer = [_longer(p) for p in uneven]
    cast = [[v.choice for v in p.votes if v.choice is not None] for p in uneven]
    named = [sum(c == long for c in choices) for choices, long in zip(cast, longer, strict=True)]
    right = [sum(c == p.label.better for c in choices) for choices, p in zip(cast, uneven, strict=True)]
    better_longer = [p.label.better == long for p, long in zip(uneven, longer, strict=True)]
    totals = [len(choices) for choices in cast]

    def accuracy(where: bool) -> Estimate:
        picked = [i for i, held in enumerate(better_longer) if held is where]
        return estimates.ratio([right[i] for i in picked], [totals[i] for i in picked])

    return LengthPreference(
        estimates.ratio(named, totals),
        estimates.mean([float(held) for held in better_longer]),
        accuracy(True),
        accuracy(False),
        _odds_per_doubling(uneven),
    )


def _longer(pair: PairVotes) -> int:
    words = pair.label.words or (0, 0)
    return 0 if words[0] > words[1] else 1


def _odds_per_doubling(pairs: Sequence[PairVotes]) -> tuple[float, float, float] | None:
    """Logistic regression of the vote on the label and the log of the lengths' ratio (statsmodels), pairs as clusters.

    Both regressors change sign with the naming of the responses, so that there is no intercept.

    Returns:
        ``(odds ratio, low, high)``, or None.
    """
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationError, PerfectSeparationWarning

    rows = [
        (vote.choice == 0, 1.0 if pair.label.better == 0 else -1.0, _log2_ratio(pair), number)
        for number, pair in enumerate(pairs)
        for vote in pair.votes
        if vote.choice is not None
    ]
    if len(rows) < 20:
        return None
    y, label, ratio, cluster = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    # Which response is called 0 is a matter of the row; flipping every second pair's names keeps both outcomes present.
    flip = np.where(cluster % 2 == 0, 1.0, -1.0)
    y = np.where(flip > 0, y, 1 - y)
    design = np.column_stack([label * flip, ratio * flip])
    if np.linalg.matrix_rank(design) < 2 or np.unique(y).size < 2:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        warnings.simplefilter("error", PerfectSeparationWarning)
        warnings.simplefilter("error", RuntimeWarning)
        try:
            fit = sm.Logit(y, design).fit(disp=0, cov_type="cluster", cov_kwds={"groups": cluster.astype(int)})
            value, (low, high) = float(fit.params[1]), fit.conf_int()[1]
        except (
            ConvergenceWarning,
            PerfectSeparationWarning,
            PerfectSeparationError,
            RuntimeWarning,
            np.linalg.LinAlgError,
        ):
            return None
    odds = [math.exp(x) if abs(x) < 50 else math.inf for x in (value, float(low), float(high))]
    return (odds[0], odds[1], odds[2]) if all(map(math.isfinite, odds)) else None


def _log2_ratio(pair: PairVotes) -> float:
    words = pair.label.words or (0, 0)
    return math.log2((words[0] + 1) / (words[1] + 1))


@dataclass(frozen=True, slots=True)
class PositionEffect:
    """Accuracy of verdicts by where the better response was shown.

    Attributes:
        right_if_first, right_if_second: accuracy where it was shown first, second.
        effect: the first minus the second, in [-1, 1]; 0 for a judge without position bias.
    """

    right_if_first: Estimate
    right_if_second: Estimate
    effect: Estimate

    def to_dict(self) -> dict[str, Any]:
        return {
            "right_if_first": self.right_if_first.to_dict(),
            "right_if_second": self.right_if_second.to_dict(),
            "effect": self.effect.to_dict(),
        }


def position_effect(run: Run) -> PositionEffect | None:
    """See :class:`PositionEffect`; None where the better response never stood first, or never second."""
    tops, bottoms = np.zeros((2, len(run.pairs))), np.zeros((2, len(run.pairs)))
    for at, pair in enumerate(run.pairs):
        for vote in pair.votes:
            if vote.first is not None and vote.choice is not None:
                place = int(vote.first != pair.label.better)
                bottoms[place, at] += 1
                tops[place, at] += vote.choice == pair.label.better
    if not bottoms.sum(axis=1).all():
        return None
    first, second = (estimates.ratio(tops[i], bottoms[i]) for i in (0, 1))
    effect, error = _difference_of_ratios(tops, bottoms)
    reach = 1.959963984540054 * error
    bounds = max(-1.0, effect - reach), min(1.0, effect + reach)
    return PositionEffect(first, second, Estimate(effect, *bounds, len(run.pairs), "normal-clustered", error))


def _difference_of_ratios(tops: np.ndarray[Any, Any], bottoms: np.ndarray[Any, Any]) -> tuple[float, float]:
    """Difference of two ratios over the same clusters and its linearised standard error, the covariance included."""
    totals = bottoms.sum(axis=1)
    ratios = tops.sum(axis=1) / totals
    influence = (tops - ratios[:, None] * bottoms) / totals[:, None]
    return float(ratios[0] - ratios[1]), float(np.sqrt(((influence[0] - influence[1]) ** 2).sum()))


@dataclass(frozen=True, slots=True)
class Selected:
    """The pairs whose votes agree at least so much, judged by their majority.

    Attributes:
        agreement: the least share of a pair's votes (unparsed ones and ties among them) that name one response.
        coverage: share of all pairs that are kept.
        accuracy: of the majority on those kept.
    """

    agreement: float
    coverage: float
    accuracy: Estimate

    def to_dict(self) -> dict[str, Any]:
        return {"agreement": self.agreement, "coverage": self.coverage, "accuracy": self.accuracy.to_dict()}


def selective(run: Run) -> list[Selected]:
    """The curve from all pairs with a majority to those with full agreement: what a data pipeline can keep.

    Empty where most pairs have a single vote.
    """
    if sum(len(p.votes) > 1 for p in run.pairs) <= len(run.pairs) / 2:
        return []
    rated = [
        (max(c.right, c.wrong) / c.total, c.right > c.wrong) for p in run.pairs if (c := p.counts).right != c.wrong
    ]
    curve = []
    for level in sorted({agreement for agreement, _ in rated}):
        kept = [float(right) for agreement, right in rated if agreement >= level]
        curve.append(Selected(level, len(kept) / len(run.pairs), estimates.mean(kept)))
    return curve


def by_tag(run: Run, policy: Policy) -> Mapping[str, Estimate]:
    """Accuracy by error tag, for pairs that have some; a pair counts under each of its tags."""
    found: dict[str, list[float]] = {}
    for pair in run.pairs:
        value = outcome(pair.counts, policy)
        for tag in pair.label.tags:
            found.setdefault(tag, []).extend([] if value is None else [value])
    return {tag: estimates.mean(values) for tag, values in sorted(found.items())}
