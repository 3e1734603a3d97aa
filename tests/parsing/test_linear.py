"""Hostile megabytes: every parser reads each of them in a small fraction of the bound.

The bound is generous, for slow machines: what it catches is a pattern that backtracks, which takes minutes here.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from vlrb_task.parsing import PARSERS, RATING_PARSERS
from vlrb_task.verdicts import Rating, Reading

MEGABYTE = 1_000_000
SECONDS = 2.0

PIECES = [
    *(" ", "-", "\n", "*", "(", '"', "'", "<", "1", "我", "\x00", "-\n", "1 ", "[[", "{"),
    *("Therefore ", "Overall Judgment: ", "Answer 1 ", "Answer 1 is\n", "not ", "e.g. ", "8/10 "),
    *(
        "<think>",
        "</think>",
        "<answer>",
        "<answer>1</answer>",
        "\\boxed{",
        "\\boxed{A}",
        "[[A]]",
        "```\n",
        "### Accuracy\n",
    ),
    *("Answer 1 is better and\n", "Answer 1 is better. ", "Answer 1 is better, ", '"Answer 1 is better" '),
    *("**Accuracy**: Answer 1 is better.\n", "Overall Judgment: Answer 1\n", "if Answer 1 is better, ", "Wait, "),
    *('{"name": "x", ', '{"better": 1} ', "{'a': ", "Final Score: 7 to ", "Answer" + " " * 60),
    *("the edge to ", "giving Answer 1 a slight edge ", "closer to the ", "are the same "),
    *("the proposed answer is ", "based on ", "it rained, so ", "Judgement: "),
]

# These share all of their code with one that is tested.
SAME = {"prose", "factors", "lmms_eval", "pointwise_5", "pointwise_100"}


@pytest.mark.parametrize("name", [name for name in [*PARSERS, *RATING_PARSERS] if name not in SAME])
def test_hostile_megabytes(name: str) -> None:
    parser: Callable[[str], Reading | Rating] = PARSERS.get(name) or RATING_PARSERS[name]
    slow = []
    for piece in PIECES:
        hostile = (piece * (MEGABYTE // len(piece) + 1))[:MEGABYTE]
        start = time.perf_counter()
        parser("Therefore" + hostile + ".")
        took = time.perf_counter() - start
        if took > SECONDS:
            slow.append((piece, took))
    assert slow == []
