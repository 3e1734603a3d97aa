"""``vlrb parse --check``: a table of how texts with known verdicts are read, and the bounds that they must keep."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Column, Table

from vlrb_task.cli.options import console, print_error, print_json
from vlrb_task.judges.check import Checked, Labelled, Outcome, Tally, check_own, check_with, read_gold, said, tally
from vlrb_task.parsing.verdicts import Reading
from vlrb_task.scores.estimates import wilson

GENERAL = "final"

Readers = Mapping[str, Sequence[Checked]]
"""The ways to read all the texts: ``own``, each with its judge's parser, or a parser's name. The bounds are for the first."""


def check_files(
    files: Sequence[Path],
    judge: str | None,
    parser: str | None,
    max_misread: int | None,
    min_read: float | None,
    as_json: bool,
) -> None:
    """Check gold files, print the result, and end the program with exit code 1 if a bound is broken."""
    items = [item for file in files for item in read_gold(file)]
    readers = _readers(items, judge, parser)
    bounded = next(iter(readers))
    counts, broken = tally(readers[bounded]), []
    if max_misread is not None and counts.misread > max_misread:
        broken.append(f"parser {bounded}: {counts.misread} texts misread, at most {max_misread} are allowed")
    if min_read is not None and (counts.read_share is None or counts.read_share < min_read):
        share = "no text has a verdict" if counts.read_share is None else f"{counts.read_share:.2%} of verdicts read"
        broken.append(f"parser {bounded}: {share}, at least {min_read:.2%} is required")
    if as_json:
        found = [{"reader": name, "bounded": name == bounded, **_as_dict(checked)} for name, checked in readers.items()]
        print_json({"texts": len(items), "readers": found, "broken": broken})
    else:
        _show(readers)
    if broken:
        print_error("; ".join(broken))
        sys.exit(1)


def _readers(items: Sequence[Labelled], judge: str | None, parser: str | None) -> Readers:
    if parser is not None:
        return {parser: [check_with(item, parser, judge) for item in items]}
    own = [check_own(item, judge) for item in items]
    pairwise = [one.item for one in own if isinstance(one.reading, Reading)]
    if judge is not None or not pairwise or all(one.parser == GENERAL for one in own):
        return {"own": own}
    return {"own": own, GENERAL: [check_with(item, GENERAL) for item in pairwise]}


def _groups(checked: Sequence[Checked]) -> dict[tuple[str, str], Tally]:
    """The counts by judge and parser."""
    names = sorted({(one.judge, one.parser) for one in checked})
    return {name: tally(one for one in checked if (one.judge, one.parser) == name) for name in names}


def _as_dict(checked: Sequence[Checked]) -> dict[str, Any]:
    def counts(found: Tally) -> dict[str, Any]:
        names = ("texts", "with_verdict", "read", "read_share", "unread", "misread")
        return {name: getattr(found, name) for name in names}

    def text(one: Checked, **more: Any) -> dict[str, Any]:
        return {"where": one.item.where, "judge": one.judge, "parser": one.parser, "gold": one.item.gold, **more}

    return {
        **counts(tally(checked)),
        "by_judge": [
            {"judge": judge, "parser": parser, **counts(found)} for (judge, parser), found in _groups(checked).items()
        ],
        "misread_texts": [
            text(one, read=said(one.reading), span=one.reading.span, text=one.item.text)
            for one in checked
            if one.outcome is Outcome.MISREAD
        ],
        "unread_texts": [text(one, reason=str(one.reading.reason)) for one in checked if one.outcome is Outcome.UNREAD],
    }


def _show(readers: Readers) -> None:
    out = console()
    counted = (Column(n, justify="right") for n in ("texts", "verdicts", "read", "share", "unread", "misread"))
    judge, parser, reasons = (Column(name, overflow="fold") for name in ("judge", "parser", "unread by reason"))
    table = Table(judge, parser, *counted, reasons)
    table.caption = "read: rightly, of the texts with a verdict; share in percent with its 95 % interval"
    for name, checked in readers.items():
        groups = _groups(checked)
        for names, counts in groups.items():
            table.add_row(*map(escape, names), *_cells(counts))
        if len(groups) > 1:
            table.add_row("[bold]all[/bold]", f"[bold]{escape(name)}[/bold]", *_cells(tally(checked)))
        table.add_section()
    out.print(table)
    for name, checked in readers.items():
        misread, texts = tally(checked).misread, len(checked)
        low, high = wilson(misread / texts, texts)
        out.print(f"{escape(name)}: misread {misread} of {texts}; 95 % interval {100 * low:.1f} to {100 * high:.1f} %")
    for one in (one for checked in readers.values() for one in checked if one.outcome is Outcome.MISREAD):
        out.tell(
            f"[red]misread[/red] {escape(one.item.where)} by {escape(one.parser)}: read as "
            f"[bold]{_word(said(one.reading))}[/bold], says [bold]{_word(one.item.gold)}[/bold]: {escape(_quote(one))}"
        )


def _cells(counts: Tally) -> list[str]:
    share = "-"
    if counts.read_share is not None:
        low, high = wilson(counts.read_share, counts.with_verdict)
        share = f"{100 * counts.read_share:.1f} ({100 * low:.1f}–{100 * high:.1f})"
    misread = f"[bold red]{counts.misread}[/bold red]" if counts.misread else "0"
    reasons = ", ".join(f"{reason} {count}" for reason, count in counts.unread.items())
    unread = sum(counts.unread.values())
    return [str(counts.texts), str(counts.with_verdict), str(counts.read), share, str(unread), misread, reasons]


def _word(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _quote(one: Checked) -> str:
    """The passage that was taken for the verdict, or the end of the text, on one line."""
    start, end = one.reading.span or (max(0, len(one.item.text) - 120), len(one.item.text))
    return " ".join(one.item.text[max(0, start - 40) : end + 40].split())[:200]
