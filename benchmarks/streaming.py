"""Scoring a million votes: ``python benchmarks/streaming.py [--pairs N] [--own-labels]`` (default 200,000 pairs of five votes).

Writes a votes file of made-up pairs to a temporary folder, scores it with ``vlrb score --json``, and prints wall time as a
multiple of a plain ``json.loads`` loop over the same file in the same run, processor time, and peak memory of all
its processes together. The labels stand in a file of pairs, given as ``--pairs``, or with ``--own-labels`` in the votes.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from vlrb_task.judges import get_judge
from vlrb_task.pairs.labels import label_fields
from vlrb_task.pairs.pair import Pair, parse_row

TEXT = "Answer 1 names {0} dogs and a red bicycle, which the picture bears out; answer 2 speaks of a cat that is not there."
SUBSETS = ("chat", "charts", "safety", "reasoning")


def pair_of(number: int) -> Pair:
    """A made-up pair with its texts."""
    row = {
        "id": f"pair-{number}",
        "query": f"What does picture {number} show, and what in it is red?",
        "response": [TEXT.format(number), f"{number} birds over a lake. " * 8],
        "human_ranking": [number % 2, 1 - number % 2],
        "subset": SUBSETS[number % 4],
        "source": "made up",
    }
    return parse_row(row)[0]


def write_files(folder: Path, pairs: int, votes: int, apart: bool) -> Path:
    """Votes as our tasks log them, or as the schema has them and no more; their pairs beside them."""
    coin = random.Random(0)
    prompt = {"name": "criteria", "source": "own", "sha256": get_judge("criteria").prompt.sha256}
    constant: dict[str, Any] = {"v": 1, "judge": "criteria"}
    if not apart:
        constant |= {"model": "made-up", "prompt": prompt, "schedule": {"order": "alternate", "votes": votes}}
    path = folder / "votes.jsonl"
    with path.open("w", encoding="ascii") as file, (folder / "pairs.jsonl").open("w", encoding="ascii") as rows:
        for number in range(pairs):
            pair = pair_of(number)
            label = {"key": pair.key, "id": pair.id} if apart else label_fields(pair)
            start = json.dumps(constant | label)[:-1]
            if apart:
                ranking = [pair.better, 1 - pair.better]
                row = {"id": pair.id, "query": pair.query, "response": pair.responses, "human_ranking": ranking}
                rows.write(json.dumps(row | {"subset": pair.subset, "source": pair.source}) + "\n")
            for vote in range(votes):
                first = (int(pair.key, 16) + vote) % 2
                choice = pair.better if coin.random() < 0.8 else 1 - pair.better
                verdict = f"**Overall Judgment: Answer {1 + (choice != first)} is better.**"
                said = f"{TEXT.format(number * votes + vote)}\\n\\n{verdict}"
                file.write(f'{start}, "vote": {vote}, "first": {first}, "text": "{said}"}}\n')
    return path


def memory_of(process: int) -> int:
    """Resident bytes of a process and its children, shared pages counted in each."""
    total = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(entry.name) == process or int(fields[1]) == process:
            total += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    return total


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--pairs", type=int, default=200_000)
    options.add_argument("--own-labels", action="store_true", help="labels in the votes, not in a file of pairs")
    given = options.parse_args()
    apart = not given.own_labels
    votes = 5
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    )
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        path = write_files(Path(folder), given.pairs, votes, apart)
        print(
            f"wrote {given.pairs:,} pairs x {votes} votes, {path.stat().st_size:,} bytes, "
            f"in {time.perf_counter() - begun:.0f} s"
        )
        begun = time.perf_counter()
        with path.open("rb") as lines:
            for line in lines:
                json.loads(line)
        loop = time.perf_counter() - begun
        print(f"a json.loads loop over it: {loop:.1f} s")
        code = "from vlrb_task.cli.main import main; main()"
        labels = ["--pairs", str(path.with_name("pairs.jsonl"))] if apart else []
        begun, before = time.perf_counter(), os.times()
        process = subprocess.Popen(
            [sys.executable, "-c", code, "score", "--json", str(path), *labels], stdout=subprocess.PIPE, text=True
        )
        peak = [0]
        done = threading.Event()

        def watch() -> None:
            while not done.wait(0.2):
                peak[0] = max(peak[0], memory_of(process.pid))

        thread = threading.Thread(target=watch)
        thread.start()
        output, _ = process.communicate()
        done.set()
        thread.join()
        taken, after = time.perf_counter() - begun, os.times()
        used = after.children_user + after.children_system - before.children_user - before.children_system
        score = json.loads(output)
        print(
            f"scored {score['votes']:,} votes of {score['pairs']:,} pairs in {taken:.1f} s, {taken / loop:.1f} times "
            f"that loop ({used:.1f} s of processor time)"
        )
        print(
            f"peak memory of all processes together {peak[0] / 2**30:.2f} GiB; overall {score['overall']['value']:.4f}"
        )


if __name__ == "__main__":
    main()
