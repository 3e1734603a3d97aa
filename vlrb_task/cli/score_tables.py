"""A run's score as ``vlrb score`` prints it for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.markup import escape
from rich.table import Table

from vlrb_task.cli.options import console, print_warnings
from vlrb_task.cli.terminal import SafeConsole, grid, print_whole
from vlrb_task.scores.baselines import Baseline
from vlrb_task.scores.completeness import doubt_of, unread_groups
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.score import Score
from vlrb_task.support.numbers import percent, with_interval
from vlrb_task.votes import Run

MOST_GROUPS = 8
"""Groups of unread answers that are printed for people."""

_BOLD = r"[bold]{}[/bold] \[{}, {}]"
_GROUPS = {
    "by_tag": "accuracy by error tag; a pair with two tags counts under both",
    "by_criterion": "accuracy by criterion",
    "conflict_metrics": "Multi-Crit's metrics, see docs/metrics.md",
    "self_preference": "accuracy where the judge's family wrote only the better answer, only the worse, and the difference",
}


def show(score: Score, rules: Sequence[Baseline]) -> None:
    """Print one run as a table with the baselines beside it, what must be known of it first."""
    out, run = console(), score.run
    total = len(run.labels) + score.missing
    what = f"all {total} pairs" if not score.missing else f"PART of the pairs: {len(run.labels)} of {total}"
    kept = "" if score.overall.n == len(run.labels) else f" (keeps {score.overall.n} pairs)"
    model, task, schedule = (run.metadata.get(name) for name in ("model", "task", "schedule"))
    asked = f" asked of [bold]{escape(str(model))}[/bold]" if model else ""
    about = f"task {task}, " if task else ""
    if schedule and schedule.get("order"):
        about += f"order {schedule['order']} of {schedule['votes']} votes, "
    about += f"revision {run.revision} ({run.fingerprint[:12]}), {len(run.votes)} votes, policy {score.policy}{kept}, "
    out.tell(f"[bold]{escape(run.judge)}[/bold]{asked} on {what}, {escape(f'{about}parser {run.parser}')}")
    print_warnings(run.warnings)
    print_whole(out, _table(score, rules))
    for name, caption in _GROUPS.items():
        if groups := score.groups(name):
            heads = (heading.replace("_", " ") for heading in groups)
            table = grid(
                caption, [""], heads, [[escape(run.judge), *(with_interval(e, _BOLD) for e in groups.values())]]
            )
            table.add_row("n", *(str(estimate.n) for estimate in groups.values()), style="dim")
            print_whole(out, table)
    out.tell(_rates(score))
    for line in _confidences(score):
        out.tell(line, markup=False)
    _show_doubt(out, run, score.policy)


def _table(score: Score, rules: Sequence[Baseline]) -> Table:
    shown = {"overall": score.overall, "macro": score.macro, **score.by_subset}
    table = grid("95 % intervals; grey rows: blind baselines, on the same pairs and orders", [""], shown)
    numbers = [with_interval(estimate, _BOLD) for estimate in shown.values()]
    if score.range_in_percent is not None:
        numbers[0] = f"[bold]{score.range_in_percent}[/bold]"
    table.add_row(escape(score.run.judge), *numbers)
    table.add_row("pairs", *(f"n={e.n}" for e in shown.values()), style="dim")
    for rule in rules:
        cells = (rule.overall, rule.macro, *(rule.by_subset.get(name) for name in score.by_subset))
        table.add_row(rule.name, *map(percent, cells), style="bright_black")
    return table


def _rates(score: Score) -> str:
    more = [(row, found) for row, found in score.of_kind("estimate") if row.name not in ("overall", "macro")]
    parts = [f"{row.title} {percent(found)} % (n={found.n})" for row, found in more]
    parts += [f"{row.title} {percent(rate)} %" for row, rate in score.of_kind("rate")]
    for row, curve in score.of_kind("curve"):
        parts.append(f"{row.title} " + ", ".join(f"{k}: {percent(value)}" for k, value in curve.items()))
    for row, counts in score.of_kind("counts"):
        if counts:
            parts.append(f"{row.title}: " + ", ".join(f"{reason} {count}" for reason, count in counts.items()))
    if noise := score.values["noise"]:
        parts.append(noise.line)
    return " · ".join(parts)


def _confidences(score: Score) -> Iterator[str]:
    if found := score.calibration:
        numbers = [
            f"{row.title} {with_interval(value, '{} [{}, {}]', '.3f', 1)}"
            for row, value in score.of_kind("part")
            if "decomposition" not in row.name
        ]
        yield f"confidences ({found.source}, {found.n} pairs, {found.ties} ties): " + " · ".join(numbers)
    if by := score.by_margin:
        parts = ", ".join(with_interval(p.accuracy, "{} [{}, {}]") for p in by.parts)
        yield f"accuracy by margin of {by.source}, the least first ({by.ties} equal): {parts}"


def _show_doubt(out: SafeConsole, run: Run, policy: Policy) -> None:
    """Print the groups of unread answers, the most frequent first, and the bounds of the overall; nothing where all were read."""
    found = doubt_of(run, policy)
    if not found.unread:
        return
    named = {"all wrong": found.if_wrong, "all right": found.if_right, "as the rest": found.as_rest}
    bounds = ", ".join(f"{name} {percent(value)}" for name, value in named.items() if value is not None)
    out.tell(f"{found.unread} of {found.votes} votes unread, about {found.pairs} pairs: overall if they were {bounds}")
    groups = unread_groups(run)
    for group in groups[:MOST_GROUPS]:
        lines = ", ".join(map(str, group.examples))
        what = f"{group.reason}: {group.shape}" if group.shape else str(group.reason)
        out.tell(f"  {group.count:>6}  {escape(what)} [dim](line {lines})[/dim]")
    if rest := groups[MOST_GROUPS:]:
        out.print(f"  {sum(group.count for group in rest):>6}  in {len(rest)} further groups")
