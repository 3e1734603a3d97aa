"""Intervals of shares and means that keep a width where nothing varied, for pairs, votes of a pair, and groups of pairs.

Every interval here is Wilson's score interval at an effective number of observations, or is put together from such by
MOVER. The population is: this judge, its own sampling included, on a population of such pairs.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, fsum, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlrb_task.scores.estimates import TINY, Estimate, Z, nothing, tango, wilson

Array = NDArray[np.float64]
Groups = Sequence[Hashable] | NDArray[np.generic]
"""For each pair the group (prompt, picture, problem) that it belongs to, shape ``(pairs,)``."""
Where = NDArray[np.bool_] | NDArray[np.int64]
"""Which pairs: a mask, or their places."""

FEW_GROUPS = 30
"""Below so many equal groups (their effective number) clustered errors are known to be too small."""
FEW = 3.0
"""Scale, in units that differ from the usual one, on which an observed variance begins to be trusted: with 3 of them
the prior unit of :func:`effective_size` weighs ``exp(-1)``. Chosen by simulation, see ``benchmarks/coverage.py``."""


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Sums over independent units: pairs, or groups of pairs.

    Attributes:
        top: what was counted in each unit, shape ``(units,)``; within plus or minus ``bottom``.
        bottom: out of how much, shape ``(units,)``, each above 0.
        plain: whether every unit is one observation of 0 or 1 (or -1, for differences): nothing is clustered or divided.
        grouped: whether a unit may hold several pairs.
        total: of ``bottom``.
        value: the ratio of the sums, in [-1, 1]; 0 where there are no units.
        influence: each unit's linearised contribution to the ratio's error, shape ``(units,)``. That of a group is divided
            by ``sqrt(1 - its share of the total)``: a large group draws the ratio to itself, and would seem to err little
            (Bell and McCaffrey 2002; for equal groups the usual ``G / (G - 1)``). Few groups cannot show that their pairs
            vary less together than alone: there the variance is at least that of the pairs.
        overlap: by what factor groups that are all alike would add to the variance of a mean over strata for standing in
            several of them, see :func:`_strata`.
    """

    top: Array
    bottom: Array
    plain: bool
    grouped: bool
    total: float
    value: float
    influence: Array
    overlap: float = 1.0


def exact_sum(values: Array) -> float:
    """The exact sum: the order of a log's lines must not show in its numbers, which rounding errors would let it do."""
    return fsum(values.tolist())


def group_sums(values: ArrayLike, groups: Groups | None) -> Array:
    """Sums of the pairs' values within each group, in the groups' own order; the values themselves without groups."""
    array = np.asarray(values, dtype=np.float64)
    if groups is None:
        return array
    names, at = np.unique(np.asarray(groups), return_inverse=True)
    # Sorted, so that the order of pairs does not show in rounding errors.
    order = np.argsort(array, kind="stable")
    return np.bincount(at[order], array[order], names.size).astype(np.float64)


def units(top: ArrayLike, bottom: ArrayLike | None = None, groups: Groups | None = None) -> Units:
    """Sum counts over independent units, by default out of 1 for each pair; units in which nothing was counted are left out."""
    tops = np.asarray(top, dtype=np.float64)
    bottoms = np.ones_like(tops) if bottom is None else np.asarray(bottom, dtype=np.float64)
    by_pair = tops, bottoms
    tops, bottoms = group_sums(tops, groups), group_sums(bottoms, groups)
    grouped = tops.size < by_pair[0].size
    held = bottoms > 0
    tops, bottoms = tops[held], bottoms[held]
    plain = bool((bottoms == 1).all() and np.isin(tops, (-1.0, 0.0, 1.0)).all())
    total = exact_sum(bottoms)
    value = exact_sum(tops) / total if total else 0.0
    influence = (tops - value * bottoms) / (total or 1.0)
    if grouped and tops.size > 1:
        influence = influence / np.sqrt(1 - bottoms / total)
        if total**2 / exact_sum(bottoms**2) < FEW_GROUPS:
            alone = exact_sum((by_pair[0] - value * by_pair[1]) ** 2) / total**2
            influence = influence * sqrt(max(1.0, alone / max(exact_sum(influence**2), TINY)))
    return Units(tops, bottoms, plain, grouped, total, value, influence)


