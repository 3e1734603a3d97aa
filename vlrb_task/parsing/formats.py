r"""Parsers of judges that were told where to put their answer, declared from one machinery.

A :class:`Format` says where the final answer may stand, what a name and a tie look like there, and what reads a text
without such a place. In all of them the last place wins, reasoning is set aside first, two answers offered side by
side ("\boxed{A} or \boxed{B}") are none, and an answer that cannot be read is not replaced by a guess from the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vlrb_task.parsing import blocks
from vlrb_task.parsing.final import final, slot
from vlrb_task.parsing.objects import last_object
from vlrb_task.parsing.slots import Finder, Place, box, double_brackets, is_template, tag
from vlrb_task.parsing.verdicts import Parser, Reading, Reason, Verdict, unparsed
from vlrb_task.parsing.walk import bare

_BETWEEN = re.compile(r"[\s\"'`,;$*\])}(]{0,9}(?:or|and|/|vs\.?|,)[\s\"'`$*\[({\\]{0,9}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Format:
    """How a judge was told to answer.

    Attributes:
        places: finders of the place of the answer, tried in this order; the first that finds one decides.
        fallback: what reads a text without any such place.
        tie: names of a tie, beyond those understood everywhere ("tie", "equal", "neither").
        tools: the judge may call tools: a call after its last answer means that it is not done.
    """

    places: tuple[Finder, ...]
    fallback: Parser
    tie: frozenset[str] = frozenset()
    tools: bool = False

    def __call__(self, text: str) -> Reading:
        """Read a text."""
        core, start = blocks.trim(text)
        if not core:
            return unparsed(Reason.EMPTY)
        if blocks.failed(core):
            return unparsed(Reason.FAILED_REQUEST)
        part = blocks.outside(core)
        if len(part.text) > blocks.WINDOW:
            skip = len(part.text) - blocks.WINDOW
            part = part._replace(text=part.text[skip:], start=part.start + skip)
        if part.unclosed and core.rstrip().endswith((">", "}", "]")) and self._last(part.text) is not None:
            part = part._replace(unclosed=False)  # the closing tag was forgotten, and the answer given
        called = blocks.last_tool_call(core) if self.tools else -1
        found = None if part.unclosed else self._last(part.text)
        if found is None:
            return unparsed(Reason.TOOL_CALL) if called >= 0 else self.fallback(text)
        place, before = found
        if called > part.start + place.end:
            return unparsed(Reason.TOOL_CALL)
        offset = start + part.start
        reading = self._read(part.text[place.start : place.end], offset + place.start)
        if before is not None and reading.reason is None:
            other = self._read(part.text[before.start : before.end], offset + before.start)
            if other.reason is None and other.verdict is not reading.verdict:
                return unparsed(Reason.CONTRADICTORY)
        if not place.closed and (reading.reason is not None or len(part.text) - place.start > 200):
            return unparsed(Reason.CUT_OFF)
        if place.closed and reading.reason is Reason.CUT_OFF:
            return unparsed(Reason.NO_VERDICT, reading.span)  # short it may be, but it is all there
        return reading

    def _last(self, text: str) -> tuple[Place, Place | None] | None:
        """The last place that is no template, and the one right before it if the two are offered side by side."""
        for finder in self.places:
            last = before = None
            for place in finder(text):
                if not is_template(text, place):
                    before, last = last, place
            if last is not None:
                if before is not None and not _side_by_side(text, before, last):
                    before = None
                return last, before
        return None

    def _read(self, content: str, offset: int) -> Reading:
        word = content.strip(" \t\n*_`\"'().").lower()
        if word in self.tie:
            return Reading(Verdict.TIE, None, (offset, offset + len(content)))
        reading = slot(content, offset)
        if reading.reason is Reason.EMPTY:
            return unparsed(Reason.NO_VERDICT, reading.span)
        return reading


def _side_by_side(text: str, before: Place, last: Place) -> bool:
    """Whether nothing but "or" stands between two places."""
    gap = text[before.end : last.start]
    if len(gap) > 60:
        return False
    gap = re.sub(r"\\f?boxe?d?\s{0,9}\{$|\[\[$|<\w+>$", "", re.sub(r"^(?:\]\]|\}|</\w+>)", "", gap))
    return _BETWEEN.fullmatch(gap) is not None


# Keys are compared in lower case, without anything but letters and digits.
_DECISION_KEYS = """
    better winner verdict preferred preference choice chosen best judgment judgement decision betteranswer
    betterresponse bestanswer bestresponse preferredanswer preferredresponse overallwinner overalljudgment
    overalljudgement overallverdict finalverdict finaljudgment finaljudgement finaldecision finalchoice finalanswer
    answer result selected selection
