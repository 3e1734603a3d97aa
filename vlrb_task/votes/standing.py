"""What logs have of a task's ballots: the votes that need not be asked again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vlrb_task.asking.ballots import Ballot, Schedule, ballots_of
from vlrb_task.judges.base import Judge
from vlrb_task.pairs.pair import Answer, Benchmark
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.support.arrow import to_numpy
from vlrb_task.support.errors import DataError
from vlrb_task.votes.header import parse_header
from vlrb_task.votes.load import Pairs, read_runs
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
    runs = read_runs(
        logs,
        Pairs.of(benchmark),
        merge=True,
        keep_undecidable=True,
        keep_logged=True,
        trust_pickle=trust_pickle,
    )
    own = [run for run in runs if run.judge == judge.name]
    if len(own) != 1:
        what = f"votes of {len(own)} runs" if own else f"no votes of judge {judge.name!r}"
        differ = next((warning for run in own for warning in run.warnings if warning.startswith("kept apart")), "")
        raise DataError(
            f"--votes-from needs the logs of one run, and has {what}: {_described(runs)}{differ and f' ({differ})'}"
        )
    _check(own[0], judge, benchmark)
    return own[0]


def unparsed_ballots(run: Run, benchmark: Benchmark, reasons: Collection[Reason]) -> tuple[list[Ballot], int]:
    """The ballots whose votes are unparsed for one of some reasons, in the order of the pairs.

    Returns:
        The ballots, as they were asked, and how often any vote of the run had been asked anew so far.
    """
    places = {key: row for row, key in enumerate(run.labels.keys.to_pylist())}
    ballots = run.ballots
    wanted = np.isin(ballots.reason, [PLACE[reason] for reason in reasons])
    starts = np.searchsorted(ballots.pair, np.arange(len(run.labels) + 1))
    found = [
        Ballot(pair.key, int(ballots.vote[at]), _answer(int(ballots.first[at])), _answer(int(ballots.answer[at])))
        for pair in benchmark.pairs
        if (row := places.get(pair.key)) is not None
        for at in range(starts[row], starts[row + 1])
        if wanted[at]
    ]
    logged = run.logged["header"].combine_chunks().dictionary.to_pylist() if run.logged is not None else []
    return found, max((parse_header(text).again for text in logged), default=0)


def answered(
    logs: Sequence[Path], judge: Judge, schedule: Schedule, benchmark: Benchmark, *, trust_pickle: bool = False
) -> tuple[dict[str, Answered], Run]:
    """What logs have of a task's ballots, by the pair's key, and the run that they make.

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
    places = {key: row for row, key in enumerate(run.labels.keys.to_pylist())}
    ballots, votes = run.ballots, run.votes
    has_answer = ballots.reason != FAILED
    starts = np.searchsorted(ballots.pair, np.arange(len(run.labels) + 1))
    found: dict[str, Answered] = {}
    misplaced: list[str] = []
    numbers = {ballot.vote for ballot in ballots_of(benchmark.pairs[0], schedule, judge.mode)}
    counted = np.isin(votes.number, list(numbers)) & (votes.reason != FAILED)
    kinds = [counted & kind for kind in (run.is_right, run.is_neither)]
    right, neither, total = (run.count(which).tolist() for which in (*kinds, counted))
    for pair in benchmark.pairs:
        row = places.get(pair.key)
        if row is None:
            found[pair.key] = Answered(frozenset(), 0, 0, 0)
            continue
        asked = {(b.vote, b.answer): b.first for b in ballots_of(pair, schedule, judge.mode)}
        slots = set()
        for at in range(starts[row], starts[row + 1]):
            slot = (int(ballots.vote[at]), _answer(int(ballots.answer[at])))
            if slot in asked and has_answer[at]:
                slots.add(slot)
                if _answer(int(ballots.first[at])) != asked[slot]:
                    misplaced.append(f"pair {pair.key}, vote {slot[0]}")
        found[pair.key] = Answered(frozenset(slots), right[row], total[row] - right[row] - neither[row], neither[row])
    if misplaced:
        raise DataError(
            f"--votes-from: {len(misplaced)} votes were asked in another order than {schedule.order!s} asks them; "
            "give the --order of the first run",
            misplaced,
        )
    return found, run


def _answer(value: int) -> Answer | None:
    return None if value == NONE else 1 if value else 0


def _described(runs: Sequence[Run]) -> str:
    told = (f"judge {run.judge} asked of {run.metadata.get('model') or 'an unnamed model'}" for run in runs)
    return "; ".join(dict.fromkeys(told))


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
    headers = map(parse_header, run.logged["header"].combine_chunks().dictionary.to_pylist())
    other = {header.fingerprint for header in headers if header.judge == judge.name} - {None, benchmark.fingerprint}
    told = [f"their fingerprint is {name[:12]}" for name in sorted(map(str, other))]
    told += [f"{unknown} votes are for pairs that it lacks"] if unknown else []
    told += [f"{changed} votes have the other label"] if changed else []
    if told:
        raise DataError(
            f"--votes-from: the logs are about other pairs than the task, whose fingerprint is {benchmark.fingerprint[:12]}",
            told,
        )


def votes_beyond(run: Run, schedule: Schedule, judge: Judge, benchmark: Benchmark) -> int:
    """Votes of a run whose numbers the schedule does not have."""
    whole = [ballot.vote for ballot in ballots_of(benchmark.pairs[0], schedule, judge.mode)]
    return int((~np.isin(run.votes.number, whole)).sum())
