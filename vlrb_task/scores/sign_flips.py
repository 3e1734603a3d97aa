"""Is one judge's accuracy higher than another's on the same pairs? A test of the mean difference, not of its signs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlrb_task.scores.estimates import SEED
from vlrb_task.scores.intervals import Groups, group_sums

Array = NDArray[np.float64]

FINEST = 720
"""Scores that are multiples of 1/D for a D up to this are counted exactly; K votes a pair have D = K."""
EXACT_STATES = 2_000_000
"""A distribution with more support points than this is drawn from, not enumerated."""
DRAWS = 100_000
"""Sign flips drawn where the exact distribution is too large: no p value below 1 / (DRAWS + 1) can come out."""
_SAME = 1e-10
"""Statistics closer than this are equal: rounding must not decide what is as extreme as the data."""
_BLOCK = 5_000
_FEW_LEVELS = 50


@dataclass(frozen=True, slots=True)
class Test:
    """A two-sided test.

    Attributes:
        p: in (0, 1].
        statistic: the mean difference that was tested, in [-1, 1].
        n: pairs.
        method: ``mcnemar-exact`` or ``mcnemar-mid-p`` where all differences are -1, 0 or 1 and pairs are independent;
            ``sign-flip-exact``, ``sign-flip-mid-p``; ``sign-flip-drawn`` where the distribution was drawn from.
    """

    p: float
    statistic: float
    n: int
    method: str


def sign_flip(gaps: ArrayLike, groups: Groups | None = None, *, mid_p: bool = False) -> Test:
    """Test that a mean paired difference is 0 by flipping the sign of every pair's difference at random.

    If the two judges do not differ, a pair's difference is as likely to be ``d`` as ``-d``. The test's p value is the chance
    that such flips give a mean at least as far from 0 as the one seen, worked out exactly by convolution. Where every
    difference is -1, 0 or 1 that is McNemar's exact test. Where the differences are skewed and only their mean is 0 the
    test holds its level asymptotically, since the flips keep the sum of squares.

    Args:
        gaps: one judge's scores minus the other's, in [-1, 1], shape ``(pairs,)``.
        groups: pairs that belong together are flipped together.
        mid_p: count outcomes exactly as extreme as the data by half: closer to the nominal level, no guarantee.

    Source:
        R. A. Fisher, The Design of Experiments (1935), section 21; M. W. Fagerland, S. Lydersen and P. Laake, BMC Med.
        Res. Methodol. 13:91 (2013), on the mid-p of McNemar's test.
    """
    return stratified_sign_flip({"all": gaps}, None if groups is None else {"all": groups}, mid_p=mid_p)


def stratified_sign_flip(
    strata: Mapping[str, ArrayLike], groups: Mapping[str, Groups] | None = None, *, mid_p: bool = False
) -> Test:
    """As :func:`sign_flip`, of the mean over strata of the mean difference: the test of a difference of macro averages.

    Args:
        strata: differences in [-1, 1] by subset, none of them empty.
        groups: by subset, for each of its pairs. A group that reaches over several subsets is flipped as a whole.
        mid_p: as in :func:`sign_flip`.

    Raises:
        ValueError: a stratum without pairs, or no stratum.
    """
    arrays = {name: np.asarray(gaps, dtype=np.float64) for name, gaps in sorted(strata.items())}
    if not arrays or not all(values.size for values in arrays.values()):
        raise ValueError("every stratum needs pairs")
    n = sum(values.size for values in arrays.values())
    weights = [1 / (len(arrays) * values.size) for values in arrays.values()]
    statistic = fsum(w * fsum(values) for w, values in zip(weights, arrays.values(), strict=True))
    sets = [set(np.asarray(names).tolist()) for names in groups.values()] if groups else []
    crossing = sum(map(len, sets)) > len(set().union(*sets))  # a group has pairs in two strata
    distributions = None if crossing else _distributions(arrays, weights, groups)
    if distributions is None:
        moved = np.concatenate([w * gaps for w, gaps in zip(weights, arrays.values(), strict=True)])
        units = None if groups is None else np.concatenate([np.asarray(groups[name]) for name in arrays])
        beyond, equal = _drawn_tails(group_sums(moved, units), abs(statistic))
        method = "sign-flip-drawn"
    else:
        beyond, equal = _exact_tails(distributions, abs(statistic))
        plain = groups is None and len(arrays) == 1 and all(np.isin(v, (-1.0, 0.0, 1.0)).all() for v in arrays.values())
        method = f"{'mcnemar' if plain else 'sign-flip'}-{'mid-p' if mid_p else 'exact'}"
    p = min(1.0, max(beyond + (equal / 2 if mid_p else equal), float(np.finfo(float).tiny)))
    return Test(p, statistic, n, method)


def holm(p_values: Sequence[float]) -> list[float]:
    """P values adjusted for their number by Holm's step-down procedure, in the order given; equal to statsmodels'.

    Source:
        S. Holm, Scand. J. Stat. 6 (1979) 65-70.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1)))
    return [float(value) for value in adjusted]


