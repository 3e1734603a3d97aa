"""Unread answers in ``vlrb score``: groups by reason and shape, and the bounds of the overall score."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlrb_task.judges.hand_labels import HandLabels
from vlrb_task.scores.completeness import Doubt, doubt_of, unread_groups
from vlrb_task.scores.policies import Policy
from vlrb_task.support.errors import DataError
from vlrb_task.support.jsonl import Lines
from vlrb_task.votes import Run

if TYPE_CHECKING:
    from rich.console import Console

MOST_GROUPS = 8


def read_labels(file: Path) -> HandLabels:
    """Hand labels from lines with ``text``, ``judge`` and ``gold`` or ``score``; a line where that is null has no label yet.

    Raises:
        DataError: the file is damaged, or has no label, or a line is not what it must be.
    """
    from vlrb_task.judges.check import labelled

    lines = Lines(file)
    items = [
        labelled(line, f"{file}:{number}")
        for number, line in lines
        if line.get("gold", line.get("score", "")) is not None
    ]
    if lines.warnings:
        raise DataError(f"{file}: {lines.warnings[0]}")
    if not items:
        raise DataError(f"{file}: no labels: fill in 'gold' (first, second, tie or unparsed) or 'score'")
    return HandLabels.of(items)


def doubt_dict(run: Run, policy: Policy) -> dict[str, Any]:
    """The object ``doubt`` of ``vlrb score --json``."""
    return doubt_of(run, policy).to_dict() | {
        "groups": [
            {"reason": str(group.reason), "shape": group.shape, "count": group.count, "lines": list(group.examples)}
            for group in unread_groups(run)
        ]
    }


def show_doubt(out: Console, run: Run, policy: Policy) -> None:
    """Print the groups of unread answers, the most frequent first, and the bounds of the overall; nothing where all were read."""
    from rich.markup import escape

    found = doubt_of(run, policy)
    if not found.unread:
        return
    out.print(
        f"{found.unread} of {found.votes} votes unread, about {found.pairs} pairs: {bounds(found)}", soft_wrap=True
    )
    groups = unread_groups(run)
    for group in groups[:MOST_GROUPS]:
        lines = ", ".join(map(str, group.examples))
        what = f"{group.reason}: {group.shape}" if group.shape else str(group.reason)
        out.print(f"  {group.count:>6}  {escape(what)} [dim](line {lines})[/dim]", soft_wrap=True)
    if len(groups) > MOST_GROUPS:
        rest = sum(group.count for group in groups[MOST_GROUPS:])
        out.print(f"  {rest:>6}  in {len(groups) - MOST_GROUPS} further groups")


def bounds(found: Doubt) -> str:
    """The bounds of the overall in words, in percent."""
    named = (("all wrong", found.if_wrong), ("all right", found.if_right), ("as the rest", found.as_rest))
    return "overall if they were " + ", ".join(
        f"{name} {100 * value:.1f}" for name, value in named if value is not None
    )
