"""Votes about any set of pairs by a judge whose choices are a function: one log a judge."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.judges import get_judge
from vlrb_task.judges.templates import prompt_record
from vlrb_task.pairs.pair import Benchmark, Pair
from vlrb_task.votes import benchmark_fields, make_record

SAYS = {
    0: "Overall Judgment: Answer 1 is better.",
    1: "Overall Judgment: Answer 2 is better.",
    "tie": "Overall Judgment: both answers are equally good.",
}
Choice = Callable[[Pair, int], int | str]
"""What a judge prefers of a pair in a vote: a response, or ``tie``."""

SCHEDULE = Schedule(Order.KEY)


def write_log(
    path: Path, found: Benchmark, choice: Choice, schedule: Schedule = SCHEDULE, labelled: bool = True, **more: Any
) -> Path:
    """Write a log; without ``labelled``, one that needs ``--pairs``."""
    judge = get_judge("criteria")
    with path.open("w") as file:
        for pair in found.pairs:
            for ballot in ballots_of(pair, schedule):
                says = choice(pair, ballot.vote)
                shown = says if says == "tie" else int(says != ballot.first)
                fields = benchmark_fields(found) | more
                record = make_record(pair, ballot, "criteria", prompt_record(judge), SAYS[shown], **fields)
                if not labelled:
                    record = {name: record[name] for name in ("v", "key", "judge", "vote", "first", "text", "prompt")}
                file.write(json.dumps(record) + "\n")
    return path
