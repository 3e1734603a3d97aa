"""The suite's tables, and their Markdown, LaTeX and CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from vlrb_task.compare.correlation import Coefficient
from vlrb_task.compare.suite import Cell, Suite, published
from vlrb_task.export.tables import Sheet, Shown, csv_text, latex_lines, latex_text, markdown_lines, markdown_text
from vlrb_task.pairs.benchmarks import benchmark, is_benchmark
from vlrb_task.support.numbers import percent, with_interval


def title_of(name: str) -> str:
    """A benchmark's title, with what follows its name where other pictures were shown."""
    known, comma, rest = name.partition(",")
    return f"{benchmark(known).about['title']}{comma}{rest}" if is_benchmark(known) else name


def sheets(suite: Suite) -> list[Sheet]:
    """A row a judge and a column a benchmark; then each benchmark by itself, the protocols, and the correlations."""
    found = [_all_in_one(suite), *(_one(suite, name) for name in suite.benchmarks), _protocols(suite)]
    if suite.correlations:
        rows = [
            (title_of(one.metric), title_of(one.benchmark), _coefficient(one.spearman), str(one.n))
            for one in suite.correlations
        ]
        note = "Spearman's correlation of overall accuracies, with its 95 % interval; of fewer than ten judges a hint at most"
        heads = ("benchmark", "and", "Spearman", "judges")
        found.append(Sheet("Does a judge that is good on one win on the others?", heads, rows, 2, note))
    return found


def _all_in_one(suite: Suite) -> Sheet:
    heads = []
    for name in suite.benchmarks:
        called = next(cells[name].headline[0] for cells in suite.rows.values() if name in cells)
        heads.append(f"{title_of(name)}, {called}")
    rows: list[list[Shown]] = [
        [judge, *(cells[name].headline[1] if name in cells else None for name in suite.benchmarks)]
        for judge, cells in suite.rows.items()
    ]
    note = "In %, with 95 % intervals: the number that each benchmark's authors report first. Published numbers stand below."
    return Sheet("All benchmarks", ["judge", *heads], rows, 1, note)


def _one(suite: Suite, name: str) -> Sheet:
    """Every number of one benchmark; published ones below, each with its source."""
    cells = {judge: found[name] for judge, found in suite.rows.items() if name in found}
    called = list(dict.fromkeys(metric for cell in cells.values() for metric in cell.theirs))
    own = any(cell.score.overall not in cell.theirs.values() for cell in cells.values())
    heads = ["judge", *called, *(["overall"] if own else []), "rank", "first position", "parsed"]
    rows: list[list[Shown]] = []
    for judge, cell in sorted(cells.items(), key=lambda item: -(item[1].score.overall.value or 0)):
        numbers: list[Shown] = [cell.theirs.get(metric) for metric in called]
        best, worst = suite.ranks[name][judge]
        place = str(best) if best == worst else f"{best} to {worst}"
        rates = (percent(cell.rate("first_rate")), percent(cell.rate("parsed_rate")))
        rows.append([judge, *numbers, *([cell.score.overall] if own else []), place, *rates])
    sources: dict[str, int] = {}
    for row in published(name):
        asked = [f"protocol {row['protocol']}"] if row.get("protocol", "unknown") != "unknown" else []
        mark = sources.setdefault(", ".join([str(row["source"]), *asked]), len(sources) + 1)
        rows.append([f"{row['model']} (published, {mark})", percent(row["overall"]), *[None] * (len(heads) - 2)])
    note = "; ".join(f"({mark}) {source}" for source, mark in sources.items())
    return Sheet(title_of(name), heads, rows, 1, f"Published numbers: {note}." if note else "")


def _protocols(suite: Suite) -> Sheet:
    every: list[tuple[str, str, Cell]] = [
        (judge, name, cells[name]) for name in suite.benchmarks for judge, cells in suite.rows.items() if name in cells
    ]
    protocols = list(dict.fromkeys(protocol for *_, cell in every for protocol in cell.protocols))
    rows: list[list[Shown]] = []
    for judge, name, cell in every:
        values = [found.value for found in cell.protocols.values() if found.value is not None]
        shown = [percent(cell.protocols[p].value if p in cell.protocols else None) for p in protocols]
        rows.append([judge, name, *shown, percent(max(values) - min(values) if values else None)])
    note = (
        "Accuracy in % of the same votes; range: how far the protocols are apart. docs/benchmarks.md says what each is."
    )
    heads = ["judge", "benchmark", *protocols, "range"]
    return Sheet("The same votes under other protocols", heads, rows, 2, note)


def _coefficient(found: Coefficient) -> str:
    none = "not defined" if found.value is None else f"{found.value:.2f} (no interval)"
    return with_interval(found, "{} ({} to {})", ".2f", 1, none)


def markdown_suite(suite: Suite) -> str:
    """Markdown tables, percent with 95 % intervals."""
    lines: list[str] = []
    for sheet in sheets(suite):
        note = [markdown_text(sheet.note), ""] if sheet.note else []
        lines += [f"### {markdown_text(sheet.title)}", "", *markdown_lines(sheet), "", *note]
    return "\n".join(lines)


def latex_suite(suite: Suite) -> str:
    """LaTeX tables for the package booktabs."""
    lines: list[str] = []
    for sheet in sheets(suite):
        lines += [f"% {latex_text(sheet.title)}", *latex_lines(sheet, [sheet.note] if sheet.note else []), ""]
    return "\n".join(lines)


def csv_suite(suite: Suite) -> str:
    """One line a judge and benchmark, every number at full precision as a fraction of one."""
    heads = "judge benchmark number value low high n rank_best rank_worst first_rate parsed_rate"
    rows: list[Sequence[object]] = [heads.split()]
    for judge, cells in suite.rows.items():
        for name, cell in cells.items():
            first, last = suite.ranks[name][judge]
            authors = {f"authors: {called}": one for called, one in cell.theirs.items()}
            for number, one in {**authors, "overall": cell.score.overall, **cell.protocols}.items():
                ends = (one.value, one.low, one.high, one.n)
                rows.append(
                    (judge, name, number, *ends, first, last, cell.rate("first_rate"), cell.rate("parsed_rate"))
                )
    for name in suite.benchmarks:
        for row in published(name):
            about = (row["model"], name, f"published: {row['source']}", row["overall"])
            rows.append((*about, *[None] * (len(rows[0]) - len(about))))
    return csv_text(rows)


FORMATS: Mapping[str, Callable[[Suite], str]] = {"markdown": markdown_suite, "latex": latex_suite, "csv": csv_suite}
"""What ``vlrb suite --to`` knows."""
