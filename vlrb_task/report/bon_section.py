"""Best of N as a section of the report: numbers for its template, and the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vlrb_task.bon.correlation import GainCorrelation, correlations, points_of_runs
from vlrb_task.bon.folder import Folder
from vlrb_task.bon.opinions import read_opinions
from vlrb_task.bon.scores import BonScore, score
from vlrb_task.report.bon_figures import curves, scatter, title
from vlrb_task.report.drawing import INK, svg
from vlrb_task.scores.policies import Policy
from vlrb_task.support.errors import DataError
from vlrb_task.votes import Run


@dataclass(frozen=True)
class Section:
    """What the template shows.

    Attributes:
        score: judges and rules.
        pictures: name, title and ``<svg>`` element of each.
        correlations: the benchmark's metrics against the gain; empty where no judge has both.
        notes: what must be said of all of it.
    """

    score: BonScore
    pictures: tuple[tuple[str, str, str], ...]
    correlations: tuple[GainCorrelation, ...]
    notes: tuple[str, ...]


def section(
    folder: Folder,
    logs: Sequence[Path],
    benchmark: Sequence[Run],
    policy: Policy = Policy.STRICT,
    *,
    trust_pickle: bool = False,
) -> Section:
    """Work out a report's section.

    Args:
        folder: of ``vlrb bon make``.
        logs: the judges' about its candidates.
        benchmark: the runs that the rest of the report is about.
        policy: for the benchmark's score.
        trust_pickle: open .pkl files.
    """
    found = score(folder, read_opinions(folder, logs, trust_pickle=trust_pickle))
    notes = list(found.warnings)
    related: list[GainCorrelation] = []
    try:
        related = correlations(points_of_runs(found, benchmark, policy))
    except DataError as error:
        notes.append(f"no correlation with the benchmark: {error}")
    pictures = [
        ("bon-curves", "Accuracy of the pick against n", svg(curves(found, INK), "bon-curves", "accuracy against n"))
    ]
    for one in related:
        name = f"bon-scatter-{one.metric}"
        heading = f"Gain from picking against VL-RewardBench {one.metric}: {title(one)}"
        pictures.append((name, heading, svg(scatter(one, INK), name, f"gain against {one.metric}")))
        notes += [f"{one.metric}: {warning}" for warning in one.warnings]
    return Section(found, tuple(pictures), tuple(related), tuple(notes))
