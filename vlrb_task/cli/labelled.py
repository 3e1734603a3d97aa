"""Logs with the pairs that their labels come from: what every command that looks further than a score begins with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from vlrb_task import votes as runs
from vlrb_task.pairs.pair import Benchmark
from vlrb_task.pairs.rows import hub_id, load_benchmark
from vlrb_task.votes.merging import JOIN, merge_logs


def labelled_logs(
    logs: Sequence[Path], pairs: str | None, *, trust_pickle: bool = False, merge: bool = False
) -> Iterator[tuple[runs.Log, Benchmark | None]]:
    """The logs of each run, with the pairs to score it with; None where the log has labels of its own.

    Args:
        logs: files and folders. Those that are parts of one run come as one, see
            :func:`vlrb_task.votes.merging.merge_logs`.
        pairs: as ``--pairs``. Without it, a log without labels gets those of the hub's dataset in the local cache.
        trust_pickle: open .pkl files.
        merge: also put together what may be another run's.

    Raises:
        DataError: a log that cannot be read, or labels that are not to be had.
    """
    benchmark = load_benchmark(pairs) if pairs else None
    cached: Benchmark | None = None
    source: dict[str, Benchmark | None] = {}

    def read(path: Path) -> runs.Log:
        nonlocal cached
        log = runs.read_log(path, benchmark, trust_pickle=trust_pickle)
        source[log.source] = benchmark
        if benchmark is None and runs.needs_pairs(log):
            source[log.source] = cached = cached or load_benchmark(hub_id())
            log = runs.read_log(path, cached, trust_pickle=trust_pickle)
        return log

    found = runs.read_logs([file for log in logs for file in runs.find_logs(log)], read)
    place = {log.source: number for number, log in reversed(list(enumerate(found)))}
    merged = [
        (log, labels)
        for labels in ([benchmark] if cached is None else [benchmark, cached])
        for log in merge_logs([log for log in found if source[log.source] is labels], force=merge)
    ]
    yield from sorted(merged, key=lambda one: place[one[0].source.partition(JOIN)[0]])
