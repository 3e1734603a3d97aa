"""``vlrb include-path``: the folder of our tasks, for lmms-eval's --include_path."""

from __future__ import annotations

import click

from vlrb_task.lmms import include_path


@click.command("include-path")
def command() -> None:
    """Print the folder for lmms-eval's --include_path (and --include-path of `lmms-eval tasks`)."""
    click.echo(include_path())