def effective_size(parts: Sequence[Units], spread: float) -> float:
    """How many independent plain observations would know the mean of ratios as well as these units do.

    Kish's design effect is the linearised variance of a ratio (Cochran 1977, section 6) over that of a mean of plain
    observations. Where few units differ from the rest the former is hardly known, and where none does it is 0. So one
    prior observation is added of a unit that is all right or all wrong, with a weight ``c`` that fades as the number ``m``
    of units that differ from the usual share grows: ``c = exp(-m / 3)``. With weights ``w = 1 / parts``, ``G`` units,
    ``N = (sum t)^2 / sum t^2`` and the linearised variance ``V`` of each part, and ``S = 1 / sum(w^2 / N)``,

        effective size = (spread + S sum(w^2 c / (G N))) / sum(w^2 (V + c / (G N))),

    which is the number of units (not of votes) where nothing varied, the design effect where much did, and exactly
    ``n`` for n pairs scored 0 or 1.

    Args:
        parts: the strata, which count alike.
        spread: variance of one plain observation: ``p q`` of one that is 0 or 1, ``won + lost - d^2`` of a paired difference.
    """
    if len(parts) == 1 and parts[0].plain:
        return float(parts[0].top.size)
    variance = prior = shared = 0.0
    weight = 1 / len(parts)
    for found in parts:
        kish = found.total**2 / exact_sum(found.bottom**2) / found.overlap
        variance += weight**2 * exact_sum(found.influence**2)
        prior += weight**2 * exp(-_differing(found) / FEW) / (found.top.size * kish)
        shared += weight**2 / kish
    return max(spread + prior / shared, TINY) / max(variance + prior, TINY)


def _differing(found: Units) -> float:
    """How many units' shares differ from the one with most weight; a unit counts by its squared size, as in the variance."""
    squares = found.bottom**2
    total = exact_sum(squares)
    usual = group_sums(squares, np.round(found.top / found.bottom, 9)).max()
    return float((total - usual) / (total / squares.size))


def among(where: Where | None, values: Any) -> Any:
    """The values of some pairs, by a mask or by their places; all where neither is given, None for None."""
    return values if where is None or values is None else np.asarray(values)[where]


def split(parts: Mapping[str, Where], values: Any) -> Any:
    """The values of each of several sets of pairs, by name; None for None."""
    return None if values is None else {name: np.asarray(values)[where] for name, where in parts.items()}


def share(
    top: ArrayLike, bottom: ArrayLike | None = None, groups: Groups | None = None, where: Where | None = None
) -> Estimate:
    """A mean of scores, or a share of votes, with its interval: Wilson's at the effective size.

    Args:
        top: scores in [0, 1], or what was counted of each pair's votes, shape ``(pairs,)``.
        bottom: out of how many votes, shape ``(pairs,)``; by default every pair is one observation.
        groups: pairs that belong together vary as one.
        where: the pairs that are counted, by a mask or by their places; by default all.

    Returns:
        In [0, 1]. ``n`` is the number of pairs for a mean, the sum of ``bottom`` for a share. The interval has a width
        wherever n is not 0. ``se`` is the linearised standard error, 0 where nothing varied.

    Source:
        E. B. Wilson, JASA 22 (1927); L. Kish, Survey Sampling (1965), on design effects; W. G. Cochran, Sampling
        Techniques (1977), section 6; the interval at an effective size: N. Dean and M. Pagano, J. Surv. Stat. Methodol. 3
        (2015) 484-503; R. M. Bell and D. F. McCaffrey, Surv. Methodol. 28 (2002) 169-181, on groups. The prior unit and the
        floor for few groups are this project's own, checked by simulation.
    """
    top, bottom, groups = (among(where, values) for values in (top, bottom, groups))
    found = units(top, bottom, groups)
    method = (
        "wilson" if found.plain else "wilson-clustered" if found.grouped or bottom is not None else "wilson-effective-n"
    )
    n = np.asarray(top).size if bottom is None else round(found.total)
    return _mean([found], n, method)


