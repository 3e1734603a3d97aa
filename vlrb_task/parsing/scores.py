"""Two scores for two answers in one text: slots, lines, lists and sentences. The higher wins; equal ones are a tie.

A pair counts only if it is one for the answers as wholes. Scores under the label or the heading of a criterion are remarks, and
so are several pairs that disagree, unless the last one is called overall, total or final.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from vlrb_task.parsing.structures import Structure
from vlrb_task.parsing.verdicts import Reading, Reason, Verdict, unparsed
from vlrb_task.support.patterns import compile_later

_NUM = r"(?<![\d.])(-?\d{1,4}(?:\.\d{1,4}|,\d(?!\d))?)(?![\d°]|[.,]\d)"
_OF = r"(?:[ *_`]{0,3}(?:/|out of)[ *_]{0,3}(\d{1,4}))?"
_NOUN = (
    r"(?:assistant|answer|response|model|output|option|candidate|feedback|caption|description|image|video|summary|solution"
    r"|translation|reply|completion|chatbot|bot|system|text|story|essay)"
)
_NAME = (
    rf"(?:\b{_NOUN}[ _-]?[#(\[]?([12ab])\b[)\]]?|\b(first|second|1st|2nd) (?:ai )?{_NOUN}\b"
    r"|(?<![\w'’])(?<!\":\")(?<!\": \")([AB])(?=[*_)]{0,3}\s?[:=]))"
)
_WORD = r"(?:scores?|ratings?|grades?|points?|marks?|rated?|scored|graded)"
_WHOLE = r"overall|total|final|average|aggregate|combined"
# All that may stand between a name and its score.
_LINK = (
    rf"(?:[ \t*_`:=()\[\]|\"'’>~–—-]|\b(?:{_WORD}|{_WHOLE}|answer|response|is|are|was|be|would|of|for|to|at|an?|the|s"
    rf"|with|as|gets?"
    r"|receives?|received|earns?|earned|deserves?|achieves?|achieved|given|awarded|assigned|has|quality|performance"
    r"|get|receive|i|"
    r"give)\b)"
)
# And what may follow it: no unit, so that "Answer 1: 3 dogs" gives no score.
_END = (
    r"(?=[ *_`]{0,4}(?:[%.,;:!)\]|\"'(–—]|-\s|$|\n|(?:and|while|but|for|because|points?|respectively|due|since|as"
    r"|whereas|to|compared"
    r"|with|in|overall|which|vs|versus)\b))"
)
_MENTION = compile_later(rf"{_NAME}{_LINK}{{1,30}}?{_NUM}{_OF}{_END}", re.IGNORECASE | re.MULTILINE)
_TURNED = compile_later(rf"{_NUM}{_OF} (?:points? )?(?:for|to) (?:the )?{_NAME}", re.IGNORECASE)
_LINE = compile_later(
    rf"^[ \t*_`#>\"'-]{{0,9}}(?:(?:[a-z]+ ){{0,4}}{_WORD}[^\n\d:]{{0,80}}:[*_ ]{{0,6}})?[(\[{{]{{0,2}} ?{_NUM}{_OF}"
    rf"(?:[ \t]{{0,3}}[,;|&][ \t]{{0,3}}|[ \t]{{1,4}}(?:and[ \t]|vs\.?[ \t])?[ \t]{{0,3}}){_NUM}{_OF}[)\]}}*_`., \t]{{0,9}}$",
    re.MULTILINE | re.IGNORECASE,
)
_RESPECTIVELY = compile_later(
    rf"(?<=[ :*_]){_NUM}{_OF}[*_ ]{{0,3}}(?:,|and)[*_ ]{{0,4}}{_NUM}{_OF}[*_ ]{{0,3}},?(?: respectively)?(?=[.,;\n]|$)",
    re.IGNORECASE,
)
_SCORE_WORD = compile_later(rf"\b{_WORD}\b", re.IGNORECASE)
_SLOT = (
    r"<(?:answer|score|rating)[_-]?(?:answer)?[_-]?[12ab]?>\s{0,9}(-?\d{1,4}(?:\.\d{1,4})?)(?:\s?/\s?\d{1,4})?\s{0,9}"
    r"</\w{1,20}>"
)
_SLOTS = compile_later(rf"{_SLOT}[\s,;]{{0,9}}{_SLOT}", re.IGNORECASE)
_SECTION_SCORE = compile_later(
    rf"^[ \t*_#>-]{{0,9}}(?:(?:{_WHOLE}) )?(?:score|rating|grade)[*_ ]{{0,4}}[:=][*_ ]{{0,4}}{_NUM}{_OF}{_END}",
    re.IGNORECASE | re.MULTILINE,
)
_SECTION = compile_later(
    rf"^[ \t*_#>-]{{0,9}}(?:\d[.)] )?(?:evaluation of |analysis of )?{_NAME}[^\n.]{{0,40}}$",
    re.IGNORECASE | re.MULTILINE,
)
_WORDS = {
    "": ("scor", "grade", "points", "out of"),
    "rat": ("rating", " rate ", "rated"),
    " give ": ("i give ", "d give "),
    " gets a": (" gets a ", " gets an "),
}
"""Words of scoring, by what several of them have in common."""
_SCALES = ("/10", "/ 10", "/5")
_SHAPE = compile_later(r"[:=|][ *_]{0,3}-?\d")
_FIRST_LINE = compile_later(r"[\W_]{0,9}\d{1,3}(?:[.,]\d{1,2})?(?:/\d{1,3})?[ ,;|]{1,4}\d")
_SCORED_LINE = compile_later(
    rf"\b{_WORD}\b|\bscor|rating|out of|/ ?\d|[:=|][ *_]{{0,3}}-?\d|\d[^\n]{{0,9}}[ ,;|]\d", re.IGNORECASE
)
_LABEL = compile_later(
    r"[ \t*_#>-]{0,9}(?:\(?[0-9a-z]{1,2}[.)]\s{1,3})?[*_]{0,3}([A-Za-z][A-Za-z /&-]{1,40}?)[*_ ]{0,4}(?::|\||–|\s-\s)",
    re.IGNORECASE,
)
_SUMMING = compile_later(
    rf"{_WHOLE}|{_WORD}|summary|verdict|evaluation|judge?ment|assessment|result|conclusion|output|answer|compar|evidence",
    re.IGNORECASE,
)
_CALLED_WHOLE = compile_later(rf"\b(?:{_WHOLE})\b", re.IGNORECASE)
_OF_A_PART = compile_later(r"in terms of|regarding|with respect to|criteri", re.IGNORECASE)
_HEADING = compile_later(r"[ \t]{0,3}(?:#{1,6}\s|\*\*|\d[.)]\s)?[^\n]{1,70}")


_SCORING = compile_later(
    rf"\b(?:{_WORD}|scoring|rating|grading|giv(?:e|ing)|assign(?:ing)?|award(?:ing)?)\b", re.IGNORECASE
)
_NAMES_TURNED = compile_later(
    r"\b(?:[2B]\b|second\b)[^.\n]{0,60}?\band\b[^.\n]{0,40}?(?:\b[1A]\b|\bfirst\b)[^.\n]{0,40}\Z"
)
_SAID = compile_later(r"\b(?:answer|response|output|option|solution|caption|description)\b", re.IGNORECASE)
_COLON = compile_later(r"[:=|]")
_ANSWERED = compile_later(r"['’]s (?:\w+ )?(?:answer|response|result|solution)[*_ ]{0,3}[:=]", re.IGNORECASE)
_DIGIT = compile_later(r"\d")
_LISTED_ON = compile_later(r",? (?:and )?\d")
_POINTS = compile_later(r"[*_ ]{0,4}points?\b", re.IGNORECASE)
_APART = 1_500
"""Characters between the two scores of a pair: a judge may explain the first before it gives the second."""


class _Pair(NamedTuple):
    first: float
    second: float
    start: int
    end: int
    whole: bool


def _value(digits: str) -> float:
    return float(digits.replace(",", "."))


def _side(name: str) -> int:
    return 0 if name.lower() in ("1", "a", "first", "1st") else 1


def _line_before(text: str, at: int) -> str:
    return text[max(text.rfind("\n", 0, at) + 1, at - 400) : at]


def _of_a_criterion(text: str, at: int) -> bool:
    """Whether a score at that place is under the label or the heading of one criterion."""
    line = _line_before(text, at)
    if _OF_A_PART.search(line[-120:]):
        return True
    label = _LABEL.match(line)
    if label is not None:
        return _SUMMING.search(label[1]) is None and not re.search(_NAME, label[0], re.IGNORECASE)
    above = text[: at - len(line)].rstrip()
    heading = above[above.rfind("\n") + 1 :]
    dressed = heading.startswith("#") or heading.endswith((":", "**", ":**"))
    return (
        dressed
        and len(heading) <= 70
        and _SUMMING.search(heading) is None
        and not re.search(_NAME, heading, re.IGNORECASE)
    )


class _Mention(NamedTuple):
    side: int
    score: float
    scale: str | None
    start: int
    end: int
    sure: bool  # a word of scoring or a scale stands with it; else it may be what the answer says: "Answer 1: 42"


def _scored_lines(text: str) -> list[tuple[int, int]]:
    """Where the lines stand that may hold a score."""
    out, start, code = [], 0, False
    for line in text.split("\n"):
        if line.lstrip().startswith("```"):
            code = not code
        if not code and _DIGIT.search(line) and _SCORED_LINE.search(line):
            out.append((start, start + len(line)))
        start += len(line) + 1
    return out


def _mentions(text: str, lines: list[tuple[int, int]]) -> list[_Mention]:
    out = []
    for found in (match for start, end in lines for match in _MENTION.finditer(text, start, min(end + 1, len(text)))):
        link = text[found.start() : found.start(4)]
        if (found[3] and (found[3].islower() or "=" in link)) or _ANSWERED.search(link):
            continue  # a variable, or what the answer says: "Assistant A's answer: 4"
        sure = bool(found[5]) or _POINTS.match(text, found.end()) is not None
        sure = sure or _SCORING.search(text, max(0, found.start() - 60), found.start(4)) is not None
        if sure or _COLON.search(text, found.start(), found.start(4)):
            side = _side(found[1] or found[2] or found[3])
            out.append(_Mention(side, _value(found[4]), found[5], found.start(), found.end(), sure))
    if len(out) < 2:
        out = [
            _Mention(
                _side(found[3] or found[4] or found[5]), _value(found[1]), found[2], found.start(), found.end(), True
            )
            for start, end in lines
            for found in _TURNED.finditer(text, start, end)
        ]
    return out


def _closing(text: str, start: int, end: int) -> bool:
    """Whether a pair that no word calls scores closes its text and can be nothing else: small numbers, of models or models."""
    if "\n" in text[end:].strip() or len(text) - end > 300 or re.search(r"\d{3}|[2-9]\d|1[1-9]", text[start:end]):
        return False
    if re.search(r"\d[.,]\d", text[start:end]):
        return True
    return _SAID.search(text, start, end) is None or len(text[:start].strip()) >= 200


def _mentioned(text: str, lines: list[tuple[int, int]]) -> list[_Pair]:
    """Pairs of which each score stands with its answer's name."""
    pairs: list[_Pair] = []
    waiting: _Mention | None = None
    for mention in _mentions(text, lines):
        if waiting is None or waiting.side == mention.side or mention.start - waiting.end > _APART:
            waiting = mention
            continue
        one, other = (waiting, mention) if waiting.side == 0 else (mention, waiting)
        start, end = waiting.start, mention.end
        whole = _CALLED_WHOLE.search(_line_before(text, start) + text[start : waiting.end]) is not None
        sure = (
            (one.sure and other.sure)
            or whole
            or _SCORING.search(text, 0, start) is not None
            or _closing(text, start, end)
        )
        same_scale = one.scale == other.scale or one.scale is None or other.scale is None
        if sure and same_scale and not _of_a_criterion(text, start) and not _of_a_criterion(text, mention.start):
            pairs.append(_Pair(one.score, other.score, start, end, whole))
        waiting = None
    return pairs