def denominator(values: ArrayLike) -> int | None:
    """The smallest D up to :data:`FINEST` of which all values are multiples of 1/D; None where there is none."""
    distinct = np.unique(np.round(np.abs(np.asarray(values, dtype=np.float64)), 12))
    for d in range(1, FINEST + 1):
        if (np.abs(distinct * d - np.round(distinct * d)) < _SAME).all():
            return d
    return None


Distribution = tuple[Array, Array]
"""The values of a sum under all flips, ascending, and their chances."""


def _distributions(
    arrays: Mapping[str, Array], weights: Sequence[float], groups: Mapping[str, Groups] | None
) -> list[Distribution] | None:
    """Each stratum's part of the statistic; None where all together are too many, or on no lattice."""
    found = []
    for (name, gaps), weight in zip(arrays.items(), weights, strict=True):
        sums = group_sums(gaps, groups[name] if groups else None)
        d = denominator(sums)
        if d is None:
            return None
        steps = np.round(np.abs(sums) * d).astype(np.int64)
        total = int(steps.sum())
        if total * steps.size > 50 * EXACT_STATES:
            return None
        values = np.arange(-total, total + 1, 2, dtype=np.float64) * (weight / d)
        found.append((values, _subset_sums(steps)))
    found.sort(key=lambda part: part[0].size)
    return found if np.prod([float(values.size) for values, _ in found[:-1]]) <= EXACT_STATES else None


def _subset_sums(steps: NDArray[np.int64]) -> Array:
    """The chance of each sum, from 0 on, of the steps that a fair coin for each one keeps."""
    from scipy.stats import binom

    found = np.ones(1)
    for step, count in zip(*np.unique(steps[steps > 0], return_counts=True), strict=True):
        spaced = np.zeros(int(step) * int(count) + 1)
        spaced[:: int(step)] = binom.pmf(np.arange(count + 1), count, 0.5)
        found = np.convolve(found, spaced)
    return found


def _exact_tails(parts: Sequence[Distribution], reached: float) -> tuple[float, float]:
    """The chances of a sum further from 0 than ``reached``, and of one as far.

    All parts but the largest are combined; the largest is only looked up in its tails.
    """
    sums, chances = np.zeros(1), np.ones(1)
    for values, weights in parts[:-1]:
        sums = (sums[:, None] + values).ravel()
        chances = (chances[:, None] * weights).ravel()
    values, weights = parts[-1]
    above = np.append(np.cumsum(weights[::-1])[::-1], 0.0)

    def tail(threshold: float) -> float:
        # The distribution is symmetric: the lower tail is as large as the upper one.
        return 2 * float(chances @ above[np.searchsorted(values, threshold - sums, side="left")])

    beyond = tail(reached + _SAME)
    return beyond, (tail(reached - _SAME) if reached > _SAME else 1.0) - beyond


def _drawn_tails(moved: Array, reached: float) -> tuple[float, float]:
    """As :func:`_exact_tails`, from seeded random flips; the data's own arrangement is counted among the equal ones."""
    generator = np.random.default_rng(SEED)
    levels, counts = np.unique(np.round(np.abs(moved[moved != 0]), 12), return_counts=True)
    beyond, equal = 0, 1
    for _ in range(DRAWS // _BLOCK):
        if levels.size <= _FEW_LEVELS:
            sums = (2 * generator.binomial(counts, 0.5, (_BLOCK, levels.size)) - counts) @ levels
        else:
            bits = np.unpackbits(np.frombuffer(generator.bytes(-(-_BLOCK * moved.size // 8)), np.uint8))
            sums = (2.0 * bits[: _BLOCK * moved.size].reshape(_BLOCK, -1) - 1.0) @ moved
        sums = np.abs(sums)
        beyond += int((sums > reached + _SAME).sum())
        equal += int((np.abs(sums - reached) <= _SAME).sum())
    return beyond / (DRAWS + 1), equal / (DRAWS + 1)
