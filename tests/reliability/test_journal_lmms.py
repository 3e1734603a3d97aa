"""The journal on a disk that is full, and two runs that share one folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.lmms_eval import QUIET, lmms_eval, vlrb_json

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
