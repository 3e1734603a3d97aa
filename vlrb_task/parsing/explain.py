"""Why a text was read as it was: what was found, where, and what became of it.

The rules themselves say what they found, so an explanation can never tell another story than the reading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from vlrb_task.parsing.registry import RATING_PARSERS, get_parser
from vlrb_task.parsing.verdicts import Rating, Reading

Status = Literal["decided", "agrees", "overruled", "ignored"]


@dataclass(frozen=True)
class Finding:
    """One thing in a text that could be a verdict.

    Attributes:
        rule: the name of the rule that found it; ``docs/reading.md`` has one example of each.
        span: where it stands in the text, as ``(start, end)`` character offsets.
        says: what it says: ``first``, ``second``, ``tie``, ``unparsed``, or a number ("8.5").
        status: ``decided`` the reading; ``agrees`` with it; ``overruled`` by another finding; ``ignored``, as no verdict.
        why: the reason for the status, in one short sentence.
    """

    rule: str
    span: tuple[int, int]
    says: str
    status: Status
    why: str


@dataclass(frozen=True)
class Explanation:
    """A reading and everything that was found on the way to it, in the order of the text."""

    reading: Reading | Rating
    findings: tuple[Finding, ...]


def explain(text: str, parser: str = "final") -> Explanation:
    """Read a text with the parser of that name, and say why it was read so.

    ``explain(text, name).reading`` is what ``get_parser(name)(text)`` or ``get_rating_parser(name)(text)`` returns.

    Raises:
        UnknownName: there is no parser of that name; the message lists those that exist.
    """
    read: Callable[[str], Reading | Rating] = RATING_PARSERS.get(parser) or get_parser(parser)
    reading = read(text)
    if reading.span is None:
        return Explanation(reading, ())
    if isinstance(reading, Rating):
        says = "unparsed" if reading.score is None else f"{reading.score:g}"
    else:
        says = str(reading.verdict)
    status: Status = "decided" if reading.reason is None else "ignored"
    why = "the last verdict of the text" if reading.reason is None else str(reading.reason)
    return Explanation(reading, (Finding(parser, reading.span, says, status, why),))
