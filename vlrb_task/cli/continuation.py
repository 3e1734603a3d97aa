"""``vlrb task --votes-from``: only the ballots that other runs have not asked, and that can still change something."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vlrb_task.asking.ballots import Schedule
from vlrb_task.judges import Judge
from vlrb_task.pairs.pair import Benchmark
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.stopping import Rest, rest_of
from vlrb_task.tasks.ballot_list import BallotList
from vlrb_task.votes.standing import answered, votes_beyond


def what_is_left(
    logs: Sequence[Path],
    judge: Judge,
    schedule: Schedule,
    benchmark: Benchmark,
    *,
    stop: Policy | None,
    sparing: bool,
    trust_pickle: bool = False,
) -> tuple[BallotList, list[str]]:
    """The ballots to ask, and lines that summarise them.

    Args:
        logs: files and folders of the runs that are continued.
        judge: whose ballots.
        schedule: all votes of the task.
        benchmark: the pairs that it is about.
        stop: as :func:`vlrb_task.scores.stopping.rest_of`'s.
        sparing: as :func:`vlrb_task.scores.stopping.rest_of`'s.
        trust_pickle: open .pkl files.

    Raises:
        DataError: logs that cannot be read, or do not belong to this task.
    """
    standing, run = answered(logs, judge, schedule, benchmark, trust_pickle=trust_pickle)
    rest = rest_of(benchmark.pairs, schedule, judge.mode, standing, stop=stop, sparing=sparing)
    ballots = BallotList(
        judge=judge.name,
        prompt_sha256=judge.prompt.sha256,
        fingerprint=benchmark.fingerprint,
        schedule=schedule,
        stop=None if stop is None else str(stop),
        total=rest.total,
        ballots=rest.ballots,
    )
    lines = [*_summary(rest, stop), *(f"warning: {warning}" for warning in run.warnings)]
    if beyond := votes_beyond(run, schedule, judge, benchmark):
        lines.append(f"warning: {beyond} votes of the logs are beyond the schedule and would be scored with the others")
    return ballots, lines


def _summary(rest: Rest, stop: Policy | None) -> list[str]:
    pairs = len({ballot.key for ballot in rest.ballots})
    lines = [
        f"{rest.standing} of {rest.total} ballots are in the logs; to ask now: {len(rest.ballots)} about {pairs} pairs"
    ]
    if stop is not None:
        lines.append(
            f"decided under {stop}: {rest.settled} ballots cannot change an outcome and are not asked "
            f"({rest.settled / rest.total:.1%} saved)"
        )
    if rest.later:
        lines.append(
            f"left for later rounds: at most {rest.later}; run this again with their logs until nothing is left"
        )
    return lines
