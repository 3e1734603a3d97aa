"""Simulated votes of known truth, many logs at once, for what intervals and tests promise."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from vlrb_task.scores.estimates import Estimate

Array = NDArray[np.float64]
Random = np.random.Generator


def covered(found: Iterable[Estimate], truth: float) -> float:
    """The share of intervals that hold the truth, rounding allowed for."""
    hits = [e.low - 1e-12 <= truth <= e.high + 1e-12 for e in found if e.low is not None and e.high is not None]
    return float(np.mean(hits))


def chances(rng: Random, n: int, p: float, icc: float) -> Array:
    """Each pair's own chance of a right vote: beta with mean p and intra-class correlation icc of the pair's votes."""
    if icc <= 0 or p in (0.0, 1.0):
        return np.full(n, p)
    if icc >= 1:
        return (rng.random(n) < p).astype(float)
    size = 1 / icc - 1
    return rng.beta(p * size, (1 - p) * size, n)


def votes(rng: Random, n: int, k: int, p: float, icc: float) -> Array:
    """Right votes of k for each of n pairs."""
    return rng.binomial(k, chances(rng, n, p, icc)).astype(float)


def grouped(rng: Random, groups: int, sizes: tuple[int, ...], p: float, icc: float) -> tuple[Array, NDArray[np.int64]]:
    """Pairs right or wrong in groups of the sizes in turn: scores and the group of each."""
    counts = np.resize(np.array(sizes), groups)
    at = np.repeat(np.arange(groups), counts)
    return (rng.random(at.size) < chances(rng, groups, p, icc)[at]).astype(float), at


def swapped(rng: Random, n: int, p: float, biased: float) -> Array:
    """Scores of a judge asked in both orders: a share ``biased`` of pairs is answered by position (one half each), the rest
    is right in both orders with chance p, else wrong in both. The mean is ``biased / 2 + (1 - biased) p``.
    """
    return np.where(rng.random(n) < biased, 0.5, (rng.random(n) < p).astype(float))


def repeated(runs: int, seed: int, once: Callable[[Random], Estimate]) -> list[Estimate]:
    """The same estimate from many logs."""
    rng = np.random.default_rng(seed)
    return [once(rng) for _ in range(runs)]
