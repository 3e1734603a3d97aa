"""Readers and writers of votes: whatever file a user has, into runs that can be scored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from os.path import realpath
from pathlib import Path

from vlrb_task.pairs.pair import Benchmark
from vlrb_task.scores.score import Run
from vlrb_task.support.errors import DataError, NoVotes
from vlrb_task.support.jsonl import Lines
from vlrb_task.votes.assemble import Log, assemble
from vlrb_task.votes.lmms_samples import NATIVE_FIELD, VOTE_FIELD, read_lmms_samples
from vlrb_task.votes.records import Record, benchmark_fields, make_record, parse_record
from vlrb_task.votes.tables import is_table
from vlrb_task.votes.vlmevalkit import NATIVE, read_predictions
from vlrb_task.votes.votes_file import read_votes, write_votes

__all__ = [
    "Log",
    "Record",
    "Run",
    "assemble",
    "benchmark_fields",
    "find_logs",
    "make_record",
    "needs_pairs",
    "parse_record",
    "read_log",
    "read_logs",
    "read_runs",
    "write_votes",
]


_PATTERNS = (
    "*_samples_vlrb*.jsonl",
    "*_samples_vl_rewardbench*.jsonl",
    "*.votes.jsonl",
    *(f"*_{NATIVE}{suffix}" for suffix in (".xlsx", ".tsv", ".json")),
)


def find_logs(path: Path) -> list[Path]:
    """The file itself, or every log below a folder, by name.

    Those are sample logs of vlrb tasks and of lmms-eval's own, votes files, and predictions for VLMEvalKit's dataset.

    Raises:
        DataError: nothing there.
    """
    if not path.exists():
        raise DataError(f"{path}: no such file or folder")
    if not path.is_dir():
        return [path]
    # VLMEvalKit links the files of its last run beside that run's folder.
    found = {realpath(log): log for pattern in _PATTERNS for log in sorted(path.rglob(pattern), reverse=True)}
    others = (log for log in path.rglob("*_samples_*.jsonl") if realpath(log) not in found)
    found |= {realpath(log): log for log in others if _is_ours(log)}
    if not found:
        raise DataError(
            f"{path}: no samples of a vlrb task and no votes file below this folder (was --log_samples given?)"
        )
    return sorted(found.values())


def _is_ours(path: Path) -> bool:
    """Whether a sample log is one of a task that ``vlrb task`` wrote, whose name may be anything."""
    first = next((value for _, value in Lines(path)), {})
    return VOTE_FIELD in first


def read_log(path: Path, benchmark: Benchmark | None = None, *, trust_pickle: bool = False) -> Log:
    """Read one file of any kind that is known, told by its suffix or its first object.

    Args:
        path: the file.
        benchmark: the pairs, for logs in which they cannot be told otherwise.
        trust_pickle: open a pkl, which can run any code that its author put into it.

    Raises:
        NoVotes: the file is empty, or was cut within its first line.
        DataError: the file cannot be opened, or is of no known kind.
    """
    if is_table(path):
        return read_predictions(path, benchmark, trust_pickle=trust_pickle)
    first = next((value for _, value in Lines(path)), None)
    if first is None:
        raise NoVotes(f"{path}: no JSON lines in it")
    if VOTE_FIELD in first or NATIVE_FIELD in first or "doc_id" in first:
        return read_lmms_samples(path, benchmark)
    return read_votes(path)


def read_logs(paths: Iterable[Path], read: Callable[[Path], Log]) -> list[Log]:
    """Read several logs; one without votes is told in the first other's warnings.

    Args:
        paths: files.
        read: as :func:`read_log`.

    Raises:
        DataError: as :func:`read_log`; none of them has votes.
    """
    logs: list[Log] = []
    empty: list[NoVotes] = []
    for path in paths:
        try:
            logs.append(read(path))
        except NoVotes as error:
            empty.append(error)
    if empty and not logs:
        raise empty[0]
    if empty:
        logs[0].warnings.extend(str(error) for error in empty)
    return logs


def needs_pairs(log: Log) -> bool:
    """Whether some record has no label of its own."""
    return any("better" not in record.extra or not record.extra.get("subset") for record in log.records)


def read_runs(paths: Iterable[Path], benchmark: Benchmark | None = None, parser: str | None = None) -> list[Run]:
    """Read and assemble every run of some logs.

    Raises:
        DataError: as :func:`read_log` and :func:`~vlrb_task.votes.assemble.assemble`.
    """
    return [
        run
        for path in paths
        for log_file in find_logs(path)
        for run in assemble(read_log(log_file, benchmark), benchmark, parser)
    ]
