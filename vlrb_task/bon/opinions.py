"""What judges said of candidates: votes about pairs and ratings, turned into preferences among a question's candidates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vlrb_task.bon.folder import Folder
from vlrb_task.bon.questions import DECIDABLE, split_pair_id
from vlrb_task.compare.basis import display_names
from vlrb_task.pairs.labels import LabelSet
from vlrb_task.pairs.pair import check_rows, parse_rows
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import share
from vlrb_task.scores.policies import Policy, outcomes
from vlrb_task.support.errors import DataError
from vlrb_task.votes import Run, read_runs

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Opinion:
    """What one judge said of one question's T candidates.

    Attributes:
        wins: shape ``(T, T)``: the share of votes that prefer the row's candidate to the column's, in [0, 1]; a tie and
            an unparsed vote count one half. NaN where the two were not compared.
        ratings: shape ``(T,)``: mean rating on the judge's own scale; NaN where no rating could be read.
    """

    wins: Array
    ratings: Array

    @property
    def asked(self) -> bool:
        """Whether the judge said anything of this question."""
        return not (np.isnan(self.wins).all() and np.isnan(self.ratings).all())


@dataclass(frozen=True)
class Opinions:
    """What one judge said of all questions.

    Attributes:
        name: unique among the judges that are read together.
        run: its votes, those of all its logs.
        pointwise: whether it rated answers one by one.
        by_question: by question id; questions of which it said nothing are not in it.
        warnings: counted findings.
    """

    name: str
    run: Run
    pointwise: bool
    by_question: Mapping[str, Opinion]
    warnings: tuple[str, ...] = ()

    @property
    def judge(self) -> str:
        """The judge's own name."""
        return self.run.judge

    @property
    def parsed_rate(self) -> Estimate:
        """Share of votes that were read."""
        run = self.run
        return share(run.total - run.unparsed, run.total)

    @property
    def pair_accuracy(self) -> Estimate:
        """Share of the decidable pairs whose more right answer the judge preferred; pairs of a question are one cluster."""
        run = self.run
        right: dict[str, float] = {}
        asked: dict[str, float] = {}
        values = outcomes(run.right, run.wrong, run.neither, Policy.HALF)
        decidable = run.labels.subset.where(DECIDABLE)
        for row in np.flatnonzero(decidable).tolist():
            place = split_pair_id(run.labels.id(row))
            if place is not None:
                right[place[0]] = right.get(place[0], 0.0) + float(values[row])
                asked[place[0]] = asked.get(place[0], 0.0) + 1
        return share(list(right.values()), [asked[name] for name in right])


def read_opinions(
    folder: Folder, logs: Iterable[Path], parser: str | None = None, *, trust_pickle: bool = False
) -> list[Opinions]:
    """Read every judge's votes about a folder's candidates; logs of the same judge and model are put together.

    Args:
        folder: whose candidates.
        logs: files and folders of them.
        parser: read every text with this parser instead of the judge's own.
        trust_pickle: open .pkl files.

    Raises:
        DataError: a log that cannot be read, or no vote about these candidates.
    """
    return opinions_of(folder, read_about(folder, logs, parser, trust_pickle=trust_pickle))


def read_about(
    folder: Folder, logs: Iterable[Path], parser: str | None = None, *, trust_pickle: bool = False
) -> list[Run]:
    """The runs of logs about a folder's candidates; votes of one judge and model are one run, each ballot counted once."""
    return read_runs(
        list(logs),
        parser=parser,
        merge=True,
        across_sets=True,
        keep_undecidable=True,
        trust_pickle=trust_pickle,
        unlabelled=lambda batches: _labels(folder, batches),
    )


def _labels(folder: Folder, batches: Sequence[pa.RecordBatch]) -> LabelSet:
    """The pairs that votes without labels speak of, found by their ids."""
    rows = {}
    for id in {id for batch in batches for id in batch["id"].to_pylist()}:
        place = split_pair_id(id or "")
        question = folder.by_id.get(place[0]) if place else None
        if place and question and max(place[1:]) < len(question.texts):
            rows[id] = question.row(place[1], place[2])
    if not rows:
        raise DataError(f"votes without labels, and with no id of a pair of {folder.path}")
    return LabelSet.of(check_rows(rows.values(), str(folder.path)), str(folder.path))


def opinions_of(folder: Folder, runs: Sequence[Run]) -> list[Opinions]:
    """Turn runs about a folder's candidates into preferences.

    Raises:
        DataError: a judge without any vote about these candidates.
    """
    return [_opinions(folder, run, name) for run, name in zip(runs, display_names(runs), strict=True)]


def _opinions(folder: Folder, run: Run, name: str) -> Opinions:
    wins: dict[str, Array] = {}
    ratings: dict[str, dict[int, list[float]]] = {}
    strangers = unread = 0
    votes, ballots = run.votes, run.ballots
    pointwise = bool((~run.ordered).any())
    # A tie and an unparsed vote are half a vote for each.
    shares = (run.count(votes.choice == 0) + run.neither / 2) / run.total
    kept = []
    for row in range(len(run.labels)):
        place = split_pair_id(run.labels.id(row))
        question = folder.by_id.get(place[0]) if place else None
        if place is None or question is None or not _is_ours(question.texts, place):
            strangers += 1
            continue
        first, second = place[1], place[2]
        if run.labels.key(row) != parse_rows([question.row(first, second)]).pairs[0].key:
            strangers += 1
            continue
        kept.append(row)
        if pointwise:
            given = ratings.setdefault(question.id, {})
            own = np.flatnonzero((ballots.pair == row) & ballots.pointwise)
            for answer, rating in zip(ballots.answer[own].tolist(), ballots.rating[own].tolist(), strict=True):
                if np.isnan(rating):
                    unread += 1
                else:
                    given.setdefault((first, second)[answer], []).append(rating)
            continue
        size = len(question.texts)
        table = wins.setdefault(question.id, np.full((size, size), np.nan))
        table[first, second] = shares[row]
        table[second, first] = 1 - table[first, second]
    if not kept:
        raise DataError(f"{run.source}: no vote about the candidates of {folder.path}")
    told = list(run.warnings)
    if strangers:
        told.append(f"{strangers} pairs are not of {folder.path}, dropped")
    if unread:
        told.append(f"{unread} ratings could not be read: such a candidate ranks below every rated one")
    found = {}
    for id in {**wins, **ratings}:
        size = len(folder.by_id[id].texts)
        rated = np.full(size, np.nan)
        for candidate, values in ratings.get(id, {}).items():
            rated[candidate] = np.mean(values)
        found[id] = Opinion(wins.get(id, np.full((size, size), np.nan)), rated)
    cut = replace(run.on_pairs(np.array(kept, dtype=np.int64)), warnings=())
    return Opinions(name, cut, pointwise, found, tuple(told))


def _is_ours(texts: Sequence[str], place: tuple[str, int, int]) -> bool:
    return place[1] != place[2] and max(place[1:]) < len(texts)
