"""Hostile megabytes: every parser gets to the end of each of them.

Nothing is measured here (``benchmarks/parsing.py`` does): a pattern that backtracks would take hours, and is stopped.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from vlrb_task.parsing import PARSERS, RATING_PARSERS
from vlrb_task.parsing.verdicts import Rating, Reading

pytestmark = pytest.mark.slow

MEGABYTE = 1_000_000
HANGS = 60
"""Seconds after which a parser is taken to hang."""

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
    *(
        "A > B\n",
        "Assistant 1 > ",
        "[[A>B]]\n",
        "1. Answer 1 is better.\n",
        "8 7\n",
        "Score of Assistant 1: 9 ",
        "score of the answer and ",
    ),
    *("Given the a, ", "答案2更好，", "La réponse 2 est ", '{"a": "b" c", ', "<|x|>", "Final Score: 7 + "),
]

# These share all of their code with one that is tested.
SAME = {"prose", "factors", "lmms_eval", "pointwise_5", "pointwise_100", "arena", "tools"}


@contextmanager
def stopped_if_it_hangs(seconds: int = HANGS) -> Iterator[None]:
    """Python's regular expressions look for signals as they go, so that this ends them, too."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("name", [name for name in [*PARSERS, *RATING_PARSERS] if name not in SAME])
def test_hostile_megabytes(name: str) -> None:
    parser: Callable[[str], Reading | Rating] = PARSERS.get(name) or RATING_PARSERS[name]
    hang = []
    for piece in PIECES:
        hostile = (piece * (MEGABYTE // len(piece) + 1))[:MEGABYTE]
        try:
            with stopped_if_it_hangs():
                parser("Therefore" + hostile + ".")
        except TimeoutError:
            hang.append(piece)
    assert hang == []


def test_a_pattern_that_backtracks_is_stopped() -> None:
    with pytest.raises(TimeoutError), stopped_if_it_hangs(seconds=1):
        re.match(r"(a|a)*b", "a" * 60)
