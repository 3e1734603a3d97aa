"""How every figure is drawn and written: colours and markers, axes with names, points with intervals, files.

Nothing goes through pyplot: no window, no global list of figures.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from math import ceil
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from numpy.typing import NDArray

from vlrb_task.compare.basis import printable
from vlrb_task.scores.estimates import Estimate
from vlrb_task.support.version import __version__
from vlrb_task.support.writing import write_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]

COLOURS = ("#2f81c7", "#d9822b", "#1f9d76", "#c2618f", "#8b73d6", "#b8a11f", "#c94f4f", "#4fa8b8")
"""Told apart by colour-blind readers, and legible on white and on black."""
MARKERS = ("o", "s", "^", "D", "v", "P")
DASHES = ("-", "--", "-.", ":")
GREY = "#8a8f98"
INK = "#123456"
"""Stands for the text's colour while a figure is drawn for a page, which puts the reader's own in its place."""

WIDTH = 7.2
FORMATS = ("svg", "pdf", "png")
PICTURE = re.compile(rb"\bvlrb \d[\w.+]*, Matplotlib ")
"""What the metadata of every picture has, so that it is known to be ours."""


def short(name: str, most: int = 38) -> str:
    """A name that is not too long for a picture, and that it can show. Names of one family differ at their end: the middle
    is left out.
    """
    name = printable(name)
    start = most // 3
    return name if len(name) <= most else f"{name[:start]}…{name[start + 1 - most :]}"


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
        "axes.titley": 1.0,  # Matplotlib else looks at all that is above the axes, at each draw
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


def canvas(
    height: float, columns: int = 1, rows: int = 1, width: float = WIDTH, **ratios: Any
) -> tuple[Figure, list[Axes]]:
    """A figure of so many inches, and its axes."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, **ratios)
    return figure, list(axes.flat)


def multiples(count: int, label: str) -> tuple[Figure, list[Axes]]:
    """Axes of one scale of y, which the label names, for one judge each."""
    columns = min(count, 3) if count != 4 else 2
    rows = ceil(count / columns)
    figure, axes = canvas(3.0 * rows, columns, rows, (3.9, 6.0, WIDTH)[columns - 1], sharey=True)
    for spare in axes[count:]:
        spare.remove()
    for first in axes[:count:columns]:
        first.set_ylabel(label)
    return figure, axes[:count]


def reach(estimates: Sequence[Estimate], scale: float = 100) -> tuple[Array, Array]:
    """Values, and how far their intervals reach below and above them, shape ``(2, estimates)``; NaN where there are none."""
    values, low, high = scale * np.array([[e.value, e.low, e.high] for e in estimates], dtype=float).reshape(-1, 3).T
    return values, np.stack([values - low, high - values])


def points(
    axes: Axes, rows: Sequence[tuple[Estimate | None, float]], colour: str, marker: str = "o", label: str | None = None
) -> None:
    """Estimates in percent as points with intervals, each at its height."""
    drawn = [(e, y) for e, y in rows if e is not None and e.value is not None and e.low is not None]
    if not drawn:
        return
    values, errors = reach([e for e, _ in drawn])
    axes.errorbar(
        values, [y for _, y in drawn], xerr=errors, fmt=marker, color=colour, ms=5, lw=1.4, capsize=2.5, label=label
    )


def names_of(axes: Axes, names: Sequence[str]) -> None:
    """One name a row, the first on top."""
    axes.set_yticks(range(len(names)), [short(name) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=GREY, alpha=0.25, lw=0.6)


def grid(axes: Axes) -> None:
    """Lines in both directions."""
    axes.grid(color=GREY, alpha=0.25, lw=0.6)


def stroke(number: int) -> dict[str, Any]:
    """Colour, marker and dashes of one curve of several: told apart in grey too."""
    return {
        "color": COLOURS[number % len(COLOURS)],
        "marker": MARKERS[number % len(MARKERS)],
        "ls": DASHES[number % len(DASHES)],
        "ms": 4.5,
        "lw": 1.6,
    }


def legend(axes: Axes, columns: int = 2) -> None:
    """Above the axes; of many short names beside them."""
    count = len(axes.get_legend_handles_labels()[1])
    if count <= 4 or columns == 1:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=columns, borderaxespad=0.2, handlelength=3)
    else:
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), handlelength=3)


def told(estimate: Estimate, form: str = ".3f", scale: float = 1) -> str:
    """A number with its interval, for a title or a legend."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "–"
    value, low, high = (format(scale * x, form) for x in (estimate.value, estimate.low, estimate.high))
    return f"{value} [{low}, {high}]"


def footnote(figure: Figure, text: str) -> None:
    """A line below everything: what the picture is of."""
    lines = wrap(printable(text), int(20 * figure.get_figwidth()))
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=7)


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
        canvas: Any = FigureCanvasSVG(figure)  # not by savefig, which draws everything a first time to lay it out
        canvas.print_svg(buffer, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = buffer.getvalue().decode()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL).replace(INK, "currentColor")
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{name}-", text)
    return text.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
