"""Tasks that ``vlrb task`` writes: names that they may have, and a small JSON file of each beside lmms-eval's YAML.

By that file VLMEvalKit finds them, whose datasets have no configuration files: ``VLRB_TASKS`` names the folder.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from configparser import ConfigParser
from dataclasses import asdict
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import NoneType

from vlrb_task.asking.ballots import Schedule
from vlrb_task.judges.base import Sampling
from vlrb_task.support.errors import DataError, UnknownName, VlrbError
from vlrb_task.support.inputs import read_text
from vlrb_task.support.typed import typed
from vlrb_task.support.writing import output_file, write_text
from vlrb_task.tasks.shipped import HUB, TaskSpec, dataset_name_of, shipped_tasks

FOLDER_VARIABLE = "VLRB_TASKS"
_SUFFIX = ".task.json"
_MARKS = {
    ".yaml": re.compile(rb"\A# [^\n]*\bWritten by vlrb"),
    _SUFFIX: re.compile(rb'\A\{\s*"name": .*"judge": .*"order": ', re.DOTALL),
    ".ballots.jsonl": re.compile(rb'\A\{"ballots": '),
    ".parquet": re.compile(rb'"image": \{"_type": "Image"\}, "images": \{'),
}
"""The files of a task, and what each of ours has in it."""


_ALLOWED = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_TASK = re.compile(rb"^(?:task|group):\s*[\"']?([A-Za-z0-9_.-]+)[\"']?\s*$", re.MULTILINE)


def check_name(name: str) -> None:
    """Hold the name of a new task to the names that there are.

    Raises:
        UnknownName: it is empty, a path, or has other characters than task names have.
        VlrbError: a task of ours or a framework's has it already.
    """
    if not _ALLOWED.fullmatch(name):
        what = "is empty" if not name.strip() else "is a path" if "/" in name or "\\" in name else "is not a task name"
        raise UnknownName(f"--name {name!r} {what}: use letters, digits, '_', '-' and '.', beginning with a letter")
    if whose := owner_of(name):
        raise VlrbError(f"--name {name!r}: a task of this name is already there ({whose}), and would run instead")


def owner_of(name: str) -> str | None:
    """Who has a task of this name; None for nobody. Upper and lower case make no difference, as on some file systems."""
    ours = {shipped.dataset_name for shipped in shipped_tasks().values()}
    if name.lower() in shipped_tasks() or dataset_name_of(name) in ours:
        return "vlrb"
    theirs = {**_packaged(), "the installed lmms-eval": _installed()}
    return next((framework for framework, names in theirs.items() if name.lower() in names), None)


@cache
def _packaged() -> dict[str, frozenset[str]]:
    """The names that the frameworks had when this release was made, in lower case."""
    parser = ConfigParser(allow_no_value=True, delimiters=("=",), strict=False)
    parser.read(Path(__file__).with_name("taken_names.txt"), encoding="utf-8")
    return {framework: frozenset(parser[framework]) for framework in parser.sections()}


@cache
def _installed() -> frozenset[str]:
    """The names in the YAML files of the lmms-eval that is installed, which is not imported."""
    spec = find_spec("lmms_eval")
    folders = spec.submodule_search_locations if spec else None
    files = [file for folder in folders or () for file in Path(folder, "tasks").rglob("*.yaml")]
    return frozenset(name.decode().lower() for file in files for name in _TASK.findall(file.read_bytes()))


def check_outputs(name: str, folder: Path, inputs: Iterable[str | Path | None], *, force: bool = False) -> None:
    """Check that a task's files may be written. To be asked before the first of them is.

    Raises:
        VlrbError: as :func:`vlrb_task.support.writing.output_file`, about one of them.
    """
    given = list(inputs)
    for suffix, mark in _MARKS.items():
        output_file(folder / f"{name}{suffix}", mark, given, force=force)


def save_task(spec: TaskSpec, folder: Path) -> Path:
    """Write a task's file into a folder. Paths in ``pairs`` and ``ballots`` are relative to it."""
    value = {
        "name": spec.name,
        "judge": spec.judge,
        "order": str(spec.schedule.order),
        "votes": spec.schedule.votes,
        "summary": spec.summary,
        "pairs": spec.pairs,
        "sampling": asdict(spec.sampling) if spec.sampling else None,
        "ballots": spec.ballots,
        "video": spec.video,
    }
    path = folder / f"{spec.name}{_SUFFIX}"
    write_text(path, json.dumps(value, indent=2) + "\n")
    return path


def load_tasks(folder: Path) -> list[TaskSpec]:
    """The tasks of a folder, by name.

    Raises:
        DataError: no such folder, or a file in it that is no task.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder")
    return [load_task(path) for path in sorted(folder.glob(f"*{_SUFFIX}"))]


def tasks_of_environment() -> list[TaskSpec]:
    """The tasks of the folder that ``VLRB_TASKS`` names; none where it is not set.

    Raises:
        DataError: as :func:`load_tasks`.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    return load_tasks(Path(folder).expanduser()) if folder else []


def load_task(path: Path) -> TaskSpec:
    """One task's file.

    Raises:
        DataError: no such file, or no task that ``vlrb task`` wrote.
    """
    try:
        value = json.loads(read_text(path))
        told = typed(value, name=str, judge=str, pairs=str, ballots=(str, NoneType), sampling=(dict, NoneType))
        pairs, sampling = told["pairs"], told["sampling"]
        beside = path.parent / pairs
        return TaskSpec(
            name=told["name"],
            judge=told["judge"],
            schedule=Schedule.parse(**typed(value, order=str, votes=int)),
            summary=str(value.get("summary", "")),
            pairs=str(beside) if pairs != HUB and beside.is_file() else pairs,
            sampling=Sampling(**typed(sampling, temperature=float, top_p=float, max_new_tokens=int))
            if sampling
            else None,
            ballots=str(path.parent / told["ballots"]) if told["ballots"] else None,
            video=value.get("video") is True,
        )
    except (OSError, ValueError, RecursionError, DataError, UnknownName) as error:
        raise DataError(f"{path}: not a task that vlrb task wrote ({error})") from error
