"""What a vote record says beside its vote, held to its types: a log that somebody else wrote can hold anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vlrb_task.support.errors import DataError, short

LARGEST = 2**32 - 2
"""The largest vote number and count of words: what the columns of votes hold, beside a sign that there is none."""


def known_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields, each that has a meaning here of its type; those of them that are null are left out.

    Args:
        fields: of one line of a votes file. Fields without a meaning are kept as they are.

    Raises:
        DataError: the first field of a wrong type, in one line.
    """
    checked: dict[str, Any] = {}
    for name, value in fields.items():
        check = _CHECKS.get(name)
        if check is None:
            checked[name] = value
        elif value is not None:
            if not check(value):
                raise DataError(f"{name} {short(value)} is not {_NEEDED[check]}")
            checked[name] = value
    if "subset_sizes" in checked:
        checked["subset_sizes"] = {name: n for name, n in checked["subset_sizes"].items() if n is not None}
    return checked


def is_count(value: object) -> bool:
    """A whole number from 0 to :data:`LARGEST`."""
    return type(value) is int and 0 <= value <= LARGEST


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_prompt(value: object) -> bool:
    return isinstance(value, dict) and all(
        value.get(name) is None or isinstance(value[name], str) for name in ("name", "source", "sha256")
    )


def _is_words(value: object) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == 2 and all(is_count(count) for count in value)


def _is_tags(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(tag, str) for tag in value)


def _is_answers(value: object) -> bool:
    return _is_tags(value) and len(value) == 2  # type: ignore[arg-type]


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_sizes(value: object) -> bool:
    return isinstance(value, dict) and all(count is None or is_count(count) for count in value.values())


def _is_schedule(value: object) -> bool:
    return isinstance(value, dict) and (value.get("votes") is None or is_count(value["votes"]))


_NEEDED: dict[Callable[[object], bool], str] = {
    _is_text: "a text",
    _is_prompt: "a prompt's name, source and sha256",
    _is_words: "two numbers of words",
    _is_tags: "a list of texts",
    _is_sizes: "a number of pairs for each subset",
    _is_answers: "the hashes of two responses",
    _is_list: "a list",
    is_count: f"a number from 0 to {LARGEST}",
    _is_schedule: "a schedule with a number of votes",
}
_CHECKS: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(("model", "fingerprint", "revision", "subset", "source", "failure", "task", "framework"), _is_text),
    "messages_sha256": _is_text,
    "answers_sha256": _is_answers,
    "tool_calls": _is_list,
    "tool_call_count": is_count,
    "prompt": _is_prompt,
    "words": _is_words,
    "tags": _is_tags,
    "subset_sizes": _is_sizes,
    "schedule": _is_schedule,
}
