"""Whether a run has all votes of its schedule, and what the ones that it lacks could still change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vlrb_task.asking.ballots import Order
from vlrb_task.scores.policies import Counts, Policy
from vlrb_task.scores.stopping import settled
from vlrb_task.votes.table import Run


@dataclass(frozen=True, slots=True)
class Completeness:
    """How far the votes of a run go towards its schedule.

    Attributes:
        votes_a_pair: K: the votes of the whole schedule.
        pairs: with a vote.
        votes: that the run has, of the schedule's.
        short: pairs with fewer than K votes.
        open: those of them whose outcome the other votes could change under the policy.
        stop: the policies under which settled pairs were not asked further; empty where that was not the plan.
        policy: the one that is scored under.
    """

    votes_a_pair: int
    pairs: int
    votes: int
    short: int
    open: int
    stop: str
    policy: Policy

    def warnings(self) -> list[str]:
        """What a reader of the score must know; nothing where all votes are there."""
        if self.open:
            why = "the run is not complete"
            if self.stop and str(self.policy) not in self.stop.split(", "):
                why = (
                    f"the run stopped when a pair was decided under {self.stop}, which says nothing under {self.policy}"
                )
            return [
                f"PART of the votes: {self.open} of {self.pairs} pairs have fewer than {self.votes_a_pair} votes, and the others "
                f"could change their outcome under {self.policy} ({why}; vlrb task --votes-from asks the rest)"
            ]
        if self.short and self.stop:
            of = self.pairs * self.votes_a_pair
            return [
                f"stopped when decided: {self.votes} of {of} votes asked ({1 - self.votes / of:.1%} saved); every outcome under "
                f"{self.policy} is that of all {self.votes_a_pair} votes, but rates of votes are of those asked"
            ]
        return []


def completeness(run: Run, policy: Policy) -> Completeness | None:
    """Hold a run's votes to its schedule; None where the log does not tell the schedule.

    Args:
        run: the run.
        policy: under which outcomes are meant.
    """
    schedule = run.metadata.get("schedule")
    whole = (schedule or {}).get("votes")
    if schedule is None or type(whole) is not int or whole < 1:
        return None
    # A pointwise judge knows no order, so that ``both`` asks it no more than ``key`` does.
    if schedule.get("order") == Order.BOTH and run.ordered.any():
        whole *= 2
    states, pairs = np.unique(np.stack([run.right, run.wrong, run.neither]), axis=1, return_counts=True)
    short = still_open = 0
    for state, n in zip(states.T.tolist(), pairs.tolist(), strict=True):
        counts = Counts(*state)
        left = whole - counts.total
        if left > 0:
            short += n
            still_open += 0 if settled(counts, left, policy) else n
    votes = int(run.total.sum())
    return Completeness(whole, len(run.total), votes, short, still_open, str(schedule.get("stop") or ""), policy)


def caveats(run: Run) -> list[str]:
    """All that a reader of a run's numbers must know, wherever they stand: pairs without a vote, then its warnings.

    Args:
        run: of a score, which knows of missing votes.
    """
    part = [f"PART of the pairs: {len(run.labels)} of {run.size} have votes"] if run.missing else []
    return [*part, *run.warnings]
