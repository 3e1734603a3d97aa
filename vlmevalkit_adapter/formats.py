"""Prediction files of our datasets are TSV where nobody chose a format: VLMEvalKit's default, Excel, cuts and changes texts."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

VARIABLE = "PRED_FORMAT"
_NAME = "get_pred_file_path"


def write_whole_texts(is_ours: Callable[[str], bool]) -> None:
    """Have VLMEvalKit name prediction files of our datasets ``.tsv`` unless ``PRED_FORMAT`` says otherwise.

    Its modules hold the function that names them by its own name, so it is replaced in each that is loaded. Where this
    VLMEvalKit has no such function, nothing is changed, and files are as it writes them.

    Args:
        is_ours: tells our datasets by their names.
    """
    original = getattr(sys.modules.get("vlmeval.smp.file"), _NAME, None)
    if original is None:
        return
    ours = original if getattr(original, "writes_tsv", False) else _naming(original, is_ours)
    plain = getattr(ours, "__wrapped__", original)
    for name, module in list(sys.modules.items()):
        if (name == "__main__" or name.partition(".")[0] == "vlmeval") and vars(module).get(_NAME) is plain:
            setattr(module, _NAME, ours)


def _naming(original: Callable[..., str], is_ours: Callable[[str], bool]) -> Callable[..., str]:
    @functools.wraps(original)
    def get_pred_file_path(work_dir: str, model_name: str, dataset_name: str, *args: Any, **kwargs: Any) -> str:
        path = original(work_dir, model_name, dataset_name, *args, **kwargs)
        if not os.environ.get(VARIABLE) and is_ours(dataset_name) and path.endswith(".xlsx"):
            # A run that is continued keeps the format that it has.
            return path if Path(path).exists() else path.removesuffix(".xlsx") + ".tsv"
        return path

    get_pred_file_path.writes_tsv = True  # type: ignore[attr-defined]
    return get_pred_file_path


def predictions_note(dataset_name: str) -> str | None:
    """What to say of the format of prediction files; nothing where texts are kept whole."""
    function = getattr(sys.modules.get("vlmeval.smp.file"), _NAME, None)
    if function is None:
        return None
    path = str(function("", "model", dataset_name))
    return f"Excel cuts texts at 32,767 characters: {VARIABLE}=tsv does not" if path.endswith(".xlsx") else None