"""
_DECISIONS = frozenset(_DECISION_KEYS.split())
_LOOSE_DECISIONS = ("answer", "result", "finalanswer")  # these may hold something else than a name
_RANKINGS = ("ranking", "rank", "besttoworst", "order")
_NAMES = (
    "answer1 response1 assistanta model1 answera responsea assistant1 modela 1 a score1 scorea first",
    "answer2 response2 assistantb model2 answerb responseb assistant2 modelb 2 b score2 scoreb second",
)
_FIRST_KEYS, _SECOND_KEYS = (tuple(names.split()) for names in _NAMES)
_OVERALL = (
    "overall overallscore overallscores total totalscore totalscores final finalscore finalscores scores score results"
)
_OVERALL_KEYS = (*_OVERALL.split(), "result", "rating", "ratings")
_TIES = frozenset(("tie", "none", "null", "both", "neither", "equal", "draw", "tied", "no", "c"))


def _plain(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", key[:80].lower())


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if abs(value) < 1e12 else None


def _compared(first: float, second: float) -> Verdict:
    return Verdict.TIE if first == second else Verdict.FIRST if first > second else Verdict.SECOND


def _by_scores(value: object) -> Verdict | None:
    """The verdict of an object, or a list of two, that holds one score for each answer."""
    if isinstance(value, list) and len(value) == 2:
        pair = [_number(value[0]), _number(value[1])]
    elif isinstance(value, dict):
        plain = {_score_key(_plain(str(key))): item for key, item in value.items()}
        pair = [
            next((number for key in keys if (number := _number(plain.get(key))) is not None), None)
            for keys in (_FIRST_KEYS, _SECOND_KEYS)
        ]
    else:
        return None
    first, second = pair
    return None if first is None or second is None else _compared(first, second)


def _score_key(key: str) -> str:
    """The name in a key: that of "answer1score" and of "scoreofanswer1" is "answer1"."""
    for extra in ("scoreof", "scorefor", "overall", "total"):
        key = key.removeprefix(extra)
    return key.removesuffix("score").removesuffix("total") or key


def _by_object(value: Mapping[str, object]) -> Reading:
    """The verdict of an object: a decision in words, a ranking, or two overall scores, in this order."""
    plain = {_plain(str(key)): item for key, item in value.items()}
    said: set[Verdict] = set()
    for key, item in plain.items():
        if key in _DECISIONS and not isinstance(item, (dict, list)):
            verdict = _decision(item)
            if verdict is not None:
                said.add(verdict)
            elif item not in ("", None) and key not in _LOOSE_DECISIONS:
                return unparsed(Reason.NO_VERDICT)
        elif (
            key in _RANKINGS
            and isinstance(item, list)
            and len(item) == 2
            and all(isinstance(name, str) for name in item)
        ):
            verdict = bare(str(item[0]).replace("-", " ").replace("_", " "))
            if verdict is not None:
                said.add(verdict)
    if not said:
        found = _by_scores(value)
        for key in _OVERALL_KEYS:
            found = found or _by_scores(plain.get(key))
        if found is None:
            inner = [item for item in plain.values() if isinstance(item, dict)]
            return _by_object(inner[0]) if len(inner) == 1 and len(plain) <= 3 else unparsed(Reason.NO_VERDICT)
        said.add(found)
    return Reading(said.pop()) if len(said) == 1 else unparsed(Reason.CONTRADICTORY)


def _decision(item: object) -> Verdict | None:
    if item is None:
        return None
    if isinstance(item, bool):
        return None
    if isinstance(item, (int, float)):
        return Verdict.FIRST if item == 1 else Verdict.SECOND if item == 2 else None
    word = str(item).strip().lower()
    if word in _TIES:
        return Verdict.TIE
    reading = slot(str(item).replace("_", " ").replace("-", " "), 0)
    return reading.verdict if reading.reason is None else None


def json(text: str) -> Reading:
    """The last JSON object: ``{"better": 1}``, ``{"winner": "A"}``, ``{"verdict": "tie"}``, or a score for each answer.

    Code fences, trailing commas, single quotes and bare keys are forgiven; an object that was begun after the last
    whole one makes the text cut off. A ``0`` is no name: the judge may count from nought. Without an object the text
    is read as free prose.
    """
    core, start = blocks.trim(text)
    part = blocks.outside(core)
    if not core or blocks.failed(core) or part.unclosed:
        return final(text)
    window = part.text[-blocks.WINDOW :]
    found, span, open_after = last_object(window)
    if open_after:
        return unparsed(Reason.CUT_OFF)
    if span is None:
        return final(text)
    if found is None:
        return unparsed(Reason.NO_VERDICT)
    offset = start + part.start + len(part.text) - len(window)
    reading = _by_object(found)
    return Reading(reading.verdict, reading.reason, (span[0] + offset, span[1] + offset))


_LETTER_LINE = re.compile(
    r"[\s*_`#>]{0,9}(?i:(?:(?:so|therefore|thus|hence|overall|in conclusion|finally),? )?(?:(?:the|my|i) )?"
    r"(?:final |overall )?(?:better |best |preferred )?"
    r"(?:answer|response|choice|verdict|decision|judge?ment|preference|option|one|winner|output|choose|pick|select|prefer)"
    r"(?: would be| is|:)?)[\s:*_(\[\"'`]{0,9}([AB])[\s*_)\].!\"'`]{0,9}"
)
_LETTER_ITSELF = re.compile(r"[\s*_(\[\"'`#]{0,9}([AB])[\s*_)\].:,!\"'`]{0,9}")


def letter(text: str) -> Reading:
    """A judge that was asked for a plain A or B.

    Read are: the whole text; a first line that is a letter and nothing else ("B⏎⏎The image shows …"); a last line that
    gives one ("My answer is B", "The better response is **A**."); what free prose says ("Response A is better"). If
    they differ, the text is contradictory. "The correct answer is A" is not read: the question that was judged may
    have an option A, and small judges do answer it.
    """
    core, start = blocks.trim(text)
    if not core or blocks.failed(core):
        return final(text)
    part = blocks.outside(core)
    if part.unclosed:
        return final(text)
    body, offset = part.text[-blocks.WINDOW :].strip(blocks.BLANK), start + part.start
    said: set[Verdict] = set()
    head, tail = body.partition("\n")[0], body.rpartition("\n")[2]
    if len(part.text) <= blocks.WINDOW and len(head) <= 40 and (found := _LETTER_ITSELF.fullmatch(head)):
        said.add(Verdict.FIRST if found.group(1) == "A" else Verdict.SECOND)
    if len(tail) <= 120:
        found = _LETTER_ITSELF.fullmatch(tail) or _LETTER_LINE.fullmatch(tail)
        if found:
            said.add(Verdict.FIRST if found.group(1) == "A" else Verdict.SECOND)
    prose = final(text)
    if prose.reason is None:
        said.add(prose.verdict)
    if len(said) > 1:
        return unparsed(Reason.CONTRADICTORY)
    if not said:
        return prose
    return prose if prose.reason is None else Reading(said.pop(), None, (offset, offset + len(body)))


def prose(text: str) -> Reading:
    """Free prose, with no format asked for ("The first response is better because …"): the same as :func:`final`."""
    return final(text)


def factors(text: str) -> Reading:
    """A walk through factors that closes with "Answer X is better": the same as :func:`final`."""
    return final(text)


ANSWER_TAG = tag("answer")

think_tags = Format(places=(ANSWER_TAG,), fallback=final)
"""``<think>…</think><answer>Answer 1 is better</answer>``, or a digit in it; the last tag outside the reasoning."""

boxed = Format(places=(box,), fallback=final)
r"""``\boxed{A}``, ``\box{Answer 2}``: the last box. A box with anything else in it, say the solution, is no verdict."""

brackets = Format(places=(double_brackets,), fallback=final, tie=frozenset("c"))
"""``[[A]]``, ``[[B]]``, ``[[C]]`` for a tie: the last that is not followed by "if", as in the instructions."""

tools = Format(places=(ANSWER_TAG,), fallback=final, tools=True)
"""A judge with tools: an ``<answer>`` is final; a tool call with none after it is a tool call."""

FORMATS: Mapping[str, Callable[[str], Reading]] = {
    "think_tags": think_tags,
    "boxed": boxed,
    "brackets": brackets,
    "json": json,
    "letter": letter,
    "factors": factors,
    "prose": prose,
    "tools": tools,
}
