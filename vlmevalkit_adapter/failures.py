"""Datasets that failed in this run. VLMEvalKit goes on after them and exits with code 0.

Two sources: what a dataset itself notes in this process, and what VLMEvalKit writes into ``status.json``, also of evaluations
in other processes and of datasets that were never built.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

_failed: dict[str, str] = {}

_FINE = {"", "mode_infer"}
"""Reasons for which VLMEvalKit skips an evaluation, and that are no failure."""


def note(dataset_name: str, error: object) -> None:
    """Remember that a dataset failed; the first error of each is kept."""
    lines = str(error).strip().splitlines()
    _failed.setdefault(dataset_name, lines[0] if lines else "failed without a message")


def note_unnamed(error: str) -> None:
    """Remember that some dataset failed, unless it is one that is known by its name to have failed so."""
    if not any(known in error for known in _failed.values()):
        note("a VLRB dataset", error)


def failed() -> dict[str, str]:
    """The datasets that failed, each with the first line of its error."""
    return dict(_failed)


def requested(arguments: Sequence[str]) -> tuple[list[str], Path]:
    """The names that look like ours in VLMEvalKit's arguments, and its folder of results."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--data", nargs="*", action="extend", default=[])
    parser.add_argument("--config", nargs="*", action="extend", default=[])
    parser.add_argument("--work-dir", nargs="?", default="outputs", const="outputs")
    found, _ = parser.parse_known_args(arguments)
    names = [*found.data, *(name for path in found.config for name in _object(Path(path), "data"))]
    return [name for name in dict.fromkeys(names) if name.lower().startswith("vlrb")], Path(found.work_dir)


def _object(path: Path, key: str) -> dict[str, Any]:
    """An object in a JSON file of VLMEvalKit's, which says itself what is wrong with one; empty where there is none."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8"))[key])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def check(arguments: Sequence[str], known: Collection[str], since: float) -> None:
    """Note every dataset of ours that was asked for and has no result.

    Args:
        arguments: VLMEvalKit's.
        known: the datasets that there are.
        since: when the run started, as ``time.time()`` has it.
    """
    names, work = requested(arguments)
    # In the model's folder, or in one of this run's below it.
    files = [path for depth in ("*", "*/*") for path in work.glob(f"{depth}/status.json")]
    entries = [
        (path.relative_to(work).parts[0], *entry)
        for path in files
        if path.stat().st_mtime >= since
        for entry in _object(path, "datasets").items()
    ]
    for name in names:
        found = [(model, status) for model, dataset, status in entries if dataset == name]
        if known and name not in known:
            note(name, f"no such dataset: use one of {', '.join(known)}")
        elif not found:
            note(name, "no result: VLMEvalKit wrote no status for it")
        for model, status in found:
            if why := _why(status):
                note(name, f"{model}: {why}")


def _why(status: dict[str, Any]) -> str | None:
    """What is wrong with a dataset's status; None where it is done."""
    if status.get("error_message") is not None:
        return str(status["error_message"]).strip() or "failed without a message"
    if (reason := str(status.get("skip_reason") or "")) not in _FINE:
        return f"no score: {reason}"
    return None if status.get("status") == "done" else f"not finished (status {status.get('status')!r})"
