"""Tables that are never cut: where the console is too narrow, names are folded and columns go on below.

Rich shortens what does not fit with an ellipsis. A name may then be anybody's, and a number another number.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from textwrap import wrap

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table
from rich.text import Text

from vlrb_task.cli.options import visible

LEAST = 14
"""Columns of text that are left for a folded name, at least."""

_FRAME = 3  # of a column: a space on each side, and a line
_HEADER = 15  # of a header of numbers, which are seldom wider


def add_name(table: Table, header: str) -> None:
    """Add a column of names or words, which may be folded. Those that come first stand in every part of the table."""
    table.add_column(header, overflow="fold")


def add_number(table: Table, header: str) -> None:
    """Add a column whose cells are not folded; its header, of any length, is."""
    table.add_column("\n".join(map(escape, wrap(visible(header), _HEADER))), justify="right", no_wrap=True)


def print_whole(out: Console, table: Table) -> None:
    """Print a table made with :func:`add_name` and :func:`add_number`, in as many parts as the console's width asks for.

    A row whose numbers all stand in other parts is left out of a part.
    """
    names, parts = _split(table.columns, out.width)
    if len(parts) == 1:
        out.print(table)
        return
    for number, others in enumerate(parts):
        columns = [*names, *others]
        part = Table(caption=table.caption if number == len(parts) - 1 else None)
        for column in columns:
            part.add_column(column.header, justify=column.justify, no_wrap=column.no_wrap, overflow=column.overflow)
        for row, *cells in zip(table.rows, *(column.cells for column in columns), strict=True):
            if any(cells[len(names) :]):
                part.add_row(*cells, style=row.style, end_section=row.end_section)
        out.print(part)


def _split(columns: Sequence[Column], width: int) -> tuple[list[Column], list[list[Column]]]:
    """The names, which stand in every part; and the other columns of each: as many as there is room for, at least one."""
    names = list(takewhile(lambda column: not column.no_wrap, columns))
    room = width - 1 - sum(map(_need, names))
    parts: list[list[Column]] = [[]]
    left = room
    for column in columns[len(names) :]:
        if parts[-1] and _need(column) > left:
            parts.append([])
            left = room
        parts[-1].append(column)
        left -= _need(column)
    return names, parts


def _need(column: Column) -> int:
    """Columns of text that a column takes, its frame included."""
    widest = max(_width(cell) for cell in (column.header, *column.cells))
    return _FRAME + (min(widest, LEAST) if not column.no_wrap else widest)


def _width(cell: object) -> int:
    text = cell if isinstance(cell, Text) else Text.from_markup(visible(str(cell)), emoji=False)
    return max((line.cell_len for line in text.split(allow_blank=True)), default=0)
