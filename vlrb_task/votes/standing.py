"""What logs have of a task's ballots: the votes that need not be asked again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from vlrb_task.asking.ballots import Schedule, ballots_of
from vlrb_task.judges.base import Judge
from vlrb_task.pairs.pair import Answer, Benchmark
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.scores.score import Run, Said
from vlrb_task.scores.stopping import Slot, Standing, slot_of
from vlrb_task.scores.tally import Counts
from vlrb_task.support.errors import DataError
from vlrb_task.votes.assemble import Log, assemble, judge_of
from vlrb_task.votes.merging import described, merge_logs


def standing_of(
    logs: Sequence[Log], judge: Judge, schedule: Schedule, benchmark: Benchmark
) -> tuple[dict[str, Standing], Run]:
    """What logs have of a task's ballots, by the pair's key, and the run that they make.

    A request that failed has no answer, so that its ballot does not stand. Votes beyond the schedule's are not of it.

    Args:
        logs: of one model; a ballot that stands in two of them counts once.
        judge: whose ballots.
        schedule: all K votes.
        benchmark: the pairs that the task is about.

    Raises:
        DataError: nothing of this judge's in the logs, votes of several models or to another prompt, votes about other
            pairs, or votes that were asked in another order than the schedule's.
    """
    _check_pairs(logs, judge, benchmark)
    runs = [
        run
        for log in merge_logs(logs, force=True)
        for run in assemble(log, benchmark, keep_texts=True, keep_undecidable=True)
    ]
    own = [run for run in runs if run.judge == judge.name]
    if len(own) != 1:
        what = f"votes of {len(own)} runs" if own else f"no votes of judge {judge.name!r}"
        raise DataError(f"--votes-from needs the logs of one run, and has {what}: {described(logs)}")
    (run,) = own
    if run.prompt.sha256 not in (None, judge.prompt.sha256):
        raise DataError(
            f"--votes-from: the logs are of another prompt of judge {judge.name!r} "
            f"(SHA-256 {run.prompt.sha256[:12] if run.prompt.sha256 else None}, now {judge.prompt.sha256[:12]})"
        )
    counts = {pair.label.key: pair for pair in run.pairs}
    standing: dict[str, Standing] = {}
    misplaced: list[str] = []
    for pair in benchmark.pairs:
        first = {slot_of(ballot): ballot.first for ballot in ballots_of(pair, schedule, judge.mode)}
        slots = _slots(run.said.get(pair.key, ()), first, misplaced, pair.key)
        voted = counts.get(pair.key)
        votes = [v for v in voted.votes if v.reason is not Reason.FAILED_REQUEST] if voted else []
        whole = {number for number, _ in first}
        standing[pair.key] = Standing(slots, Counts.of((v for v in votes if v.number in whole), pair.better))
    if misplaced:
        raise DataError(
            f"--votes-from: {len(misplaced)} votes were asked in another order than {schedule.order!s} asks them; "
            "give the --order of the first run",
            misplaced,
        )
    return standing, run


def _check_pairs(logs: Sequence[Log], judge: Judge, benchmark: Benchmark) -> None:
    """Hold the logs to the task's pairs: votes about others, or with another label, would never be one run with its own."""
    records = [record for log in logs for record in log.records if judge_of(record) == judge.name]
    pairs = [(record, benchmark.by_key.get(record.key)) for record in records if record.key is not None]
    other = {record.extra.get("fingerprint") for record in records} - {None, benchmark.fingerprint}
    unknown = sum(pair is None for _, pair in pairs)
    changed = sum(pair is not None and record.extra.get("better", pair.better) != pair.better for record, pair in pairs)
    told = [f"their fingerprint is {name[:12]}" for name in sorted(str(name) for name in other)]
    told += [f"{unknown} votes are for pairs that it lacks"] if unknown else []
    told += [f"{changed} votes have the other label"] if changed else []
    if told:
        raise DataError(
            f"--votes-from: the logs are about other pairs than the task, whose fingerprint is {benchmark.fingerprint[:12]}",
            told,
        )


def _slots(said: Sequence[Said], first: dict[Slot, Answer | None], misplaced: list[str], key: str) -> frozenset[Slot]:
    found = set()
    for answer in said:
        slot = (answer.number, answer.answer)
        if slot not in first or answer.reading.reason is Reason.FAILED_REQUEST:
            continue
        if answer.first != first[slot]:
            misplaced.append(f"pair {key}, vote {answer.number}")
        found.add(slot)
    return frozenset(found)


def votes_beyond(run: Run, schedule: Schedule, judge: Judge, benchmark: Benchmark) -> int:
    """Votes of a run whose numbers the schedule does not have."""
    numbers = Counter(vote.number for pair in run.pairs for vote in pair.votes)
    whole = {ballot.vote for ballot in ballots_of(benchmark.pairs[0], schedule, judge.mode)}
    return sum(count for number, count in numbers.items() if number not in whole)
