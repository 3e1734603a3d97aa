"""What one cell of a row holds: a text, a label, a list, the ranks of two answers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any, Literal

from vlrb_task.support.errors import DataError, short

Answer = Literal[0, 1]
"""A response of a pair, by its index in ``responses``."""


def plain_text(value: object, name: str) -> str:
    """A text, or a number as its digits.

    Raises:
        DataError: anything else: a null, a truth value, a list or an object would be asked about as Python writes it.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, Real) or value != value:  # NaN stands for an empty cell
        raise DataError(f"{name} {short(value)} is no text")
    return str(value)


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
        parts = content if isinstance(content, (list, tuple)) else [content]
        texts = []
        for part in parts:
            kind = part.get("type") if isinstance(part, Mapping) else "text"
            if kind in ("image", "image_url", "input_image"):
                count += 1
                texts.append(f"<image_{count}>")
            else:
                texts.append(plain_text(part.get("text") if isinstance(part, Mapping) else part, name))
        said.append((role, "".join(texts)))
    if len(said) == 1:
        return said[0][1]
    return "\n\n".join(f"{role.capitalize() or 'Message'}: {text}" for role, text in said)


def _messages(value: object) -> list[tuple[str, Any]] | None:
    """Role and content of each message; None where the value is no chat."""
    if isinstance(value, Mapping):
        value = [value]
    if not isinstance(value, (list, tuple)) or not value or not all(isinstance(one, Mapping) for one in value):
        return None
    if all("content" in one for one in value):
        return [(str(one.get("role") or ""), one["content"]) for one in value]
    if all("from" in one and "value" in one for one in value):
        return [(str(one["from"]), one["value"]) for one in value]
    if all(one.get("type") in ("text", "image", "image_url", "input_image") for one in value):
        return [("", value)]
    return None


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
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return value
    raise DataError(f"{name} {short(value)} is no list")


def cells(value: Any) -> list[Any]:
    """The values of a cell that holds a list, one, or nothing."""
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def two_names(value: Any) -> tuple[str, str] | None:
    """The names in a cell that lists two; None for anything else."""
    found = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(found, (list, tuple)) or len(found) != 2 or not all(isinstance(one, str) for one in found):
        return None
    return found[0], found[1]


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
    ranks = [_rank(one) for one in listed(value, name)]
    if ranks == [0, 1]:
        return 0
    if ranks == [1, 0]:
        return 1
    raise DataError(f"{name} {short(value)} is not a permutation of 0 and 1")


def _rank(value: object) -> int | None:
    """An integral rank, whatever number type the file held it in (numpy's and ``1.0`` included), else None."""
    if isinstance(value, bool) or (not hasattr(value, "__index__") and not isinstance(value, float)):
        return None
    if isinstance(value, float) and not value.is_integer():  # nor is it where it is no number, or infinite
        return None
    return int(value)


def ranks_of(value: object, count: int, name: str) -> list[float]:
    """The rank of each of several answers; equal ranks are allowed.

    Raises:
        DataError: not one finite number for each answer.
    """
    ranks = [
        math.nan if isinstance(one, bool) or not isinstance(one, (int, float)) else float(one)
        for one in listed(value, name)
    ]
    if len(ranks) != count:
        raise DataError(f"{name} {short(value)}: {len(ranks)} ranks of {count} answers")
    if not all(map(math.isfinite, ranks)):
        raise DataError(f"{name} {short(value)}: a rank is no number")
    return ranks
