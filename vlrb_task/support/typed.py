"""The fields of JSON objects that are read back from a file: whoever changed the file, each has its type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vlrb_task.support.errors import DataError, short

_WORDS = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


def typed(value: object, **kinds: type | tuple[type, ...]) -> dict[str, Any]:
    """The named fields of an object.

    Args:
        value: as JSON gives it.
        kinds: the type, or the types, of each field. A truth value is no number, a whole number is a ``float``, and a field
            that may be ``None`` need not be there.

    Raises:
        DataError: no object, or a field that is not there or is of another type.
    """
    if not isinstance(value, Mapping):
        raise DataError(f"{short(value)} is not an object")
    found = {}
    for name, kind in kinds.items():
        allowed = kind if isinstance(kind, tuple) else (kind,)
        one = value.get(name)
        if type(one) not in allowed and not (float in allowed and type(one) is int):
            needed = " or ".join(_WORDS[one] for one in allowed)
            raise DataError(f"{name} {short(one)} is not {needed}" if name in value else f"no {name}")
        found[name] = one
    return found
