"""``vlrb plan``: how many pairs and votes it takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.table import Table

from vlrb_task.cli.options import (
    FILE,
    as_json,
    console,
    grouping_option,
    pairs_option,
    policy_option,
    print_json,
    trust_pickle_option,
)

if TYPE_CHECKING:
    from vlrb_task.compare.planning import Planned


@click.command("plan")
@click.option("--difference", type=float, required=True, metavar="POINTS", help="To be found, in points of accuracy.")
@click.option("--power", type=float, default=0.8, show_default=True, help="The probability of finding it.")
@click.option("--like", type=FILE, multiple=True, metavar="LOG", help="A log of one of two judges like those to come.")
@click.argument("more", type=FILE, nargs=-1, metavar="[LOG]...")
@click.option("--judges", type=int, default=2, show_default=True, help="How many are compared, adjusted by Holm.")
@pairs_option
@grouping_option
@policy_option
@trust_pickle_option
@as_json
def command(
    difference: float,
    power: float,
    like: Sequence[Path],
    more: Sequence[Path],
    judges: int,
    pairs: str | None,
    policy: str,
    trust_pickle: bool,
    as_json: bool,
    **labelling: Any,
) -> None:
    """How many pairs and votes it takes to tell two judges apart.

    With --like LOG LOG the variance is that of two real judges on their common pairs, at each number of votes that the logs
    allow; else a typical one is assumed.
    """
    from vlrb_task.compare.planning import plan
    from vlrb_task.scores.policies import Policy
    from vlrb_task.votes import read_runs

    logs = [*like, *more]
    runs = read_runs(logs, pairs, trust_pickle=trust_pickle, **labelling) if logs else []
    found = plan(difference / 100, power, runs, judges, Policy.parse(policy))
    if as_json:
        print_json(found.to_dict())
    else:
        show(found)


def show(found: Planned) -> None:
    """Print a plan for people."""
    out = console()
    wanted = f"{100 * found.difference:g} points, found with probability {found.power:.0%} at a level of 5 %"
    many = f", Holm over {found.tests} tests" if found.tests > 1 else ""
    out.print(f"[bold]{wanted}{many}[/bold]", soft_wrap=True)
    if found.like:
        listed = " and ".join(map(escape, found.like))
        out.print(
            f"variance from {listed}: they differ by {100 * (found.seen_difference or 0):+.1f} points", soft_wrap=True
        )
    else:
        out.print("variance assumed: judges that differ on 40 % of the pairs (--like LOG LOG takes it from logs)")
    if found.design_effect != 1:
        out.print(f"pairs in groups: each counts as {1 / found.design_effect:.2f}")
    table = Table(caption=f"on the {found.pairs_at_hand:,} pairs at hand: the power, and the difference found so often")
    for name in ("votes a pair", "pairs needed", "power at hand", "difference at hand", "mean square"):
        table.add_column(name, justify="right")
    for one in found.plans:
        needed = "cannot occur" if one.pairs is None else f"{one.pairs:,}"
        table.add_row(
            str(one.votes), needed, f"{one.power:.0%}", f"{100 * one.smallest:.1f} points", f"{one.square:.3f}"
        )
    out.print(table)
