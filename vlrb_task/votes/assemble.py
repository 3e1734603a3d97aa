"""Columns of read votes into runs: grouped by what they are votes of, labelled, duplicates dropped, all of it counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vlrb_task.judges import get_judge, judge_names, shipped_names
from vlrb_task.pairs.labels import Ints, Labels, LabelSet, Mask
from vlrb_task.pairs.pair import UNDECIDABLE, Answer, count_subsets, revision_name
from vlrb_task.pairs.perturbing import Pictures
from vlrb_task.parsing.verdicts import Verdict
from vlrb_task.support.arrow import is_valid, to_arrow, to_numpy, whole
from vlrb_task.support.errors import DataError
from vlrb_task.votes import warnings
from vlrb_task.votes.duplicates import copies, drop_duplicates
from vlrb_task.votes.grouping import JOIN, Group, Metadata, group_parts
from vlrb_task.votes.header import of_rows
from vlrb_task.votes.labelling import given_labels, own_labels
from vlrb_task.votes.reading import SCORES
from vlrb_task.votes.schema import FAILED, NONE, OTHER_KIND, READ
from vlrb_task.votes.table import Ballots, Run, Votes


def assemble(
    batches: Iterable[pa.RecordBatch],
    pairs: LabelSet | None = None,
    metadata: Metadata | None = None,
    *,
    merge: bool = False,
    ties: Answer | None = None,
    keep_undecidable: bool = False,
    keep_logged: bool = False,
    across_sets: bool = False,
) -> list[Run]:
    """Make runs of read votes.

    Nothing is dropped in silence: what cannot be used is counted in the run's warnings.

    Args:
        batches: columns :data:`~vlrb_task.votes.schema.READ`, of any number of logs, wherever they were read.
        pairs: where labels come from; without it, from the votes.
        metadata: what each log tells of its votes beside them (model, task, framework), by the log's name.
        merge: put together whatever may be one run, even if the logs do not say so.
        ties: count equal ratings as a choice of this response, as some scripts do without saying so.
        keep_undecidable: keep votes about pairs of which no answer is better; they can be read, but not scored.
        keep_logged: keep the rows as they were read, for those who look for what was dropped.
        across_sets: votes about several sets of pairs can be of one run.

    Returns:
        The runs, in the order of their first votes.

    Raises:
        DataError: no votes, or none that can be used.
    """
    table = _joined(batches)
    told = metadata or {}
    refused = is_valid(table["refused"])
    findings = _refused(table.filter(to_arrow(refused)))
    if refused.any():
        table = table.filter(to_arrow(~refused))
    if not table.num_rows:
        raise DataError(f"{JOIN.join(told or findings)}: no votes", [f for found in findings.values() for f in found])
    groups, of_row = group_parts(table, told, merge=merge, across_sets=across_sets)
    made = []
    for number, group in enumerate(groups):
        rows = table.filter(to_arrow(of_row == number)) if len(groups) > 1 else table
        build = _Build(group, rows, pairs, told, ties, keep_undecidable)
        made.append(replace(build.run(findings), logged=rows if keep_logged else None))
    if not any(len(run.labels) for run in made):
        raise DataError(f"{made[0].source}: no vote could be used", [w for run in made for w in run.warnings])
    return [run for run in made if len(run.labels)]


def _joined(batches: Iterable[pa.RecordBatch]) -> pa.Table:
    """One table in one piece, made column by column: votes whose batches nobody else has are never in memory twice."""
    columns = [[batch[name] for name in READ.names] for batch in batches]
    if not columns:
        raise DataError("no votes")
    made = []
    for place, kind in enumerate(READ.types):
        column = pa.chunked_array([own[place] for own in columns], kind)
        made.append(whole(column.unify_dictionaries()))
        for own in columns:
            own[place] = None
    return pa.Table.from_arrays(made, schema=READ)


def _refused(table: pa.Table) -> dict[str, list[str]]:
    """Lines that are not votes, by log, each kind counted."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in table.select(["log", "line", "refused", "detail"]).to_pylist():
        detail = f": {row['detail']}" if row["detail"] else ""
        place = f"{Path(row['log']).name}:{row['line']}{detail}"
        found.setdefault(row["log"], {}).setdefault(row["refused"], []).append(place)
    return {
        log: [warnings.counted(why, len(places), places[0]) for why, places in kinds.items()]
        for log, kinds in found.items()
    }


