"""On which pairs judges are compared, and what must be said of it first."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from vlrb_task.scores.policies import Policy
from vlrb_task.scores.scored import Scored
from vlrb_task.support.arrow import to_numpy
from vlrb_task.support.errors import DataError
from vlrb_task.votes import Run

_NOT_SHOWN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Basis:
    """Runs cut to the pairs that all of them voted on with the same label.

    Attributes:
        names: one for each run, unique.
        runs: with their pairs in one common order.
        policy: under which every run is scored.
        line: the first line of every comparison: how many pairs, and whether that is all.
        remarks: differences between the runs that a reader must know.
        whole: whether every run has all pairs of one and the same revision.
    """

    names: tuple[str, ...]
    runs: tuple[Run, ...]
    policy: Policy
    line: str
    remarks: tuple[str, ...]
    whole: bool


def common_basis(runs: Sequence[Run], policy: Policy = Policy.STRICT) -> Basis:
    """Cut runs to their common pairs.

    Raises:
        DataError: no runs, or no pair in common.
    """
    if not runs:
        raise DataError("nothing to compare: no runs")
    names = display_names(runs)
    keys = runs[0].labels.keys
    # The row of each key in every run; -1 for pairs without a vote.
    places = [to_numpy(pc.index_in(keys, value_set=run.labels.keys), -1).astype(np.int64) for run in runs]
    shared = np.all([place >= 0 for place in places], axis=0)
    better = np.stack([run.labels.better[place] for run, place in zip(runs, places, strict=True)])
    agreed = shared & (better == better[0]).all(axis=0)
    if not agreed.any():
        raise DataError(
            f"{' and '.join(names)} have no pair in common: different pairs, or logs with ids in place of keys"
        )
    pairs = int(agreed.sum())
    sizes = runs[0].labels.take(agreed).subset_counts
    whole = len({run.fingerprint for run in runs}) == 1 and all(
        pairs == len(run.labels) == sum(run.subset_sizes.values()) for run in runs
    )
    cut = [run.on_pairs(place[agreed], None if whole else sizes) for run, place in zip(runs, places, strict=True)]
    line = _line(runs, pairs, policy, whole)
    kept = int(np.all([~np.isnan(Scored(run, policy).values) for run in cut], axis=0).sum())
    if kept < pairs:
        line += f", which keeps {kept:,} of them" + (" for every judge" * (len(runs) > 1))
    return Basis(tuple(names), tuple(cut), policy, line, tuple(_remarks(runs, names, int(shared.sum()) - pairs)), whole)


def _line(runs: Sequence[Run], pairs: int, policy: Policy, whole: bool) -> str:
    revision, print_ = runs[0].revision, runs[0].fingerprint[:12]
    judges = f"{len(runs)} judge{'s' * (len(runs) != 1)}"
    if whole:
        return f"{judges} on all {pairs:,} pairs of revision {revision} ({print_}), policy {policy}"
    revisions = sorted({f"{run.revision} ({run.fingerprint[:12]})" for run in runs})
    whose = "that all of them have in common" if len(runs) > 1 else "that it voted on"
    return f"{judges} on the {pairs:,} pairs {whose}, of revision {' and '.join(revisions)}, policy {policy}"


def _remarks(runs: Sequence[Run], names: Sequence[str], relabelled: int) -> list[str]:
    told: list[str] = []
    if len({run.fingerprint for run in runs}) > 1:
        listed = ", ".join(
            f"{name}: {run.revision} ({run.fingerprint[:12]})" for name, run in zip(names, runs, strict=True)
        )
        told.append(f"different revisions: {listed}")
    if relabelled:
        told.append(f"{relabelled} common pairs have another label in some run and were left out")
    for name, run in zip(names, runs, strict=True):
        size = sum(run.subset_sizes.values())
        if len(run.labels) < size:
            told.append(f"{name} has votes on a part only: {len(run.labels):,} of {size:,} pairs")
    schedules = {name: Scored(run, Policy.STRICT).usual_votes for name, run in zip(names, runs, strict=True)}
    if len(set(schedules.values())) > 1:
        told.append("different numbers of votes a pair: " + ", ".join(f"{n}: {k}" for n, k in schedules.items()))
    return told


def printable(name: str) -> str:
    """A name on one line, with U+FFFD for what ends one or cannot be shown or encoded: controls, lone surrogates."""
    return "".join("\ufffd" if unicodedata.category(c) in _NOT_SHOWN else c for c in name)


def pictures_of(run: Run) -> str:
    """What was shown in place of the pairs' own pictures; empty where those were."""
    return str(run.metadata.get("benchmark") or "").partition(", pictures: ")[2]


def display_names(runs: Sequence[Run]) -> list[str]:
    """A name for each run: its model or judge, with judge, pictures, parser, task and file added where that is not unique."""
    parts = [
        [
            printable(text)
            for text in (
                str(run.metadata.get("model") or run.judge),
                run.judge,
                f"pictures: {pictures_of(run)}" if pictures_of(run) else "",
                f"parser {run.parser}",
                str(run.metadata.get("task") or ""),
                Path(run.source).stem,
                run.source,
            )
        ]
        for run in runs
    ]
    names = [found[0] for found in parts]
    for depth in range(1, len(parts[0]) if parts else 1):
        doubled = {name for name, count in Counter(names).items() if count > 1}
        differs = {
            name: len({p[depth] for p, n in zip(parts, names, strict=True) if n == name}) > 1 for name in doubled
        }
        names = [
            f"{name} / {found[depth]}" if differs.get(name) and found[depth] not in name else name
            for name, found in zip(names, parts, strict=True)
        ]
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unique
