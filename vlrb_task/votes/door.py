"""The one door to every log: files of any kind that is known, into batches of logged votes."""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from os.path import realpath
from pathlib import Path
from typing import Any

import pyarrow as pa

from vlrb_task.pairs.pair import Benchmark
from vlrb_task.support.errors import DataError, NoVotes, told_of
from vlrb_task.support.inputs import exists, open_once
from vlrb_task.support.jsonl import Lines
from vlrb_task.votes import lines, lmms_samples, vlmevalkit
from vlrb_task.votes.records import encodable
from vlrb_task.votes.schema import Convert, Row, to_batches
from vlrb_task.votes.tables import Table, is_table, read_table

_PATTERNS = (
    "*_samples_vlrb*.jsonl",
    "*_samples_vl_rewardbench*.jsonl",
    "*.votes.jsonl",
    *(f"*_{vlmevalkit.NATIVE}{suffix}" for suffix in (".xlsx", ".tsv", ".json")),
)


def find_logs(path: Path) -> list[Path]:
    """The file itself, or every log below a folder, by name.

    Those are sample logs of vlrb tasks and of lmms-eval's own, votes files, and predictions for VLMEvalKit's dataset.

    Raises:
        DataError: nothing there.
    """
    if not exists(path):
        raise DataError(f"{path}: no such file or folder")
    if not path.is_dir():
        return [path]
    # VLMEvalKit links the files of its last run beside that run's folder.
    found = {realpath(log): log for pattern in _PATTERNS for log in sorted(path.rglob(pattern), reverse=True)}
    others = (log for log in path.rglob("*_samples_*.jsonl") if realpath(log) not in found)
    found |= {realpath(log): log for log in others if lmms_samples.VOTE_FIELD in (_first_line(log) or {})}
    found |= {realpath(log): log for log in _unscored_predictions(path)}
    if not found:
        raise DataError(
            f"{path}: no samples of a vlrb task and no votes file below this folder (was --log_samples given?)"
        )
    return sorted(found.values())


def _unscored_predictions(path: Path) -> Iterator[Path]:
    """Predictions of VLMEvalKit for datasets of ours that it has not evaluated (``--mode infer``): no votes file beside them."""
    for suffix in (".tsv", ".xlsx", ".json"):
        for log in sorted(path.rglob(f"*_VLRB*{suffix}"), reverse=True):
            if log.stem.endswith("_metrics") or any(log.parent.glob(f"{glob.escape(log.stem)}_*.votes.jsonl")):
                continue
            yield log


def _first_line(path: Path) -> dict[str, Any] | None:
    return next((value for _, value in Lines(path)), None)


@dataclass(frozen=True)
class LogFile:
    """A log, opened.

    Attributes:
        path: the file.
        metadata: what it tells of its votes beside them (framework, model, task).
        rows: reads any kind but JSON lines of our votes.
        again: how often it was named before: the same file named twice is two logs.
    """

    path: Path
    metadata: dict[str, Any] = field(default_factory=dict)
    rows: Callable[[Benchmark | None], Iterator[Row]] | None = None
    again: int = 0

    @property
    def ours(self) -> bool:
        """Whether it is JSON lines of our votes, which can be read in pieces."""
        return self.rows is None

    @property
    def name(self) -> str:
        """The file as the user named it; what is no UTF-8 in its name, which no column could hold, as an escape."""
        return encodable(f"{self.path} ({self.again + 1})" if self.again else str(self.path))

    def batches(self, benchmark: Benchmark | None = None) -> Iterator[pa.RecordBatch]:
        """Its votes, as they were logged.

        Args:
            benchmark: the pairs, if at hand: logs of the frameworks' own tasks, which name no pair by key, need them.

        Raises:
            DataError: the file cannot be read.
        """
        if self.rows is None:
            for start, end in lines.pieces_of(self.path):
                yield from lines.read_piece(self.path, start, end, self.name)[0]
        else:
            yield from to_batches(self.rows(benchmark), self.name)


def open_log(path: Path, *, trust_pickle: bool = False) -> LogFile:
    """Open one file of any kind that is known, told by its suffix or its first object.

    Args:
        path: the file.
        trust_pickle: open a pkl, which can run any code that its author put into it.

    Raises:
        NoVotes: the file is empty, or was cut within its first line.
        DataError: the file cannot be opened.
    """
    if is_table(path):
        table = read_table(path, trust_pickle=trust_pickle)
        return LogFile(path, vlmevalkit.predictions_metadata(path, table), partial(_predictions, table))
    first = _first_line(path)
    if first is None:
        raise NoVotes(f"{path}: no JSON lines in it")
    if lmms_samples.VOTE_FIELD in first:
        return LogFile(path, lmms_samples.samples_metadata(path))
    if lmms_samples.PREDICTED_FIELD in first:
        convert = partial(lmms_samples.predicted_votes, path)
        return LogFile(path, lmms_samples.samples_metadata(path), partial(_samples, path, convert))
    if lmms_samples.NATIVE_FIELD in first or "doc_id" in first:
        metadata = lmms_samples.samples_metadata(path, native=True)
        return LogFile(path, metadata, partial(_samples, path, lmms_samples.native_votes))
    return LogFile(path)


def _predictions(table: Table, benchmark: Benchmark | None) -> Iterator[Row]:
    convert = vlmevalkit.predicted_votes(benchmark, excel=table.excel)
    for number, row in enumerate(table.rows, start=2 if table.excel else 1):
        yield from lines.numbered(number, row, convert)


def _samples(path: Path, votes: Callable[[Benchmark | None], Convert], benchmark: Benchmark | None) -> Iterator[Row]:
    with told_of(path, DataError), open_once(path) as file:
        yield from lines.json_votes(file, votes(benchmark))


def open_logs(paths: Iterable[Path], *, trust_pickle: bool = False) -> tuple[list[LogFile], list[str]]:
    """Open files and folders of them.

    Returns:
        The logs, and one line for each file that is there but has no votes.

    Raises:
        DataError: as :func:`find_logs` and :func:`open_log`; no file has votes.
    """
    found: list[LogFile] = []
    empty: list[NoVotes] = []
    for path in (file for given in paths for file in find_logs(given)):
        try:
            log = open_log(path, trust_pickle=trust_pickle)
            found.append(replace(log, again=sum(other.path == path for other in found)))
        except NoVotes as error:
            empty.append(error)
    if empty and not found:
        raise empty[0]
    return found, [str(error) for error in empty]
