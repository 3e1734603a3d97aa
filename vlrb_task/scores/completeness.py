"""Whether a run has all votes of its schedule, and what the ones that it lacks could still change."""

from __future__ import annotations

import numpy as np

from vlrb_task.asking.ballots import Order
from vlrb_task.scores.policies import Counts, Policy
from vlrb_task.scores.stopping import settled
from vlrb_task.votes.table import Run


def completeness(run: Run, policy: Policy) -> tuple[bool, list[str]]:
    """Hold a run's votes to its schedule.

    Args:
        run: the run.
        policy: under which outcomes are meant.

    Returns:
        Whether decided pairs were not asked further, and what a reader of the score must know. Nothing where all votes are
        there, or the log does not tell the schedule.
    """
    schedule = run.metadata.get("schedule") or {}
    whole, stop = schedule.get("votes"), str(schedule.get("stop") or "")
    if type(whole) is not int or whole < 1:
        return False, []
    # A pointwise judge knows no order, so that ``both`` asks it no more than ``key`` does.
    if schedule.get("order") == Order.BOTH and run.ordered.any():
        whole *= 2
    states, sizes = np.unique(np.stack([run.right, run.wrong, run.neither]), axis=1, return_counts=True)
    counted = [(Counts(*state), n) for state, n in zip(states.T.tolist(), sizes.tolist(), strict=True)]
    still_open = sum(n for counts, n in counted if not settled(counts, max(0, whole - counts.total), policy))
    pairs, votes = len(run.total), int(run.total.sum())
    stopped = bool(stop and (run.total < whole).any())
    if still_open:
        why = "the run is not complete"
        if stop and str(policy) not in stop.split(", "):
            why = f"the run stopped when a pair was decided under {stop}, which says nothing under {policy}"
        return stopped, [
            f"PART of the votes: {still_open} of {pairs} pairs have fewer than {whole} votes, and the others could change their "
            f"outcome under {policy} ({why}; vlrb task --votes-from asks the rest)"
        ]
    if not stopped:
        return False, []
    of = pairs * whole
    return True, [
        f"stopped when decided: {votes} of {of} votes asked ({1 - votes / of:.1%} saved); every outcome under {policy} is that "
        f"of all {whole} votes, but rates of votes are of those asked"
    ]


def caveats(run: Run) -> list[str]:
    """All that a reader of a run's numbers must know, wherever they stand: pairs without a vote, then its warnings.

    Args:
        run: of a score, which knows of missing votes.
    """
    part = [f"PART of the pairs: {len(run.labels)} of {run.size} have votes"] if run.missing else []
    return [*part, *run.warnings]
