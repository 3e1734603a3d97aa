"""``vlrb compare``: judges side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vlrb_task.cli.options import print_result, shared
from vlrb_task.support.extra import FITS, importing, require

if TYPE_CHECKING:
    from vlrb_task.scores.policies import Policy


@click.command("compare")
@shared("logs", "pairs", "group", "models", "families", "policy", "published")
@click.option(
    "--mid-p",
    is_flag=True,
    help="Mid-p tests: equally large differences count half, so the true level is closer to 5 %.",
)
@shared("benches", "trust_pickle", "json")
def command(
    policy: Policy, published: bool, mid_p: bool, benches: Sequence[Path], as_json: bool, **reading: Any
) -> None:
    """Judges side by side on their common pairs.

    Scores with intervals, baselines, paired tests, groups that cannot be told apart, agreement, what each judge's votes
    hang on, and the correlation with other benchmarks.
    """
    from vlrb_task.votes import read_runs

    require("vlrb compare", "statsmodels", "krippendorff")
    from vlrb_task.cli.compare_tables import show
    from vlrb_task.compare.benches import read_benches
    from vlrb_task.compare.comparison import compare

    with importing(*FITS):
        runs = read_runs(**reading, styles=True)
    others = read_benches(benches) if benches else None
    print_result(compare(runs, policy, with_published=published, benches=others, mid_p=mid_p), as_json, show)
