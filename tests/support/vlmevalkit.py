"""Running the real VLMEvalKit through the launcher, and reading what it wrote."""

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

import pytest

from tests.support.warm import COLD, WarmPython

CHECKOUT_VARIABLE = "VLRB_VLMEVALKIT_CHECKOUT"
QUIET = {"CUDA_VISIBLE_DEVICES": "", "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}
PACKAGED = ("-m", "vlmeval")


def upstream() -> tuple[str, ...]:
    """The launcher's target in an upstream checkout, or a skip."""
    checkout = os.environ.get(CHECKOUT_VARIABLE)
    if not checkout:
        pytest.skip(f"no upstream VLMEvalKit: {CHECKOUT_VARIABLE} names no checkout")
    return (str(Path(checkout) / "run.py"),)


@dataclass
class Finished:
    """A run that ended.

    Attributes:
        output: standard output and error.
        work: its ``--work-dir``.
    """

    returncode: int
    output: str
    work: Path

    def status(self, model: str = "judge") -> dict[str, Any]:
        """What ``status.json`` says of the datasets of the last run."""
        found = sorted(self.work.glob(f"{model}/**/status.json"), key=lambda path: path.stat().st_mtime)
        assert found, f"VLMEvalKit wrote no status.json (exit code {self.returncode}):\n{self.output[-4000:]}"
        datasets: dict[str, Any] = json.loads(found[-1].read_text())["datasets"]
        return datasets

    def file(self, pattern: str) -> Path:
        """The newest file of a name."""
        found = sorted(self.work.rglob(pattern), key=lambda path: path.stat().st_mtime)
        assert found, f"no {pattern} (exit code {self.returncode}):\n{self.output[-4000:]}"
        return found[-1]


def arguments(url: str, work: Path, *datasets: str) -> list[str]:
    """VLMEvalKit's arguments for an OpenAI-compatible server."""
    return ["--data", *datasets, "--model", "judge", "--base-url", url, "--work-dir", str(work), "--api-nproc", "32"]


def start(
    command: tuple[str, ...], *, env: dict[str, str], python: tuple[str, ...] = (sys.executable,)
) -> subprocess.Popen[str]:
    """Start a command of this interpreter, with its output in one pipe."""
    return subprocess.Popen(
        [*python, *command],
        env={**os.environ, **QUIET, "PRED_FORMAT": "tsv", **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


@cache
def _warm() -> WarmPython:
    # What VLMEvalKit imports, without itself: the adapter changes its modules while they are imported.
    modules = (
        "torch",
        "torchvision",
        "transformers",
        "datasets",
        "scipy.stats",
        "sklearn.metrics",
        "pandas",
        "nltk",
        "openai",
    )
    return WarmPython(modules, {**os.environ, **QUIET})


def launch(*command: str, work: Path, env: dict[str, str], flags: tuple[str, ...] = ()) -> Finished:
    """Run ``python -m vlmevalkit_adapter FLAGS COMMAND``.

    A script is started afresh; a module or a command in a process with its libraries loaded, unless the environment has
    something for one of these.
    """
    if not COLD and not command[0].endswith(".py") and not any(name.startswith("HF_") for name in env):
        with tempfile.NamedTemporaryFile(mode="r", errors="replace") as file:
            settings = {"PRED_FORMAT": "tsv", **env}
            code = _warm().run("vlmevalkit_adapter", (*flags, *command), Path(file.name), settings)
            return Finished(code, file.read(), work)
    process = start(("-m", "vlmevalkit_adapter", *flags, *command), env=env)
    output, _ = process.communicate(timeout=1200)
    return Finished(process.returncode, output, work)
