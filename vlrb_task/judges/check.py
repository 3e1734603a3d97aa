"""Parsers held to texts whose verdict is known: how many are read, how many are not, and how many are read wrongly."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from vlrb_task.judges import get_judge
from vlrb_task.parsing import RATING_PARSERS, get_parser, get_rating_parser
from vlrb_task.parsing.verdicts import Parser, Rating, RatingParser, Reading, Verdict
from vlrb_task.support.errors import DataError, UnknownName, short
from vlrb_task.support.jsonl import Lines

Gold = Verdict | float
"""What a text says: a verdict, or the score of a pointwise text."""

DEFAULT_JUDGE = "official"


class Outcome(str, Enum):
    """How one text was read."""

    RIGHT = "right"
    UNREAD = "unread"
    MISREAD = "misread"

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with what it says.

    Attributes:
        text: the judge's text.
        gold: its verdict, or the score of a pointwise text; ``Verdict.UNPARSED`` where it says nothing.
        also: other readings that are as good.
        judge: whose format it has, if the line says so.
        where: file and row, for messages.
    """

    text: str
    gold: Gold
    also: frozenset[Gold] = frozenset()
    judge: str | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A labelled text as one parser reads it.

    Attributes:
        item: the text with its label.
        judge: the judge that it is counted under.
        parser: the parser's name.
        reading: what the parser made of it.
        outcome: ``right`` if the reading is the gold one or one of ``also``; else ``unread`` if there is none, and
            ``misread`` if there is one.
    """

    item: Labelled
    judge: str
    parser: str
    reading: Reading | Rating
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over checked texts.

    Attributes:
        texts: all of them.
        with_verdict: those whose gold is a verdict or a score.
        read: of these, how many were read rightly.
        unread: how many were not read, by reason.
        misread: how many, of all texts, were read as something that they do not say.
    """

    texts: int
    with_verdict: int
    read: int
    unread: Mapping[str, int]
    misread: int

    @property
    def read_share(self) -> float | None:
        """Share of the texts with a verdict that were read rightly; None without such a text."""
        return self.read / self.with_verdict if self.with_verdict else None


def labelled(line: Mapping[str, Any], where: str) -> Labelled:
    """A line of a gold file: ``text``, then ``gold`` or ``score``, and perhaps ``judge`` and ``also``.

    Args:
        line: other fields are ignored.
        where: file and row, with which every error begins.

    Raises:
        DataError: a field is missing or is not what it must be.
    """
    text = line.get("text")
    if not isinstance(text, str):
        raise DataError(f"{where}: no 'text', or one that is no string")
    if ("gold" in line) == ("score" in line):
        both = "both 'gold' and 'score'" if "gold" in line else f"no 'gold' and no 'score', only {_keys(line)}"
        raise DataError(f"{where}: {both}; a line has 'gold' (first, second, tie or unparsed) or 'score' (a number)")
    gold = _verdict(line["gold"], where, "gold") if "gold" in line else _score(line["score"], where, "score")
    also = line.get("also", [])
    judge = line.get("judge")
    if judge is not None and not isinstance(judge, str):
        raise DataError(f"{where}: 'judge' is {short(judge)}, which is no name")
    others = also if isinstance(also, list) else [also]
    return Labelled(text, gold, frozenset(_either(value, where) for value in others), judge, where)


def read_gold(file: Path, *, to_fill: bool = False) -> list[Labelled]:
    """The labelled texts of a file of JSON lines, see :func:`labelled`.

    Args:
        file: its path.
        to_fill: the labels were left to be filled in: a line where that is null has none yet.

    Raises:
        DataError: the file is damaged or has no label, or a line is not what it must be.
    """
    lines = Lines(file)
    items = [
        labelled(line, f"{file}:{number}")
        for number, line in lines
        if not to_fill or line.get("gold", line.get("score", "")) is not None
    ]
    if lines.warnings:
        raise DataError(f"{file}: {lines.warnings[0]}")
    if not items:
        fill = "no labels: fill in 'gold' (first, second, tie or unparsed) or 'score'"
        raise DataError(f"{file}: {fill if to_fill else 'no texts'}")
    return items


