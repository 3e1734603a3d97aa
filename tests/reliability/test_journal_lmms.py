"""The journal on a disk that is full, and two runs that share one folder."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz.fuzz_commands import mutated_lines
from tests.support.lmms_eval import QUIET, lmms_eval, vlrb_json

TIMES = int(os.environ.get("VLRB_FUZZ", "1"))
BASELINE = ("--model", "vlrb_baseline", "--model_args", "policy=random,seed=3", "--tasks", "vlrb_demo")

OPEN = """
import resource, sys
from pathlib import Path
from vlrb_task.lmms.following import Following
from vlrb_task.lmms.journal import Journal

following = Following(object(), "Wrapper", {"model": "m"})
"""
FULL = (
    OPEN
    + """

resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
journal = Journal(Path(sys.argv[1]), following, 10)
for number in range(20):
    vote = {"key": f"{number:016x}", "judge": "criteria", "vote": 0, "first": 0, "text": "x" * 50, "messages_sha256": "m"}
    journal._write([vote | following.fields])
print(journal.lost)
"""
)


def test_a_disk_that_is_full_costs_the_journal_and_not_the_run(tmp_path: Path) -> None:
    """Each file may grow to 500 bytes here. What was written whole is found again; what was cut is dropped."""
    done = subprocess.run([sys.executable, "-B", "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True)
    lost = int(done.stdout)
    assert lost > 0
    assert done.stderr.count("could not be written") == 1, "told once"
    code = OPEN + "print(len(Journal(Path(sys.argv[1]), following, 10).known))"
    again = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert int(again.stdout) == 20 - lost
    assert "half-written and was dropped" in again.stderr


def vote(number: int) -> dict[str, Any]:
    told = {"key": f"{number:016x}", "judge": "criteria", "vote": 0, "first": 0, "text": "x" * 50, "model_id": "m"}
    return told | {"messages_sha256": "m", "prompt": {"sha256": "p"}, "schedule": {"order": "key", "votes": 1}}


@pytest.fixture
def opened(tmp_path: Path) -> Any:
    """Opens the journal of a folder, as a new run does."""
    from vlrb_task.lmms.following import Following
    from vlrb_task.lmms.journal import Journal

    following = Following(object(), "Wrapper", {"model": "m"})
    following.fields["model_id"] = "m"
    return lambda folder=tmp_path: Journal(folder, following, 10)


def test_writers_in_one_folder_that_are_killed_at_any_time(tmp_path: Path, opened: Any) -> None:
    """Every vote that was written before the kill is found, once, and no line is torn but the last of a file."""
    draw = random.Random(18)
    for number in range(8 * TIMES):
        folder = tmp_path / str(number)
        told, tell = os.pipe()
        writers = []
        for writer in range(3):
            if child := os.fork():
                writers.append(child)
                continue
            journal = opened(folder)
            for at in range(10**6):
                journal._write([vote(10**7 * writer + at)])
                os.write(tell, (10**7 * writer + at).to_bytes(8, "big"))
        os.close(tell)
        time.sleep(draw.uniform(0.005, 0.1))
        for child in writers:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        with os.fdopen(told, "rb") as pipe:
            acknowledged = pipe.read()
        numbers = {int.from_bytes(acknowledged[at : at + 8], "big") for at in range(0, len(acknowledged), 8)}
        lines = [line for path in folder.glob("*.jsonl") for line in path.read_text().split("\n")[:-1]]
        keys = [json.loads(line)["key"] for line in lines]
        assert len(keys) == len(set(keys)) == len(opened(folder).known)
        assert {f"{one:016x}" for one in numbers} <= set(keys)


def test_a_journal_that_somebody_changed(tmp_path: Path, opened: Any) -> None:
    """Whatever stands in it, the run starts; what is no vote is asked again."""
    text = "".join(json.dumps(vote(number)) + "\n" for number in range(8))
    path, found = tmp_path / "a.votes.jsonl", 0
    for seed in range(200 * TIMES):
        path.write_text(mutated_lines(text, random.Random(seed)), errors="surrogatepass")
        found += len(opened().known)
    assert found > 200 * TIMES
    path.write_text(json.dumps(vote(0)).replace('"p"', "[" * 990 + "]" * 990) + "\n")
    assert len(opened().known) <= 1


def test_two_runs_with_one_journal_and_one_output_folder(tmp_path: Path) -> None:
    """They know nothing of each other: each writes its own files, and their votes are merged without a conflict."""
    env = {**os.environ, **QUIET, "VLRB_JOURNAL": str(tmp_path / "journal"), "VLRB_JOURNAL_EVERY": "3"}
    command = [sys.executable, "-m", "lmms_eval", *BASELINE, "--log_samples", "--output_path", str(tmp_path / "out")]
    runs = [subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(2)]
    assert [run.wait(timeout=600) for run in runs] == [0, 0]
    journals = sorted((tmp_path / "journal").glob("*.votes.jsonl"))
    for path in journals:
        for line in path.read_text().splitlines():
            json.loads(line)
    plain = lmms_eval(tmp_path / "plain", *BASELINE)
    merged = vlrb_json("score", "--merge", *map(str, journals))
    expected = vlrb_json("score", str(plain.samples("vlrb_demo")))
    assert merged["votes"] == expected["votes"] == 72
    assert merged["overall"] == expected["overall"]
    assert not any("says otherwise" in warning for warning in merged["warnings"])
