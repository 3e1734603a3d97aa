"""``vlrb suite``: judges on several benchmarks in one table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vlrb_task.cli.options import NEW_FILE, console, error_console, print_json, shared
from vlrb_task.support.extra import require
from vlrb_task.support.writing import output_file, write_text

if TYPE_CHECKING:
    from vlrb_task.scores.policies import Policy


@click.command("suite")
@shared("logs", "policy")
@click.option("--to", type=click.Choice(["markdown", "latex", "csv"]), help="Print the table in this format.")
@click.option("-o", "--output", type=NEW_FILE, help="Write the tables as a page (HTML).")
@shared("force", "trust_pickle", "json")
def command(policy: Policy, to: str | None, output: Path | None, force: bool, as_json: bool, **reading: Any) -> None:
    """Judges on several benchmarks: a row a judge, a column a benchmark.

    The logs name their benchmarks (`vlrb task --bench`). First the number that each benchmark's authors report; then each
    benchmark by itself, with the overall accuracy, 95 % intervals, ranks, position share, parse rate and published numbers;
    the same votes under other protocols; and correlations between benchmarks.
    """
    from vlrb_task.compare.suite import suite
    from vlrb_task.export.suite import FORMATS
    from vlrb_task.votes import read_runs

    if output is not None:
        require("vlrb suite -o", "jinja2")
        from vlrb_task.report.page import PAGE, render_suite

        output_file(output, PAGE, reading["paths"], force=force)
    found = suite(read_runs(**reading), policy)
    if output is not None:
        write_text(output, render_suite(found, policy))
        error_console().tell(f"wrote {output}", markup=False)
    if as_json:
        print_json(found.to_dict())
    elif to:
        click.echo(FORMATS[to](found), nl=False)
    elif output is None:
        from vlrb_task.cli.suite_tables import show

        show(found, console())
