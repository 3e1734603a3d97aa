"""What judges said of candidates: votes about pairs and ratings, turned into preferences among a question's candidates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vlrb_task.bon.folder import Folder
from vlrb_task.bon.questions import DECIDABLE, Question
from vlrb_task.compare.basis import display_names
from vlrb_task.pairs.labels import LabelSet
from vlrb_task.pairs.pair import check_rows
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import group_sums, share
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
    def parsed_rate(self) -> Estimate:
        """Share of votes that were read."""
        run = self.run
        return share(run.total - run.unparsed, run.total)

    @property
    def pair_accuracy(self) -> Estimate:
        """Share of the decidable pairs whose more right answer the judge preferred; pairs of a question are one cluster."""
        run = self.run
        rows = np.flatnonzero(run.labels.subset.where(DECIDABLE))
        right = outcomes(run.right, run.wrong, run.neither, Policy.HALF)[rows]
        questions = [run.labels.id(row).rpartition("#")[0] for row in rows.tolist()]
        return share(group_sums(right, questions), group_sums(np.ones(rows.size), questions))


def read_opinions(
    folder: Folder, logs: Iterable[Path], parser: str | None = None, *, trust_pickle: bool = False
) -> list[Opinions]:
    """Read every judge's votes about a folder's candidates; logs of the same judge and model are put together.

    A parser that is named reads every text in place of the judge's own.

    Raises:
        DataError: a log that cannot be read, or no vote about these candidates.
    """
    runs = read_runs(
        list(logs),
        parser=parser,
        merge=True,
        across_sets=True,
        keep_undecidable=True,
        trust_pickle=trust_pickle,
        unlabelled=lambda batches: _labels(folder, batches),
    )
    return opinions_of(folder, runs)


def _labels(folder: Folder, batches: Sequence[pa.RecordBatch]) -> LabelSet:
    """The pairs that votes without labels speak of, found by their ids."""
    rows = {}
    for id in {id for batch in batches for id in batch["id"].to_pylist()}:
        if place := folder.place(id):
            question, *couple = place
            rows[id] = question.row(*couple)
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
    labels = run.labels
    pointwise = bool((~run.ordered).any())
    # A tie and an unparsed vote are half a vote for each.
    shares = (run.count(run.votes.choice == 0) + run.neither / 2) / run.total
    found: dict[str, Opinion] = {}
    kept: dict[int, tuple[Question, int, int]] = {}
    for row in range(len(labels)):
        place = folder.place(labels.id(row))
        if place is None or labels.key(row) != place[0].key(*place[1:]):
            continue
        question, first, second = kept[row] = place
        size = len(question.texts)
        said = found.setdefault(question.id, Opinion(np.full((size, size), np.nan), np.full(size, np.nan)))
        if not pointwise:
            said.wins[first, second], said.wins[second, first] = shares[row], 1 - shares[row]
    if not kept:
        raise DataError(f"{run.source}: no vote about the candidates of {folder.path}")
    told = list(run.warnings)
    if strangers := len(labels) - len(kept):
        told.append(f"{strangers} pairs are not of {folder.path}, dropped")
    if pointwise and (unread := _rate(run, kept, found)):
        told.append(f"{unread} ratings could not be read: such a candidate ranks below every rated one")
    cut = replace(run.on_pairs(np.array(list(kept), dtype=np.int64)), warnings=())
    return Opinions(name, cut, pointwise, found, tuple(told))


def _rate(run: Run, places: Mapping[int, tuple[Question, int, int]], found: Mapping[str, Opinion]) -> int:
    """Put mean ratings into opinions; returns how many could not be read."""
    given: dict[tuple[str, int], list[float]] = defaultdict(list)
    ballots, unread = run.ballots, 0
    order = np.argsort(ballots.pair, kind="stable")
    rated = order[ballots.pointwise[order]]
    columns = (column[rated].tolist() for column in (ballots.pair, ballots.answer, ballots.rating))
    for row, answer, rating in zip(*columns, strict=True):
        if row in places and np.isnan(rating):
            unread += 1
        elif row in places:
            question, *couple = places[row]
            given[question.id, couple[answer]].append(rating)
    for (id, candidate), ratings in given.items():
        found[id].ratings[candidate] = np.mean(ratings)
    return unread
