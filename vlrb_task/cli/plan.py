"""``vlrb plan``: how many pairs and votes it takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vlrb_task.cli.options import FILE, console, print_result, shared

if TYPE_CHECKING:
    from vlrb_task.compare.planning import Planned
    from vlrb_task.scores.policies import Policy


@click.command("plan")
@click.option("--difference", type=float, required=True, metavar="POINTS", help="To be found, in points of accuracy.")
@click.option("--power", type=float, default=0.8, show_default=True, help="The probability of finding it.")
@click.option("--like", type=FILE, multiple=True, metavar="LOG", help="A log of one of two judges like those to come.")
@click.argument("more", type=FILE, nargs=-1, metavar="[LOG]...")
@click.option("--judges", type=int, default=2, show_default=True, help="How many are compared, adjusted by Holm.")
@shared("pairs", "group", "policy", "trust_pickle", "json")
def command(
    difference: float,
    power: float,
    like: Sequence[Path],
    more: Sequence[Path],
    judges: int,
    policy: Policy,
    as_json: bool,
    **reading: Any,
) -> None:
    """How many pairs and votes it takes to tell two judges apart.

    With --like LOG LOG the variance is that of two real judges on their common pairs, at each number of votes that the logs
    allow; else a typical one is assumed.
    """
    from vlrb_task.compare.planning import plan
    from vlrb_task.votes import read_runs

    logs = [*like, *more]
    runs = read_runs(logs, **reading) if logs else []
    print_result(plan(difference / 100, power, runs, judges, policy), as_json, _show)


def _show(found: Planned) -> None:
    from rich.table import Column, Table

    out = console()
    wanted = f"{100 * found.difference:g} points, found with probability {found.power:.0%} at a level of 5 %"
    many = f", Holm over {found.tests} tests" if found.tests > 1 else ""
    out.tell(f"[bold]{wanted}{many}[/bold]")
    if found.like:
        seen = f"they differ by {100 * (found.seen_difference or 0):+.1f} points"
        out.tell(f"variance from {' and '.join(found.like)}: {seen}", markup=False)
    else:
        out.print("variance assumed: judges that differ on 40 % of the pairs (--like LOG LOG takes it from logs)")
    if found.design_effect != 1:
        out.print(f"pairs in groups: each counts as {1 / found.design_effect:.2f}")
    heads = ("votes a pair", "pairs needed", "power at hand", "difference at hand", "mean square")
    table = Table(*(Column(name, justify="right") for name in heads))
    table.caption = f"on the {found.pairs_at_hand:,} pairs at hand: the power, and the difference found so often"
    for one in found.plans:
        needed = "cannot occur" if one.pairs is None else f"{one.pairs:,}"
        smallest = f"{100 * one.smallest:.1f} points"
        table.add_row(str(one.votes), needed, f"{one.power:.0%}", smallest, f"{one.square:.3f}")
    out.print(table)
