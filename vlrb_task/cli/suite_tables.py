"""The suite's tables for people."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from vlrb_task.compare.suite import Suite, published
from vlrb_task.export.suite import title_of
from vlrb_task.scores.estimates import Estimate


def show(suite: Suite, out: Console) -> None:
    """Print the table, ranks, protocols and correlations."""
    for name in suite.benchmarks:
        out.print(_benchmark(suite, name))
        for row in published(name):
            out.print(
                f"published: {escape(str(row['model']))} {100 * row['overall']:.1f} ({escape(str(row['source']))})",
                soft_wrap=True,
            )
        out.print()
    out.print(_protocols(suite))
    for found in suite.correlations:
        value = "not defined" if found.spearman is None else f"{found.spearman:.2f}"
        out.print(
            f"{escape(title_of(found.first))} and {escape(title_of(found.second))}: Spearman {value}, {found.judges} judges"
        )
    if any(found.judges for found in suite.correlations):
        out.print("Correlations of so few judges have wide intervals: read them as a hint.")


def _benchmark(suite: Suite, name: str) -> Table:
    table = Table(title=escape(title_of(name)), title_justify="left", box=None, pad_edge=False)
    cells = {judge: found[name] for judge, found in suite.rows.items() if name in found}
    called = next(iter(cells.values())).headline[0]
    for heading in ("judge", called, *(["overall"] if called != "overall" else []), "rank", "first position", "parsed"):
        table.add_column(escape(heading))
    for judge, cell in sorted(cells.items(), key=lambda item: -(item[1].score.overall.value or 0)):
        best, worst = suite.ranks[name][judge]
        first, parsed = cell.score.estimate("first_rate"), cell.score.estimate("parsed_rate")
        shown = [_percent(cell.headline[1]), *([_percent(cell.score.overall)] if called != "overall" else [])]
        place = str(best) if best == worst else f"{best} to {worst}"
        table.add_row(escape(judge), *shown, place, _rate(first), _rate(parsed))
    return table


def _protocols(suite: Suite) -> Table:
    """Overall accuracy of the same votes under other protocols, in percent."""
    names = list(dict.fromkeys(p for cells in suite.rows.values() for cell in cells.values() for p in cell.protocols))
    table = Table(title="the same votes under other protocols, %", title_justify="left", box=None, pad_edge=False)
    for heading in ("judge", "benchmark", *names, "range"):
        table.add_column(escape(heading))
    for judge, cells in suite.rows.items():
        for about, cell in cells.items():
            values = [found.value for found in cell.protocols.values() if found.value is not None]
            spread = f"{100 * (max(values) - min(values)):.1f}" if values else "-"
            table.add_row(escape(judge), escape(about), *(_rate(cell.protocols.get(name)) for name in names), spread)
    return table


def _percent(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "-"
    return f"{100 * estimate.value:.1f} ({100 * estimate.low:.1f} to {100 * estimate.high:.1f})"


def _rate(estimate: Estimate | None) -> str:
    return "-" if estimate is None or estimate.value is None else f"{100 * estimate.value:.1f}"
