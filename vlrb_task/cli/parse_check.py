"""``vlrb parse --check``: a table of how texts with known verdicts are read, and the bounds that they must keep."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from vlrb_task.cli.options import console, print_error, print_json
from vlrb_task.judges.check import Checked, Labelled, Outcome, Tally, check_own, check_with, labelled, said, tally
from vlrb_task.parsing.verdicts import Reading
from vlrb_task.scores.estimates import wilson
from vlrb_task.support.errors import DataError
from vlrb_task.support.jsonl import Lines

GENERAL = "final"


@dataclass(frozen=True)
class Reader:
    """One way to read all the texts: each with its judge's own parser, or all with one parser.

    Attributes:
        name: ``own``, or the parser's name.
        bounded: whether ``--max-misread`` and ``--min-read`` are for it.
    """

    name: str
    bounded: bool
    checked: tuple[Checked, ...]

    @property
    def tally(self) -> Tally:
        return tally(self.checked)

    def groups(self) -> dict[tuple[str, str], Tally]:
        """The counts by judge and parser."""
        names = sorted({(one.judge, one.parser) for one in self.checked})
        return {name: tally(one for one in self.checked if (one.judge, one.parser) == name) for name in names}


def check_files(
    files: Sequence[Path],
    judge: str | None,
    parser: str | None,
    max_misread: int | None,
    min_read: float | None,
    as_json: bool,
) -> None:
    """Check gold files, print the result, and end the program with exit code 1 if a bound is broken.

    Args:
        files: JSON lines, see :func:`vlrb_task.judges.check.labelled`.
        judge: whose parser reads all the texts, in place of each line's own judge.
        parser: the parser that reads all the texts, in place of any judge's.
        max_misread: how many texts may be misread.
        min_read: least share of the texts with a verdict that is read rightly, in [0, 1].
        as_json: print one JSON document.

    Raises:
        DataError: a line is not what it must be; the text begins with file and row.
    """
    items = [item for file in files for item in read_gold(file)]
    readers = _readers(items, judge, parser)
    broken = [line for reader in readers if reader.bounded for line in _broken(reader, max_misread, min_read)]
    if as_json:
        print_json({"texts": len(items), "readers": [_as_dict(reader) for reader in readers], "broken": broken})
    else:
        _show(readers)
    if broken:
        print_error("; ".join(broken))
        sys.exit(1)


def read_gold(file: Path) -> list[Labelled]:
    """The labelled texts of a gold file.

    Raises:
        DataError: the file is empty or damaged, or a line is not what it must be.
    """
    lines = Lines(file)
    items = [labelled(line, f"{file}:{number}") for number, line in lines]
    if lines.warnings:
        raise DataError(f"{file}: {lines.warnings[0]}")
    if not items:
        raise DataError(f"{file}: no texts")
    return items


def _readers(items: Sequence[Labelled], judge: str | None, parser: str | None) -> list[Reader]:
    if parser is not None:
        return [Reader(parser, True, tuple(check_with(item, parser, judge) for item in items))]
    own = Reader("own", True, tuple(check_own(item, judge) for item in items))
    if judge is not None:
        return [own]
    pairwise = [one.item for one in own.checked if isinstance(one.reading, Reading)]
    general = Reader(GENERAL, False, tuple(check_with(item, GENERAL) for item in pairwise))
    differ = any(one.parser != GENERAL for one in own.checked)
    return [own, general] if differ and pairwise else [own]


def _broken(reader: Reader, max_misread: int | None, min_read: float | None) -> list[str]:
    counts, made = reader.tally, []
    if max_misread is not None and counts.misread > max_misread:
        made.append(f"parser {reader.name}: {counts.misread} texts misread, at most {max_misread} are allowed")
    if min_read is not None and (counts.read_share is None or counts.read_share < min_read):
        share = "no text has a verdict" if counts.read_share is None else f"{counts.read_share:.2%} of verdicts read"
        made.append(f"parser {reader.name}: {share}, at least {min_read:.2%} is wanted")
    return made


def _as_dict(reader: Reader) -> dict[str, Any]:
    return {
        "reader": reader.name,
        "bounded": reader.bounded,
        **_counts(reader.tally),
        "by_judge": [
            {"judge": judge, "parser": parser, **_counts(counts)} for (judge, parser), counts in reader.groups().items()
        ],
        "misread_texts": [_misread(one) for one in reader.checked if one.outcome is Outcome.MISREAD],
        "unread_texts": [_unread(one) for one in reader.checked if one.outcome is Outcome.UNREAD],
    }


def _counts(counts: Tally) -> dict[str, Any]:
    return {
        "texts": counts.texts,
        "with_verdict": counts.with_verdict,
        "read": counts.read,
        "read_share": counts.read_share,
        "unread": dict(counts.unread),
        "misread": counts.misread,
    }


def _misread(one: Checked) -> dict[str, Any]:
    found = said(one.reading)
    return {
        "where": one.item.where,
        "judge": one.judge,
        "parser": one.parser,
        "gold": one.item.gold,
        "read": found,
        "span": one.reading.span,
        "text": one.item.text,
    }


def _unread(one: Checked) -> dict[str, Any]:
    return {
        "where": one.item.where,
        "judge": one.judge,
        "parser": one.parser,
        "gold": one.item.gold,
        "reason": str(one.reading.reason),
    }


def _show(readers: Sequence[Reader]) -> None:
    out = console()
    table = Table(caption="read: rightly, of the texts with a verdict; share in percent with its 95 % interval")
    for column in ("judge", "parser"):
        table.add_column(column, overflow="fold")
    for column in ("texts", "verdicts", "read", "share", "unread", "misread"):
        table.add_column(column, justify="right")
    table.add_column("unread by reason", overflow="fold")
    for reader in readers:
        groups = reader.groups()
        for (judge, parser), counts in groups.items():
            table.add_row(escape(judge), escape(parser), *_cells(counts))
        if len(groups) > 1:
            table.add_row("[bold]all[/bold]", f"[bold]{escape(reader.name)}[/bold]", *_cells(reader.tally))
        table.add_section()
    out.print(table)
    for reader in readers:
        misread, texts = reader.tally.misread, reader.tally.texts
        low, high = wilson(misread / texts, texts)
        out.print(
            f"{escape(reader.name)}: misread {misread} of {texts}; 95 % interval {100 * low:.1f} to {100 * high:.1f} %"
        )
    for reader in readers:
        for one in reader.checked:
            if one.outcome is Outcome.MISREAD:
                read, gold = said(one.reading), one.item.gold
                out.print(
                    f"[red]misread[/red] {escape(one.item.where)} by {escape(one.parser)}: read as "
                    f"[bold]{_word(read)}[/bold], says [bold]{_word(gold)}[/bold]: {escape(_quote(one))}",
                    soft_wrap=True,
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
