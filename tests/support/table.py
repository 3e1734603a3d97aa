"""Runs written out vote by vote, for tests: small objects that become the table of votes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from vlrb_task.judges.base import PromptRecord
from vlrb_task.pairs.labels import Labels
from vlrb_task.pairs.pair import Answer
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.scores.policies import Counts, Policy, outcomes
from vlrb_task.scores.score import Score
from vlrb_task.votes import Ballots, Run, Votes
from vlrb_task.votes.schema import NONE, REASONS


@dataclass(frozen=True)
class Label:
    key: str
    id: str
    better: Answer
    subset: str
    source: str
    words: tuple[int, int] | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vote:
    """A vote; ``first`` is None for a pointwise one. ``text`` tells votes apart, and where it is None all differ."""

    number: int
    first: Answer | None
    choice: Answer | None
    reason: Reason | None = None
    text: str | None = None


@dataclass(frozen=True)
class PairVotes:
    label: Label
    votes: tuple[Vote, ...]


def run_of(pairs: Iterable[PairVotes], sizes: Mapping[str, int] | None = None, **fields: Any) -> Run:
    """A run of these votes; ``sizes`` are those of its own pairs where they are not given."""
    found = list(pairs)
    labels = Labels.of(vars(pair.label) for pair in found)
    ballots = Ballots.of(row for place, pair in enumerate(found) for vote in pair.votes for row in _rows(place, vote))
    given: dict[str, Any] = {
        "judge": "official",
        "prompt": PromptRecord("official"),
        "revision": "1250",
        "fingerprint": "f",
        "subset_sizes": labels.subset_counts if sizes is None else sizes,
    }
    return Run(**(given | fields), labels=labels, votes=Votes.of(ballots), ballots=ballots)


def _rows(pair: int, vote: Vote) -> list[dict[str, Any]]:
    told = {"pair": pair, "vote": vote.number, "reason": vote.reason, "digest": vote.text or object()}
    if vote.first is not None:
        return [told | {"first": vote.first, "choice": vote.choice}]
    ratings = (None, None) if vote.reason else {None: (1.0, 1.0), 0: (2.0, 1.0), 1: (1.0, 2.0)}[vote.choice]
    return [told | {"answer": answer, "rating": rating} for answer, rating in enumerate(ratings)]


def pairs_of(run: Run) -> list[PairVotes]:
    """The votes of a run, pair by pair, as small objects."""

    def known(number: int) -> Any:
        return None if number == NONE else number

    labels, votes = run.labels, run.votes
    cast: list[list[Vote]] = [[] for _ in range(len(labels))]
    columns = (votes.pair, votes.number, votes.first, votes.choice, votes.reason)
    for pair, number, first, choice, reason in zip(*(column.tolist() for column in columns), strict=True):
        why = None if reason == NONE else REASONS[reason]
        cast[pair].append(Vote(number, known(first), known(choice), why))
    return [
        PairVotes(
            Label(
                labels.key(row),
                labels.id(row),
                1 if labels.better[row] else 0,
                labels.subset[row],
                labels.source[row],
                None if labels.words[row][0] < 0 else (int(labels.words[row][0]), int(labels.words[row][1])),
                labels.tags[row],
            ),
            tuple(own),
        )
        for row, own in enumerate(cast)
    ]


def value(score: Score, name: str) -> float | None:
    """A statistic's value; None where the run cannot have it."""
    found = score.estimate(name)
    return None if found is None else found.value


def outcome(counts: Counts, policy: Policy) -> float | None:
    """The score of one pair."""
    right, wrong, neither = (np.array([n]) for n in (counts.right, counts.wrong, counts.neither))
    (found,) = outcomes(right, wrong, neither, policy)
    return None if np.isnan(found) else float(found)
