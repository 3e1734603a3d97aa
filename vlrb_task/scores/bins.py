"""Pairs of like confidence: parts of equal size, and the accuracy in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import Groups, share

Array = NDArray[np.float64]

FIFTHS = 5
"""Parts of equal numbers of pairs for accuracy by margin."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Pairs of like confidence.

    Attributes:
        low: the least confidence (or margin) in it.
        high: the largest.
        confidence: the mean.
        accuracy: of those pairs, ties counted half.
    """

    low: float
    high: float
    confidence: float
    accuracy: Estimate

    def to_dict(self) -> dict[str, Any]:
        return {"low": self.low, "high": self.high, "confidence": self.confidence, "accuracy": self.accuracy.to_dict()}


def equal_bins(sure: Array, count: int) -> list[NDArray[np.int64]]:
    """Pairs in ``count`` parts of near equal size by confidence; equal confidences are never parted, so fewer may come out."""
    order = np.argsort(sure, kind="stable")
    ranked = sure[order]
    n = sure.size
    starts = sorted({int(np.searchsorted(ranked, ranked[n * i // count], side="left")) for i in range(min(count, n))})
    return [order[a:b].astype(np.int64) for a, b in zip(starts, [*starts[1:], n], strict=True)]


def binned(sure: Array, right: Array, bins: Sequence[NDArray[np.int64]], groups: Groups | None = None) -> list[Bin]:
    """The accuracy of the pairs of each bin.

    Args:
        sure: any measure of confidence, shape ``(pairs,)``.
        right: 1, 1/2 or 0 for each pair.
        bins: the places of each bin's pairs.
        groups: pairs that belong together vary as one.
    """
    held = None if groups is None else np.asarray(groups)
    return [
        Bin(
            float(sure[at].min()),
            float(sure[at].max()),
            float(sure[at].mean()),
            share(right[at], groups=None if held is None else held[at]),
        )
        for at in bins
    ]


@dataclass(frozen=True, slots=True)
class Margins:
    """Accuracy by how far apart a judge puts the two responses.

    Attributes:
        source: what the margin is a difference of.
        n: pairs with a margin.
        ties: those whose margin is 0, such as equal ratings: half right.
        parts: of equal size, the least margin first.
    """

    source: str
    n: int
    ties: int
    parts: tuple[Bin, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "n": self.n,
            "ties": self.ties,
            "parts": [
                {"low": part.low, "high": part.high, "mean": part.confidence, "accuracy": part.accuracy.to_dict()}
                for part in self.parts
            ],
        }


def accuracy_by_margin(margin: Array, source: str, parts: int = FIFTHS, groups: Groups | None = None) -> Margins:
    """Accuracy in parts of equal size by the absolute margin.

    Args:
        margin: of the better response over the other; any scale, shape ``(pairs,)``; no NaN.
        source: what it is a difference of.
        parts: how many; equal margins are never parted.
        groups: pairs that belong together vary as one.
    """
    size, right = np.abs(margin), (np.sign(margin) + 1) / 2
    found = binned(size, right, equal_bins(size, parts), groups) if size.size else []
    return Margins(source, size.size, int((size == 0).sum()), tuple(found))
