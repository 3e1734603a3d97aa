"""From files to runs: every command that looks at votes begins here."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cached_property, partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa

from vlrb_task.judges.hand_labels import MARK, HandLabels
from vlrb_task.pairs.families import PICTURE, families_of, grouped, with_models
from vlrb_task.pairs.labels import LabelSet
from vlrb_task.pairs.pair import Answer, Benchmark, check_rows, parse_rows
from vlrb_task.pairs.rows import Row, hub_id, read_rows
from vlrb_task.support.arrow import is_valid, to_arrow, to_numpy
from vlrb_task.support.errors import DataError
from vlrb_task.votes.assemble import assemble
from vlrb_task.votes.door import LogFile, open_logs
from vlrb_task.votes.grouping import JOIN
from vlrb_task.votes.lines import pieces_of, read_piece
from vlrb_task.votes.reading import Keep, digest_of, read_texts
from vlrb_task.votes.schema import NONE, READ
from vlrb_task.votes.table import Run

Progress = Callable[[int, int], None]
"""Called with the bytes read so far and in all."""

Batches = list[pa.RecordBatch]
LabelsFor = Callable[[Batches], LabelSet]
Reader = Callable[[pa.RecordBatch], pa.RecordBatch]
_Task = tuple[Path, int, int, str, Reader]

_SHARED_FROM = 32 * 2**20
"""Bytes of logs from which several processes share the reading, this one among them: others take half a second to start."""


@dataclass(frozen=True)
class Pairs:
    """The pairs that labels come from, as a user names them; read when they are first needed.

    Attributes:
        spec: where they are.
        group: by what they are grouped, see :func:`vlrb_task.pairs.families.grouped`; None: as their rows say.
        styles: whether the labels count the responses' style, which takes as long as all else about them.
    """

    spec: str
    group: str | None = None
    styles: bool = False

    @classmethod
    def of(cls, benchmark: Benchmark) -> Pairs:
        """Pairs that were read already."""
        made = cls(benchmark.origin)
        made.__dict__["benchmark"] = benchmark
        return made

    @cached_property
    def benchmark(self) -> Benchmark:
        """With their texts.

        Raises:
            DataError: as :func:`vlrb_task.pairs.rows.load_benchmark`.
        """
        return parse_rows(self._rows(), self.spec)

    @cached_property
    def labels(self) -> LabelSet:
        """Without them.

        Raises:
            DataError: as :func:`vlrb_task.pairs.pair.check_rows`.
        """
        known = "benchmark" in self.__dict__
        pairs = self.benchmark.pairs if known else check_rows(self._rows(), self.spec)
        return LabelSet.of(pairs, self.spec, styles=self.styles)

    def _rows(self) -> Iterator[Row]:
        rows = read_rows(self.spec, images=self.group == PICTURE)
        return rows if self.group is None else grouped(rows, self.group)


def read_runs(
    paths: Sequence[Path],
    pairs: str | Pairs | Benchmark | None = None,
    parser: str | None = None,
    *,
    merge: bool = False,
    ties: Answer | None = None,
    group: str | None = None,
    models: Path | None = None,
    families: Path | None = None,
    styles: bool = False,
    keep_texts: Keep = False,
    by_hand: HandLabels | None = None,
    keep_undecidable: bool = False,
    keep_logged: bool = False,
    across_sets: bool = False,
    trust_pickle: bool = False,
    unlabelled: LabelsFor | None = None,
    processes: int | None = None,
    progress: Progress | None = None,
) -> list[Run]:
    """Read logs of any kind into runs.

    Logs that say that they are parts of one run come as one, see :func:`vlrb_task.votes.grouping.group_parts`.

    Args:
        paths: files and folders of them.
        pairs: where labels come from, as ``--pairs``, or pairs that were read already. Without it they come
            from the votes; a log whose votes carry none gets those of the hub's dataset in the local cache.
        parser: reads every text in the place of the judges' own.
        merge: put together whatever may be one run, even if the logs do not say so.
        ties: count equal ratings as a choice of this response.
        group: group the pairs by ``picture``, ``query`` or a column; without ``pairs``, those of the hub's dataset.
        models: a table of which models wrote the answers, see :func:`vlrb_task.pairs.families.with_models`.
        families: a table of models' families, asked before the packaged one.
        styles: count the style of the pairs' responses, for the statistics that are fitted to it.
        keep_texts: keep the texts (or those that could not be read), and where in them the verdicts stand.
        by_hand: readings made by hand; not for ``parser``, which shows what a rule gives.
        keep_undecidable: keep votes about pairs of which no answer is better.
        keep_logged: keep the rows as they were read, nothing dropped.
        across_sets: votes about several sets of pairs can be of one run, as the rounds of best of N are.
        trust_pickle: open .pkl files, which can run any code that their authors put into them.
        unlabelled: gives the labels of logs whose votes carry none, where ``pairs`` is not given; by default the hub's.
        processes: how many share the reading of large logs; by default one a core.
        progress: told how far the reading is.

    Returns:
        The runs, in the order of the logs.

    Raises:
        DataError: a log that cannot be read, no vote that can be used, or labels that are not to be had.
    """
    logs, empty = open_logs(paths, trust_pickle=trust_pickle)
    if isinstance(pairs, str):
        pairs = Pairs(pairs, styles=styles)
    elif isinstance(pairs, Benchmark):
        pairs = Pairs.of(pairs)
    if group is not None:
        pairs = Pairs(pairs.spec if pairs else hub_id(), group, styles)
    made = partial(
        assemble,
        metadata={log.name: log.metadata for log in logs},
        merge=merge,
        ties=ties,
        keep_undecidable=keep_undecidable,
        keep_logged=keep_logged,
        across_sets=across_sets,
    )
    reader = partial(read_texts, parser=parser, keep_texts=keep_texts, labels=by_hand)
    benchmark = pairs.benchmark if pairs and not all(log.ours for log in logs) else None
    labels = pairs.labels if pairs else None  # before the votes, which then take the memory that reading the pairs took
    own: Batches = []
    others: Batches = []
    for batches in _read(logs, benchmark, reader, processes, progress):
        (own if pairs or not _needs_labels(batches) else others).extend(batches)
    if not own and not others:
        raise DataError(f"{JOIN.join(log.name for log in logs)}: no votes", empty)
    runs = made(_taken(own), labels) if own else []
    if others:
        runs += made(_taken(others), unlabelled(others) if unlabelled else Pairs(hub_id(), styles=styles).labels)
    names = [log.name for log in logs]
    runs.sort(key=lambda run: names.index(run.source.partition(JOIN)[0]))
    if empty:
        runs[0] = runs[0].warn(*empty)
    if by_hand is not None:
        runs = [_told_by_hand(run, by_hand) for run in runs]
    return list(_with_families(runs, models, families))


def _taken(batches: Batches) -> Iterator[pa.RecordBatch]:
    """The batches, which are then nobody else's."""
    while batches:
        yield batches.pop(0)


