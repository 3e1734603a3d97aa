"""Results on their way out: tables, leaderboard files, model cards, protocols."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from vlrb_task.export.cards import model_index
from vlrb_task.export.protocol import protocol_json, statement
from vlrb_task.export.tables import csv_table, latex, markdown, vlmevalkit_csv
from vlrb_task.scores.score import Score

Writer = Callable[[Sequence[str], Sequence[Score]], str]
"""From names and scores, of equal length, to a file's text."""

FORMATS: Mapping[str, Writer] = {
    "markdown": markdown,
    "latex": latex,
    "csv": csv_table,
    "vlmevalkit": vlmevalkit_csv,
    "model-index": model_index,
    "protocol": protocol_json,
    "statement": statement,
}
"""What ``vlrb export --to`` knows."""
