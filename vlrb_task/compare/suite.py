"""Several judges on several benchmarks: one table of headline numbers, ranks, correlations, and what the protocol changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from vlrb_task.pairs.benchmarks import DEFAULT, benchmark, benchmark_names, is_benchmark
from vlrb_task.pairs.labels import Mask
from vlrb_task.scores import estimates
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.score import Score, score_run
from vlrb_task.support.errors import DataError
from vlrb_task.votes import Run

LEAST_JUDGES = 3
"""A correlation of fewer judges says nothing."""


@dataclass(frozen=True)
class Cell:
    """One judge on one benchmark.

    Attributes:
        score: under the suite's policy.
        headline: what the benchmark's authors call their number, and the number.
        protocols: the same votes under each protocol that papers use, see :func:`protocols`.
    """

    score: Score
    headline: tuple[str, Estimate]
    protocols: Mapping[str, Estimate]

    def to_dict(self) -> dict[str, Any]:
        name, number = self.headline
        first, parsed = self.score.estimate("first_rate"), self.score.estimate("parsed_rate")
        return {
            "headline": {"name": name, **number.to_dict()},
            "overall": self.score.overall.to_dict(),
            "macro": self.score.macro.to_dict(),
            "first_rate": first.value if first else None,
            "parsed_rate": parsed.value if parsed else None,
            "missing": self.score.missing,
            "protocols": {protocol: found.to_dict() for protocol, found in self.protocols.items()},
        }


@dataclass(frozen=True)
class BenchCorrelation:
    """How two benchmarks order the judges that have a number on both.

    Attributes:
        spearman: of their overall accuracies; None where one of them gives all judges the same.
        judges: how many.
    """

    first: str
    second: str
    spearman: float | None
    judges: int


@dataclass(frozen=True)
class Suite:
    """A row a judge, a column a benchmark.

    Attributes:
        benchmarks: known ones first, in their order.
        rows: the cells of each judge by benchmark.
        ranks: for each benchmark the best and the worst place that each judge can have: others that are better or worse by
            more than both intervals decide, the rest is open.
        correlations: of every two benchmarks with at least :data:`LEAST_JUDGES` judges in common.
    """

    benchmarks: tuple[str, ...]
    rows: Mapping[str, Mapping[str, Cell]]
    ranks: Mapping[str, Mapping[str, tuple[int, int]]]
    correlations: tuple[BenchCorrelation, ...]

    def to_dict(self) -> dict[str, Any]:
        """The document that ``vlrb suite --json`` prints."""
        return {
            "benchmarks": [{"name": name, "published": published(name)} for name in self.benchmarks],
            "judges": [
                {"name": judge, "benchmarks": {name: cell.to_dict() for name, cell in cells.items()}}
                for judge, cells in self.rows.items()
            ],
            "ranks": {
                name: {judge: list(place) for judge, place in found.items()} for name, found in self.ranks.items()
            },
            "correlations": [vars(found) for found in self.correlations],
        }


def benchmark_of(run: Run) -> str:
    """The benchmark that a run is about: as its log says, VL-RewardBench where the revision is one of its, else its pairs."""
    if named := run.metadata.get("benchmark"):
        return str(named)
    return DEFAULT if run.revision != "custom" else f"pairs {run.fingerprint[:8]}"


def published(name: str) -> list[Mapping[str, Any]]:
    """What a known benchmark's file has of published numbers that were read at their source."""
    rows = benchmark(name).about.get("published", []) if is_benchmark(name) else []
    return [dict(row) | {"overall": float(row["overall"])} for row in rows if row.get("read") == "yes"]


def headline(score: Score) -> tuple[str, Estimate]:
    """What the authors of a run's benchmark report first, of the numbers that are here too; else the overall accuracy."""
    name = benchmark_of(score.run).partition(",")[0]
    metrics = benchmark(name).about.get("metrics", {}) if is_benchmark(name) else {}
    for theirs, ours in metrics.items():
        if ours in ("overall", "macro", "all_right", "overall_no_ties") and (found := score.estimate(ours)):
            return theirs, found
    return "overall", score.overall


def protocols(run: Run) -> dict[str, Estimate]:
    """The accuracy of the same votes under the protocols of papers, each as far as the votes allow.

    ``strict``, ``half`` and ``official`` are the policies; ``coin`` expects half a point for a vote that names no answer;
    ``single`` is the mean of single votes; ``better first`` and ``better second`` count the votes that were shown the better
    answer there, as scripts do that never shuffle.
    """
    found = {str(policy): score_run(run, policy).overall for policy in Policy}
    total = run.total.astype(float)
    found["coin"] = estimates.mean((run.right + run.neither / 2) / total)
    found["single"] = estimates.mean(run.right / total)
    for name, shown in (
        ("better first", run.votes.first == run.better),
        ("better second", run.votes.first == 1 - run.better),
    ):
        if shown.any() and not shown.all():
            found[name] = _among(run, shown & run.ordered)
    return found


def _among(run: Run, votes: Mask) -> Estimate:
    """The mean over pairs of the share of right votes among some votes."""
    asked, right = run.count(votes), run.count(votes & run.is_right)
    return estimates.mean(right[asked > 0] / asked[asked > 0])


def suite(runs: Sequence[Run], policy: Policy = Policy.STRICT) -> Suite:
    """Put runs into one table.

    Raises:
        DataError: two runs of one judge on one benchmark.
    """
    rows: dict[str, dict[str, Cell]] = {}
    for run in runs:
        name, about = _judge(run), benchmark_of(run)
        cells = rows.setdefault(name, {})
        if about in cells:
            raise DataError(f"two runs of {name!r} on {about}: give one")
        score = score_run(run, policy)
        cells[about] = Cell(score, headline(score), protocols(run))
    found = {name for cells in rows.values() for name in cells}
    known = [name for name in benchmark_names() if name in found]
    order = (*known, *sorted(found.difference(known)))
    ranks = {name: _ranks({judge: cells[name] for judge, cells in rows.items() if name in cells}) for name in order}
    return Suite(order, rows, ranks, tuple(_correlations(order, rows)))


def _judge(run: Run) -> str:
    model = str(run.metadata.get("model") or "")
    return f"{model} ({run.judge})" if model else run.judge


def _ranks(cells: Mapping[str, Cell]) -> dict[str, tuple[int, int]]:
    numbers = {judge: cell.score.overall for judge, cell in cells.items()}
    found = {}
    for judge, own in numbers.items():
        others = [one for name, one in numbers.items() if name != judge]
        above = sum(_ends(one)[0] > _ends(own)[1] for one in others)
        below = sum(_ends(one)[1] < _ends(own)[0] for one in others)
        found[judge] = (1 + above, len(numbers) - below)
    return found


def _ends(estimate: Estimate) -> tuple[float, float]:
    return (estimate.low, estimate.high) if estimate.low is not None and estimate.high is not None else (0.0, 1.0)


def _correlations(names: Sequence[str], rows: Mapping[str, Mapping[str, Cell]]) -> list[BenchCorrelation]:
    found = []
    for first, second in combinations(names, 2):
        both = [(cells[first], cells[second]) for cells in rows.values() if first in cells and second in cells]
        if len(both) < LEAST_JUDGES:
            continue
        values = np.array([[cell.score.overall.value or 0.0 for cell in pair] for pair in both])
        found.append(BenchCorrelation(first, second, _spearman(values), len(both)))
    return found


def _spearman(values: Any) -> float | None:
    if (values == values[0]).all(axis=0).any():
        return None
    from scipy.stats import spearmanr

    return float(spearmanr(values[:, 0], values[:, 1]).statistic)
