"""Does the benchmark's score predict what a judge gains by picking? Over judges, with what may be said at so few of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from vlrb_task.bon import folder as folders
from vlrb_task.bon.folder import Folder
from vlrb_task.bon.opinions import read_opinions
from vlrb_task.bon.scores import BonScore, score
from vlrb_task.compare.correlation import FEWEST, Coefficient, Correlation, correlate, same_model
from vlrb_task.scores.completeness import caveats
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.ratios import corrected_for_noise
from vlrb_task.scores.score import score_run
from vlrb_task.support.delimited import read_delimited
from vlrb_task.support.errors import DataError
from vlrb_task.votes import Run, read_runs
from vlrb_task.votes.door import open_logs

T = TypeVar("T")

SCORES = ("overall", "macro")
GAIN = "gain from picking"

TELLING = 10
"""Judges below which a leave-one-out range is printed as a warning."""


@dataclass(frozen=True, slots=True)
class Point:
    """One judge: its score on the benchmark and what its picks gain.

    Attributes:
        name: the judge's, or its model's.
        scores: by metric (``overall``, ``macro``), as fractions; with intervals where votes were at hand.
        gain: accuracy of the pick at n = N minus that of a random candidate, in [-1, 1].
        caveats: what a reader of the scores must know, such as votes that are missing.
    """

    name: str
    scores: Mapping[str, Estimate]
    gain: Estimate
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GainCorrelation:
    """One metric of the benchmark against the gain.

    Attributes:
        metric: ``overall`` or ``macro``.
        points: the judges that have both numbers.
        correlation: coefficients with intervals.
        without: the coefficients without each judge in turn: its ``name``, ``pearson`` and ``spearman``.
        warnings: what may not be concluded, in words.
    """

    metric: str
    points: tuple[Point, ...]
    correlation: Correlation
    without: tuple[Mapping[str, Any], ...]
    warnings: tuple[str, ...]

    @property
    def corrected(self) -> Coefficient | None:
        """Pearson's coefficient of the true scores and gains: corrected for the noise that their standard errors tell.

        None where some are not known, or noise explains all that is seen.
        """
        pairs = [(p.scores[self.metric], p.gain) for p in self.points]
        values = [(s.value, g.value, s.se, g.se) for s, g in pairs]
        if any(number is None for row in values for number in row):
            return None
        columns = list(zip(*values, strict=True))
        found = corrected_for_noise(*columns) if columns else None
        return None if found is None else Coefficient(*found)

    def to_dict(self) -> dict[str, Any]:
        corrected = self.corrected
        return self.correlation.to_dict() | {
            "pearson_corrected": None if corrected is None else corrected.to_dict(),
            "points": [
                {"name": p.name, "score": p.scores[self.metric].to_dict(), "gain": p.gain.to_dict()}
                for p in self.points
            ],
            "leave_one_out": [dict(left) for left in self.without],
            "warnings": list(self.warnings),
        }


def points_from_logs(
    path: Path,
    logs: Iterable[Path],
    pairs: str | None = None,
    ranking: str = "auto",
    policy: Policy = Policy.STRICT,
    *,
    trust_pickle: bool = False,
) -> list[Point]:
    """Every judge that has a run of both kinds, on the benchmark and on a folder's candidates.

    Args:
        path: a folder of ``vlrb bon make``.
        logs: files and folders of both kinds, in any order.
        pairs: the benchmark's, for logs without labels.
        ranking: as :func:`~vlrb_task.bon.scores.score`'s.
        policy: for the benchmark's score.
        trust_pickle: open .pkl files.

    Raises:
        DataError: a log that cannot be read, no log of one kind, or two of one judge.
    """
    folder = folders.read(path)
    picks, others = split_files(folder, logs, trust_pickle=trust_pickle)
    if not picks or not others:
        lacking = "the folder's pairs" if not picks else "the benchmark"
        raise DataError(f"no log of a judge on {lacking} among those given")
    benchmark = read_runs(others, pairs, trust_pickle=trust_pickle)
    opinions = read_opinions(folder, picks, trust_pickle=trust_pickle)
    return points_of_runs(score(folder, opinions, ranking), benchmark, policy)


def split_files(folder: Folder, logs: Iterable[Path], *, trust_pickle: bool = False) -> tuple[list[Path], list[Path]]:
    """The log files about a folder's candidates, and those about anything else."""
    picks: list[Path] = []
    others: list[Path] = []
    for log in open_logs(logs, trust_pickle=trust_pickle)[0]:
        ids = {id for batch in log.batches() for id in batch["id"].to_pylist()}
        (picks if any(map(folder.place, ids)) else others).append(log.path)
    return picks, others


def points_of_runs(found: BonScore, benchmark: Sequence[Run], policy: Policy = Policy.STRICT) -> list[Point]:
    """Judges' gains beside their scores on the benchmark.

    Judges are told by their model; where a model has several judges on a side, by model and judge.

    Raises:
        DataError: two runs of one judge on a side.
    """
    picking = [judge.opinions.run for judge in found.judges if judge.opinions is not None]
    by_model = all(len({_model(run) for run in side}) == len(side) for side in (picking, benchmark))

    def named(runs: Sequence[Run]) -> list[str]:
        names = [_model(run) if by_model else f"{_model(run)} ({run.judge})" for run in runs]
        for name in names:
            if names.count(name) > 1:
                raise DataError(f"two runs of {name!r} of one kind: give one")
        return names

    scores = dict(zip(named(benchmark), (score_run(run, policy) for run in benchmark), strict=True))
    gains = dict(zip(named(picking), (gain.difference for gain in found.gains), strict=True))
    points = points_of({name: {"overall": s.overall, "macro": s.macro} for name, s in scores.items()}, gains)
    told = {same_model(name): tuple(caveats(s.run)) for name, s in scores.items()}
    return [replace(point, caveats=told[same_model(point.name)]) for point in points]


