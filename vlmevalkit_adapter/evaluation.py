"""Predictions into votes, and votes into VLMEvalKit's results: the core's numbers under VLMEvalKit's names."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vlmevalkit_adapter.asking import Asking
from vlrb_task.parsing.probabilities import remark
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.scores.score import Score, score_run
from vlrb_task.support.errors import DataError
from vlrb_task.support.jsonl import json_object
from vlrb_task.support.version import __version__
from vlrb_task.support.writing import replacing, write_text
from vlrb_task.votes import read_runs, write_votes
from vlrb_task.votes.tables import (
    CUT_BY_EXCEL,
    EMPTY_IN_EXCEL,
    THOUGHT_JOINED,
    Prediction,
    prediction_of,
    read_table,
    text_of,
)
from vlrb_task.votes.vlmevalkit import RECORD_COLUMN

Numbers = dict[str, Any]

# What can be said of the rest of other runs' votes: no accuracy, which takes all of them.
_OF_VOTES = ("Parsed Rate", "First Rate", "Votes", "Failed Requests", "Judge", "Prompt", "Pairs Used", "Warnings")

# What only the run itself knows of a row, and the prediction file carries.
_OF_RUN = ("model_id", "sent", "base_url", "prompt_is_ours", "framework_version")
_PROVENANCE = (
    *("framework", "framework_version", "task", "model", "model_id", "base_url", "judge", "prompt", "prompt_is_ours"),
    *("generation", "sent", "schedule", "revision", "fingerprint", "origin"),
)


@dataclass(frozen=True)
class Evaluation:
    """A finished evaluation.

    Attributes:
        score: the core's.
        result: the flat result for VLMEvalKit.
        warnings: what a reader of the numbers must know, the most important first.
        files: what was written.
    """

    score: Score
    result: Numbers
    warnings: tuple[str, ...]
    files: tuple[Path, ...]


_Row = tuple[Prediction, dict[str, Any]]
"""What a row of the file holds: the prediction, and what only the run itself knows."""


def evaluate(asking: Asking, predictions: Path, dataset_name: str) -> Evaluation:
    """Score a prediction file and write its votes and scores beside it.

    Everything but the texts and what only the run knows comes from the ballots, by index: what a table file did to other
    columns does not matter, nor do the order and number of its rows.

    Raises:
        DataError: the file cannot be read, or holds no answer to this dataset's ballots.
    """
    counts: Counter[str] = Counter()
    rows = _rows(asking, predictions, counts)
    name = predictions.name.removesuffix(predictions.suffix)
    run = {"model": name.removesuffix(f"_{dataset_name}"), "framework": "VLMEvalKit", "task": dataset_name}
    generation = {"generation": asdict(asking.spec.sampling or asking.judge.sampling)}
    records = []
    for index in asking.questions:
        if index in rows:
            prediction, of_run = rows[index]
            failure = {"failure": str(prediction.failure)} if prediction.failure else {}
            vote = asking.record(index, prediction.text)
            records.append({**vote, **run, **generation, **of_run, **prediction.extra, **failure})
    if not records:
        raise DataError(f"{predictions}: no row answers a ballot of {dataset_name} on these pairs", _told(counts))
    failed = _count_failures([prediction for prediction, _ in rows.values()], predictions, counts)
    if others := sum(record.get("prompt_is_ours") is False for record in records):
        counts["votes answer a prompt other than the judge's, which was allowed"] = others
    votes, metrics, leaderboard = (
        predictions.with_name(f"{name}_{asking.pairs_label}{end}")
        for end in (".votes.jsonl", "_metrics.json", "_score.csv")
    )
    with replacing(votes) as place:
        write_votes(place, records)
    score = score_run(read_runs([votes])[0])
    warnings = [*_told(counts), *asking.source.warnings, *score.run.warnings]
    if score.missing:
        asked = len(score.run.labels)
        whole = f"{asked} of {asked + score.missing}, the score is not comparable with a whole run's"
        warnings.insert(0, f"PART of the pairs: {whole}")
    warnings = [*dict.fromkeys(warnings)]
    result = _result(asking, score, failed, warnings)
    if asking.judge.labels and (told := remark(record["text"] for record in records)):
        result["Labels"] = told
    if asking.of_task.only is not None:
        kept = {name: result[name] for name in _OF_VOTES if name in result}
        told = "the rest of other runs' votes: vlrb score takes their votes files and this one together"
        kept["Warnings"] = "; ".join(filter(None, [told, kept.get("Warnings")]))
        return Evaluation(score, kept, tuple(warnings), (votes,))
    document = score.to_dict() | {"warnings": warnings, "provenance": provenance(records[0])}
    write_text(metrics, json.dumps(document, indent=2) + "\n")
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    columns = native_scores(score)
    writer.writerows([columns, ["" if value is None else repr(value) for value in columns.values()]])
    write_text(leaderboard, text.getvalue())
    return Evaluation(score, result, tuple(warnings), (votes, metrics, leaderboard))


def provenance(record: Mapping[str, Any]) -> dict[str, Any]:
    """Where numbers come from: a vote's fields about its run. A setting that was not seen when it was sent is not named."""
    return {"vlrb": __version__} | {name: record[name] for name in _PROVENANCE if name in record}


