"""The suite's tables for people."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from vlrb_task.cli.whole_tables import add_name, add_number, print_whole
from vlrb_task.compare.suite import Suite
from vlrb_task.export.suite import Shown, sheets


def show(suite: Suite, out: Console) -> None:
    """Print every table, none of its numbers cut: where the console is narrow, columns go on below."""
    for sheet in sheets(suite):
        table = Table(caption=escape(sheet.note) or None, caption_justify="left")
        for place, head in enumerate(sheet.heads):
            (add_name if place < sheet.names else add_number)(table, head)
        for row in sheet.rows:
            table.add_row(*map(_cell, row), style="bright_black" if "(published" in str(row[0]) else None)
        out.print(f"[bold]{escape(sheet.title)}[/bold]")
        print_whole(out, table)
        out.print()


def _cell(shown: Shown) -> str:
    """Words, or a number above its interval."""
    if shown is None or isinstance(shown, str):
        return escape(shown or "")
    if shown.value is None or shown.low is None or shown.high is None:
        return "-"
    return f"{100 * shown.value:.1f}\n[bright_black]{100 * shown.low:.1f} to {100 * shown.high:.1f}[/]"
