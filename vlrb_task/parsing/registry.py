r"""Parsers by name: the general reader, readers told which structure their judge was asked for, other people's rules, ratings.

In those that were told, the last place wins, reasoning is dropped first, two answers offered side by side
("\boxed{A} or \boxed{B}") are none, and an answer that cannot be read is not replaced by a guess from the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from vlrb_task.parsing import loose, normal, quick
from vlrb_task.parsing.final import Reader, final
from vlrb_task.parsing.probabilities import label_logprobs
from vlrb_task.parsing.ratings import RATINGS
from vlrb_task.parsing.verdicts import Parser, RatingParser, Reading, Reason, Verdict, unparsed
from vlrb_task.support.errors import UnknownName
from vlrb_task.support.patterns import compile_later

_LETTER_LINE = compile_later(
    r"[\s*_`#>]{0,9}(?i:(?:(?:so|therefore|thus|hence|overall|in conclusion|finally),? )?(?:(?:the|my|i) )?"
    r"(?:final |overall )?(?:better |best |preferred )?"
    r"(?:answer|response|choice|verdict|decision|judge?ment|preference|option|one|winner|output|choose|pick|select|prefer)"
    r"(?: would be| is|:)?)[\s:*_(\[\"'`]{0,9}([AB])[\s*_)\].!\"'`]{0,9}"
)
_LETTER_ITSELF = compile_later(r"[\s*_(\[\"'`#]{0,9}([AB])[\s*_)\].:,!\"'`]{0,9}")


def letter(text: str) -> Reading:
    """A judge that was asked for a plain A or B.

    Read are: the whole text; a first line that is a letter and nothing else ("B⏎⏎The image shows …"); a last line that
    gives one ("My answer is B", "The better response is **A**."); what free prose says ("Response A is better"). If
    they differ, the text is contradictory. "The correct answer is A" is not read: the question that was judged may
    have an option A, and small judges do answer it.
    """
    core, start = normal.trim(text)
    part = normal.outside(core)
    read = final(text)
    if normal.missing(core) or part.unclosed:
        return read
    body, offset = part.text[-normal.WINDOW :].strip(normal.BLANK), start + part.start
    head, tail = body.partition("\n")[0], body.rpartition("\n")[2]
    whole = len(part.text) <= normal.WINDOW and len(head) <= 40
    lines = (
        _LETTER_ITSELF.fullmatch(head) if whole else None,
        (_LETTER_ITSELF.fullmatch(tail) or _LETTER_LINE.fullmatch(tail)) if len(tail) <= 120 else None,
    )
    said = {Verdict.FIRST if found[1] == "A" else Verdict.SECOND for found in lines if found}
    if len(said | ({read.verdict} if read.reason is None else set())) > 1:
        return unparsed(Reason.CONTRADICTORY)
    return read if read.reason is None or not said else Reading(said.pop(), None, (offset, offset + len(body)))


prose = factors = final
"""Free prose ("The first response is better because …"), or factors that close with "Answer X is better"."""

think_tags = Reader(asked=("tag",), quick=quick.closing_tag)
"""``<think>…</think><answer>Answer 1 is better</answer>``, or a digit in it; the last tag outside the reasoning."""

boxed = Reader(asked=("box",), quick=quick.closing_box)
r"""``\boxed{A}``, ``\box{Answer 2}``: the last box. A box with anything else in it, say the solution, is no verdict."""

brackets = Reader(asked=("brackets",), quick=quick.closing_brackets)
"""``[[A]]``, ``[[B]]``, ``[[C]]`` for a tie: the last that is not followed by "if", as in the instructions."""

arena = Reader(asked=("brackets", "arena"))
"""``[[A>>B]]``, ``[[A>B]]``, ``[[A=B]]``, ``[[B>A]]``, ``[[B>>A]]``: two grades a side and a tie."""

json = Reader(asked=("json",))
"""The last JSON object: ``{"better": 1}``, ``{"winner": "A"}``, ``{"verdict": "tie"}``, a ranking, or a score for each answer.

An object that was begun after the last whole one makes the text cut off. A ``0`` is no name: the judge may count from nought.
"""

scores = Reader(asked=("scores",))
"""Two scores, one for each answer: the higher wins, equal ones are a tie."""

tools = Reader(asked=("tag",), tools=True)
"""A judge with tools: an ``<answer>`` is final; a tool call with none after it is a tool call."""

PARSERS: Mapping[str, Parser] = {
    "final": final,
    "think_tags": think_tags,
    "boxed": boxed,
    "brackets": brackets,
    "arena": arena,
    "json": json,
    "scores": scores,
    "letter": letter,
    "factors": factors,
    "prose": prose,
    "tools": tools,
    "label_logprobs": label_logprobs,
    **{rule.__name__: rule for rule in loose.RULES},
}
"""Pairwise parsers: a text to a verdict."""

RATING_PARSERS: Mapping[str, RatingParser] = RATINGS
"""Pointwise parsers: a text to a number."""

P = TypeVar("P")


def get_parser(name: str) -> Parser:
    """The pairwise parser of that name.

    Raises:
        UnknownName: there is none; the message lists those that exist.
    """
    return _named(name, PARSERS, "parser")


def get_rating_parser(name: str) -> RatingParser:
    """The pointwise parser of that name.

    Raises:
        UnknownName: there is none; the message lists those that exist.
    """
    return _named(name, RATING_PARSERS, "rating parser")


def _named(name: str, parsers: Mapping[str, P], what: str) -> P:
    if name not in parsers:
        raise UnknownName(f"no {what} is called {name!r}; there are {', '.join(sorted(parsers))}")
    return parsers[name]
