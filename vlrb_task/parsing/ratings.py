"""Parsers of pointwise judges: one answer was rated, and its number is read or there is none.

The scale is the parser's, and a number of another scale is not turned into it: "4/5" is out of range for a judge asked
for ten. The last number that is marked as the score wins; one without any mark counts only if it is all of the text, or
the only "n out of ten" there. Scores of single criteria are no score.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vlrb_task.parsing import normal
from vlrb_task.parsing.jsons import last_object
from vlrb_task.parsing.reflections import reflection
from vlrb_task.parsing.structures import answers, boxes, scored
from vlrb_task.parsing.verdicts import Rating, Reason, unrated
from vlrb_task.parsing.yes_no import yes_no
from vlrb_task.support.patterns import compile_later

_UNIT_WORDS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen
"""
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS = _UNIT_WORDS.split()
_TENS = dict(zip(_TEN_WORDS.split(), range(20, 100, 10), strict=True))
_WORDS = {word: value for value, word in enumerate(_UNITS)} | _TENS
_WORDS |= {
    f"{tens}{join}{_UNITS[u]}": value + u for tens, value in _TENS.items() for u in range(1, 10) for join in "- "
}
_WORDS |= dict.fromkeys(("hundred", "a hundred", "one hundred"), 100)

_SPELLED = "(?:" + "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True)) + ")"
_NUMERAL = r"[-−+]?\d{1,30}(?:\.\d{1,30}|,\d{1,2}(?![\d,]))?"
_DRESS = r"[\s*_`~$\"'“”‘’(\[{=]{0,12}"
_OUT_OF = (
    r"[\s*_`$\"')\]}]{0,12}(?:/|out\s{1,9}of(?:\s{1,9}a\s{1,9}(?:possible|total\s{1,9}of))?)\s{0,9}"
    rf"({_NUMERAL}|{_SPELLED}\b)"
)
_ABOUT = r"(?:(?:approximately|about|around|roughly|nearly|~|≈)\s{0,3})?"
_VALUE = rf"{_DRESS}{_ABOUT}({_NUMERAL}|{_SPELLED}\b)"
# "18 + 5 + 6 = 29", "(20 + 22) / 2 = 21": the last result is the number.
_TERM = r"[\d.,]{1,9}[ )*_]{0,4}"
_MORE_TERMS = rf"(?:[-+−*/×x÷][ (*_]{{0,4}}{_TERM})"
_SUM = compile_later(
    rf"{_DRESS}{_TERM}{_MORE_TERMS}{{1,30}}(?:[=≈→]{_DRESS}{_TERM}{_MORE_TERMS}{{0,30}}){{0,3}}[=≈→]{_DRESS}({_NUMERAL})"
)

# What may stand between a number and the end of its claim to be one: a second number there makes it a range or a list.
_RANGE = compile_later(r"[\s*_]{0,6}(?:-|–|—|to\s|or\s|~|,\s{0,3}\d|±)[\s*_]{0,6}\d", re.IGNORECASE)

_STRONG = (
    r"(?:\[RESULT\]|(?:final|overall|total|average|aggregate)[\s*_]{1,6}(?:score|rating|grade|mark|points?|assessment|evaluation)"
    r"|(?:overall|total|sum)(?=[\s*_]{0,6}[:=])|final\s{1,9}(?:answer|verdict|judge?ment)(?=[\s*_]{0,6}[:=]))"
)
# The scale, in brackets behind the word: "Score (1-10): 7".
_SCALE = (
    r"(?:[\s*_]{0,4}[(\[](?:(?:out of|max(?:imum)?|of|from|on a scale of|0|1)[\s:]{0,3})?"
    r"(?:[-–/]|to|out of)?\s{0,3}(\d{1,4})?[^()\[\]\n\d]{0,20}[)\]])?"
)
_JOIN = r"[\s*_`]{0,9}(?:[:=|]|is\b|of\b|would be\b|given\b|->|→)?(?:[\s*_]{0,6}(?:is\b|of\b|:|would be\b))?"