def _listed(text: str, lines: list[tuple[int, int]]) -> list[_Pair]:
    """Pairs of plain numbers: all of a line, behind a label, or in a sentence that says "respectively"."""
    pairs = []
    for pattern in (_LINE, _RESPECTIVELY):
        for found in (match for start, end in lines for match in pattern.finditer(text, start, end)):
            scales = {scale for scale in (found[2], found[4]) if scale}
            alone = (
                pattern is _LINE
                and found[0][0] in "0123456789([{*_` -"
                and not re.search("[a-z]", found[0], re.IGNORECASE)
            )
            if pattern is _RESPECTIVELY:
                before = text[max(0, text.rfind("\n", 0, found.start()) + 1, found.start() - 240) : found.start()]
                if before.rstrip(" ,")[-1:].isdigit() or _LISTED_ON.match(text, found.end()):
                    continue  # two of a longer list
                if _SCORE_WORD.search(before[before.rfind(". ") + 1 :]) is None:
                    continue
            if len(scales) > 1 or (alone and text[: found.start()].strip() and text[found.end() :].strip()):
                continue  # two numbers in the middle of a text are anything
            if not alone and _of_a_criterion(text, found.start()):
                continue
            first, second = _value(found[1]), _value(found[3])
            if min(first, second) < 0 or (alone and (max(first, second) > 100 or found[0].rstrip()[-1] == ",")):
                continue  # years, coordinates, a line of a program
            if _NAMES_TURNED.search(text, max(0, found.start(1) - 160), found.start(1)):
                first, second = second, first  # "the scores for Assistant 2 and Assistant 1 are 1 and 8"
            whole = _CALLED_WHOLE.search(found[0]) is not None
            pairs.append(_Pair(first, second, found.start(1), found.end(3), whole))
        if pairs:
            break
    return pairs


