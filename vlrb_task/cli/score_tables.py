"""A run's score as ``vlrb score`` prints it for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.markup import escape
from rich.table import Table

from vlrb_task.cli.doubt import show_doubt
from vlrb_task.cli.options import console, print_warnings
from vlrb_task.cli.whole_tables import add_name, add_number, print_whole
from vlrb_task.scores.baselines import Baseline
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.score import Score
from vlrb_task.votes import Run


def show(score: Score, rules: Sequence[Baseline]) -> None:
    """Print one run as a table, what must be known of it first.

    Args:
        score: the run's.
        rules: the baselines beside it.
    """
    out = console()
    run = score.run
    total = len(run.labels) + score.missing
    what = f"all {total} pairs" if not score.missing else f"PART of the pairs: {len(run.labels)} of {total}"
    kept = "" if score.overall.n == len(run.labels) else f" (keeps {score.overall.n} pairs)"
    out.print(
        f"[bold]{escape(run.judge)}[/bold]{_model(run)} on {what}, {_asked(run)}"
        + escape(
            f"revision {run.revision} ({run.fingerprint[:12]}), {len(run.votes)} votes, policy {score.policy}{kept}, "
        )
        + escape(f"parser {run.parser}"),
        soft_wrap=True,
    )
    print_warnings(run.warnings)
    print_whole(out, _table(score, rules))
    for name, caption in _GROUPS.items():
        if score.groups(name):
            print_whole(out, _group_table(score, name, caption))
    out.print(_rates(score), soft_wrap=True)
    for line in _confidences(score):
        out.print(line, soft_wrap=True, markup=False)
    show_doubt(out, run, score.policy)


def _model(run: Run) -> str:
    model = run.metadata.get("model")
    return f" asked of [bold]{escape(str(model))}[/bold]" if model else ""


def _asked(run: Run) -> str:
    """The task and the order in which its answers were shown, as far as the log tells."""
    task, schedule = run.metadata.get("task"), run.metadata.get("schedule") or {}
    order = f"order {schedule['order']} of {schedule['votes']} votes, " if schedule.get("order") else ""
    return escape(f"task {task}, " if task else "") + escape(order)


def _table(score: Score, rules: Sequence[Baseline]) -> Table:
    table = Table(caption="95 % intervals; grey rows: blind baselines, on the same pairs and orders")
    shown = {"overall": score.overall, "macro": score.macro, **score.by_subset}
    add_name(table, "")
    for name in shown:
        add_number(table, name)
    numbers = [_with_interval(estimate) for estimate in shown.values()]
    if score.range_in_percent is not None:
        numbers[0] = f"[bold]{score.range_in_percent}[/bold]"
    table.add_row(escape(score.run.judge), *numbers)
    table.add_row("pairs", *(f"n={e.n}" for e in shown.values()), style="dim")
    for rule in rules:
        cells = (rule.overall, rule.macro, *(rule.by_subset.get(name) for name in score.by_subset))
        table.add_row(rule.name, *(percent(cell) for cell in cells), style="bright_black")
    return table


_GROUPS = {
    "by_tag": "accuracy by error tag; a pair with two tags counts under both",
    "by_criterion": "accuracy by criterion",
    "conflict_metrics": "Multi-Crit's metrics, see docs/metrics.md",
    "self_preference": "accuracy where the judge's family wrote only the better answer, only the worse, and the difference",
}


def _group_table(score: Score, name: str, caption: str) -> Table:
    groups = score.groups(name)
    table = Table(caption=caption)
    add_name(table, "")
    for heading in groups:
        add_number(table, heading.replace("_", " "))
    table.add_row(escape(score.run.judge), *(_with_interval(estimate) for estimate in groups.values()))
    table.add_row("n", *(str(estimate.n) for estimate in groups.values()), style="dim")
    return table


def percent(estimate: Estimate | None) -> str:
    """``62.4``, or a dash where nothing was counted."""
    return "-" if estimate is None or estimate.value is None else f"{100 * estimate.value:.1f}"


def _with_interval(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "-"
    return rf"[bold]{percent(estimate)}[/bold] \[{_ends(estimate)}]"


def _rates(score: Score) -> str:
    more = [(row, found) for row, found in score.of_kind("estimate") if row.name not in ("overall", "macro")]
    parts = [f"{row.title} {percent(found)} % (n={found.n})" for row, found in more]
    parts += [f"{row.title} {percent(rate)} %" for row, rate in score.of_kind("rate")]
    for row, curve in score.of_kind("curve"):
        parts.append(f"{row.title} " + ", ".join(f"{k}: {100 * value:.1f}" for k, value in curve.items()))
    for row, counts in score.of_kind("counts"):
        if counts:
            parts.append(f"{row.title}: " + ", ".join(f"{reason} {count}" for reason, count in counts.items()))
    if noise := score.values["noise"]:
        parts.append(noise.line)
    return " · ".join(parts)


def _confidences(score: Score) -> Iterator[str]:
    if found := score.calibration:
        numbers = [
            f"{row.title} {value.value:.3f} [{value.low:.3f}, {value.high:.3f}]"
            for row, value in score.of_kind("part")
            if "decomposition" not in row.name
        ]
        yield f"confidences ({found.source}, {found.n} pairs, {found.ties} ties): " + " · ".join(numbers)
    if by := score.by_margin:
        parts = ", ".join(f"{percent(p.accuracy)} [{_ends(p.accuracy)}]" for p in by.parts)
        yield f"accuracy by margin of {by.source}, the least first ({by.ties} equal): {parts}"


def _ends(estimate: Estimate) -> str:
    return f"{100 * (estimate.low or 0.0):.1f}, {100 * (estimate.high or 0.0):.1f}"
