"""Paired tests: two judges on the same pairs, many pairs of judges at once, and groups that cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlrb_task.compare.basis import Basis
from vlrb_task.compare.planning import mean_square
from vlrb_task.pairs.pair import order_subsets
from vlrb_task.scores.estimates import Estimate, nothing
from vlrb_task.scores.intervals import Groups, macro_difference, mean_difference
from vlrb_task.scores.paired import holm, sign_flip, stratified_sign_flip
from vlrb_task.scores.policies import outcomes

Array = NDArray[np.float64]

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Contrast:
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

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "difference": self.difference.to_dict(), "p": self.p, "p_holm": self.p_holm}


@dataclass(frozen=True, slots=True)
class PairedTest:
    """Two judges on the pairs that both were scored on.

    Attributes:
        a, b: their names.
        n: pairs on which both have an outcome; under the policy ``official`` those that neither dropped.
        a_better, b_better: the discordant counts: pairs on which one scored higher than the other.
        square: mean square of the differences of their scores: the discordant share, half-point differences a quarter.
        difference: a's overall accuracy minus b's; in [-1, 1].
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
    square: float
    difference: Estimate
    p: float
    test: str
    p_holm: float
    contrasts: tuple[Contrast, ...] = ()

    @property
    def macro_difference(self) -> Estimate:
        """Of the macro averages."""
        return next((c.difference for c in self.contrasts if c.name == MACRO), nothing("tango-effective-n"))

    def to_dict(self) -> dict[str, Any]:
        return {
            "a": self.a,
            "b": self.b,
            "n": self.n,
            "a_better": self.a_better,
            "b_better": self.b_better,
            "mean_square": self.square,
            "difference": self.difference.to_dict(),
            "macro_difference": self.macro_difference.to_dict(),
            "p": self.p,
            "test": self.test,
            "p_holm": self.p_holm,
            "contrasts": [found.to_dict() for found in self.contrasts],
        }


MACRO = "macro"


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
    held = None if groups is None else np.asarray(groups)
    tests = []
    for i, j in combinations(range(len(basis.names)), 2):
        both = ~np.isnan(scores[i]) & ~np.isnan(scores[j])
        tests.append(
            _test(
                (basis.names[i], basis.names[j]),
                scores[i, both] - scores[j, both],
                subsets[both],
                order_subsets(subsets.tolist()),
                None if held is None else held[both],
                mid_p,
            )
        )
    overall = holm([test.p for test in tests])
    within = iter(holm([contrast.p for test in tests for contrast in test.contrasts]))
    return [
        replace(test, p_holm=p, contrasts=tuple(replace(c, p_holm=next(within)) for c in test.contrasts))
        for test, p in zip(tests, overall, strict=True)
    ]


def _test(
    names: tuple[str, str],
    gap: Array,
    subsets: NDArray[np.str_],
    order: Sequence[str],
    groups: Groups | None,
    mid_p: bool,
) -> PairedTest:
    """Two judges, before p values are adjusted."""
    strata = {name: gap[subsets == name] for name in order}
    units = None if groups is None else {name: np.asarray(groups)[subsets == name] for name in order}
    contrasts = []
    if gap.size and all(values.size for values in strata.values()):
        contrasts.append(
            Contrast(MACRO, macro_difference(strata, units), stratified_sign_flip(strata, units, mid_p=mid_p).p)
        )
    for name, values in strata.items() if len(strata) > 1 else ():
        if values.size:
            own = None if units is None else units[name]
            contrasts.append(Contrast(name, mean_difference(values, own), sign_flip(values, own, mid_p=mid_p).p))
    test = sign_flip(gap, groups, mid_p=mid_p) if gap.size else None
    return PairedTest(
        *names,
        gap.size,
        int((gap > 0).sum()),
        int((gap < 0).sum()),
        mean_square(gap) if gap.size else 0.0,
        mean_difference(gap, groups),
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


def groups(names: Sequence[str], tests: Sequence[PairedTest], alpha: float = ALPHA) -> list[list[str]]:
    """Largest sets of judges no two of which could be told apart (Holm-adjusted p at or above ``alpha``).

    A judge may stand in several: not to be told apart is no equality, and does not carry over from one to the next.

    Args:
        names: best judge first; groups and their members come in this order.
        tests: every two of them.
        alpha: family-wise error rate.

    Source:
        H.-P. Piepho, J. Comput. Graph. Stat. 13 (2004) 456-466, insert and absorb.
    """
    found = [set(names)]
    for test in tests:
        if test.p_holm >= alpha:
            continue
        split: list[set[str]] = []
        for group in found:
            split += [group - {test.a}, group - {test.b}] if {test.a, test.b} <= group else [group]
        found = []
        for group in sorted(split, key=len, reverse=True):
            if not any(group <= kept for kept in found):
                found.append(group)
    ordered = [[name for name in names if name in group] for group in found]
    return sorted(ordered, key=lambda group: [names.index(name) for name in group])
