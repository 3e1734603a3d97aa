"""What a judge's preferences owe to style: odds by length and Markdown, beside the labels' own, and accuracy at equal style.

A verdict is modelled as ``logit P(response 0 is preferred) = a s + sum_f b_f x_f``, where ``s`` is 1 if response 0 is the better
one and -1 if not, and ``x_f`` what response 0 has more of a feature than response 1. Every term changes sign with the naming
of the responses, so that there is no intercept. ``exp(b_f)`` is the factor on the odds of one unit more, for the same label and
the same other features; ``1 / (1 + exp(-a))`` the accuracy on pairs of equal style.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from vlrb_task.pairs.labels import FEATURES, NO_WORDS, Ints, Labels, Mask
from vlrb_task.scores.estimates import CONFIDENCE, Estimate
from vlrb_task.scores.intervals import Groups, share
from vlrb_task.votes.schema import NONE
from vlrb_task.votes.table import Run

Array = NDArray[np.float64]

LENGTH = "length"
"""Its unit is a doubling of the words; of the features of :mod:`vlrb_task.pairs.labels` it is one more."""
FEWEST = 20
"""A feature in which fewer pairs differ is left out, and below so many verdicts nothing is fitted."""
METHOD = "logit-clustered"


@dataclass(frozen=True, slots=True)
class Style:
    """What style does to verdicts.

    Attributes:
        judge: by feature, the factor on the odds of being preferred.
        labels: the same of the labels: what a judge that is always right shows.
        accuracy: ``verdicts``: of the verdicts that were fitted; ``equal_style``: of the judge on pairs of equal style.
    """

    judge: Mapping[str, Estimate]
    labels: Mapping[str, Estimate]
    accuracy: Mapping[str, Estimate]


def style(run: Run, groups: Groups | None = None) -> Style | None:
    """Fit a judge's verdicts and the labels.

    Args:
        run: votes. Where its labels do not count style (read with ``styles``), only the length is known.
        groups: pairs that belong together vary as one.

    Returns:
        None where lengths are not known, or nothing can be fitted (a judge that is never wrong).

    Source:
        Y. Dubois et al., arXiv 2404.04475 (2024), on accuracy at equal length; statsmodels' Logit, with standard errors
        clustered by pair or group.
    """
    labels = run.labels
    known = (labels.words != NO_WORDS).all(axis=1) & ~labels.tied
    more = differences(labels, known)
    if not more:
        return None
    x = np.stack(list(more.values()), axis=1)
    fitted = of_verdicts(run, known, x, groups)
    if fitted is None:
        return None
    own = logit(labels.better[known] == 0, x[known], _units(labels, groups)[known])
    rows = verdicts(run, known)
    pair = run.votes.pair[rows]
    n = int(np.unique(pair).size)
    right, asked = np.bincount(pair, run.is_right[rows], len(labels)), np.bincount(pair, minlength=len(labels))
    return Style(
        _odds(more, fitted[1:], n),
        {} if own is None else _odds(more, own, int(known.sum())),
        {
            "verdicts": share(right, asked, groups),
            "equal_style": _estimate(fitted[0], lambda a: 1 / (1 + exp(-a)), lambda p: p * (1 - p), rows.size),
        },
    )


def _odds(names: Iterable[str], found: Iterable[Coefficient], n: int) -> dict[str, Estimate]:
    return {name: _estimate(one, exp, lambda odds: odds, n) for name, one in zip(names, found, strict=True)}


def _estimate(found: Coefficient, to: Callable[[float], float], slope: Callable[[float], float], n: int) -> Estimate:
    """A coefficient on another scale; ``slope`` is that scale's derivative, by its value, for the standard error."""
    value, low, high, error = found
    return Estimate(to(value), to(low), to(high), n, METHOD, slope(to(value)) * error)


def differences(labels: Labels, known: Mask) -> dict[str, Array]:
    """What response 0 has more of each feature than response 1, shape ``(pairs,)`` each; features that tell pairs apart."""
    words = np.where(known[:, None], labels.words, 0) + 1.0
    found = {LENGTH: np.log2(words[:, 0] / words[:, 1])}
    if labels.style is not None:
        gaps = labels.style[:, 0] - labels.style[:, 1]
        found |= {name: gaps[:, at].astype(np.float64) for at, name in enumerate(FEATURES)}
    return {name: x for name, x in found.items() if (x[known] != 0).sum() >= FEWEST}


def verdicts(run: Run, pairs: Mask) -> Ints:
    """The rows of the votes that prefer a response, of some pairs."""
    return np.flatnonzero((run.votes.choice != NONE) & pairs[run.votes.pair])


def of_verdicts(run: Run, pairs: Mask, more: Array, groups: Groups | None) -> list[Coefficient] | None:
    """The coefficients of the label and of what response 0 has more, shape ``(pairs, features)``, in a run's verdicts."""
    rows = verdicts(run, pairs)
    pair = run.votes.pair[rows]
    design = np.column_stack([np.where(run.labels.better == 0, 1.0, -1.0), more])[pair]
    return logit(run.votes.choice[rows] == 0, design, _units(run.labels, groups)[pair])


def _units(labels: Labels, groups: Groups | None) -> Ints:
    return (
        np.arange(len(labels)) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1].reshape(-1)
    )


Coefficient = tuple[float, float, float, float]
"""A value, the ends of its interval, and its standard error."""


def logit(first: Mask, design: Array, clusters: Ints) -> list[Coefficient] | None:
    """Logistic regression without an intercept, shape ``(rows, columns)``, standard errors by clusters (statsmodels).

    One coefficient for each column; None where a fit is impossible: few rows, columns that follow from others, outcomes that
    they tell.
    """
    if first.size < FEWEST or np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    from statsmodels.discrete.discrete_model import Logit
    from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationError, PerfectSeparationWarning

    impossible = (ConvergenceWarning, PerfectSeparationWarning, RuntimeWarning)
    # Which response is called 0 is a matter of the row; every second cluster is turned round, so that both outcomes are there.
    turn = np.where(clusters % 2 == 0, 1.0, -1.0)
    y = np.where(turn > 0, first, ~first).astype(np.float64)
    if np.unique(y).size < 2:
        return None
    with warnings.catch_warnings():
        for one in impossible:
            warnings.simplefilter("error", one)
        try:
            fit = Logit(y, design * turn[:, None]).fit(disp=0, cov_type="cluster", cov_kwds={"groups": clusters})
            ends, errors = fit.conf_int(1 - CONFIDENCE), fit.bse
        except (*impossible, PerfectSeparationError, np.linalg.LinAlgError):
            return None
    found = np.column_stack([fit.params, ends, errors])
    return [tuple(row) for row in found.tolist()] if np.abs(found).max() < _LARGEST else None


_LARGEST = 50.0
"""Log odds beyond this are those of outcomes that the columns tell."""
