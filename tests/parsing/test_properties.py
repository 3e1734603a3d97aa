"""What holds for every text: symmetry in the two answers, the last word, totality, and the paper's expression itself."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from vlrb_task.parsing import PARSERS, RATING_PARSERS, final, paper, paper_number
from vlrb_task.parsing.normal import failed
from vlrb_task.parsing.verdicts import Reading, Reason, Verdict

FIXED = settings(derandomize=True, max_examples=70)

STYLES = [
    ("Answer 1", "Answer 2"),
    ("Response A", "Response B"),
    ("the first answer", "the second answer"),
    ("**Answer 1**", "**Answer 2**"),
    ("Assistant A", "Assistant B"),
]

# Statements about x and y, marked and not, final and not.
SENTENCES = [
    "{x} is better.",
    "{x} is better than {y}.",
    "{x} is not better.",
    "{x} is worse than {y}.",
    "I prefer {x}.",
    "I don't think {x} is better.",
    "While {x} is more detailed, {y} is better.",
    "{x} is more accurate, but {y} is clearer.",
    "Overall, {x} is better.",
    "Therefore, {x} is the better answer.",
    "Overall Judgment: {x} is better.",
    "Overall Judgment: {x}",
    "Overall Judgment: {x} and {y} are both fine.",
    "Overall Judgment: both are equally good.",
    "### Overall Judgment",
    "**Winner:** {x}",
    "1. Accuracy: {x} is better.",
    "### Clarity",
    "In terms of clarity, {x} is better.",
    "If brevity counts, {x} is better.",
    "Is {x} better?",
    'The text says "{x} is better".',
    "Neither {x} nor {y} is better.",
    "{x} > {y}",
    "{x} has a slight edge over {y}.",
    "The edge goes to {x}.",
    "{y} invents a dog, giving the edge to {x}.",
    "{x} is closer to the truth than {y}.",
    "{x} mentions a dog; {y} does not.",
    "Wait, let me look again.",
    "<think>",
    "</think>",
    "<answer>{x} is better</answer>",
    "\\boxed{{{x}}}",
    "[[A]] or [[B]]",
    "The image shows two dogs.",
    "It is",
]

SWAPPED = {
    Verdict.FIRST: Verdict.SECOND,
    Verdict.SECOND: Verdict.FIRST,
    Verdict.TIE: Verdict.TIE,
    Verdict.UNPARSED: Verdict.UNPARSED,
}

MARKED = [
    ("Overall Judgment: Answer 1 is better.", Verdict.FIRST),
    ("Overall Judgment: Answer 2 is better.", Verdict.SECOND),
    ("**Overall Judgment:** Answer 2 is slightly better than Answer 1.", Verdict.SECOND),
    ("Final verdict: Answer 1", Verdict.FIRST),
    ("Winner: Answer 2", Verdict.SECOND),
    ("Overall Judgment: both answers are equally good.", Verdict.TIE),
    ("### Final Verdict\n\n**Answer 1**", Verdict.FIRST),
    ("In conclusion, the second response is better.", Verdict.SECOND),
]

SYMMETRIC = ["final", "think_tags", "boxed", "json", "factors", "prose", "tools"]
OWN = [*SYMMETRIC, "brackets", "letter"]


def _text(draws: list[tuple[str, bool, str]], first: str, second: str) -> str:
    return "".join(
        sentence.format(x=second if flip else first, y=first if flip else second) + gap for sentence, flip, gap in draws
    )


texts = st.lists(
    st.tuples(st.sampled_from(SENTENCES), st.booleans(), st.sampled_from([" ", "\n", "\n\n"])), min_size=1, max_size=6
)


@pytest.mark.parametrize("name", SYMMETRIC)
@FIXED
@given(draws=texts, style=st.sampled_from(STYLES))
def test_exchanging_the_names_exchanges_the_verdict(
    name: str, draws: list[tuple[str, bool, str]], style: tuple[str, str]
) -> None:
    parser = PARSERS[name]
    one, other = parser(_text(draws, *style)), parser(_text(draws, *style[::-1]))
    assert other.verdict is SWAPPED[one.verdict]
    assert other.reason is one.reason


@pytest.mark.parametrize(("line", "verdict"), MARKED)
@FIXED
@given(before=st.one_of(st.text(max_size=200), texts.map(lambda draws: _text(draws, "Answer 1", "Answer 2"))))
def test_text_before_a_marked_verdict_does_not_change_it(line: str, verdict: Verdict, before: str) -> None:
    assume(not failed(before.lstrip()))  # what a framework writes in the place of an answer
    opens_reasoning = re.search(r"<think>(?!.*</think>)", before, re.DOTALL)
    if opens_reasoning:
        before += "</think>"
    reading = final(f"{before}\n\n{line}")
    if line.startswith(
        "In conclusion"
    ):  # prose: a structure or a declaration above that says something else contradicts it
        assert reading.verdict is verdict or reading.reason is Reason.CONTRADICTORY
    else:
        assert reading.verdict is verdict


@pytest.mark.parametrize("name", [*PARSERS, *RATING_PARSERS])
@FIXED
@given(
    text=st.one_of(
        st.text(max_size=300),
        texts.map(lambda draws: _text(draws, "Answer 1", "Answer 2")),
        st.lists(
            st.sampled_from(
                [*"{}[]()<>\"'`*#|:.,;!?\\/-=_12AB \n\t", "answer", "better", "Score", "<answer>", "\\boxed{", "é", "١"]
            ),
            max_size=60,
        ).map("".join),
    )
)
def test_no_text_makes_a_parser_raise(name: str, text: str) -> None:
    parser: Callable[[str], object] = PARSERS.get(name) or RATING_PARSERS[name]
    result = parser(text)
    span = getattr(result, "span", None)
    assert span is None or 0 <= span[0] <= span[1] <= len(text)
    assert parser(text) == result


@pytest.mark.parametrize("name", OWN)
@FIXED
@given(text=st.text(alphabet=st.characters(blacklist_characters="12aAbB"), max_size=200))
def test_nobody_wins_who_is_not_named(name: str, text: str) -> None:
    assume(not re.search("first|second", text, re.IGNORECASE))
    assert PARSERS[name](text).verdict in (Verdict.UNPARSED, Verdict.TIE)


@FIXED
@given(draws=texts, end=st.sampled_from(["\n", "  ", "\n\n\n", "</s>", "<|im_end|>", "\u200b"]))
def test_what_shows_nothing_at_the_end_changes_nothing(draws: list[tuple[str, bool, str]], end: str) -> None:
    text = _text(draws, "Answer 1", "Answer 2")
    assert _said(final(text + end)) == _said(final(text))


def _said(reading: Reading) -> tuple[object, object]:
    return reading.verdict, reading.reason


ORIGINAL = re.compile(
    r"(?:Overall Judgment|Therefore)\s*.*\s*-*\s*Answer\s*(\d+)\s*is\s*(?:the\s*)?(?:slightly\s*)?better", re.IGNORECASE
)
PIECES = [
    *(
        "Overall Judgment",
        "overall  judgment",
        "Therefore",
        "THEREFORE",
        ":",
        " ",
        "  ",
        "-",
        "\n",
        "*",
        "\r",
        "\u2028",
        "\x85",
    ),
    *(
        "Answer",
        "answer",
        "Anſwer",
        "1",
        "2",
        "3",
        "١",
        "12",
        "is",
        "İs",
        "ıs",
        "the",
        "slightly",
        "ſlightly",
        "better",
        "BETTER",
    ),
    *("Answer 1 is better", "Answer 2 is the slightly better", "Answer 2is better", "not ", "x", "\u00a0", "\u3000"),
]


@settings(FIXED, max_examples=700)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_the_papers_rule_is_its_expression(text: str) -> None:
    found = ORIGINAL.search(text.replace("\n", "").replace("*", ""))
    assert paper_number(text) == (int(found.group(1)) if found else None)


def test_the_papers_rule_on_what_hangs_its_expression() -> None:
    assert paper("Therefore" + " " * 100_000 + "Answer 2 is better").verdict is Verdict.SECOND
    assert paper("Therefore, Answer " + "1" * 5000 + " is better").verdict is Verdict.UNPARSED
    assert paper_number("Therefore, Answer 3 is better") == 3
