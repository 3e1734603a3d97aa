"""``vlrb parse --explain``: for each text what was found where, which rule decided, and what was overruled or ignored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from vlrb_task.cli.options import console, print_json, print_warnings
from vlrb_task.judges import get_judge
from vlrb_task.judges.check import DEFAULT_JUDGE
from vlrb_task.judges.explained import explain_own, pieces
from vlrb_task.parsing import explain
from vlrb_task.parsing.explain import Explanation, Finding, says
from vlrb_task.parsing.verdicts import Reading
from vlrb_task.support.errors import DataError, UnknownName, short
from vlrb_task.support.jsonl import Lines
from vlrb_task.support.visible import visible

STYLES = {"decided": "bold green", "agrees": "green", "overruled": "yellow", "ignored": "dim"}


@dataclass(frozen=True)
class Explained:
    """A text of a file with its explanation."""

    where: str
    text: str
    judge: str
    parser: str
    told: Explanation


def explain_files(
    files: Sequence[Path], judge: str | None, parser: str | None, rows: Sequence[int], as_json: bool
) -> None:
    """Explain the texts of JSON-lines files.

    Args:
        files: lines with ``text``, and perhaps ``judge``, such as texts to label or a votes file.
        judge: whose parser reads all the texts, in place of each line's own judge (without one: ``official``).
        parser: the parser that reads all the texts, in place of any judge's.
        rows: line numbers, from 1, of the texts to explain; all of them if empty.
        as_json: print one JSON document.

    Raises:
        DataError: a line without a text, an unknown judge, or no such row; the text begins with file and row.
    """
    found = [one for file in files for one in _explained(file, judge, parser, rows)]
    if as_json:
        print_json({"texts": [as_dict(one) for one in found]})
        return
    out = console()
    for one in found:
        show(out, one)


def _explained(file: Path, judge: str | None, parser: str | None, rows: Sequence[int]) -> Iterator[Explained]:
    lines, seen = Lines(file), set()
    for number, line in lines:
        if rows and number not in rows:
            continue
        seen.add(number)
        where, text, name = f"{file}:{number}", line.get("text"), judge or line.get("judge") or DEFAULT_JUDGE
        if not isinstance(text, str):
            raise DataError(f"{where}: no 'text', or one that is no string")
        if not isinstance(name, str):
            raise DataError(f"{where}: 'judge' is {short(name)}, which is no name")
        if parser is not None:
            yield Explained(where, text, name, parser, explain(text, parser))
            continue
        try:
            own = get_judge(name)
        except UnknownName as error:
            raise DataError(f"{where}: {error}") from error
        yield Explained(where, text, name, own.parser_name, explain_own(own, text))
    if missing := [row for row in rows if row not in seen]:
        raise DataError(f"{file}: no text in row {missing[0]}", lines.warnings)
    if not seen:
        raise DataError(f"{file}: no texts", lines.warnings)
    print_warnings(lines.warnings)


def as_dict(one: Explained) -> dict[str, Any]:
    """The form that ``--json`` prints: offsets count characters of the text from 0, the end not included."""
    reading = one.told.reading
    if isinstance(reading, Reading):
        said: dict[str, Any] = {"verdict": str(reading.verdict)}
    else:
        said = {"verdict": "unparsed"} if reading.score is None else {"score": reading.score}
    return {
        "where": one.where,
        "judge": one.judge,
        "parser": one.parser,
        **said,
        "reason": None if reading.reason is None else str(reading.reason),
        "span": reading.span,
        "findings": [
            {
                "rule": found.rule,
                "status": found.status,
                "says": found.says,
                "why": found.why,
                "start": found.span[0],
                "end": found.span[1],
                "text": one.text[slice(*found.span)],
            }
            for found in one.told.findings
        ],
    }


def show(out: Console, one: Explained) -> None:
    """Print what a text says, what was found in it, and the text with each finding between marks with its number."""
    reading = one.told.reading
    line = Text(f"{visible(one.where)}  ")
    line.append(says(reading), style="bold red" if reading.reason else "bold green")
    if reading.reason is not None:
        line.append(f" ({reading.reason})", style="red")
    line.append(f"  judge {visible(one.judge)}, parser {visible(one.parser)}", style="dim")
    _print(out, line)
    for number, found in enumerate(one.told.findings, start=1):
        _print(out, _finding(number, found))
    if not one.told.findings:
        _print(out, Text("  nothing was found that could be a verdict", style="dim"))
    _print(out, marked(one.text, one.told.findings))
    _print(out, Text(""))


def _finding(number: int, found: Finding) -> Text:
    line = Text(f"  {number} ")
    line.append(f"{found.status:<9}", style=STYLES[found.status])
    line.append(f" {visible(found.says):<8} ", style="bold")
    line.append(f"{found.rule}: {visible(found.why)}")
    line.append(f" (characters {found.span[0]} to {found.span[1]})", style="dim")
    return line


def marked(text: str, findings: Sequence[Finding]) -> Text:
    """The text with control characters made visible, and each finding coloured and between ``⟦`` and ``⟧`` with its number."""
    made = Text()
    for piece in pieces(text, findings):
        for at in piece.opens:
            made.append(f"⟦{at + 1}:", style=STYLES[findings[at].status])
        made.append(visible(text[piece.start : piece.end]), style=STYLES[piece.status] if piece.status else "")
        for at in piece.closes:
            made.append("⟧", style=STYLES[findings[at].status])
    return made


def _print(out: Console, line: Text) -> None:
    out.print(line, soft_wrap=True)
