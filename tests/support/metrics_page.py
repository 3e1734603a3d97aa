"""The table of ``docs/metrics.md``, made from the table of statistics: ``python -m tests.support.metrics_page`` writes it."""

from __future__ import annotations

from pathlib import Path

from tests.support.generated import with_part
from vlrb_task.scores.statistics import STATISTICS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"
BEGINS, ENDS = "<!-- statistics: python -m tests.support.metrics_page -->\n", "<!-- end of statistics -->\n"


def table() -> str:
    """Every row of the table of statistics as a row of Markdown."""
    rows = ["| number | definition | unit, range | interval and source |", "|---|---|---|---|"]
    rows += [f"| `{row.name}` | {row.definition} | {row.unit} | {row.interval} |" for row in STATISTICS]
    return "\n".join(rows) + "\n"


def page() -> str:
    """The page with the table as it should stand in it.

    Raises:
        ValueError: the page has no place for the table.
    """
    return with_part(PAGE, BEGINS, table(), ENDS)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
