"""An explanation tells the reading's own story: the same verdict, and spans that stand in the text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vlrb_task.parsing import RATING_PARSERS, explain, get_parser, get_rating_parser
from vlrb_task.support.errors import UnknownName

CASES = [
    json.loads(line)
    for path in sorted((Path(__file__).parent / "cases").glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n")
]


def test_every_case_is_explained_as_it_is_read() -> None:
    for case in CASES:
        text, name = case["text"], case["parser"]
        reading = get_rating_parser(name)(text) if name in RATING_PARSERS else get_parser(name)(text)
        told = explain(text, name)
        assert told.reading == reading, text
        assert all(0 <= found.span[0] <= found.span[1] <= len(text) for found in told.findings), text
        decided = [found for found in told.findings if found.status == "decided"]
        assert len(decided) <= 1, text
        if reading.reason is None and reading.span is not None:
            assert [found.span for found in decided] == [reading.span], text


# One example a rule, as in docs/reading.md.
EXAMPLES = [
    ("tag", "<answer>2</answer> That is all.", "second"),
    ("name", "**Answer 1**", "first"),
    ("box", "So \\boxed{Answer 1}", "first"),
    ("brackets", "Answer 1 is better in style. [[C]]", "tie"),
    ("arena", "The order is: Assistant 1 = Assistant 2.", "tie"),
    ("json", '{"reason": "\\angle ABC is "right"", "winner": "B"}', "second"),
    ("scores", "Score of Assistant 1: 9\nScore of Assistant 2: 8", "first"),
    ("label", "Final verdict: Answer 1", "first"),
    ("overall", "Overall, Answer 2 is better.", "second"),
    ("therefore", "Therefore, both answers are equally good.", "tie"),
    ("claim", "Answer 1 is better, since it counts right.", "first"),
]


@pytest.mark.parametrize(("rule", "text", "verdict"), EXAMPLES)
def test_the_rule_that_decides_is_named(rule: str, text: str, verdict: str) -> None:
    decided = [found for found in explain(text).findings if found.status == "decided"]
    assert [(found.rule, found.says) for found in decided] == [(rule, verdict)]


def test_what_was_set_aside_is_told() -> None:
    text = "1. Model A is better: [[A>B]]\n2. Model B is better: [[B>A]]\n\nOverall, A is nicer.\n\nI choose: [[A>B]]"
    told = explain(text).findings
    assert [found.why for found in told if found.status == "ignored"][:2] == ["one of a menu of options"] * 2
    assert [text[slice(*found.span)] for found in told if found.status == "decided"] == ["A>B"]


def test_an_unknown_parser_is_answered_with_the_list() -> None:
    with pytest.raises(UnknownName, match="no parser is called 'finel'"):
        explain("Answer 1 is better.", "finel")
