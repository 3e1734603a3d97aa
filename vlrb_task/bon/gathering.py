"""A user's files into questions with pictures: every source, and lmms-eval's own task where the logs leave something out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vlrb_task.bon.found import Sheet, merge
from vlrb_task.bon.lmms_task import FrameworkTask, installed, scored_again
from vlrb_task.bon.pictures import read_pictures, store
from vlrb_task.bon.questions import Question, remarks
from vlrb_task.bon.sources import read_sheets
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to read the files.

    Attributes:
        metric: which metric or column says what is right; None for the first that does.
        task: lmms-eval's task, where a log's name does not say it.
        include_path: folder of that task's YAML file, if lmms-eval does not ship it.
        rescore: whether to ask the task's scorer about each answer by itself.
        pictures: a file of the benchmark with its pictures.
        images: the folder to store pictures in; None to leave them out.
        trust_pickle: whether to open pickles.
    """

    metric: str | None = None
    task: str | None = None
    include_path: Path | None = None
    rescore: bool = False
    pictures: Path | None = None
    images: Path | None = None
    trust_pickle: bool = False


def gather(paths: Iterable[Path], wanted: Wanted) -> Gathered:
    """Read candidates, and their pictures.

    Raises:
        DataError: files that cannot be used, correctness or pictures that are not to be had.
    """
    sheets = read_sheets(paths, wanted.metric, trust_pickle=wanted.trust_pickle)
    tasks: dict[str, FrameworkTask] = {}

    def task_of(sheet: Sheet) -> FrameworkTask:
        name = wanted.task or sheet.source
        if name not in tasks:
            tasks[name] = FrameworkTask(name, wanted.include_path)
        return tasks[name]

    scored = [_scored(sheet, wanted, task_of) for sheet in sheets]
    questions, notes = merge(scored)
    pictures: dict[str, str] = {}
    if wanted.images is not None:
        pictures = _pictures(scored, wanted, wanted.images, task_of)
        if bare := len(questions) - len(pictures):
            notes.append(f"{bare} of {len(questions)} questions have no picture and are asked about without one")
    sources = tuple({"file": sheet.path, "framework": sheet.framework, "right": sheet.metric} for sheet in scored)
    told = [note for sheet in scored for note in sheet.notes]
    return Gathered(tuple(questions), pictures, sources, (*dict.fromkeys(told), *notes, *remarks(questions)))


def _scored(sheet: Sheet, wanted: Wanted, task_of: _TaskOf) -> Sheet:
    if sheet.framework != "lmms-eval":
        return sheet
    if wanted.rescore:
        return scored_again(sheet, task_of(sheet), wanted.metric)
    if sheet.questions[0].rights is not None:
        return sheet
    draws = len(sheet.questions[0].texts)
    said = ", ".join(sheet.extra.get("metrics", ())) or "no metric"
    raise DataError(
        f"{sheet.path}: {draws} answers a question, of which {said} does not say one by one which are right. With --rescore "
        f"the scorer of lmms-eval's task {wanted.task or sheet.source!r} is asked about each (it needs lmms-eval and the "
        "task's dataset; a task that asks a judge model of its own asks it again); or make N runs, with a log each"
    )


def _pictures(sheets: Sequence[Sheet], wanted: Wanted, folder: Path, task_of: _TaskOf) -> dict[str, str]:
    stored: dict[str, str] = {}
    for sheet in sheets:
        missing = {found.key: sheet.question_id(found) for found in sheet.questions}
        missing = {key: id for key, id in missing.items() if id not in stored}
        for found in sheet.questions:
            if found.picture and found.key in missing:
                stored[missing.pop(found.key)] = store(found.picture, folder)
        file = wanted.pictures or _vlmevalkit_tsv(sheet)
        if not missing or (sheet.framework in ("JSONL", "benchmark") and file is None):
            continue
        if file is not None:
            for key, picture in read_pictures(file, set(missing)).items():
                stored[missing[key]] = store(picture, folder)
        elif sheet.framework == "lmms-eval" and installed():
            task = task_of(sheet)
            for key, id in missing.items():
                shown = task.picture(key)
                if shown is not None:
                    stored[id] = store(shown, folder)
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