def _model(run: Run) -> str:
    return str(run.metadata.get("model") or run.judge)


def points_of(scores: Mapping[str, Mapping[str, Estimate]], gains: Mapping[str, Estimate]) -> list[Point]:
    """Judges with both numbers, scores (by metric) and gains being matched by name without organisation, case and separators.

    Raises:
        DataError: two names on a side are the same one so written.
    """
    by_model, _ = _by_model(scores, "scores"), _by_model(gains, "gains")
    return [Point(n, by_model[model], gain) for n, gain in gains.items() if (model := same_model(n)) in by_model]


def _by_model(named: Mapping[str, T], what: str) -> dict[str, T]:
    found: dict[str, T] = {}
    for name, value in named.items():
        if same_model(name) in found:
            raise DataError(f"two {what} for {name!r}: give one log for each judge, or a table")
        found[same_model(name)] = value
    return found


def correlations(points: Sequence[Point]) -> list[GainCorrelation]:
    """Each of the benchmark's metrics against the gain.

    Raises:
        DataError: no judge has both numbers.
    """
    if not points:
        raise DataError("no judge has both a score on the benchmark and picks: names must be the same in both logs")
    found = []
    for metric in SCORES:
        kept = [p for p in points if metric in p.scores and None not in (p.scores[metric].value, p.gain.value)]
        if kept:
            whole = _of(metric, kept)
            rests = [(p, _of(metric, [q for q in kept if q is not p])) for p in kept if len(kept) > FEWEST]
            without = tuple(
                {"name": p.name, "pearson": rest.pearson.value, "spearman": rest.spearman.value} for p, rest in rests
            )
            found.append(GainCorrelation(metric, tuple(kept), whole, without, tuple(_warnings(whole, kept, without))))
    if not found:
        raise DataError("no judge has both a score on the benchmark and a gain that could be worked out")
    return found


def _of(metric: str, points: Sequence[Point]) -> Correlation:
    ours = {p.name: v for p in points if (v := p.scores[metric].value) is not None}
    gains = {p.name: v for p in points if (v := p.gain.value) is not None}
    return correlate(metric, ours, GAIN, gains)


def _warnings(whole: Correlation, points: Sequence[Point], without: Sequence[Mapping[str, Any]]) -> list[str]:
    told = [f"{p.name}: {caveat}" for p in points for caveat in p.caveats]
    told += [whole.warning] if whole.warning else []
    count = len(points)
    low, high = whole.pearson.low, whole.pearson.high
    if count < FEWEST or low is None or high is None:
        told.append(f"with {count} judges nothing can be said about a correlation")
    elif low <= 0 <= high:
        told.append(
            f"with {count} judges the interval of Pearson's r holds 0: no correlation has been shown, and none excluded"
        )
    r = whole.pearson.value
    rest = {left["name"]: left["pearson"] for left in without if left["pearson"] is not None}
    if rest and r is not None and (count < TELLING or max(rest.values()) - min(rest.values()) > 0.2):
        most = max(rest, key=lambda name: abs(rest[name] - r))
        told.append(
            f"without one judge Pearson's r is between {min(rest.values()):.2f} and {max(rest.values()):.2f}: "
            f"{most} moves it most, to {rest[most]:.2f}"
        )
    noisy = [p for p in points if p.gain.low is not None and p.gain.high is not None and p.gain.low <= 0 <= p.gain.high]
    if len(noisy) > count / 2:
        told.append(
            f"the gains of {len(noisy)} of {count} judges cannot be distinguished from 0: their noise hides a correlation"
        )
    return told


def read_table(path: Path) -> list[Point]:
    """Points from a CSV with columns ``judge``, ``gain`` and one or both of ``overall`` and ``macro``, as fractions.

    Raises:
        DataError: the file cannot be read, lacks a column, or holds a number that is none or is out of its range.
    """
    rows = list(read_delimited(path))
    columns = set(rows[0]) if rows else set()
    metrics = [name for name in SCORES if name in columns]
    if not {"judge", "gain"} <= columns or not metrics:
        raise DataError(f"{path}: a CSV with columns judge, gain and overall or macro is needed")
    points = []
    for number, row in enumerate(rows, start=2):
        found = {name: _number(path, number, name, row[name], 0.0) for name in metrics if row[name]}
        points.append(Point(row["judge"] or "", found, _number(path, number, "gain", row["gain"], -1.0)))
    return points


def _number(path: Path, row: int, name: str, text: str | None, lowest: float) -> Estimate:
    try:
        value = float(text or "")
    except ValueError:
        value = float("nan")
    if not lowest <= value <= 1:
        raise DataError(f"{path}: row {row}: {name} {text!r} is not a fraction between {lowest:g} and 1")
    return Estimate(value, None, None, 0, "given")
