"""``vlrb report``: one self-contained page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vlrb_task.cli.options import FOLDER, NEW_FILE, console, error_console, inputs_of, print_json, shared
from vlrb_task.support.errors import DataError
from vlrb_task.support.extra import FITS, importing, require
from vlrb_task.support.writing import output_file, replacing

if TYPE_CHECKING:
    from vlrb_task.scores.policies import Policy


@click.command("report")
@shared("logs", "pairs", "group", "models", "families")
@click.option("-o", "--output", required=True, type=NEW_FILE, help="The page to write.")
@shared("force", "policy", "published", "benches")
@click.option("--bon", type=FOLDER, help="Folder of vlrb bon make: LOGs about it show its picks.")
@click.option("--max-image-mb", default=20.0, show_default=True, help="All images together, in megabytes; 0 for none.")
@click.option(
    "--max-text",
    default=8000,
    show_default=True,
    type=click.IntRange(0),
    help="Characters of a vote's text that are shown.",
)
@shared("trust_pickle", "json")
def command(
    output: Path,
    force: bool,
    policy: Policy,
    published: bool,
    benches: Sequence[Path],
    bon: Path | None,
    max_image_mb: float,
    max_text: int,
    as_json: bool,
    **reading: Any,
) -> None:
    """Write one self-contained page: the comparison, its pictures, and every judgement.

    The page needs no network. Questions, answers and images are shown where --pairs has them.
    """
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
    output_file(output, PAGE, [*inputs_of(reading), *benches, bon], force=force)
    limit = int(max_image_mb * MEGABYTE)
    folder, picks = None, list[Path]()
    if bon is not None:
        require("vlrb report --bon", "choix")
        from vlrb_task.bon.correlation import split_files
        from vlrb_task.bon.folder import read

        folder = read(bon)
        picks, reading["paths"] = split_files(folder, reading["paths"], trust_pickle=reading["trust_pickle"])
        if not picks or not reading["paths"]:
            raise DataError(f"--bon: logs about the pairs of {bon} and logs on the benchmark are both needed")
    with importing(*FITS):
        runs = read_runs(**reading, keep_texts=True, keep_logged=True, styles=True)
    audits = [audit_log(run).findings for run in runs]
    origin = reading["pairs"] or next((run.labelled_by.origin for run in runs if run.labelled_by), None)
    found = compare(runs, policy, with_published=published, benches=read_benches(benches) if benches else None)
    keys = found.basis.runs[0].labels.keys.to_pylist()
    with error_console().status("reading questions, answers and images"):
        content = read_content(origin, keys, limit) if origin else Content()
    shown = None
    if folder is not None:
        from vlrb_task.report.bon_section import section

        shown = section(folder, picks, runs, policy, trust_pickle=reading["trust_pickle"])
    page = render(found, content, dict(zip(found.basis.names, audits, strict=True)), limit, max_text, shown)
    with replacing(output) as place, place.open("w", encoding="utf-8", errors="replace") as file:
        file.writelines(page)
    show_warnings(found)
    size = output.stat().st_size
    if as_json:
        print_json({"written": str(output), "bytes": size, "basis": found.basis.line})
    else:
        console().tell(f"{found.basis.line}\n{output} ({size / MEGABYTE:.1f} MB)", markup=False)
