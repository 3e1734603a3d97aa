"""Which ballots of a schedule are still worth asking, when some of its votes stand already.

A pair is settled under a policy once no answer to the ballots that are left can change its outcome. Then the outcome of
the votes that stand is that of all K votes, whatever the others would have said:

* twice the right votes exceed K: they exceed any smaller number of votes, too, so the outcome is 1;
* twice the right votes, had all that are left been right, fall short of K: with n = K - left votes standing,
  2 right < K - 2 left <= n, so the outcome is 0;
* nothing is left.

Under ``half``, a tie or an unparsed vote counts as half a right one, and the same inequalities hold. ``official`` drops
a pair for one vote that ties or cannot be read: such a vote settles it, and otherwise only the last one does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vlrb_task.asking.ballots import Ballot, Mode, Schedule, ballots_of
from vlrb_task.pairs.pair import Pair
from vlrb_task.scores.policies import Counts, Policy
from vlrb_task.votes.standing import Answered, Slot


def slot_of(ballot: Ballot) -> Slot:
    """The place of a ballot."""
    return ballot.vote, ballot.answer


def settled(counts: Counts, left: int, policy: Policy) -> bool:
    """Whether ``left`` more votes, whatever they say, leave the outcome of a pair with these votes as it is."""
    if not left:
        return True
    if policy is Policy.OFFICIAL:
        return counts.neither > 0
    twice = _twice_right(counts, policy)
    total = counts.total + left
    return twice > total or twice + 2 * left < total


def votes_needed(counts: Counts, left: int, policy: Policy) -> int:
    """The least number of further votes after which a pair could be settled: all of them are needed for certain.

    Asking just so many, round after round, asks what stopping after each vote would ask, and not one more.
    """
    if settled(counts, left, policy):
        return 0
    if policy is Policy.OFFICIAL:
        return 1
    twice = _twice_right(counts, policy)
    total = counts.total + left
    to_win = (total - twice) // 2 + 1
    # After m votes none of which is right: twice + 2 (left - m) < total.
    to_lose = (twice + 2 * left - total) // 2 + 1
    return min(to_win, to_lose, left)


def _twice_right(counts: Counts, policy: Policy) -> int:
    return 2 * counts.right + (counts.neither if policy is Policy.HALF else 0)


_NOTHING = Answered(frozenset(), 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left to ask of a task.

    Attributes:
        ballots: in the order in which they are asked, those of a pair side by side.
        standing: ballots of the schedule that the logs have.
        settled: ballots that are not asked because they can change nothing.
        later: ballots of unsettled pairs that a later round may ask, or find settled.
    """

    ballots: tuple[Ballot, ...]
    standing: int
    settled: int
    later: int

    @property
    def total(self) -> int:
        """Ballots of the whole schedule."""
        return len(self.ballots) + self.standing + self.settled + self.later


def rest_of(
    pairs: Iterable[Pair],
    schedule: Schedule,
    mode: Mode,
    standing: Mapping[str, Answered],
    *,
    stop: Policy | None = Policy.STRICT,
    sparing: bool = False,
) -> Rest:
    """The ballots of a schedule that are left to ask.

    Args:
        pairs: the whole set that the task is about.
        schedule: all K votes.
        mode: the judge's.
        standing: what the logs have, by the pair's key.
        stop: leave out pairs that are settled under this policy; None asks all that is missing.
        sparing: of each unsettled pair, ask only what is needed for certain (:func:`votes_needed`). Several rounds
            follow, and fewer ballots are asked in all.
    """
    asked: list[Ballot] = []
    found = spared = later = 0
    for pair in pairs:
        ballots = ballots_of(pair, schedule, mode)
        stands = standing.get(pair.key, _NOTHING)
        missing = [ballot for ballot in ballots if slot_of(ballot) not in stands.slots]
        found += len(ballots) - len(missing)
        votes = sorted({ballot.vote for ballot in missing})
        counts = Counts(stands.right, stands.wrong, stands.neither)
        if stop is not None and settled(counts, len(votes), stop):
            spared += len(missing)
            continue
        if stop is not None and sparing:
            now = set(votes[: votes_needed(counts, len(votes), stop)])
            later += sum(ballot.vote not in now for ballot in missing)
            missing = [ballot for ballot in missing if ballot.vote in now]
        asked += missing
    return Rest(tuple(asked), found, spared, later)
