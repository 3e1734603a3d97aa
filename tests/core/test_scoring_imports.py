"""The public names at work, and what scoring does not import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import vlrb_task
from tests.support.made_up import FIRST, made_up_pairs, record
from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.votes import write_votes


def test_a_log_is_scored_in_three_lines(tmp_path: Path) -> None:
    benchmark = made_up_pairs(6)
    ballots = [(pair, ballot) for pair in benchmark.pairs for ballot in ballots_of(pair, Schedule(Order.BOTH))]
    log = tmp_path / "x.votes.jsonl"
    write_votes(log, [record(benchmark, pair, ballot, FIRST) for pair, ballot in ballots])
    (run,) = vlrb_task.read_runs([log])
    score = vlrb_task.score_run(run, vlrb_task.Policy.STRICT)
    assert score.overall.value == 0.5
    assert vlrb_task.explain(FIRST).reading.span is not None


def test_reading_and_scoring_import_neither_pandas_nor_a_statistics_library(tmp_path: Path) -> None:
    benchmark = made_up_pairs(3)
    log = tmp_path / "x.votes.jsonl"
    write_votes(
        log, [record(benchmark, p, b, FIRST) for p in benchmark.pairs for b in ballots_of(p, Schedule(Order.BOTH))]
    )
    code = (
        "import sys; from pathlib import Path; import vlrb_task;"
        f"[vlrb_task.score_run(run).to_dict() for run in vlrb_task.read_runs([Path({str(log)!r})])];"
        "print(sorted({'pandas', 'scipy', 'statsmodels', 'rich', 'huggingface_hub', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
