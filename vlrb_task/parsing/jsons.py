"""JSON in a judge's text: the last whole object or list, read leniently, and the verdict that it holds.

Nothing is evaluated and nothing is completed: an object that the text's end cuts off is no object. What :mod:`json`
refuses after a few plain repairs is searched for the one field that decides, ``"winner": "A"``. No library does the
repairs: json-repair completes what was cut off and makes objects of prose, json5 and demjson3 refuse inner quotes (see
``docs/reading.md``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from vlrb_task.parsing.lines import bare
from vlrb_task.parsing.scores import compared
from vlrb_task.parsing.structures import grade, slot
from vlrb_task.parsing.verdicts import Reading, Reason, Verdict, unparsed
from vlrb_task.support.patterns import compile_later

LONGEST = 20_000
_DEEPEST = 40
_TOKEN = compile_later(r'"(?:[^"\\\n]|\\.){0,20000}"|\[(?=\s{0,20}\{)|[{}\]]')

_BEGINS = compile_later(r"\s{0,200}(?:[\"'“”{}]|[A-Za-z_][\w-]{0,60}\s{0,9}:)")
_TRAILING = compile_later(r",(?=\s*[}\]])")
_SINGLE = compile_later(r"(?<=[{\[,:\s])'([^'\"\n]{0,2000})'(?=\s{0,20}[}\],:])")
_KEY = compile_later(r"(?<=[{,\s])([A-Za-z_][\w-]{0,60})(?=\s{0,20}:)")
_LITERALS = compile_later(r"(?<=[:\[,\s])(True|False|None)(?=\s{0,20}[,}\]])")
_JSON_LITERALS = {"True": "true", "False": "false", "None": "null"}
_BACKSLASH = compile_later(
    r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})|\\(?=[bfnrt][a-zA-Z]{2})|\\(?=u[0-9a-fA-F]{0,3}[^0-9a-fA-F])'
)


def last_object(text: str) -> tuple[Any, tuple[int, int] | None, bool]:
    """The last whole object of a text, or list of objects.

    Returns:
        it, or None if it cannot be read; its span, or None if there is none; and whether another one was begun after it
        and never ended.
    """
    if "{" not in text:
        return None, None, False
    stack: list[str] = []
    start = deepest = deep = 0
    span: tuple[int, int] | None = None
    for match in _TOKEN.finditer(text):
        sign = match.group()
        if sign in ("{", "["):
            if not stack:
                if sign == "{" and not _BEGINS.match(text, match.end()):
                    continue  # a set, or LaTeX
                start, deepest = match.start(), 0
            stack.append(sign)
            deepest = max(deepest, len(stack))
        elif sign in ("}", "]") and stack and (sign == "}" or stack[-1] == "["):
            if sign == "}" and "[" in stack[-1:]:
                stack.pop()  # a list that was never closed
            if stack:
                stack.pop()
            if not stack:
                span, deep = (start, match.end()), deepest
    open_after = "{" in stack
    if span is None or deep > _DEEPEST or span[1] - span[0] > LONGEST:
        return None, span, open_after
    return load(text[span[0] : span[1]]), span, open_after


def load(source: str) -> Any:
    """An object or a list out of its source, with code fences' leftovers, quotes and backslashes mended; None if it is none."""
    attempt = source
    for mend in (_as_it_is, _repair, _requoted):
        attempt = mend(attempt)
        if attempt.count("[") > 2 * _DEEPEST:
            return None  # a list in a list in a list: json would run out of stack
        try:
            found = json.loads(attempt, strict=False)
        except ValueError:
            continue
        return found if isinstance(found, (dict, list)) else None
    return None


def _as_it_is(source: str) -> str:
    return _BACKSLASH.sub(r"\\\\", source) if "\\" in source else source


def _repair(source: str) -> str:
    for curly, straight in (("“", '"'), ("”", '"'), ("‘", "'"), ("’", "'")):
        source = source.replace(curly, straight)
    source = _SINGLE.sub(r'"\1"', source)
    source = _LITERALS.sub(lambda match: _JSON_LITERALS[match.group()], source)
    source = _TRAILING.sub("", source)
    if '"' not in source.partition(":")[0]:
        source = _KEY.sub(r'"\1"', source)
    return source


_QUOTE = compile_later(r'(?<!\\)"')
_CLOSES = compile_later(r"\s{0,40}(?:[:}\]]|,\s{0,40}(?:[\"{\[\d-]|true|false|null)|\Z)")