def _mean(parts: Sequence[Units], n: int, method: str) -> Estimate:
    """The mean of ratios with Wilson's interval at the effective size."""
    if not parts or not all(found.top.size for found in parts):
        return nothing(method, n)
    weight = 1 / len(parts)
    p = min(max(fsum(weight * found.value for found in parts), 0.0), 1.0)
    low, high = wilson(p, effective_size(parts, p * (1 - p)))
    error = sqrt(fsum(weight * weight * exact_sum(found.influence**2) for found in parts))
    return Estimate(p, low, high, n, method, error)


def mover(first: Estimate, second: Estimate, correlation: float = 0.0) -> Estimate:
    """One estimate minus another, its interval put together from theirs (MOVER: variance estimates recovered from limits).

    ``low = value - sqrt(d_1^2 - 2 r d_1 d_2 + d_2^2)`` with ``d_1 = value - low`` of the first and ``d_2 = high - value`` of the
    second; ``high`` in the same way. ``r`` is the correlation of their errors. Not clipped to any range.

    Source:
        G. Y. Zou and A. Donner, Stat. Med. 27 (2008) 1693-1702; R. G. Newcombe, Stat. Med. 17 (1998) 2635-2650, method 10,
        is the case of two correlated proportions.
    """
    a, b = ((one.value or 0.0, one.low or 0.0, one.high or 0.0, one.se or 0.0) for one in (first, second))
    matrix = np.array([[1.0, correlation], [correlation, 1.0]])
    sides = np.array([[a[0] - a[1], b[0] - b[2]], [a[2] - a[0], b[1] - b[0]], [a[3], -b[3]]])
    down, up, error = (sqrt(max(0.0, float(side @ matrix @ side))) for side in sides)
    value = a[0] - b[0]
    return Estimate(value, value - down, value + up, first.n + second.n, "mover", error)


def macro(strata: Mapping[str, ArrayLike], groups: Mapping[str, Groups] | None = None) -> Estimate:
    """The mean of the strata's means in [0, 1], with Wilson's interval at the effective size of the weighted mean.

    Args:
        strata: scores in [0, 1] by subset. One without scores leaves the macro average undefined.
        groups: by subset, for each of its pairs. A group that reaches over several subsets varies as one.

    Source:
        X. Yan and X. G. Su, Stat. Biopharm. Res. 2 (2010) 329-335, on stratified Wilson intervals; here the strata's weights
        are given and their variances enter through :func:`effective_size`.
    """
    return _mean(_strata(strata, groups), sum(np.size(scores) for scores in strata.values()), "wilson-stratified")


def _strata(strata: Mapping[str, ArrayLike], groups: Mapping[str, Groups] | None) -> list[Units]:
    """The units of each stratum, which count alike.

    Where groups reach over several strata, the errors of the strata's means add up within each group: the influences are
    scaled so that their squares sum to the variance of the mean over the strata, which is not taken to be less for that.
    """
    names = sorted(strata)
    parts = [units(strata[name], None, groups[name] if groups else None) for name in names]
    held = np.concatenate([np.unique(np.asarray(groups[name])) for name in names]) if groups else np.zeros(0)
    if np.unique(held).size == held.size or not all(part.top.size for part in parts):
        return parts

    def joined(values: Sequence[Array]) -> float:
        every = np.concatenate(values)
        return max(1.0, exact_sum(group_sums(every, held) ** 2) / max(exact_sum(every**2), TINY))

    scale, overlap = sqrt(joined([p.influence for p in parts])), joined([p.bottom / p.total for p in parts])
    return [replace(part, influence=scale * part.influence, overlap=overlap) for part in parts]


