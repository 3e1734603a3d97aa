"""A run's votes into its score: every number of ``vlrb score --json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

from vlrb_task.pairs.pair import SUBSETS, order_subsets
from vlrb_task.scores.baselines import Baseline
from vlrb_task.scores.calibration import Calibration
from vlrb_task.scores.completeness import range_of, told_of_range, told_of_unread
from vlrb_task.scores.curves import Margins
from vlrb_task.scores.estimates import Estimate, nothing, plain
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.rows import Kind, Statistic
from vlrb_task.scores.scored import Scored
from vlrb_task.scores.statistics import STATISTICS
from vlrb_task.votes.table import Run


@dataclass(frozen=True)
class Score:
    """Every number of a run under one policy; ``docs/metrics.md`` defines each.

    Attributes:
        run: its votes, with what must be known of them.
        policy: by which pairs were scored.
        values: what each row of :data:`~vlrb_task.scores.statistics.STATISTICS` gives, by name; those that a run cannot
            have are None.
    """

    run: Run
    policy: Policy
    values: Mapping[str, Any]

    def estimate(self, name: str) -> Estimate | None:
        """A statistic that is one number with its interval; None where the run cannot have it."""
        return cast("Estimate | None", self.values[name])

    def groups(self, name: str) -> Mapping[str, Estimate]:
        """A statistic that is one estimate for each group of pairs."""
        return cast("Mapping[str, Estimate]", self.values[name])

    @property
    def range_in_percent(self) -> str | None:
        """``54.1 to 60.2``: :attr:`range` as tables show it; None where the overall is no range."""
        return None if self.range is None else "{:.1f} to {:.1f}".format(*(100 * bound for bound in self.range))

    @property
    def overall(self) -> Estimate:
        return cast(Estimate, self.values["overall"])

    @property
    def macro(self) -> Estimate:
        return cast(Estimate, self.values["macro"])

    @property
    def by_subset(self) -> Mapping[str, Estimate]:
        return self.groups("by_subset")

    @property
    def at_k(self) -> Mapping[int, float]:
        return cast("Mapping[int, float]", self.values["at_k"] or {})

    @property
    def calibration(self) -> Calibration | None:
        return cast("Calibration | None", self.values["calibration"])

    @property
    def by_margin(self) -> Margins | None:
        return cast("Margins | None", self.values["by_margin"])

    @property
    def missing(self) -> int:
        """Pairs of the revision without a vote."""
        return self.run.missing

    @cached_property
    def range(self) -> tuple[float, float] | None:
        """Where too many ballots have no answer: the overall if all of those votes were wrong, and if all were right."""
        return range_of(self.run, self.policy)

    def of_kind(self, kind: Kind) -> list[tuple[Statistic, Any]]:
        """The rows of one kind that the run has, with their values."""
        found = ((row, self.values[row.name]) for row in STATISTICS if row.kind == kind)
        return [(row, value) for row, value in found if value is not None]

    def columns_of(self, row: Statistic) -> Mapping[str, Estimate | None]:
        """The numbers of one row as columns of a table: its own, or one for each group."""
        value = self.values[row.name]
        return value or {} if row.kind == "groups" else {row.name: value}

    def to_dict(self) -> dict[str, Any]:
        """The object that ``vlrb score --json`` prints for a run."""
        run = self.run
        result: dict[str, Any] = {
            "source": run.source,
            "judge": run.judge,
            "prompt": run.prompt.to_dict(),
            "parser": run.parser,
            "policy": str(self.policy),
            "revision": run.revision,
            "fingerprint": run.fingerprint,
            "pairs": len(run.labels),
            "missing": self.missing,
            "votes": len(run.votes),
            "unanswered": run.unanswered,
        }
        if self.range is not None:
            result["overall_range"] = dict(zip(("low", "high"), self.range, strict=True))
        result |= self._told("estimate")
        result |= {name: plain(self.by_subset.get(name, nothing("wilson"))) for name in SUBSETS}
        groups = self._told("groups")
        result |= {name: found for name, found in groups.items() if found or name in ("by_subset", "by_source")}
        result |= {row.name: rate.value for row, rate in self.of_kind("rate")}
        result |= self._told("curve") | self._told("counts") | self._told("object")
        result["intervals"] = self._told("rate")
        result["warnings"] = list(run.warnings)
        result["metadata"] = dict(run.metadata)
        return result

    def _told(self, kind: Kind) -> dict[str, Any]:
        return {row.name: plain(value) for row, value in self.of_kind(kind)}


@dataclass(frozen=True)
class Column:
    """A column of a table of scores: a row of the table of statistics, or one of its groups.

    Attributes:
        statistic: the row.
        name: of the number, in JSON and exports.
        title: the heading.
    """

    statistic: Statistic
    name: str
    title: str

    @property
    def bare(self) -> bool:
        """Whether the number is shown without its interval."""
        return self.statistic.kind == "rate"

    def instead(self, score: Score) -> str | None:
        """What is shown in percent in the place of an overall that too many ballots without an answer leave open."""
        return score.range_in_percent if self.name == "overall" else None

    def of(self, score: Score) -> Estimate | None:
        """The number of a run; None where it has none."""
        return score.columns_of(self.statistic).get(self.name)

    def of_rule(self, rule: Baseline) -> Estimate | None:
        """The number of a blind baseline; None for what a rule cannot have."""
        if self.statistic.kind == "groups":
            return rule.by_subset.get(self.name)
        return {"overall": rule.overall, "macro": rule.macro}.get(self.name)


def columns(table: str, scores: Sequence[Score]) -> list[Column]:
    """The columns of a table of scores, in the order of the table of statistics; subsets in their usual order.

    Args:
        table: one of those that :attr:`~vlrb_task.scores.statistics.Statistic.columns` names.
        scores: its rows.
    """
    found = []
    for row in STATISTICS:
        if table in row.columns:
            names = dict.fromkeys(name for score in scores for name in score.columns_of(row))
            ordered = order_subsets(names) if row.kind == "groups" else names
            found += [Column(row, name, row.title if name == row.name else name) for name in ordered]
    return found


def score_run(run: Run, policy: Policy = Policy.STRICT, *, fitted: bool = False) -> Score:
    """Score a run under a policy.

    Args:
        run: its votes.
        policy: by which pairs are scored.
        fitted: also what is fitted, which needs the extra ``report``.

    Raises:
        ValueError: a run without votes.
    """
    if not len(run.labels):
        raise ValueError("a run without votes has no score")
    scored = Scored(run, policy)
    told = [*scored.completeness[1], *scored.told_of_groups()]
    if bounds := range_of(run, policy):
        told = [told_of_range(run, bounds), *told]
    # Unread votes come last: what the log says of itself is often their cause.
    return Score(
        replace(run, warnings=(*told, *run.warnings, *told_of_unread(run))),
        policy,
        {row.name: row.compute(scored) if fitted or not row.fitted else None for row in STATISTICS},
    )
