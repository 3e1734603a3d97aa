"""The pictures of a comparison, as matplotlib figures.

Each function takes a comparison and gives a figure, or None where there is nothing to draw: one judge has no
differences, one vote has no curve. All numbers come from the comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from math import ceil

import numpy as np
from matplotlib.figure import Figure

from vlrb_task.compare.comparison import Comparison
from vlrb_task.report.confidence_figures import margins, reliability, risk_coverage
from vlrb_task.report.drawing import (
    COLOURS,
    GREY,
    WIDTH,
    canvas,
    footnote,
    grid,
    legend,
    names_of,
    points,
    reach,
    short,
    stroke,
    style,
)
from vlrb_task.report.panel_figures import power, together


def forest(comparison: Comparison) -> Figure:
    """Overall accuracy and macro average of every judge, with intervals, above the blind baselines."""
    names = list(comparison.basis.names)
    rules = [rule for rule in comparison.rules if rule.overall.value is not None]
    figure, axes = canvas(0.9 + 0.34 * (len(names) + len(rules)), 2, sharey=True, sharex=True)
    for at, (panel, what) in enumerate(zip(axes, ("overall", "macro"), strict=True)):
        names_of(panel, [*names, *(rule.name for rule in rules)])
        points(panel, [((s.overall, s.macro)[at], y) for y, s in enumerate(comparison.scores)], COLOURS[0])
        for y, rule in enumerate(rules, start=len(names)):
            value = (rule.overall, rule.macro)[at].value
            if value is not None:
                panel.plot([100 * value], [y], "|", color=GREY, ms=9, mew=2)
        panel.axhline(len(names) - 0.5, color=GREY, lw=0.8)
        panel.axvline(50, color=GREY, lw=0.8, ls=":")
        panel.set_title(what)
        panel.set_xlabel("accuracy, %")
    return figure


def subsets(comparison: Comparison) -> Figure:
    """Accuracy by subset, with intervals; three subsets in a row."""
    names = list(comparison.basis.names)
    shown = comparison.subsets
    rows = ceil(len(shown) / 3)
    figure, axes = canvas(rows * (0.9 + 0.34 * len(names)), min(len(shown), 3), rows, sharey=True, sharex=True)
    for panel in axes[len(shown) :]:
        panel.remove()
    for panel, subset, colour in zip(axes, shown, cycle(COLOURS), strict=False):
        names_of(panel, names)
        points(panel, [(s.by_subset.get(subset), y) for y, s in enumerate(comparison.scores)], colour)
        panel.axvline(50, color=GREY, lw=0.8, ls=":")
        panel.set_title(short(subset, 24))
        panel.tick_params(labelbottom=True)  # also above a place that is empty
        panel.set_xlabel("accuracy, %")
    return figure


def differences(comparison: Comparison) -> Figure | None:
    """Paired differences of overall accuracy, those that stand after Holm's correction in colour."""
    tests = sorted(comparison.tests, key=lambda t: -abs(t.difference.value or 0))[:40]
    if not tests:
        return None
    figure, (axes,) = canvas(0.9 + 0.3 * len(tests))
    names_of(axes, [f"{short(t.a, 26)} − {short(t.b, 26)}" for t in tests])
    axes.set_yticks(range(len(tests)), [f"{short(t.a, 26)} − {short(t.b, 26)}" for t in tests])
    kinds = ((True, COLOURS[0], "o", "told apart (Holm, 5 %)"), (False, GREY, "D", "not told apart"))
    for stands, colour, marker, label in kinds:
        rows = [(t.difference, float(y)) for y, t in enumerate(tests) if (t.p_holm < 0.05) is stands]
        points(axes, rows, colour, marker, label)
    axes.axvline(0, color=GREY, lw=0.8, ls=":")
    axes.set_xlabel("difference of overall accuracy, points")
    legend(axes)
    return figure


def at_k(comparison: Comparison) -> Figure | None:
    """Exact expected accuracy of the majority of k votes."""
    scores = zip(comparison.basis.names, comparison.scores, strict=True)
    curves = [(name, score.groups("at_k_estimates")) for name, score in scores if len(score.at_k) > 1]
    if not curves:
        return None
    figure, (axes,) = canvas(3.2)
    for number, (name, curve) in enumerate(curves):
        values, errors = reach(list(curve.values()))
        axes.errorbar([int(k) for k in curve], values, yerr=errors, **stroke(number), capsize=2.5, label=short(name))
    grid(axes)
    axes.set_xticks(sorted({int(k) for _, curve in curves for k in curve}))
    axes.set_xlabel("votes a pair (odd k)")
    axes.set_ylabel("accuracy, %")
    legend(axes)
    return figure


