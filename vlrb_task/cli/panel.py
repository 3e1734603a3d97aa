"""``vlrb panel``: several judges together, from their logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.table import Table

from vlrb_task.cli.options import (
    as_json,
    console,
    grouping_option,
    logs_argument,
    pairs_option,
    policy_option,
    print_json,
    trust_pickle_option,
)
from vlrb_task.cli.whole_tables import add_name, add_number, print_whole
from vlrb_task.support.errors import DataError
from vlrb_task.support.extra import require

if TYPE_CHECKING:
    from vlrb_task.compare.panel import JudgePanel
    from vlrb_task.scores.estimates import Estimate


cost_option = click.option(
    "--cost",
    multiple=True,
    metavar="NAME=NUMBER",
    help="What a pair costs of a judge, in any unit; by default its votes a pair.",
)


@click.command("panel")
@logs_argument
@pairs_option
@grouping_option
@policy_option
@cost_option
@click.option(
    "--cheap", metavar="NAME", help="The first judge of the cascade; by default the cheapest that can be unsure."
)
@click.option("--strong", metavar="NAME", help="The second; by default the most accurate of the others.")
@trust_pickle_option
@as_json
def command(
    logs: Sequence[Path],
    pairs: str | None,
    policy: str,
    cost: Sequence[str],
    cheap: str | None,
    strong: str | None,
    trust_pickle: bool,
    as_json: bool,
    **labelling: Any,
) -> None:
    """Several judges together: their majority, a weighted vote, what one more adds, and a cheap one before a strong one.

    All from logs; nothing is asked. Weights and the best panel of each size are found on other pairs than those that they
    are scored on.
    """
    from vlrb_task.scores.policies import Policy
    from vlrb_task.votes import read_runs

    require("vlrb panel", "statsmodels", "krippendorff")
    from vlrb_task.compare.basis import common_basis
    from vlrb_task.compare.panel import panel_of

    runs = read_runs(logs, pairs, trust_pickle=trust_pickle, **labelling)
    found = panel_of(common_basis(runs, Policy.parse(policy)), costs_of(cost), cheap, strong)
    if as_json:
        print_json(found.to_dict())
    else:
        show(found)


def costs_of(given: Sequence[str]) -> Mapping[str, float]:
    """The numbers of ``--cost``, by judge.

    Raises:
        DataError: not a name and a number.
    """
    found = {}
    for one in given:
        name, _, number = one.rpartition("=")
        try:
            found[name] = float(number)
        except ValueError:
            raise DataError(f"--cost {one!r}: NAME=NUMBER is needed") from None
        if not name or not 0 <= found[name] < float("inf"):
            raise DataError(f"--cost {one!r}: NAME=NUMBER is needed, the number not below 0")
    return found


def show(found: JudgePanel) -> None:
    """Print a panel for people."""
    out = console()
    out.print(f"[bold]{escape(found.line)}[/bold]", soft_wrap=True)
    panel = found.panel
    members = Table(caption="adds: mean gain from adding the judge to a panel of the others, over all of them")
    add_name(members, "")
    for name in ("alone", "adds", "weight", "cost a pair"):
        add_number(members, name)
    for member in panel.members:
        cost = f"{found.costs[member.name]:g}"
        members.add_row(
            escape(member.name), _cell(member.alone), f"{100 * member.adds:+.1f}", f"{member.weight:.2f}", cost
        )
    print_whole(out, members)
    weighted = f"weighted vote {_line(panel.weighted)}, difference {_line(panel.weighted_gain, '+')}"
    out.print(f"majority of all {_line(panel.majority)}; {weighted}", soft_wrap=True)
    agreement = [
        f"{name} {value:.2f}"
        for name, value in (("Fleiss' kappa", found.fleiss_kappa), ("Krippendorff's alpha", found.krippendorff_alpha))
        if value is not None
    ]
    if agreement:
        out.print("agreement of the judges: " + ", ".join(agreement))
    sizes = Table(
        caption="the best panel of each size, chosen on other folds of the pairs than it is scored on; gain over the size "
        "before; chosen on all: too good by the choice"
    )
    for name in ("judges", "accuracy", "gain", "all panels, mean", "chosen on all"):
        add_number(sizes, name)
    add_name(sizes, "best")
    for one in panel.sizes:
        gain = "-" if one.gain is None else _cell(one.gain, "+")
        sizes.add_row(
            str(one.size),
            _cell(one.accuracy),
            gain,
            f"{100 * one.mean:.1f}",
            f"{100 * one.in_sample:.1f}",
            escape(", ".join(one.members)),
        )
    print_whole(out, sizes)
    if cascade := found.cascade:
        table = Table(caption=f"{escape(cascade.cheap)} first, {escape(cascade.strong)} where it is least sure")
        for name in ("asked of the second", "accuracy", "cost a pair"):
            add_number(table, name)
        for step in cascade.steps:
            table.add_row(f"{step.share:.0%}", _cell(step.accuracy), f"{step.cost:.2f}")
        print_whole(out, table)
    for note in found.notes:
        out.print(escape(note), soft_wrap=True)


def _cell(estimate: Estimate, sign: str = "") -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "-"
    between = " to " if sign else "–"
    interval = f"{100 * estimate.low:{sign}.1f}{between}{100 * estimate.high:{sign}.1f}"
    return f"{100 * estimate.value:{sign}.1f}\n[bright_black]{interval}[/]"


def _line(estimate: Estimate, sign: str = "") -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "-"
    return f"{100 * estimate.value:{sign}.1f} ({100 * estimate.low:{sign}.1f} to {100 * estimate.high:{sign}.1f})"
