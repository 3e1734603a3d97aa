"""``vlrb score``: any log of judgements into numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vlrb_task.cli.options import FILE, print_json, reading_bar, shared

if TYPE_CHECKING:
    from vlrb_task.scores.policies import Policy


@click.command("score")
@shared("logs", "pairs", "group", "models", "families", "policy")
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
@shared("trust_pickle")
@click.option(
    "--labels",
    type=FILE,
    metavar="FILE",
    help="Hand labels for texts that vlrb parse --unread wrote: these are read as the labels say, and the result says so.",
)
@shared("json")
def command(
    pairs: str | None,
    policy: Policy,
    parser: str | None,
    ties: str | None,
    labels: Path | None,
    as_json: bool,
    **reading: Any,
) -> None:
    """Score any log of judgements that can be read.

    LOG is a votes file, an lmms-eval sample log (of a vlrb task or of lmms-eval's own vl_rewardbench), a prediction
    file of VLMEvalKit (of a VLRB dataset or of its own VL-RewardBench; xlsx, tsv, json or pkl), or a folder of them.
    Logs that say that they are parts of one run (of several machines, or of vlrb task --votes-from) are scored as one.
    No network is used: without --pairs, labels come from the log, or from the hub's dataset if it is cached here.
    """
    from vlrb_task.judges.check import read_gold
    from vlrb_task.judges.hand_labels import HandLabels
    from vlrb_task.scores.completeness import doubt_of, unread_groups
    from vlrb_task.scores.score import score_run
    from vlrb_task.votes import Pairs, read_runs

    reading["pairs"] = Pairs(pairs) if pairs else None
    reading["ties"] = None if ties is None else int(ties)
    by_hand = None if labels is None else HandLabels.of(read_gold(labels, to_fill=True))
    runs = []
    with reading_bar() as progress:
        for reader in dict.fromkeys((None, parser)):
            hand = by_hand if reader is None else None
            runs += read_runs(**reading, parser=reader, keep_texts="unread", by_hand=hand, progress=progress)
    if as_json:
        results = []
        for run in runs:
            doubt: dict[str, Any] = {**doubt_of(run, policy).to_dict()}
            doubt["groups"] = [
                {"reason": str(group.reason), "shape": group.shape, "count": group.count, "lines": list(group.examples)}
                for group in unread_groups(run)
            ]
            results.append(score_run(run, policy).to_dict() | {"doubt": doubt})
        print_json(results[0] if len(results) == 1 else results)
        return
    from vlrb_task.cli.score_tables import show
    from vlrb_task.scores.baselines import baselines

    for run in runs:
        show(score_run(run, policy), baselines(run, policy))
