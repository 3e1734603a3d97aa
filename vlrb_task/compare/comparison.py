"""One comparison: everything that ``vlrb compare``, ``vlrb report`` and ``vlrb export`` show of several judges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vlrb_task.audit.published import Published, published
from vlrb_task.compare.analyses import Analysis, JudgeAgreement, analyse, fleiss, judge_agreement
from vlrb_task.compare.basis import Basis, common_basis
from vlrb_task.compare.benches import Benches
from vlrb_task.compare.correlation import Correlation, correlate
from vlrb_task.compare.paired import PairedTest, PictureNeed, groups, outcomes_of, paired_tests, picture_needs
from vlrb_task.compare.panel import MOST_JUDGES, JudgePanel, panel_of
from vlrb_task.compare.planning import POWER, Detectable, Planned, detectable, plan
from vlrb_task.pairs.pair import SUBSETS, order_subsets
from vlrb_task.scores.baselines import Baseline, baselines
from vlrb_task.scores.estimates import Estimate, plain
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.rows import Statistic
from vlrb_task.scores.score import Score, score_run
from vlrb_task.scores.scored import Scored
from vlrb_task.scores.statistics import STATISTICS
from vlrb_task.support.errors import DataError
from vlrb_task.votes import Run

TYPICAL_DIFFERENCE = 0.03
"""Of the best two judges: for the power that is said beside the curve."""
SHARES = ("by_source", "by_tag", "self_preference", "style_accuracy")
ODDS = ("style", "style_labels")
"""Statistics that are one number for each of several names, as tables show them: shares in percent, and odds."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several judges on their common pairs. See ``docs/metrics.md`` for every number.

    Attributes:
        basis: which pairs, and what must be said of them.
        scores: one for each of ``basis.names``, in that order.
        rules: what blind baselines score on the pairs and orders of the judge with most votes.
        tests: every two judges.
        groups: judges that cannot be told apart, best first.
        detectable: by subset and ``overall``: the smallest difference that is found four times in five, at the assumed mean
            square of differences; over the pairs that no judge's policy drops.
        observed: the same overall, at the mean square seen between these judges; None for one judge.
        agreement: every two judges; ``fleiss`` of all.
        analyses: one for each judge.
        published: rows of the packaged table, if asked for.
        correlations: with other benchmarks, if given.
        costs: of a pair, by judge, for the panel; of the others their votes a pair.
        pictures: what the pictures add, of judges that were asked with other ones too.
    """

    basis: Basis
    scores: tuple[Score, ...]
    rules: tuple[Baseline, ...]
    tests: tuple[PairedTest, ...]
    groups: Sequence[Sequence[str]]
    detectable: Mapping[str, Detectable]
    observed: Detectable | None
    agreement: tuple[JudgeAgreement, ...]
    fleiss: float | None
    analyses: tuple[Analysis, ...]
    published: tuple[Published, ...]
    correlations: tuple[Correlation, ...]
    costs: Mapping[str, float]
    pictures: tuple[PictureNeed, ...]

    @property
    def panel(self) -> JudgePanel | None:
        """The judges together, worked out at each call; None for one judge or too many."""
        return panel_of(self.basis, self.costs) if 2 <= len(self.basis.names) <= MOST_JUDGES else None

    @property
    def power(self) -> Planned | None:
        """What these pairs show of two judges like the best two here, or of typical ones beside a single judge; worked
        out at each call. None where the policy keeps no pair of both.
        """
        best = sorted(range(len(self.scores)), key=lambda i: -(self.scores[i].overall.value or 0.0))[:2]
        like = [self.basis.runs[i] for i in sorted(best)] if len(best) > 1 else []
        try:
            return plan(
                TYPICAL_DIFFERENCE, POWER, like, policy=self.basis.policy, at_hand=len(self.basis.runs[0].labels)
            )
        except DataError:
            return None

    @property
    def subsets(self) -> list[str]:
        """The subsets of the compared pairs."""
        return order_subsets(name for score in self.scores for name in score.by_subset)

    def breakdowns(self, *keys: str) -> Iterator[tuple[Statistic, list[str], list[Mapping[str, Estimate]]]]:
        """Statistics that are one estimate by name: their rows of the table, the names, and every judge's numbers.

        Those that no judge has are left out.
        """
        for row in STATISTICS:
            numbers = [score.values[row.name] or {} for score in self.scores] if row.name in keys else []
            if names := list(dict.fromkeys(name for found in numbers for name in found)):
                yield row, names, numbers

    def to_dict(self) -> dict[str, Any]:
        """The document that ``vlrb compare --json`` prints."""
        return {
            "basis": {
                "line": self.basis.line,
                "whole": self.basis.whole,
                "remarks": list(self.basis.remarks),
                "pairs": len(self.basis.runs[0].labels),
                "policy": str(self.basis.policy),
            },
            "judges": [
                {"name": name, **score.to_dict(), "analyses": analysis.to_dict()}
                for name, score, analysis in zip(self.basis.names, self.scores, self.analyses, strict=True)
            ],
            "baselines": plain(self.rules),
            "tests": plain(self.tests),
            "groups": plain(self.groups),
            "detectable": plain(self.detectable),
            "detectable_observed": plain(self.observed),
            "agreement": plain(self.agreement),
            "fleiss_kappa": self.fleiss,
            "published": [_published(row) for row in self.published],
            "correlations": plain(self.correlations),
            "pictures": plain(self.pictures),
        }


def _published(row: Published) -> dict[str, Any]:
    """A published row as ``--json`` prints it: numbers as fractions, with every reservation about them."""
    numbers = {name: getattr(row.audit.row, name) for name in ("overall", "macro", *SUBSETS)}
    return {
        "name": row.name,
        **{name: None if number is None else float(number.value) for name, number in numbers.items()},
        **{name: getattr(row, name) for name in ("votes", "protocol", "date", "source", "reread")},
        "audit": row.audit.verdict,
        "marks": list(row.marks),
        "notes": list(row.notes),
    }


def compare(
    runs: Sequence[Run],
    policy: Policy = Policy.STRICT,
    *,
    with_published: bool = False,
    benches: Benches | None = None,
    costs: Mapping[str, float] | None = None,
    mid_p: bool = False,
) -> Comparison:
    """Compare judges on the pairs that all of them voted on.

    Raises:
        DataError: no runs, or no pair in common.
    """
    basis = common_basis(runs, policy)
    scores = tuple(score_run(run, policy, fitted=True) for run in basis.runs)
    tests = tuple(paired_tests(basis, Scored(basis.runs[0], policy).groups, mid_p=mid_p))
    order = sorted(range(len(scores)), key=lambda i: -(scores[i].overall.value or 0.0))
    most_votes = max(basis.runs, key=lambda run: len(run.votes))
    kept_by_all = np.flatnonzero(~np.isnan(outcomes_of(basis)).any(axis=0))
    scored = basis.runs[0].labels.take(kept_by_all)
    sizes = {name: n for name, n in {"overall": len(scored), **scored.subset_counts}.items() if n}
    squares = [test.mean_square for test in tests if test.mean_square]
    tested = round(sum(test.n for test in tests) / len(tests)) if tests else 0
    rows = tuple(published()) if with_published else ()
    return Comparison(
        basis=basis,
        scores=scores,
        rules=tuple(baselines(most_votes, policy)),
        tests=tests,
        groups=groups([basis.names[i] for i in order], tests),
        detectable={name: detectable(n, tests=len(tests)) for name, n in sizes.items()},
        observed=detectable(tested, sum(squares) / len(squares), len(tests)) if squares else None,
        agreement=tuple(judge_agreement(basis)),
        fleiss=fleiss(basis),
        analyses=tuple(analyse(run, policy) for run in basis.runs),
        published=rows,
        correlations=tuple(_correlations(dict(zip(basis.names, scores, strict=True)), rows, benches))
        if benches
        else (),
        costs=costs or {},
        pictures=tuple(picture_needs(basis, scores, tests)),
    )


def _correlations(judges: Mapping[str, Score], rows: Sequence[Published], benches: Benches) -> Sequence[Correlation]:
    """With the judges' scores, and those published numbers that may stand beside them; the others are left out by name."""
    ours: dict[str, dict[str, float]] = {}
    models = {name: str(score.run.metadata.get("model") or score.run.judge) for name, score in judges.items()}
    for metric in ("overall", "macro"):
        numbers = {row.name: getattr(row.audit.row, metric) for row in rows if row.usable(metric)}
        estimates = {name: score.estimate(metric) for name, score in judges.items()}
        ours[metric] = {name: float(number.value) for name, number in numbers.items() if number is not None} | {
            name: found.value for name, found in estimates.items() if found and found.value is not None
        }
    found = [
        correlate(metric, numbers, name, theirs, models)
        for metric, numbers in ours.items()
        for name, theirs in benches.items()
    ]
    # Published rows that may not stand beside other numbers are left out with their reservations.
    kept_out = {
        metric: {row.name: "; ".join(row.marks) or f"no {metric}" for row in rows if not row.usable(metric)}
        for metric in ours
    }
    return [replace(one, left_out={**one.left_out, **kept_out[one.metric]}) for one in found]
