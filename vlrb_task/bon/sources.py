"""Candidates from whatever a user has: lmms-eval's sample logs, VLMEvalKit's scored files, JSON lines, or a benchmark.

A scored file of VLMEvalKit (``…_result.xlsx`` and the like) has the prediction file's rows and a column ``hit``. Of a
prediction file the scored one beside it is taken.
"""

from __future__ import annotations

import json
import os
import string
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vlrb_task.bon.lmms_logs import read_samples
from vlrb_task.bon.questions import Found, Sheet, failed_note, fraction, fractions
from vlrb_task.pairs.mapped_rows import answer_rows, is_named, mapping_of
from vlrb_task.pairs.media import picture_of
from vlrb_task.support.errors import DataError, short
from vlrb_task.support.jsonl import Lines
from vlrb_task.votes.tables import FAILURE_TEXT, SUFFIXES, is_table, read_table, text_of

Row = Mapping[str, Any]


def read_sheets(paths: Iterable[Path], metric: str | None = None, *, trust_pickle: bool = False) -> list[Sheet]:
    """Read every file, in the order given; a folder's by name.

    Args:
        paths: files, folders of them, and benchmarks (``NAME``, ``NAME=FOLDER``, or a mapping's YAML file).
        metric: which metric or column says what is right; without it, the first that says it of every answer.
        trust_pickle: open .pkl files.

    Raises:
        DataError: nothing there, or a file that cannot be used.
    """
    sheets = []
    for path in paths:
        if is_named(str(path)) or path.suffix.lower() in (".yaml", ".yml"):
            sheets += _benchmark(str(path))
        else:
            sheets += [_sheet(file, metric, trust_pickle) for file in _files(path)]
    return sheets


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise DataError(f"{path}: no such file or folder")
    if not path.is_dir():
        return [path]
    logs = sorted(path.rglob("*_samples_*.jsonl"))
    found = logs or _scored_files(path)
    if not found:
        raise DataError(f"{path}: no samples of lmms-eval and no scored file of VLMEvalKit below this folder")
    tasks = {log.name.partition("_samples_")[2].removesuffix(".jsonl") for log in logs}
    if len(tasks) > 1:
        raise DataError(f"{path}: samples of several tasks ({', '.join(sorted(tasks))}): name the files of one")
    return found


def _sheet(path: Path, metric: str | None, trust_pickle: bool) -> Sheet:
    if is_table(path) or path.suffix.lower() == ".pkl":
        return _table(path, metric, trust_pickle)
    first = next((value for _, value in Lines(path)), None)
    if first is None:
        raise DataError(f"{path}: no JSON lines in it")
    if "candidates" in first:
        return _jsonl(path)
    if "doc_id" in first:
        return read_samples(path, metric)
    raise DataError(f"{path}: neither samples of lmms-eval, nor a table of VLMEvalKit, nor lines with 'candidates'")


def _benchmark(spec: str) -> list[Sheet]:
    """The questions of a benchmark whose rows have several answers, a sheet a subset; ``right`` is how good the label says."""
    by_subset: dict[str, dict[str, Found]] = {}
    for row in answer_rows(mapping_of(spec)):
        id, known = row["id"], by_subset.setdefault(row["subset"], {})
        if id in known:
            raise DataError(f"{spec}: id {id!r} occurs twice in {row['subset']}")
        texts, rights = (tuple(one[at] for one in row["graded"]) for at in (0, 1))
        known[id] = Found(id, row["query"], texts, rights, texts, (row.get("image") or {}).get("bytes"))
    if not by_subset:
        raise DataError(f"{spec}: no questions")
    return [Sheet(spec, "benchmark", name, tuple(found.values()), "label") for name, found in by_subset.items()]


def _jsonl(path: Path) -> Sheet:
    """Read JSON lines ``{"id", "question", "image", "candidates": […], "right": […], "answers": […]}``.

    ``right`` says of each candidate whether it is right (true, false, or a number in [0, 1]). ``image`` (a path beside the
    file, or base64) and ``answers`` (final answers, for self-consistency) may be left out, and ``id`` is then the line.
    """
    lines = Lines(path)
    questions: dict[str, Found] = {}
    problems: list[str] = []
    for number, line in lines:
        id, texts, finals = str(line.get("id", number)), line.get("candidates"), line.get("answers")
        try:
            if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
                raise DataError("candidates is not a list of strings")
            if (rights := fractions(line.get("right"), len(texts))) is None:
                raise DataError("right says not of each candidate whether it is right")
            if finals is not None and (not isinstance(finals, list) or len(finals) != len(texts)):
                raise DataError("answers has not one entry for each candidate")
            if not isinstance(line.get("question"), str):
                raise DataError("no question")
            if id in questions:
                raise DataError(f"id {id!r} occurs twice")
            picture = picture_of(line.get("image"), path.parent)
        except DataError as error:
            problems.append(f"line {number}: {error}")
            continue
        read = None if finals is None else tuple(None if final is None else str(final) for final in finals)
        questions[id] = Found(id, line["question"], tuple(texts), rights, read, picture["bytes"] if picture else None)
    problems += lines.warnings
    if problems:
        raise DataError(f"{path}: {len(problems)} unusable lines", problems)
    if not questions:
        raise DataError(f"{path}: no questions")
    return Sheet(str(path), "JSONL", path.stem, tuple(questions.values()), "right")


