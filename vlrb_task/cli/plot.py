"""``vlrb plot``: the pictures of a report, for papers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vlrb_task.cli.options import FOLDER, console, costs_of, error_console, inputs_of, print_json, shared
from vlrb_task.support.errors import UnknownName
from vlrb_task.support.extra import require
from vlrb_task.support.writing import output_file

if TYPE_CHECKING:
    from vlrb_task.scores.policies import Policy


@click.command("plot")
@shared("logs", "pairs", "group", "policy")
@click.option("-o", "--output", type=FOLDER, default=Path(), help="Folder to write to.")
@shared("force")
@click.option("--format", "kind", type=click.Choice(["svg", "pdf", "png"]), default="svg", show_default=True)
@click.option("--only", "names", metavar="NAME", multiple=True, help="One picture; can be given more than once.")
@shared("cost", "trust_pickle", "json")
def command(
    policy: Policy,
    output: Path,
    force: bool,
    kind: str,
    names: Sequence[str],
    cost: Sequence[str],
    as_json: bool,
    **reading: Any,
) -> None:
    """Write the pictures of a report as SVG, PDF or PNG.

    They are scores, subsets, differences, at_k, order, length, selective, agreement, panel, power, reliability,
    risk_coverage and margins; those for which the logs have nothing are left out.
    """
    from vlrb_task.votes import read_runs

    require("vlrb plot", "statsmodels", "krippendorff", "matplotlib")
    from vlrb_task.cli.compare_tables import show_warnings
    from vlrb_task.compare.comparison import compare
    from vlrb_task.report.drawing import PICTURE, save
    from vlrb_task.report.figures import FIGURES, draw

    if unknown := set(names) - set(FIGURES):
        raise UnknownName(f"no picture {min(unknown)!r}: use one of {', '.join(FIGURES)}")
    costs = costs_of(cost)
    found = compare(read_runs(**reading), policy, costs=costs)
    output.mkdir(parents=True, exist_ok=True)
    drawn = {output / f"{name}.{kind}": figure for name, figure in draw(found, names).items()}
    for path in drawn:
        output_file(path, PICTURE, inputs_of(reading), force=force)
    for path, figure in drawn.items():
        save(figure, path)
    written = [*map(str, drawn)]
    show_warnings(found)
    if as_json:
        print_json({"basis": found.basis.line, "remarks": list(found.basis.remarks), "written": written})
    else:
        for remark in found.basis.remarks:
            error_console().tell(f"note: {remark}", markup=False)
        console().tell("\n".join([found.basis.line, *written]), markup=False)
