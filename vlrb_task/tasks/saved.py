"""Tasks that ``vlrb task`` wrote, kept as small JSON files beside lmms-eval's YAML: how VLMEvalKit finds them.

VLMEvalKit's datasets have no configuration files; the environment variable ``VLRB_TASKS`` names the folder.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from types import NoneType

from vlrb_task.asking.ballots import Schedule
from vlrb_task.judges.base import Sampling
from vlrb_task.support.errors import DataError, UnknownName
from vlrb_task.support.inputs import read_text
from vlrb_task.support.typed import typed
from vlrb_task.support.writing import output_file, write_text
from vlrb_task.tasks.shipped import HUB, TaskSpec

FOLDER_VARIABLE = "VLRB_TASKS"
_SUFFIX = ".task.json"
_MARKS = {
    ".yaml": re.compile(rb"\A# [^\n]*\bWritten by vlrb"),
    _SUFFIX: re.compile(rb'\A\{\s*"name": .*"judge": .*"order": ', re.DOTALL),
    ".ballots.jsonl": re.compile(rb'\A\{"ballots": '),
    ".parquet": re.compile(rb'"image": \{"_type": "Image"\}, "images": \{'),
}
"""The files of a task, and what each of ours has in it."""


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
