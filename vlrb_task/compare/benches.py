"""Other benchmarks' results of the same models: what lmms-eval and VLMEvalKit wrote, or a CSV."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from vlrb_task.support.delimited import read_delimited
from vlrb_task.support.errors import DataError
from vlrb_task.support.inputs import exists, read_text

Benches = dict[str, dict[str, float]]
"""By benchmark, then by model as its tool calls it."""

_OWN = re.compile(r"vlrb|vl[_-]?rewardbench", re.IGNORECASE)
_SCORE_FILE = re.compile(r"(?P<stem>.+)_(?:acc|score)")
_RUN_FOLDER = re.compile(r"T\d{8}")
_MODEL_COLUMNS = ("model", "name", "judge", "models")


def read_benches(paths: Iterable[Path]) -> Benches:
    """Every number in the given files and folders. Of two of the same benchmark and model, the later file's counts.

    A folder is searched for lmms-eval's ``*_results.json`` and VLMEvalKit's ``*_acc.csv``, ``*_score.csv`` and
    ``*_score.json``; a CSV has a column of model names (``model``, or the first) and one column for each benchmark.
    VL-RewardBench itself is left out.

    Raises:
        DataError: nothing there, or no number in it.
    """
    found: Benches = {}
    for path in paths:
        before = sum(map(len, found.values()))
        for benchmark, model, value in _numbers(path):
            found.setdefault(benchmark, {})[model] = value
        if sum(map(len, found.values())) == before:
            raise DataError(f"{path}: no results of lmms-eval or VLMEvalKit, and no CSV with a column of models")
    return found


def _numbers(path: Path) -> Iterator[tuple[str, str, float]]:
    if not exists(path):
        raise DataError(f"{path}: no such file or folder")
    files = sorted(f for f in path.rglob("*") if f.is_file()) if path.is_dir() else [path]
    # lmms-eval dates its files by name, VLMEvalKit by folder: later runs come later.
    for file in files:
        scores = _SCORE_FILE.fullmatch(file.stem)
        if file.name.endswith("results.json"):
            yield from _lmms_eval(file)
        elif scores and file.suffix in (".csv", ".json"):
            yield from _vlmevalkit(file, scores["stem"])
        elif file.suffix in (".csv", "") and not path.is_dir():  # a pipe has no suffix
            yield from _table(file)


def _lmms_eval(path: Path) -> Iterator[tuple[str, str, float]]:
    """``{"results": {task: {"metric,filter": number}}, "model_name": …}``."""
    found = _json(path)
    results = found.get("results") if isinstance(found, dict) else None
    if not isinstance(results, dict):
        return
    model = str(found.get("model_name") or path.parent.name)
    for task, metrics in results.items():
        # Every task of ours has a parse rate, whatever `vlrb task` called it.
        if _OWN.search(task) or not isinstance(metrics, dict) or "parsed_rate,none" in metrics:
            continue
        for key, value in metrics.items():
            metric, _, kind = key.partition(",")
            number = None if isinstance(value, str) or "stderr" in metric else _number(value)
            if number is not None:
                yield f"{task} {metric}" + ("" if kind in ("", "none") else f" ({kind})"), model, number


def _vlmevalkit(path: Path, stem: str) -> Iterator[tuple[str, str, float]]:
    """``MODEL/[T<time>/]MODEL_DATASET_acc.csv``: the column ``Overall`` where there is one, else every number."""
    folder = path.parent.parent if _RUN_FOLDER.match(path.parent.name) else path.parent
    model = folder.name if stem.startswith(f"{folder.name}_") else stem.partition("_")[0]
    dataset = stem.removeprefix(f"{model}_")
    if _OWN.search(dataset):
        return
    found = _json(path) if path.suffix == ".json" else None
    rows = _rows(path) if path.suffix != ".json" else [found] if isinstance(found, dict) else []
    for row in rows:
        numbers = {str(key): value for key, text in row.items() if (value := _number(text)) is not None}
        overall = {key: value for key, value in numbers.items() if key.lower() == "overall"}
        split = row.get("split")
        name = f"{dataset} ({split})" if split not in (None, "", "none") and len(rows) > 1 else dataset
        for key, value in (overall or numbers).items():
            yield f"{name} {key}", model, value


def _table(path: Path) -> Iterator[tuple[str, str, float]]:
    rows = _rows(path)
    if not rows:
        return
    columns = list(rows[0])
    column = next((c for c in columns if c.strip().lower() in _MODEL_COLUMNS), columns[0])
    for row in rows:
        for benchmark, text in row.items():
            value = _number(text)
            if benchmark != column and value is not None and row[column]:
                yield str(benchmark).strip(), str(row[column]).strip(), value


def _rows(path: Path) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items() if k is not None} for row in read_delimited(path, damaged=True)]


def _json(path: Path) -> Any:
    try:
        return json.loads(read_text(path))
    except (ValueError, RecursionError):
        return None


def _number(value: object) -> float | None:
    """A finite number, or a text that is one; a truth value is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value.strip().removesuffix("%") if isinstance(value, str) else value)
    except (ValueError, OverflowError):  # a whole number that no float holds
        return None
    return number if math.isfinite(number) else None
