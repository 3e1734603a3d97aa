"""Pictures of what a judge's confidence is worth: reliability, risk against coverage, accuracy by margin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from vlrb_task.compare.comparison import Comparison
from vlrb_task.report.drawing import COLOURS, GREY, canvas, grid, legend, multiples, reach, short, stroke, told
from vlrb_task.scores.calibration import Calibration
from vlrb_task.scores.curves import Bin, Margins

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SCALES = {"rewards": ("difference of rewards", 1), "ratings": ("difference of ratings", 1)}
"""Other margins are differences of shares, in points."""


def _calibrations(comparison: Comparison) -> list[tuple[str, Calibration]]:
    found = zip(comparison.basis.names, comparison.scores, strict=True)
    return [(name, score.calibration) for name, score in found if score.calibration is not None]


def _bins(axes: Axes, bins: Sequence[Bin], scale: float) -> None:
    """Bins as points: accuracy with its interval, over the range of what they were made by."""
    at = [scale * part.confidence for part in bins]
    values, errors = reach([part.accuracy for part in bins])
    axes.hlines(values, [scale * part.low for part in bins], [scale * part.high for part in bins], color=GREY, lw=1.0)
    axes.errorbar(at, values, yerr=errors, fmt="o-", color=COLOURS[0], ms=4.5, lw=1.2, capsize=2.5)


def reliability(comparison: Comparison) -> Figure | None:
    """Accuracy of pairs of like confidence against that confidence; on the diagonal a judge is calibrated."""
    found = _calibrations(comparison)
    if not found:
        return None
    figure, panels = multiples(len(found), "accuracy, %\n(dashes: calibrated)")
    for axes, (name, judged) in zip(panels, found, strict=True):
        axes.plot([50, 100], [50, 100], color=GREY, lw=1.0, ls="--")
        _bins(axes, judged.reliability, 100)
        axes.set_title(
            f"{short(name, 30)}\nECE {told(judged.ece)}\nn = {judged.n:,} pairs, {judged.ties:,} ties", fontsize=8
        )
        axes.set_xlim(48, 102)
        axes.set_xlabel(f"confidence, %\n({judged.source})")
        grid(axes)
    return figure


def risk_coverage(comparison: Comparison) -> Figure | None:
    """Error of the surest pairs against the share of pairs that they are."""
    found = _calibrations(comparison)
    if not found:
        return None
    figure, (axes,) = canvas(3.0 + 0.3 * len(found))
    for number, (name, judged) in enumerate(found):
        curve, line = judged.risk_coverage, stroke(number)
        label = f"{short(name, 30)}: area {told(judged.aurc)}, n = {judged.n:,}"
        axes.plot(100 * curve.coverage, 100 * curve.risk, **line, markevery=0.1, label=label)
        axes.fill_between(
            100 * curve.coverage, 100 * curve.low, 100 * curve.high, color=line["color"], alpha=0.13, lw=0
        )
    grid(axes)
    axes.set_xlim(0, 102)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("coverage: share of pairs kept, the surest first, %")
    axes.set_ylabel("risk: error of those kept, %")
    legend(axes, 1)
    return figure


def margins(comparison: Comparison) -> Figure | None:
    """Accuracy in fifths of the pairs by how far apart a judge puts the two responses."""
    scores = zip(comparison.basis.names, comparison.scores, strict=True)
    found: list[tuple[str, Margins]] = [(name, s.by_margin) for name, s in scores if s.by_margin is not None]
    if not found:
        return None
    figure, panels = multiples(len(found), "accuracy, %")
    for axes, (name, judged) in zip(panels, found, strict=True):
        label, scale = _SCALES.get(judged.source, (f"difference of {judged.source},\npoints", 100))
        axes.axhline(50, color=GREY, lw=0.8, ls=":")
        _bins(axes, judged.parts, scale)
        axes.set_title(f"{short(name, 30)}\nn = {judged.n:,} pairs, {judged.ties:,} equal", fontsize=8)
        axes.set_xlabel(label)
        grid(axes)
    return figure