def order(comparison: Comparison) -> Figure | None:
    """Accuracy where the better answer was shown first, and where second."""
    found = [(n, a.position) for n, a in zip(comparison.basis.names, comparison.analyses, strict=True) if a.position]
    if not found:
        return None
    figure, (axes,) = canvas(1.0 + 0.42 * len(found))
    names_of(axes, [name for name, _ in found])
    points(axes, [(p.right_if_first, y - 0.13) for y, (_, p) in enumerate(found)], COLOURS[0], "o", "better one first")
    points(
        axes, [(p.right_if_second, y + 0.13) for y, (_, p) in enumerate(found)], COLOURS[1], "s", "better one second"
    )
    axes.set_xlabel("accuracy of verdicts, %")
    legend(axes)
    return figure


def length(comparison: Comparison) -> Figure | None:
    """Share of verdicts for the longer answer, beside the labels' own share."""
    found = [(n, a.length) for n, a in zip(comparison.basis.names, comparison.analyses, strict=True) if a.length]
    if not found:
        return None
    figure, (axes,) = canvas(1.0 + 0.36 * len(found))
    names_of(axes, [name for name, _ in found])
    points(axes, [(p.prefers_longer, float(y)) for y, (_, p) in enumerate(found)], COLOURS[0], label="judge")
    share = found[0][1].labels_longer.value
    if share is not None:
        axes.axvline(100 * share, color=COLOURS[1], lw=1.4, label="labels: what a perfect judge shows")
    axes.set_xlabel("share of verdicts for the longer answer, %")
    legend(axes)
    return figure


def selective(comparison: Comparison) -> Figure | None:
    """Accuracy of the pairs whose own votes agree at least so much, against the share of pairs kept."""
    found = [(n, a.selective) for n, a in zip(comparison.basis.names, comparison.analyses, strict=True) if a.selective]
    if not found:
        return None
    figure, (axes,) = canvas(3.2)
    for number, (name, curve) in enumerate(found):
        values, errors = reach([point.accuracy for point in curve])
        kept = [100 * point.coverage for point in curve]
        axes.errorbar(kept, values, yerr=errors, **stroke(number), capsize=2.5, label=short(name))
    grid(axes)
    axes.set_xlim(left=0, right=102)
    axes.set_xlabel("share of pairs kept, % (fewer: votes agree more)")
    axes.set_ylabel("accuracy of the majority, %")
    legend(axes)
    return figure


def agreement(comparison: Comparison) -> Figure | None:
    """Share of pairs on which two judges prefer the same response."""
    names = comparison.basis.names
    if len(names) < 2:
        return None
    matrix = np.full((len(names), len(names)), np.nan)
    for found in comparison.agreement:
        i, j = names.index(found.a), names.index(found.b)
        matrix[i, j] = matrix[j, i] = np.nan if found.agree is None else 100 * found.agree
    side = 0.9 + 0.5 * len(names)
    figure = Figure(figsize=(min(WIDTH, 2.6 + side), side + 0.9), layout="constrained")
    axes = figure.subplots()
    axes.imshow(matrix, cmap="Blues", vmin=40, vmax=100)
    for i, j in np.ndindex(*matrix.shape):
        if not np.isnan(matrix[i, j]):
            dark = matrix[i, j] > 75
            axes.text(j, i, f"{matrix[i, j]:.0f}", ha="center", va="center", color="#ffffff" if dark else "#10243a")
    axes.set_xticks(range(len(names)), [short(n, 22) for n in names], rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), [short(n) for n in names])
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title("same preference, % of pairs")
    return figure


FIGURES: Mapping[str, tuple[str, Callable[[Comparison], Figure | None]]] = {
    "scores": ("Scores and blind baselines", forest),
    "subsets": ("Scores by subset", subsets),
    "differences": ("Paired differences", differences),
    "at_k": ("Accuracy against the number of votes", at_k),
    "order": ("Order effects", order),
    "length": ("Length preference", length),
    "selective": ("Accuracy where a judge's own votes agree", selective),
    "agreement": ("Agreement between judges", agreement),
    "panel": ("Several judges together", together),
    "power": ("Pairs that a difference takes", power),
    "reliability": ("Accuracy against confidence", reliability),
    "risk_coverage": ("Error when only the surest pairs are kept", risk_coverage),
    "margins": ("Accuracy by margin", margins),
}
"""Every picture: its title, and the function that draws it."""
CONFIDENCE = ("reliability", "risk_coverage", "margins")
"""Those of what a judge's confidence is worth."""


def draw(comparison: Comparison, names: Sequence[str] = (), ink: str = "#000000") -> dict[str, Figure]:
    """The pictures that there are, by name.

    Args:
        comparison: what to draw.
        names: of :data:`FIGURES`; all of them if empty.
        ink: colour of text and axes.
    """
    found = {}
    with style(ink):
        for name in names or FIGURES:
            figure = FIGURES[name][1](comparison)
            if figure is not None:
                footnote(figure, comparison.basis.line)
                found[name] = figure
    return found
