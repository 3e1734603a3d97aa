"""The readers held to real texts with gold: the shares and the misreadings that ``vlrb parse --check`` counts."""

from __future__ import annotations

import pytest

from tests.support.judge_texts import READERS, judge_texts, none_of, reader_of
from vlrb_task.judges.check import Outcome, check_own, check_with, said, tally

LEAST_READ = {"own": 0.98, "final": 0.95}


@pytest.mark.parametrize("reader", READERS)
def test_texts_with_a_verdict_are_read(reader: str) -> None:
    checked = [check_own(item) if reader == "own" else check_with(item, reader) for item in judge_texts()]
    counts = tally(checked)
    assert counts.read_share is not None
    unread = [f"{one.item.where}: {one.reading.reason}" for one in checked if one.outcome is Outcome.UNREAD]
    assert counts.read_share >= LEAST_READ[reader], unread


@pytest.mark.parametrize("reader", READERS)
def test_no_text_is_misread(reader: str) -> None:
    checked = [check_own(item) if reader == "own" else check_with(item, reader) for item in judge_texts()]
    none_of(
        f"{one.item.where} by {one.parser}: read as {said(one.reading)}, says {one.item.gold}"
        for one in checked
        if one.outcome is Outcome.MISREAD
    )


@pytest.mark.parametrize("reader", READERS)
def test_a_verdict_has_a_span_inside_its_text(reader: str) -> None:
    for item in judge_texts():
        reading = reader_of(item, reader)(item.text)
        if reading.reason is None:
            assert reading.span is not None, item.where
        if reading.span is not None:
            start, end = reading.span
            assert 0 <= start < end <= len(item.text), item.where
            assert item.text[start:end].strip(), item.where
