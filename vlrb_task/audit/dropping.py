"""How many pairs at least must have been dropped for a row's numbers to hold: an exact search over whole counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlrb_task.audit.numbers import Printed, Sizes

Counts = NDArray[np.int64]

MOST_DROPPED = 0.25
"""A row that needs more than this share of some subset dropped is not explained by dropping."""


@dataclass(frozen=True, slots=True)
class Dropping:
    """The least dropping that makes a row possible.

    Attributes:
        kept: pairs that remain in each subset.
        right: right answers in each, one possibility.
        dropped: pairs that are gone from each.
    """

    kept: Sizes
    right: Sizes
    dropped: Sizes

    @property
    def total(self) -> int:
        return sum(self.dropped)

    def share(self, sizes: Sizes) -> float:
        """The greatest share of a subset that is gone."""
        return max(d / n for d, n in zip(self.dropped, sizes, strict=True))


def least_dropping(
    subsets: Sequence[Printed], overall: Printed | None, sizes: Sizes, most: float = MOST_DROPPED
) -> Dropping | None:
    """The fewest dropped pairs with which whole numbers of right answers give every printed number.

    Of every split with the same total, the one whose worst-hit subset loses the smallest share.

    Args:
        subsets: the three printed accuracies.
        overall: the printed overall accuracy; None to ask about the subsets alone.
        sizes: pairs before any was dropped.
        most: greatest share of a subset that may be gone.

    Returns:
        None where no dropping within ``most`` does it. A total of 0 says that whole counts fit as they are.
    """
    options = [_options(printed, size, most) for printed, size in zip(subsets, sizes, strict=True)]
    if any(not len(sizes_left) for sizes_left, _, _ in options):
        return None
    (g, g_low, g_high), (h, h_low, h_high), (r, r_low, r_high) = options
    kept = g[:, None, None] + h[None, :, None] + r[None, None, :]
    low = g_low[:, None, None] + h_low[None, :, None] + r_low[None, None, :]
    high = g_high[:, None, None] + h_high[None, :, None] + r_high[None, None, :]
    if overall is not None:
        bounds = [overall.counts(n) for n in range(sum(sizes) + 1)]
        low = np.maximum(low, np.array([b[0] for b in bounds])[kept])
        high = np.minimum(high, np.array([b[1] for b in bounds])[kept])
    possible = np.argwhere(low <= high)
    if not len(possible):
        return None
    left = np.stack([g[possible[:, 0]], h[possible[:, 1]], r[possible[:, 2]]], axis=1)
    gone = np.array(sizes) - left
    best = np.lexsort(((gone / np.array(sizes)).max(axis=1), gone.sum(axis=1)))[0]
    at = possible[best]
    right = _split([(int(o[1][i]), int(o[2][i])) for o, i in zip(options, at, strict=True)], int(low[tuple(at)]))
    return Dropping(_triple(left[best]), right, _triple(gone[best]))


def _options(printed: Printed, size: int, most: float) -> tuple[Counts, Counts, Counts]:
    """Sizes that a subset may be left with, and at each the least and greatest count that rounds to the print."""
    found = []
    for left in range(size - int(size * most), size + 1):
        low, high = printed.counts(left)
        if low <= high and left > 0:
            found.append((left, low, high))
    columns = np.array(found, dtype=np.int64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2]


def _split(ranges: Sequence[tuple[int, int]], total: int) -> Sizes:
    """Counts within their ranges that add up to ``total``."""
    counts = [low for low, _ in ranges]
    for index, (low, high) in enumerate(ranges):
        counts[index] += min(high - low, max(0, total - sum(counts)))
    return _triple(counts)


def _triple(values: Sequence[int] | NDArray[np.int64]) -> Sizes:
    return int(values[0]), int(values[1]), int(values[2])
