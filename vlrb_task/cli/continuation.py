"""``vlrb task --votes-from``: only the ballots that other runs have not asked, and that can still change something."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vlrb_task.asking.ballots import Schedule
from vlrb_task.judges import get_judge
from vlrb_task.pairs.captions import Captions
from vlrb_task.pairs.pair import parse_rows
from vlrb_task.pairs.rows import read_rows
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.stopping import rest_of
from vlrb_task.support.errors import UnknownName
from vlrb_task.tasks.questions import BallotList
from vlrb_task.tasks.shipped import TaskSpec
from vlrb_task.votes.standing import answered, run_of, unparsed_ballots, votes_beyond

AGAIN = {
    "failed": (Reason.FAILED_REQUEST,),
    "empty": (Reason.EMPTY,),
    "cut_off": (Reason.CUT_OFF,),
    "refused": (Reason.REFUSED,),
    "unparsed": tuple(Reason),
    **{str(reason): (reason,) for reason in Reason},
}
"""What ``--again`` takes, and the reasons that each stands for."""


def left_to_ask(
    logs: Sequence[Path],
    spec: TaskSpec,
    captions: Path | None,
    stop: Policy | None,
    sparing: bool,
    again: str | None,
    trust_pickle: bool,
) -> tuple[BallotList, list[str]]:
    """The ballots of a task that logs leave open, see :func:`vlrb_task.scores.stopping.rest_of`, and lines that summarise them.

    With ``again``, reasons such as ``failed,empty``: those whose votes are unparsed for these, by the logs' own schedule
    where they tell it.
    """
    reasons: set[Reason] = set()
    for name in again.split(",") if again is not None else ():
        if name.strip() not in AGAIN:
            raise UnknownName(f"--again {name.strip()!r}: use {', '.join(AGAIN)}, separated by commas")
        reasons.update(AGAIN[name.strip()])
    rows = read_rows(spec.pairs, network=True)
    given = Captions.read(captions).add_to(rows) if captions else rows
    benchmark, judge, schedule = parse_rows(given, origin=spec.pairs), get_judge(spec.judge), spec.schedule
    if reasons:
        run = run_of(logs, judge, benchmark, trust_pickle=trust_pickle)
        ballots, rounds = unparsed_ballots(run, benchmark, frozenset(reasons))
        stop, total, times = None, len(run.ballots), rounds + 1
        logged = run.metadata.get("schedule") or {}
        if logged.get("order") and logged.get("votes"):
            schedule = Schedule.parse(str(logged["order"]), int(logged["votes"]))
        lines = [f"{len(ballots)} of {total} ballots of the logs are asked again; their new votes will count"]
    else:
        standing, run = answered(logs, judge, schedule, benchmark, trust_pickle=trust_pickle)
        rest = rest_of(benchmark.pairs, schedule, judge.mode, standing, stop=stop, sparing=sparing)
        ballots, total, times = list(rest.ballots), rest.total, 0
        pairs = len({ballot.key for ballot in ballots})
        lines = [f"{rest.standing} of {total} ballots are in the logs; to ask now: {len(ballots)} about {pairs} pairs"]
        if stop is not None:
            lines.append(
                f"decided under {stop}: {rest.settled} ballots cannot change an outcome and are not asked "
                f"({rest.settled / total:.1%} saved)"
            )
        if rest.later:
            later = f"at most {rest.later}; run this again with their logs until nothing is left"
            lines.append(f"left for later rounds: {later}")
    lines += [f"warning: {warning}" for warning in run.warnings]
    if not reasons and (beyond := votes_beyond(run, schedule, judge, benchmark)):
        lines.append(f"warning: {beyond} votes of the logs are beyond the schedule and would be scored with the others")
    found = BallotList(
        judge=judge.name,
        prompt_sha256=judge.prompt.sha256,
        fingerprint=benchmark.fingerprint,
        schedule=schedule,
        stop=None if stop is None else str(stop),
        total=total,
        ballots=tuple(ballots),
        again=times,
    )
    return found, lines
