"""Where a cell of a row lies (``answer1.answer``, ``response[0]``, ``images[]``), and what it holds: a text, a label, ranks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal

from vlrb_task.support.errors import DataError, short
from vlrb_task.support.patterns import compile_later

Answer = Literal[0, 1]
"""A response of a pair, by its index in ``responses``."""


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

    def filled(self, row: Mapping[str, Any]) -> Any:
        """As :meth:`of`.

        Raises:
            DataError: as there, or nothing stands there.
        """
        value = self.of(row)
        if value is None:
            raise DataError(f"no {self.name}")
        return value

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
            if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):  # as in the cells of a table
                try:
                    value = json.loads(value)
                except (ValueError, RecursionError) as error:
                    raise DataError(
                        f"{self.name}: {where} {short(value)} is neither an object nor the JSON of one"
                    ) from error
            value = value.tolist() if hasattr(value, "tolist") else value
            if isinstance(step, str):
                if not isinstance(value, Mapping):
                    raise DataError(f"{self.name}: {where} {short(value)} is not an object with a {step!r}")
                value, where = value.get(step), f"{where}.{step}"
                continue
            if not isinstance(value, (list, tuple)):
                raise DataError(f"{self.name}: {where} {short(value)} is not a list")
            if step is None:
                rest = steps[number + 1 :]
                return [self._walk(one, rest, f"{where}[{place}]") for place, one in enumerate(value)]
            value, where = (value[step] if step < len(value) else None), f"{where}[{step}]"
        return value


def plain_text(value: object, name: str) -> str:
    """A text, or a number as its digits.

    Raises:
        DataError: anything else: a null, a truth value, a list or an object would be asked about as Python writes it.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, Real) or value != value:  # NaN stands for an empty cell
        raise DataError(f"{name} {short(value)} is not a string")
    return str(value)


_PICTURES = ("image", "image_url", "input_image")


def written_text(value: object, name: str) -> str:
    """A text, or what was said in a chat: a message, a list of messages, or a message's list of parts.

    One message is its text alone. Of several, each stands under its role. A picture among the parts leaves the mark
    ``<image_N>``, N counted through the chat, so that it can be shown where it stood.

    Args:
        value: a text, or messages in the format of chat templates (``role`` and ``content``) or of LLaVA (``from`` and
            ``value``).
        name: the column, for messages.

    Raises:
        DataError: neither.
    """
    messages = _messages(value)
    if messages is None:
        return plain_text(value, name)
    count = 0
    said = []
    for role, content in messages:
        texts = []
        for part in content if isinstance(content, (list, tuple)) else [content]:
            found = part if isinstance(part, Mapping) else {"text": part}
            if found.get("type") in _PICTURES:
                count += 1
                texts.append(f"<image_{count}>")
            else:
                texts.append(plain_text(found.get("text"), name))
        said.append((role, "".join(texts)))
    if len(said) == 1:
        return said[0][1]
    return "\n\n".join(f"{role.capitalize() or 'Message'}: {text}" for role, text in said)


def _messages(value: object) -> list[tuple[str, Any]] | None:
    """Role and content of each message; None where the value is no chat."""
    several = [value] if isinstance(value, Mapping) else value
    if not isinstance(several, (list, tuple)) or not several or not all(isinstance(one, Mapping) for one in several):
        return None
    if all("content" in one for one in several):
        return [(str(one.get("role") or ""), one["content"]) for one in several]
    if all("from" in one and "value" in one for one in several):
        return [(str(one["from"]), one["value"]) for one in several]
    return [("", several)] if all(one.get("type") in ("text", *_PICTURES) for one in several) else None


def is_empty(value: object) -> bool:
    """Whether a cell holds nothing: a null, an empty text or list, or the NaN of an empty cell of a table."""
    if isinstance(value, float):
        return value != value
    return value is None or (isinstance(value, (str, list, tuple, dict)) and not value)


def listed(value: Any, name: str) -> Sequence[Any]:
    """A list of any kind, numpy's included.

    Raises:
        DataError: it is none.
    """
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, (list, tuple)):
        return value
    raise DataError(f"{name} {short(value)} is not a list")


def cells(value: Any) -> list[Any]:
    """The values of a cell that holds a list of any kind, one value, or nothing."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def two_names(value: Any) -> tuple[str, str] | None:
    """The names in a cell that lists two; None for anything else."""
    found = cells(value)
    return (found[0], found[1]) if len(found) == 2 and all(isinstance(one, str) for one in found) else None


_YAML_BOOLEANS = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def label_of(value: object) -> str:
    """One spelling of each label, in data and in a mapping.

    JSON's ``true``, the ``True`` of a CSV file that Python wrote and YAML's ``yes`` are the same, and so are 1 and the 1.0
    that it becomes in a column with gaps.
    """
    text = str(value)
    if text.endswith("0") and re.fullmatch(r"[+-]?[0-9]+\.0+", text):
        return text.partition(".")[0]
    folded = text.lower()
    folded = _YAML_BOOLEANS.get(folded, folded)
    return folded if folded in ("true", "false") else text


def first_ranked(value: object, name: str) -> Answer:
    """Which of two responses has rank 0.

    Args:
        value: the rank of each, ``[0, 1]`` or ``[1, 0]``, in any number type.
        name: where it stands, for messages.

    Raises:
        DataError: anything else. Truth values are none: ``[true, false]`` means that the first is the better one, and would
            be read as that it is the worse.
    """
    ranks = [None if isinstance(one, bool) or not isinstance(one, Real) else one for one in listed(value, name)]
    if ranks == [0, 1]:
        return 0
    if ranks == [1, 0]:
        return 1
    raise DataError(f"{name} {short(value)} is not a permutation of 0 and 1")


def ranks_of(value: object, count: int, name: str) -> list[float]:
    """The rank of each of several answers; equal ranks are allowed.

    Raises:
        DataError: not one finite number for each answer.
    """
    ranks = listed(value, name)
    if len(ranks) != count:
        raise DataError(f"{name} {short(value)}: {len(ranks)} ranks of {count} answers")
    if not all(type(one) in (int, float) and abs(one) < 1e300 for one in ranks):
        raise DataError(f"{name} {short(value)}: a rank is not a number")
    return [*map(float, ranks)]