def _requoted(source: str) -> str:
    """Quotation marks inside a string, which the judge did not escape, become apostrophes."""
    inside = False

    def mend(quote: re.Match[str]) -> str:
        nonlocal inside
        if inside and not _CLOSES.match(source, quote.end()):
            return "'"
        inside = not inside
        return '"'

    return _QUOTE.sub(mend, source)


# Keys are compared in lower case, without anything but letters and digits.
_DECISION_KEYS = """
    better winner verdict preferred preference choice chosen best judgment judgement decision betteranswer betterresponse
    bettermodel betterassistant betteroutput bestanswer bestresponse bestmodel bestoutput bestassistant preferredanswer
    preferredresponse preferredmodel preferredoutput chosenanswer chosenresponse chosenmodel overallwinner overalljudgment
    overalljudgement overallverdict overallpreference overallchoice finalverdict finaljudgment finaljudgement finaldecision
    finalchoice finalanswer finalwinner finalpreference answer result selected selection selectedanswer selectedresponse
    model assistant response option overall conclusion label prediction predictedlabel winningmodel winningresponse winneris
    whichisbetter comparison comparisonresult evaluation evaluationresult final pick vote
"""
_DECISIONS = frozenset(_DECISION_KEYS.split())
# These may hold something else than a name: what else they hold is no verdict, but it rules none out.
_LOOSE_KEYS = """
    answer result finalanswer model assistant response option overall conclusion comparison evaluation final label
    prediction preference
"""
_LOOSE_DECISIONS = frozenset(_LOOSE_KEYS.split())
_COUNTED = frozenset(("label", "prediction", "predictedlabel"))
"""A number under these keys may count from nought."""
_RANKINGS = frozenset(("ranking", "rankings", "rank", "ranks", "besttoworst", "order", "orderedmodels", "finalranking"))
_KEY_NOUNS = "answer response assistant model output option candidate score rating scoreanswer"
_NOUNS = (*_KEY_NOUNS.split(), "")
_FIRST_KEYS = (*tuple(f"{noun}{name}" for noun in _NOUNS for name in "1a"), "first", "firstanswer", "firstresponse")
_SECOND_KEYS = (*tuple(f"{noun}{name}" for noun in _NOUNS for name in "2b"), "second", "secondanswer", "secondresponse")
_OVERALL = """
    overall overallscore overallscores total totalscore totalscores final finalscore finalscores scores score results result
    rating ratings
"""
_OVERALL_KEYS = tuple(_OVERALL.split())
_TIES = frozenset(("tie", "none", "null", "both", "neither", "equal", "draw", "tied", "no", "c", "same"))
_A_TIE_WITH_ITS_REASON = compile_later(
    r"(?:it is |it's |this is )?(?:an? )?(?:tie|draw)\s{0,3}[,.:;(–—-](?! ?(?:but|however|though))"
)
_FIELD = compile_later(
    r"(?<!\\)[\"'“]([\w -]{2,30})[\"'”]\s{0,9}:\s{0,9}(?:[\"'“]([^\"'“”\n]{1,60})[\"'”]|(\d)(?=\s{0,9}[,}\n]))"
)


