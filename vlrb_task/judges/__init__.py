"""The judges, by name: each module here that has a ``JUDGE``, and those that other packages add under ``vlrb.judges``.

A judge is one file. Nothing else names it: its tasks, its row in ``docs/judges.md`` and its place in every list come from here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from contextlib import redirect_stdout
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from vlrb_task.judges.base import (
    Judge,
    Prompt,
    PromptRecord,
    Sampling,
    Template,
    guarded,
    own,
)
from vlrb_task.judges.templates import fill_prompt, neutralise, require_captions
from vlrb_task.support.errors import UnknownName

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINT_GROUP = "vlrb.judges"

__all__ = [
    "ENTRY_POINT_GROUP",
    "Judge",
    "Prompt",
    "PromptRecord",
    "Sampling",
    "Template",
    "fill_prompt",
    "get_judge",
    "guarded",
    "in_order",
    "judge_names",
    "neutralise",
    "own",
    "require_captions",
    "shipped_names",
]


@cache
def shipped_names() -> tuple[str, ...]:
    """The judges of this package, by name. Their files are read for a line that begins with ``JUDGE``, and not imported."""
    declares = re.compile(r"^JUDGE\b", re.MULTILINE)
    files = Path(__file__).parent.glob("*.py")
    return tuple(sorted(file.stem for file in files if declares.search(file.read_text(encoding="utf-8"))))


_SOURCES = ("framework", "own", "published")


def in_order(judges: Iterable[Judge]) -> list[Judge]:
    """Judges as tables list them: by the source of their prompts, mode and name."""
    return sorted(judges, key=lambda judge: (_SOURCES.index(judge.prompt.source), judge.mode != "pairwise", judge.name))


@cache
def _third_party() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points  # slow, and most logs are of judges of this package

    return {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}


def judge_names() -> list[str]:
    """Every judge that :func:`get_judge` knows: this package's by name, then other packages' by name."""
    return [*shipped_names(), *sorted(set(_third_party()) - set(shipped_names()))]


@cache
def get_judge(name: str) -> Judge:
    """A judge by name.

    Raises:
        UnknownName: no such judge (the error lists the known ones), or its declaration is wrong.
    """
    if name in shipped_names():
        module = f"{__name__}.{name}"
        return _checked(name, import_module(module).JUDGE, module)
    if name in _third_party():
        point = _third_party()[name]
        judge = _checked(name, _load(point), point.value)
        return replace(judge, parser=guarded(judge.parser, judge.mode))
    raise UnknownName(f"no judge {name!r}: use one of {', '.join(judge_names())}")


def _load(point: EntryPoint) -> object:
    try:
        with redirect_stdout(sys.stderr):
            return point.load()
    except (Exception, SystemExit) as error:  # another package may raise anything
        why = f"{type(error).__name__}: {error}"
        raise UnknownName(f"judge {point.name!r} cannot be loaded from {point.value} ({why})") from error


def _checked(name: str, judge: object, place: str) -> Judge:
    if not isinstance(judge, Judge):
        raise UnknownName(f"judge {name!r} in {place} is a {type(judge).__name__}, not a vlrb_task.judges.Judge")
    if judge.name != name:
        raise UnknownName(f"{place} declares judge {judge.name!r}, not {name!r}: logs could not be read again")
    return judge
