"""``vlrb score``: any log of judgements into numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vlrb_task.cli.options import (
    FILE,
    as_json,
    grouping_option,
    logs_argument,
    pairs_option,
    policy_option,
    print_json,
    reading_bar,
    trust_pickle_option,
    writers_options,
)

if TYPE_CHECKING:
    from vlrb_task.pairs.pair import Answer


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
    from vlrb_task.cli.score_tables import show
    from vlrb_task.scores.baselines import baselines

    for run in runs:
        show(score_run(run, chosen), baselines(run, chosen))


_RESPONSES: dict[str, Answer] = {"0": 0, "1": 1}
