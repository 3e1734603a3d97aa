"""Predictions into votes, and votes into VLMEvalKit's results: the core's numbers under VLMEvalKit's names."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vlmevalkit_adapter.asking import Asking
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.scores.score import Score, score_run
from vlrb_task.support.errors import DataError
from vlrb_task.support.writing import replacing
from vlrb_task.votes import read_runs, write_votes
from vlrb_task.votes.tables import CELL_LIMIT, read_table
from vlrb_task.votes.vlmevalkit import failure_of, text_of

Numbers = dict[str, Any]


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


def evaluate(asking: Asking, predictions: Path, dataset_name: str) -> Evaluation:
    """Score a prediction file and write its votes and scores beside it.

    Everything but the texts comes from the ballots, by index: what a table file did to other columns does not matter,
    nor do the order and number of its rows.

    Raises:
        DataError: the file cannot be read, or holds no answer to this dataset's ballots.
    """
    counts: Counter[str] = Counter()
    texts, excel = _texts(asking, predictions, counts)
    name = predictions.name.removesuffix(predictions.suffix)
    run = {"model": name.removesuffix(f"_{dataset_name}"), "framework": "VLMEvalKit", "task": dataset_name}
    records = [asking.record(index, texts[index]) | run for index in asking.questions if index in texts]
    for record in records:
        if failure := failure_of(record["text"], excel):
            record["failure"] = str(failure)
    failures = Counter(record.get("failure") for record in records)
    failed, cut = failures[str(Reason.FAILED_REQUEST)], failures[str(Reason.CUT_OFF)]
    if not records:
        raise DataError(f"{predictions}: no row answers a ballot of {dataset_name} on these pairs", _told(counts))
    if failed == len(records):
        raise DataError(f"{predictions}: all {failed} requests failed, so there is no score")
    if failed:
        counts[f"of {len(records)} requests failed: they are unparsed votes, which count as wrong"] = failed
    if cut:
        counts[f"texts were cut by Excel at {CELL_LIMIT:,} characters, their verdicts are lost: PRED_FORMAT=tsv"] = cut
    votes, metrics, leaderboard = (
        predictions.with_name(f"{name}_{asking.pairs_label}{end}")
        for end in (".votes.jsonl", "_metrics.json", "_score.csv")
    )
    _replace(votes, lambda path: write_votes(path, records))
    score = score_run(read_runs([votes])[0])
    warnings = (*_partial(score), *_told(counts), *asking.source.warnings, *score.run.warnings)
    result = _result(asking, score, failed, warnings)
    if asking.only is not None:
        return Evaluation(score, _rest_only(result), warnings, (votes,))
    _replace(metrics, lambda path: path.write_text(json.dumps(score.to_dict(), indent=2) + "\n", encoding="utf-8"))
    _replace(leaderboard, lambda path: _write_csv(path, native_scores(score)))
    return Evaluation(score, result, warnings, (votes, metrics, leaderboard))


def _texts(asking: Asking, predictions: Path, counts: Counter[str]) -> tuple[dict[str, str], bool]:
    """The texts by index, and whether they come from an Excel file."""
    if not predictions.exists():
        pickled = predictions.with_name(f"{predictions.name.removesuffix(predictions.suffix)}.pkl")
        hint = f" (VLMEvalKit could not write it, and wrote {pickled.name})" if pickled.exists() else ""
        raise DataError(f"{predictions}: no such file{hint}")
    table = read_table(predictions)
    texts: dict[str, str] = {}
    for row in table.rows:
        index = text_of(row.get("index"))
        text = text_of(row.get("prediction"))
        if index not in asking.questions:
            counts["rows belong to no ballot of this dataset on these pairs and were set aside"] += 1
        elif texts.setdefault(index, text) != text:
            counts["rows stand twice with other texts (the first is kept)"] += 1
    return texts, table.excel


def _told(counts: Counter[str]) -> list[str]:
    return [f"{count} {what}" for what, count in counts.items()]


def _partial(score: Score) -> list[str]:
    if not score.missing:
        return []
    asked = len(score.run.labels)
    return [f"PART of the pairs: {asked} of {asked + score.missing}, the score is not comparable with a whole run's"]


def _result(asking: Asking, score: Score, failed: int, warnings: tuple[str, ...]) -> Numbers:
    """The flat result. A number that the run cannot have is not in it; warnings are, as workers' logs are not shown."""
    full = score.to_dict()
    numbers: Numbers = {}
    for name in ("overall", "macro", *score.by_subset):
        numbers[name.capitalize()] = full[name]["value"]
    numbers["Overall Low"], numbers["Overall High"] = full["overall"]["low"], full["overall"]["high"]
    for name in ("parsed_rate", "coverage", "first_rate", "consistency", "both_orders_right"):
        numbers[name.replace("_", " ").title()] = full.get(name)
    for k, value in (full.get("at_k") or {}).items():
        numbers[f"Majority of {k}"] = value
    numbers |= {"Pairs": full["pairs"], "Missing Pairs": full["missing"], "Votes": full["votes"]}
    numbers["Failed Requests"] = failed
    told = {
        "Judge": score.run.judge,
        "Prompt": f"{score.run.prompt.name} ({score.run.prompt.source}, SHA-256 {score.run.prompt.sha256})",
        "Policy": str(score.policy),
        "Pairs Used": f"{asking.pairs_label} ({asking.source.benchmark.origin}, fingerprint {score.run.fingerprint})",
        "Warnings": "; ".join(warnings),
    }
    return {name: value for name, value in (numbers | told).items() if value not in (None, "")}


_OF_VOTES = ("Parsed Rate", "First Rate", "Votes", "Failed Requests", "Judge", "Prompt", "Pairs Used", "Warnings")


def _rest_only(result: Numbers) -> Numbers:
    """What can be said of the rest of other runs' votes: no accuracy, which takes all of them."""
    kept = {name: result[name] for name in _OF_VOTES if name in result}
    told = "the rest of other runs' votes: vlrb score takes their votes files and this one together"
    return kept | {"Warnings": "; ".join([told, *([kept["Warnings"]] if kept.get("Warnings") else [])])}


def native_scores(score: Score) -> dict[str, float | None]:
    """The columns of VLMEvalKit's own ``VL-RewardBench`` score file. Its "Overall Consistency" is the accuracy."""
    subsets = {name: estimate.value for name, estimate in score.by_subset.items()}
    ordered = {name: subsets.pop(name) for name in ("hallucination", "reasoning", "general") if name in subsets}
    return {**ordered, **subsets, "Macro Accuracy": score.macro.value, "Overall Consistency": score.overall.value}


def _write_csv(path: Path, columns: dict[str, float | None]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(columns)
        writer.writerow(["" if value is None else repr(value) for value in columns.values()])


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file anew and at once: ``--reuse`` may have put an old run's there."""
    with replacing(path) as place:
        write(place)
