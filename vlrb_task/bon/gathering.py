"""A user's files into questions with pictures: every source, and lmms-eval's own task where the logs leave something out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from vlrb_task.bon.folder import Folder
from vlrb_task.bon.lmms_logs import FrameworkTask, installed, scored_again
from vlrb_task.bon.questions import Sheet, merge, remarks
from vlrb_task.bon.sources import read_sheets
from vlrb_task.pairs.media import base64_bytes
from vlrb_task.pairs.pictures import UnreadablePicture, opened, png, store
from vlrb_task.pairs.pictures import joined as join
from vlrb_task.pairs.rows import read_rows
from vlrb_task.support.delimited import read_delimited
from vlrb_task.support.errors import DataError
from vlrb_task.support.extra import require

_TaskOf = Callable[[Sheet], FrameworkTask]


def gather(
    paths: Iterable[Path],
    folder: Folder,
    *,
    metric: str | None = None,
    task: str | None = None,
    include_path: Path | None = None,
    rescore: bool = False,
    pictures: Path | None = None,
    images: bool = False,
    trust_pickle: bool = False,
) -> Folder:
    """Read candidates, and their pictures, for a folder that is to be made.

    Args:
        paths: as :func:`~vlrb_task.bon.sources.read_sheets`'.
        folder: without questions; the notes that it has come last.
        metric: which metric or column says what is right; None for the first that does.
        task: lmms-eval's task, where a log's name does not say it.
        include_path: folder of that task's YAML file, if lmms-eval does not ship it.
        rescore: whether to ask the task's scorer about each answer by itself.
        pictures: a file of the benchmark with its pictures.
        images: whether to store pictures in the folder.
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
    if images:
        stored = _pictures(sheets, pictures, folder.path / "images", task_of)
        if bare := len(questions) - len(stored):
            notes.append(f"{bare} of {len(questions)} questions have no picture and are asked about without one")
    sources = tuple({"file": sheet.path, "framework": sheet.framework, "right": sheet.metric} for sheet in sheets)
    told = dict.fromkeys(note for sheet in sheets for note in sheet.notes)
    notes = [*told, *notes, *remarks(questions), *folder.making.notes]
    making = replace(folder.making, sources=sources, notes=tuple(notes))
    return replace(folder, making=making, questions=tuple(questions), pictures=stored)


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

    def keep(id: str, pictures: Sequence[bytes]) -> None:
        if pictures:
            stored[id] = store(joined(pictures), folder, checked=False).name

    for sheet in sheets:
        for found in sheet.questions:
            if (id := sheet.question_id(found)) not in stored:
                keep(id, [found.picture] if found.picture else [])
        ids = {found.key: sheet.question_id(found) for found in sheet.questions}
        missing = {key: id for key, id in ids.items() if id not in stored}
        file = given or _vlmevalkit_tsv(sheet)
        if not missing or (sheet.framework in ("JSONL", "benchmark") and file is None):
            continue
        if file is not None:
            for key, pictures in read_pictures(file, set(missing)).items():
                keep(missing[key], pictures)
        elif sheet.framework == "lmms-eval" and installed():
            for key, id in missing.items():
                keep(id, task_of(sheet).pictures(key))
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


KEY_COLUMNS = ("doc_id", "index", "id", "question_id")
"""Columns that can name a question, in the order in which they are tried."""


def read_pictures(path: Path, keys: set[str]) -> dict[str, list[bytes]]:
    """The pictures of the questions with these keys, from a file of the benchmark.

    A parquet or JSONL file has a column that names the question (``doc_id``, ``index``, ``id``; lmms-eval's row numbers
    are also taken for the file's own) and columns ``image``, or ``image_1`` and so on; a TSV is VLMEvalKit's.

    Raises:
        DataError: the file cannot be read, or names none of the questions.
    """
    rows = list(_tsv(path) if path.suffix.lower() == ".tsv" else read_rows(str(path), images=True))
    named = [column for column in KEY_COLUMNS if rows and column in rows[0]]
    by_column = {column: {str(row[column]): row for row in rows} for column in named}
    by_column["row number"] = {str(number): row for number, row in enumerate(rows)}
    best = max(by_column, key=lambda column: len(keys & by_column[column].keys()))
    chosen = by_column[best]
    if missing := sorted(keys - chosen.keys()):
        raise DataError(
            f"{path}: {len(missing)} of {len(keys)} questions are not in it by {best}, the first is {missing[0]!r}"
        )
    found: dict[str, list[bytes]] = {}
    for key in keys:
        parts = [_bytes(value) for name, value in sorted(chosen[key].items()) if name.startswith("image")]
        found[key] = [part for part in parts if part]
    return found


def _bytes(value: object) -> bytes | None:
    """A picture's bytes out of a row's column: bytes, base64, or the mapping that parquet files hold.

    A path is not opened: what stands in data never chooses a file on this machine.
    """
    if isinstance(value, Mapping):
        value = value.get("bytes")
    if isinstance(value, str) and len(value) > 64:
        return base64_bytes(value, "is not base64")
    return value if isinstance(value, bytes) else None


def _tsv(path: Path) -> list[dict[str, Any]]:
    """VLMEvalKit's TSV; a short ``image`` is the index of the row whose picture this one shares."""
    rows: list[dict[str, Any]] = list(read_delimited(path, "\t"))
    if not rows or "index" not in rows[0] or "image" not in rows[0]:
        raise DataError(f"{path}: a TSV of VLMEvalKit has columns index and image")
    shown = {row["index"]: row["image"] for row in rows}
    return [row | {"image": shown.get(row["image"], row["image"])} for row in rows]


def joined(pictures: Sequence[bytes]) -> bytes:
    """One picture of several, see :func:`vlrb_task.pairs.pictures.joined`; one alone is given back as it is.

    Raises:
        DataError: one of several cannot be read.
    """
    if len(pictures) == 1:
        return pictures[0]
    require("putting several pictures of a question together", "PIL")
    try:
        return png(join([opened(picture) for picture in pictures]))
    except UnreadablePicture as error:
        raise DataError(f"a picture cannot be read ({error})") from error