@dataclass
class _Build:
    """Builds one run; what it finds becomes the run's warnings."""

    group: Group
    table: pa.Table
    pairs: LabelSet | None
    metadata: Metadata
    ties: Answer | None
    keep_undecidable: bool
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def note(self, why: str, which: Mask) -> None:
        """Count votes, and name the first of them."""
        if count := int(which.sum()):
            self.counts[why] += count
            first = int(np.argmax(which))
            log, line = self.table["log"][first].as_py(), self.table["line"][first].as_py()
            self.examples.setdefault(why, f"{Path(log).name}:{line}")

    def run(self, refused: Mapping[str, Sequence[str]]) -> Run:
        judge = self.group.headers[0].judge
        unnamed = int((~of_rows(self.table, lambda header: header.named)).sum())
        if "VLMEvalKit" in self.tell("framework"):
            self.note(warnings.UNKNOWN_PROMPT, ~to_numpy(self.table["hashed"]))
        other_kind = to_numpy(self.table["reason"]) == OTHER_KIND
        self.note(warnings.OTHER_KIND, other_kind)
        if other_kind.any():
            self.table = self.table.filter(to_arrow(~other_kind))
        labels, pair, disputed = self.labelled()
        ballots = self.ballots(pair, disputed)
        votes = Votes.of(ballots)
        self.counts[warnings.HALF] += ballots.unpaired
        if self.ties is not None:
            votes = self.without_ties(votes, self.ties)
        first = np.full(len(labels), pair.size, dtype=np.int64)  # the first row of each pair, in the order of the log
        known = np.flatnonzero(pair != NONE)[::-1]
        first[pair[known]] = known
        voted = np.flatnonzero(np.bincount(votes.pair))
        revision, fingerprint, sizes = self.revision(labels, np.flatnonzero(first < pair.size))
        self.counts[warnings.NO_JUDGE.format(judge=judge)] = unnamed
        self.counts[warnings.FAILED_REQUESTS] = int((ballots.reason == FAILED).sum())
        parsers = pc.unique(self.table["parser"]).to_pylist()
        whole = Run(
            judge=judge,
            prompt=self.group.prompt,
            revision=revision,
            fingerprint=fingerprint,
            subset_sizes=sizes,
            labels=labels,
            votes=votes,
            parser=next((name for name in parsers if name not in (None, SCORES)), SCORES),
            source=JOIN.join(self.group.logs),
            warnings=tuple(self.told(judge, ballots, refused)),
            metadata=self.group.metadata(self.metadata),
            ballots=ballots,
            labelled_by=self.pairs,
        )
        return whole.on_pairs(voted[np.argsort(first[voted], kind="stable")])

    def tell(self, name: str) -> set[object]:
        """What the run's votes say of it, and its logs beside them."""
        told = {self.metadata.get(log, {}).get(name) for log in self.group.logs}
        return told | {getattr(header, name, header.more.get(name)) for header in self.group.headers}

    def of_frameworks(self, judge: str) -> list[str]:
        """What frameworks may have done to votes of earlier releases, which do not say what was sent."""
        if to_numpy(self.table["hashed"]).any():
            return []
        found = [
            warnings.ADDED_PROMPT.format(name=name) for name in sorted(map(str, self.tell("added_prompt") - {None}))
        ]
        known = judge in shipped_names() or judge in judge_names()
        example = get_judge(judge).examples.get(Verdict.FIRST, "") if known else ""
        if "</think>" in example and not to_numpy(self.table["thought"]).any():
            found.append(warnings.NO_THOUGHT)
        return found

    def labelled(self) -> tuple[Labels, Ints, Ints]:
        """The labels of pairs, the row of each vote's pair in them (NONE for none), and the rows labelled in two ways."""
        found = given_labels(self.table, self.pairs) if self.pairs is not None else own_labels(self.table)
        for why, which in found.findings.items():
            self.note(why, which)
        if self.keep_undecidable:
            return found.labels, found.pair, found.disputed
        unscored = found.pair != NONE
        unscored[unscored] = found.labels.subset.where(UNDECIDABLE)[found.pair[unscored]]
        self.note(warnings.UNSCORED, unscored)
        return found.labels, np.where(unscored, NONE, found.pair), found.disputed

    def ballots(self, pair: Ints, disputed: Ints) -> Ballots:
        """The ballots that count, one a slot."""
        rows = np.flatnonzero(pair != NONE)
        table = self.table if rows.size == self.table.num_rows else self.table.take(to_arrow(rows))
        ballots, found = drop_duplicates(table, pair[rows])
        for why, which in found.items():
            self.note(why, np.bincount(rows[which], minlength=pair.size) > 0)
        if disputed.size:
            lost = np.isin(ballots.pair, disputed)
            self.counts[warnings.DISPUTED] += int(lost.sum())
            ballots = ballots.take(~lost)
        return ballots

    def without_ties(self, votes: Votes, answer: Answer) -> Votes:
        """Equal ratings counted as a choice of one response."""
        tied = (votes.first == NONE) & (votes.choice == NONE) & (votes.reason == NONE)
        self.remarks.append(f"{tied.sum()} equal ratings are counted as a choice of response {answer}, not as ties")
        choice = np.where(tied, answer, votes.choice).astype(np.int8)
        return Votes(votes.pair, votes.number, votes.first, choice, votes.reason)

    def revision(self, labels: Labels, seen: Ints) -> tuple[str, str, dict[str, int]]:
        """Name, fingerprint and subsets' sizes of the set of pairs that was asked about."""
        logged = next((h for h in self.group.headers if h.fingerprint and h.revision), None)
        logged = logged or next((h for h in self.group.headers if h.fingerprint), None)
        if self.pairs is not None:
            found = self.pairs
            if logged is not None and logged.fingerprint != found.fingerprint:
                self.remarks.append(warnings.OTHER_REVISION.format(logged=logged.revision, given=found.revision))
            revision, print_, sizes = found.revision, found.fingerprint, labels.subset_counts
        else:
            asked = labels.take(seen)
            sizes = asked.subset_counts
            if logged is not None:
                revision, print_ = logged.revision or "custom", str(logged.fingerprint)
                sizes = dict(logged.subset_sizes) or sizes
            else:
                revision, print_ = revision_name(sizes), asked.fingerprint()
        if not self.keep_undecidable:
            sizes.pop(UNDECIDABLE, None)
        return revision, print_, {name: sizes[name] for name in count_subsets(sizes)}

    def told(self, judge: str, ballots: Ballots, refused: Mapping[str, Sequence[str]]) -> Iterator[str]:
        """All findings in words; those in the logs themselves with their names where there are several."""
        logs = self.group.logs
        yield from (f"{log}: {why}" if len(logs) > 1 else why for log in logs for why in refused.get(log, ()))
        yield from self.group.warnings
        if any(header.more.get("prompt_is_ours") is False for header in self.group.headers):
            yield warnings.OTHER_PROMPT
        if any(part.identity.pictures == Pictures.NONE for part in self.group.parts):
            yield warnings.NO_IMAGES
        for why, count in self.counts.items():
            if count:
                yield warnings.counted(why, count, self.examples.get(why, ""))
        yield from self.remarks
        yield from self.of_frameworks(judge)
        found = copies(ballots)
        if copied := warnings.copied_votes(found.compared, found.copied):
            yield copied
