"""``vlrb parse``: what a parser makes of texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.table import Table

from vlrb_task.cli.options import (
    FILE,
    NEW_FILE,
    as_json,
    console,
    force_option,
    print_json,
    print_warnings,
    trust_pickle_option,
)
from vlrb_task.support.errors import DataError
from vlrb_task.support.jsonl import Lines

if TYPE_CHECKING:
    from vlrb_task.parsing.verdicts import Rating, Reading

DEFAULT_JUDGE = "official"


@click.command("parse")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FILE)
@click.option("--judge", default=None, metavar="J", help=f"Whose parser reads the texts (default: {DEFAULT_JUDGE}).")
@click.option("--parser", default=None, metavar="NAME", help="Show another parser's reading beside the judge's.")
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
@force_option
@trust_pickle_option
@as_json
def command(
    files: Sequence[Path],
    judge: str | None,
    parser: str | None,
    check: bool,
    max_misread: int | None,
    min_read: float | None,
    explain: bool,
    rows: tuple[int, ...],
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
    _refuse(check, "--check", (("--max-misread", max_misread), ("--min-read", min_read)))
    _refuse(explain, "--explain", (("--row", rows or None),))
    _refuse(
        unread, "--unread", (("--output", output), ("--force", force or None), ("--trust-pickle", trust_pickle or None))
    )
    if unread:
        from vlrb_task.cli.parse_unread import write_unread

        if judge is not None or parser is not None or as_json:
            raise click.UsageError("--judge, --parser and --json: not with --unread")

        if output is None:
            raise click.UsageError("--unread: give the file to write with -o FILE")
        write_unread(files, output, force=force, trust_pickle=trust_pickle)
        return
    if check:
        from vlrb_task.cli.parse_check import check_files

        check_files(files, judge, parser, max_misread, min_read, as_json)
        return
    if explain:
        from vlrb_task.cli.parse_explain import explain_files

        explain_files(files, judge, parser, rows, as_json)
        return
    if len(files) > 1:
        raise click.UsageError("more than one file: only with --check, --explain or --unread")
    _read(files[0], judge or DEFAULT_JUDGE, parser, as_json)


def _refuse(given: bool, needed: str, options: Iterable[tuple[str, object]]) -> None:
    for option, value in options:
        if value is not None and not given:
            raise click.UsageError(f"{option}: only with {needed}")


def _read(file: Path, judge: str, parser: str | None, as_json: bool) -> None:
    from vlrb_task.judges import get_judge
    from vlrb_task.parsing import RATING_PARSERS, get_parser, get_rating_parser

    own = get_judge(judge)
    other: Callable[[str], Reading | Rating] | None = None
    if parser:
        other = get_rating_parser(parser) if parser in RATING_PARSERS else get_parser(parser)
    lines = Lines(file)
    readings, others, texts = [], [], []
    for number, line in lines:
        text = line.get("text")
        if not isinstance(text, str):
            raise DataError(f"{file}:{number}: no 'text', or one that is no string")
        texts.append(text)
        readings.append(own.parser(text))
        if other:
            others.append(other(text))
    if not texts:
        raise DataError(f"{file}: no texts", lines.warnings)
    print_warnings(lines.warnings)
    if as_json:
        result: dict[str, Any] = {"judge": judge, "parser": own.parser_name, **_summary(readings)}
        if other:
            result["beside"] = {"parser": parser, **_summary(others)}
        print_json(result)
        return
    _show(texts, readings, others, own.parser_name, parser)


def _summary(readings: list[Any]) -> dict[str, Any]:
    return {"verdicts": [_as_dict(reading) for reading in readings], "parsed_rate": _parsed_rate(readings)}


def _parsed_rate(readings: list[Any]) -> float:
    return sum(reading.reason is None for reading in readings) / len(readings)


def _as_dict(reading: Reading | Rating) -> dict[str, Any]:
    from vlrb_task.parsing.verdicts import Reading

    reason = None if reading.reason is None else str(reading.reason)
    if isinstance(reading, Reading):
        return {"verdict": str(reading.verdict), "reason": reason}
    if reading.score is None:
        return {"verdict": "unparsed", "reason": reason}
    return {"score": reading.score}


def _words(reading: Reading | Rating) -> str:
    from vlrb_task.parsing.verdicts import Rating, Reading

    if isinstance(reading, Rating) and reading.score is not None:
        return f"{reading.score:g}"
    verdict = reading.verdict if isinstance(reading, Reading) else "unparsed"
    return f"{verdict} ({reading.reason})" if reading.reason else str(verdict)


def _show(texts: list[str], readings: list[Any], others: list[Any], name: str, other_name: str | None) -> None:
    from vlrb_task.parsing.verdicts import Reading

    table = Table()
    for column in ("#", name, *([other_name] if other_name else []), "end of the text"):
        table.add_column(column)
    for number, (text, reading) in enumerate(zip(texts, readings, strict=True)):
        if number == 50:
            break
        beside = [_words(others[number])] if others else []
        table.add_row(str(number), _words(reading), *beside, escape(" ".join(text[-200:].split())[-60:]))
    out = console()
    out.print(table)
    if len(texts) > 50:
        out.print(f"… and {len(texts) - 50} more (all of them with --json)")
    counts = Counter(_words(reading) if isinstance(reading, Reading) else "rated" for reading in readings)
    out.print(
        f"{len(texts)} texts, parsed {_parsed_rate(readings):.1%}: "
        + ", ".join(f"{escape(what)} {count}" for what, count in counts.most_common())
    )
