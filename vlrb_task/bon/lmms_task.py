"""lmms-eval's own task, asked for what its log leaves out: the pictures, and whether each answer is right.

Needs lmms-eval and the task's dataset, as the run did. Nothing is scored here: the task's own ``process_results`` and
aggregation are given one answer at a time.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from vlrb_task.bon.found import Found, Sheet, fraction
from vlrb_task.bon.pictures import joined
from vlrb_task.pairs.pictures import png
from vlrb_task.support.errors import DataError


def installed() -> bool:
    """Whether lmms-eval is there."""
    return importlib.util.find_spec("lmms_eval") is not None


class FrameworkTask:
    """A task of lmms-eval with its rows.

    Args:
        name: the task's name.
        include_path: the folder with its YAML file, for a task that lmms-eval does not ship.

    Raises:
        DataError: lmms-eval is not installed, knows no such task, or cannot load its dataset.
    """

    def __init__(self, name: str, include_path: Path | None = None) -> None:
        if not installed():
            raise DataError(f"task {name!r} of lmms-eval is needed, and lmms-eval is not installed here")
        from lmms_eval.tasks import TaskManager, get_task_dict

        retries: type[Exception] = importlib.import_module("tenacity").RetryError

        try:
            manager = TaskManager(include_path=str(include_path) if include_path else None)
            if name not in manager.all_tasks:
                raise DataError(f"lmms-eval knows no task {name!r} (its YAML file's folder: --include-path)")
            self._task: Any = get_task_dict([name], manager)[name]
            self._docs: Any = self._task.eval_docs
        except (OSError, ValueError, KeyError, RuntimeError, retries) as error:
            raise DataError(f"task {name!r} of lmms-eval cannot be loaded ({type(error).__name__}: {error})") from error
        self.name = name

    def picture(self, key: str) -> bytes | None:
        """The picture of a row, several put together; None where the task shows none."""
        from PIL import Image

        shown = self._task.doc_to_visual(self._doc(key)) or []
        parts = []
        for picture in shown:
            if not isinstance(picture, Image.Image):
                raise DataError(f"row {key} of task {self.name!r} shows a {type(picture).__name__}, not a picture")
            parts.append(png(picture.convert("RGB")))
        return joined(parts) if parts else None

    def rights(self, found: Found, metric: str) -> tuple[float, ...]:
        """What the task's scorer says of each answer by itself.

        Raises:
            DataError: it gives no number in [0, 1] for one answer.
        """
        doc = self._doc(found.key)
        aggregate = self._task.aggregation().get(metric)
        told = []
        for text in found.texts:
            # Some tasks print while they score or aggregate.
            with contextlib.redirect_stdout(io.StringIO()):
                value = self._task.process_results(doc, [text]).get(metric)
                right = None if isinstance(value, Mapping) else fraction(value)
                if right is None and value is not None and callable(aggregate):
                    right = fraction(aggregate([value]))
            if right is None:
                raise DataError(f"metric {metric!r} of task {self.name!r} says of one answer no number in [0, 1]")
            told.append(right)
        return tuple(told)

    def _doc(self, key: str) -> Any:
        if not key.isdecimal() or int(key) >= len(self._docs):
            raise DataError(f"task {self.name!r} has no row {key}: the log is of other data")
        return self._docs[int(key)]


def scored_again(sheet: Sheet, task: FrameworkTask, metric: str | None) -> Sheet:
    """A sheet whose answers the task's own scorer has looked at one by one.

    Args:
        sheet: of a log that says it of all answers together.
        task: the task that the log is of.
        metric: which metric; without it, the first that gives a number in [0, 1] for the first question.
    """
    names: Sequence[str] = [metric] if metric else sheet.extra.get("metrics", ())
    problems: list[str] = []
    for name in names:
        try:
            task.rights(sheet.questions[0], name)
        except DataError as error:
            problems.append(str(error))
            continue
        scored = tuple(replace(found, rights=task.rights(found, name)) for found in sheet.questions)
        note = f"correctness of each answer by itself from metric {name!r} of lmms-eval's task {task.name!r}"
        return replace(sheet, questions=scored, metric=name, notes=(*sheet.notes, note))
    raise DataError(f"{sheet.path}: no metric of task {task.name!r} scores one answer", problems)
