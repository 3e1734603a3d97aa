"""``vlrb parse``: what a parser makes of texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from vlrb_task.cli.options import as_json, console, print_json, print_warnings
from vlrb_task.judges import get_judge
from vlrb_task.parsing import RATING_PARSERS, get_parser, get_rating_parser
from vlrb_task.parsing.verdicts import Rating, Reading
from vlrb_task.support.errors import DataError
from vlrb_task.support.jsonl import Lines


@click.command("parse")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--judge", default="official", metavar="J", help="Whose parser reads the texts (default: official).")
@click.option("--parser", default=None, metavar="NAME", help="Show another parser's reading beside the judge's.")
@as_json
def command(file: Path, judge: str, parser: str | None, as_json: bool) -> None:
    """Read the judge's texts in a JSONL FILE of {"text": ...} and print what they say."""
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
    reason = None if reading.reason is None else str(reading.reason)
    if isinstance(reading, Reading):
        return {"verdict": str(reading.verdict), "reason": reason}
    if reading.score is None:
        return {"verdict": "unparsed", "reason": reason}
    return {"score": reading.score}


def _words(reading: Reading | Rating) -> str:
    if isinstance(reading, Rating) and reading.score is not None:
        return f"{reading.score:g}"
    verdict = reading.verdict if isinstance(reading, Reading) else "unparsed"
    return f"{verdict} ({reading.reason})" if reading.reason else str(verdict)


def _show(texts: list[str], readings: list[Any], others: list[Any], name: str, other_name: str | None) -> None:
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
