"""Files into the columns of each run, with the labels of its pairs: from the votes, or from a file of pairs."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from vlrb_task.bulk.columns import keep
from vlrb_task.bulk.labels import (
    Columns,
    Names,
    PairSet,
    PairTable,
    count_labels,
    fingerprint_of,
    read_table,
    settled,
)
from vlrb_task.bulk.reading import NO_LABEL, Piece, pieces_of, read_piece, renumber, take_in
from vlrb_task.pairs.pair import UNDECIDABLE, revision_name
from vlrb_task.support.errors import DataError
from vlrb_task.support.jsonl import Lines
from vlrb_task.votes import set_aside
from vlrb_task.votes.assemble import judge_of
from vlrb_task.votes.lmms_samples import NATIVE_FIELD, VOTE_FIELD, samples_metadata
from vlrb_task.votes.merging import JOIN, Identity, completed
from vlrb_task.votes.records import Record
from vlrb_task.votes.tables import is_table

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Votes:
    """The ballots of one run.

    Attributes:
        record: what its votes have in common.
        columns: one row a ballot, as logged.
        pairs: the set that they are about.
        schedules: that were logged, as ``(order, votes, stop)``.
        texts: whether it has texts, and not scores only.
        warnings: what was set aside.
    """

    record: Record
    columns: Columns
    pairs: PairSet
    schedules: Sequence[Sequence[Any]]
    texts: bool
    warnings: Sequence[str]


@dataclass(frozen=True)
class Gathered:
    """What some files hold.

    Attributes:
        runs: the votes of each run.
        names: what columns' numbers stand for.
        source: the files.
        warnings: lines that were set aside.
        metadata: what a single file tells of its run.
    """

    runs: Sequence[Votes]
    names: Names
    source: str
    warnings: Sequence[str]
    metadata: Mapping[str, Any] = field(default_factory=dict)


def gather(
    paths: Sequence[Path],
    parser: str | None = None,
    pairs: str | None = None,
    processes: int | None = None,
    progress: Progress | None = None,
) -> Gathered:
    """Read files into columns.

    Args:
        paths: votes files, and sample logs of vlrb tasks.
        parser: reads every text, in the place of the judges' own.
        pairs: where labels come from; without it, from the votes.
        processes: how many share the reading; by default one a core.
        progress: called with bytes read so far and in all.

    Raises:
        DataError: a file that cannot be read, or no vote that can be used.
    """
    names = Names()
    pieces, table = _read(paths, parser, pairs, processes or os.cpu_count() or 1, progress, names)
    source = JOIN.join(str(path) for path in paths)
    warnings = _warnings(pieces)
    if not sum(piece.votes.size for piece in pieces):
        raise DataError(f"{source}: no votes", warnings)
    if table:
        names.take_in(table.names, table.pairs.labels)
    if len(paths) > 1:
        _complete(pieces, names)
    votes = np.concatenate([piece.votes for piece in pieces])
    labels = np.concatenate([piece.labels for piece in pieces])
    for piece in pieces:
        piece.forget()
    runs, lost = [], list[str]()
    for number, record in names.runs.values():
        own = votes[votes["run"] == number] if len(names.runs) > 1 else votes
        told = Counter({set_aside.no_judge(judge_of(record)): sum(p.unnamed[number] for p in pieces)})
        if table and own.size:
            about, own = _given(table, own, record, told)
        elif own.size:
            about, own = _own(labels[labels["run"] == number], own, record, names, told)
        if own.size:
            schedules = [rest for piece in pieces for run, *rest in piece.schedules if run == number]
            texts = any(number in piece.texts for piece in pieces)
            runs.append(Votes(record, own, about, schedules, texts, _in_words(told)))
        else:
            lost += _in_words(told)
    if not runs:
        raise DataError(f"{source}: no vote could be used", warnings + lost)
    return Gathered(runs, names, source, warnings, _metadata(paths))


def _read(
    paths: Sequence[Path],
    parser: str | None,
    pairs: str | None,
    processes: int,
    progress: Progress | None,
    names: Names,
) -> tuple[list[Piece], PairTable | None]:
    """All pieces in the files' order, renumbered to ``names``, and the pairs that their labels come from."""
    pieces = []
    tasks = [(path, *part) for path in paths for part in pieces_of(path)]
    with _executor(processes, len(tasks)) as executor:
        reading = executor.submit(read_table, pairs) if pairs else None
        for piece in _pieces(executor, tasks, parser, pairs is None, progress):
            take_in(piece, names)
            pieces.append(piece)
            if reading and reading.done():
                reading.result()  # pairs that cannot be used are told before everything else was read
        return pieces, reading.result() if reading else None


