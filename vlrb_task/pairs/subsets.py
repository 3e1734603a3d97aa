"""Names of subsets: the benchmark's own, in the order in which papers print them, and a set's name by their sizes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import overload

from vlrb_task.pairs.benchmarks import default, revisions

UNDECIDABLE = "undecidable"
"""Subset of pairs of which no answer is better (best-of-N candidates both right, or both wrong): asked about, never scored."""


class _OwnSubsets(Sequence[str]):
    """The subsets of VL-RewardBench, read from its file when they are first looked at."""

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(next(iter(revisions().values())))

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        return self._names[index]

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return repr(self._names)


SUBSETS: Sequence[str] = _OwnSubsets()
"""The benchmark's own subsets, in the order in which papers print them."""


def count_subsets(subsets: Iterable[str]) -> dict[str, int]:
    """Count subset names, in :func:`order_subsets`' order."""
    counts = Counter(subsets)
    return {name: counts[name] for name in order_subsets(counts)}


def order_subsets(names: Iterable[str]) -> list[str]:
    """The benchmark's own subsets in their usual order, then any other by name."""
    found = set(names)
    return [s for s in SUBSETS if s in found] + sorted(found.difference(SUBSETS))


def revision_name(subset_counts: Mapping[str, int]) -> str:
    """``1250`` or ``1247`` for the known revisions' counts, ``custom`` for any other set."""
    for name, sizes in revisions().items():
        if dict(subset_counts) == sizes:
            return name
    return "custom"


def set_name(revisions: Iterable[str]) -> str:
    """What a result calls the pairs of its runs: the benchmark's name belongs to its own revisions only."""
    own = str(default().about["title"])
    return own if "custom" not in set(revisions) else f"Pairs in {own}'s format"
