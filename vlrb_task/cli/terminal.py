"""A console on which data stays data, and tables that are never cut.

Rich shortens what does not fit with an ellipsis. A name may then be anybody's, and a number another number: so where the
console is too narrow, names are folded and columns go on below.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from textwrap import wrap
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table
from rich.text import Text

from vlrb_task.support.numbers import Interval, with_interval
from vlrb_task.support.visible import visible

LEAST = 14
"""Columns of text that are left for a folded name, at least."""

_FRAME = 3  # of a column: a space on each side, and a line
_HEADER = 15  # of a header of numbers, which are seldom wider


class SafeConsole(Console):
    """Every string that is printed, a table's cells too, is made visible first."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, emoji=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(visible(text), **options)

    def tell(self, text: str | Text, *, markup: bool = True, style: str | None = None) -> None:
        """Print a text that is not wrapped."""
        self.print(text, soft_wrap=True, markup=markup, style=style)


CELL, SIGNED = "{}\n[bright_black]{}–{}[/]", "{}\n[bright_black]{} to {}[/]"
"""Layouts of a number above its interval; the second for ends that may have a sign."""


def cell(number: Interval | None, sign: str = "") -> str:
    """A percentage above its interval; ``sign`` is ``+`` for a difference."""
    return with_interval(number, SIGNED if sign else CELL, f"{sign}.1f")


def grid(
    caption: str | None,
    names: Iterable[str],
    numbers: Iterable[str],
    rows: Iterable[Iterable[str]] = (),
    last: Iterable[str] = (),
) -> Table:
    """A table for :func:`print_whole`.

    Args:
        caption: what stands below it.
        names: headers of columns of names or words, which may be folded. They stand in every part of the table.
        numbers: headers of columns whose cells are not folded; a header, of any length, is.
        rows: cells, with markup.
        last: headers of further columns of words, which stand behind the numbers.
    """
    folded = [Column("\n".join(map(escape, wrap(visible(n), _HEADER))), justify="right", no_wrap=True) for n in numbers]
    words, more = ([Column(name, overflow="fold") for name in heads] for heads in (names, last))
    table = Table(*words, *folded, *more, caption=caption)
    for row in rows:
        table.add_row(*row)
    return table


def print_whole(out: Console, table: Table) -> None:
    """Print a table of :func:`grid` in as many parts as the console's width asks for.

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
