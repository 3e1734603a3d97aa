"""Paired tests: two judges on the same pairs, many pairs of judges at once, and groups that cannot be told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlrb_task.compare.basis import Basis
from vlrb_task.pairs.pair import order_subsets
from vlrb_task.scores.estimates import CONFIDENCE, RESAMPLES, SEED, Estimate, nothing
from vlrb_task.scores.policies import outcomes

Array = NDArray[np.float64]

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class PairedTest:
    """Two judges on the pairs that both were scored on.

    Attributes:
        a, b: their names.
        n: pairs on which both have an outcome; under the policy ``official`` those that neither dropped.
        a_better, b_better: the discordant counts: pairs on which one scored higher than the other.
        difference: a's overall accuracy minus b's, with a bootstrap interval over pairs; in [-1, 1].
        macro_difference: the same of the macro averages, pairs drawn within each subset.
        p: McNemar's exact test, two-sided.
        p_holm: the same, adjusted for all tests of the comparison (Holm).
    """

    a: str
    b: str
    n: int
    a_better: int
    b_better: int
    difference: Estimate
    macro_difference: Estimate
    p: float
    p_holm: float

    @property
    def discordant(self) -> float:
        """Share of pairs on which the two differ, in [0, 1]."""
        return (self.a_better + self.b_better) / self.n if self.n else 0.0

    def to_dict(self) -> dict[str, Any]:
        return {
            "a": self.a,
            "b": self.b,
            "n": self.n,
            "a_better": self.a_better,
            "b_better": self.b_better,
            "difference": self.difference.to_dict(),
            "macro_difference": self.macro_difference.to_dict(),
            "p": self.p,
            "p_holm": self.p_holm,
        }


def outcomes_of(basis: Basis) -> Array:
    """Every judge's outcome on every pair, shape ``(judges, pairs)``, in [0, 1]; NaN where the policy drops it."""
    return np.stack([outcomes(run.right, run.wrong, run.neither, basis.policy) for run in basis.runs])


def subsets_of(basis: Basis) -> list[str]:
    """The subset of every pair."""
    subset = basis.runs[0].labels.subset
    return [subset.names[code] for code in subset.codes]


def paired_tests(basis: Basis) -> list[PairedTest]:
    """Every two judges, in the order of their names; adjusted for their number."""
    from statsmodels.stats.multitest import multipletests

    scores, subsets = outcomes_of(basis), np.array(subsets_of(basis))
    found = []
    for i, j in combinations(range(len(basis.names)), 2):
        both = ~np.isnan(scores[i]) & ~np.isnan(scores[j])
        gap = scores[i, both] - scores[j, both]
        strata = {name: gap[subsets[both] == name] for name in order_subsets(subsets.tolist())}
        found.append(
            (basis.names[i], basis.names[j], gap, strata, mcnemar_p(int((gap > 0).sum()), int((gap < 0).sum())))
        )
    if not found:
        return []
    adjusted = multipletests([p for *_, p in found], alpha=ALPHA, method="holm")[1]
    return [
        PairedTest(
            a,
            b,
            gap.size,
            int((gap > 0).sum()),
            int((gap < 0).sum()),
            bootstrap_difference({"all": gap}),
            bootstrap_difference(strata),
            p,
            float(p_holm),
        )
        for (a, b, gap, strata, p), p_holm in zip(found, adjusted, strict=True)
    ]


def mcnemar_p(a_better: int, b_better: int) -> float:
    """McNemar's exact two-sided test from the two discordant counts.

    With half points a pair counts for the judge that scored higher on it: then this is the exact sign test, of which
    McNemar's is the case of two outcomes.
    """
    from statsmodels.stats.contingency_tables import mcnemar

    if not a_better + b_better:
        return 1.0
    return float(mcnemar([[0, a_better], [b_better, 0]], exact=True).pvalue)


def bootstrap_difference(strata: Mapping[str, Array], confidence: float = CONFIDENCE) -> Estimate:
    """Mean over strata of the mean of paired differences, with a percentile bootstrap of pairs within each stratum.

    Differences take few values, so that a resample is one multinomial draw of their counts: the same distribution as
    drawing pairs one by one. The seed is fixed.

    Args:
        strata: differences in [-1, 1] by stratum; one stratum gives the plain mean, the subsets the macro average.
        confidence: nominal coverage.
    """
    method = f"paired-bootstrap-{RESAMPLES}"
    n = sum(gaps.size for gaps in strata.values())
    if not strata or not all(gaps.size for gaps in strata.values()):
        return nothing(method, n)
    generator = np.random.default_rng(SEED)
    resampled = np.zeros(RESAMPLES)
    value = variance = 0.0
    for gaps in strata.values():
        levels, counts = np.unique(gaps, return_counts=True)
        resampled += generator.multinomial(gaps.size, counts / gaps.size, size=RESAMPLES) @ levels / gaps.size
        value += float(gaps.mean()) / len(strata)
        variance += float(gaps.var()) / gaps.size / len(strata) ** 2
    low, high = np.quantile(resampled / len(strata), [0.5 - confidence / 2, 0.5 + confidence / 2])
    return Estimate(value, min(float(low), value), max(float(high), value), n, method, variance**0.5)


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
