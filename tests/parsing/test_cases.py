"""The cases in ``cases/*.jsonl``: a text, a parser, and what it must read. A case is added without code.

A line is ``{"parser": …, "text": …, "verdict": "first" | "second" | "tie" | "unparsed", "reason": … | null, "note": …}``,
and for a rating ``"score": x | null`` in place of ``"verdict"``. ``"repeat": [s, n]`` appends ``s`` n times to the text.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from vlrb_task.parsing import PARSERS, RATING_PARSERS, get_parser, get_rating_parser
from vlrb_task.support.errors import UnknownName

CASES = Path(__file__).parent / "cases"


def _load() -> list[Any]:
    out = []
    for path in sorted(CASES.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                case = json.loads(line)
                out.append(pytest.param(case, id=f"{path.stem}-{number}-{case['parser']}"))
    return out


ALL = _load()


@pytest.mark.parametrize("case", ALL)
def test_case(case: dict[str, Any]) -> None:
    text: str = case["text"]
    if "repeat" in case:
        text += case["repeat"][0] * case["repeat"][1]
    if "score" in case:
        rating = get_rating_parser(case["parser"])(text)
        assert (rating.score, rating.reason) == (case["score"], case["reason"]), case.get("note")
        span = rating.span
    else:
        reading = get_parser(case["parser"])(text)
        assert (reading.verdict, reading.reason) == (case["verdict"], case["reason"]), case.get("note")
        span = reading.span
    if span is not None:
        assert 0 <= span[0] <= span[1] <= len(text)


def test_every_parser_has_its_cases() -> None:
    counts = Counter(param.values[0]["parser"] for param in ALL)
    assert counts["final"] >= 150
    written_here = {"label_logprobs"}  # no judge's own words: test_probabilities.py writes and reads it
    few = {name: counts[name] for name in {*PARSERS, *RATING_PARSERS} - written_here if counts[name] < 40}
    assert few == {}


def test_a_span_holds_the_verdict() -> None:
    text = "  Both are short.\n\n**Overall Judgment:** Answer 2 is better.\n"
    span = PARSERS["final"](text).span
    assert span is not None
    assert text[slice(*span)] == "**Overall Judgment:** Answer 2 is better."


def test_unknown_names_are_answered_with_the_list() -> None:
    with pytest.raises(UnknownName, match=r"no parser is called 'finel'.*boxed, brackets.*final"):
        get_parser("finel")
    with pytest.raises(UnknownName, match=r"pointwise_10, pointwise_100"):
        get_rating_parser("final")
