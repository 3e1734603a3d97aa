"""Time and memory of ``vlrb compare``, ``vlrb report`` and ``vlrb audit`` at the benchmark's size.

    python benchmarks/insight.py [--judges 10]

Ten simulated judges of 1,250 pairs with five votes of two kilobytes each are compared, and a report of three is written
with a picture for every pair. Each command is a process of its own, its imports included.
"""

from __future__ import annotations

import argparse
import io
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

SIZES = {"general": 183, "hallucination": 749, "reasoning": 318}
WORDS = [
    "the",
    "picture",
    "shows",
    "a",
    "red",
    "bus",
    "near",
    "two",
    "people",
    "while",
    "the",
    "answer",
    "names",
    "three",
    "of",
    "them",
]
COMMAND = "from vlrb_task.cli.main import main; main()"


def make_pairs(path: Path) -> None:
    """A parquet of 1,250 made-up pairs, each with a photograph-like JPEG of 640 x 480."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    from PIL import Image

    rng = np.random.default_rng(0)
    rows = []
    for subset, size in SIZES.items():
        for number in range(size):
            coarse = rng.integers(0, 255, (24, 32, 3), dtype=np.uint8)
            buffer = io.BytesIO()
            Image.fromarray(coarse).resize((640, 480)).save(buffer, "JPEG", quality=90)
            maker = random.Random(f"{subset}{number}")
            # Of different lengths, so that what is fitted to them is fitted.
            words = [" ".join(maker.choices(WORDS, k=maker.randint(20, 70 + 30 * i))) for i in (0, 1)]
            rows.append(
                {
                    "id": f"{subset}-{number}",
                    "query": "Which answer fits the picture?",
                    "response": words,
                    "human_ranking": [0, 1],
                    "source": subset,
                    "subset": subset,
                    "image": {"bytes": buffer.getvalue(), "path": None},
                }
            )
    pq.write_table(pa.Table.from_pylist(rows), path)


def make_logs(folder: Path, pairs: Path, judges: int) -> list[Path]:
    """Votes files that carry their labels, with texts of two kilobytes."""
    from vlrb_task.asking.ballots import Order, Schedule, ballots_of
    from vlrb_task.judges.base import PromptRecord
    from vlrb_task.pairs.rows import load_benchmark
    from vlrb_task.votes import benchmark_fields, make_record, write_votes

    benchmark = load_benchmark(str(pairs))
    about = benchmark_fields(benchmark)
    paths = []
    for judge in range(judges):
        rng = random.Random(judge)
        lines = []
        for pair in benchmark.pairs:
            for ballot in ballots_of(pair, Schedule(Order.ALTERNATE, 5)):
                right = rng.random() < 0.55 + 0.02 * judge
                says = 1 if (ballot.first == pair.better) == right else 2
                talk = " ".join(rng.choices(WORDS, k=400))
                text = f"{talk}\n\nOverall Judgment: Answer {says} is better."
                lines.append(
                    make_record(
                        pair, ballot, "official", PromptRecord("official"), text, model=f"judge-{judge}", **about
                    )
                )
        paths.append(folder / f"judge-{judge}.votes.jsonl")
        write_votes(paths[-1], lines)
    return paths


def measure(name: str, *args: str) -> None:
    """Run a command and print its time and its greatest memory."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", COMMAND, *args], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"{name} failed with exit code {process.returncode}")
    print(f"{name:55s} {seconds:6.1f} s   {usage.ru_maxrss / 1000:6.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--judges", type=int, default=10)
    judges = parser.parse_args().judges
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pairs = folder / "pairs.parquet"
        # In a process of its own: a child's memory counts from its parent's, which must stay small.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as maker:
            maker.submit(make_pairs, pairs).result()
            logs = [str(path) for path in maker.submit(make_logs, folder, pairs, judges).result()]
        size = sum(Path(log).stat().st_size for log in logs) / 1e6
        print(f"{judges} logs of {sum(SIZES.values()):,} pairs x 5 votes, {size:.0f} MB")
        measure(
            "audit of a row",
            "audit",
            "--general",
            "49.1",
            "--hallucination",
            "67.6",
            "--reasoning",
            "70.5",
            "--overall",
            "65.8",
        )
        measure("audit of a log", "audit", logs[0])
        measure(f"compare {judges}", "compare", *logs, "--json")
        page = folder / "report.html"
        measure("report of three, no pictures", "report", *logs[:3], "-o", str(page))
        measure("report of three, questions and pictures", "report", *logs[:3], "--pairs", str(pairs), "-o", str(page))
        print(f"that page: {page.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
