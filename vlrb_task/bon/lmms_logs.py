"""Candidates from lmms-eval: its sample logs, and its own task, asked for what a log leaves out.

What a log holds of N answers, of ``repeats: N`` in one log or of one log a run, depends on the run (measured on 0.7.3):

* With a filter ``take_first_k`` all N texts are in ``filtered_resps``, and the metrics are of all N together.
* Without it (``--repeats N`` on a task as it comes) all N are in ``resps`` only if ``--reasoning_tags none`` was given:
  stripping reasoning, which is on by default, leaves the first text alone in the log. The metrics are of the first.
* The row itself and its pictures are never there; ``input`` is the question as the policy was asked.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from vlrb_task.bon.questions import Found, Sheet, failed_note, fraction, fractions
from vlrb_task.pairs.pictures import png
from vlrb_task.support.errors import DataError
from vlrb_task.support.jsonl import Lines

FAILED = "[LMMS_EVAL_REQUEST_FAILED"
"""What lmms-eval writes in the place of an answer that it did not get."""

_LOGGED = {"doc_id", "target", "resps", "filtered_resps", "token_counts", "doc_hash", "input", "input_media"}
_SCORES = ("score", "scores", "correct", "is_correct", "hit", "acc", "accuracy", "exact_match", "match")
_READ = ("parsed_pred", "pred", "prediction", "extracted_answer")

Sample = Mapping[str, Any]


def read_samples(path: Path, metric: str | None = None) -> Sheet:
    """Read one ``*_samples_TASK.jsonl``.

    What is right is what ``metric`` says; without it, the first metric that says it of every answer. ``rights`` are None
    everywhere if none does.

    Raises:
        DataError: the file cannot be read, holds no samples, or lacks the metric that was asked for.
    """
    lines = Lines(path)
    samples: dict[str, dict[str, Any]] = {}
    for _, sample in lines:
        if "doc_id" not in sample:
            continue
        # A task with several filters logs a row once for each; the one with most texts says most.
        key = str(sample["doc_id"])
        if key not in samples or len(texts_of(sample)) > len(texts_of(samples[key])):
            samples[key] = sample
    if not samples:
        raise DataError(f"{path}: no samples of lmms-eval", lines.warnings)
    match = re.fullmatch(r".+?_samples_(.+)\.jsonl", path.name)
    task = match[1] if match else path.stem
    metrics = _metrics(path, task, next(iter(samples.values())))
    if metric is not None and metric not in metrics:
        raise DataError(f"{path}: no metric {metric!r}; it has {', '.join(metrics) or 'none'}")
    chosen, rights = _first_that_tells(samples.values(), [metric] if metric else metrics)
    questions = []
    for (key, sample), right in zip(samples.items(), rights, strict=True):
        texts = texts_of(sample)
        finals = _finals(sample.get(chosen), len(texts))
        questions.append(Found(key, str(sample.get("input", "")), texts, right, finals))
    notes = (*lines.warnings, *failed_note(questions, FAILED, path.name))
    return Sheet(str(path), "lmms-eval", task, tuple(questions), chosen, notes, tuple(metrics))


def texts_of(sample: Sample) -> tuple[str, ...]:
    """Every answer that the log has of a row: as scored if all are there so, else as they came."""
    scored, came = (_flat(sample.get(name)) for name in ("filtered_resps", "resps"))
    return scored if len(scored) >= len(came) else came


def _flat(value: object) -> tuple[str, ...]:
    while isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    texts = _listed(value) or []
    return tuple(str(text) for text in texts) if all(isinstance(text, str) for text in texts) else ()


def _metrics(path: Path, task: str, sample: Sample) -> list[str]:
    """The task's metrics in the order of its configuration; by the sample alone where the results file is not there."""
    there = [name for name in sample if name not in _LOGGED]
    results = path.with_name(re.sub(r"_samples_.+$", "_results.json", path.name))
    try:
        configured = json.loads(results.read_text(encoding="utf-8"))["configs"][task]["metric_list"]
        listed = [str(entry["metric"]) for entry in configured]
    except (OSError, ValueError, KeyError, TypeError):
        listed = []
    return [name for name in listed if name in there] or there