def _complete(pieces: Sequence[Piece], names: Names) -> None:
    """Votes that leave out what others tell of their run are put with those, as :func:`merge_logs` does with logs."""
    numbers = {
        Identity(judge, prompt, fingerprint, model, None): number
        for (judge, prompt, fingerprint, model), (number, _) in names.runs.items()
    }
    to = {number: numbers[completed(identity, numbers)] for identity, number in numbers.items()}
    for piece in pieces:
        renumber(piece, to)


def first_vote(path: Path) -> dict[str, Any] | None:
    """The first vote of a file that can be read in pieces: nothing for one without a line, None for another kind."""
    if is_table(path):
        return None
    line = next((value for _, value in Lines(path)), None)
    if line is None:
        return {}
    vote = line.get(VOTE_FIELD, line if "doc_id" not in line and NATIVE_FIELD not in line else None)
    return vote if isinstance(vote, dict) and ("first" in vote or "answer" in vote) else None


def _metadata(paths: Sequence[Path]) -> dict[str, Any]:
    """What a single sample log tells of its run."""
    first = next((value for _, value in Lines(paths[0])), {}) if len(paths) == 1 else {}
    return samples_metadata(paths[0]) if VOTE_FIELD in first else {}


def _own(labels: Columns, votes: Columns, record: Record, names: Names, told: Counter[str]) -> tuple[PairSet, Columns]:
    """The pairs that a run's votes are about, as they themselves say, and its votes about those that they agree on."""
    labels, disputed = settled(labels, names)
    lost = np.isin(votes["key"], disputed)
    told[set_aside.DISPUTED] = keep(votes[lost]).columns.size
    extra, sizes = record.extra, count_labels(labels, names)
    if not extra.get("fingerprint"):
        return PairSet(labels, revision_name(sizes), fingerprint_of(labels, names), sizes), votes[~lost]
    sizes = dict(extra.get("subset_sizes") or sizes)
    return PairSet(labels, extra.get("revision", "custom"), extra["fingerprint"], sizes), votes[~lost]


def _given(table: PairTable, votes: Columns, record: Record, told: Counter[str]) -> tuple[PairSet, Columns]:
    """The pairs of a file, and a run's votes about them; ``told`` is given what was set aside."""
    place, found = table.by_key(votes["key"])
    by_id = votes["by_id"]
    place[by_id], found[by_id] = table.by_id(votes["key"][by_id])
    told[set_aside.SHARED_ID] = int((found > 1).sum())
    told[set_aside.UNKNOWN_PAIR] = int((found == 0).sum())
    votes, place = votes[found == 1], place[found == 1]
    labels = table.pairs.labels[place]
    other = (votes["better"] != NO_LABEL) & (votes["better"] != labels["better"])
    told[set_aside.OTHER_LABEL] = int(other.sum())
    undecidable = labels["subset"] == table.names.subsets.get(UNDECIDABLE, -1)
    told[set_aside.UNSCORED] = int(undecidable.sum())
    votes["key"] = labels["key"]
    logged = record.extra.get("fingerprint")
    if logged and logged != table.pairs.fingerprint:
        told[set_aside.other_revision(record.extra.get("revision"), table.pairs.revision)] = _ONCE
    return table.pairs, votes[~undecidable]


_ONCE = -1
"""In the place of a number: what is true or not."""


def _in_words(told: Counter[str]) -> list[str]:
    return [why if count == _ONCE else f"{count} {why}" for why, count in told.items() if count]


def _executor(processes: int, tasks: int) -> Executor:
    if processes == 1 or tasks < 2:
        return _Here()
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"))


class _Here(Executor):
    """Does at once, in this process, what it is given."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def _pieces(
    executor: Executor,
    tasks: Sequence[tuple[Path, int, int]],
    parser: str | None,
    labelled: bool,
    progress: Progress | None,
) -> Iterator[Piece]:
    """The pieces in file order; few at a time are read ahead, so that what is not yet taken stays small."""
    whole, done = sum(end - start for _, start, end in tasks), 0
    waiting: deque[tuple[Future[Piece], int]] = deque()
    ahead = 2 * (os.cpu_count() or 1)
    for number, (path, start, end) in enumerate(tasks):
        waiting.append((executor.submit(read_piece, path, start, end, parser, labelled=labelled), end - start))
        while waiting and (len(waiting) > ahead or number == len(tasks) - 1):
            future, size = waiting.popleft()
            yield future.result()
            done += size
            if progress:
                progress(done, whole)


def _warnings(pieces: Sequence[Piece]) -> list[str]:
    refused: Counter[str] = Counter()
    for piece in pieces:
        refused.update(piece.refused)
    half = sum(piece.half for piece in pieces)
    told = [f"{half} last lines are half-written and were set aside"] if half else []
    return told + [f"{count} {why}" for why, count in refused.most_common()]
