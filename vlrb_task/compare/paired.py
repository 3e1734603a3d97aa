"""Paired tests: two judges on the same pairs, many pairs of judges at once, and groups that cannot be told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from vlrb_task.compare.basis import Basis, pictures_of
from vlrb_task.compare.planning import ALPHA, mean_square
from vlrb_task.pairs.labels import Mask
from vlrb_task.pairs.pair import order_subsets
from vlrb_task.scores.estimates import Estimate, Record, nothing
from vlrb_task.scores.intervals import Groups, among, macro_difference, mean_difference, split
from vlrb_task.scores.policies import outcomes
from vlrb_task.scores.score import Score
from vlrb_task.scores.sign_flips import holm, sign_flip, stratified_sign_flip
from vlrb_task.votes import Run

Array = NDArray[np.float64]

MACRO = "macro"


@dataclass(frozen=True, slots=True)
class Contrast(Record):
    """The difference of two judges on some pairs, or of their macro averages, with its test.

    Attributes:
        name: a subset's, or ``macro``.
        difference: a's accuracy minus b's; in [-1, 1].
        p: two-sided, of a mean difference of 0.
        p_holm: adjusted for all subsets and macro averages of all pairs of judges of the comparison.
    """

    name: str
    difference: Estimate
    p: float
    p_holm: float = 1.0


@dataclass(frozen=True, slots=True)
class PairedTest(Record):
    """Two judges on the pairs that both were scored on.

    Attributes:
        a, b: their names.
        n: pairs on which both have an outcome; under the policy ``official`` those that neither dropped.
        a_better, b_better: the discordant counts: pairs on which one scored higher than the other.
        mean_square: of the differences of their scores: the discordant share, half-point differences a quarter.
        difference: a's overall accuracy minus b's; in [-1, 1].
        macro_difference: the same of the macro averages.
        p: two-sided, of a mean difference of 0.
        test: which test: McNemar's where all scores are right or wrong, else sign flips.
        p_holm: ``p``, adjusted for all pairs of judges of the comparison (Holm).
        contrasts: the macro average, then each subset.
    """

    a: str
    b: str
    n: int
    a_better: int
    b_better: int
    mean_square: float
    difference: Estimate
    macro_difference: Estimate
    p: float
    test: str
    p_holm: float
    contrasts: tuple[Contrast, ...]


def outcomes_of(basis: Basis) -> Array:
    """Every judge's outcome on every pair, shape ``(judges, pairs)``, in [0, 1]; NaN where the policy drops it."""
    return np.stack([outcomes(run.right, run.wrong, run.neither, basis.policy) for run in basis.runs])


def subsets_of(basis: Basis) -> list[str]:
    """The subset of every pair."""
    subset = basis.runs[0].labels.subset
    return [subset.names[code] for code in subset.codes]


def paired_tests(basis: Basis, groups: Groups | None = None, *, mid_p: bool = False) -> list[PairedTest]:
    """Every two judges, in the order of their names; p values adjusted for their number.

    Args:
        basis: the runs on their common pairs.
        groups: pairs that belong together, shape ``(pairs,)``: they are flipped together.
        mid_p: outcomes exactly as extreme as the data count by half.
    """
    scores, subsets = outcomes_of(basis), np.array(subsets_of(basis))
    order = order_subsets(subsets.tolist())
    tests = []
    for i, j in combinations(range(len(basis.names)), 2):
        both = ~np.isnan(scores[i]) & ~np.isnan(scores[j])
        gaps = scores[i, both] - scores[j, both]
        where = {name: subsets[both] == name for name in order}
        tests.append(_test(basis.names[i], basis.names[j], gaps, where, among(both, groups), mid_p))
    overall = holm([test.p for test in tests])
    within = iter(holm([contrast.p for test in tests for contrast in test.contrasts]))
    return [
        replace(test, p_holm=p, contrasts=tuple(replace(c, p_holm=next(within)) for c in test.contrasts))
        for test, p in zip(tests, overall, strict=True)
    ]


