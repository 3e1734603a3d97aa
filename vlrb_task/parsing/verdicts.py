"""What a judge's text says: a verdict in presented coordinates, or a rating of one answer.

A verdict speaks of the answer *shown* first or second. Which response of the pair that was is known to
the ballot alone; the one place that turns a verdict into a response is :func:`vlrb_task.votes.reading.choice_of`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Verdict(str, Enum):
    """The four things that a pairwise judge's text can say."""

    FIRST = "first"
    SECOND = "second"
    TIE = "tie"
    UNPARSED = "unparsed"

    __str__ = str.__str__


class Reason(str, Enum):
    """Why a text has no verdict. Kept and counted apart: an empty answer is not a confusing one."""

    EMPTY = "empty"
    NO_VERDICT = "no_verdict"
    CONTRADICTORY = "contradictory"
    CUT_OFF = "cut_off"
    REFUSED = "refused"
    REPETITION = "repetition"
    TOOL_CALL = "tool_call"
    OUT_OF_RANGE = "out_of_range"
    NOT_A_NUMBER = "not_a_number"
    FAILED_REQUEST = "failed_request"
    UNREADABLE_IMAGE = "unreadable_image"
    PARSER_ERROR = "parser_error"

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Reading:
    """A pairwise text, read.

    Attributes:
        verdict: what the text says.
        reason: why it says nothing; set if and only if ``verdict`` is unparsed.
        span: where in the text the verdict stands, as ``(start, end)`` character offsets, if known.
        p: the probability that the answer shown first is the better one, if the text gives it.
    """

    verdict: Verdict
    reason: Reason | None = None
    span: tuple[int, int] | None = None
    p: float | None = None

    def __post_init__(self) -> None:
        if (self.verdict is Verdict.UNPARSED) != (self.reason is not None):
            raise ValueError("a reason goes with an unparsed verdict, and with no other")


@dataclass(frozen=True, slots=True)
class Rating:
    """A pointwise text, read.

    Attributes:
        score: the number given to the answer, on the judge's own scale; None if there is none.
        reason: why there is none; set if and only if ``score`` is None.
        span: where in the text the number stands, as ``(start, end)`` character offsets, if known.
    """

    score: float | None
    reason: Reason | None = None
    span: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if (self.score is None) != (self.reason is not None):
            raise ValueError("a reason goes with a missing score, and with no other")


Parser = Callable[[str], Reading]
"""A pairwise parser: total (never raises), pure, and linear in the length of its text."""

RatingParser = Callable[[str], Rating]
"""A pointwise parser, under the same promise."""


def unparsed(reason: Reason, span: tuple[int, int] | None = None) -> Reading:
    """A reading without a verdict."""
    return Reading(Verdict.UNPARSED, reason, span)


def unrated(reason: Reason, span: tuple[int, int] | None = None) -> Rating:
    """A rating without a score."""
    return Rating(None, reason, span)
