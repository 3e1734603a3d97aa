"""Candidates from VLMEvalKit: the prediction files of N runs, with the files that score them row by row.

A scored file (``…_result.xlsx`` and the like) has the prediction file's rows and a column ``hit``. Of a prediction file the
scored one beside it is taken.
"""

from __future__ import annotations

import json
import os
import re
import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vlrb_task.bon.found import Found, Sheet, fraction
from vlrb_task.support.errors import DataError, short
from vlrb_task.votes.tables import FAILURE_TEXT, SUFFIXES, is_table, read_table, text_of

_SCORES = ("hit", "score", "eval_score", "verifier_score", "match", "correct")
_FINALS = ("extracted", "extract_answer", "extracted_answer", "res")
_RUN = re.compile(r"(.+)_result")

Row = Mapping[str, Any]


def read_scored(path: Path, metric: str | None = None, *, trust_pickle: bool = False) -> Sheet:
    """Read one run: a scored file, or a prediction file that has one beside it.

    Args:
        path: the file.
        metric: the column that says what is right; without it ``hit``, ``score`` and others are tried in turn.
        trust_pickle: as :func:`~vlrb_task.votes.tables.read_table`'s.

    Raises:
        DataError: no such file, columns that are missing, or no scored file or several of them.
    """
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
        final = next((str(row[name]) for name in _FINALS if row.get(name) not in (None, "")), None)
        finals = (final,) if final is not None else None
        questions.append(Found(text_of(row["index"]), query_of(row), (text_of(row["prediction"]),), (right,), finals))
    if refused:
        raise DataError(f"{path}: {len(refused)} rows without a score in [0, 1], an index or a prediction", refused)
    failed = sum(text.startswith(FAILURE_TEXT) for found in questions for text in found.texts)
    notes = (f"{failed} candidates of {path.name} are failed requests, kept as the scorer took them",) if failed else ()
    return Sheet(str(path), "VLMEvalKit", _dataset(path), tuple(questions), column, notes)


def scored_files(folder: Path) -> list[Path]:
    """The scored files below a folder. VLMEvalKit links the files of its last run beside that run's folder: once each."""
    files = {
        os.path.realpath(p): p for suffix in SUFFIXES[:3] for p in sorted(folder.rglob(f"*{suffix}"), reverse=True)
    }
    found = []
    for path in sorted(files.values()):
        if is_table(path) and _RUN.fullmatch(path.stem):
            rows = read_table(path).rows
            if _column(rows, None) and "prediction" in rows[0]:
                found.append(path)
    return found


def _column(rows: list[dict[str, Any]], metric: str | None) -> str | None:
    names = rows[0] if rows else {}
    return next((name for name in ([metric] if metric else _SCORES) if name in names), None)


def _scored_beside(path: Path, metric: str | None, trust_pickle: bool) -> tuple[Path, list[dict[str, Any]], str]:
    found = []
    for other in sorted(path.parent.glob(f"{path.stem}_*")):
        if (other.suffix == ".pkl" and not trust_pickle) or not is_table(other):
            continue
        rows = read_table(other, trust_pickle=trust_pickle).rows
        column = _column(rows, metric)
        if column and "prediction" in rows[0] and "index" in rows[0]:
            found.append((other, rows, column))
    if len(found) == 1:
        return found[0]
    what = metric or " or ".join(_SCORES[:3])
    if not found:
        raise DataError(
            f"{path}: no column {what}, and no file beside it that has one: name the scored file (…_result.…)"
        )
    raise DataError(f"{path}: scored by several files, name one: {', '.join(str(f[0].name) for f in found)}")


def _parsed(value: object) -> object:
    """A score as VLMEvalKit may have written it: a number, a truth value, or a list of one."""
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            return value
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def query_of(row: Row) -> str:
    """The question with its hint and options, as VLMEvalKit's own prompts put them together."""
    options = [
        f"{letter}. {text_of(row[letter])}" for letter in string.ascii_uppercase if text_of(row.get(letter)).strip()
    ]
    hint = text_of(row.get("hint")).strip()
    parts = [f"Hint: {hint}"] if hint else []
    parts.append(text_of(row.get("question")))
    return "\n".join([*parts, *(["Options:", *options] if options else [])])


def _dataset(path: Path) -> str:
    """The dataset in ``MODEL_DATASET_SCORER_result``.

    The model's name is that of a folder above; the scorer's is what the prediction file beside it has not.
    """
    stems = {other.stem for other in path.parent.iterdir() if path.stem.startswith(f"{other.stem}_")}
    stem = min(stems, key=len, default=path.stem)
    for folder in path.absolute().parents[:3]:
        if stem.startswith(f"{folder.name}_"):
            stem = stem.removeprefix(f"{folder.name}_")
            break
    return stem.removesuffix("_result").removesuffix("_exact_matching")
