"""Texts made up for each kind of answer, labelled before any parser read them: ``kinds/*.jsonl``, in the form of gold files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tests.support.judge_texts import READERS, none_of
from vlrb_task.judges.check import Checked, Outcome, check_own, check_with, labelled, said, tally
from vlrb_task.parsing.verdicts import Reading
from vlrb_task.support.jsonl import Lines

LEAST_READ = {"own": 0.97, "final": 0.96}


@cache
def checked(reader: str) -> list[Checked]:
    files = sorted((Path(__file__).parent / "kinds").glob("*.jsonl"))
    own = [check_own(labelled(line, f"{file.name}:{number}")) for file in files for number, line in Lines(file)]
    if reader == "own":
        return own
    return [check_with(one.item, reader) for one in own if isinstance(one.reading, Reading)]


@pytest.mark.parametrize("reader", READERS)
def test_texts_with_a_verdict_are_read(reader: str) -> None:
    counts = tally(checked(reader))
    assert counts.texts > 300
    assert counts.read_share is not None
    unread = [f"{one.item.where}: {one.item.text!r}" for one in checked(reader) if one.outcome is Outcome.UNREAD]
    assert counts.read_share >= LEAST_READ[reader], unread


@pytest.mark.parametrize("reader", READERS)
def test_no_text_is_misread(reader: str) -> None:
    none_of(
        f"{one.item.where} by {one.parser}: read as {said(one.reading)}, says {one.item.gold}: {one.item.text!r}"
        for one in checked(reader)
        if one.outcome is Outcome.MISREAD
    )
