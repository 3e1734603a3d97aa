"""The real judge texts with gold, and the two ways in which each is read: its judge's own parser, and the general one."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

from tests.support.real_data import ROOT
from vlrb_task.judges.check import Labelled, check_own, check_with, labelled
from vlrb_task.parsing.verdicts import Rating, Reading, Verdict
from vlrb_task.support.jsonl import Lines

READERS = ("own", "final")

SIDES = {
    Verdict.FIRST: Verdict.SECOND,
    Verdict.SECOND: Verdict.FIRST,
    Verdict.TIE: Verdict.TIE,
    Verdict.UNPARSED: Verdict.UNPARSED,
}
"""What becomes of a verdict when the answers' names are exchanged."""


def judge_texts() -> tuple[Labelled, ...]:
    """All texts of the folder ``judge_texts`` beside the checkout, or a skip."""
    folder = Path(os.environ.get("VLRB_TEST_DATA", ROOT.parent / "shared" / "data")) / "judge_texts"
    if not folder.is_dir():
        pytest.skip(f"real judge texts absent: no {folder} (VLRB_TEST_DATA names another folder)")
    return _read(folder)


@cache
def _read(folder: Path) -> tuple[Labelled, ...]:
    files = sorted(folder.glob("*.jsonl"))
    return tuple(labelled(line, f"{file.name}:{number}") for file in files for number, line in Lines(file))


def reader_of(item: Labelled, reader: str) -> Callable[[str], Reading]:
    """The parser that reads a text: the one of its judge, or the general one."""

    def read(text: str) -> Reading:
        changed = Labelled(text, Verdict.UNPARSED, frozenset(), item.judge, item.where)
        reading: Reading | Rating = (check_own(changed) if reader == "own" else check_with(changed, reader)).reading
        assert isinstance(reading, Reading)
        return reading

    return read


def drawn(item: Labelled, purpose: str) -> random.Random:
    """A random generator of a text's own: the same in every run, another for every text."""
    digest = hashlib.sha256(f"{purpose}\n{item.text}".encode("utf-8", "surrogatepass")).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))


def none_of(failures: Iterable[str], most: int = 0) -> None:
    """Fail with the first failures, if there are more than ``most``: a measured number, which may only fall."""
    found = list(failures)
    assert len(found) <= most, "\n".join([f"{len(found)} texts, at most {most} are known:", *found[:20]])
