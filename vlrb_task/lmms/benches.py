"""Benchmarks that are known by name, for lmms-eval's loader: ``vlrb_task.lmms.benches.NAME`` and ``NAME__metrics``.

A YAML file names them as its ``dataset_kwargs`` and its ``metric_list``, and lmms-eval resolves both when it loads the task.
The rows are then copied into a parquet file in the user's cache, whose name holds its hash: lmms-eval's own caches, of rows
and of responses, never give what belongs to other rows.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from vlrb_task.judges import get_judge
from vlrb_task.judges.templates import cache_folder
from vlrb_task.lmms import metrics
from vlrb_task.lmms.write import metrics as names_of_metrics
from vlrb_task.pairs.benchmarks import is_benchmark
from vlrb_task.pairs.media import file_sha256
from vlrb_task.pairs.rows import pairs_of
from vlrb_task.support.errors import VlrbError
from vlrb_task.tasks.copying import copy_pairs
from vlrb_task.tasks.shipped import shipped_tasks


def __getattr__(name: str) -> Any:
    benchmark, _, what = name.partition("__")
    if not is_benchmark(benchmark) or what not in ("", "metrics"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    file, subsets = _copied(benchmark, pairs_of(benchmark) or benchmark)
    if not what:
        return {"data_files": {"test": str(file)}}
    return [
        {"metric": metric, "aggregation": getattr(metrics, function), "higher_is_better": higher}
        for metric, function, higher in names_of_metrics(subsets)
    ]


@cache
def _copied(benchmark: str, pairs: str) -> tuple[Path, list[str]]:
    """A benchmark's rows as a parquet file, and their subsets.

    Raises:
        SystemExit: they are not to be had, or cannot be used. lmms-eval would go on without the task and exit with code 0.
    """
    from loguru import logger

    folder = cache_folder() / "pairs"
    made = folder / f".{benchmark}-{os.getpid()}.parquet"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        copied = copy_pairs(pairs, made, get_judge(shipped_tasks()[f"vlrb_{benchmark}"].judge))
        file = folder / f"{benchmark}-{file_sha256(made)[:16]}.parquet"
        # What is there stays as it is: the datasets library makes a copy of its own for each time of change.
        made.unlink() if file.exists() else made.replace(file)
    except (VlrbError, OSError) as error:
        raise SystemExit(f"vlrb: {error}") from error
    for warning in copied.warnings:
        logger.warning(f"vlrb: {benchmark}: {warning}")
    return file, copied.subsets
