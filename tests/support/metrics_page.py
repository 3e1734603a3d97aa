"""The table of ``docs/metrics.md``, made from the table of statistics: ``python -m tests.support.metrics_page`` writes it."""

from __future__ import annotations

from pathlib import Path

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
    before, begins, rest = PAGE.read_text(encoding="utf-8").partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    if not (begins and ends):
        raise ValueError(f"no {BEGINS!r} … {ENDS!r} in {PAGE}")
    return f"{before}{begins}{table()}{ends}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
