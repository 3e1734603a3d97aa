"""Does the benchmark's score predict what a judge gains by picking? Over judges, with what may be said at so few of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vlrb_task.compare.correlation import FEWEST, Coefficient, Correlation, correlate, same_model
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.ratios import corrected_for_noise
from vlrb_task.support.delimited import read_delimited
from vlrb_task.support.errors import DataError

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
class LeftOut:
    """The correlation without one judge.

    Attributes:
        name: who was left out.
        pearson, spearman: of the others; None where undefined.
    """

    name: str
    pearson: float | None
    spearman: float | None


@dataclass(frozen=True, slots=True)
class GainCorrelation:
    """One metric of the benchmark against the gain.

    Attributes:
        metric: ``overall`` or ``macro``.
        points: the judges that have both numbers.
        correlation: coefficients with intervals.
        without: the correlation without each judge in turn.
        warnings: what may not be concluded, in words.
    """

    metric: str
    points: tuple[Point, ...]
    correlation: Correlation
    without: tuple[LeftOut, ...]
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
            "leave_one_out": [asdict(left) for left in self.without],
            "warnings": list(self.warnings),
        }


def points_of(scores: Mapping[str, Mapping[str, Estimate]], gains: Mapping[str, Estimate]) -> list[Point]:
    """Judges with both numbers, matched by name without organisation, case and separators.

    Args:
        scores: by name, then by metric.
        gains: by name.

    Raises:
        DataError: two names on a side are the same one so written.
    """
    by_name: dict[str, Mapping[str, Estimate]] = {}
    for name, found in scores.items():
        if same_model(name) in by_name:
            raise DataError(f"two scores for {name!r}: give one log for each judge, or a table")
        by_name[same_model(name)] = found
    seen: set[str] = set()
    points = []
    for name, gain in gains.items():
        if same_model(name) in seen:
            raise DataError(f"two gains for {name!r}: give one log for each judge, or a table")
        seen.add(same_model(name))
        if same_model(name) in by_name:
            points.append(Point(name, by_name[same_model(name)], gain))
    return points


def correlations(points: Sequence[Point]) -> list[GainCorrelation]:
    """Each of the benchmark's metrics against the gain.

    Raises:
        DataError: no judge has both numbers.
    """
    if not points:
        raise DataError("no judge has both a score on the benchmark and picks: names must be the same in both logs")
    found = []
    for metric in SCORES:
        with_both = tuple(p for p in points if _value(p.scores.get(metric)) is not None and p.gain.value is not None)
        if with_both:
            found.append(_correlation(metric, with_both))
    if not found:
        raise DataError("no judge has both a score on the benchmark and a gain that could be worked out")
    return found


def _correlation(metric: str, points: tuple[Point, ...]) -> GainCorrelation:
    whole = _of(metric, points)
    without = []
    for point in points if len(points) > FEWEST else ():
        rest = _of(metric, tuple(p for p in points if p is not point))
        without.append(LeftOut(point.name, rest.pearson.value, rest.spearman.value))
    return GainCorrelation(metric, points, whole, tuple(without), tuple(_warnings(whole, points, without)))


def _of(metric: str, points: Sequence[Point]) -> Correlation:
    ours = {p.name: v for p in points if (v := _value(p.scores[metric])) is not None}
    gains = {p.name: v for p in points if (v := p.gain.value) is not None}
    return correlate(metric, ours, GAIN, gains)


def _value(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.value


def _warnings(whole: Correlation, points: Sequence[Point], without: Sequence[LeftOut]) -> list[str]:
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
    values = [left.pearson for left in without if left.pearson is not None]
    if values and whole.pearson.value is not None and (count < TELLING or max(values) - min(values) > 0.2):
        most = max(without, key=lambda left: abs((left.pearson or 0.0) - (whole.pearson.value or 0.0)))
        told.append(
            f"without one judge Pearson's r is between {min(values):.2f} and {max(values):.2f}: "
            f"{most.name} moves it most, to {most.pearson or 0.0:.2f}"
        )
    noisy = [p for p in points if p.gain.low is not None and p.gain.high is not None and p.gain.low <= 0 <= p.gain.high]
    if len(noisy) > count / 2:
        told.append(
            f"the gains of {len(noisy)} of {count} judges cannot be told from 0: noise in them hides a correlation"
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
        raise DataError(f"{path}: row {row}: {name} {text!r} is no fraction between {lowest:g} and 1")
    return Estimate(value, None, None, 0, "given")
