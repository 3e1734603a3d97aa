"""Results of a batch into votes: in any order, from any number of files, each ballot once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vlrb_task.parsing.verdicts import Reason
from vlrb_task.support.errors import DataError
from vlrb_task.support.jsonl import Lines
from vlrb_task.support.typed import typed
from vlrb_task.tasks.batch import LIST_SUFFIX, VERSION, list_path
from vlrb_task.tasks.batch_layouts import LAYOUTS, Answer, Layout

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BatchList:
    """The list that was written beside a batch's requests.

    Attributes:
        path: the file.
        layout: of its files.
        records: each ballot's vote record without its text, by custom id, in the order in which they are asked.
    """

    path: Path
    layout: Layout
    records: Mapping[str, Record]


@dataclass(frozen=True, slots=True)
class Votes:
    """What came of a batch.

    Attributes:
        records: votes, in the order in which the ballots were asked; two votes with other texts on one ballot are both
            there.
        answered: ballots with an answer.
        missing: ballots that no result is about.
        failed: ballots whose request failed, with the most frequent error.
        notes: everything else, counted, in words.
    """

    records: tuple[Record, ...]
    answered: int
    missing: int
    failed: tuple[int, str]
    notes: tuple[str, ...]


def read_list(path: Path) -> BatchList:
    """Read the list of a batch.

    Raises:
        DataError: not there, or no such list, or a damaged one.
    """
    lines = Lines(path)
    values = [value for _, value in lines]
    if lines.warnings:
        raise DataError(f"{path}: {'; '.join(lines.warnings)}")
    try:
        header = typed(values[0] if values else None, batch=int, id=str, format=str, ballots=int)
    except DataError as error:
        raise DataError(f"{path}: no list of a batch, as vlrb batch write writes it ({error})") from error
    if header["batch"] != VERSION or header["format"] not in LAYOUTS:
        raise DataError(f"{path}: a list of a batch of another version or format")
    records = values[1:]
    if header["ballots"] != len(records) or not all(isinstance(record.get("custom_id"), str) for record in records):
        raise DataError(f"{path}: a damaged list: {len(records)} ballots of {header['ballots']}")
    by_id = {record.pop("custom_id"): record for record in records}
    return BatchList(path, LAYOUTS[header["format"]], by_id)


def find_list(results: Sequence[Path], requests: Path | None) -> BatchList:
    """The list of the batch that results are of, from beside its request file, which may be the list itself.

    Without that file, lists are looked for beside the results and in the working folder: the one whose ids the results have.

    Raises:
        DataError: there is none, or there are several.
    """
    if requests is not None:
        path = requests if requests.name.endswith(LIST_SUFFIX) else list_path(requests)
        stem, _, number = requests.name.removesuffix(requests.suffix).rpartition("-")
        if not path.exists() and number.isdecimal():  # one request file of several
            path = requests.with_name(stem + LIST_SUFFIX)
        return read_list(path)
    ids = {id for path in results for id in _batch_ids(path)}
    folders = dict.fromkeys(folder.resolve() for folder in (*(path.parent for path in results), Path()))
    found: dict[str, Path] = {}
    for path in sorted(path for folder in folders for path in folder.glob(f"*{LIST_SUFFIX}")):
        first = next((value for _, value in Lines(path)), {})
        if first.get("batch") == VERSION and isinstance(first.get("id"), str) and first["id"] in ids:
            found.setdefault(first["id"], path)
    if len(found) > 1:
        listed = ", ".join(str(path) for path in found.values())
        raise DataError(f"the results are of {len(found)} batches ({listed}): read one at a time, with --requests")
    if not found:
        raise DataError(
            f"{results[0]}: no list of this batch (*{LIST_SUFFIX}) beside it: name the request file with --requests"
        )
    return read_list(next(iter(found.values())))


def _batch_ids(path: Path) -> set[str]:
    names = (line.get("custom_id", line.get("key")) for _, line in Lines(path))
    return {name.partition("-")[0] for name in names if isinstance(name, str)}


def read_results(listed: BatchList, results: Iterable[Path]) -> Votes:
    """Votes of a batch's result files.

    A request that failed gives a vote without an answer (``failed_request``), unless another line has its answer.
    A ballot that no result is about gives none.

    Raises:
        DataError: a file that cannot be read, or no result of this batch at all.
    """
    counts: Counter[str] = Counter()
    answers: dict[str, list[Answer]] = {}
    for path in results:
        lines = Lines(path)
        for _, line in lines:
            answer = listed.layout.answer(line)
            if answer is None:
                counts[f"lines are not results of {listed.layout.name} and were ignored"] += 1
            elif answer.custom_id not in listed.records:
                counts["results belong to another batch and were ignored"] += 1
            else:
                _enter(answers.setdefault(answer.custom_id, []), answer, counts)
        for warning in lines.warnings:
            counts[f"{path}: {warning}"] = 1
    if not answers:
        raise DataError(f"no result of the batch {listed.path}", _told(counts))
    records: list[Record] = []
    unasked = 0
    for name, record in listed.records.items():
        if "failure" in record:  # a picture that could not be read
            unasked += 1
            records.append(record | {"text": ""})
            continue
        for answer in answers.get(name, ()):
            failure = {"failure": str(answer.failure)} if answer.failure else {}
            error = {"error": answer.error} if answer.error else {}
            records.append(record | {"text": answer.text} | failure | error | dict(answer.extra or {}))
    failed = [said[0].error for said in answers.values() if said[0].failure is Reason.FAILED_REQUEST]
    return Votes(
        records=tuple(records),
        answered=len(answers) - len(failed),
        missing=len(listed.records) - len(answers) - unasked,
        failed=(len(failed), Counter(failed).most_common(1)[0][0] if failed else ""),
        notes=tuple(_told(counts)),
    )


def _enter(said: list[Answer], answer: Answer, counts: Counter[str]) -> None:
    """Keep an answer beside those that its ballot has: an answer takes the place of failures, never the other way."""
    fails = answer.failure is Reason.FAILED_REQUEST
    failed = any(one.failure is Reason.FAILED_REQUEST for one in said)
    if said and (fails or failed):
        counts["requests occur twice, and failed once"] += 1
        if failed and not fails:
            said[:] = [answer]
    elif any((one.text, one.failure) == (answer.text, answer.failure) for one in said):
        counts["results are duplicates and were dropped"] += 1
    else:
        if said:
            counts["results contradict another on the same ballot; both are in the file, and scoring keeps one"] += 1
        said.append(answer)


def _told(counts: Counter[str]) -> list[str]:
    return [what if ": " in what.split(" ")[0] else f"{count} {what}" for what, count in counts.items()]
