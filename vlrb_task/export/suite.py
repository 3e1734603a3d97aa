"""The suite's table as Markdown, LaTeX and CSV."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from vlrb_task.compare.suite import Suite, published
from vlrb_task.export.tables import csv_text, latex_text, markdown_row, markdown_text, percent_cell
from vlrb_task.pairs.benchmarks import benchmark, is_benchmark


def title_of(name: str) -> str:
    """A benchmark's title, with what follows its name where other pictures were shown."""
    known, comma, rest = name.partition(",")
    return f"{benchmark(known).about['title']}{comma}{rest}" if is_benchmark(known) else name


def _heads(suite: Suite) -> list[str]:
    """A heading for each benchmark: its title and what its authors call their number."""
    heads = []
    for name in suite.benchmarks:
        called = next(
            cell.headline[0] for cells in suite.rows.values() for about, cell in cells.items() if about == name
        )
        heads.append(f"{title_of(name)}, {called}")
    return heads


def _table(suite: Suite, text: Callable[[str], str], between: str) -> list[list[str]]:
    """The cells of each row: judges, then published numbers under their own names."""
    found = [["judge", *map(text, _heads(suite))]]
    for judge, cells in suite.rows.items():
        shown = [percent_cell(cells[name].headline[1], between) if name in cells else "-" for name in suite.benchmarks]
        found.append([text(judge), *shown])
    models = list(dict.fromkeys(str(row["model"]) for name in suite.benchmarks for row in published(name)))
    for model in models:
        numbers = [
            next((f"{100 * row['overall']:.1f}" for row in published(name) if row["model"] == model), "-")
            for name in suite.benchmarks
        ]
        found.append([text(f"{model} (published)"), *numbers])
    return found


def markdown_suite(suite: Suite) -> str:
    """A Markdown table, percent with 95 % intervals."""
    head, *rows = _table(suite, markdown_text, ", ")
    lines = [markdown_row(head), markdown_row(["---", *["---:"] * (len(head) - 1)])]
    return "\n".join([*lines, *map(markdown_row, rows)]) + "\n"


def latex_suite(suite: Suite) -> str:
    """A LaTeX table for the package booktabs."""
    head, *rows = _table(suite, latex_text, "--")
    lines = [rf"\begin{{tabular}}{{l{'r' * (len(head) - 1)}}}", r"\toprule", " & ".join(head) + r" \\", r"\midrule"]
    for row in rows:
        lines.append(" & ".join(re.sub(r" \[(.*)\]", r" {\\scriptsize [\1]}", cell) for cell in row) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"]) + "\n"


def csv_suite(suite: Suite) -> str:
    """One line a judge and benchmark, every number at full precision as a fraction of one."""
    rows: list[Sequence[object]] = [
        (
            "judge",
            "benchmark",
            "number",
            "value",
            "low",
            "high",
            "n",
            "rank_best",
            "rank_worst",
            "first_rate",
            "parsed_rate",
        )
    ]
    for judge, cells in suite.rows.items():
        for name, cell in cells.items():
            told = cell.to_dict()
            first, last = suite.ranks[name][judge]
            numbers = {"headline": cell.headline[1], "overall": cell.score.overall, **cell.protocols}
            for number, one in numbers.items():
                called = f"headline: {cell.headline[0]}" if number == "headline" else number
                ends = (one.value, one.low, one.high, one.n)
                rows.append((judge, name, called, *ends, first, last, told["first_rate"], told["parsed_rate"]))
    return csv_text(rows)
