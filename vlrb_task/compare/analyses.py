"""What a judge's votes hang on besides the truth (length, position, its own agreement), and how far judges agree."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from vlrb_task.asking.ballots import first_from_key
from vlrb_task.compare.basis import Basis
from vlrb_task.compare.correlation import Coefficient
from vlrb_task.pairs.labels import NO_WORDS, Ints, Mask
from vlrb_task.scores import orders
from vlrb_task.scores.estimates import BESIDE, Estimate, Record
from vlrb_task.scores.intervals import Groups, share
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.scored import Scored
from vlrb_task.scores.style import LENGTH, differences, of_verdicts
from vlrb_task.votes import Run
from vlrb_task.votes.schema import NONE

Choices = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LengthPreference(Record):
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
    odds_per_doubling: Coefficient | None


def length_preference(run: Run, groups: Groups | None = None) -> LengthPreference | None:
    """See :class:`LengthPreference`; None where the lengths are not known, or no pair's differ."""
    labels, votes = run.labels, run.votes
    known = (labels.words != NO_WORDS).all(axis=1)
    uneven = known & (labels.words[:, 0] != labels.words[:, 1]) & ~labels.tied
    if not uneven.any():
        return None
    longer = np.where(labels.words[:, 0] > labels.words[:, 1], 0, 1)
    cast = votes.choice != NONE
    totals = run.count(cast)
    better_longer = labels.better == longer

    def ratio(of: Ints, where: Mask) -> Estimate:
        return share(of, totals, groups, where)

    # Of the length alone; in the statistic ``style`` it stands beside the other features.
    doublings = differences(labels, uneven).get(LENGTH)
    fitted = None if doublings is None else of_verdicts(run, uneven, doublings[:, None], groups)
    return LengthPreference(
        ratio(run.count(cast & (votes.choice == longer[votes.pair])), uneven),
        share(better_longer, groups=groups, where=uneven),
        ratio(run.right, uneven & better_longer),
        ratio(run.right, uneven & ~better_longer),
        None if fitted is None else Coefficient(*map(math.exp, fitted[1][:3])),
    )


@dataclass(frozen=True, slots=True)
class PositionAnalysis(Record):
    """What the place of the answers does to a judge's verdicts.

    Attributes:
        right_if_first, right_if_second: accuracy of verdicts where the better response was shown first, second.
        effect: the first minus the second, in [-1, 1]; 0 for a judge without position bias.
        p: two-sided, of an effect of 0.
        agreement: position consistency, preference fairness, repetition stability and repeat agreement as
            :mod:`vlrb_task.scores.orders` defines them, those that the votes allow.
    """

    right_if_first: Estimate
    right_if_second: Estimate
    effect: Estimate
    p: float
    agreement: Mapping[str, Estimate] = field(metadata=BESIDE)


_AGREEMENT = (
    orders.position_consistency,
    orders.preference_fairness,
    orders.repetition_stability,
    orders.repeat_agreement,
)


def position_analysis(scored: Scored) -> PositionAnalysis | None:
    """See :class:`PositionAnalysis`; None where the better response never stood first, or never second."""
    counts = scored.by_order
    verdicts, right = counts[:, :, : orders.WRONG + 1].sum(axis=2), counts[:, :, orders.RIGHT]
    if not verdicts.sum(axis=0).all():
        return None
    agreement = {} if scored.stopped else {measure.__name__: measure(counts, scored.groups) for measure in _AGREEMENT}
    return PositionAnalysis(
        share(right[:, 0], verdicts[:, 0], scored.groups),
        share(right[:, 1], verdicts[:, 1], scored.groups),
        orders.position_effect(counts, scored.groups),
        orders.position_test(counts, scored.groups),
        {name: found for name, found in agreement.items() if found.value is not None},
    )


@dataclass(frozen=True, slots=True)
class Selected(Record):
    """The pairs whose votes agree at least so much, judged by their majority.

    Attributes:
        agreement: the least share of a pair's votes (unparsed ones and ties among them) that name one response.
        coverage: share of all pairs that are kept.
        accuracy: of the majority on those kept.
    """

    agreement: float
    coverage: float
    accuracy: Estimate


def selective(run: Run, groups: Groups | None = None) -> list[Selected]:
    """The curve from all pairs with a majority to those with full agreement: what a data pipeline can keep.

    Empty where most pairs have a single vote.
    """
    pairs = len(run.labels)
    if (run.total > 1).sum() <= pairs / 2:
        return []
    right, agreement = run.right > run.wrong, np.maximum(run.right, run.wrong) / run.total
    decided = run.right != run.wrong
    points = []
    for level in np.unique(agreement[decided]):
        held = decided & (agreement >= level)
        points.append(Selected(float(level), int(held.sum()) / pairs, share(right, groups=groups, where=held)))
    return points


@dataclass(frozen=True, slots=True)
class Analysis(Record):
    """What one judge's votes hang on."""

    length: LengthPreference | None
    position: PositionAnalysis | None
    selective: Sequence[Selected]
    vote_alpha: float | None


