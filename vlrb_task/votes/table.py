"""The one table of votes: a run as columns, one row a vote, and one row of labels a pair."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vlrb_task.judges.base import PromptRecord
from vlrb_task.pairs.labels import TIED, Ints, Labels, LabelSet, Mask
from vlrb_task.pairs.pair import Answer
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.support.arrow import to_arrow
from vlrb_task.votes.schema import NONE, PLACE, REASONS

Small = NDArray[np.int8]

_UNANSWERED = [PLACE[Reason.FAILED_REQUEST], PLACE[Reason.EMPTY]]


@dataclass(frozen=True)
class Ballots:
    """What was asked and answered: one row a ballot, sorted by pair, vote and answer.

    Attributes:
        pair: row of the labels.
        vote: number of the vote.
        first, answer: the response shown first (pairwise), or shown at all (pointwise); the other is NONE.
        choice: pairwise: the response preferred; NONE for a tie or an unparsed text.
        reason: place in REASONS of why the text is unparsed; NONE for one that was read.
        rating: pointwise: the rating; NaN for none.
        p: the logged probability that the response shown first is the better one; NaN for none.
        digest: of the answer: equal for equal texts.
        scored: whether the answer is a scalar reward.
        line: of the log.
        calls: tool calls that the judge made for it; NONE where nothing is told of any.
        texts: with columns ``text``, ``start``, ``end`` and ``tools``, if they were kept.
    """

    pair: Ints
    vote: Ints
    first: Small
    answer: Small
    choice: Small
    reason: Small
    rating: NDArray[np.float64]
    p: NDArray[np.float64]
    digest: NDArray[np.uint64]
    scored: Mask
    line: Ints
    calls: Ints
    texts: pa.Table | None = None

    def __len__(self) -> int:
        return self.pair.size

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Ballots:
        """From one mapping a ballot, with ``pair``, ``vote`` and either ``first`` or ``answer``, in any order.

        ``choice`` and ``rating`` are None or missing where there is none, ``reason`` is a
        :class:`~vlrb_task.parsing.verdicts.Reason`, and ``digest`` any value that tells texts apart.
        """
        found = [{name: value for name, value in row.items() if value is not None} for row in rows]
        found.sort(key=lambda row: (row["pair"], row["vote"], row.get("answer", NONE)))
        digests = {value: place for place, value in enumerate({row.get("digest"): None for row in found})}

        def column(name: str, kind: type, none: float = NONE) -> NDArray[Any]:
            return np.array([row.get(name, none) for row in found], dtype=kind)

        return cls(
            pair=column("pair", np.int64),
            vote=column("vote", np.int64),
            first=column("first", np.int8),
            answer=column("answer", np.int8),
            choice=column("choice", np.int8),
            reason=np.array([PLACE[Reason(r["reason"])] if "reason" in r else NONE for r in found], dtype=np.int8),
            rating=column("rating", np.float64, np.nan),
            p=column("p", np.float64, np.nan),
            digest=np.array([digests[row.get("digest")] for row in found], dtype=np.uint64),
            scored=np.zeros(len(found), dtype=bool),
            line=np.zeros(len(found), dtype=np.int64),
            calls=np.full(len(found), NONE, dtype=np.int64),
        )

    def take(self, rows: Ints | Mask) -> Ballots:
        """Some of the ballots."""
        places = np.flatnonzero(rows) if rows.dtype == bool else rows
        columns = {name: getattr(self, name)[places] for name in self.__dataclass_fields__ if name != "texts"}
        return Ballots(**columns, texts=None if self.texts is None else self.texts.take(to_arrow(places)))

    @property
    def pointwise(self) -> Mask:
        """Which ballots show one answer."""
        return np.not_equal(self.answer, NONE)

    @cached_property
    def halves(self) -> tuple[Ints, Ints]:
        """Rows of the ballots about response 0 and about response 1 of each whole pointwise vote."""
        rows = np.flatnonzero(self.pointwise)
        pair, vote, answer = self.pair[rows], self.vote[rows], self.answer[rows]
        whole = (pair[1:] == pair[:-1]) & (vote[1:] == vote[:-1]) & (answer[:-1] == 0) & (answer[1:] == 1)
        return rows[:-1][whole], rows[1:][whole]

    @property
    def unpaired(self) -> int:
        """Pointwise ballots without the other answer's."""
        return int(self.pointwise.sum()) - 2 * self.halves[0].size


