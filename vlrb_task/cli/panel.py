"""``vlrb panel``: several judges together, from their logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from vlrb_task.cli.options import console, costs_of, print_result, shared
from vlrb_task.support.extra import require

if TYPE_CHECKING:
    from vlrb_task.compare.panel import JudgePanel
    from vlrb_task.scores.policies import Policy


@click.command("panel")
@shared("logs", "pairs", "group", "policy", "cost")
@click.option(
    "--cheap", metavar="NAME", help="The first judge of the cascade; by default the cheapest that can be unsure."
)
@click.option("--strong", metavar="NAME", help="The second; by default the most accurate of the others.")
@shared("trust_pickle", "json")
def command(
    policy: Policy, cost: Sequence[str], cheap: str | None, strong: str | None, as_json: bool, **reading: Any
) -> None:
    """Several judges together: their majority, a weighted vote, what one more adds, and a cheap one before a strong one.

    All from logs; nothing is asked. Weights and the best panel of each size are found on other pairs than those that they
    are scored on.
    """
    from vlrb_task.votes import read_runs

    require("vlrb panel", "statsmodels", "krippendorff")
    from vlrb_task.compare.basis import common_basis
    from vlrb_task.compare.panel import panel_of

    basis = common_basis(read_runs(**reading), policy)
    print_result(panel_of(basis, costs_of(cost), cheap, strong), as_json, _show)


def _show(found: JudgePanel) -> None:
    from rich.markup import escape

    from vlrb_task.cli.terminal import cell, grid, print_whole
    from vlrb_task.support.numbers import decimals, percent, with_interval

    out, panel = console(), found.panel
    out.tell(f"[bold]{escape(found.line)}[/bold]")
    members = (
        (escape(m.name), cell(m.alone), percent(m.adds, "+"), decimals(m.weight), f"{found.costs[m.name]:g}")
        for m in panel.members
    )
    caption = "adds: mean gain from adding the judge to a panel of the others, over all of them"
    print_whole(out, grid(caption, [""], ["alone", "adds", "weight", "cost a pair"], members))
    line = "{} ({} to {})"
    majority, weighted = with_interval(panel.majority, line), with_interval(panel.weighted, line)
    gain = with_interval(panel.weighted_gain, line, "+.1f")
    out.tell(f"majority of all {majority}; weighted vote {weighted}, difference {gain}")
    kappas = {"Fleiss' kappa": found.fleiss_kappa, "Krippendorff's alpha": found.krippendorff_alpha}
    if agreement := [f"{name} {value:.2f}" for name, value in kappas.items() if value is not None]:
        out.print("agreement of the judges: " + ", ".join(agreement))
    sizes = (
        (
            *(str(one.size), cell(one.accuracy), cell(one.gain, "+"), percent(one.mean), percent(one.in_sample)),
            escape(", ".join(one.members)),
        )
        for one in panel.sizes
    )
    caption = (
        "the best panel of each size, chosen on other folds of the pairs than it is scored on; gain over the size "
        "before; chosen on all: too good by the choice"
    )
    heads = ("judges", "accuracy", "gain", "all panels, mean", "chosen on all")
    print_whole(out, grid(caption, [], heads, sizes, ["best"]))
    if cascade := found.cascade:
        steps = ((f"{step.share:.0%}", cell(step.accuracy), decimals(step.cost)) for step in cascade.steps)
        caption = f"{escape(cascade.cheap)} first, {escape(cascade.strong)} where it is least sure"
        print_whole(out, grid(caption, [], ["asked of the second", "accuracy", "cost a pair"], steps))
    for note in found.notes:
        out.tell(note, markup=False)
