"""Whether a run has all votes of its schedule, and what the ones that it lacks could still change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vlrb_task.asking.ballots import Order
from vlrb_task.scores.stopping import settled
from vlrb_task.scores.tally import Counts, Policy

if TYPE_CHECKING:
    from vlrb_task.scores.score import Run


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
        if not self.short:
            return []
        of = self.pairs * self.votes_a_pair
        if not self.open:
            if not self.stop:
                return []
            return [
                f"stopped when decided: {self.votes} of {of} votes asked ({1 - self.votes / of:.1%} saved); every outcome under "
                f"{self.policy} is that of all {self.votes_a_pair} votes, but rates of votes are of those asked"
            ]
        why = (
            f"the run stopped when a pair was decided under {self.stop}, which says nothing under {self.policy}"
            if self.stop and str(self.policy) not in self.stop.split(", ")
            else "the run is not complete"
        )
        return [
            f"PART of the votes: {self.open} of {self.pairs} pairs have fewer than {self.votes_a_pair} votes, and the others "
            f"could change their outcome under {self.policy} ({why}; vlrb task --votes-from asks the rest)"
        ]


def votes_a_pair(schedule: Mapping[str, Any] | None) -> int | None:
    """K of a logged schedule; None where the log does not tell."""
    votes = (schedule or {}).get("votes")
    if isinstance(votes, bool) or not isinstance(votes, int) or votes < 1:
        return None
    return votes


def completeness(
    counts: Iterable[Counts], schedule: Mapping[str, Any] | None, policy: Policy, *, pairwise: bool = True
) -> Completeness | None:
    """Hold a run's votes to its schedule.

    Args:
        counts: of each pair.
        schedule: as it was logged; without it there is nothing to hold to, and the result is None.
        policy: under which outcomes are meant.
        pairwise: a pointwise judge knows no order, so that ``both`` asks it no more than ``key`` does.
    """
    whole = votes_a_pair(schedule)
    if schedule is None or whole is None:
        return None
    if pairwise and schedule.get("order") == Order.BOTH:
        whole *= 2
    pairs = votes = short = still_open = 0
    for count in counts:
        pairs += 1
        votes += count.total
        left = whole - count.total
        if left > 0:
            short += 1
            still_open += not settled(count, left, policy)
    return Completeness(whole, pairs, votes, short, still_open, str(schedule.get("stop") or ""), policy)


def caveats(run: Run) -> list[str]:
    """All that a reader of a run's numbers must know, wherever they stand: pairs without a vote, then its warnings.

    Args:
        run: of a score, which knows of missing votes.
    """
    total = sum(run.subset_sizes.values())
    part = [f"PART of the pairs: {len(run.pairs)} of {total} have votes"] if len(run.pairs) < total else []
    return [*part, *run.warnings]
