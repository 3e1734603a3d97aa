"""Columns that lie deeper in a row: ``answer1.answer``, ``response[0]``, ``images[]``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vlrb_task.support.errors import DataError, short
from vlrb_task.support.patterns import compile_later

_STEP = compile_later(r"\.([^.\[\]]+)|\[(\d*)\]")
_WHOLE = compile_later(r"(?P<top>[^.\[\]]+)(?P<steps>(?:\.[^.\[\]]+|\[\d*\])*)")


@dataclass(frozen=True, slots=True)
class Column:
    """A place in a row.

    Attributes:
        name: as it was written. A row that has a column of this very name is read there.
        top: the row's own column that it begins with.
        steps: from there: a key of an object, a number in a list, or None for every item of a list.
    """

    name: str
    top: str
    steps: tuple[str | int | None, ...] = ()

    @classmethod
    def parse(cls, name: str) -> Column:
        """From what a mapping says.

        A name that is no such path (``Answer [1].text``) is a column's name as it stands.
        """
        found = _WHOLE.fullmatch(name)
        if found is None:
            return cls(name, name)
        steps: list[str | int | None] = []
        for key, number in _STEP.findall(found["steps"]):
            steps.append(key or (int(number) if number else None))
        return cls(name, found["top"], tuple(steps))

    def is_in(self, row: Mapping[str, Any]) -> bool:
        """Whether the row has the column, whatever it holds."""
        return self.name in row or self.top in row

    def of(self, row: Mapping[str, Any]) -> Any:
        """What stands there; None where the row lacks it.

        Raises:
            DataError: something on the way is neither an object nor a list, as the path needs it.
        """
        if not self.steps or self.name in row:
            return row.get(self.name)
        return self._walk(row.get(self.top), self.steps, self.top)

    def _walk(self, value: Any, steps: tuple[str | int | None, ...], where: str) -> Any:
        for number, step in enumerate(steps):
            if value is None or value == "":
                return [] if step is None else None
            if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
                value = self._unpacked(value, where)
            if hasattr(value, "tolist"):
                value = value.tolist()
            if isinstance(step, str):
                if not isinstance(value, Mapping):
                    raise DataError(f"{self.name}: {where} {short(value)} is no object with a {step!r}")
                value, where = value.get(step), f"{where}.{step}"
                continue
            if not isinstance(value, (list, tuple)):
                raise DataError(f"{self.name}: {where} {short(value)} is no list")
            if step is None:
                rest = steps[number + 1 :]
                return [self._walk(one, rest, f"{where}[{place}]") for place, one in enumerate(value)]
            value, where = (value[step] if step < len(value) else None), f"{where}[{step}]"
        return value

    def _unpacked(self, value: str, where: str) -> Any:
        """Objects and lists stand as JSON in the cells of a table."""
        try:
            return json.loads(value)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{self.name}: {where} {short(value)} is no object, and no JSON of one") from error
