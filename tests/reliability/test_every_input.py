"""Damaged and odd files of every kind, by the program that tries them in any number: ``tests/fuzz/fuzz_commands.py``."""

from __future__ import annotations

import os

import pytest

from tests.fuzz.fuzz_commands import tried

TIMES = int(os.environ.get("VLRB_FUZZ", "1"))


@pytest.mark.filterwarnings("ignore")
def test_every_command_on_every_kind_of_damaged_file() -> None:
    """An answer, or one line: three files of each of 30 kinds, each for one of the commands that read it."""
    found = list(tried(3 * TIMES, most=1))
    assert len(found) > 75 * TIMES
    assert not [(what, wrong) for what, wrong in found if wrong is not None]
