"""``vlrb report``: one self-contained page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from vlrb_task.cli.options import (
    FOLDER,
    NEW_FILE,
    as_json,
    benches_option,
    console,
    error_console,
    force_option,
    grouping_option,
    logs_argument,
    pairs_option,
    policy_option,
    print_json,
    trust_pickle_option,
    writers_options,
)
from vlrb_task.support.errors import DataError
from vlrb_task.support.extra import FITS, importing, require
from vlrb_task.support.writing import output_file, replacing


@click.command("report")
@logs_argument
@pairs_option
@grouping_option
@writers_options
@click.option("-o", "--output", required=True, type=NEW_FILE, help="The page to write.")
@force_option
@policy_option
@click.option("--published", is_flag=True, help="Also show published scores, with what is known against them.")
@benches_option
@click.option("--bon", type=FOLDER, help="Folder of vlrb bon make: LOGs about it show its picks.")
@click.option("--max-image-mb", default=20.0, show_default=True, help="All images together, in megabytes; 0 for none.")
@click.option(
    "--max-text",
    default=8000,
    show_default=True,
    type=click.IntRange(0),
    help="Characters of a vote's text that are shown.",
)
@trust_pickle_option
@as_json
def command(
    logs: Sequence[Path],
    pairs: str | None,
    output: Path,
    force: bool,
    policy: str,
    published: bool,
    benches: Sequence[Path],
    bon: Path | None,
    max_image_mb: float,
    max_text: int,
    trust_pickle: bool,
    as_json: bool,
    **labelling: Any,
) -> None:
    """Write one self-contained page: the comparison, its pictures, and every judgement.

    The page needs no network. Questions, answers and images are shown where --pairs has them.
    """
    from vlrb_task.scores.policies import Policy
    from vlrb_task.votes import read_runs

    require("vlrb report", "statsmodels", "krippendorff", "matplotlib", "jinja2", "PIL")
    from vlrb_task.audit import audit_log
    from vlrb_task.cli.compare_tables import show_warnings
    from vlrb_task.compare.benches import read_benches
    from vlrb_task.compare.comparison import compare
    from vlrb_task.report.page import PAGE, render
    from vlrb_task.report.pictures import MEGABYTE, Content, read_content

    if not 0 <= max_image_mb * MEGABYTE < math.inf:
        raise DataError(f"--max-image-mb {max_image_mb:g}: a number of megabytes from 0 is needed")
    output_file(output, PAGE, [*logs, *benches, pairs, bon, labelling["models"], labelling["families"]], force=force)
    limit = int(max_image_mb * MEGABYTE)
    folder, picks = None, list[Path]()
    if bon is not None:
        require("vlrb report --bon", "choix")
        from vlrb_task.bon.correlation import split_files
        from vlrb_task.bon.folder import read

        folder = read(bon)
        picks, logs = split_files(folder, logs, trust_pickle=trust_pickle)
        if not picks or not logs:
            raise DataError(f"--bon: logs about the pairs of {bon} and logs on the benchmark are both needed")
    with importing(*FITS):
        runs = read_runs(
            logs, pairs, keep_texts=True, keep_logged=True, trust_pickle=trust_pickle, styles=True, **labelling
        )
    audits = [audit_log(run).findings for run in runs]
    origin = pairs or next((run.labelled_by.origin for run in runs if run.labelled_by), None)
    found = compare(
        runs, Policy.parse(policy), with_published=published, benches=read_benches(benches) if benches else None
    )
    keys = found.basis.runs[0].labels.keys.to_pylist()
    with error_console().status("reading questions, answers and images"):
        content = read_content(origin, keys, limit) if origin else Content()
    shown = None
    if folder is not None:
        from vlrb_task.report.bon_section import section

        shown = section(folder, picks, runs, Policy.parse(policy), trust_pickle=trust_pickle)
    page = render(found, content, dict(zip(found.basis.names, audits, strict=True)), limit, max_text, shown)
    with replacing(output) as place, place.open("w", encoding="utf-8", errors="replace") as file:
        file.writelines(page)
    show_warnings(found)
    if as_json:
        print_json({"written": str(output), "bytes": output.stat().st_size, "basis": found.basis.line})
    else:
        size = output.stat().st_size / MEGABYTE
        console().print(f"{found.basis.line}\n{output} ({size:.1f} MB)", soft_wrap=True, markup=False)
