"""What logs have of a task's ballots: the votes that need not be asked again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vlrb_task.asking.ballots import Ballot, Schedule, ballots_of
from vlrb_task.judges.base import Judge
from vlrb_task.pairs.labels import Mask
from vlrb_task.pairs.pair import Answer, Benchmark
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.support.arrow import to_numpy
from vlrb_task.support.errors import DataError
from vlrb_task.votes.header import Header, parse_header
from vlrb_task.votes.load import read_runs
from vlrb_task.votes.schema import FAILED, NONE, PLACE
from vlrb_task.votes.table import Run

Slot = tuple[int, "Answer | None"]
"""A ballot's place among its pair's: the vote's number, and the answer that a pointwise ballot shows."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What logs have of one pair.

    Attributes:
        slots: the ballots of the schedule that were answered.
        right, wrong, neither: the votes that they make; a pointwise vote is made by both of its ballots.
    """

    slots: frozenset[Slot]
    right: int
    wrong: int
    neither: int


def run_of(logs: Sequence[Path], judge: Judge, benchmark: Benchmark, *, trust_pickle: bool = False) -> Run:
    """The one run of a judge that logs are of, held to its prompt and to the pairs.

    Raises:
        DataError: nothing of this judge's in the logs, votes of several models, tasks or settings, or to another prompt, or
            about other pairs.
    """
    runs = read_runs(logs, benchmark, merge=True, keep_undecidable=True, keep_logged=True, trust_pickle=trust_pickle)
    own = [run for run in runs if run.judge == judge.name]
    if len(own) != 1:
        what = f"votes of {len(own)} runs" if own else f"no votes of judge {judge.name!r}"
        asked = dict.fromkeys(f"judge {r.judge} asked of {r.metadata.get('model') or 'an unnamed model'}" for r in runs)
        differ = next((warning for run in own for warning in run.warnings if warning.startswith("kept apart")), "")
        raise DataError(
            f"--votes-from needs the logs of one run, and has {what}: {'; '.join(asked)}{differ and f' ({differ})'}"
        )
    _check(own[0], judge, benchmark)
    return own[0]


def unparsed_ballots(run: Run, benchmark: Benchmark, reasons: Collection[Reason]) -> tuple[list[Ballot], int]:
    """The ballots whose votes are unparsed for one of some reasons, in the order of the pairs.

    Returns:
        The ballots, as they were asked, and how often any vote of the run had been asked anew so far.
    """
    logged, wanted = _logged(run), {PLACE[reason] for reason in reasons}
    found = [ballot for pair in benchmark.pairs for ballot, reason in logged[pair.key] if reason in wanted]
    return found, max((header.again for header in _headers(run)), default=0)


def answered(
    logs: Sequence[Path], judge: Judge, schedule: Schedule, benchmark: Benchmark, *, trust_pickle: bool = False
) -> tuple[dict[str, Answered], Run]:
    """What logs have of a task's ballots, by the keys of the pairs that they have, and the run that they make.

    A request that failed has no answer, so that its ballot is asked again. Votes beyond the schedule's are not of it.

    Args:
        logs: of one model; a ballot that stands in two of them counts once.
        judge: whose ballots.
        schedule: all K votes.
        benchmark: the pairs that the task is about.
        trust_pickle: open .pkl files.

    Raises:
        DataError: nothing of this judge's in the logs, votes of several models or to another prompt, votes about other
            pairs, or votes that were asked in another order than the schedule's.
    """
    run = run_of(logs, judge, benchmark, trust_pickle=trust_pickle)
    logged = _logged(run)
    counted = _in_schedule(run, schedule, judge, benchmark) & (run.votes.reason != FAILED)
    kinds = [counted & kind for kind in (run.is_right, ~run.is_right & ~run.is_neither, run.is_neither)]
    counts = dict(
        zip(run.labels.keys.to_pylist(), np.stack([run.count(kind) for kind in kinds], 1).tolist(), strict=True)
    )
    found: dict[str, Answered] = {}
    misplaced: list[str] = []
    for pair in benchmark.pairs:
        asked = {(b.vote, b.answer): b.first for b in ballots_of(pair, schedule, judge.mode)}
        own = {(b.vote, b.answer): b.first for b, reason in logged[pair.key] if reason != FAILED}
        slots = own.keys() & asked.keys()
        misplaced += [f"pair {pair.key}, vote {vote}" for vote, a in sorted(slots) if own[vote, a] != asked[vote, a]]
        found[pair.key] = Answered(frozenset(slots), *counts.get(pair.key, (0, 0, 0)))
    if misplaced:
        raise DataError(
            f"--votes-from: {len(misplaced)} votes were asked in another order than {schedule.order!s} asks them; "
            "give the --order of the first run",
            misplaced,
        )
    return found, run


def votes_beyond(run: Run, schedule: Schedule, judge: Judge, benchmark: Benchmark) -> int:
    """Votes of a run whose numbers the schedule does not have."""
    return int((~_in_schedule(run, schedule, judge, benchmark)).sum())


def _in_schedule(run: Run, schedule: Schedule, judge: Judge, benchmark: Benchmark) -> Mask:
    return np.isin(run.votes.number, [ballot.vote for ballot in ballots_of(benchmark.pairs[0], schedule, judge.mode)])


def _logged(run: Run) -> dict[str, list[tuple[Ballot, int]]]:
    """The ballots about each pair, by its key, with the place in REASONS of why each is unparsed; none for other pairs."""
    keys, ballots = run.labels.keys.to_pylist(), run.ballots
    columns = (ballots.pair, ballots.vote, ballots.first, ballots.answer, ballots.reason)
    found: dict[str, list[tuple[Ballot, int]]] = defaultdict(list)
    for pair, vote, first, answer, reason in zip(*(column.tolist() for column in columns), strict=True):
        found[keys[pair]].append((Ballot(keys[pair], vote, _answer(first), _answer(answer)), reason))
    return found


def _answer(value: int) -> Answer | None:
    return None if value == NONE else 1 if value else 0


def _headers(run: Run) -> list[Header]:
    logged = run.logged["header"].combine_chunks().dictionary.to_pylist() if run.logged is not None else []
    return [parse_header(text) for text in logged]


def _check(run: Run, judge: Judge, benchmark: Benchmark) -> None:
    """Hold a run to the task's prompt and pairs: votes about others would never be one run with its own.

    Raises:
        DataError: they are others.
    """
    if run.prompt.sha256 not in (None, judge.prompt.sha256):
        raise DataError(
            f"--votes-from: the logs are of another prompt of judge {judge.name!r} "
            f"(SHA-256 {run.prompt.sha256[:12] if run.prompt.sha256 else None}, now {judge.prompt.sha256[:12]})"
        )
    if run.logged is None or run.labelled_by is None:
        raise ValueError("the run was read without its rows or without the pairs")
    keyed = run.logged.filter(run.logged["key"].is_valid())
    row = run.labelled_by.rows_of_keys(keyed["key"].combine_chunks())
    better = to_numpy(keyed["better"].combine_chunks())
    unknown = int((row == NONE).sum())
    known = (row != NONE) & (better != NONE)
    changed = int((known & (run.labelled_by.labels.better[row] != better)).sum())
    other = {header.fingerprint for header in _headers(run) if header.judge == judge.name}
    other -= {None, benchmark.fingerprint}
    told = [f"their fingerprint is {name[:12]}" for name in sorted(map(str, other))]
    told += [f"{unknown} votes are for pairs that it does not have"] if unknown else []
    told += [f"{changed} votes have the other label"] if changed else []
    if told:
        raise DataError(
            f"--votes-from: the logs are about other pairs than the task, whose fingerprint is {benchmark.fingerprint[:12]}",
            told,
        )
