"""The ten lines of docs/judges.md, installed as a package and used."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.lmms_eval import vlrb, vlrb_json

DOCS = Path(__file__).resolve().parents[2] / "docs" / "judges.md"


def block(language: str) -> str:
    """The one code block of a language under the page's heading for this."""
    section = DOCS.read_text(encoding="utf-8").partition("## Adding a judge")[2]
    found = re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert len(found) == 1
    return str(found[0])


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which the package is installed: its wheel, built offline and unpacked into a folder."""
    if importlib.util.find_spec("setuptools") is None:
        pytest.skip("setuptools is not installed here, and building a package needs it")
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    (source / "my_judges.py").write_text(block("python"))
    (source / "pyproject.toml").write_text(block("toml"))
    build = f"from setuptools import build_meta; print(build_meta.build_wheel({str(source)!r}))"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", build], cwd=source, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    zipfile.ZipFile(next(source.glob("*.whl"))).extractall(target)
    return {"PYTHONPATH": os.pathsep.join([str(target), *filter(None, [os.environ.get("PYTHONPATH")])])}


def test_they_are_ten_lines() -> None:
    lines = [line for language in ("python", "toml") for line in block(language).splitlines() if line.strip()]
    assert len(lines) <= 10


def test_the_judge_is_listed_shown_and_read(installed: dict[str, str], tmp_path: Path) -> None:
    listed = vlrb_json("judges", env=installed)
    assert listed[-1]["name"] == "mine"
    assert listed[-1]["prompt"]["source"] == "own"
    shown = vlrb_json("judges", "mine", env=installed)["text"]
    assert "Which answer is more accurate? End with [[A]] or [[B]]." in shown
    (tmp_path / "texts.jsonl").write_text(json.dumps({"text": "B lies. [[A]]"}) + "\n")
    read = vlrb_json("parse", str(tmp_path / "texts.jsonl"), "--judge", "mine", env=installed)
    assert read["verdicts"] == [{"verdict": "first", "reason": None}]
    assert vlrb("judges", "mine").returncode == 2, "it is known where it is installed, and nowhere else"


def test_a_task_can_be_written_for_it(installed: dict[str, str], tmp_path: Path) -> None:
    done = vlrb("task", "--judge", "mine", "--order", "both", "--name", "by_mine", "-o", str(tmp_path), env=installed)
    assert done.returncode == 0, done.stderr
    assert "docs.mine__both__1" in (tmp_path / "by_mine.yaml").read_text()
