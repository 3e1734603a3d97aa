"""A real text that was cut off says what the whole says, or nothing.

The exceptions are few, and each was read by eye: the part that is left truly says something else, because the judge
takes it back later on, or because the last number was cut.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support.judge_texts import READERS, drawn, judge_texts, none_of, reader_of
from vlrb_task.judges.check import Labelled
from vlrb_task.parsing.verdicts import Verdict

pytestmark = pytest.mark.slow

CUTS = 40
"""At most so many places a text."""

EXCEPTIONS: dict[str, str] = json.loads((Path(__file__).parent / "truncation_exceptions.json").read_text("utf-8"))
"""By file and row of a text: what the part that is left says, and why that is right."""


def cuts(item: Labelled) -> list[int]:
    """Where a text is cut: within and after its last words, and at places drawn from its hash, in order."""
    places = sorted({found.start() for found in re.finditer(r"\S+", item.text)} | {len(item.text) - 1} - {0})
    inside = list(range(max(1, len(item.text) - 12), len(item.text)))
    random = drawn(item, "cuts")
    chosen = set(places[-8:]) | set(inside) | set(random.sample(places, min(len(places), CUTS - len(inside) - 8)))
    return sorted(at for at in chosen if 0 < at < len(item.text))


@pytest.mark.parametrize("reader", READERS)
def test_a_cut_text_says_what_the_whole_says_or_nothing(reader: str) -> None:
    failures = []
    for item in judge_texts():
        read = reader_of(item, reader)
        whole = read(item.text).verdict
        for at in cuts(item):
            found = read(item.text[:at]).verdict
            if found is Verdict.UNPARSED or found is whole:
                continue
            if item.where not in EXCEPTIONS:
                failures.append(
                    f"{item.where} cut at {at}: {found}, whole {whole}: …{item.text[max(0, at - 60) : at]!r}"
                )
    none_of(failures)
