"""Candidates from lmms-eval's sample logs: ``repeats: N`` in one log, or one log a run.

What such a log holds of N answers depends on the run (measured on 0.7.3):

* With a filter ``take_first_k`` all N texts are in ``filtered_resps``, and the metrics are of all N together.
* Without it (``--repeats N`` on a task as it comes) all N are in ``resps`` only if ``--reasoning_tags none`` was given:
  stripping reasoning, which is on by default, leaves the first text alone in the log. The metrics are of the first.
* The row itself and its pictures are never there; ``input`` is the question as the policy was asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vlrb_task.bon.found import Found, Sheet, fraction
from vlrb_task.support.errors import DataError
from vlrb_task.support.jsonl import Lines

FAILED = "[LMMS_EVAL_REQUEST_FAILED"
"""What lmms-eval writes in the place of an answer that it did not get."""

_LOGGED = frozenset(
    {
        "doc_id",
        "target",
        "resps",
        "filtered_resps",
        "token_counts",
        "doc_hash",
        "input",
        "input_media",
    }
)
_SCORES = ("score", "scores", "correct", "is_correct", "hit", "acc", "accuracy", "exact_match", "match")
_READ = ("parsed_pred", "pred", "prediction", "extracted_answer")

Sample = Mapping[str, Any]


def read_samples(path: Path, metric: str | None = None) -> Sheet:
    """Read one ``*_samples_TASK.jsonl``.

    Args:
        path: the file.
        metric: which metric says what is right; without it, the first that says it of every answer.

    Returns:
        ``rights`` are None everywhere if no metric says it answer by answer.

    Raises:
        DataError: the file cannot be read, holds no samples, or lacks the metric that was asked for.
    """
    lines = Lines(path)
    samples: dict[str, Sample] = {}
    for _, sample in lines:
        if "doc_id" not in sample:
            continue
        # A task with several filters logs a row once for each; the one with most texts says most.
        key = str(sample["doc_id"])
        if key not in samples or len(texts_of(sample)) > len(texts_of(samples[key])):
            samples[key] = sample
    if not samples:
        raise DataError(f"{path}: no samples of lmms-eval", lines.warnings)
    metrics = _metrics(path, next(iter(samples.values())))
    if metric is not None and metric not in metrics:
        raise DataError(f"{path}: no metric {metric!r}; it has {', '.join(metrics) or 'none'}")
    chosen, rights = _first_that_tells(samples, [metric] if metric else metrics)
    questions = tuple(
        Found(
            key,
            str(sample.get("input", "")),
            texts_of(sample),
            rights[key] if rights else None,
            _finals(sample.get(chosen or ""), len(texts_of(sample))),
        )
        for key, sample in samples.items()
    )
    notes = list(lines.warnings)
    if failed := sum(text.startswith(FAILED) for found in questions for text in found.texts):
        notes.append(f"{failed} candidates of {path.name} are failed requests, kept as the scorer took them")
    return Sheet(str(path), "lmms-eval", _task(path), questions, chosen or "", tuple(notes), {"metrics": metrics})


def texts_of(sample: Sample) -> tuple[str, ...]:
    """Every answer that the log has of a row: as scored if all are there so, else as they came."""
    scored = _flat(sample.get("filtered_resps"))
    came = _flat(sample.get("resps"))
    return scored if len(scored) >= len(came) else came


def _flat(value: object) -> tuple[str, ...]:
    while isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(text, str) for text in value):
        return tuple(value)
    return ()


def _task(path: Path) -> str:
    match = re.fullmatch(r".+?_samples_(.+)\.jsonl", path.name)
    return match[1] if match else path.stem


def _metrics(path: Path, sample: Sample) -> list[str]:
    """The task's metrics in the order of its configuration; by the sample alone where the results file is not there."""
    there = [name for name in sample if name not in _LOGGED]
    results = path.with_name(re.sub(r"_samples_.+$", "_results.json", path.name))
    try:
        configured = json.loads(results.read_text(encoding="utf-8"))["configs"][_task(path)]["metric_list"]
        listed = [str(entry["metric"]) for entry in configured]
    except (OSError, ValueError, KeyError, TypeError):
        listed = []
    return [name for name in listed if name in there] or there


def _first_that_tells(
    samples: Mapping[str, Sample], metrics: Iterable[str]
) -> tuple[str | None, dict[str, tuple[float, ...]] | None]:
    for metric in metrics:
        rights = {}
        for key, sample in samples.items():
            told = rights_of(sample.get(metric), len(texts_of(sample)))
            if told is None:
                break
            rights[key] = told
        else:
            return metric, rights
    return next(iter(metrics), None), None


def rights_of(value: object, count: int) -> tuple[float, ...] | None:
    """What a metric's value says of each of ``count`` answers; None where it does not say it of each.

    A number says it of one answer. Of several it is a mean or a best of them, which is not the same thing.
    """
    if isinstance(value, Mapping):
        return _rights_of_item(value, count)
    if isinstance(value, list):
        found = [fraction(v) for v in value]
        return tuple(f for f in found if f is not None) if len(found) == count and None not in found else None
    one = fraction(value) if count == 1 and not isinstance(value, str) else None
    return None if one is None else (one,)


def _rights_of_item(item: Mapping[str, Any], count: int) -> tuple[float, ...] | None:
    for name in _SCORES:
        if name in item and (told := rights_of(item[name], count)) is not None:
            return told
    # MMMU and its kin: the answer read from each text, beside the right one. A choice is right if it equals it; how open
    # answers are compared is more than that, and only the task knows.
    read, answer = _listed(item.get("parsed_pred")), item.get("answer")
    if item.get("question_type", "multiple-choice") != "multiple-choice" or read is None or len(read) != count:
        return None
    accepted = answer if isinstance(answer, list) else [answer]
    if not all(isinstance(a, str) for a in accepted) or not all(isinstance(r, str) for r in read):
        return None
    return tuple(float(r in accepted) for r in read)


def _finals(value: object, count: int) -> tuple[str | None, ...] | None:
    if not isinstance(value, Mapping):
        return None
    for name in _READ:
        read = _listed(value.get(name))
        if read is not None and len(read) == count:
            return tuple(str(r) for r in read)
    return None


def _listed(value: object) -> Sequence[object] | None:
    return [value] if isinstance(value, str) else value if isinstance(value, list) else None
