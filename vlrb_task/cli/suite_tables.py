"""The suite's tables for people."""

from __future__ import annotations

from rich.markup import escape

from vlrb_task.cli.terminal import SIGNED, SafeConsole, grid, print_whole
from vlrb_task.compare.suite import Suite
from vlrb_task.export.suite import sheets
from vlrb_task.export.tables import Shown
from vlrb_task.support.numbers import with_interval


def show(suite: Suite, out: SafeConsole) -> None:
    """Print every table, none of its numbers cut: where the console is narrow, columns go on below."""
    for sheet in sheets(suite):
        table = grid(escape(sheet.note) or None, sheet.heads[: sheet.names], sheet.heads[sheet.names :])
        table.caption_justify = "left"
        for row in sheet.rows:
            table.add_row(*map(_cell, row), style="bright_black" if "(published" in str(row[0]) else None)
        out.print(f"[bold]{escape(sheet.title)}[/bold]")
        print_whole(out, table)
        out.print()


def _cell(shown: Shown) -> str:
    """Words, or a number above its interval."""
    return escape(shown or "") if shown is None or isinstance(shown, str) else with_interval(shown, SIGNED)