_SCORES = ("hit", "score", "eval_score", "verifier_score", "match", "correct")
_FINALS = ("extracted", "extract_answer", "extracted_answer", "res")


def _column(rows: list[dict[str, Any]], metric: str | None) -> str | None:
    names = rows[0] if rows else {}
    return next((name for name in ([metric] if metric else _SCORES) if name in names), None)


def _scored_files(folder: Path) -> list[Path]:
    """The scored files below a folder. VLMEvalKit links the files of its last run beside that run's folder: once each."""
    named = sorted((path for suffix in SUFFIXES[:3] for path in folder.rglob(f"?*_result{suffix}")), reverse=True)
    found = []
    for path in sorted({os.path.realpath(path): path for path in named}.values()):
        if is_table(path) and _column(rows := read_table(path).rows, None) and "prediction" in rows[0]:
            found.append(path)
    return found


def _table(path: Path, metric: str | None, trust_pickle: bool) -> Sheet:
    """Read one run of VLMEvalKit's: a scored file, or a prediction file that has one beside it."""
    rows = read_table(path, trust_pickle=trust_pickle).rows
    column = _column(rows, metric)
    if column is None:
        path, rows, column = _scored_beside(path, metric, trust_pickle)
    missing = [name for name in ("index", "prediction") if not rows or name not in rows[0]]
    if missing:
        raise DataError(f"{path}: no column {', '.join(missing)}: not a file of VLMEvalKit with predictions")
    questions, refused = [], []
    for number, row in enumerate(rows):
        right = fraction(_parsed(row.get(column)))
        if right is None or "index" not in row or "prediction" not in row:
            refused.append(f"row {number} ({column} {short(row.get(column))})")
            continue
        finals = [str(row[name]) for name in _FINALS if row.get(name) not in (None, "")][:1]
        texts = (text_of(row["prediction"]),)
        questions.append(Found(text_of(row["index"]), _query(row), texts, (right,), tuple(finals) or None))
    if refused:
        raise DataError(f"{path}: {len(refused)} rows without a score in [0, 1], an index or a prediction", refused)
    notes = failed_note(questions, FAILURE_TEXT, path.name)
    return Sheet(str(path), "VLMEvalKit", _dataset(path), tuple(questions), column, notes)


def _scored_beside(path: Path, metric: str | None, trust_pickle: bool) -> tuple[Path, list[dict[str, Any]], str]:
    found = []
    for other in sorted(path.parent.glob(f"{path.stem}_*")):
        if (other.suffix == ".pkl" and not trust_pickle) or not is_table(other):
            continue
        rows = read_table(other, trust_pickle=trust_pickle).rows
        column = _column(rows, metric)
        if column and {"prediction", "index"} <= rows[0].keys():
            found.append((other, rows, column))
    if len(found) > 1:
        raise DataError(f"{path}: scored by several files, name one: {', '.join(other.name for other, *_ in found)}")
    if not found:
        raise DataError(
            f"{path}: no column {metric or ' or '.join(_SCORES[:3])}, and no file beside it that has one: "
            "name the scored file (…_result.…)"
        )
    return found[0]


def _parsed(value: object) -> object:
    """A score as VLMEvalKit may have written it: a number, a truth value, or a list of one."""
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            return value
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _query(row: Row) -> str:
    """The question with its hint and options, as VLMEvalKit's own prompts put them together."""
    letters = [letter for letter in string.ascii_uppercase if text_of(row.get(letter)).strip()]
    hint = text_of(row.get("hint")).strip()
    return "\n".join(
        [
            *([f"Hint: {hint}"] if hint else []),
            text_of(row.get("question")),
            *(["Options:"] if letters else []),
            *(f"{letter}. {text_of(row[letter])}" for letter in letters),
        ]
    )


def _dataset(path: Path) -> str:
    """The dataset in ``MODEL_DATASET_SCORER_result``.

    The model's name is that of a folder above; the scorer's is what the prediction file beside it has not.
    """
    stems = {other.stem for other in path.parent.iterdir() if path.stem.startswith(f"{other.stem}_")}
    stem = min(stems, key=len, default=path.stem)
    model = next((f"{up.name}_" for up in path.absolute().parents[:3] if stem.startswith(f"{up.name}_")), "")
    return stem.removeprefix(model).removesuffix("_result").removesuffix("_exact_matching")
