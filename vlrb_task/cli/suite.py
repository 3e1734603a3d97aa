"""``vlrb suite``: judges on several benchmarks in one table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from vlrb_task.cli.options import (
    NEW_FILE,
    as_json,
    console,
    error_console,
    force_option,
    logs_argument,
    policy_option,
    print_json,
    trust_pickle_option,
)
from vlrb_task.support.extra import require
from vlrb_task.support.writing import output_file, write_text


@click.command("suite")
@logs_argument
@policy_option
@click.option("--to", type=click.Choice(["markdown", "latex", "csv"]), help="Print the table in this format.")
@click.option("-o", "--output", type=NEW_FILE, help="Write the tables as a page (HTML).")
@force_option
@trust_pickle_option
@as_json
def command(
    logs: Sequence[Path],
    policy: str,
    to: str | None,
    output: Path | None,
    force: bool,
    trust_pickle: bool,
    as_json: bool,
) -> None:
    """Judges on several benchmarks: a row a judge, a column a benchmark.

    The logs name their benchmarks (`vlrb task --bench`). First the number that each benchmark's authors report; then each
    benchmark by itself, with the overall accuracy, 95 % intervals, ranks, position share, parse rate and published numbers;
    the same votes under other protocols; and correlations between benchmarks.
    """
    from vlrb_task.compare.suite import suite
    from vlrb_task.export.suite import csv_suite, latex_suite, markdown_suite
    from vlrb_task.scores.policies import Policy
    from vlrb_task.votes import read_runs

    chosen = Policy.parse(policy)
    if output is not None:
        require("vlrb suite -o", "jinja2")
        from vlrb_task.report.page import PAGE, render_suite

        output_file(output, PAGE, [*logs], force=force)
    found = suite(read_runs(logs, trust_pickle=trust_pickle), chosen)
    if output is not None:
        write_text(output, render_suite(found, chosen))
        error_console().print(f"wrote {output}", soft_wrap=True, markup=False)
    if as_json:
        print_json(found.to_dict())
    elif to:
        click.echo({"markdown": markdown_suite, "latex": latex_suite, "csv": csv_suite}[to](found), nl=False)
    elif output is None:
        from vlrb_task.cli.suite_tables import show

        show(found, console())
