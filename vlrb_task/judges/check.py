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
from vlrb_task.parsing import RATING_PARSERS, get_parser
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
        raise DataError(f"{where}: no 'text', or one that is not a string")
    if ("gold" in line) == ("score" in line):
        only = ", ".join(map(repr, list(line)[:6]))
        both = "both 'gold' and 'score'" if "gold" in line else f"no 'gold' and no 'score', only {only}"
        raise DataError(f"{where}: {both}; a line has 'gold' (first, second, tie or unparsed) or 'score' (a number)")
    field = "gold" if "gold" in line else "score"
    gold = _gold(line[field], where, field)
    also = line.get("also", [])
    judge = line.get("judge")
    if judge is not None and not isinstance(judge, str):
        raise DataError(f"{where}: 'judge' is {short(judge)}, which is not a name")
    others = also if isinstance(also, list) else [also]
    return Labelled(text, gold, frozenset(_gold(value, where, "also") for value in others), judge, where)


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


def _gold(value: object, where: str, field: str) -> Gold:
    """The verdict of a field, or its number where the field is ``score``, or no text."""
    if field == "gold" or (field == "also" and isinstance(value, str)):
        try:
            return Verdict(value)
        except ValueError:
            raise DataError(f"{where}: '{field}' is {short(value)}, not first, second, tie or unparsed") from None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise DataError(f"{where}: '{field}' is {short(value)}, not a number (a text without one: 'gold': 'unparsed')")
    return float(value)


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
    return _checked(item, name, found.parser_name, found.parser, found.mode == "pointwise", f"judge {name!r}")


def check_with(item: Labelled, parser: str, judge: str | None = None) -> Checked:
    """Read a text with a parser by name, in place of its judge's.

    Raises:
        UnknownName: there is no such parser.
        DataError: the parser gives scores where the label is a verdict, or the reverse.
    """
    read = parser_by_name(parser)
    return _checked(item, judge_of(item, judge), parser, read, parser in RATING_PARSERS, f"parser {parser!r}")


def parser_by_name(name: str) -> Parser | RatingParser:
    """A parser of verdicts or of scores.

    Raises:
        UnknownName: there is none.
    """
    return RATING_PARSERS.get(name) or get_parser(name)


def _checked(
    item: Labelled, judge: str, parser: str, read: Parser | RatingParser, pointwise: bool, who: str
) -> Checked:
    """A text, read. That it says nothing can be the label of any; else its label must be what the parser gives."""
    if any(gold is not Verdict.UNPARSED and isinstance(gold, float) != pointwise for gold in (item.gold, *item.also)):
        label = f"{item.gold:g}" if isinstance(item.gold, float) else item.gold
        raise DataError(f"{item.where}: {who} gives {'scores' if pointwise else 'verdicts'}, and the label is {label}")
    reading = read(item.text)
    return Checked(item, judge, parser, reading, outcome(item, said(reading)))


def said(reading: Reading | Rating) -> Gold:
    """What a reading says, in the terms of a label."""
    if isinstance(reading, Reading):
        return reading.verdict
    return Verdict.UNPARSED if reading.score is None else reading.score


def outcome(item: Labelled, found: Gold) -> Outcome:
    """The outcome for a text that was read as ``found``."""
    for good in (item.gold, *item.also):
        if isinstance(found, float) and isinstance(good, float):
            same = math.isclose(found, good, rel_tol=1e-9, abs_tol=1e-9)
        else:
            same = found is good
        if same:
            return Outcome.RIGHT
    return Outcome.UNREAD if found is Verdict.UNPARSED else Outcome.MISREAD


def tally(checked: Iterable[Checked]) -> Tally:
    """Count checked texts."""
    every = list(checked)
    unread = Counter(str(one.reading.reason) for one in every if one.outcome is Outcome.UNREAD)
    known = [one for one in every if one.item.gold is not Verdict.UNPARSED]
    return Tally(
        len(every),
        len(known),
        sum(one.outcome is Outcome.RIGHT for one in known),
        dict(unread.most_common()),
        sum(one.outcome is Outcome.MISREAD for one in every),
    )
