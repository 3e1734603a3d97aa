"""The table of statistics: every number of ``vlrb score``, with its name, its meaning, and how it is computed and printed.

The JSON, the terminal, the page, the exports and ``docs/metrics.md`` are made from this table. A new statistic is a
function in one of the modules named here, under :func:`~vlrb_task.scores.rows.statistic`.
"""

from __future__ import annotations

from vlrb_task.scores import accuracies, rates, traits
from vlrb_task.scores.rows import Statistic

STATISTICS: tuple[Statistic, ...] = tuple(
    row for module in (accuracies, rates, traits) for row in vars(module).values() if isinstance(row, Statistic)
)
"""In the order in which the modules define them."""
