"""``vlrb hook`` in an environment of its own, which sees this one's packages."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.support.vlmevalkit import QUIET
from vlrb_task.asking.ballots import Order, Schedule
from vlrb_task.tasks.saved import save_task
from vlrb_task.tasks.shipped import TaskSpec

ROOT = Path(__file__).parents[2]
FILES = ["_vlrb_vlmevalkit_hook.py", "vlrb_vlmevalkit_hook.pth"]


class Environment:
    """A virtual environment without pip."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, with_pip=False, symlinks=True)
        self.python = folder / "bin" / "python"
        [self.packages] = folder.glob("lib/python*/site-packages")
        (self.packages / "parents.pth").write_text("\n".join([*site.getsitepackages(), str(ROOT)]) + "\n")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.python), *arguments],
            env={**os.environ, **QUIET},
            capture_output=True,
            text=True,
            check=False,
        )

    def vlrb(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        code = "import sys; from vlrb_task.cli.main import main; sys.argv[0] = 'vlrb'; main()"
        return self.run("-c", code, "hook", *arguments)

    def loaded(self) -> set[str]:
        """The modules that are there when the interpreter has started."""
        return set(self.run("-c", "import sys; print(*sys.modules)").stdout.split())

    def state(self) -> str:
        return str(json.loads(self.vlrb("status", "--json").stdout)["state"])

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.packages)) for path in self.packages.rglob("*vlrb*"))


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "env")


def test_install_status_and_remove(environment: Environment) -> None:
    assert environment.state() == "off"
    done = environment.vlrb("install")
    assert done.returncode == 0, done.stderr
    assert environment.state() == "on"
    written = [name for name in environment.files() if "__pycache__" not in name]
    assert written == FILES
    assert all(str(environment.packages / name) in done.stdout for name in written), "it says what it wrote"
    assert environment.run("-c", "print('fine')").stdout == "fine\n"
    assert environment.vlrb("install").returncode == 0, "once more is no error"
    done = environment.vlrb("remove")
    assert environment.files() == []
    assert all(name in done.stdout for name in FILES)
    assert environment.state() == "off"
    assert "there was no hook" in environment.vlrb("remove").stdout


def test_a_start_of_the_interpreter_loads_the_hook_and_nothing_else(environment: Environment) -> None:
    before = environment.loaded()
    environment.vlrb("install")
    assert environment.loaded() - before == {"_vlrb_vlmevalkit_hook"}


def test_it_never_breaks_the_interpreter(environment: Environment) -> None:
    environment.vlrb("install")
    # vlrb is gone, the hook was forgotten.
    (environment.packages / "parents.pth").write_text("")
    done = environment.run("-c", "import sys; print('fine')")
    assert (done.stdout, done.stderr) == ("fine\n", "")
    kit = environment.packages / "vlmeval"
    kit.mkdir()
    (kit / "__init__.py").write_text("")
    (kit / "dataset.py").write_text("X = 1")
    done = environment.run("-c", "import vlmeval.dataset; print(vlmeval.dataset.X)")
    assert done.stdout == "1\n"
    assert "could not be registered with VLMEvalKit" in done.stderr


def test_an_incomplete_hook_is_told_and_mended(environment: Environment) -> None:
    environment.vlrb("install")
    (environment.packages / FILES[0]).write_text((environment.packages / FILES[0]).read_text() + "# an older one\n")
    assert environment.state() == "incomplete"
    environment.vlrb("install")
    assert environment.state() == "on"


def test_files_of_others_are_left_alone(environment: Environment) -> None:
    path = environment.packages / FILES[0]
    path.write_text("VALUABLE = True\n")
    for command in ("install", "remove"):
        done = environment.vlrb(command)
        assert done.returncode == 2
        assert "not written by vlrb" in done.stderr
    assert path.read_text() == "VALUABLE = True\n"


def test_the_real_vlmevalkit_with_its_own_command_line(environment: Environment) -> None:
    environment.vlrb("install")
    code = "import sys; sys.argv = ['vlmutil', 'dlist', 'all']; from vlmeval import cli; cli()"
    done = environment.run("-c", code)
    assert {"VLRB", "VLRB_K5", "VL-RewardBench"} <= set(done.stdout.split()), done.stderr[-2000:]
    environment.vlrb("remove")


def test_registering_loads_nothing_that_can_wait_and_is_done_once() -> None:
    """What registration loads on top of what VLMEvalKit itself does."""
    code = """
import sys
import vlmeval.dataset
from vlmeval.api import LMDeployAPI
before = set(sys.modules)
from vlmevalkit_adapter.registration import register
register(vlmeval.dataset)
print("loaded", *sorted(set(sys.modules) - before))
assert vlmeval.dataset.VLRB in vlmeval.dataset.DATASET_CLASSES
known = len(vlmeval.dataset.SUPPORTED_DATASETS)
register(vlmeval.dataset)
assert len(vlmeval.dataset.SUPPORTED_DATASETS) == known
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **QUIET}, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.rsplit("loaded", 1)[1].split())
    assert {name.partition(".")[0] for name in loaded} - {"encodings"} == {"vlmevalkit_adapter", "vlrb_task"}
    assert not loaded & {"vlmevalkit_adapter.asking", "vlmevalkit_adapter.evaluation", "vlrb_task.scores.score"}


def test_tasks_of_the_environment_are_looked_up_at_registration(tmp_path: Path) -> None:
    """Importing the datasets reads no variable; registering does, and says what is wrong before it changes anything."""
    code = """
import os, sys
import vlmeval.dataset
known = list(vlmeval.dataset.SUPPORTED_DATASETS)
import vlmevalkit_adapter.datasets
from vlmevalkit_adapter.registration import register
try:
    register(vlmeval.dataset)
except ImportError as error:
    print("refused:", error)
assert vlmeval.dataset.SUPPORTED_DATASETS == known
os.environ["VLRB_TASKS"] = sys.argv[1]
register(vlmeval.dataset)
assert "VLRB_Mine" in vlmeval.dataset.SUPPORTED_DATASETS
"""
    tasks = tmp_path / "tasks"
    tasks.mkdir()
    save_task(TaskSpec("mine", "criteria", Schedule(Order.KEY), "", "demo"), tasks)
    done = subprocess.run(
        [sys.executable, "-c", code, str(tasks)],
        env={**os.environ, **QUIET, "VLRB_TASKS": str(tmp_path / "nowhere")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert f"refused: {tmp_path / 'nowhere'}: no such folder" in done.stdout
