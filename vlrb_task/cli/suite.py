"""``vlrb suite``: judges on several benchmarks in one table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from vlrb_task.cli.options import as_json, console, logs_argument, policy_option, print_json, trust_pickle_option


@click.command("suite")
@logs_argument
@policy_option
@click.option("--to", type=click.Choice(["markdown", "latex", "csv"]), help="Print the table in this format.")
@trust_pickle_option
@as_json
def command(logs: Sequence[Path], policy: str, to: str | None, trust_pickle: bool, as_json: bool) -> None:
    """Judges on several benchmarks: a row a judge, a column a benchmark.

    The logs name their benchmarks (`vlrb task --bench`). Each cell has the number that the benchmark's authors report and,
    where that is another, the overall accuracy, with 95 % intervals; then ranks, correlations between benchmarks, and the
    same votes under other protocols.
    """
    from vlrb_task.compare.suite import suite
    from vlrb_task.export.suite import csv_suite, latex_suite, markdown_suite
    from vlrb_task.scores.policies import Policy
    from vlrb_task.votes import read_runs

    found = suite(read_runs(logs, trust_pickle=trust_pickle), Policy.parse(policy))
    if as_json:
        print_json(found.to_dict())
    elif to:
        click.echo({"markdown": markdown_suite, "latex": latex_suite, "csv": csv_suite}[to](found), nl=False)
    else:
        from vlrb_task.cli.suite_tables import show

        show(found, console())
