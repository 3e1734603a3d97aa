"""How a judge's text was read and why, for judges of this package and of others alike; and the text in marked pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from vlrb_task.judges.base import Judge
from vlrb_task.parsing import PARSERS, RATING_PARSERS, explain
from vlrb_task.parsing.explain import Explanation, Finding, says

_RANK = {"ignored": 0, "agrees": 1, "overruled": 2, "decided": 3}


def explain_own(judge: Judge, text: str) -> Explanation:
    """Read a text with a judge's parser and say why it was read so.

    A parser of another package does not explain itself: then the one finding is the span of its reading, if it has one.
    """
    if judge.parser in (PARSERS.get(judge.parser_name), RATING_PARSERS.get(judge.parser_name)):
        return explain(text, judge.parser_name)
    reading = judge.parser(text)
    if reading.span is None or reading.reason is not None:
        return Explanation(reading, ())
    found = Finding(
        judge.parser_name, reading.span, says(reading), "decided", "the parser of the judge's package reads this"
    )
    return Explanation(reading, (found,))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text that lies in the same findings from end to end.

    Attributes:
        start, end: character offsets in the text.
        opens: findings that begin at its start, as indices, the longest first.
        closes: findings that end at its end, the longest last.
        status: that of the most important finding it lies in; None outside of all.
    """

    start: int
    end: int
    opens: tuple[int, ...]
    closes: tuple[int, ...]
    status: str | None


def pieces(text: str, findings: Sequence[Finding]) -> list[Piece]:
    """A text cut at the ends of all findings; the pieces together are the text.

    Args:
        text: the whole text.
        findings: with spans inside the text. Those with an empty span mark nothing.
    """
    marked = [(at, found.span) for at, found in enumerate(findings) if found.span[0] < found.span[1]]
    edges = sorted({0, len(text), *(end for _, span in marked for end in span)})
    made = []
    for start, end in pairwise(edges):
        inside = [findings[at].status for at, span in marked if span[0] <= start and end <= span[1]]
        opens = sorted((at for at, span in marked if span[0] == start), key=lambda at: -findings[at].span[1])
        closes = sorted((at for at, span in marked if span[1] == end), key=lambda at: -findings[at].span[0])
        made.append(Piece(start, end, tuple(opens), tuple(closes), max(inside, key=_RANK.__getitem__, default=None)))
    return made
