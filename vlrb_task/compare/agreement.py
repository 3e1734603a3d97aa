"""Agreement of judges with each other, and of a judge's own votes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlrb_task.asking.ballots import first_from_key
from vlrb_task.compare.basis import Basis
from vlrb_task.pairs.labels import Ints
from vlrb_task.votes import Run
from vlrb_task.votes.schema import NONE

Choices = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class JudgeAgreement:
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

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("a", "b", "n", "agree", "kappa", "error_kappa")}


def _by_key(basis: Basis) -> Choices:
    """Choices of every judge, named by the pair's key: 1 if the response that the key puts first is preferred, NaN if neither."""
    chosen = np.array([run.choice for run in basis.runs])
    return np.where(np.isnan(chosen), np.nan, chosen == _starts(basis.runs[0]))


def _right(run: Run) -> Choices:
    """1 if the better response is preferred, 0 if the other is, NaN if neither is, or the label is a tie."""
    return np.where(np.isnan(run.choice) | run.labels.tied, np.nan, run.choice == run.labels.better)


def _starts(run: Run) -> Ints:
    """The response that each pair's key names; logs without keys have the id in its place."""
    keys = run.labels.keys.to_pylist()
    return np.array([first_from_key(key if _is_hex(key) else key.encode().hex()) for key in keys], dtype=np.int64)


def _is_hex(key: str) -> bool:
    return bool(key) and not key.strip("0123456789abcdef")


def judge_agreement(basis: Basis) -> list[JudgeAgreement]:
    """Every two judges."""
    chosen = _by_key(basis)
    right = [_right(run) for run in basis.runs]
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
    import krippendorff

    chosen = _by_key(basis)
    known = ~np.isnan(chosen)
    if len(chosen) < 2 or not (known.sum(axis=0) > 1).any() or np.unique(chosen[known]).size < 2:
        return None
    return float(krippendorff.alpha(reliability_data=chosen, level_of_measurement="nominal"))


def vote_agreement(run: Run) -> float | None:
    """Krippendorff's alpha (nominal) of a judge's votes on a pair, ties and unparsed ones left out.

    1 is perfect agreement, 0 what votes drawn at random from all of its votes would show. None where no pair has two
    votes. Responses are named as in :attr:`JudgeAgreement.kappa`.
    """
    import krippendorff

    votes, most = run.votes, int(run.total.max(initial=0))
    data = np.full((most, len(run.labels)), np.nan)
    first = np.cumsum(run.total) - run.total
    cast = votes.choice != NONE
    place = np.arange(len(votes)) - first[votes.pair]
    data[place[cast], votes.pair[cast]] = votes.choice[cast] == _starts(run)[votes.pair[cast]]
    if most < 2 or not ((~np.isnan(data)).sum(axis=0) > 1).any() or np.unique(data[~np.isnan(data)]).size < 2:
        return None
    return float(krippendorff.alpha(reliability_data=data, level_of_measurement="nominal"))
