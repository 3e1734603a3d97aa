"""A judge is one file: in a copy of the package, a new one is found by every list that names judges."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import vlrb_task
from vlrb_task.judges import get_judge, shipped_names
from vlrb_task.lmms.write import JUDGES_PAGE

PACKAGE = Path(vlrb_task.__file__).parent


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package and its page of judges, with one more file in it."""
    root = tmp_path_factory.mktemp("copy")
    shutil.copytree(PACKAGE, root / "vlrb_task", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "docs").mkdir()
    shutil.copy(JUDGES_PAGE, root / "docs")
    letter = (PACKAGE / "judges" / "letter.py").read_text(encoding="utf-8")
    (root / "vlrb_task" / "judges" / "added_here.py").write_text(letter.replace('"letter"', '"added_here"', 1))
    return root


def python(copy: Path, *arguments: str) -> str:
    env = os.environ | {"PYTHONPATH": str(copy)}
    done = subprocess.run([sys.executable, *arguments], cwd=copy, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_command_knows_a_new_file_at_once(copy: Path) -> None:
    run = "from vlrb_task.cli.main import main; main()"
    listed = {judge["name"]: judge for judge in json.loads(python(copy, "-c", run, "judges", "--json"))}
    assert set(listed) == {*shipped_names(), "added_here"}
    assert listed["added_here"]["lmms_eval_task"] == "vlrb_added_here"
    assert listed["added_here"]["vlmevalkit_dataset"] == "VLRB_Added_Here"
    (copy / "texts.jsonl").write_text('{"text": "B"}\n')
    read = json.loads(python(copy, "-c", run, "parse", "texts.jsonl", "--judge", "added_here", "--json"))
    assert read["verdicts"][0]["verdict"] == "second"


def test_one_command_writes_its_task_and_its_row(copy: Path) -> None:
    assert "added_here" not in (copy / "docs" / "judges.md").read_text(encoding="utf-8")
    gone = copy / "vlrb_task" / "lmms" / "tasks" / "vlrb_gone.yaml"
    gone.write_text("task: vlrb_gone\n")
    wrote = python(copy, "-m", "vlrb_task.lmms.write").split()
    assert [Path(name).name for name in wrote if name != "wrote"] == ["vlrb_added_here.yaml", "judges.md"]
    task = (gone.parent / "vlrb_added_here.yaml").read_text(encoding="utf-8")
    assert "process_docs: !function vlrb_task.lmms.docs.added_here__key__1\n" in task
    rows = (copy / "docs" / "judges.md").read_text(encoding="utf-8").splitlines()
    assert [row for row in rows if "added_here" in row and row.endswith("`vlrb_added_here`, `VLRB_Added_Here` |")]
    assert not gone.exists(), "a judge that is gone leaves no task behind"


def test_helpers_are_no_judges() -> None:
    names = {file.stem for file in (PACKAGE / "judges").glob("*.py")}
    assert {"base", "published", "templates"} <= names - set(shipped_names())
    assert [get_judge(name).name for name in shipped_names()] == list(shipped_names())
