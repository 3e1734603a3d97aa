"""Several judges on several benchmarks: one table of headline numbers, ranks, correlations, and what the protocol changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from vlrb_task.audit.published import published as published_scores
from vlrb_task.compare.correlation import Correlation, correlate
from vlrb_task.pairs.benchmarks import DEFAULT, benchmark, benchmark_names, is_benchmark
from vlrb_task.scores.estimates import Estimate, plain
from vlrb_task.scores.intervals import share
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.score import Score, score_run
from vlrb_task.scores.scored import Scored
from vlrb_task.support.errors import DataError
from vlrb_task.votes import Run

LEAST_JUDGES = 3
"""A correlation of fewer judges says nothing."""


@dataclass(frozen=True)
class Cell:
    """One judge on one benchmark.

    Attributes:
        score: under the suite's policy.
        theirs: the numbers that the benchmark's authors report and that are here too, under their names, the first of them
            the headline.
        protocols: the same votes under each protocol that papers use, see :func:`protocols`.
    """

    score: Score
    theirs: Mapping[str, Estimate]
    protocols: Mapping[str, Estimate]

    @property
    def headline(self) -> tuple[str, Estimate]:
        """What the authors call their first number, and the number."""
        return next(iter(self.theirs.items()))

    def rate(self, name: str) -> float | None:
        """A rate of the table of statistics; None for a judge that has none, as one that is shown one answer has no order."""
        found = self.score.estimate(name)
        return found.value if found else None

    def to_dict(self) -> dict[str, Any]:
        """The object of ``vlrb suite --json``."""
        name, number = self.headline
        return {
            "headline": {"name": name, **number.to_dict()},
            "theirs": plain(self.theirs),
            "overall": self.score.overall.to_dict(),
            "macro": self.score.macro.to_dict(),
            **{rate: self.rate(rate) for rate in ("first_rate", "parsed_rate")},
            "missing": self.score.missing,
            "protocols": plain(self.protocols),
        }


@dataclass(frozen=True)
class Suite:
    """A row a judge, a column a benchmark.

    Attributes:
        benchmarks: known ones first, in their order.
        rows: the cells of each judge by benchmark.
        ranks: for each benchmark the best and the worst place that each judge can have: others that are better or worse by
            more than both intervals decide, the rest is open.
        correlations: of the overall accuracies on every two benchmarks, with at least :data:`LEAST_JUDGES` judges in common;
            ``metric`` names the first.
    """

    benchmarks: tuple[str, ...]
    rows: Mapping[str, Mapping[str, Cell]]
    ranks: Mapping[str, Mapping[str, tuple[int, int]]]
    correlations: tuple[Correlation, ...]

    def to_dict(self) -> dict[str, Any]:
        """The document that ``vlrb suite --json`` prints."""
        return {
            "benchmarks": [{"name": name, "published": published(name)} for name in self.benchmarks],
            "judges": [{"name": judge, "benchmarks": plain(cells)} for judge, cells in self.rows.items()],
            "ranks": plain(self.ranks),
            "correlations": [
                {"first": one.metric, "second": one.benchmark, "spearman": one.spearman.value}
                | {"low": one.spearman.low, "high": one.spearman.high, "judges": one.n}
                for one in self.correlations
            ],
        }


def benchmark_of(run: Run) -> str:
    """The benchmark that a run is about: as its log says, VL-RewardBench where the revision is one of its, else its pairs."""
    if named := run.metadata.get("benchmark"):
        return str(named)
    return DEFAULT if run.revision != "custom" else f"pairs {run.fingerprint[:8]}"


def published(name: str) -> list[Mapping[str, Any]]:
    """Published numbers of a known benchmark that were read at their source, and that its arithmetic does not contradict."""
    if name == DEFAULT:
        return [
            {"model": row.name, "overall": float(number.value)}
            | {field: getattr(row, field) for field in ("source", "protocol", "date")}
            for row in published_scores()
            if row.usable("overall") and (number := row.audit.row.overall) is not None
        ]
    rows = benchmark(name).about.get("published", []) if is_benchmark(name) else []
    return [dict(row) | {"overall": float(row["overall"])} for row in rows if row.get("read") == "yes"]


def theirs(score: Score) -> dict[str, Estimate]:
    """What the authors of a run's benchmark report, of the numbers that are here too; else the overall accuracy."""
    name = benchmark_of(score.run).partition(",")[0]
    metrics = benchmark(name).about.get("metrics", {}) if is_benchmark(name) else {}
    found: dict[str, Estimate] = {}
    for called, ours in metrics.items():
        if ours in ("overall", "macro", "all_right", "overall_no_ties"):
            number = score.estimate(ours)
        else:  # of a group of numbers under their own names: "conflict_metrics.macro_avg"
            group, _, part = ours.partition(".")
            number = (score.values.get(group) or {}).get(part) if part else None
        if number is not None:
            found[called] = number
    return found or {"overall": score.overall}


