"""Columns of votes into counts of pairs: duplicates dropped, conflicts counted, by the rules of a run of objects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlrb_task.bulk.labels import Columns
from vlrb_task.bulk.reading import NO_REASON, REASONS, TIE
from vlrb_task.pairs.pair import Answer
from vlrb_task.parsing.verdicts import Reason

Ints = NDArray[np.int64]

FAILED = REASONS.index(Reason.FAILED_REQUEST)


@dataclass(frozen=True)
class Kept:
    """The votes that count, after duplicates were dropped.

    Attributes:
        columns: one row a ballot, sorted by pair, vote and answer.
        copies: ballots that stood twice, the same.
        conflicts: ballots that stood twice and said otherwise.
        again: requests that failed and were asked again.
    """

    columns: Columns
    copies: int
    conflicts: int
    again: int


def keep(columns: Columns) -> Kept:
    """Drop what stands twice: of the same one, of others an answer before a failed request, else the lowest digest."""
    failed = columns["reason"] == FAILED
    order = np.lexsort((columns["digest"], failed, columns["answer"], columns["vote"], columns["key"]))
    rows = columns[order]
    failed = failed[order]
    same_slot = np.zeros(rows.size, dtype=bool)
    same_slot[1:] = (
        (rows["key"][1:] == rows["key"][:-1])
        & (rows["vote"][1:] == rows["vote"][:-1])
        & (rows["answer"][1:] == rows["answer"][:-1])
    )
    same_text = np.zeros(rows.size, dtype=bool)
    same_text[1:] = same_slot[1:] & (rows["digest"][1:] == rows["digest"][:-1]) & (failed[1:] == failed[:-1])
    other = same_slot & ~same_text
    again = other & failed
    return Kept(rows[~same_slot], int(same_text.sum()), int((other & ~again).sum()), int(again.sum()))


@dataclass(frozen=True)
class Tallies:
    """What each pair's votes amount to; every array has one entry a pair.

    Attributes:
        labels: the pairs', sorted by key.
        right, wrong, neither: counts of votes.
        parsed: votes that were read; a tie is.
        cast_first, cast: of the votes with an order, verdicts for the answer shown first, and verdicts.
        ordered: whether there are votes with an order; ``all_ordered``: and no others.
        both: pairs asked in both orders; of them ``same``: one response wins in both; ``same_right``: and is the better.
        reasons: unparsed votes by place in ``REASONS``.
        halves: pointwise ballots without the other answer's.
        compared, copied: pairs and orders asked more than once, and those of them with one text only.
        broken: equal ratings that were counted as a choice.
        always: right, wrong counts of always choosing the first and the second answer shown.
    """

    labels: Columns
    right: Ints
    wrong: Ints
    neither: Ints
    parsed: Ints
    cast_first: Ints
    cast: Ints
    ordered: bool
    all_ordered: bool
    both: NDArray[np.bool_]
    same: NDArray[np.bool_]
    same_right: NDArray[np.bool_]
    reasons: Ints
    halves: int
    compared: int
    copied: int
    broken: int
    always: tuple[Ints, Ints]

    @property
    def total(self) -> Ints:
        """Votes of each pair."""
        return self.right + self.wrong + self.neither


def tally(ballots: Columns, labels: Columns, ties: Answer | None = None) -> Tallies | None:
    """Count the votes of each pair; None where no ballots make a vote.

    Args:
        ballots: of one run, as :func:`keep` leaves them.
        labels: of all its pairs, sorted by key.
        ties: count equal ratings as a choice of this response.
    """
    compared, copied = _copies(ballots)
    votes, halves, broken = _votes(ballots, ties)
    if not votes.size:
        return None
    starts = _starts(votes["key"])
    labels = labels[np.searchsorted(labels["key"], votes["key"][starts])]
    better = labels["better"][_pair_of(starts, votes.size)]
    choice = votes["choice"]
    right, wrong = choice == better, (choice != better) & (choice != TIE)
    ordered = votes["first"] >= 0
    chose_first = ordered & (choice == votes["first"])
    total = _sums(np.ones(votes.size, dtype=np.int64), starts)
    first_is_better = _sums(votes["first"] == better, starts)
    winners = [_winner(votes, choice, starts, first) for first in (0, 1)]
    both = (winners[0] != _NOT_ASKED) & (winners[1] != _NOT_ASKED)
    same = both & (winners[0] == winners[1]) & (winners[0] != TIE)
    unread = votes["reason"] != NO_REASON
    return Tallies(
        labels=labels,
        right=_sums(right, starts),
        wrong=_sums(wrong, starts),
        neither=_sums(choice == TIE, starts),
        parsed=_sums(~unread, starts),
        cast_first=_sums(chose_first, starts),
        cast=_sums(ordered & (choice != TIE), starts),
        ordered=bool(ordered.any()),
        all_ordered=bool(ordered.all()),
        both=both,
        same=same,
        same_right=same & (winners[0] == labels["better"]),
        reasons=np.bincount(votes["reason"][unread], minlength=len(REASONS)),
        halves=halves,
        compared=compared,
        copied=copied,
        broken=broken,
        always=(first_is_better, total - first_is_better),
    )


_NOT_ASKED = 3


def _starts(keys: NDArray[np.uint64]) -> Ints:
    return np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))


def _pair_of(starts: Ints, size: int) -> Ints:
    return np.repeat(np.arange(starts.size), np.diff(np.append(starts, size)))


def _sums(values: NDArray[np.generic], starts: Ints) -> Ints:
    sums: Ints = np.add.reduceat(values.astype(np.int64), starts)
    return sums


def _winner(votes: Columns, choice: NDArray[np.uint8], starts: Ints, first: int) -> Ints:
    """The response that more than half of the votes in one order prefer; TIE where there is none."""
    asked = votes["first"] == first
    total = _sums(asked, starts)
    winner = np.full(starts.size, TIE, dtype=np.int64)
    for answer in (0, 1):
        winner[2 * _sums(asked & (choice == answer), starts) > total] = answer
    winner[total == 0] = _NOT_ASKED
    return winner


def _votes(ballots: Columns, ties: Answer | None) -> tuple[Columns, int, int]:
    """Ballots into votes: a pairwise one is a vote, two pointwise ones make one.

    Returns:
        The votes, how many pointwise ballots had no other half, and how many equal ratings went to ``ties``.
    """
    pointwise = ballots["answer"] >= 0
    if not pointwise.any():
        return ballots, 0, 0
    halves = ballots[pointwise]
    with_next = np.zeros(halves.size, dtype=bool)
    with_next[:-1] = (halves["key"][1:] == halves["key"][:-1]) & (halves["vote"][1:] == halves["vote"][:-1])
    left, right = halves[:-1][with_next[:-1]], halves[1:][with_next[:-1]]
    votes = left.copy()
    unread = (left["reason"] != NO_REASON) | (right["reason"] != NO_REASON)
    votes["reason"] = np.where(left["reason"] != NO_REASON, left["reason"], right["reason"])
    equal = ~unread & (left["score"] == right["score"])
    votes["choice"] = np.where(left["score"] > right["score"], 0, 1)
    votes["choice"][unread] = TIE
    votes["choice"][equal] = TIE if ties is None else ties
    together = np.concatenate((ballots[~pointwise], votes))
    order = np.lexsort((together["vote"], together["key"]))
    return together[order], int(halves.size - 2 * votes.size), 0 if ties is None else int(equal.sum())


def _copies(ballots: Columns) -> tuple[int, int]:
    """Pairs and orders (or answers) that were asked more than once, and how many of them have one text only."""
    shown = np.where(ballots["answer"] >= 0, ballots["answer"], ballots["first"])
    order = np.lexsort((ballots["digest"], shown, ballots["key"]))
    key, shown, digest = ballots["key"][order], shown[order], ballots["digest"][order]
    new = np.concatenate(([True], (key[1:] != key[:-1]) | (shown[1:] != shown[:-1])))
    starts = np.flatnonzero(new)
    sizes = np.diff(np.append(starts, key.size))
    ends = np.append(starts[1:], key.size) - 1
    several = sizes > 1
    return int(several.sum()), int((several & (digest[starts] == digest[ends])).sum())
