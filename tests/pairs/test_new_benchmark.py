"""The way of docs/benchmarks.md, gone with a set that is not in the list: its YAML file as it stands there, and no code."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import vlrb_task
from tests.support.fake_hub import FakeHub
from tests.support.other_benchmarks import png
from tests.support.real_data import ROOT

REPO = "openbmb/RLHF-V-Dataset"


def documented() -> str:
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    (found,) = re.findall(r"```yaml\n(title: .*?)```", text, re.DOTALL)
    return str(found)


def rows(path: Path) -> Path:
    """Made-up rows: the texts are JSON in one cell, the picture is embedded."""
    table = [
        {
            "ds_name": "made-up",
            "image": {"bytes": png("red", 4 + number), "path": None},
            "text": json.dumps(
                {"question": f"Is {number} red?", "chosen": f"Yes, {number}.", "rejected": "It is a dog."}
            ),
            "origin_dataset": ["VQAv2", "LCS-558K"][number % 2],
            "idx": number,
        }
        for number in range(6)
    ]
    pq.write_table(pa.Table.from_pylist(table), path)
    return path


def run(*command: str, env: dict[str, str], cwd: Path) -> str:
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, env=env, cwd=cwd, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_one_file_and_no_code(tmp_path: Path) -> None:
    (tmp_path / "rlhf_v.yaml").write_text(documented())
    with FakeHub(REPO, {"RLHF-V-Dataset.parquet": rows(tmp_path / "rows.parquet")}) as hub:
        env = os.environ | {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_XET": "1"}
        told = run("-m", "vlrb_task", "doctor", "--pairs", "rlhf_v.yaml", "--json", env=env, cwd=tmp_path)
        data = json.loads(told)["data"]
        assert (data["rows"], data["subsets"]) == (6, {"LCS-558K": 3, "VQAv2": 3})
        assert data["problems"] == data["warnings"] == []
        task = (
            "task",
            "--judge",
            "criteria",
            "--order",
            "both",
            "--pairs",
            "rlhf_v.yaml",
            "--name",
            "rlhf_v",
            "-o",
            "tasks",
        )
        run("-m", "vlrb_task", *task, env=env, cwd=tmp_path)
        assert pq.read_table(tmp_path / "tasks" / "rlhf_v.parquet").num_rows == 6

        # Known by name: the file in the package's folder, in a copy of the package.
        shutil.copytree(Path(vlrb_task.__file__).parent, tmp_path / "copy" / "vlrb_task")
        shutil.copy(tmp_path / "rlhf_v.yaml", tmp_path / "copy" / "vlrb_task" / "pairs" / "benchmarks")
        named = env | {"PYTHONPATH": str(tmp_path / "copy")}
        listed = json.loads(run("-m", "vlrb_task", "bench", "list", "--json", env=named, cwd=tmp_path))
        assert "RLHF-V preferences" in [one["title"] for one in listed]
        again = json.loads(run("-m", "vlrb_task", "doctor", "--pairs", "rlhf_v", "--json", env=named, cwd=tmp_path))[
            "data"
        ]
        assert again["fingerprint"] == data["fingerprint"]
