"""Results on their way out: tables, leaderboard files, model cards, protocols."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from vlrb_task.export.protocol import model_index, protocol_json, statement
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

_NEVER = re.compile(rb"(?!)")

MARKS: Mapping[str, re.Pattern[bytes]] = {
    "markdown": re.compile(rb"\A[^\n]*accuracy in % with 95 % intervals; policy [^\n]*\n\n\| judge \| overall \|"),
    "latex": re.compile(rb"\A% [^\n]*accuracy in % with 95 % intervals; policy "),
    "csv": re.compile(rb"\Aname,judge,prompt,prompt_sha256,parser,policy,revision,fingerprint,"),
    "vlmevalkit": _NEVER,  # VLMEvalKit's own file looks the same
    "model-index": re.compile(rb"\Amodel-index:\n.*\bprompt_sha256:", re.DOTALL),
    "protocol": re.compile(rb'\A(?:\[\s*)?\{\s*"name": .*"benchmark": .*"fingerprint": ', re.DOTALL),
    "statement": re.compile(rb"\A[^\n]* as a judge with the prompt [^\n]*\(vlrb \d"),
}
"""What a file of each format begins with, so that it is known to be ours."""
