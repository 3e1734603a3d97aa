"""Pictures of several judges together, and of how many pairs a difference takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator, StrMethodFormatter

from vlrb_task.compare.comparison import Comparison
from vlrb_task.compare.panel import Cascade, JudgePanel
from vlrb_task.compare.planning import CURVE
from vlrb_task.report.drawing import COLOURS, GREY, WIDTH, canvas, grid, legend, reach, short, stroke

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def together(comparison: Comparison) -> Figure | None:
    """The best panel of each size, what it gains over the size before, and the cascade's accuracy against its cost."""
    found = comparison.panel
    if found is None:
        return None
    figure = Figure(figsize=(WIDTH, 5.8 if found.cascade else 3.2), layout="constrained")
    axes = figure.subplot_mosaic(
        [["sizes", "gains"], ["cascade", "cascade"]] if found.cascade else [["sizes", "gains"]]
    )
    _sizes(axes["sizes"], found)
    _gains(axes["gains"], found)
    if found.cascade:
        _cascade(axes["cascade"], found.cascade, "cost a pair" if comparison.costs else "cost: votes a pair")
    return figure


def _sizes(axes: Axes, found: JudgePanel) -> None:
    sizes = found.panel.sizes
    at = [one.size for one in sizes]
    values, errors = reach([one.accuracy for one in sizes])
    axes.errorbar(
        at,
        values,
        yerr=errors,
        fmt="o-",
        color=COLOURS[0],
        ms=5,
        lw=1.4,
        capsize=2.5,
        label="best, chosen on other pairs",
    )
    axes.plot(
        at,
        [100 * one.in_sample for one in sizes],
        "^:",
        color=COLOURS[1],
        ms=4.5,
        lw=1.2,
        label="best, chosen on these",
    )
    axes.plot(at, [100 * one.mean for one in sizes], "s--", color=GREY, ms=4.5, lw=1.2, label="mean of all panels")
    axes.set_ylabel("accuracy of the majority, %")
    _whole(axes)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), borderaxespad=0.2, fontsize=8)


def _gains(axes: Axes, found: JudgePanel) -> None:
    gains = [(one.size, one.gain) for one in found.panel.sizes if one.gain is not None]
    values, errors = reach([gain for _, gain in gains])
    axes.errorbar(
        [size for size, _ in gains], values, yerr=errors, fmt="o", color=COLOURS[0], ms=5, lw=1.4, capsize=2.5
    )
    axes.axhline(0, color=GREY, lw=0.8, ls=":")
    axes.set_ylabel("gain over one judge fewer, points")
    axes.set_xlim(0.7, len(found.panel.sizes) + 0.3)
    _whole(axes)


def _whole(axes: Axes) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("judges in the panel")
    grid(axes)


def _cascade(axes: Axes, found: Cascade, label: str) -> None:
    steps = found.steps
    values, errors = reach([step.accuracy for step in steps])
    axes.errorbar(
        [step.cost for step in steps], values, yerr=errors, fmt="o-", color=COLOURS[0], ms=4.5, lw=1.4, capsize=2.5
    )
    for step in (steps[0], steps[len(steps) // 2], steps[-1]):
        low = 100 * (step.accuracy.low or 0.0)
        axes.annotate(
            f"{step.share:.0%}",
            (step.cost, low),
            xytext=(0, -3),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=8,
        )
    axes.margins(y=0.12)
    axes.set_title(f"{short(found.cheap, 34)} first, {short(found.strong, 34)} on the given share of pairs", fontsize=9)
    axes.set_xlabel(label)
    axes.set_ylabel("accuracy, %")
    grid(axes)


def power(comparison: Comparison) -> Figure | None:
    """Pairs that a paired test needs against the difference to be found, and what these pairs show."""
    found = comparison.power
    if found is None:
        return None
    figure, (axes,) = canvas(3.6)
    x = [100 * difference for difference in CURVE]
    for number, one in enumerate(found.plans):
        pairs, low, high = (
            np.array([point[name] for point in one.curve], dtype=float) for name in ("pairs", "low", "high")
        )
        line = stroke(number)
        votes = f"{one.votes} vote{'s' * (one.votes != 1)} a pair"
        label = f"{votes}; large mark: {100 * one.smallest:.1f} points on these pairs"
        axes.plot(x, pairs, **line, markevery=4, label=label)
        axes.fill_between(x, low, high, color=line["color"], alpha=0.13, lw=0)
        axes.plot(
            [100 * one.smallest],
            [found.pairs_at_hand],
            marker=line["marker"],
            color=line["color"],
            ms=9,
            mfc="none",
            mew=1.6,
        )
    axes.axhline(found.pairs_at_hand, color=GREY, lw=1.0, ls=":")
    axes.annotate(
        f"n = {found.pairs_at_hand:,} pairs at hand",
        (x[-1], found.pairs_at_hand),
        xytext=(0, 3),
        textcoords="offset points",
        ha="right",
        fontsize=8,
    )
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    like = (
        f"judges like {short(found.like[0], 26)} and {short(found.like[1], 26)}"
        if found.like
        else "two typical judges (assumed)"
    )
    axes.set_xlabel(f"true difference of {like}, points")
    axes.set_ylabel(f"pairs needed for a power of {found.power:.0%}")
    grid(axes)
    legend(axes, 1)
    return figure
