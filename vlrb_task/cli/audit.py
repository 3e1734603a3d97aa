"""``vlrb audit``: can a published row be true, and what does a log give away about itself?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from vlrb_task.cli.options import FILE, console, print_json, print_result, print_warnings, shared

if TYPE_CHECKING:
    from vlrb_task.audit import LogAudit, RowAudit

REVISIONS = ("1250", "1247")
"""Of :data:`vlrb_task.audit.rows.SIZES`, which is not loaded to show the help."""

_COLOURS = {"consistent": "green", "explained": "yellow", "unexplained": "red", "unchecked": "bright_black"}
_LEVELS = {"ok": "green", "warning": "yellow", "fault": "red", "unknown": "bright_black"}


@click.command("audit")
@click.argument("files", metavar="[FILE]...", nargs=-1, type=FILE)
@click.option("--general", metavar="G", help="Accuracy on general, with the digits that were printed: 49.1 or 0.491.")
@click.option("--hallucination", metavar="H", help="On hallucination.")
@click.option("--reasoning", metavar="R", help="On reasoning.")
@click.option("--overall", metavar="O", help="The overall accuracy.")
@click.option("--macro", metavar="M", help="The macro average.")
@click.option("--revision", type=click.Choice(REVISIONS), default="1250", show_default=True, help="The rows used.")
@click.option("--decimals", type=click.IntRange(0, 6), help="Digits of every number, if zeros were lost.")
@shared("pairs", "trust_pickle", "json")
def command(
    files: Sequence[Path],
    revision: str,
    decimals: int | None,
    pairs: str | None,
    trust_pickle: bool,
    as_json: bool,
    **numbers: str | None,
) -> None:
    """Check whether published numbers can be true together, or what a log reveals.

    One row comes from the options. A FILE that is a table (CSV, TSV, Markdown or LaTeX, with columns for the three
    subsets and for overall or macro) is checked row by row; any other FILE is a log of judgements, as `vlrb score`
    reads it.
    """
    from vlrb_task.audit import Row, audit_log, audit_row
    from vlrb_task.audit.tables import is_table, read_table
    from vlrb_task.votes import read_runs

    given = any(value is not None for value in numbers.values())
    if given == bool(files):
        raise click.UsageError("give either the numbers of one row (--general …), or tables and logs")
    if given:
        missing = [name for name in ("general", "hallucination", "reasoning") if not numbers[name]]
        if missing:
            raise click.UsageError(f"a row needs its three subsets: no --{', no --'.join(missing)}")
        if not numbers["overall"] and not numbers["macro"]:
            raise click.UsageError("nothing to check the subsets against: give --overall, --macro or both")
        print_result(audit_row(Row.parse(numbers, decimals=decimals), revision), as_json, show_row)
        return
    results: list[dict[str, Any]] = []
    for path in files:
        if is_table(path):
            rows, refused = read_table(path, decimals)
            audits = [audit_row(row, revision) for row in rows]
            found = {"rows": [a.to_dict() for a in audits], "refused": refused}
            results.append({"source": str(path), "kind": "table", **found})
            if not as_json:
                show_table(path, audits, refused)
            continue
        for run in read_runs([path], pairs, keep_logged=True, trust_pickle=trust_pickle):
            audit = audit_log(run)
            results.append({"kind": "log", **audit.to_dict()})
            if not as_json:
                show_log(audit)
    if as_json:
        print_json(results[0] if len(results) == 1 else results)


def show_row(audit: RowAudit) -> None:
    """Print one row's verdict and its arithmetic."""
    out, row = console(), audit.row
    name = f"{escape(row.name)}: " if row.name else ""
    out.tell(f"{name}[{_COLOURS[audit.verdict]} bold]{audit.verdict}[/]")
    for told, value in (("overall", audit.expected_overall), ("macro", audit.expected_macro)):
        printed = getattr(row, told)
        if value is not None and printed is not None:
            given = f"{value * (100 if row.percent else 1):.{printed.decimals + 1}f}"
            out.tell(f"  {told}: printed {printed.text}, the subsets give {given}")
    for explanation in audit.explanations:
        kind = "weak explanation" if explanation.weak else "explanation"
        out.tell(f"  {kind} [bold]{explanation.fault}[/bold]: {escape(explanation.text)}")
    for note in audit.notes:
        out.tell(f"  {note}", markup=False, style="bright_black")


def show_table(path: Path, audits: Sequence[RowAudit], refused: Sequence[str]) -> None:
    """Print every row of a table, and how many came to what."""
    counts = {verdict: sum(a.verdict == verdict for a in audits) for verdict in _COLOURS}
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    console().tell(f"[bold]{escape(str(path))}[/bold]: {len(audits)} rows: {told}")
    for audit in audits:
        show_row(audit)
    print_warnings(f"not a row of scores: {line}" for line in refused)


def show_log(audit: LogAudit) -> None:
    """Print what was found about one run."""
    from vlrb_task.scores.completeness import caveats

    out, run = console(), audit.run
    size = f"{len(run.labels)} pairs, {len(run.votes)} votes, revision {escape(run.revision)}"
    out.tell(f"[bold]{escape(run.judge)}[/bold] ({escape(run.source)}): {size}")
    for finding in audit.findings:
        level = f"[{_LEVELS[finding.level]} bold]{finding.level:>7}[/]"
        out.tell(f"  {level} {finding.check}: {escape(finding.text)}")
    print_warnings(caveats(run))
