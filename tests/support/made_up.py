"""Made-up pairs and votes about them, as our tasks would log them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vlrb_task.asking.ballots import Ballot
from vlrb_task.judges import get_judge
from vlrb_task.judges.templates import prompt_record
from vlrb_task.pairs.pair import Answer, Benchmark, Pair, parse_rows
from vlrb_task.votes import benchmark_fields, make_record

FIRST, SECOND = "Overall Judgment: Answer 1 is better.", "Overall Judgment: Answer 2 is better."
TIE, UNREAD = "Both answers are equally good.", "The picture shows a street."
FAILED = "[LMMS_EVAL_REQUEST_FAILED after 5 retries] Connection error."


def made_up_pairs(count: int = 12, prefixes: Iterable[str] = ("mmmu", "wildvision", "RLHF")) -> Benchmark:
    """Pairs over the three subsets, the better answer first in every second row."""
    names = list(prefixes)
    rows = [
        {
            "id": f"{names[n % len(names)]}_{n}",
            "query": f"q{n}",
            "response": [f"a{n} word", f"b{n}"],
            "human_ranking": [n // 3 % 2, 1 - n // 3 % 2],
        }
        for n in range(count)
    ]
    return parse_rows(rows, "made up")


def says(ballot: Ballot, choice: Answer | None) -> str:
    """The text with which a judge chooses a response, or ties."""
    if choice is None:
        return TIE
    return FIRST if choice == ballot.first else SECOND


def record(benchmark: Benchmark, pair: Pair, ballot: Ballot, text: str, **extra: Any) -> dict[str, Any]:
    """A line of a votes file."""
    judge = get_judge("criteria")
    fields = {"model": "m", "task": "t", **benchmark_fields(benchmark), **extra}
    return make_record(pair, ballot, judge.name, prompt_record(judge), text, **fields)
