"""Rules that name a row's subset or source, and conditions that choose rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from vlrb_task.pairs.values import Column, is_empty, label_of, plain_text
from vlrb_task.support.errors import DataError, short

ORIGINS = ("split", "config", "source")
"""What a rule can look at beside the row's columns: the split and the config of the hub that a row came from, and the
source that was found for it."""


def _matched(key: str, text: str) -> str | None:
    found = re.search(key, text)
    return None if found is None else (found[found.re.groups and 1] or key)


HOWS: Mapping[str, tuple[str, Callable[[str, str], str | None]]] = {
    "equals": ("is none of", lambda key, _: key),  # the key was looked up
    "contains": ("holds none of", lambda key, text: key if key in text else None),
    "prefix": ("begins with none of", lambda key, text: key if text.startswith(key) else None),
    "pattern": ("is found by none of", _matched),
}
"""How a rule's keys are compared with a text: what an error says, and the name that a key without one gives to a text, or None
where it does not fit."""


@dataclass(frozen=True)
class Rule:
    """How a row is named.

    Attributes:
        value: the name of every row; then nothing else is looked at.
        column: where to look; without one, at ``origin``, one of :data:`ORIGINS`.
        until: characters that end the part of the text that is looked at, such as ``-_``.
        how: which texts ``names`` are for: those equal to its keys, that contain one, that begin with one, or in which a
            regular expression is found. None: the text is the name.
        names: name, or a further rule, for each key. The first key that fits decides.
        default: name, or rule, where no key fits or nothing stands there; None makes such a row an error.
    """

    value: str | None = None
    column: Column | None = None
    origin: str | None = None
    until: str = ""
    how: str | None = None
    names: Mapping[str, str | Rule] = field(default_factory=dict)
    default: str | Rule | None = None

    def columns(self) -> list[Column]:
        """Every column that the rule looks at."""
        found = [self.column] if self.column else []
        for one in (*self.names.values(), self.default):
            found += one.columns() if isinstance(one, Rule) else []
        return found

    def all_names(self) -> list[str]:
        """The names that are written in the rule, in its order, each once."""
        found: list[str] = []
        for one in (*self.names.values(), self.default, self.value):
            found += one.all_names() if isinstance(one, Rule) else [one] if one else []
        return list(dict.fromkeys(found))

    def find(self, row: Mapping[str, Any], origins: Mapping[str, str]) -> tuple[str, bool]:
        """The row's name, and whether the default decided.

        Args:
            row: its columns.
            origins: the row's, by :data:`ORIGINS`.

        Raises:
            DataError: the column is empty, or no key fits and there is no default.
        """
        if self.value is not None:
            return self.value, False
        what = self.column.name if self.column else str(self.origin)
        text = self._text(row, origins, what)
        if self.how is None:
            if text.strip():
                return text, False
            problem = f"an empty {what}"
        else:
            fails, fits = HOWS[self.how]
            keys: Iterable[str | None] = self.names
            if self.how == "equals":
                keys = [text if text in self.names else self._spelled.get(label_of(text))]
            for key in filter(None, keys):
                if found := fits(key, text):
                    named = self.names[key] or found
                    return named.find(row, origins) if isinstance(named, Rule) else (named, False)
            problem = f"{what} {short(text)} {fails} {', '.join(self.names)}"
        if self.default is None:
            raise DataError(problem)
        if isinstance(self.default, Rule):
            return self.default.find(row, origins)[0], True
        return str(self.default), True

    @cached_property
    def _spelled(self) -> Mapping[str, str]:
        """The keys by their one spelling, worked out once for all rows; of two that are spelled alike, the first."""
        return {label_of(key): key for key in reversed([*self.names])}

    def _text(self, row: Mapping[str, Any], origins: Mapping[str, str], what: str) -> str:
        value = self.column.of(row) if self.column else origins.get(str(self.origin), "")
        if value is None and self.default is None:
            raise DataError(f"no {what}")
        text = "" if value is None else plain_text(value, what)
        return re.split(f"[{re.escape(self.until)}]", text, maxsplit=1)[0] if self.until else text


@dataclass(frozen=True, slots=True)
class Condition:
    """Which rows are wanted.

    Attributes:
        column: where to look.
        values: the values that are wanted, as a mapping writes them; ``not null`` is any value, ``null`` is none.
    """

    column: Column
    values: Sequence[str]

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Whether the row is wanted."""
        value = self.column.of(row)
        if is_empty(value):
            return any(one in ("null", "~", "") for one in self.values)
        if "not null" in self.values:
            return True
        return not isinstance(value, (list, dict)) and label_of(value) in map(label_of, self.values)