def _keys(line: Mapping[str, Any]) -> str:
    return ", ".join(repr(key) for key in list(line)[:6])


def _verdict(value: object, where: str, field: str) -> Verdict:
    try:
        return Verdict(value)
    except ValueError:
        raise DataError(f"{where}: '{field}' is {short(value)}, not first, second, tie or unparsed") from None


def _score(value: object, where: str, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise DataError(f"{where}: '{field}' is {short(value)}, not a number (a text without one: 'gold': 'unparsed')")
    return float(value)


def _either(value: object, where: str) -> Gold:
    return _verdict(value, where, "also") if isinstance(value, str) else _score(value, where, "also")


def judge_of(item: Labelled, judge: str | None = None) -> str:
    """The judge under which a text is counted: the one asked for, else the line's own, else ``official``."""
    return judge or item.judge or DEFAULT_JUDGE


def check_own(item: Labelled, judge: str | None = None) -> Checked:
    """Read a text with the parser of a judge.

    Args:
        item: the text.
        judge: in the place of the line's own.

    Raises:
        DataError: there is no such judge, or it gives scores where the label is a verdict, or the reverse.
    """
    name = judge_of(item, judge)
    try:
        found = get_judge(name)
    except UnknownName as error:
        raise DataError(f"{item.where}: {error}") from error
    if not _fits(item, pointwise=found.mode == "pointwise"):
        what = "scores" if found.mode == "pointwise" else "verdicts"
        raise DataError(f"{item.where}: judge {name!r} gives {what}, and the label is {_said(item.gold)}")
    return _checked(item, name, found.parser_name, found.parser)


def check_with(item: Labelled, parser: str, judge: str | None = None) -> Checked:
    """Read a text with a parser by name, in place of its judge's.

    Raises:
        UnknownName: there is no such parser.
        DataError: the parser gives scores where the label is a verdict, or the reverse.
    """
    pointwise = parser in RATING_PARSERS
    read = parser_by_name(parser)
    if not _fits(item, pointwise=pointwise):
        what = "scores" if pointwise else "verdicts"
        raise DataError(f"{item.where}: parser {parser!r} gives {what}, and the label is {_said(item.gold)}")
    return _checked(item, judge_of(item, judge), parser, read)


def parser_by_name(name: str) -> Parser | RatingParser:
    """A parser of verdicts or of scores.

    Raises:
        UnknownName: there is none.
    """
    return get_rating_parser(name) if name in RATING_PARSERS else get_parser(name)


def _fits(item: Labelled, *, pointwise: bool) -> bool:
    """Whether a label can be what such a parser gives; that a text says nothing can be said of any."""
    return all(said is Verdict.UNPARSED or isinstance(said, float) == pointwise for said in (item.gold, *item.also))


def _said(gold: Gold) -> str:
    return f"{gold:g}" if isinstance(gold, float) else str(gold)


def _checked(item: Labelled, judge: str, parser: str, read: Parser | RatingParser) -> Checked:
    reading = read(item.text)
    return Checked(item, judge, parser, reading, outcome(item, said(reading)))


def said(reading: Reading | Rating) -> Gold:
    """What a reading says, in the terms of a label."""
    if isinstance(reading, Reading):
        return reading.verdict
    return Verdict.UNPARSED if reading.score is None else reading.score


def outcome(item: Labelled, found: Gold) -> Outcome:
    """The outcome for a text that was read as ``found``."""
    if any(_same(found, good) for good in (item.gold, *item.also)):
        return Outcome.RIGHT
    return Outcome.UNREAD if found is Verdict.UNPARSED else Outcome.MISREAD


def _same(one: Gold, other: Gold) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return one is other


def tally(checked: Iterable[Checked]) -> Tally:
    """Count checked texts."""
    texts = with_verdict = read = misread = 0
    unread: Counter[str] = Counter()
    for one in checked:
        texts += 1
        misread += one.outcome is Outcome.MISREAD
        if one.item.gold is not Verdict.UNPARSED:
            with_verdict += 1
            read += one.outcome is Outcome.RIGHT
        if one.outcome is Outcome.UNREAD:
            unread[str(one.reading.reason)] += 1
    return Tally(texts, with_verdict, read, dict(unread.most_common()), misread)
