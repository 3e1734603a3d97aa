"""The pictures of a comparison, as matplotlib figures.

Each function takes a comparison and gives a figure, or None where there is nothing to draw: one judge has no
differences, one vote has no curve. Nothing goes through pyplot: no window, no global list of figures.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import cycle
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.figure import Figure

from vlrb_task.compare.basis import printable
from vlrb_task.compare.comparison import Comparison
from vlrb_task.scores.estimates import Estimate
from vlrb_task.support.version import __version__
from vlrb_task.support.writing import write_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#2f81c7", "#d9822b", "#1f9d76", "#c2618f", "#8b73d6", "#b8a11f", "#c94f4f", "#4fa8b8")
"""Told apart by colour-blind readers, and legible on white and on black; markers change when they come round again."""
MARKERS = ("o", "s", "^", "D", "v", "P")
GREY = "#8a8f98"
INK = "#123456"
"""Stands for the text's colour while a figure is drawn for a page, which puts the reader's own in its place."""

WIDTH = 7.2
FORMATS = ("svg", "pdf", "png")
PICTURE = re.compile(rb"\bvlrb \d[\w.+]*, Matplotlib ")
"""What the metadata of every picture has, so that it is known to be ours."""


def short(name: str, most: int = 38) -> str:
    """A name that is not too long for a picture, and that it can show."""
    name = printable(name)
    return name if len(name) <= most else name[: most - 1] + "…"


def style(ink: str) -> AbstractContextManager[None]:
    """Settings under which every figure is drawn."""
    settings: Any = {
        "font.family": "sans-serif",
        "font.size": 9,
        "axes.edgecolor": ink,
        "axes.labelcolor": ink,
        "axes.titlecolor": ink,
        "axes.titlesize": 10,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.prop_cycle": cycler(color=COLOURS),
        "text.color": ink,
        "text.parse_math": False,
        "xtick.color": ink,
        "ytick.color": ink,
        "legend.frameon": False,
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "svg.fonttype": "none",
        "pdf.fonttype": 42,
    }
    return mpl.rc_context(settings)


def _figure(height: float, columns: int = 1, rows: int = 1, **ratios: Any) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, **ratios)
    return figure, list(axes.flat)


def _points(
    axes: Axes, rows: Sequence[tuple[Estimate | None, float]], colour: str, marker: str = "o", label: str | None = None
) -> None:
    """Estimates in percent as points with intervals, each at its height."""
    drawn = [
        (e, y) for e, y in rows if e is not None and e.value is not None and e.low is not None and e.high is not None
    ]
    if not drawn:
        return
    values = np.array([[e.value, e.low, e.high] for e, _ in drawn], dtype=float) * 100
    reach = np.stack([values[:, 0] - values[:, 1], values[:, 2] - values[:, 0]])
    heights = [y for _, y in drawn]
    axes.errorbar(values[:, 0], heights, xerr=reach, fmt=marker, color=colour, ms=5, lw=1.4, capsize=2.5, label=label)


def _names(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), [short(name) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=GREY, alpha=0.25, lw=0.6)


def forest(comparison: Comparison) -> Figure:
    """Overall accuracy and macro average of every judge, with intervals, above the blind baselines."""
    names = list(comparison.basis.names)
    rules = [rule for rule in comparison.rules if rule.overall.value is not None]
    figure, axes = _figure(0.9 + 0.34 * (len(names) + len(rules)), 2, sharey=True, sharex=True)
    for at, (panel, what) in enumerate(zip(axes, ("overall", "macro"), strict=True)):
        _names(panel, [*names, *(rule.name for rule in rules)])
        _points(panel, [((s.overall, s.macro)[at], y) for y, s in enumerate(comparison.scores)], COLOURS[0])
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
    figure, axes = _figure(rows * (0.9 + 0.34 * len(names)), min(len(shown), 3), rows, sharey=True, sharex=True)
    for panel in axes[len(shown) :]:
        panel.remove()
    for panel, subset, colour in zip(axes, shown, cycle(COLOURS), strict=False):
        _names(panel, names)
        _points(panel, [(s.by_subset.get(subset), y) for y, s in enumerate(comparison.scores)], colour)
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
    figure, (axes,) = _figure(0.9 + 0.3 * len(tests))
    _names(axes, [f"{short(t.a, 26)} − {short(t.b, 26)}" for t in tests])
    axes.set_yticks(range(len(tests)), [f"{short(t.a, 26)} − {short(t.b, 26)}" for t in tests])
    for stands, colour, label in ((True, COLOURS[0], "told apart (Holm, 5 %)"), (False, GREY, "not told apart")):
        rows = [(t.difference, float(y)) for y, t in enumerate(tests) if (t.p_holm < 0.05) is stands]
        _points(axes, rows, colour, label=label)
    axes.axvline(0, color=GREY, lw=0.8, ls=":")
    axes.set_xlabel("difference of overall accuracy, points")
    _legend(axes)
    return figure


def at_k(comparison: Comparison) -> Figure | None:
    """Exact expected accuracy of the majority of k votes."""
    curves = [(n, s.at_k) for n, s in zip(comparison.basis.names, comparison.scores, strict=True) if len(s.at_k) > 1]
    if not curves:
        return None
    figure, (axes,) = _figure(3.2)
    for number, (name, curve) in enumerate(curves):
        axes.plot(list(curve), [100 * v for v in curve.values()], **_line(number), label=short(name))
    axes.grid(color=GREY, alpha=0.25, lw=0.6)
    axes.set_xticks(sorted({k for _, curve in curves for k in curve}))
    axes.set_xlabel("votes a pair (odd k)")
    axes.set_ylabel("accuracy, %")
    _legend(axes)
    return figure


def order(comparison: Comparison) -> Figure | None:
    """Accuracy where the better answer was shown first, and where second."""
    found = [(n, a.position) for n, a in zip(comparison.basis.names, comparison.analyses, strict=True) if a.position]
    if not found:
        return None
    figure, (axes,) = _figure(1.0 + 0.42 * len(found))
    _names(axes, [name for name, _ in found])
    _points(axes, [(p.right_if_first, y - 0.13) for y, (_, p) in enumerate(found)], COLOURS[0], "o", "better one first")
    _points(
        axes, [(p.right_if_second, y + 0.13) for y, (_, p) in enumerate(found)], COLOURS[1], "s", "better one second"
    )
    axes.set_xlabel("accuracy of verdicts, %")
    _legend(axes)
    return figure


def length(comparison: Comparison) -> Figure | None:
    """Share of verdicts for the longer answer, beside the labels' own share."""
    found = [(n, a.length) for n, a in zip(comparison.basis.names, comparison.analyses, strict=True) if a.length]
    if not found:
        return None
    figure, (axes,) = _figure(1.0 + 0.36 * len(found))
    _names(axes, [name for name, _ in found])
    _points(axes, [(p.prefers_longer, float(y)) for y, (_, p) in enumerate(found)], COLOURS[0], label="judge")
    share = found[0][1].labels_longer.value
    if share is not None:
        axes.axvline(100 * share, color=COLOURS[1], lw=1.4, label="labels: what a perfect judge shows")
    axes.set_xlabel("share of verdicts for the longer answer, %")
    _legend(axes)
    return figure


