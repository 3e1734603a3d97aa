"""Running the real lmms-eval, and reading what it wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.warm import COLD, WarmPython

TWO_PROCESSES = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", "lmms_eval")
"""A launcher of two ranks. (`accelerate launch --cpu --num_processes 2` starts one process only, without MPI.)"""

QUIET = {"CUDA_VISIBLE_DEVICES": "", "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}


@dataclass
class Finished:
    """A run that ended.

    Attributes:
        output: standard output and error.
        folder: what ``--output_path`` was.
    """

    returncode: int
    output: str
    folder: Path

    def results(self) -> dict[str, Any]:
        """The one results file, or a failure that shows the run's last words."""
        found = sorted(self.folder.rglob("*_results.json"))
        assert found, f"lmms-eval wrote no results (exit code {self.returncode}):\n{self.output[-4000:]}"
        value: dict[str, Any] = json.loads(found[-1].read_text())
        return value

    def metrics(self, task: str) -> dict[str, Any]:
        """A task's metrics without the filter's name."""
        return {k.removesuffix(",none"): v for k, v in self.results()["results"][task].items()}

    def samples(self, task: str) -> Path:
        """The task's sample log."""
        return sorted(self.folder.rglob(f"*_samples_{task}.jsonl"))[-1]


@cache
def _warm() -> WarmPython:
    modules = ("lmms_eval.cli.dispatch", "lmms_eval.__main__", "lmms_eval.models.chat.async_openai")
    return WarmPython(modules, {**os.environ, **QUIET})


def lmms_eval(
    folder: Path, *arguments: str, launcher: tuple[str, ...] = (), env: dict[str, str] | None = None
) -> Finished:
    """Run ``lmms-eval`` with a sample log.

    Args:
        folder: its ``--output_path``.
        arguments: the others.
        launcher: what ``python`` is to start; without it lmms-eval's console script, in a process with its libraries loaded.
        env: added to the environment. A variable that is not ours may mean something to what is loaded, so that
            ``python -m lmms_eval`` is started afresh then.
    """
    arguments = (*arguments, "--log_samples", "--output_path", str(folder))
    if not COLD and not launcher and all(name.startswith("VLRB_") for name in env or {}):
        with tempfile.NamedTemporaryFile(mode="r", errors="replace") as file:
            code = _warm().run("lmms_eval.cli.dispatch:main", arguments, Path(file.name), env or {})
            return Finished(code, file.read(), folder)
    command = [sys.executable, *(launcher or ("-m", "lmms_eval")), *arguments]
    done = subprocess.run(
        command,
        env={**os.environ, **QUIET, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=1200,
        check=False,
    )
    return Finished(done.returncode, done.stdout, folder)


def vlrb(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the ``vlrb`` command."""
    code = "import sys; from vlrb_task.cli.main import main; sys.argv[0] = 'vlrb'; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **QUIET, **(env or {})},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=600,
        check=False,
    )


def vlrb_json(*arguments: str, env: dict[str, str] | None = None) -> Any:
    """Run ``vlrb … --json`` and return its document."""
    done = vlrb(*arguments, "--json", env=env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
