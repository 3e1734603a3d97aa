"""Why a text was read as it was: what was found, where, and what became of it.

The rules themselves say what they found, so an explanation can never tell another story than the reading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from vlrb_task.parsing import loose
from vlrb_task.parsing.final import Reader, final
from vlrb_task.parsing.menus import MENU
from vlrb_task.parsing.page import Note, Notes
from vlrb_task.parsing.registry import RATING_PARSERS, get_parser
from vlrb_task.parsing.verdicts import Rating, Reading, Reason

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
    notes: Notes = []
    reading: Reading | Rating = read.read(text, notes) if isinstance(read, Reader) else read(text)
    if not notes and isinstance(reading, Reading) and not isinstance(read, Reader) and parser not in _OF_OTHERS:
        final.read(text, notes)  # a parser of one form that leaves all else to the general one
    inside = reading.span or (-1, -1)
    outside = [note for note in notes if not inside[0] <= note.span[0] < note.span[1] <= inside[1]]
    telling = {(note.span, note.says): note for note in sorted(outside, key=lambda note: bool(note.why))}
    findings = [_finding(note, reading) for note in telling.values()]
    if reading.span is not None:
        rule = next((note.rule for note in reversed(notes) if note.span == reading.span), parser)
        why = _WHY.get(reading.reason, str(reading.reason).replace("_", " "))
        findings.append(Finding(rule, reading.span, says(reading), "ignored" if reading.reason else "decided", why))
    return Explanation(reading, tuple(sorted(findings, key=lambda found: (found.span, found.status))))


def says(reading: Reading | Rating) -> str:
    """What a reading says, in one word: ``first``, ``second``, ``tie``, ``unparsed``, or the score."""
    if isinstance(reading, Reading):
        return str(reading.verdict)
    return "unparsed" if reading.score is None else f"{reading.score:g}"


def _finding(note: Note, reading: Reading | Rating) -> Finding:
    """A note with what became of it: notes that carry a reason were dropped for it."""
    status: Status = "ignored"
    why = _WHY.get(reading.reason, "no verdict")
    if note.why in _SET_ASIDE:
        pass
    elif note.says == says(reading):
        status, why = "agrees", "says the same"
    elif reading.reason is None:
        status, why = "overruled", "another place counts more"
    return Finding(note.rule, note.span, note.says, status, note.why or why)


_SET_ASIDE = ("an instruction restated", MENU, "several pairs of scores that disagree")
_OF_OTHERS = frozenset(rule.__name__ for rule in loose.RULES)
_WHY = {
    None: "nothing that counts more says otherwise",
    Reason.CONTRADICTORY: "the text says two things, and neither counts more",
    Reason.CUT_OFF: "the text stops before it is done, or takes its verdict into doubt",
    Reason.REPETITION: "the text repeats itself to its end",
    Reason.NO_VERDICT: "what stands here names no answer",
}