def _with_families(runs: list[Run], models: Path | None, table: Path | None) -> Iterator[Run]:
    """The runs, with the families of the models that wrote the answers and of their judges."""
    if models is not None:
        named = [with_models(run.labels, models) for run in runs]
        if not any(count for _, count in named):
            raise DataError(f"{models}: no row names a pair of these logs by its key or id")
        runs = [replace(run, labels=labels) for run, (labels, _) in zip(runs, named, strict=True)]
    for run in runs:
        found = {model for both in run.labels.models.names for model in both or ()}
        known = {*found, str(run.metadata.get("model") or "")}
        yield replace(run, families=families_of(known, table)) if found else run


def _told_by_hand(run: Run, labels: HandLabels) -> Run:
    """The run, telling how many of its answers were read by hand."""
    digests = np.array([digest_of(text) for text in labels.readings.get(run.judge, ())], dtype=np.uint64)
    count = int(np.isin(run.ballots.digest, digests).sum()) if run.parser.endswith(MARK) else 0
    if not count:
        return replace(run, parser=run.parser.removesuffix(MARK)).warn("no answer of this run has a hand label")
    told = f"{count} of {len(run.ballots)} answers are read as hand labels say, not by the parser"
    return replace(run, metadata={**run.metadata, "hand_labels": count}).warn(told)


def _needs_labels(batches: Batches) -> bool:
    """Whether no vote carries its label; one that lacks it among others is dropped, and counted."""
    labelled = any((is_valid(batch["subset"]) & (to_numpy(batch["better"]) != NONE)).any() for batch in batches)
    return not labelled and any(batch["refused"].null_count for batch in batches)


def _read(
    logs: Sequence[LogFile],
    benchmark: Benchmark | None,
    reader: Reader,
    processes: int | None,
    progress: Progress | None,
) -> Iterator[Batches]:
    """The read batches of each log; large logs of ours are read in pieces, several at once."""
    tasks = [(log.path, *piece, log.name, reader) for log in logs if log.ours for piece in pieces_of(log.path)]
    size = sum(end - start for _, start, end, *_ in tasks)
    shared = size >= _SHARED_FROM or processes
    others = (processes or os.cpu_count() or 1) - 1 if shared else 0
    found: dict[str, Batches] = {}
    lines: Counter[str] = Counter()
    for (*_, name, _), (batches, count) in zip(tasks, _pieces(tasks, others, progress), strict=True):
        found.setdefault(name, []).extend(_moved(batch, lines[name]) for batch in batches)
        lines[name] += count
    for log in logs:
        yield found.pop(log.name, []) if log.ours else [reader(batch) for batch in log.batches(benchmark)]


def _pieces(tasks: Sequence[_Task], others: int, progress: Progress | None) -> list[tuple[Batches, int]]:
    """What :func:`_piece` gives of each task: other processes take them from the front, this one from the back."""
    sizes = [end - start for _, start, end, *_ in tasks]
    found: dict[int, tuple[Batches, int]] = {}
    with ProcessPoolExecutor(others, mp_context=get_context("spawn")) if others else nullcontext() as executor:
        futures = [executor.submit(_piece, *task) for task in tasks] if executor else []

        def keep(place: int, piece: tuple[Batches, int]) -> None:
            found[place] = piece
            theirs = {place for place, future in enumerate(futures) if future.done() and not future.cancelled()}
            if progress:
                progress(sum(sizes[place] for place in theirs | found.keys()), sum(sizes))

        try:
            for place in reversed(range(len(futures))):
                if not futures[place].cancel():  # from here on others have them
                    break
                keep(place, _piece(*tasks[place]))
            for place, task in enumerate(tasks):
                if place not in found:
                    keep(place, futures[place].result() if futures else _piece(*task))
        finally:
            for future in futures:
                future.cancel()
    return [found[place] for place in range(len(tasks))]


def _piece(path: Path, start: int, end: int, log: str, reader: Reader) -> tuple[Batches, int]:
    batches, lines = read_piece(path, start, end, log)
    return [reader(batch) for batch in batches], lines


def _moved(batch: pa.RecordBatch, lines: int) -> pa.RecordBatch:
    """A batch with its lines counted from the file's first."""
    if not lines:
        return batch
    place = READ.get_field_index("line")
    return batch.set_column(place, READ.field(place), to_arrow(to_numpy(batch["line"]) + lines))
