"""``vlrb parse``: what a parser makes of texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from vlrb_task.cli.options import FILE, NEW_FILE, shared


@click.command("parse")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FILE)
@click.option("--judge", metavar="J", help="Whose parser reads the texts (default: official).")
@click.option("--parser", metavar="NAME", help="Show another parser's reading beside the judge's.")
@click.option("--check", is_flag=True, help="The texts have their verdicts with them: count what is read and misread.")
@click.option(
    "--max-misread", type=click.IntRange(min=0), metavar="N", help="With --check: exit code 1 if more are misread."
)
@click.option(
    "--min-read",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="With --check: exit code 1 if less than this share of the texts with a verdict is read rightly.",
)
@click.option("--explain", is_flag=True, help="Show for each text what was found where, and which rule decided.")
@click.option(
    "--row", "rows", type=click.IntRange(min=1), multiple=True, metavar="N", help="With --explain: this line only."
)
@click.option(
    "--unread", is_flag=True, help="FILE is a log: write its texts that could not be read, to be labelled by hand."
)
@click.option("-o", "--output", type=NEW_FILE, metavar="FILE", help="With --unread: the file to write.")
@shared("force", "trust_pickle", "json")
def command(
    files: Sequence[Path],
    judge: str | None,
    parser: str | None,
    check: bool,
    max_misread: int | None,
    min_read: float | None,
    explain: bool,
    rows: Sequence[int],
    unread: bool,
    output: Path | None,
    force: bool,
    trust_pickle: bool,
    as_json: bool,
) -> None:
    """Read the judge's texts in a JSONL FILE of {"text": ...} and print what they say.

    With --check, each line also has "gold" (first, second, tie or unparsed; for a pointwise judge "score"). It may
    have "judge" (whose format the text has) and "also" (other readings that are as good). Each text is read with its
    judge's parser and with the general one; --judge or --parser reads all texts with one parser. The bounds apply to
    the judge's parser. With --explain, too, a line that has "judge" is read with that judge's parser.

    With --unread, FILE is a log. The texts that its judge's parser could not read are written to -o FILE. Fill in
    "gold" (or "score") there, and vlrb score --labels FILE counts them accordingly.
    """
    if check + explain + unread > 1:
        raise click.UsageError("--check, --explain and --unread: only one of them")
    for option, given, needed, there in (
        ("--max-misread", max_misread is not None, "--check", check),
        ("--min-read", min_read is not None, "--check", check),
        ("--row", rows, "--explain", explain),
        ("--output", output is not None, "--unread", unread),
        ("--force", force, "--unread", unread),
        ("--trust-pickle", trust_pickle, "--unread", unread),
    ):
        if given and not there:
            raise click.UsageError(f"{option}: only with {needed}")
    if unread:
        from vlrb_task.cli.parse_unread import write_unread

        if judge is not None or parser is not None or as_json:
            raise click.UsageError("--judge, --parser and --json: not with --unread")
        if output is None:
            raise click.UsageError("--unread: give the file to write with -o FILE")
        write_unread(files, output, force=force, trust_pickle=trust_pickle)
    elif check:
        from vlrb_task.cli.parse_check import check_files

        check_files(files, judge, parser, max_misread, min_read, as_json)
    elif explain:
        from vlrb_task.cli.parse_explain import explain_files

        explain_files(files, judge, parser, rows, as_json)
    elif len(files) > 1:
        raise click.UsageError("more than one file: only with --check, --explain or --unread")
    else:
        from vlrb_task.cli.parse_explain import read_file

        read_file(files[0], judge, parser, as_json)