def selective(comparison: Comparison) -> Figure | None:
    """Accuracy of the pairs whose own votes agree at least so much, against the share of pairs kept."""
    found = [(n, a.selective) for n, a in zip(comparison.basis.names, comparison.analyses, strict=True) if a.selective]
    if not found:
        return None
    figure, (axes,) = _figure(3.2)
    for number, (name, curve) in enumerate(found):
        kept = [100 * point.coverage for point in curve]
        right = [100 * (point.accuracy.value or 0) for point in curve]
        low = [100 * (point.accuracy.low or 0) for point in curve]
        high = [100 * (point.accuracy.high or 0) for point in curve]
        line = _line(number)
        axes.plot(kept, right, **line, label=short(name))
        axes.fill_between(kept, low, high, color=line["color"], alpha=0.15, lw=0)
    axes.grid(color=GREY, alpha=0.25, lw=0.6)
    axes.set_xlim(left=0, right=102)
    axes.set_xlabel("share of pairs kept, % (fewer: votes agree more)")
    axes.set_ylabel("accuracy of the majority, %")
    _legend(axes)
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


def _line(number: int) -> dict[str, Any]:
    marker = MARKERS[number // len(COLOURS) % len(MARKERS)]
    return {"color": COLOURS[number % len(COLOURS)], "marker": marker, "ms": 4.5, "lw": 1.6}


def _legend(axes: Axes) -> None:
    count = len(axes.get_legend_handles_labels()[1])
    if count <= 4:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, borderaxespad=0.2)
    else:
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))


FIGURES: Mapping[str, tuple[str, Callable[[Comparison], Figure | None]]] = {
    "scores": ("Scores and blind baselines", forest),
    "subsets": ("Scores by subset", subsets),
    "differences": ("Paired differences", differences),
    "at_k": ("Accuracy against the number of votes", at_k),
    "order": ("Order effects", order),
    "length": ("Length preference", length),
    "selective": ("Accuracy where a judge's own votes agree", selective),
    "agreement": ("Agreement between judges", agreement),
}
"""Every picture: its title, and the function that draws it."""


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
                found[name] = figure
    return found


def save(figure: Figure, path: Path, ink: str = "#000000") -> None:
    """Write a figure, whole or not at all; the same comparison gives the same bytes.

    Raises:
        VlrbError: the file cannot be written.
    """
    kind = path.suffix.removeprefix(".")
    made_by = f"vlrb {__version__}, Matplotlib {mpl.__version__}"
    of_kind: dict[str, dict[str, Any]] = {
        "svg": {"Date": None, "Creator": made_by},
        "pdf": {"CreationDate": None, "Creator": made_by},
        "png": {"Software": made_by},
    }
    buffer = io.BytesIO()
    with style(ink), mpl.rc_context({"svg.hashsalt": path.stem}):
        figure.savefig(
            buffer, format=kind, dpi=200, metadata=of_kind[kind], facecolor="white" if kind == "png" else "none"
        )
    write_bytes(path, buffer.getvalue())


def svg(figure: Figure, name: str, title: str) -> str:
    """A figure as an ``<svg>`` element for a page: in the page's own text colour, its ids its own.

    Args:
        figure: drawn with :data:`INK`.
        name: unique within the page.
        title: what a screen reader says.
    """
    buffer = io.BytesIO()
    with style(INK), mpl.rc_context({"svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = buffer.getvalue().decode()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL).replace(INK, "currentColor")
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{name}-", text)
    return text.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
