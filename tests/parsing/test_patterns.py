"""Patterns that are compiled later are patterns, every one."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

from vlrb_task import parsing
from vlrb_task.support.patterns import _Lazy, compile_later


def patterns(value: Any, depth: int = 4) -> Iterator[_Lazy]:
    if isinstance(value, _Lazy):
        yield value
    elif depth and isinstance(value, dict):
        yield from (found for item in value.values() for found in patterns(item, depth - 1))
    elif depth and isinstance(value, (tuple, list, frozenset, set)):
        yield from (found for item in value for found in patterns(item, depth - 1))
    elif depth and type(value).__module__.startswith("vlrb_task") and hasattr(value, "__dataclass_fields__"):
        yield from (f for name in value.__dataclass_fields__ for f in patterns(getattr(value, name, None), depth - 1))


def test_every_pattern_of_the_reader_compiles() -> None:
    found = 0
    inside = [f"vlrb_task.parsing.{module.name}" for module in pkgutil.iter_modules(parsing.__path__)]
    for module in (*inside, "vlrb_task.judges.shapes", "vlrb_task.pairs.values"):
        for value in vars(importlib.import_module(module)).values():
            for pattern in patterns(value):
                re.compile(pattern.pattern, pattern._flags)
                found += 1
    assert found > 100


def test_a_later_pattern_does_what_a_compiled_one_does() -> None:
    later, now = compile_later(r"(\w)\1", re.IGNORECASE), re.compile(r"(\w)\1", re.IGNORECASE)
    for text in ("better", "aA", "none", ""):
        assert [m.span() for m in later.finditer(text)] == [m.span() for m in now.finditer(text)]
        assert (later.search(text) is None) == (now.search(text) is None)
        assert later.sub("-", text) == now.sub("-", text)
    assert later.pattern == now.pattern
    assert later.flags == now.flags
