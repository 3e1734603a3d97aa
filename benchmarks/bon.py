"""How long best of N takes to work out: ``python -m benchmarks.bon`` prints a table. Nothing here is a test."""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path

from tests.bon.simulate import discerning, folder, policy, records, runs_of
from vlrb_task.bon import folder as folders
from vlrb_task.bon.designs import Scheme, comparisons
from vlrb_task.bon.opinions import opinions_of
from vlrb_task.bon.scores import score


def timed(what: str, started: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<58} {time.perf_counter() - started:7.2f} s   peak {peak:5.0f} MB", flush=True)


def measure(questions: int, draws: int, scheme: Scheme) -> None:
    made = folder(policy(questions, draws), scheme)
    pairs = [(q, pair) for q in made.questions for pair in comparisons(q, scheme, 4)]
    what = f"{questions} questions, N = {draws}, {scheme}, {len(pairs)} pairs: "
    with tempfile.TemporaryDirectory() as scratch:
        kept = folders.Folder(Path(scratch), made.making, made.questions)
        started = time.perf_counter()
        folders.write_questions(kept)
        folders.write_making(kept)
        folders.write_pairs(kept, pairs, "vlrb_bon")
        timed(what + "write", started)
        started = time.perf_counter()
        folders.read(kept.path)
        timed(what + "read", started)
    lines = records(made, pairs, discerning(0.75), "m", 0, "criteria")
    started = time.perf_counter()
    runs = runs_of(lines, "m")
    timed(what + f"parse {2 * len(pairs)} votes", started)
    started = time.perf_counter()
    opinions = opinions_of(made, runs)
    timed(what + "preferences", started)
    started = time.perf_counter()
    score(made, opinions)
    timed(what + "score", started)


if __name__ == "__main__":
    measure(900, 8, Scheme.ROUND_ROBIN)
    measure(300, 16, Scheme.ROUND_ROBIN)
    measure(300, 32, Scheme.SPARSE)
