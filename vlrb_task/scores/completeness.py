"""What a run lacks: votes that were not asked, not given or not read, and what they could change."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from vlrb_task.asking.ballots import Order
from vlrb_task.judges.shapes import Group, grouped
from vlrb_task.pairs.labels import Ints
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.scores.estimates import Record
from vlrb_task.scores.policies import Counts, Policy, kept, outcomes
from vlrb_task.scores.stopping import settled
from vlrb_task.support.arrow import to_arrow
from vlrb_task.votes.schema import NONE, REASONS
from vlrb_task.votes.table import Run

MOST_SHAPES = 20_000
"""Unread answers of a run whose texts are looked at: about a second."""
TOO_MANY = 0.05
"""Share of ballots without an answer above which a score is a range."""
NOT_GIVEN = (Reason.EMPTY, Reason.REFUSED, Reason.CUT_OFF, Reason.NOT_A_NUMBER, Reason.PARSER_ERROR)
"""Reasons that no judge's whole answer has; failed requests have a warning of their own."""


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


@dataclass(frozen=True, slots=True)
class Doubt(Record):
    """What the overall would be, had the unread votes been read. None where no pair is left to count.

    Attributes:
        votes: all votes.
        unread: how many of them were not read.
        pairs: pairs with an unread vote.
        if_wrong: if every unread vote were wrong: whichever sides they took, the overall is not lower.
        if_right: if every unread vote were right: whichever sides they took, the overall is not higher.
        as_rest: expected, if each unread vote were right, wrong or a tie as often as the votes that were read.
    """

    votes: int
    unread: int
    pairs: int
    if_wrong: float | None
    if_right: float | None
    as_rest: float | None


def doubt(right: Ints, wrong: Ints, tied: Ints, unread: Ints, policy: Policy) -> Doubt:
    """The bounds of the overall, from the votes of each pair, shape ``(pairs,)``: read ones by what they are, and unread ones.

    A pair's score never falls when an unread vote is made right in place of wrong, and under ``official`` dropping a
    pair stands between its scores 0 and 1, so that the two extremes are bounds. Read as ties they stay within them, but
    for ``official``, which then drops the pairs.
    """
    read = float(right.sum() + wrong.sum() + tied.sum())
    return Doubt(
        votes=int(read + unread.sum()),
        unread=int(unread.sum()),
        pairs=int((unread > 0).sum()),
        if_wrong=_mean(outcomes(right, wrong + unread, tied, policy)),
        if_right=_mean(outcomes(right + unread, wrong, tied, policy)),
        as_rest=_expected(right, wrong, tied, unread, policy, read) if read else None,
    )


def doubt_of(run: Run, policy: Policy) -> Doubt:
    """The bounds of a run's overall."""
    return doubt(run.right, run.wrong, run.neither - run.unparsed, run.unparsed, policy)


def range_of(run: Run, policy: Policy) -> tuple[float, float] | None:
    """The overall if every vote that the judge never gave were wrong, and if every one were right.

    Returns:
        None where at most :data:`TOO_MANY` of the ballots have no answer, or no pair is left to count.
    """
    if run.unanswered <= TOO_MANY * len(run.ballots):
        return None
    lost = run.count(run.no_answer)
    found = doubt(run.right, run.wrong, run.neither - lost, lost, policy)
    return None if found.if_wrong is None or found.if_right is None else (found.if_wrong, found.if_right)


def told_of_range(run: Run, bounds: tuple[float, float]) -> str:
    """The warning in the place of a headline, with the command that mends it."""
    low, high = (f"{100 * bound:.1f}" for bound in bounds)
    ballots = len(run.ballots)
    return (
        f"{run.unanswered} of {ballots} ballots have no answer ({run.unanswered / ballots:.1%}): the overall is between {low} "
        f"(all of them wrong) and {high} (all right); vlrb task --again failed,empty --votes-from LOG asks them again"
    )


def told_of_unread(run: Run) -> list[str]:
    """The warning about votes that the judge did not give whole, or of which none could be read; nothing else."""
    reasons, votes = run.reasons, len(run.votes)
    unread = sum(reasons.values())
    if not reasons or (unread < votes and not reasons.keys() & {str(reason) for reason in NOT_GIVEN}):
        return []
    counts = ", ".join(f"{reason} {count}" for reason, count in reasons.items())
    return [f"{unread} of {votes} votes could not be read: {counts}"]


def unread_groups(run: Run) -> list[Group]:
    """A run's answers that could not be read, by reason and shape; the examples are lines of its log.

    No text has a shape unless the run was read with ``keep_texts``. If there are more than :data:`MOST_SHAPES`, the shape is
    determined for that many of them, evenly spaced over the run, and the others are grouped by reason only.
    """
    ballots = run.ballots
    rows = np.flatnonzero(ballots.reason != NONE)
    texts: list[str | None] = [None] * rows.size
    if ballots.texts is not None:
        looked = np.unique(np.linspace(0, rows.size - 1, min(rows.size, MOST_SHAPES)).astype(np.int64))
        found = ballots.texts["text"].take(to_arrow(rows[looked])).to_pylist()
        for at, text in zip(looked.tolist(), found, strict=True):
            texts[at] = text
    reasons = [REASONS[place] for place in ballots.reason[rows].tolist()]
    return grouped(zip(ballots.line[rows].tolist(), reasons, texts, strict=True))


def _mean(values: NDArray[np.float64]) -> float | None:
    counted = kept(values)
    return float(counted.mean()) if counted.size else None


def _expected(right: Ints, wrong: Ints, tied: Ints, unread: Ints, policy: Policy, read: float) -> float | None:
    """The expected overall, exactly: pairs with the same counts are one case, and no vote is drawn."""
    shares = right.sum() / read, wrong.sum() / read, tied.sum() / read
    cases, pairs = np.unique(np.stack((right, wrong, tied, unread)), axis=1, return_counts=True)
    score = weight = 0.0
    for (r, w, t, u), n in zip(cases.T.tolist(), pairs.tolist(), strict=True):
        more, chance = _draws(u, shares)
        values = outcomes(r + more[0], w + more[1], t + more[2], policy)
        counted = ~np.isnan(values)
        score += n * float(values[counted] @ chance[counted])
        weight += n * float(chance[counted].sum())
    return score / weight if weight else None


def _draws(votes: int, shares: tuple[float, float, float]) -> tuple[Ints, NDArray[np.float64]]:
    """How many of some votes are right, wrong and tied, and how likely each way is: shapes ``(3, ways)``, ``(ways,)``."""
    ways = [(a, b, votes - a - b) for a in range(votes + 1) for b in range(votes + 1 - a)]
    chance = [
        comb(votes, a) * comb(votes - a, b) * shares[0] ** a * shares[1] ** b * shares[2] ** c for a, b, c in ways
    ]
    return np.array(ways, dtype=np.int64).T, np.array(chance)
