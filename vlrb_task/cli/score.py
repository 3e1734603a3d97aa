"""``vlrb score``: any log of judgements into numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    logs_argument,
    pairs_option,
    policy_option,
    print_json,
    print_warnings,
    reading_bar,
    trust_pickle_option,
    writers_options,
)
from vlrb_task.cli.whole_tables import add_name, add_number, print_whole

if TYPE_CHECKING:
    from vlrb_task.pairs.pair import Answer
    from vlrb_task.scores.baselines import Baseline
    from vlrb_task.scores.estimates import Estimate
    from vlrb_task.scores.score import Score
    from vlrb_task.votes import Run


@click.command("score")
@logs_argument
@pairs_option
@grouping_option
@writers_options
@policy_option
@click.option(
    "--parser", default=None, metavar="NAME", help="Read the texts with another parser, beside the judge's own."
)
@click.option(
    "--ties",
    type=click.Choice(["0", "1"]),
    default=None,
    help="Count equal ratings as a choice of this response, to reproduce scripts that do (default: a tie).",
)
@click.option(
    "--merge", is_flag=True, help="The logs are parts of one run, even if they do not say so: each ballot counts once."
)
@trust_pickle_option
@click.option(
    "--labels",
    type=FILE,
    metavar="FILE",
    help="Hand labels for texts that vlrb parse --unread wrote: these are read as the labels say, and the result says so.",
)
@as_json
def command(
    logs: Sequence[Path],
    pairs: str | None,
    policy: str,
    parser: str | None,
    ties: str | None,
    merge: bool,
    labels: Path | None,
    trust_pickle: bool,
    as_json: bool,
    **labelling: Any,
) -> None:
    """Score any log of judgements that can be read.

    LOG is a votes file, an lmms-eval sample log (of a vlrb task or of lmms-eval's own vl_rewardbench), a prediction
    file of VLMEvalKit (of a VLRB dataset or of its own VL-RewardBench; xlsx, tsv, json or pkl), or a folder of them.
    Logs that say that they are parts of one run (of several machines, or of vlrb task --votes-from) are scored as one.
    No network is used: without --pairs, labels come from the log, or from the hub's dataset if it is cached here.
    """
    from vlrb_task.cli.doubt import doubt_dict, read_labels
    from vlrb_task.scores.baselines import baselines
    from vlrb_task.scores.policies import Policy
    from vlrb_task.scores.score import score_run
    from vlrb_task.votes import Pairs, read_runs

    chosen = Policy.parse(policy)
    given = Pairs(pairs) if pairs else None
    broken = None if ties is None else _RESPONSES[ties]
    by_hand = None if labels is None else read_labels(labels)
    runs = []
    with reading_bar() as progress:
        for reader in dict.fromkeys((None, parser)):
            runs += read_runs(
                logs,
                given,
                reader,
                merge=merge,
                ties=broken,
                keep_texts="unread",
                by_hand=by_hand if reader is None else None,
                trust_pickle=trust_pickle,
                progress=progress,
                **labelling,
            )
    if as_json:
        results = [score_run(run, chosen).to_dict() | {"doubt": doubt_dict(run, chosen)} for run in runs]
        print_json(results[0] if len(results) == 1 else results)
        return
    for run in runs:
        show(score_run(run, chosen), baselines(run, chosen))


_RESPONSES: dict[str, Answer] = {"0": 0, "1": 1}


def show(score: Score, rules: Sequence[Baseline]) -> None:
    """Print one run as a table, what must be known of it first.

    Args:
        score: the run's.
        rules: the baselines beside it.
    """
    from vlrb_task.cli.doubt import show_doubt

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
    if score.range is not None:
        low, high = score.range
        numbers[0] = f"[bold]{100 * low:.1f} to {100 * high:.1f}[/bold]"
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
