"""Several judges on several benchmarks: one table of headline numbers, ranks, correlations, and what the protocol changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from vlrb_task.audit.published import published as published_scores
from vlrb_task.compare.correlation import Coefficient, correlate
from vlrb_task.pairs.benchmarks import DEFAULT, benchmark, benchmark_names, is_benchmark
from vlrb_task.pairs.labels import Ints, Mask
from vlrb_task.scores.estimates import Estimate
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

    @property
    def first_rate(self) -> float | None:
        """Share of the first position; None for a judge that is shown one answer."""
        found = self.score.estimate("first_rate")
        return found.value if found else None

    @property
    def parsed_rate(self) -> float | None:
        found = self.score.estimate("parsed_rate")
        return found.value if found else None

    def to_dict(self) -> dict[str, Any]:
        name, number = self.headline
        return {
            "headline": {"name": name, **number.to_dict()},
            "theirs": {called: found.to_dict() for called, found in self.theirs.items()},
            "overall": self.score.overall.to_dict(),
            "macro": self.score.macro.to_dict(),
            "first_rate": self.first_rate,
            "parsed_rate": self.parsed_rate,
            "missing": self.score.missing,
            "protocols": {protocol: found.to_dict() for protocol, found in self.protocols.items()},
        }


@dataclass(frozen=True)
class BenchCorrelation:
    """How two benchmarks order the judges that have a number on both.

    Attributes:
        spearman: of their overall accuracies; undefined where one of them gives all judges the same.
        judges: how many.
    """

    first: str
    second: str
    spearman: Coefficient
    judges: int

    def to_dict(self) -> dict[str, Any]:
        ends = self.spearman.to_dict()
        return {
            "first": self.first,
            "second": self.second,
            "spearman": ends.pop("value"),
            **ends,
            "judges": self.judges,
        }


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
            "correlations": [found.to_dict() for found in self.correlations],
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
            {
                "model": row.name,
                "overall": float(number.value),
                "source": row.source,
                "protocol": row.protocol,
                "date": row.date,
            }
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
    for name, shown in (
        ("better first", run.votes.first == run.better),
        ("better second", run.votes.first == 1 - run.better),
    ):
        if shown.any() and not shown.all():
            found[name] = _among(run, shown & run.ordered, groups)
    return found


def _among(run: Run, votes: Mask, groups: Ints | None) -> Estimate:
    """The mean over pairs of the share of right votes among some votes."""
    asked, right = run.count(votes), run.count(votes & run.is_right)
    held = asked > 0
    return share(right[held] / asked[held], groups=None if groups is None else groups[held])


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
    values = {
        name: {judge: cells[name].score.overall.value or 0.0 for judge, cells in rows.items() if name in cells}
        for name in names
    }
    found = []
    for first, second in combinations(names, 2):
        both = correlate("overall", values[first], second, values[second])
        if len(both.models) >= LEAST_JUDGES:
            found.append(BenchCorrelation(first, second, both.spearman, len(both.models)))
    return found
