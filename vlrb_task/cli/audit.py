"""``vlrb audit``: can a published row be true, and what does a log give away about itself?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from vlrb_task.cli.options import (
    FILE,
    as_json,
    console,
    pairs_option,
    print_json,
    print_warnings,
    trust_pickle_option,
)

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
@pairs_option
@trust_pickle_option
@as_json
def command(
    files: Sequence[Path],
    general: str | None,
    hallucination: str | None,
    reasoning: str | None,
    overall: str | None,
    macro: str | None,
    revision: str,
    decimals: int | None,
    pairs: str | None,
    trust_pickle: bool,
    as_json: bool,
) -> None:
    """Check whether published numbers can be true together, or what a log gives away.

    One row comes from the options. A FILE that is a table (CSV, TSV, Markdown or LaTeX, with columns for the three
    subsets and for overall or macro) is checked row by row; any other FILE is a log of judgements, as `vlrb score`
    reads it.
    """
    from vlrb_task.audit import Row, audit_log, audit_row
    from vlrb_task.audit.tables import is_table, read_table
    from vlrb_task.votes import read_runs

    numbers = {
        "general": general,
        "hallucination": hallucination,
        "reasoning": reasoning,
        "overall": overall,
        "macro": macro,
    }
    given = any(value is not None for value in numbers.values())
    if given == bool(files):
        raise click.UsageError("give either the numbers of one row (--general …), or tables and logs")
    if given:
        _check_options(numbers)
        row = audit_row(Row.parse(numbers, decimals=decimals), revision)
        if as_json:
            print_json(row.to_dict())
        else:
            show_row(row)
        return
    results: list[dict[str, Any]] = []
    for path in files:
        if is_table(path):
            rows, refused = read_table(path, decimals)
            audits = [audit_row(row, revision) for row in rows]
            results.append(
                {"source": str(path), "kind": "table", "rows": [a.to_dict() for a in audits], "refused": refused}
            )
            if not as_json:
                show_table(path, audits, refused)
            continue
        for run in read_runs([path], pairs, keep_logged=True, trust_pickle=trust_pickle):
            found = audit_log(run)
            results.append({"kind": "log", **found.to_dict()})
            if not as_json:
                show_log(found)
    if as_json:
        print_json(results[0] if len(results) == 1 else results)


def _check_options(numbers: dict[str, str | None]) -> None:
    missing = [name for name in ("general", "hallucination", "reasoning") if not numbers[name]]
    if missing:
        raise click.UsageError(f"a row needs its three subsets: no --{', no --'.join(missing)}")
    if not numbers["overall"] and not numbers["macro"]:
        raise click.UsageError("nothing to check the subsets against: give --overall, --macro or both")


def show_row(audit: RowAudit) -> None:
    """Print one row's verdict and its arithmetic."""
    out = console()
    scale = 100 if audit.row.percent else 1
    name = f"{escape(audit.row.name)}: " if audit.row.name else ""
    out.print(f"{name}[{_COLOURS[audit.verdict]} bold]{audit.verdict}[/]", soft_wrap=True)
    for told, value, printed in (
        ("overall", audit.expected_overall, audit.row.overall),
        ("macro", audit.expected_macro, audit.row.macro),
    ):
        if value is not None and printed is not None:
            places = printed.decimals + 1
            out.print(f"  {told}: printed {printed.text}, the subsets give {value * scale:.{places}f}", soft_wrap=True)
    for explanation in audit.explanations:
        kind = "weak explanation" if explanation.weak else "explanation"
        out.print(f"  {kind} [bold]{explanation.fault}[/bold]: {escape(explanation.text)}", soft_wrap=True)
    for note in audit.notes:
        out.print(f"  {escape(note)}", soft_wrap=True, style="bright_black")


def show_table(path: Path, audits: Sequence[RowAudit], refused: Sequence[str]) -> None:
    """Print every row of a table, and how many came to what."""
    counts = {verdict: sum(a.verdict == verdict for a in audits) for verdict in _COLOURS}
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    console().print(f"[bold]{escape(str(path))}[/bold]: {len(audits)} rows: {told}", soft_wrap=True)
    for audit in audits:
        show_row(audit)
    print_warnings(f"not a row of scores: {line}" for line in refused)


def show_log(audit: LogAudit) -> None:
    """Print what was found about one run."""
    from vlrb_task.scores.completeness import caveats

    out = console()
    run = audit.run
    out.print(
        f"[bold]{escape(run.judge)}[/bold] ({escape(run.source)}): {len(run.labels)} pairs, {len(run.votes)} votes, "
        f"revision {escape(run.revision)}",
        soft_wrap=True,
    )
    for finding in audit.findings:
        level = f"[{_LEVELS[finding.level]} bold]{finding.level:>7}[/]"
        out.print(f"  {level} {finding.check}: {escape(finding.text)}", soft_wrap=True)
    print_warnings(caveats(run))