# The label of a score in other languages, before a colon.
_FOREIGN = (
    r"(?:(?:最終|総合|全体)?(?:評価|評点|スコア|点数)|(?:最终|最終|综合|總|总|整体)?(?:评分|評分|得分|分数|分數)"
    r"|(?:최종 |총 )?(?:평가|점수|평점)|(?:gesamt)?(?:bewertung|punktzahl|note)|puntuación|puntaje|calificación|évaluation|"
    r"punteggio|valutazione|voto|nota|avaliação|pontuação|оценка|рейтинг)(?=[\s*_]{0,6}[:=])"
)
_KEYWORD = compile_later(_STRONG, re.IGNORECASE)
_PLAIN_KEYWORD = compile_later(rf"\b(?:score|rating|grade)|{_FOREIGN}", re.IGNORECASE)
_OPENS = compile_later(r"(?:^|[\n.!?;,]|\b(?:a|the|my|with|it|i)\s)[\s*_#>-]{0,9}(?:the\s|my\s|a\s)?\Z", re.IGNORECASE)
_AFTER = compile_later(rf"{_SCALE}{_JOIN}{_VALUE}(?:{_OUT_OF})?", re.IGNORECASE)
_LABEL_AFTER = compile_later(rf"{_SCALE}[\s*_`]{{0,9}}[:=]", re.IGNORECASE)
_GIVEN = compile_later(
    rf"\b(?:give|rate|score|assign|award|deserves|merits|receives)(?:\s(?:it|this|the|a|an|answer|response|output"
    rf"|final|overall|score|rating|of|as|at|with)){{0,7}}{_VALUE}(?:{_OUT_OF})?",
    re.IGNORECASE,
)
# A number that is no score yet: "A score of 10 would need more detail."
_SUPPOSED = compile_later(
    r"[\s*_)]{0,4}(?:would|could|requires?|needs?|means?|is reserved|if\b|stands for|indicates?|should be|represents?)",
    re.IGNORECASE,
)
_LINE_ALONE = compile_later(
    rf"{_DRESS}({_NUMERAL})(?:{_OUT_OF})?(?:\s{{0,3}}(?:points?|%))?[\s*_`~$\"'“”‘’)\]}}.]{{0,12}}", re.IGNORECASE
)
_DENOMINATOR = compile_later(rf"(?:/|\bout\s{{1,9}}of)\s{{0,9}}({_NUMERAL}|{_SPELLED}\b)", re.IGNORECASE)
_NUMERATOR = compile_later(rf"(?<![\w.])({_NUMERAL}|{_SPELLED})[\s*_`$\"')\]}}]{{0,12}}\Z", re.IGNORECASE)
_BRACKETED = compile_later(rf"\[\[\s{{0,3}}({_NUMERAL})(?:\s{{0,3}}/\s{{0,3}}({_NUMERAL}))?\s{{0,3}}\]\]")
_CLOSING = compile_later(rf"[.!?][\"'”’)*_]{{0,3}}\s{{1,3}}({_NUMERAL})(?:{_OUT_OF})?[*_]{{0,3}}\Z", re.IGNORECASE)
_PART = compile_later(r"(?m)^[ \t*_#>-]{0,9}[A-Za-z][^\n:]{1,50}:[*_ \t]{0,6}\d")
_MOST = 64  # how many "n/10" of a text's end are looked at
_LABELLED = compile_later(rf"(?:{_STRONG}|\b(?:score|rating|grade))[\s*_`]{{0,9}}[:=]", re.IGNORECASE)
_EDGES = normal.BLANK + "*_`"
_PLAIN_NUMBER = compile_later(
    rf"{_DRESS}({_NUMERAL}|{_SPELLED})(?:{_OUT_OF})?(?:\s{{0,3}}(?:points?|%))?[\s*_`~$\"'“”‘’)\]}}.]{{0,12}}",
    re.IGNORECASE,
)

_SCORE_KEYS = [
    "final_score",
    "finalscore",
    "overall_score",
    "overallscore",
    "overall",
    "total_score",
    "score",
    "rating",
    "total",
]


