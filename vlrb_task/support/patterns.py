"""Regular expressions that are compiled when they are first used: hundreds of them would cost half a second at import."""

from __future__ import annotations

import re
from typing import Any, cast


class _Lazy:
    """Stands for a compiled pattern, and becomes as fast as one with its first use."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self.pattern, self._flags)
        found = getattr(compiled, name)
        # An attribute of the object itself: the next look-up does not come here.
        self.__dict__[name] = found
        return found


def compile_later(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """What :func:`re.compile` gives, without its work before the first search.

    Raises:
        re.error: at the first use, for a pattern that is none; ``tests/parsing/test_patterns.py`` compiles them all.
    """
    return cast("re.Pattern[str]", _Lazy(pattern, int(flags)))
