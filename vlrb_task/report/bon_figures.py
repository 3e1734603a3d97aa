"""Pictures of best-of-N: accuracy against n, and the benchmark's score against the gain."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from vlrb_task.bon.correlation import GainCorrelation
from vlrb_task.bon.scores import BonScore
from vlrb_task.report.drawing import COLOURS, GREY, MARKERS, WIDTH, short, style
from vlrb_task.scores.estimates import Estimate

DASHES = ((4, 2), (1, 1.5), (6, 2, 1, 2), (2, 2), (8, 3), (3, 1, 1, 1))

BANDS = 3
"""Of more judges the intervals would hide each other: the table has them."""


def curves(score: BonScore, ink: str = "#000000") -> Figure:
    """Accuracy of the pick against n: judges with intervals where there are few of them, rules in grey."""
    with style(ink):
        figure = Figure(figsize=(WIDTH, 3.8), layout="constrained")
        axes = figure.subplots()
        sizes = np.arange(1, score.size + 1)
        for number, rule in enumerate(score.rules):
            line = [100 * (rule.at(int(n)).value or np.nan) if rule.at(int(n)).n else np.nan for n in sizes]
            axes.plot(sizes, line, color=GREY, lw=1.2, dashes=DASHES[number % len(DASHES)], label=rule.name)
        for number, judge in enumerate(score.judges):
            found = [(int(n), judge.at(int(n))) for n in sizes]
            drawn = [(n, e.value, e.low, e.high) for n, e in found if e.value is not None]
            values = np.array([[n, v, low or 0.0, high or 0.0] for n, v, low, high in drawn], dtype=float).reshape(
                -1, 4
            )
            values[:, 1:] *= 100
            colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number // len(COLOURS) % len(MARKERS)]
            if len(score.judges) <= BANDS:
                axes.fill_between(values[:, 0], values[:, 2], values[:, 3], color=colour, alpha=0.12, lw=0)
            axes.plot(values[:, 0], values[:, 1], color=colour, marker=marker, ms=4.5, lw=1.6, label=short(judge.name))
        axes.set_xticks(sizes if score.size <= 16 else sizes[:: score.size // 8])
        axes.set_xlabel("n candidates to pick from")
        axes.set_ylabel("accuracy of the pick, %")
        axes.grid(color=GREY, alpha=0.25, lw=0.6)
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))
    return figure


def scatter(found: GainCorrelation, ink: str = "#000000") -> Figure:
    """The benchmark's score against the gain, a labelled point with intervals for each judge."""
    with style(ink):
        figure = Figure(figsize=(WIDTH, 4.4), layout="constrained")
        axes = figure.subplots()
        for number, point in enumerate(found.points):
            score, gain = point.scores[found.metric], point.gain
            if score.value is None or gain.value is None:
                continue
            colour = COLOURS[number % len(COLOURS)]
            marker = MARKERS[number // len(COLOURS) % len(MARKERS)]
            x, y = 100 * score.value, 100 * gain.value
            axes.errorbar(
                x, y, xerr=_reach(score), yerr=_reach(gain), fmt=marker, color=colour, ms=5.5, lw=1.0, alpha=0.95
            )
            axes.annotate(
                short(point.name, 28), (x, y), xytext=(6, 5), textcoords="offset points", fontsize=8, clip_on=False
            )
        axes.axhline(0, color=GREY, lw=0.8, ls=":")
        axes.grid(color=GREY, alpha=0.2, lw=0.6)
        axes.margins(x=0.14, y=0.12)
        axes.set_xlabel(f"VL-RewardBench {found.metric}, %")
        axes.set_ylabel("gain of the pick over a random candidate, points")
        axes.set_title(title(found))
    return figure


def title(found: GainCorrelation) -> str:
    """The coefficient with its interval and n: what the picture may be quoted with."""
    r = found.correlation.pearson
    n = len(found.points)
    if r.value is None:
        return f"n = {n} judges: no correlation can be worked out"
    between = f" [{r.low:.2f}, {r.high:.2f}]" if r.low is not None and r.high is not None else " (no interval)"
    return f"Pearson r = {r.value:.2f}{between}, n = {n} judges"


def _reach(estimate: Estimate) -> list[list[float]] | None:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return None
    return [[100 * (estimate.value - estimate.low)], [100 * (estimate.high - estimate.value)]]