def _value(text: str) -> float | None:
    word = " ".join(text.lower().split())
    if word in _WORDS:
        return float(_WORDS[word])
    try:
        found = float(word.replace("−", "-").replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


@dataclass(frozen=True, slots=True)
class Scale:
    """A pointwise parser for scores from ``low`` to ``high``."""

    low: float
    high: float

    def __call__(self, text: str) -> Rating:
        """Read a text."""
        core, start = normal.trim(normal.plain(text))
        if why := normal.missing(core):
            return unrated(why)
        whole = _PLAIN_NUMBER.fullmatch(core) if len(core) <= 80 else None
        if whole:
            return self._rate(whole[1], whole[2], (start, start + len(core)))
        part = normal.outside(core)
        if part.unclosed:
            return unrated(Reason.CUT_OFF)
        skip = max(0, len(part.text) - normal.WINDOW)
        body, offset = normal.untagged(part.text[skip:]), start + part.start + skip
        for find in (self._place, self._object, self._marked, self._bracketed, self._fraction, self._line):
            rating = find(body, offset)
            if rating is not None:
                return rating
        label = normal.last_match(_LABELLED, body)
        if label is not None:
            return unrated(Reason.NOT_A_NUMBER if body[label.end() :].strip(_EDGES) else Reason.CUT_OFF)
        return unrated(normal.reason_without_verdict(body, body.lower()))

    def _place(self, body: str, offset: int) -> Rating | None:
        """The last ``<score>``, ``<answer>`` or box, if it holds a number and nothing else."""
        for finder in (scored, answers, boxes):
            for last in list(finder(body))[-1:]:
                found = _PLAIN_NUMBER.fullmatch(body[last.start : last.end][:80])
                span = (offset + last.start, offset + last.end)
                if found is None:
                    inner = self._marked(body[last.start : last.end][:2000], span[0])
                    return inner or unrated(Reason.NOT_A_NUMBER, span)
                return self._rate(found[1], found[2], span)
        return None

    def _object(self, body: str, offset: int) -> Rating | None:
        found, span, _ = last_object(body)
        if not isinstance(found, dict) or span is None:
            return None
        lowered = {str(key).lower().replace(" ", "_"): item for key, item in found.items()}
        for item in map(lowered.get, _SCORE_KEYS):
            if isinstance(item, list) and len(item) == 1:
                item = item[0]
            if isinstance(item, (int, float)) and not isinstance(item, bool):
                return self._rate(str(item)[:40], None, _move(span, offset))
            if isinstance(item, str) and (number := _PLAIN_NUMBER.fullmatch(item[:80])):
                return self._rate(number[1], number[2], _move(span, offset))
        return None

    def _marked(self, body: str, offset: int) -> Rating | None:
        """The last number behind "Final Score:" or the like; else behind a plain "Score:"; else a score that is given."""
        for keyword, labelled in ((_KEYWORD, False), (_PLAIN_KEYWORD, True), (_PLAIN_KEYWORD, False)):
            for word in reversed(list(keyword.finditer(body))):
                if labelled:
                    found = _labelled(body, word)
                else:
                    free = keyword is _KEYWORD or _opens(body, word.start())
                    found = _AFTER.match(body, word.end()) if free else None
                if found is None or _SUPPOSED.match(body, found.end()):
                    continue
                total = _SUM.match(body, found.start(2))
                if total is not None:
                    return self._rate(total[1], None, _move(total.span(1), offset))
                span = _move(found.span(2), offset)
                if "[[" in found[0] and not body[found.end() :].strip(_EDGES):
                    return unrated(Reason.CUT_OFF, span)  # "[[1" may be the beginning of "[[10]]"
                if labelled and _under_headings(body, found[2], word.start()):
                    return unrated(Reason.CONTRADICTORY, span)
                after = body[found.end() : found.end() + 24]
                return self._rate(found[2], found[3] or found[1], span, after)
        given = [found for found in _GIVEN.finditer(body) if not _SUPPOSED.match(body, found.end())]
        if given and len({_value(found[1]) for found in given}) == 1:
            found = given[-1]
            after = body[found.end() : found.end() + 24]
            return self._rate(found[1], found[2], _move(found.span(1), offset), after)
        return None

    def _bracketed(self, body: str, offset: int) -> Rating | None:
        """A number in double brackets, whatever stands before it: "評価: [[9]]"."""
        found = list(_BRACKETED.finditer(body))
        if not found or len({_value(one[1]) for one in found}) != 1:
            return None
        return self._rate(found[-1][1], found[-1][2], _move(found[-1].span(1), offset))

    def _line(self, body: str, offset: int) -> Rating | None:
        """A number alone on the first or the last line, with an explanation beside it."""
        core = body.strip(normal.BLANK)
        at = body.find(core)
        closing = _CLOSING.search(core, max(0, len(core) - 24))
        if closing and re.search(r"\d", core[: closing.start()]) is None:  # the only number
            return self._rate(closing[1], closing[2], _move(closing.span(1), offset + at))
        lines = ((at, core.partition("\n")[0]), (at + core.rfind("\n") + 1, core.rpartition("\n")[2]))
        found = [(place, match) for place, line in lines if len(line) <= 40 and (match := _LINE_ALONE.fullmatch(line))]
        if not found or len({_value(match[1]) for _, match in found}) != 1:
            return None
        place, match = found[-1]
        if _one_of_several(core, place - at, match[0]):
            return unrated(Reason.NO_VERDICT)
        span = (offset + place + match.start(1), offset + place + match.end(1))
        return self._rate(match[1], match[2], span)

    def _fraction(self, body: str, offset: int) -> Rating | None:
        """A lone "8/10" or "eight out of ten"; several that differ are scores of something else."""
        found: list[tuple[str, int]] = []
        for under in list(_DENOMINATOR.finditer(body))[-_MOST:]:
            floor = max(0, under.start() - 40)
            over = _NUMERATOR.search(body[floor : under.start()])
            if over is not None and _value(under[1]) == self.high:
                found.append((over[1], floor + over.start(1)))
        if not found or len({_value(digits) for digits, _ in found}) != 1:
            return None
        digits, at = found[-1]
        span = (offset + at, offset + at + len(digits))
        if re.search(r"\d\s{0,3}(?:-|–|to)\s{0,3}\Z", body[max(0, at - 12) : at]):
            return unrated(Reason.NOT_A_NUMBER, span)
        line = body[max(body.rfind("\n", 0, at) + 1, at - 200) : at]
        if ":" in line and not re.search(r"overall|final|total|score|rating|grade", line, re.IGNORECASE):
            return None  # "Accuracy: 8/10"
        return self._rate(digits, None, span)

    def _rate(self, number: str, out_of: str | None, span: tuple[int, int], after: str = "") -> Rating:
        value = _value(number)
        if value is None or (after and _RANGE.match(after)):
            return unrated(Reason.NOT_A_NUMBER, span)
        if (out_of is not None and _value(out_of) != self.high) or not self.low <= value <= self.high:
            return unrated(Reason.OUT_OF_RANGE, span)
        return Rating(value, None, span)


def _labelled(body: str, word: re.Match[str]) -> re.Match[str] | None:
    """The number behind a plain "Score:", if the word stands as a label."""
    stands = _opens(body, word.start()) and _LABEL_AFTER.match(body, word.end())
    return _AFTER.match(body, word.end()) if stands else None


def _under_headings(body: str, last: str, at: int) -> bool:
    """Whether the scores before a place differ from the last one, and each stands under a heading of its own."""
    for word in _PLAIN_KEYWORD.finditer(body, 0, at):
        found = _labelled(body, word)
        if found and found[2] != last:
            between = body[body.find("\n", found.end()) + 1 : body.rfind("\n", 0, at) + 1]
            return re.search(r"^#", between, re.MULTILINE) is not None
    return False


def _one_of_several(core: str, at: int, line: str) -> bool:
    """Whether a number alone on a line is that of a list's next item, or the score of one criterion among others."""
    item = re.fullmatch(r"(\d{1,2})[.)]\s*", line)
    if item and re.search(rf"^[ \t]*{int(item[1]) - 1}[.)]\s", core, re.MULTILINE):
        return True
    if at == 0 and len(core) > len(line):
        return _PART.search(core) is not None
    above = core[:at].rstrip().rpartition("\n")[2]
    alone = {found[1] for found in map(_LINE_ALONE.fullmatch, core.split("\n")) if found}
    return len(alone) > 1 and above.startswith("#") and _LABELLED.search(above + ":") is None


def _opens(body: str, at: int) -> bool:
    """Whether what stands before a plain "score" lets it be a label, or "a score of": not "the clarity score"."""
    floor = max(0, at - 16)
    return (at == floor == 0) or _OPENS.search(("" if floor == 0 else "\x00") + body[floor:at]) is not None


def _move(span: tuple[int, int], by: int) -> tuple[int, int]:
    return span[0] + by, span[1] + by


_FLOAT = compile_later(r"[-+−]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][-+]?\d{1,4})?", re.ASCII)


def number(text: str) -> Rating:
    """The text is a number and nothing else, of any size: what a scalar reward head gives ("-0.3475", "1.2e-05").

    Anything else is not a number: an engine that ignored the reward head and generated text is found out here.
    """
    core, start = normal.trim(text)
    if why := normal.missing(core):
        return unrated(why)
    value = _value(core) if len(core) <= 900 and _FLOAT.fullmatch(core) else None
    span = (start, start + len(core))
    return unrated(Reason.NOT_A_NUMBER, span) if value is None else Rating(value, None, span)


pointwise_5 = Scale(1, 5)
pointwise_10 = Scale(0, 10)
pointwise_100 = Scale(0, 100)

RATINGS: Mapping[str, Callable[[str], Rating]] = {
    "number": number,
    "pointwise_5": pointwise_5,
    "pointwise_10": pointwise_10,
    "pointwise_100": pointwise_100,
    "yes_no": yes_no,
    "reflection": reflection,
}