def analyse(run: Run, policy: Policy) -> Analysis:
    """Every analysis of one run; what stopping when decided would change the meaning of is left out of one that did."""
    scored = Scored(run, policy)
    stopped = scored.stopped
    return Analysis(
        length_preference(run, scored.groups),
        position_analysis(scored),
        () if stopped else selective(run, scored.groups),
        None if stopped else vote_agreement(run),
    )


@dataclass(frozen=True, slots=True)
class JudgeAgreement(Record):
    """Two judges on the pairs where the votes of both have a majority.

    Attributes:
        n: those pairs.
        agree: share on which they prefer the same response, in [0, 1].
        kappa: Cohen's kappa of their choices: 0 is what two coins would do, 1 is perfect. The responses are named by
            the pair's key, as by a coin, not by their place in the row, where the better one nearly always is first.
        error_kappa: Cohen's kappa of right and wrong: whether they fail on the same pairs more often than their
            accuracies alone would make them.
    """

    a: str
    b: str
    n: int
    agree: float | None
    kappa: float | None
    error_kappa: float | None


def judge_agreement(basis: Basis) -> list[JudgeAgreement]:
    """Every two judges."""
    chosen = _by_key(basis)
    right = [
        np.where(np.isnan(run.choice) | run.labels.tied, np.nan, run.choice == run.labels.better) for run in basis.runs
    ]
    found = []
    for i, j in combinations(range(len(basis.names)), 2):
        both = ~np.isnan(chosen[i]) & ~np.isnan(chosen[j])
        n = int(both.sum())
        agree = float((chosen[i][both] == chosen[j][both]).mean()) if n else None
        kappa = cohen_kappa(chosen[i][both], chosen[j][both])
        judged = ~np.isnan(right[i]) & ~np.isnan(right[j])
        errors = cohen_kappa(right[i][judged], right[j][judged])
        found.append(JudgeAgreement(basis.names[i], basis.names[j], n, agree, kappa, errors))
    return found


def _by_key(basis: Basis) -> Choices:
    """Choices of every judge, named by the pair's key: 1 if the response that the key puts first is preferred, NaN if neither."""
    chosen = np.array([run.choice for run in basis.runs])
    return np.where(np.isnan(chosen), np.nan, chosen == _starts(basis.runs[0]))


def _starts(run: Run) -> Ints:
    """The response that each pair's key names; logs without keys have the id in its place."""
    keys = run.labels.keys.to_pylist()
    hexes = (key if key and not key.strip("0123456789abcdef") else key.encode().hex() for key in keys)
    return np.array([first_from_key(key) for key in hexes], dtype=np.int64)


def cohen_kappa(a: Choices, b: Choices) -> float | None:
    """Cohen's kappa of two series of 0 and 1, by statsmodels; None where it is undefined (both always say the same)."""
    from statsmodels.stats.inter_rater import cohens_kappa, to_table

    if not a.size or np.unique(np.concatenate([a, b])).size < 2:
        return None
    table = to_table(np.column_stack([a, b]).astype(int), 2)[0]
    return float(cohens_kappa(table, return_results=False))


def fleiss(basis: Basis) -> float | None:
    """Fleiss' kappa of all judges, by statsmodels, over the pairs where each has a majority; None for one judge."""
    from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

    chosen = _by_key(basis)
    full = chosen[:, ~np.isnan(chosen).any(axis=0)]
    if len(chosen) < 2 or np.unique(full).size < 2:
        return None
    return float(fleiss_kappa(aggregate_raters(full.T.astype(int), 2)[0]))


def between_judges(basis: Basis) -> float | None:
    """Krippendorff's alpha (nominal) of the judges' majorities, pairs without one missing; None where it is undefined."""
    return _alpha(_by_key(basis))


def vote_agreement(run: Run) -> float | None:
    """Krippendorff's alpha (nominal) of a judge's votes on a pair, ties and unparsed ones left out.

    1 is perfect agreement, 0 what votes drawn at random from all of its votes would show. None where no pair has two
    votes. Responses are named as in :attr:`JudgeAgreement.kappa`.
    """
    votes = run.votes
    data = np.full((int(run.total.max(initial=0)), len(run.labels)), np.nan)
    first = np.cumsum(run.total) - run.total
    cast = votes.choice != NONE
    place = np.arange(len(votes)) - first[votes.pair]
    data[place[cast], votes.pair[cast]] = votes.choice[cast] == _starts(run)[votes.pair[cast]]
    return _alpha(data)


def _alpha(choices: Choices) -> float | None:
    """Of choices, NaN where there is none, shape ``(raters, pairs)``; None without two of a pair, or without a difference."""
    import krippendorff

    known = ~np.isnan(choices)
    if not (known.sum(axis=0) > 1).any() or np.unique(choices[known]).size < 2:
        return None
    return float(krippendorff.alpha(reliability_data=choices, level_of_measurement="nominal"))
