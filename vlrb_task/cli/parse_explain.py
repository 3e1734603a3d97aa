"""What texts are read as; and what was found where in them, which rule decided, and what was overruled or ignored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from vlrb_task.cli.options import console, print_json, print_warnings
from vlrb_task.cli.terminal import SafeConsole
from vlrb_task.judges import get_judge
from vlrb_task.judges.check import DEFAULT_JUDGE, parser_by_name, said
from vlrb_task.judges.explained import explain_own, pieces
from vlrb_task.parsing import explain
from vlrb_task.parsing.explain import Explanation, Finding, says
from vlrb_task.parsing.verdicts import Rating, Reading, Verdict
from vlrb_task.support.errors import DataError, UnknownName, short
from vlrb_task.support.jsonl import Lines
from vlrb_task.support.visible import visible

MOST_TEXTS = 50
"""Texts whose readings are printed for people."""
STYLES = {"decided": "bold green", "agrees": "green", "overruled": "yellow", "ignored": "dim"}


def _texts(lines: Lines, rows: Sequence[int] = ()) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each line's place, its text, and the line; of the rows alone if there are any."""
    seen = set()
    for number, line in lines:
        if rows and number not in rows:
            continue
        seen.add(number)
        where, text = f"{lines.path}:{number}", line.get("text")
        if not isinstance(text, str):
            raise DataError(f"{where}: no 'text', or one that is not a string")
        yield where, text, line
    if missing := [row for row in rows if row not in seen]:
        raise DataError(f"{lines.path}: no text in row {missing[0]}", lines.warnings)
    if not seen:
        raise DataError(f"{lines.path}: no texts", lines.warnings)
    print_warnings(lines.warnings)


def _says(reading: Reading | Rating) -> dict[str, Any]:
    found = said(reading)
    return {"verdict": str(found)} if isinstance(found, Verdict) else {"score": found}


def _reason(reading: Reading | Rating) -> str | None:
    return None if reading.reason is None else str(reading.reason)


def read_file(file: Path, judge: str | None, parser: str | None, as_json: bool) -> None:
    """Read the texts of a JSON-lines file with a judge's parser, and perhaps with another one beside it."""
    own = get_judge(judge or DEFAULT_JUDGE)
    other = parser_by_name(parser) if parser else None
    texts = [text for _, text, _ in _texts(Lines(file))]
    readings = [own.parser(text) for text in texts]
    others = [other(text) for text in texts] if other else []
    if as_json:
        result = {"judge": own.name, "parser": own.parser_name, **_readings(readings)}
        print_json(result | ({"beside": {"parser": parser, **_readings(others)}} if parser else {}))
        return
    words, beside = ([says(r) + (f" ({r.reason})" if r.reason else "") for r in made] for made in (readings, others))
    table = Table("#", own.parser_name, *([parser] if parser else []), "end of the text")
    for number, text in enumerate(texts[:MOST_TEXTS]):
        table.add_row(str(number), words[number], *beside[number:][:1], escape(" ".join(text[-200:].split())[-60:]))
    out = console()
    out.print(table)
    if len(texts) > MOST_TEXTS:
        out.print(f"… and {len(texts) - MOST_TEXTS} more (all of them with --json)")
    counts = Counter(word if isinstance(r, Reading) else "rated" for word, r in zip(words, readings, strict=True))
    listed = ", ".join(f"{escape(what)} {count}" for what, count in counts.most_common())
    out.print(f"{len(texts)} texts, parsed {_parsed_rate(readings):.1%}: {listed}")


def _parsed_rate(readings: Sequence[Reading | Rating]) -> float:
    return sum(reading.reason is None for reading in readings) / len(readings)


def _readings(readings: Sequence[Reading | Rating]) -> dict[str, Any]:
    found = [_says(r) | ({} if "score" in _says(r) else {"reason": _reason(r)}) for r in readings]
    return {"verdicts": found, "parsed_rate": _parsed_rate(readings)}


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
    """Explain the texts of JSON-lines files: of the rows, counted from 1, or of all if there are none."""
    found = [_explained(*one, judge, parser) for file in files for one in _texts(Lines(file), rows)]
    if as_json:
        print_json({"texts": [as_dict(one) for one in found]})
        return
    out = console()
    for one in found:
        show(out, one)


def _explained(where: str, text: str, line: dict[str, Any], judge: str | None, parser: str | None) -> Explained:
    name = judge or line.get("judge") or DEFAULT_JUDGE
    if not isinstance(name, str):
        raise DataError(f"{where}: 'judge' is {short(name)}, which is not a name")
    if parser is not None:
        return Explained(where, text, name, parser, explain(text, parser))
    try:
        own = get_judge(name)
    except UnknownName as error:
        raise DataError(f"{where}: {error}") from error
    return Explained(where, text, name, own.parser_name, explain_own(own, text))


def as_dict(one: Explained) -> dict[str, Any]:
    """The form that ``--json`` prints: offsets count characters of the text from 0, the end not included."""
    reading = one.told.reading
    findings = []
    for found in one.told.findings:
        start, end = found.span
        about = {"rule": found.rule, "status": found.status, "says": found.says, "why": found.why}
        findings.append({**about, "start": start, "end": end, "text": one.text[start:end]})
    about = {"where": one.where, "judge": one.judge, "parser": one.parser, **_says(reading)}
    return {**about, "reason": _reason(reading), "span": reading.span, "findings": findings}


def show(out: SafeConsole, one: Explained) -> None:
    """Print what a text says, what was found in it, and the text with each finding between marks with its number."""
    reading = one.told.reading
    line = Text(f"{visible(one.where)}  ")
    line.append(says(reading), style="bold red" if reading.reason else "bold green")
    if reading.reason is not None:
        line.append(f" ({reading.reason})", style="red")
    line.append(f"  judge {visible(one.judge)}, parser {visible(one.parser)}", style="dim")
    out.tell(line)
    for number, found in enumerate(one.told.findings, start=1):
        line = Text(f"  {number} ")
        line.append(f"{found.status:<9}", style=STYLES[found.status])
        line.append(f" {visible(found.says):<8} ", style="bold")
        line.append(f"{found.rule}: {visible(found.why)}")
        line.append(f" (characters {found.span[0]} to {found.span[1]})", style="dim")
        out.tell(line)
    if not one.told.findings:
        out.tell(Text("  nothing was found that could be a verdict", style="dim"))
    out.tell(marked(one.text, one.told.findings))
    out.tell("")


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