@dataclass(frozen=True)
class Votes:
    """Votes in pair coordinates: one row a vote, sorted by pair and number.

    Attributes:
        pair: row of the labels.
        number: of the vote.
        first: the response shown first; NONE for a pointwise vote, which has no order.
        choice: the response preferred; NONE for a tie and for an unparsed vote.
        reason: place in REASONS of why the vote is unparsed; NONE for any other.
    """

    pair: Ints
    number: Ints
    first: Small
    choice: Small
    reason: Small

    def __len__(self) -> int:
        return self.pair.size

    @classmethod
    def of(cls, ballots: Ballots) -> Votes:
        """The votes that ballots make: a pairwise ballot is one; of two ratings the higher wins, and equal ones tie."""
        left, right = ballots.halves
        higher, lower = (compare(ballots.rating[left], ballots.rating[right]) for compare in (np.greater, np.less))
        reason, choice = ballots.reason.copy(), ballots.choice.copy()
        reason[left] = np.where(reason[left] != NONE, reason[left], reason[right])
        choice[left] = np.where(reason[left] == NONE, np.select([higher, lower], [0, 1], NONE), NONE)
        whole = ~ballots.pointwise
        whole[left] = True
        return cls(ballots.pair[whole], ballots.vote[whole], ballots.first[whole], choice[whole], reason[whole])

    def take(self, rows: Ints | Mask) -> Votes:
        """Some of the votes."""
        return Votes(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Run:
    """A judge's votes on a revision of a benchmark, with everything needed to score them again.

    Attributes:
        judge: the judge's name.
        prompt: the prompt that was asked, as far as the log tells.
        revision: name of the set of pairs that was asked about.
        fingerprint: of that set.
        subset_sizes: pairs of the whole revision by subset; a run on part of them has fewer votes.
        labels: of the pairs that have votes, in the log's order of first appearance.
        votes: all of them; each of ``labels`` has one.
        ballots: what was asked and answered, from which the votes were made.
        parser: name of the parser that read the texts.
        source: the log that this was read from.
        warnings: what a reader of the numbers must know.
        metadata: anything else that the log tells (model, task, framework).
        labelled_by: the set of pairs that the labels come from; None where they are the log's own.
        logged: the rows as they were read, nothing dropped, if they were kept.
        families: of the models that are known to have written answers, and of the judge's model; unknown ones left out.
    """

    judge: str
    prompt: PromptRecord
    revision: str
    fingerprint: str
    subset_sizes: Mapping[str, int]
    labels: Labels
    votes: Votes
    ballots: Ballots
    parser: str = "final"
    source: str = ""
    warnings: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    labelled_by: LabelSet | None = None
    logged: pa.Table | None = field(default=None, repr=False, compare=False)
    families: Mapping[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Pairs of the whole revision."""
        return sum(self.subset_sizes.values())

    @property
    def missing(self) -> int:
        """Pairs of the revision without a vote."""
        return max(0, self.size - len(self.labels))

    def count(self, which: NDArray[np.generic]) -> Ints:
        """How many of each pair's votes are of a kind, shape ``(pairs,)``.

        Args:
            which: whether a vote is, shape ``(votes,)``.
        """
        return np.bincount(self.votes.pair[which.astype(bool)], minlength=len(self.labels))

    @cached_property
    def total(self) -> Ints:
        """Votes of each pair."""
        return np.bincount(self.votes.pair, minlength=len(self.labels))

    @cached_property
    def better(self) -> Small:
        """The better response of each vote's pair, shape ``(votes,)``."""
        return self.labels.better[self.votes.pair]

    @cached_property
    def is_right(self) -> Mask:
        """Which votes say what the label says, shape ``(votes,)``."""
        tie = (self.votes.choice == NONE) & (self.votes.reason == NONE)
        right: Mask = np.where(self.better == TIED, tie, self.votes.choice == self.better)
        return right

    @cached_property
    def is_neither(self) -> Mask:
        """Which votes are neither right nor wrong: unparsed, or a tie where the label is none."""
        neither: Mask = (self.votes.choice == NONE) & ~self.is_right
        return neither

    @cached_property
    def right(self) -> Ints:
        """Each pair's votes for the better response; where the label is a tie, its votes that are ties."""
        return self.count(self.is_right)

    @cached_property
    def neither(self) -> Ints:
        """Each pair's votes that are unparsed, or ties where the label is none."""
        return self.count(self.is_neither)

    @cached_property
    def wrong(self) -> Ints:
        """Each pair's votes for the other response."""
        return self.total - self.right - self.neither

    @cached_property
    def unparsed(self) -> Ints:
        """Each pair's unparsed votes."""
        return self.count(self.votes.reason != NONE)

    @cached_property
    def ordered(self) -> Mask:
        """Which votes showed both answers, in an order."""
        return np.not_equal(self.votes.first, NONE)

    @cached_property
    def cast(self) -> Mask:
        """Which votes name the answer shown first or the one shown second."""
        named: Mask = self.ordered & (self.votes.choice != NONE)
        return named

    @cached_property
    def choice(self) -> NDArray[np.float64]:
        """The response that more of a pair's votes prefer than the other, NaN where there is none, shape ``(pairs,)``."""
        first, second = (self.count(self.votes.choice == answer) for answer in (0, 1))
        return np.select([first > second, first < second], [0.0, 1.0], np.nan)

    def winner_in(self, first: Answer) -> NDArray[np.float64]:
        """The response that more than half of the votes in one order prefer.

        Returns:
            Shape ``(pairs,)``: 0 or 1, NONE where there is none, NaN where the order was not asked.
        """
        asked = self.votes.first == first
        shares = [self.count(asked & (self.votes.choice == answer)) for answer in (0, 1)]
        total = self.count(asked)
        winner = np.select([2 * share > total for share in shares], [0.0, 1.0], float(NONE))
        return np.where(total > 0, winner, np.nan)

    @cached_property
    def reasons(self) -> dict[str, int]:
        """Unparsed votes by reason."""
        found = np.bincount(self.votes.reason[self.votes.reason != NONE], minlength=len(REASONS))
        return {str(reason): int(n) for reason, n in sorted(zip(REASONS, found, strict=True)) if n}

    @cached_property
    def no_answer(self) -> Mask:
        """Which votes the judge never gave: the request failed, or the answer has no text, shape ``(votes,)``."""
        return np.isin(self.votes.reason, _UNANSWERED)

    @property
    def unanswered(self) -> int:
        """Ballots without an answer; the two of a pointwise vote count by themselves."""
        return int(np.isin(self.ballots.reason, _UNANSWERED).sum())

    def on_pairs(self, rows: Ints, subset_sizes: Mapping[str, int] | None = None) -> Run:
        """The run cut to some of its pairs, in the order of ``rows``.

        Args:
            rows: of the labels, each once.
            subset_sizes: of the set that is left, if it is another one.
        """
        place = np.full(len(self.labels), NONE, dtype=np.int64)
        place[rows] = np.arange(rows.size)

        def renumbered(own: Any) -> Any:
            """The votes or ballots of these pairs, in the new order."""
            new = place[own.pair]
            kept = np.flatnonzero(new != NONE)
            kept = kept[np.argsort(new[kept], kind="stable")]
            return replace(own.take(kept), pair=new[kept])

        return replace(
            self,
            labels=self.labels.take(rows),
            votes=renumbered(self.votes),
            ballots=renumbered(self.ballots),
            subset_sizes=self.subset_sizes if subset_sizes is None else subset_sizes,
        )

    def warn(self, *first: str) -> Run:
        """The run with further warnings, in front of its own."""
        return replace(self, warnings=(*first, *self.warnings))