def mean_difference(gaps: ArrayLike, groups: Groups | None = None) -> Estimate:
    """The mean of paired differences, with an interval that has a width where no two scores differ.

    Tango's score interval of a paired difference of proportions, at an effective number of pairs (:func:`effective_size`):
    a half point counts for what it varies, and so do pairs of one group. With ``won`` and ``lost`` the means of ``max(d, 0)``
    and ``max(-d, 0)``, a plain difference has variance ``won + lost - d^2``; for differences of -1, 0 and 1 the effective
    number is that of the pairs and the interval Tango's own. Where no pair differs it is ``+- z^2 / (n + z^2)``.

    Args:
        gaps: one judge's scores minus the other's, in [-1, 1], shape ``(pairs,)``.
        groups: pairs that belong together vary as one.

    Returns:
        In [-1, 1]; ``n`` is the number of pairs.

    Source:
        T. Tango, Stat. Med. 17 (1998) 891-908.
    """
    return macro_difference({"all": gaps}, None if groups is None else {"all": groups})


def macro_difference(strata: Mapping[str, ArrayLike], groups: Mapping[str, Groups] | None = None) -> Estimate:
    """The mean over strata of the mean paired difference; else as :func:`mean_difference`, its arguments as of :func:`macro`."""
    arrays = {name: np.asarray(gaps, dtype=np.float64) for name, gaps in sorted(strata.items())}
    parts = _strata(arrays, groups)
    n = sum(values.size for values in arrays.values())
    method = "tango" if len(parts) == 1 and parts[0].plain else "tango-effective-n"
    if not parts or not all(found.top.size for found in parts):
        return nothing(method, n)
    weight = 1 / len(parts)
    won, lost = (
        fsum(exact_sum(np.maximum(s * gaps, 0.0)) / gaps.size for gaps in arrays.values()) * weight for s in (1, -1)
    )
    value = won - lost
    low, high = tango(won, lost, effective_size(parts, won + lost - value**2))
    error = weight * sqrt(fsum(exact_sum(found.influence**2) for found in parts))
    return Estimate(value, low, high, n, method, error)


def difference_of_shares(
    top: tuple[ArrayLike, ArrayLike], bottom: tuple[ArrayLike, ArrayLike], groups: Groups | None = None
) -> Estimate:
    """One share minus another over the same pairs, each pair in either or both: MOVER with their correlation.

    Args:
        top: what was counted for the first and for the second share, shape ``(pairs,)`` each.
        bottom: out of how many, shape ``(pairs,)`` each; a pair may lack votes of either kind.
        groups: pairs that belong together vary as one.

    Returns:
        In [-1, 1]; ``n`` is the number of pairs with votes of either kind. Never narrower than what that many pairs
        on which nothing differed would leave open, ``z^2 / (n + z^2)`` to each side.
    """
    tops, bottoms = (np.asarray(x, dtype=np.float64) for x in (top, bottom))
    held = bottoms.sum(axis=0) > 0
    names = among(held, groups)
    tops, bottoms = tops[:, held], bottoms[:, held]
    n = int(held.sum())
    if not bottoms.size or not (bottoms.sum(axis=1) > 0).all():
        return nothing("mover-ratios", n)
    parts = [share(tops[i], bottoms[i], names) for i in (0, 1)]
    error = [
        group_sums((tops[i] - (parts[i].value or 0.0) * bottoms[i]) / exact_sum(bottoms[i]), names) for i in (0, 1)
    ]
    spread = exact_sum(error[0] ** 2) * exact_sum(error[1] ** 2)
    r = max(-1.0, min(1.0, exact_sum(error[0] * error[1]) / sqrt(spread))) if spread > 0 else 0.0
    found = mover(parts[0], parts[1], r)
    value = found.value or 0.0
    least = Z**2 / (error[0].size + Z**2)
    low, high = min(found.low or 0.0, value - least), max(found.high or 0.0, value + least)
    return Estimate(value, max(-1.0, low), min(1.0, high), n, "mover-ratios", found.se)