def _by_section(text: str) -> list[_Pair]:
    """A pair out of two sections, each under an answer's name and with a score of its own."""
    heads = [(found.start(), _side(found[1] or found[2] or found[3])) for found in _SECTION.finditer(text)]
    if {side for _, side in heads} != {0, 1}:
        return []
    scores: dict[int, tuple[float, int, int]] = {}
    for found in _SECTION_SCORE.finditer(text):
        side = next((side for start, side in reversed(heads) if start < found.start()), None)
        if side is None or side in scores:
            return []
        scores[side] = (_value(found[1]), found.start(), found.end())
    if len(scores) < 2:
        return []
    return [_Pair(scores[0][0], scores[1][0], min(scores[0][1], scores[1][1]), max(scores[0][2], scores[1][2]), True)]


def slots_of_scores(text: str) -> list[Structure]:
    """Two slots next to each other that hold a number each: ``<answer>8</answer><answer>7</answer>``."""
    if "</" not in text:
        return []
    return [
        Structure("scores", found.span(), Reading(compared(_value(found[1]), _value(found[2])), None, found.span()))
        for found in _SLOTS.finditer(text)
    ]


def pairs_of_scores(text: str) -> list[Structure]:
    """The pair of scores that a text gives its two answers, as a list of one; an empty list if it gives none."""
    low = text.lower()
    if (
        not any(any(map(low.__contains__, words)) for part, words in _WORDS.items() if part in low)
        and not ("/" in text and any(map(text.__contains__, _SCALES)))
        and ("<" not in text or "</" not in text)
        and not (any(map(text[-400:].__contains__, ":=|")) and _SHAPE.search(text, max(0, len(text) - 400)))
    ):
        opening, closing = text.lstrip()[:40], text[text.rfind("\n", 0, len(text.rstrip())) + 1 :]
        if _FIRST_LINE.match(opening) is None and (len(closing) > 40 or _FIRST_LINE.match(closing) is None):
            return []
    slots = slots_of_scores(text)
    if slots:
        return slots[-1:]
    lines = _scored_lines(text)
    pairs = _mentioned(text, lines) or _listed(text, lines) or _by_section(text)
    if not pairs:
        return []
    last = pairs[-1]
    sides = {compared(pair.first, pair.second) for pair in pairs}
    span = (last.start, last.end)
    if len(sides) > 1 and not last.whole:
        return [
            Structure("scores", span, unparsed(Reason.CONTRADICTORY, span), why="several pairs of scores that disagree")
        ]
    return [Structure("scores", span, Reading(compared(last.first, last.second), None, span))]


def compared(first: float, second: float) -> Verdict:
    """The verdict of two scores: the higher wins, equal ones are a tie."""
    return Verdict.TIE if first == second else Verdict.FIRST if first > second else Verdict.SECOND
