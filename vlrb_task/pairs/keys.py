"""What pairs, sets of pairs and subsets are called: hashes that no order of rows or responses changes, and names."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from vlrb_task.pairs.benchmarks import default, revisions

SUBSETS = ("general", "hallucination", "reasoning")
"""VL-RewardBench's own subsets, in the order in which papers print them; its file is not read for them."""

UNDECIDABLE = "undecidable"
"""Subset of pairs of which no answer is better (best-of-N candidates both right, or both wrong): asked about, never scored."""


def pair_key(id: str, query: str, responses: Sequence[str], criterion: str | None = None) -> str:
    """The pair's key: the same whichever response stands first in the row.

    The first 16 hex digits of SHA-256 over the UTF-8 of id, query and the two responses in sorted order,
    joined by U+001F. A lone surrogate, which UTF-8 cannot hold, is hashed as its ``surrogatepass`` bytes.
    Where the pair is judged by one criterion, that follows as a fifth part: the same answers are another pair by another
    criterion.
    """
    text = "\x1f".join([id, query, *sorted(responses), *([] if criterion is None else [criterion])])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def fingerprint(labels: Iterable[tuple[str, int | str]]) -> str:
    """SHA-256 over the sorted ``key:better`` lines, joined by newlines.

    Args:
        labels: ``(key, better)`` of every pair of the set, in any order; ``better`` is 0, 1 or ``tie``.
    """
    lines = sorted(f"{key}:{better}" for key, better in labels)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def answers_sha256(responses: Sequence[str]) -> list[str]:
    """The first 16 hex digits of each response's SHA-256, in the row's order.

    A pair's key is the same whichever response stands first in its row; these tell rows that were reversed.
    """
    return [hashlib.sha256(one.encode("utf-8", "surrogatepass")).hexdigest()[:16] for one in responses]


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
