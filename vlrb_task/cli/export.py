"""``vlrb export``: results for papers, leaderboards and model cards."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vlrb_task.cli.options import NEW_FILE, inputs_of, print_json, print_warnings, shared
from vlrb_task.support.errors import DataError
from vlrb_task.support.writing import output_file, write_text

if TYPE_CHECKING:
    from vlrb_task.scores.policies import Policy

KINDS = ("markdown", "latex", "csv", "vlmevalkit", "model-index", "protocol", "statement")
"""Of :data:`vlrb_task.export.FORMATS`, which is not loaded to show the help."""


@click.command("export")
@shared("logs")
@click.option("--to", "kind", type=click.Choice(KINDS), required=True, help="What to write.")
@shared("pairs", "group", "models", "families", "policy")
@click.option("--name", "names", metavar="NAME", multiple=True, help="Name of a run, in the order of the logs.")
@click.option("-o", "--output", type=NEW_FILE, help="File to write, else standard output.")
@shared("force", "trust_pickle", "json")
def command(
    kind: str, policy: Policy, names: Sequence[str], output: Path | None, force: bool, as_json: bool, **reading: Any
) -> None:
    """Write results as others take them.

    markdown, latex and csv are tables of all runs; vlmevalkit is the CSV of its own scorer; model-index is the block of
    a model card; protocol is JSON with everything needed to repeat the measurement; statement is a line for a paper.
    """
    from vlrb_task.compare.basis import display_names
    from vlrb_task.export import FORMATS, MARKS
    from vlrb_task.scores.completeness import caveats
    from vlrb_task.scores.score import score_run
    from vlrb_task.votes import read_runs

    if output is not None:
        output_file(output, MARKS[kind], inputs_of(reading), force=force)
    runs = read_runs(**reading, styles=True)
    if names and len(names) != len(runs):
        raise DataError(f"{len(names)} names for {len(runs)} runs")
    fitted = kind in ("csv", "protocol") and find_spec("statsmodels") is not None
    scores = [score_run(run, policy, fitted=fitted) for run in runs]
    shown = list(names) or display_names(runs)
    text = FORMATS[kind](shown, scores)
    if output is not None:
        write_text(output, text)
    if as_json:
        print_json({"to": kind, "runs": shown, "output": str(output) if output else None, "text": text})
    elif output is None:
        click.echo(text, nl=False)
    for name, score in zip(shown, scores, strict=True):
        print_warnings(caveats(score.run), name)