def _test(a: str, b: str, gap: Array, subsets: Mapping[str, Mask], groups: Groups | None, mid_p: bool) -> PairedTest:
    """Two judges, before p values are adjusted."""
    strata, units = split(subsets, gap), split(subsets, groups)
    macro, contrasts = nothing("tango-effective-n"), []
    if all(values.size for values in strata.values()):
        macro = macro_difference(strata, units)
        contrasts.append(Contrast(MACRO, macro, stratified_sign_flip(strata, units, mid_p=mid_p).p))
    for name, values in strata.items() if len(strata) > 1 else ():
        if values.size:
            own = units and units[name]
            contrasts.append(Contrast(name, mean_difference(values, own), sign_flip(values, own, mid_p=mid_p).p))
    test = sign_flip(gap, groups, mid_p=mid_p) if gap.size else None
    return PairedTest(
        a,
        b,
        gap.size,
        int((gap > 0).sum()),
        int((gap < 0).sum()),
        mean_square(gap) if gap.size else 0.0,
        mean_difference(gap, groups),
        macro,
        test.p if test else 1.0,
        test.method if test else "none",
        1.0,
        tuple(contrasts),
    )


def groups_line(found: Sequence[Sequence[str]]) -> str:
    """Groups in words, those of one judge left out."""
    several = [group for group in found if len(group) > 1]
    if not several:
        return "every two judges can be told apart"
    return "cannot be told apart: " + "; ".join("{" + ", ".join(group) + "}" for group in several)


def groups(names: Sequence[str], tests: Sequence[PairedTest]) -> list[list[str]]:
    """Largest sets of judges no two of which could be told apart (Holm-adjusted p at or above :data:`ALPHA`).

    A judge may stand in several: not to be told apart is no equality, and does not carry over from one to the next.

    Args:
        names: best judge first; groups and their members come in this order.
        tests: every two of them.

    Source:
        H.-P. Piepho, J. Comput. Graph. Stat. 13 (2004) 456-466, insert and absorb.
    """
    found = [set(names)]
    for test in tests:
        if test.p_holm >= ALPHA:
            continue
        parts: list[set[str]] = []
        for group in found:
            parts += [group - {test.a}, group - {test.b}] if {test.a, test.b} <= group else [group]
        found = []
        for group in sorted(parts, key=len, reverse=True):
            if not any(group <= kept for kept in found):
                found.append(group)
    ordered = [[name for name in names if name in group] for group in found]
    return sorted(ordered, key=lambda group: [names.index(name) for name in group])


@dataclass(frozen=True, slots=True)
class PictureNeed(Record):
    """What the pictures add: one judge with the pairs' own pictures and with others, or none, in their place.

    Attributes:
        judge: the name of its run with the own pictures.
        pictures: what stood in their place: ``blank``, ``noise``, ``shuffled`` or ``none``.
        own, other: the overall accuracies.
        differences: own minus other, paired: ``overall``, ``macro`` and each subset; in [-1, 1].
        p_holm: of the overall difference, adjusted for all tests of the comparison.
    """

    judge: str
    pictures: str
    own: Estimate
    other: Estimate
    differences: Mapping[str, Estimate]
    p_holm: float


def picture_needs(basis: Basis, scores: Sequence[Score], tests: Sequence[PairedTest]) -> list[PictureNeed]:
    """Every run with other pictures beside the same judge's and model's run with the pairs' own, where that is given too."""
    found = []
    for at, other in enumerate(basis.runs):
        for place, own in enumerate(basis.runs):
            if not pictures_of(other) or pictures_of(own) or _asked(own) != _asked(other):
                continue
            names = basis.names[place], basis.names[at]
            test = next(one for one in tests if {one.a, one.b} == set(names))
            sign = 1 if test.a == names[0] else -1
            gaps = {"overall": test.difference, **{one.name: one.difference for one in test.contrasts}}
            gaps = {name: gap.times(sign) for name, gap in gaps.items()}
            both = scores[place].overall, scores[at].overall
            found.append(PictureNeed(names[0], pictures_of(other), *both, gaps, test.p_holm))
    return found


def _asked(run: Run) -> tuple[str, str]:
    return run.judge, str(run.metadata.get("model") or "")
