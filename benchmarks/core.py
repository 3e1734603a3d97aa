"""How long the core takes: ``python benchmarks/core.py``. Prints a table; asserts nothing, machines differ.

Measured: importing and listing the tasks, scoring 6,250 votes of 2 kB with and without some statistics, expanding 1,250 rows
to ten ballots each (where the ``datasets`` library is installed), and memory.
"""

from __future__ import annotations

import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sized
from pathlib import Path
from unittest.mock import patch

ADDED = {"at_k_estimates", "at_k_gain", "noise", "calibration", "by_margin"}
"""Statistics whose cost is told apart."""
SOURCES = (("hallucination", 448), ("RLAIF", 233), ("RLHF", 68), ("mathverse", 167), ("mmmu", 151), ("wildvision", 183))
FILLER = "The first answer names the bicycle and its colour; the second speaks of a dog that is not in the picture. "


def made_up_rows() -> list[dict[str, object]]:
    """1,250 rows with the benchmark's sources and subset sizes, and answers of usual length."""
    rows: list[dict[str, object]] = []
    for prefix, count in SOURCES:
        for number in range(count):
            better = number % 2
            responses = [f"{FILLER * 4}{number}a", f"{FILLER * 3}{number}b"]
            ranking = [better, 1 - better]
            rows.append(
                {
                    "id": f"{prefix}_{number}",
                    "query": f"What is {number}?",
                    "response": responses,
                    "human_ranking": ranking,
                }
            )
    return rows


def timed(function: Callable[[], object], runs: int = 5) -> tuple[float, float, float]:
    """Minimum, median and maximum seconds."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        taken.append(time.perf_counter() - start)
    return min(taken), statistics.median(taken), max(taken)


def report(what: str, figures: tuple[float, float, float], target: str) -> None:
    low, median, high = figures
    print(f"{what:58} {median:8.3f} s   ({low:.3f} to {high:.3f})   target {target}")


def import_and_list() -> None:
    code = "import vlrb_task.tasks.shipped; assert vlrb_task.tasks.shipped.shipped_tasks()"
    subprocess.run([sys.executable, "-c", code], check=True)


def empty_python() -> None:
    subprocess.run([sys.executable, "-c", "pass"], check=True)


def score_benchmark(folder: Path) -> None:
    from vlrb_task.asking.ballots import Order, Schedule, ballots_of
    from vlrb_task.judges import get_judge
    from vlrb_task.judges.templates import prompt_record
    from vlrb_task.pairs.pair import parse_rows
    from vlrb_task.scores.baselines import baselines
    from vlrb_task.scores.score import score_run
    from vlrb_task.scores.statistics import STATISTICS
    from vlrb_task.votes import benchmark_fields, make_record, read_runs, write_votes

    benchmark = parse_rows(made_up_rows())
    judge = get_judge("official")
    coin = random.Random(0)
    records = []
    for pair in benchmark.pairs:
        for ballot in ballots_of(pair, Schedule(Order.ALTERNATE, 5)):
            text = FILLER * 18 + f"\n\n**Overall Judgment: Answer {coin.choice('12')} is better.**"
            records.append(
                make_record(pair, ballot, judge.name, prompt_record(judge), text, **benchmark_fields(benchmark))
            )
    log = folder / "k5.votes.jsonl"
    write_votes(log, records)
    size = sum(len(r["text"]) for r in records) / len(records)

    def score() -> None:
        for run in read_runs([log]):
            score_run(run)
            baselines(run)

    report(f"score {len(records)} votes of {size:.0f} characters", timed(score), "< 1 s")
    fewer = [row for row in STATISTICS if row.name not in ADDED and row.kind != "part"]
    taken: dict[str, list[float]] = {"with": [], "without": []}
    for _ in range(9):
        for name, rows in (("with", STATISTICS), ("without", fewer)):
            with patch("vlrb_task.scores.score.STATISTICS", rows):
                start = time.process_time()
                score()
                taken[name].append(time.process_time() - start)
    whole, less = (statistics.median(taken[name]) for name in ("with", "without"))
    print(
        f"{'without noise, confidences and intervals at k':58} {less:8.3f} s of CPU; with them {whole / less:.2f} times that"
    )


def expand_benchmark(folder: Path) -> None:
    try:
        import datasets
    except ImportError:
        print("expanding rows: the datasets library is not installed here")
        return
    from vlrb_task.asking.ballots import Order, Schedule
    from vlrb_task.lmms.docs import expand

    picture = b"\x89PNG" + os.urandom(50_000)
    features = {
        "id": datasets.Value("string"),
        "query": datasets.Value("string"),
        "response": datasets.List(datasets.Value("string")),
        "human_ranking": datasets.List(datasets.Value("int64")),
        "image": datasets.Image(decode=False),
    }
    rows = [
        {**row, "image": {"bytes": picture + str(number).encode(), "path": None}}
        for number, row in enumerate(made_up_rows())
    ]
    source = datasets.Dataset.from_list(rows, features=datasets.Features(features))
    source.to_parquet(str(folder / "rows.parquet"))
    cache = folder / "cache"
    loaded = datasets.load_dataset("parquet", data_files={"test": str(folder / "rows.parquet")}, cache_dir=str(cache))[
        "test"
    ]
    before = sum(f.stat().st_size for f in cache.rglob("*") if f.is_file())
    kept: list[Sized] = []

    def run() -> None:
        kept[:] = [expand(loaded, judge="criteria", schedule=Schedule(Order.ALTERNATE, 10))]

    report("expand 1,250 rows to 12,500 ballots (K = 10)", timed(run), "< 0.5 s")
    after = sum(f.stat().st_size for f in cache.rglob("*") if f.is_file())
    print(f"{'':58} {len(kept[0])} rows; cache on disk {before:,} bytes before, {after:,} after")


def main() -> None:
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    )
    report("start Python", timed(empty_python), "-")
    report("start Python, import vlrb_task.tasks.shipped, list the tasks", timed(import_and_list), "< 0.3 s")
    with tempfile.TemporaryDirectory() as folder:
        score_benchmark(Path(folder))
        expand_benchmark(Path(folder))
    print(json.dumps({"peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


if __name__ == "__main__":
    main()