def _rows(asking: Asking, predictions: Path, counts: Counter[str]) -> dict[str, _Row]:
    """What a file holds, by the ballots' indices."""
    if not predictions.exists():
        pickled = predictions.with_name(f"{predictions.name.removesuffix(predictions.suffix)}.pkl")
        hint = f" (VLMEvalKit could not write it, and wrote {pickled.name})" if pickled.exists() else ""
        raise DataError(f"{predictions}: no such file{hint}")
    table = read_table(predictions)
    rows: dict[str, _Row] = {}
    for row in table.rows:
        index, other = asking.find(text_of(row.get("index")))
        if index is None:
            counts["rows belong to no ballot of this dataset on these pairs and were dropped"] += 1
        elif other:
            counts["rows answer a prompt or picture that differs from the dataset's now, and were dropped"] += 1
        else:
            prediction, record = prediction_of(row, excel=table.excel), json_object(row.get(RECORD_COLUMN)) or {}
            of_run = {name: record[name] for name in _OF_RUN if name in record}
            if rows.setdefault(index, (prediction, of_run))[0].text != prediction.text:
                counts["rows occur twice with different texts (the first is kept)"] += 1
    return rows


def _count_failures(found: Sequence[Prediction], predictions: Path, counts: Counter[str]) -> int:
    """Count what is no answer, and return how many requests failed.

    Raises:
        DataError: all of them failed.
    """
    failures = Counter(one.failure for one in found)
    failed = failures[Reason.FAILED_REQUEST]
    if failed == len(found):
        raise DataError(f"{predictions}: all {failed} requests failed, so there is no score")
    calls = [one.extra.get("tool_call_count", 0) for one in found]
    told = {
        f"of {len(found)} requests failed: they are unparsed votes, which count as wrong": failed,
        CUT_BY_EXCEL: failures[Reason.CUT_OFF],
        EMPTY_IN_EXCEL: sum(one.blank for one in found),
        THOUGHT_JOINED: sum("thought_joined" in one.extra for one in found),
        f"tool calls were made, in {sum(map(bool, calls))} answers": sum(calls),
    }
    counts.update({what: count for what, count in told.items() if count})
    return failed


def _told(counts: Counter[str]) -> list[str]:
    return [f"{count} {what}" for what, count in counts.items()]


def _result(asking: Asking, score: Score, failed: int, warnings: Sequence[str]) -> Numbers:
    """The flat result. A number that the run cannot have is not in it; warnings are, as workers' logs are not shown."""
    full = score.to_dict()
    numbers: Numbers = {}
    for name, estimate in {"overall": score.overall, "macro": score.macro, **score.by_subset}.items():
        numbers[name.capitalize()] = estimate.value
    numbers["Overall Low"], numbers["Overall High"] = score.overall.low, score.overall.high
    names = ("right_averaged", "right_better_first", "right_better_second")
    for name in ("parsed_rate", "coverage", "first_rate", "consistency", "both_orders_right", *names):
        numbers[name.replace("_", " ").title()] = full.get(name)
    for k, value in (full.get("at_k") or {}).items():
        numbers[f"Majority of {k}"] = value
    numbers |= {"Pairs": full["pairs"], "Missing Pairs": full["missing"], "Votes": full["votes"]}
    numbers["Failed Requests"] = failed
    numbers |= {f"Unparsed {reason}": count for reason, count in (full.get("unparsed") or {}).items()}
    told = {
        "Judge": score.run.judge,
        "Prompt": f"{score.run.prompt.name} ({score.run.prompt.source}, SHA-256 {score.run.prompt.sha256})",
        "Policy": str(score.policy),
        "Pairs Used": f"{asking.pairs_label} ({asking.source.benchmark.origin}, fingerprint {score.run.fingerprint})",
        "Warnings": "; ".join(warnings),
    }
    return {name: value for name, value in (numbers | told).items() if value not in (None, "")}


def native_scores(score: Score) -> dict[str, float | None]:
    """The columns of VLMEvalKit's own ``VL-RewardBench`` score file. Its "Overall Consistency" is the accuracy."""
    subsets = {name: estimate.value for name, estimate in score.by_subset.items()}
    ordered = {name: subsets.pop(name) for name in ("hallucination", "reasoning", "general") if name in subsets}
    return {**ordered, **subsets, "Macro Accuracy": score.macro.value, "Overall Consistency": score.overall.value}
