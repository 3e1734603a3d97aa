"""``vlrb compare``: judges side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from vlrb_task.cli.options import (
    as_json,
    benches_option,
    grouping_option,
    logs_argument,
    pairs_option,
    policy_option,
    print_json,
    trust_pickle_option,
    writers_options,
)
from vlrb_task.support.extra import FITS, importing, require


@click.command("compare")
@logs_argument
@pairs_option
@grouping_option
@writers_options
@policy_option
@click.option("--published", is_flag=True, help="Also show published scores, with what is known against them.")
@click.option(
    "--mid-p", is_flag=True, help="Tests whose true level is nearer to 5 %: differences exactly as large count by half."
)
@benches_option
@trust_pickle_option
@as_json
def command(
    logs: Sequence[Path],
    pairs: str | None,
    policy: str,
    published: bool,
    mid_p: bool,
    benches: Sequence[Path],
    trust_pickle: bool,
    as_json: bool,
    **labelling: Any,
) -> None:
    """Judges side by side on their common pairs.

    Scores with intervals, baselines, paired tests, groups that cannot be told apart, agreement, what each judge's votes
    hang on, and the correlation with other benchmarks.
    """
    from vlrb_task.scores.policies import Policy
    from vlrb_task.votes import read_runs

    require("vlrb compare", "statsmodels", "krippendorff")
    from vlrb_task.cli.compare_tables import show
    from vlrb_task.compare.benches import read_benches
    from vlrb_task.compare.comparison import compare

    with importing(*FITS):
        runs = read_runs(logs, pairs, trust_pickle=trust_pickle, styles=True, **labelling)
    found = compare(
        runs,
        Policy.parse(policy),
        with_published=published,
        benches=read_benches(benches) if benches else None,
        mid_p=mid_p,
    )
    if as_json:
        print_json(found.to_dict())
    else:
        show(found)