def _plain(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", key[:80].lower())


def _number(value: object) -> float | None:
    if isinstance(value, str) and re.fullmatch(
        r"\s{0,9}\d{1,4}(?:\.\d{1,9})?\s{0,9}(?:/\s{0,9}\d{1,4}\s{0,9})?", value, re.ASCII
    ):
        return float(value.partition("/")[0])
    if isinstance(value, dict):
        inner = {_plain(str(key)): item for key, item in value.items()}
        found = [_number(inner[key]) for key in _OVERALL_KEYS if key in inner and not isinstance(inner[key], dict)]
        return found[0] if found else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if abs(value) < 1e12 else None


def _of_each(value: object) -> tuple[object, object] | None:
    """What an object, or a list of two, holds for each answer."""
    if isinstance(value, list) and len(value) == 2:
        return value[0], value[1]
    if not isinstance(value, dict):
        return None
    plain = {_score_key(_plain(str(key))): item for key, item in value.items()}
    first = next((plain[key] for key in _FIRST_KEYS if key in plain), None)
    second = next((plain[key] for key in _SECOND_KEYS if key in plain), None)
    return None if first is None or second is None else (first, second)


def _scores(value: object) -> tuple[float, float] | None:
    """The numbers that an object, or a list of two, holds for each answer."""
    each = _of_each(value)
    first, second = map(_number, each or (None, None))
    return None if first is None or second is None else (first, second)


def _score_key(key: str) -> str:
    """The name in a key: that of "answer1score" and of "scoreofanswer1" is "answer1"."""
    for extra in ("scoreof", "scorefor", "overall", "total", "final"):
        key = key.removeprefix(extra)
    for extra in ("score", "rating", "total", "overall"):
        key = key.removesuffix(extra)
    return key


def _ranked(value: object) -> Verdict | None:
    """The verdict of a ranking: names from the best down, the rank of each, or ``A > B``."""
    if isinstance(value, str):
        return grade(value) if len(value) <= 60 else None
    if isinstance(value, list) and len(value) == 2:
        if all(isinstance(item, dict) for item in value):
            return _ranked_models(value)
        if all(isinstance(item, str) for item in value):
            said = [_name(item) for item in value]
            return said[0] if set(said) == {Verdict.FIRST, Verdict.SECOND} else None
    ranks = _scores(value)
    return None if ranks is None or ranks[0] == ranks[1] else compared(ranks[1], ranks[0])


def _ranked_models(value: list[dict[str, Any]]) -> Verdict | None:
    """The verdict of ``[{"model": "model_1", "rank": 1}, …]``; equal ranks are an error of the judge, and none."""
    ranks: dict[Verdict, float] = {}
    for item in value:
        plain = {_plain(str(key)): held for key, held in item.items()}
        name = next(
            (_name(str(plain[key])) for key in ("model", "name", "answer", "response", "assistant") if key in plain),
            None,
        )
        rank = _number(plain.get("rank"))
        if name is None or rank is None:
            return None
        ranks[name] = rank
    if set(ranks) != {Verdict.FIRST, Verdict.SECOND} or len(set(ranks.values())) != 2:
        return None
    return compared(ranks[Verdict.SECOND], ranks[Verdict.FIRST])


def _name(text: str) -> Verdict | None:
    return bare(text.replace("-", " ").replace("_", " "))


def verdict_of(value: object) -> Reading:
    """The verdict of an object: a decision in words, a ranking, or two overall scores, in this order; or of a list of ranks."""
    if not isinstance(value, Mapping):
        ranked = _ranked(value) if isinstance(value, list) else None
        return unparsed(Reason.NO_VERDICT) if ranked is None else Reading(ranked)
    plain = {_plain(str(key)): item for key, item in value.items()}
    said: set[Verdict] = set()
    for key, item in plain.items():
        if key in _DECISIONS and not isinstance(item, (dict, list)):
            verdict = decision(key, item)
            if verdict is not None:
                said.add(verdict)
            elif item not in ("", None) and key not in _LOOSE_DECISIONS:
                return unparsed(Reason.NO_VERDICT)
        elif key in _RANKINGS and (ranked := _ranked(item)) is not None:
            said.add(ranked)
    if not said and not _RANKINGS & plain.keys():
        found = next(filter(None, map(_scores, (value, *map(plain.get, _OVERALL_KEYS)))), None)
        if found is None:
            inner = [item for item in plain.values() if isinstance(item, dict)]
            return verdict_of(inner[0]) if len(inner) == 1 and len(plain) <= 3 else unparsed(Reason.NO_VERDICT)
        said.add(compared(*found))
    return _agreed(said)


def _agreed(said: set[Verdict]) -> Reading:
    """The one verdict of several fields."""
    if len(said) == 1:
        return Reading(said.pop())
    return unparsed(Reason.CONTRADICTORY if said else Reason.NO_VERDICT)


def decision(key: str, item: object) -> Verdict | None:
    """The verdict that a deciding field holds."""
    if item is None or isinstance(item, bool):
        return None
    if isinstance(item, (int, float)):
        return None if key in _COUNTED else Verdict.FIRST if item == 1 else Verdict.SECOND if item == 2 else None
    word = str(item).strip().lower()
    if word in _TIES and not (word in ("no", "none", "null") and key in _LOOSE_DECISIONS):
        return Verdict.TIE
    if _A_TIE_WITH_ITS_REASON.match(word):
        return Verdict.TIE
    reading = slot(str(item).replace("_", " ").replace("-", " "), 0)
    return reading.verdict if reading.reason is None else None


def read(value: object, source: str) -> Reading:
    """The verdict of an object as it was loaded, or of its source if it could not be."""
    return verdict_of(value) if value is not None else by_field(source)


def by_field(source: str) -> Reading:
    """The verdict of the deciding fields of an object that is no JSON: fields with a short value, none that differ."""
    said = set()
    for field in _FIELD.finditer(source):
        key = _plain(field[1])
        if key in _DECISIONS and (verdict := decision(key, int(field[3]) if field[3] else field[2])) is not None:
            said.add(verdict)
    return _agreed(said)
