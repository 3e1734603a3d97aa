"""``vlrb score``: any log of judgements into numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape
from rich.progress import Progress, TaskID
from rich.table import Table

from vlrb_task import votes as runs
from vlrb_task.cli.labelled import labelled_logs
from vlrb_task.cli.options import (
    as_json,
    console,
    error_console,
    logs_argument,
    pairs_option,
    policy_option,
    print_json,
    print_warnings,
    trust_pickle_option,
)
from vlrb_task.cli.whole_tables import add_name, add_number, print_whole
from vlrb_task.pairs.pair import Answer
from vlrb_task.pairs.rows import hub_id
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.score import Baseline, Score, baselines, break_ties, score_run
from vlrb_task.scores.tally import Policy
from vlrb_task.support.errors import DataError

if TYPE_CHECKING:
    from vlrb_task.bulk.scoring import BulkScore


@click.command("score")
@logs_argument
@pairs_option
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
@click.option(
    "--stream/--no-stream",
    default=None,
    help="Read in little memory, with a process a core, and merge as --merge does: votes files and our sample logs. "
    "The default for one such file (or several with --merge) of more than 64 MiB; the numbers are the same.",
)
@trust_pickle_option
@as_json
def command(
    logs: Sequence[Path],
    pairs: str | None,
    policy: str,
    parser: str | None,
    ties: str | None,
    merge: bool,
    stream: bool | None,
    trust_pickle: bool,
    as_json: bool,
) -> None:
    """Score any log of judgements that can be read.

    LOG is a votes file, an lmms-eval sample log (of a vlrb task or of lmms-eval's own vl_rewardbench), a prediction
    file of VLMEvalKit (of a VLRB dataset or of its own VL-RewardBench; xlsx, tsv, json or pkl), or a folder of them.
    Logs that say that they are parts of one run (of several machines, or of vlrb task --votes-from) are scored as one.
    No network is used: without --pairs, labels come from the log, or from the hub's dataset if it is cached here.
    """
    chosen = Policy.parse(policy)
    broken = None if ties is None else _RESPONSES[ties]
    files = [file for log in logs for file in runs.find_logs(log)]
    if streams(files, merge) if stream is None else stream:
        found = [(one.score, one.baselines) for one in _streamed(files, pairs, chosen, parser, broken)]
    else:
        read = load_runs(files, pairs, parser, trust_pickle, merge)
        if parser is not None:
            read = load_runs(files, pairs, None, trust_pickle, merge) + read
        if broken is not None:
            read = [break_ties(run, broken) for run in read]
        found = [(score_run(run, chosen), tuple(baselines(run, chosen))) for run in read]
    if as_json:
        results = [score.to_dict() for score, _ in found]
        print_json(results[0] if len(results) == 1 else results)
        return
    for score, rules in found:
        show(score, rules)


_RESPONSES: dict[str, Answer] = {"0": 0, "1": 1}

STREAM_FROM = 64 * 2**20
"""Bytes of logs from which they are streamed: as objects, this much takes up to 0.8 GiB."""


def streams(files: Sequence[Path], merge: bool) -> bool:
    """Whether logs are better streamed: large, of a kind that can be, and one run for all that is known."""
    if sum(file.stat().st_size for file in files) < STREAM_FROM:
        return False
    from vlrb_task.bulk.gathering import first_vote

    if any(first_vote(file) is None for file in files):
        return False
    if len(files) > 1 and not merge:
        error_console().print("large logs: if they are parts of one run, --merge reads them in little memory")
        return False
    return True


def _streamed(
    files: Sequence[Path], pairs: str | None, policy: Policy, parser: str | None, ties: Answer | None
) -> list[BulkScore]:
    """Score without an object for each vote, see :mod:`vlrb_task.bulk`."""
    from vlrb_task.bulk.gathering import first_vote
    from vlrb_task.bulk.scoring import score_files

    votes = {file: first_vote(file) for file in files}
    if others := [str(file) for file, vote in votes.items() if vote is None]:
        raise DataError(f"{others[0]}: neither a votes file nor a sample log of ours, which alone can be streamed")
    if pairs is None and not all(vote.get("subset") for vote in votes.values() if vote):
        pairs = hub_id()
    found = []
    with Progress(console=error_console(), transient=True, disable=not error_console().is_terminal) as bar:
        for reader in dict.fromkeys((None, parser)):
            task = bar.add_task("reading", total=None)
            update = partial(_advance, bar, task)
            found += score_files(files, policy, reader, pairs=pairs, ties=ties, progress=update)
    return found


def _advance(bar: Progress, task: TaskID, done: int, of: int) -> None:
    bar.update(task, completed=done, total=of)


def load_runs(
    logs: Sequence[Path],
    pairs: str | None,
    parser: str | None = None,
    trust_pickle: bool = False,
    merge: bool = False,
) -> list[runs.Run]:
    """Read logs with the labels of ``pairs``, or with their own, or with those of the hub's cached dataset."""
    labelled = labelled_logs(logs, pairs, trust_pickle=trust_pickle, merge=merge)
    return [run for log, benchmark in labelled for run in runs.assemble(log, benchmark, parser)]


def show(score: Score, rules: Sequence[Baseline]) -> None:
    """Print one run as a table, what must be known of it first.

    Args:
        score: the run's.
        rules: the baselines beside it.
    """
    out = console()
    run = score.run
    total = len(run.pairs) + score.missing
    what = f"all {total} pairs" if not score.missing else f"PART of the pairs: {len(run.pairs)} of {total}"
    out.print(
        f"[bold]{escape(run.judge)}[/bold]{_model(run)} on {what}, "
        + escape(f"revision {run.revision} ({run.fingerprint[:12]}), {run.votes} votes, policy {score.policy}, ")
        + escape(f"parser {run.parser}"),
        soft_wrap=True,
    )
    print_whole(out, _table(score, rules))
    if score.by_tag:
        print_whole(out, _tag_table(score))
    out.print(_rates(score), soft_wrap=True)
    print_warnings(run.warnings)


def _model(run: runs.Run) -> str:
    model = run.metadata.get("model")
    return f" asked of [bold]{escape(str(model))}[/bold]" if model else ""


def _table(score: Score, rules: Sequence[Baseline]) -> Table:
    table = Table(
        caption="95 % intervals; grey rows: rules that never look at the picture, on the same pairs and orders"
    )
    add_name(table, "")
    for name in ("overall", "macro", *score.by_subset):
        add_number(table, name)
    table.add_row(
        escape(score.run.judge), *(_with_interval(e) for e in (score.overall, score.macro, *score.by_subset.values()))
    )
    table.add_row("pairs", *(f"n={e.n}" for e in (score.overall, score.macro, *score.by_subset.values())), style="dim")
    for rule in rules:
        cells = (rule.overall, rule.macro, *(rule.by_subset.get(name) for name in score.by_subset))
        table.add_row(rule.name, *(percent(cell) for cell in cells), style="bright_black")
    return table


def _tag_table(score: Score) -> Table:
    table = Table(caption="accuracy by error tag; a pair with two tags counts under both")
    add_name(table, "")
    for name in score.by_tag:
        add_number(table, name)
    table.add_row(escape(score.run.judge), *(_with_interval(estimate) for estimate in score.by_tag.values()))
    table.add_row("pairs", *(f"n={estimate.n}" for estimate in score.by_tag.values()), style="dim")
    return table


def percent(estimate: Estimate | None) -> str:
    """``62.4``, or a dash where nothing was counted."""
    return "-" if estimate is None or estimate.value is None else f"{100 * estimate.value:.1f}"


def _with_interval(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "-"
    return f"[bold]{percent(estimate)}[/bold] [{100 * estimate.low:.1f}, {100 * estimate.high:.1f}]".replace(
        " [", r" \[", 1
    )


def _rates(score: Score) -> str:
    parts = [f"parsed {percent(score.parsed_rate)} %", f"coverage {percent(score.coverage)} %"]
    if score.first_rate is not None:
        parts.append(f"first position {percent(score.first_rate)} % of verdicts")
    if score.consistency is not None:
        parts.append(f"consistent in both orders {percent(score.consistency)} %")
        parts.append(f"right in both orders {percent(score.both_orders_right)} %")
    if score.at_k:
        parts.append("accuracy at k " + ", ".join(f"{k}: {100 * value:.1f}" for k, value in score.at_k.items()))
    if score.reasons:
        parts.append("unparsed: " + ", ".join(f"{reason} {count}" for reason, count in score.reasons.items()))
    return " · ".join(parts)