def _first_that_tells(
    samples: Iterable[Sample], metrics: Sequence[str]
) -> tuple[str, Sequence[tuple[float, ...] | None]]:
    """The first metric that says of every answer whether it is right, and what it says; else the first, and nothing."""
    counted = [(sample, len(texts_of(sample))) for sample in samples]
    for metric in metrics:
        rights = [rights_of(sample.get(metric), count) for sample, count in counted]
        if None not in rights:
            return metric, rights
    return next(iter(metrics), ""), [None] * len(counted)


def rights_of(value: object, count: int) -> tuple[float, ...] | None:
    """What a metric's value says of each of ``count`` answers; None where it does not say it of each.

    A number says it of one answer. Of several it is a mean or a best of them, which is not the same thing.
    """
    if isinstance(value, Mapping):
        return _rights_of_item(value, count)
    if isinstance(value, list):
        return fractions(value, count)
    return fractions([value], 1) if count == 1 and not isinstance(value, str) else None


def _rights_of_item(item: Mapping[str, Any], count: int) -> tuple[float, ...] | None:
    for name in _SCORES:
        if name in item and (told := rights_of(item[name], count)) is not None:
            return told
    # MMMU and its kin: the answer read from each text, beside the right one. A choice is right if it equals it; how open
    # answers are compared is more than that, and only the task knows.
    read, accepted = _listed(item.get("parsed_pred")), _listed(item.get("answer"))
    if item.get("question_type", "multiple-choice") != "multiple-choice" or read is None or len(read) != count:
        return None
    if accepted is None or not all(isinstance(one, str) for one in (*accepted, *read)):
        return None
    return tuple(float(one in accepted) for one in read)


def _finals(value: object, count: int) -> tuple[str, ...] | None:
    item = value if isinstance(value, Mapping) else {}
    for name in _READ:
        read = _listed(item.get(name))
        if read is not None and len(read) == count:
            return tuple(map(str, read))
    return None


def _listed(value: object) -> list[object] | None:
    return [value] if isinstance(value, str) else value if isinstance(value, list) else None


def installed() -> bool:
    """Whether lmms-eval is there."""
    return importlib.util.find_spec("lmms_eval") is not None


class FrameworkTask:
    """A task of lmms-eval with its rows, which needs lmms-eval and the task's dataset, as the run did.

    Nothing is scored here: the task's own ``process_results`` and aggregation are given one answer at a time.

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

    def pictures(self, key: str) -> list[bytes]:
        """The pictures of a row, as PNG files."""
        from PIL import Image

        parts = []
        for picture in self._task.doc_to_visual(self._doc(key)) or []:
            if not isinstance(picture, Image.Image):
                raise DataError(f"row {key} of task {self.name!r} shows a {type(picture).__name__}, not a picture")
            parts.append(png(picture.convert("RGB")))
        return parts

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
                raise DataError(f"metric {metric!r} of task {self.name!r} does not give one answer a number in [0, 1]")
            told.append(right)
        return tuple(told)

    def _doc(self, key: str) -> Any:
        if not key.isdecimal() or int(key) >= len(self._docs):
            raise DataError(f"task {self.name!r} has no row {key}: the log is about other data")
        return self._docs[int(key)]


def scored_again(sheet: Sheet, task: FrameworkTask, metric: str | None) -> Sheet:
    """A sheet whose answers the task's own scorer has looked at one by one.

    The metric is the given one; without it, the first that gives a number in [0, 1] for the first question.
    """
    problems: list[str] = []
    for name in [metric] if metric else sheet.metrics:
        try:
            task.rights(sheet.questions[0], name)
        except DataError as error:
            problems.append(str(error))
            continue
        scored = tuple(replace(found, rights=task.rights(found, name)) for found in sheet.questions)
        note = f"correctness of each answer by itself from metric {name!r} of lmms-eval's task {task.name!r}"
        return replace(sheet, questions=scored, metric=name, notes=(*sheet.notes, note))
    raise DataError(f"{sheet.path}: no metric of task {task.name!r} scores one answer", problems)
