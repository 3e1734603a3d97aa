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


def test_an_unknown_parser_is_answered_with_the_list() -> None:
    with pytest.raises(UnknownName, match="no parser is called 'finel'"):
        explain("Answer 1 is better.", "finel")
