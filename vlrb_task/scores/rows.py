"""A row of the table of statistics: a function of a scored run, with its name, its meaning, and how it is printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import getdoc
from typing import Any, Literal

from vlrb_task.scores.scored import Scored

Kind = Literal["estimate", "rate", "groups", "curve", "counts", "object", "part"]

FRACTION = "fraction, 0 to 1"
RATIO = "Wilson at the effective size of [intervals](#intervals), pairs as clusters"


@dataclass(frozen=True)
class Statistic:
    """A row of the table.

    Attributes:
        name: in JSON, and the column of exports.
        title: heading in tables, and the words before the number in a line.
        definition: one sentence for ``docs/metrics.md``.
        unit: of the number and of ``n``.
        interval: how the interval is made, and its source.
        kind: ``estimate`` (a number with its interval), ``rate`` (in JSON a plain number, its interval under
            ``intervals``), ``groups`` (an estimate by name), ``curve`` (a number by k), ``counts`` (by name),
            ``object`` (several numbers, with a ``to_dict``) or ``part`` (a number of an object, its name after the dot).
        compute: None where a run cannot have it.
        columns: the tables that have it as a column: ``scores`` and ``calibration`` (a comparison's and the page's),
            ``markdown``, ``latex``, ``csv``. The table of ``vlrb score`` prints rates in a line below.
        fitted: whether it needs the extra ``report``, and is left out of ``vlrb score``, which does without.
    """

    name: str
    title: str
    definition: str
    unit: str
    interval: str
    kind: Kind
    compute: Callable[[Scored], Any]
    columns: frozenset[str] = frozenset()
    fitted: bool = False


def statistic(
    kind: Kind, title: str, unit: str, interval: str = "", columns: str = "", *, fitted: bool = False
) -> Callable[[Callable[[Scored], Any]], Statistic]:
    """Make a function a row of the table: its name is the row's, its docstring the definition, word for word.

    Args:
        kind: as of :class:`Statistic`, and so the others.
        title: the heading.
        unit: of the number.
        interval: how it is made.
        columns: names of tables, with spaces between them.
        fitted: whether it needs the extra ``report``.
    """

    def row(compute: Callable[[Scored], Any]) -> Statistic:
        definition = " ".join((getdoc(compute) or "").split())
        return Statistic(
            compute.__name__, title, definition, unit, interval, kind, compute, frozenset(columns.split()), fitted
        )

    return row
