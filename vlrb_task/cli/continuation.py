"""``vlrb task --votes-from``: only the ballots that other runs have not asked, and that can still change something."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vlrb_task.asking.ballots import Schedule
from vlrb_task.judges import Judge
from vlrb_task.pairs.pair import Benchmark
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.stopping import Rest, rest_of
from vlrb_task.support.errors import UnknownName
from vlrb_task.tasks.questions import BallotList
from vlrb_task.votes.standing import answered, run_of, unparsed_ballots, votes_beyond


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


AGAIN = {
    "failed": (Reason.FAILED_REQUEST,),
    "empty": (Reason.EMPTY,),
    "cut_off": (Reason.CUT_OFF,),
    "refused": (Reason.REFUSED,),
    "unparsed": tuple(Reason),
}
"""What ``--again`` takes, and the reasons that each stands for; any other reason's own name is taken, too."""


def parse_reasons(given: str) -> frozenset[Reason]:
    """Reasons of a list such as ``failed,empty``.

    Raises:
        UnknownName: one of them is none; the text lists those that there are.
    """
    names = {**AGAIN, **{str(reason): (reason,) for reason in Reason}}
    found: set[Reason] = set()
    for name in given.split(","):
        if name.strip() not in names:
            raise UnknownName(f"--again {name.strip()!r}: use {', '.join(names)}, separated by commas")
        found.update(names[name.strip()])
    return frozenset(found)


def what_to_ask_again(
    logs: Sequence[Path],
    judge: Judge,
    schedule: Schedule,
    benchmark: Benchmark,
    reasons: frozenset[Reason],
    *,
    trust_pickle: bool = False,
) -> tuple[BallotList, list[str]]:
    """The ballots whose votes are unparsed for some reasons, and lines that summarise them.

    The schedule is the logs' own where they tell it.

    Raises:
        DataError: logs that cannot be read, or do not belong to one run of this judge on these pairs.
    """
    run = run_of(logs, judge, benchmark, trust_pickle=trust_pickle)
    ballots, rounds = unparsed_ballots(run, benchmark, reasons)
    logged = run.metadata.get("schedule") or {}
    if logged.get("order") and logged.get("votes"):
        schedule = Schedule.parse(str(logged["order"]), int(logged["votes"]))
    found = BallotList(
        judge=judge.name,
        prompt_sha256=judge.prompt.sha256,
        fingerprint=benchmark.fingerprint,
        schedule=schedule,
        stop=None,
        total=len(run.ballots),
        ballots=tuple(ballots),
        again=rounds + 1,
    )
    lines = [f"{len(ballots)} of {len(run.ballots)} ballots of the logs are asked again; their new votes will count"]
    return found, [*lines, *(f"warning: {warning}" for warning in run.warnings)]


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
