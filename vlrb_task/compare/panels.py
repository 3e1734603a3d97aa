"""Runs into a panel: common pairs, costs, agreement, and the cascade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vlrb_task.compare.agreement import between_judges, fleiss
from vlrb_task.compare.basis import Basis, common_basis
from vlrb_task.compare.paired import outcomes_of
from vlrb_task.compare.panel import Panel, Step, cascade, folds_of, panel
from vlrb_task.scores.calibration import confidence
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.scored import Scored
from vlrb_task.support.errors import UnknownName
from vlrb_task.votes import Run


@dataclass(frozen=True, slots=True)
class JudgePanel:
    """Several judges' logs as a panel.

    Attributes:
        line: on which pairs.
        panel: what they are together.
        costs: of a pair, by judge.
        fleiss: Fleiss' kappa of their majorities; None where it is undefined.
        alpha: Krippendorff's alpha of the same, pairs without some judge's majority included.
        cheap, strong: the cascade's judges; empty where no judge can be unsure.
        cascade: its steps.
        notes: what must be known.
    """

    line: str
    panel: Panel
    costs: Mapping[str, float]
    fleiss: float | None
    alpha: float | None
    cheap: str
    strong: str
    cascade: tuple[Step, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The document that ``vlrb panel --json`` prints."""
        return {
            "line": self.line,
            **self.panel.to_dict(),
            "costs": dict(self.costs),
            "fleiss_kappa": self.fleiss,
            "krippendorff_alpha": self.alpha,
            "cascade": {
                "cheap": self.cheap,
                "strong": self.strong,
                "steps": [step.to_dict() for step in self.cascade],
            }
            if self.cascade
            else None,
            "notes": list(self.notes),
        }


def judge_panel(
    runs: Sequence[Run],
    policy: Policy = Policy.STRICT,
    costs: Mapping[str, float] | None = None,
    cheap: str | None = None,
    strong: str | None = None,
) -> JudgePanel:
    """Judges as a panel, on their common pairs.

    Args:
        runs: of two to twelve judges.
        policy: under which each judge's vote is its outcome on a pair.
        costs: of a pair, by the judge's name; of the others their votes a pair.
        cheap: the first judge of the cascade, if not the cheapest that has confidences.
        strong: the second, if not the most accurate other.

    Raises:
        DataError: no pair in common, or too few or too many judges.
        UnknownName: a name that no judge has.
    """
    return panel_of(common_basis(runs, policy), costs, cheap, strong)


def panel_of(
    basis: Basis, costs: Mapping[str, float] | None = None, cheap: str | None = None, strong: str | None = None
) -> JudgePanel:
    """The same of runs that are cut to their common pairs already."""
    for name in (*(costs or {}), *(one for one in (cheap, strong) if one is not None)):
        if name not in basis.names:
            raise UnknownName(f"no judge {name!r}: use one of {', '.join(basis.names)}")
    scored = [Scored(run, basis.policy) for run in basis.runs]
    groups = scored[0].groups
    labels = basis.runs[0].labels
    named = [labels.group.names[code] for code in labels.group.codes.tolist()]
    folds = folds_of([group or key for group, key in zip(named, labels.keys.to_pylist(), strict=True)])
    found = panel(basis.names, outcomes_of(basis), folds, groups)
    every = {
        name: (costs or {}).get(name, float(one.run.total.mean()))
        for name, one in zip(basis.names, scored, strict=True)
    }
    first, second, steps, notes = _cascade(basis, scored, found, every, cheap, strong)
    return JudgePanel(
        basis.line,
        found,
        every,
        fleiss(basis),
        between_judges(basis),
        first,
        second,
        tuple(steps),
        (*basis.remarks, *notes),
    )


def _cascade(
    basis: Basis,
    scored: Sequence[Scored],
    found: Panel,
    costs: Mapping[str, float],
    cheap: str | None,
    strong: str | None,
) -> tuple[str, str, list[Step], list[str]]:
    """The cascade, or why there is none."""
    sure = {name: one.confidences for name, one in zip(basis.names, scored, strict=True)}
    able = [name for name, known in sure.items() if known is not None and known[2].all() and name != strong]
    if cheap is not None and cheap not in able:
        return "", "", [], [f"no cascade: {cheap} has no confidences (votes a pair, probabilities or rewards)"]
    if not able:
        return "", "", [], ["no cascade: no judge has confidences (several votes a pair, probabilities or rewards)"]
    first = cheap or min(able, key=lambda name: costs[name])
    others = [member for member in found.members if member.name != first]
    second = strong or max(others, key=lambda member: member.alone.value or 0.0).name
    known = sure[first]
    p = known[1] if known is not None else np.zeros(0)
    scores = np.nan_to_num(outcomes_of(basis), nan=0.5)
    at, to = basis.names.index(first), basis.names.index(second)
    steps = cascade(scores[at], confidence(p)[0], scores[to], (costs[first], costs[second]), groups=scored[0].groups)
    return first, second, steps, []