def protocols(run: Run) -> dict[str, Estimate]:
    """The accuracy of the same votes under the protocols of papers, each as far as the votes allow.

    ``strict``, ``half`` and ``official`` are the policies, ``macro`` the mean of the subsets. ``coin`` expects half a point
    for a vote that names no answer, ``read`` leaves unparsed votes out, ``single`` is the mean of single votes, and
    ``majority of k`` that of the most votes that all pairs have. ``both orders`` is right in both; ``better first`` and
    ``better second`` count the votes that were shown the better answer there, as scripts do that never shuffle.
    """
    scores = {policy: score_run(run, policy) for policy in Policy}
    found = {str(policy): score.overall for policy, score in scores.items()}
    strict = scores[Policy.STRICT]
    total, groups = run.total.astype(float), Scored(run, Policy.STRICT).groups
    found["macro"] = strict.macro
    found["coin"] = share((run.right + run.neither / 2) / total, groups=groups)
    found["read"] = share(run.right, total - run.unparsed, groups)
    found["single"] = share(run.right / total, groups=groups)
    largest = list(strict.groups("at_k_estimates").items())[-1:]
    found |= {f"majority of {k}": estimate for k, estimate in largest if k != "1"}
    if (both := strict.estimate("both_orders_right")) is not None:
        found["both orders"] = both
    for name, shown in (("first", run.votes.first == run.better), ("second", run.votes.first == 1 - run.better)):
        if shown.any() and not shown.all():
            asked, right = run.count(shown & run.ordered), run.count(shown & run.ordered & run.is_right)
            share_right = np.divide(right, asked, out=np.zeros(len(asked)), where=asked > 0)
            found[f"better {name}"] = share(share_right, groups=groups, where=asked > 0)
    return found


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
        cells[about] = Cell(score, theirs(score), protocols(run))
    found = {name for cells in rows.values() for name in cells}
    known = [name for name in benchmark_names() if name in found]
    order = (*known, *sorted(found.difference(known)))
    ranks = {name: _ranks({judge: cells[name] for judge, cells in rows.items() if name in cells}) for name in order}
    return Suite(order, rows, ranks, tuple(_correlations(order, rows)))


def _judge(run: Run) -> str:
    model = str(run.metadata.get("model") or "")
    return f"{model} ({run.judge})" if model else run.judge


def _ranks(cells: Mapping[str, Cell]) -> dict[str, tuple[int, int]]:
    ends = {judge: (cell.score.overall.low, cell.score.overall.high) for judge, cell in cells.items()}
    known = {judge: (low or 0.0, 1.0 if high is None else high) for judge, (low, high) in ends.items()}
    found = {}
    for judge, (low, high) in known.items():
        above = sum(other > high for other, _ in known.values())
        below = sum(other < low for _, other in known.values())
        found[judge] = (1 + above, len(known) - below)
    return found


def _correlations(names: Sequence[str], rows: Mapping[str, Mapping[str, Cell]]) -> list[Correlation]:
    values = {
        name: {judge: cells[name].score.overall.value or 0.0 for judge, cells in rows.items() if name in cells}
        for name in names
    }
    found = [correlate(first, values[first], second, values[second]) for first, second in combinations(names, 2)]
    return [both for both in found if both.n >= LEAST_JUDGES]
