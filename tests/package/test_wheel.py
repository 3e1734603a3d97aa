"""A wheel, built and installed elsewhere, has everything in it."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout[-1500:]}{done.stderr[-1500:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("build", reason="the package 'build' is not installed here (nox -s package installs it)")
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--installer", "uv", "--wheel", "--outdir", out, ROOT, cwd=out)
    (found,) = out.glob("vlrb-*.whl")
    return found


@pytest.fixture(scope="module")
def bin_folder(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel and its dependencies, and nothing of the source tree."""
    folder = tmp_path_factory.mktemp("elsewhere")
    run(sys.executable, "-m", "uv", "venv", "--python", sys.executable, folder / "env", cwd=folder)
    python = folder / "env" / "bin" / "python"
    run(sys.executable, "-m", "uv", "pip", "install", "--python", python, wheel, cwd=folder)
    return folder / "env" / "bin"


def test_wheel_holds_the_data_and_not_the_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for name in (
        "vlrb_task/lmms/tasks/_vlrb_base.yaml",
        "vlrb_task/lmms/tasks/vlrb.yaml",
        "vlrb_task/pairs/demo/demo.parquet",
        "vlrb_task/py.typed",
        "vlmevalkit_adapter/py.typed",
    ):
        assert name in names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "docs/"))]


def test_the_base_install_is_light(bin_folder: Path) -> None:
    listed = run(
        bin_folder / "python",
        "-c",
        "import importlib.metadata as m; print(*[d.name for d in m.distributions()])",
        cwd=bin_folder,
    )
    heavy = {"torch", "transformers", "datasets", "lmms_eval", "lmms-eval", "ms-vlmeval", "pandas"}
    assert not heavy & set(listed.lower().split())


def test_commands_find_their_files(bin_folder: Path, tmp_path: Path) -> None:
    folder = Path(run(bin_folder / "vlrb", "include-path", cwd=tmp_path).strip())
    assert ROOT not in folder.parents
    assert (folder / "vlrb_k5.yaml").is_file()
    code = "import vlrb_task.pairs.demo as d; print(d.demo_parquet())"
    demo = run(bin_folder / "python", "-c", code, cwd=tmp_path).strip()
    report = json.loads(run(bin_folder / "vlrb", "doctor", "--pairs", demo, "--json", cwd=tmp_path))
    assert report["data"]["rows"] == 36
    assert report["registered"]["lmms-eval"] is False
    help_text = run(bin_folder / "vlrb", "--help", cwd=tmp_path)
    assert "score" in help_text


def test_the_demo_says_what_it_needs(bin_folder: Path, tmp_path: Path) -> None:
    done = subprocess.run([bin_folder / "vlrb", "demo"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert 'pip install "vlrb[lmms-eval]"' in done.stderr
