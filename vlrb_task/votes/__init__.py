"""Votes: one door to every log, and one table of what they hold."""

from vlrb_task.votes.door import find_logs
from vlrb_task.votes.load import Pairs, read_runs
from vlrb_task.votes.records import benchmark_fields, make_record, write_votes
from vlrb_task.votes.table import Ballots, Run, Votes

__all__ = [
    "Ballots",
    "Pairs",
    "Run",
    "Votes",
    "benchmark_fields",
    "find_logs",
    "make_record",
    "read_runs",
    "write_votes",
]
