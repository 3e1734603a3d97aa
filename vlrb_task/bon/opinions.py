"""What judges said of candidates: votes about pairs and ratings, turned into preferences among a question's candidates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlrb_task import votes as runs
from vlrb_task.bon.folder import Folder
from vlrb_task.bon.questions import DECIDABLE, split_pair_id
from vlrb_task.compare.basis import display_names
from vlrb_task.pairs.pair import Benchmark, parse_rows
from vlrb_task.parsing.verdicts import Rating
from vlrb_task.scores import estimates
from vlrb_task.scores import score as scoring
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.score import Run
from vlrb_task.scores.tally import PairVotes, Policy, Vote, outcome
from vlrb_task.support.errors import DataError
from vlrb_task.votes.assemble import assemble

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
        return scoring.parsed_rate(self.run.pairs)

    @property
    def pair_accuracy(self) -> Estimate:
        """Share of the decidable pairs whose more right answer the judge preferred; pairs of a question are one cluster."""
        right: dict[str, float] = {}
        asked: dict[str, float] = {}
        for pair in self.run.pairs:
            place = split_pair_id(pair.label.id)
            if pair.label.subset == DECIDABLE and place is not None:
                value = outcome(pair.counts, Policy.HALF)
                right[place[0]] = right.get(place[0], 0.0) + (value or 0.0)
                asked[place[0]] = asked.get(place[0], 0.0) + 1
        return estimates.ratio(list(right.values()), [asked[name] for name in right])


def share(votes: Sequence[Vote]) -> float:
    """Share of votes for response 0, in [0, 1]; a tie and an unparsed vote are half a vote for each."""
    return sum(0.5 if vote.choice is None else float(vote.choice == 0) for vote in votes) / len(votes)


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
    files = [file for path in logs for file in runs.find_logs(path)]
    logged = (runs.read_log(file, trust_pickle=trust_pickle) for file in files)
    return opinions_of(folder, [run for log in logged for run in runs_of(folder, log, parser)])


def runs_of(folder: Folder, log: runs.Log, parser: str | None = None) -> list[Run]:
    """The runs of one log about a folder's candidates, with everything that was said."""
    benchmark = _labels(folder, log) if runs.needs_pairs(log) else None
    return assemble(log, benchmark, parser, keep_texts=True, keep_undecidable=True)


def _labels(folder: Folder, log: runs.Log) -> Benchmark:
    """The pairs that a log without labels speaks of, found by their ids."""
    rows = {}
    for record in log.records:
        place = split_pair_id(record.id or "")
        question = folder.by_id.get(place[0]) if place else None
        if place and question and max(place[1:]) < len(question.texts):
            rows[record.id] = question.row(place[1], place[2])
    if not rows:
        raise DataError(f"{log.source}: votes without labels, and with no id of a pair of {folder.path}")
    return parse_rows(rows.values(), origin=str(folder.path))


def opinions_of(folder: Folder, found: Sequence[Run]) -> list[Opinions]:
    """Put runs of the same judge together, and turn their votes into preferences.

    Raises:
        DataError: a judge without any vote about these candidates.
    """
    groups: dict[tuple[Any, ...], list[Run]] = {}
    for run in found:
        identity = (run.judge, run.prompt.sha256, run.parser, str(run.metadata.get("model", "")))
        groups.setdefault(identity, []).append(run)
    merged = [_together(group) for group in groups.values()]
    return [_opinions(folder, run, name) for run, name in zip(merged, display_names(merged), strict=True)]


def _together(group: Sequence[Run]) -> Run:
    """One run of several logs: votes about the same pair side by side, as a resumed or a second round leaves them."""
    if len(group) == 1:
        return group[0]
    votes: dict[str, PairVotes] = {}
    said: dict[str, tuple[scoring.Said, ...]] = {}
    repeated = 0
    for run in group:
        for pair in run.pairs:
            before = votes.get(pair.label.key)
            repeated += before is not None
            cast = (*before.votes, *pair.votes) if before else pair.votes
            votes[pair.label.key] = PairVotes(pair.label, cast)
        for key, texts in run.said.items():
            said[key] = said.get(key, ()) + texts
    told = [f"{repeated} pairs have votes in several logs: all of them count"] if repeated else []
    warnings = dict.fromkeys([*(w for run in group for w in run.warnings), *told])
    return replace(group[0], pairs=tuple(votes.values()), said=said, warnings=tuple(warnings))


def _opinions(folder: Folder, run: Run, name: str) -> Opinions:
    wins: dict[str, Array] = {}
    ratings: dict[str, dict[int, list[float]]] = {}
    strangers = unread = 0
    pointwise = any(vote.first is None for pair in run.pairs for vote in pair.votes)
    kept = []
    for pair in run.pairs:
        place = split_pair_id(pair.label.id)
        question = folder.by_id.get(place[0]) if place else None
        if place is None or question is None or not _is_ours(question.texts, place):
            strangers += 1
            continue
        first, second = place[1], place[2]
        if pair.label.key != parse_rows([question.row(first, second)]).pairs[0].key:
            strangers += 1
            continue
        kept.append(pair)
        if pointwise:
            given = ratings.setdefault(question.id, {})
            for said in run.said.get(pair.label.key, ()):
                if said.answer is None or not isinstance(said.reading, Rating):
                    continue
                if said.reading.score is None:
                    unread += 1
                else:
                    given.setdefault((first, second)[said.answer], []).append(said.reading.score)
            continue
        size = len(question.texts)
        table = wins.setdefault(question.id, np.full((size, size), np.nan))
        table[first, second] = share(pair.votes)
        table[second, first] = 1 - table[first, second]
    if not kept:
        raise DataError(f"{run.source}: no vote about the candidates of {folder.path}")
    told = list(run.warnings)
    if strangers:
        told.append(f"{strangers} pairs are not of {folder.path} and were set aside")
    if unread:
        told.append(f"{unread} ratings could not be read: such a candidate ranks below every rated one")
    found = {}
    for id in {**wins, **ratings}:
        size = len(folder.by_id[id].texts)
        rated = np.full(size, np.nan)
        for candidate, values in ratings.get(id, {}).items():
            rated[candidate] = np.mean(values)
        found[id] = Opinion(wins.get(id, np.full((size, size), np.nan)), rated)
    return Opinions(name, replace(run, pairs=tuple(kept), warnings=()), pointwise, found, tuple(told))


def _is_ours(texts: Sequence[str], place: tuple[str, int, int]) -> bool:
    return place[1] != place[2] and max(place[1:]) < len(texts)
