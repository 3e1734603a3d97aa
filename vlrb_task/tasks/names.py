"""Names of tasks: which can be given, and which the frameworks have already, whose own task would then run instead."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from vlrb_task.support.errors import UnknownName, VlrbError
from vlrb_task.tasks.shipped import dataset_name_of, shipped_tasks

_ALLOWED = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_TASK = re.compile(rb"^(?:task|group):\s*[\"']?([A-Za-z0-9_.-]+)[\"']?\s*$", re.MULTILINE)


def check_name(name: str) -> None:
    """Hold the name of a new task to the names that there are.

    Raises:
        UnknownName: it is empty, a path, or has other characters than task names have.
        VlrbError: a task of ours or a framework's has it already.
    """
    if not _ALLOWED.fullmatch(name):
        what = "is empty" if not name.strip() else "is a path" if "/" in name or "\\" in name else "is no task name"
        raise UnknownName(f"--name {name!r} {what}: use letters, digits, '_', '-' and '.', beginning with a letter")
    if whose := owner_of(name):
        raise VlrbError(f"--name {name!r}: a task of this name is already there ({whose}), and would run instead")


def owner_of(name: str) -> str | None:
    """Who has a task of this name; None for nobody. Upper and lower case make no difference, as on some file systems."""
    ours = {shipped.dataset_name for shipped in shipped_tasks().values()}
    if name.lower() in shipped_tasks() or dataset_name_of(name) in ours:
        return "vlrb"
    for framework, names in {**_packaged(), "the installed lmms-eval": _installed()}.items():
        if name.lower() in names:
            return framework
    return None


@cache
def _packaged() -> dict[str, frozenset[str]]:
    """The names that the frameworks had when this release was made, in lower case."""
    found: dict[str, set[str]] = {}
    names: set[str] = set()
    for line in Path(__file__).with_name("taken_names.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            names = found.setdefault(line.strip("[]"), set())
        elif line and not line.startswith("#"):
            names.add(line.lower())
    return {framework: frozenset(listed) for framework, listed in found.items()}


@cache
def _installed() -> frozenset[str]:
    """The names in the YAML files of the lmms-eval that is installed, which is not imported."""
    spec = find_spec("lmms_eval")
    folders = spec.submodule_search_locations if spec else None
    files = [file for folder in folders or () for file in Path(folder, "tasks").rglob("*.yaml")]
    return frozenset(name.decode().lower() for file in files for name in _TASK.findall(file.read_bytes()))
