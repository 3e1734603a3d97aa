"""What recurs in texts is worked out once: words, and short lines. Both memories are bounded, and shared by all texts."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import TypeVar, cast

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., object])

SHORT = 128
"""Characters of a line that is taken to recur: judges close with a line of few forms, under headings of few words."""
_LINES, _CHUNKS, _LONGEST = 4_096, 32_768, 40


def remembered(function: F) -> F:
    """A pure function of a line, or of its codes, that keeps its results for the latest short ones."""
    known = lru_cache(maxsize=_LINES)(function)

    @wraps(function)
    def recalled(line: str, *rest: Hashable) -> object:
        return (known if len(line) <= SHORT else function)(line, *rest)

    return cast("F", recalled)


class Chunks(dict[str, T]):
    """A pure function of what stands between two spaces, by that; the values of short chunks are kept."""

    def __init__(self, function: Callable[[str], T]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, chunk: str) -> T:
        found = self._function(chunk)
        if len(chunk) <= _LONGEST:
            if len(self) >= _CHUNKS:
                self.clear()
            self[chunk] = found
        return found
