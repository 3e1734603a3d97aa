"""On texts in the format that a prompt asks for, the judge's parser reads what its authors' own script reads.

The rules are restated here in a few lines each, from the files that the judges name. What they do with other texts is in
``docs/fidelity.md``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vlrb_task.judges import get_judge
from vlrb_task.parsing.verdicts import Reading, Verdict

FIRST, SECOND, TIE = Verdict.FIRST, Verdict.SECOND, Verdict.TIE
WORDS = st.sampled_from(
    [
        *("the picture shows a dog and no cat", "so it is right", "wrong", "detailed, but vague", "it reads the sign"),
        *("as the picture shows", "the number of dogs", "no more than that", "and the colour is named"),
    ]
)


def proxy_grm(text: str) -> Verdict | None:
    found = re.search(r"<answer>(.*?)</answer>", text, re.DOTALL)
    named = {digit for digit in "12" if found and digit in found[1]}
    if len(named) == 1:
        return FIRST if named == {"1"} else SECOND
    digits = re.findall("[12]", text)
    return {"1": FIRST, "2": SECOND}[digits[-1]] if digits else None


def flex_judge(text: str) -> Verdict | None:
    scores = list(map(int, re.findall(r"<answer>(\d+)</answer>", text)))
    if len(scores) < 2:
        return None
    return TIE if scores[0] == scores[1] else FIRST if scores[0] > scores[1] else SECOND


def omni_reward(text: str) -> Verdict | None:
    if "[[A]]" in text and "[[B]]" in text:
        return None
    return next(
        (verdict for mark, verdict in (("[[A]]", FIRST), ("[[B]]", SECOND), ("[[C]]", TIE)) if mark in text), None
    )


def mmrb(text: str) -> Verdict | None:
    return FIRST if "[[A]]" in text else SECOND if "[[B]]" in text else None


def mm_judgebench(text: str) -> Verdict | None:
    cleaned = re.sub(r"\s*```$", "", re.sub(r"^```[a-zA-Z0-9_-]*\s*", "", text.strip())).strip()
    try:
        winner = json.loads(cleaned)["winner"].upper()
    except json.JSONDecodeError:
        found = re.search(r'"winner"\s*:\s*"([ABab])"', text)
        winner = found[1].upper() if found else ""
    return {"A": FIRST, "B": SECOND}.get(winner)


def multi_crit(text: str) -> Verdict | None:
    found = re.search(r"[\*]*response (\d+)[\*]* is better", "\n".join(text.strip().split("\n")[-3:]).lower())
    return {"1": FIRST, "2": SECOND}.get(found[1]) if found else None


def rubric(draw: st.DrawFn) -> str:
    about, why = draw(WORDS), draw(WORDS)
    weights = draw(st.integers(1, 99))
    return (
        f"<rubric>\n1. Accuracy ({weights}%): {about}\n2. Detail ({100 - weights}%)\n<justify>\n{why}\n</justify>\n</rubric>\n\n"
        f"<eval>\n<quote_1>{draw(WORDS)}</quote_1> but <summary_2>{draw(WORDS)}</summary_2>\n- Response 1: {draw(WORDS)}.\n"
        f"- Response 2: {draw(WORDS)}.\n</eval>\n\n<answer>{draw(st.sampled_from('12'))}</answer>"
    )


def scored(draw: st.DrawFn) -> str:
    one, other = draw(st.integers(1, 10)), draw(st.integers(1, 10))
    return f"<think>Assistant 1: {draw(WORDS)}. Assistant 2: {draw(WORDS)}.</think><answer>{one}</answer><answer>{other}</answer>"


def bracketed(draw: st.DrawFn, letters: str) -> str:
    return f"Response A says {draw(WORDS)}. Response B says {draw(WORDS)}.\n\n[[{draw(st.sampled_from(letters))}]]"


def winner(draw: st.DrawFn) -> str:
    said = json.dumps(
        {"winner": draw(st.sampled_from("AB")), "reasoning": draw(WORDS)}, indent=draw(st.sampled_from([None, 2]))
    )
    return f"```json\n{said}\n```" if draw(st.booleans()) else said


def last_line(draw: st.DrawFn) -> str:
    stars = draw(st.sampled_from(["", "**"]))
    name = f"{stars}Response {draw(st.sampled_from('12'))}{stars}"
    return f"Response 1 says {draw(WORDS)}. Response 2 says {draw(WORDS)}.\n\n{name} is better."


RULES: dict[str, tuple[Callable[[str], Verdict | None], Callable[[st.DrawFn], str]]] = {
    "proxy_grm": (proxy_grm, rubric),
    "flex_judge": (flex_judge, scored),
    "omni_reward": (omni_reward, lambda draw: bracketed(draw, "ABC")),
    "omni_reward_no_tie": (omni_reward, lambda draw: bracketed(draw, "AB")),
    "mmrb_judge": (mmrb, lambda draw: bracketed(draw, "AB")),
    "mm_judgebench_judge": (mm_judgebench, winner),
    "multi_crit_judge": (multi_crit, last_line),
}


@pytest.mark.parametrize("name", RULES)
def test_both_read_the_same(name: str) -> None:
    rule, texts = RULES[name]
    parser = get_judge(name).parser

    @settings(max_examples=60)
    @given(st.composite(texts)())
    def agree(text: str) -> None:
        reading = parser(text)
        assert isinstance(reading, Reading)
        assert reading.verdict == rule(text), text
        assert reading.reason is None

    agree()
