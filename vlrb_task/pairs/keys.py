"""What a pair and a set of pairs are told by: hashes that no order of rows or responses changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

_SEPARATOR = "\x1f"


def pair_key(id: str, query: str, responses: Sequence[str], criterion: str | None = None) -> str:
    """The pair's key: the same whichever response stands first in the row.

    The first 16 hex digits of SHA-256 over the UTF-8 of id, query and the two responses in sorted order,
    joined by U+001F. A lone surrogate, which UTF-8 cannot hold, is hashed as its ``surrogatepass`` bytes.
    Where the pair is judged by one criterion, that follows as a fifth part: the same answers are another pair by another
    criterion.
    """
    text = _SEPARATOR.join([id, query, *sorted(responses), *([] if criterion is None else [criterion])])
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
