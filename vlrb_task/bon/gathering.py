"""A user's files into questions with pictures: every source, and lmms-eval's own task where the logs leave something out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from vlrb_task.bon.found import Sheet, merge
from vlrb_task.bon.lmms_logs import FrameworkTask, installed, scored_again
from vlrb_task.bon.pictures import read_pictures
from vlrb_task.bon.questions import Question, remarks
from vlrb_task.bon.sources import read_sheets
from vlrb_task.pairs.pictures import store
from vlrb_task.support.errors import DataError

_TaskOf = Callable[[Sheet], FrameworkTask]


@dataclass(frozen=True)
class Gathered:
    """Everything that a folder is made of.

    Attributes:
        questions: with their candidates.
        pictures: names of the stored files by question id.
        sources: each file, with what its correctness is.
        notes: what must be known of the candidates.
    """

    questions: tuple[Question, ...]
    pictures: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Mapping[str, str], ...] = ()
    notes: tuple[str, ...] = ()


def gather(
    paths: Iterable[Path],
    *,
    metric: str | None = None,
    task: str | None = None,
    include_path: Path | None = None,
    rescore: bool = False,
    pictures: Path | None = None,
    images: Path | None = None,
    trust_pickle: bool = False,
) -> Gathered:
    """Read candidates, and their pictures.

    Args:
        paths: as :func:`~vlrb_task.bon.sources.read_sheets`'.
        metric: which metric or column says what is right; None for the first that does.
        task: lmms-eval's task, where a log's name does not say it.
        include_path: folder of that task's YAML file, if lmms-eval does not ship it.
        rescore: whether to ask the task's scorer about each answer by itself.
        pictures: a file of the benchmark with its pictures.
        images: the folder to store pictures in; None to leave them out.
        trust_pickle: whether to open pickles.

    Raises:
        DataError: files that cannot be used, correctness or pictures that are not to be had.
    """
    loaded = cache(lambda name: FrameworkTask(name, include_path))

    def task_of(sheet: Sheet) -> FrameworkTask:
        return loaded(task or sheet.source)

    sheets = []
    for sheet in read_sheets(paths, metric, trust_pickle=trust_pickle):
        if rescore and sheet.framework == "lmms-eval":
            sheet = scored_again(sheet, task_of(sheet), metric)
        _check_scored(sheet, task)
        sheets.append(sheet)
    questions, notes = merge(sheets)
    stored: dict[str, str] = {}
    if images is not None:
        stored = _pictures(sheets, pictures, images, task_of)
        if bare := len(questions) - len(stored):
            notes.append(f"{bare} of {len(questions)} questions have no picture and are asked about without one")
    sources = tuple({"file": sheet.path, "framework": sheet.framework, "right": sheet.metric} for sheet in sheets)
    told = dict.fromkeys(note for sheet in sheets for note in sheet.notes)
    return Gathered(tuple(questions), stored, sources, (*told, *notes, *remarks(questions)))


def _check_scored(sheet: Sheet, task: str | None) -> None:
    first = sheet.questions[0]
    if sheet.framework == "lmms-eval" and first.rights is None:
        raise DataError(
            f"{sheet.path}: {len(first.texts)} answers a question, of which {', '.join(sheet.metrics) or 'no metric'} does "
            "not say one by one which are right. With --rescore "
            f"the scorer of lmms-eval's task {task or sheet.source!r} is asked about each (it needs lmms-eval and the "
            "task's dataset; a task that asks a judge model of its own asks it again); or make N runs, with a log each"
        )


def _pictures(sheets: Sequence[Sheet], given: Path | None, folder: Path, task_of: _TaskOf) -> dict[str, str]:
    """The names of the questions' stored pictures: out of the files, the benchmark's file, or lmms-eval's own task."""
    stored: dict[str, str] = {}

    def keep(id: str, picture: bytes | None) -> None:
        if picture:
            stored[id] = store(picture, folder, checked=False).name

    for sheet in sheets:
        for found in sheet.questions:
            if (id := sheet.question_id(found)) not in stored:
                keep(id, found.picture)
        ids = {found.key: sheet.question_id(found) for found in sheet.questions}
        missing = {key: id for key, id in ids.items() if id not in stored}
        file = given or _vlmevalkit_tsv(sheet)
        if not missing or (sheet.framework in ("JSONL", "benchmark") and file is None):
            continue
        if file is not None:
            for key, picture in read_pictures(file, set(missing)).items():
                keep(missing[key], picture)
        elif sheet.framework == "lmms-eval" and installed():
            for key, id in missing.items():
                keep(id, task_of(sheet).picture(key))
        else:
            raise DataError(
                f"{sheet.path}: its log holds no pictures; give the benchmark's file with --questions, "
                "run this where lmms-eval is installed, or ask without pictures with --no-images"
            )
    return stored


def _vlmevalkit_tsv(sheet: Sheet) -> Path | None:
    """VLMEvalKit's own copy of the dataset, where its data folder says where that is."""
    root = os.environ.get("LMUData")  # noqa: SIM112 - VLMEvalKit spells it so
    path = Path(root) / f"{sheet.source}.tsv" if root and sheet.framework == "VLMEvalKit" else None
    return path if path and path.is_file() else None
