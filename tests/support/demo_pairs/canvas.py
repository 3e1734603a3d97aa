"""A small drawing surface: shapes in picture coordinates, smoothed and saved with few colours."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence

from PIL import Image, ImageDraw, ImageFont

Point = tuple[float, float]

WIDTH, HEIGHT = 320, 240
SCALE = 3
"""Shapes are drawn this many times larger and averaged down, which smooths their edges."""
COLOURS = 48
"""Colours that a saved picture may have: keeps the PNG small."""

RED = "#d62828"
ORANGE = "#f07f13"
YELLOW = "#f7cf2e"
GREEN = "#2e9a44"
BLUE = "#2364c8"
PURPLE = "#7d3ac1"
PINK = "#f29bb5"
BROWN = "#85532a"
DARK = "#262a33"
GREY = "#8d939c"
PALE = "#d9dde3"
WHITE = "#ffffff"


class Canvas:
    """A picture being drawn; the origin is the top left corner, y grows downwards."""

    def __init__(self, background: str = WHITE, width: int = WIDTH, height: int = HEIGHT) -> None:
        """An empty picture of one colour."""
        self._image = Image.new("RGB", (width * SCALE, height * SCALE), background)
        self._draw = ImageDraw.Draw(self._image)

    def box(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        fill: str | None = None,
        outline: str | None = None,
        width: float = 2,
        radius: float = 0,
    ) -> None:
        """A rectangle from one corner to the opposite one, its corners rounded by ``radius``."""
        corners = _scaled([(x0, y0), (x1, y1)])
        self._draw.rounded_rectangle(corners, radius * SCALE, fill, outline, round(width * SCALE))

    def oval(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float | None = None,
        fill: str | None = None,
        outline: str | None = None,
        width: float = 2,
    ) -> None:
        """An ellipse around its centre; a circle where ``ry`` is left out."""
        ry = rx if ry is None else ry
        corners = _scaled([(x - rx, y - ry), (x + rx, y + ry)])
        self._draw.ellipse(corners, fill, outline, round(width * SCALE))

    def shape(
        self, points: Iterable[Point], fill: str | None = None, outline: str | None = None, width: float = 2
    ) -> None:
        """A polygon."""
        self._draw.polygon(_scaled(points), fill, outline, round(width * SCALE))

    def line(self, points: Iterable[Point], fill: str = DARK, width: float = 2) -> None:
        """A line through the points."""
        self._draw.line(_scaled(points), fill, round(width * SCALE), joint="curve")

    def dashes(self, start: Point, end: Point, fill: str = GREY, width: float = 1, step: float = 6) -> None:
        """A dashed straight line."""
        length = math.dist(start, end)
        for i in range(0, int(length / step), 2):
            a, b = i * step / length, min((i + 1) * step / length, 1)
            self.line([_between(start, end, a), _between(start, end, b)], fill, width)

    def wedge(
        self, x: float, y: float, r: float, start: float, end: float, fill: str, outline: str | None = None
    ) -> None:
        """A slice of a disc, from one angle to another, clockwise in degrees from three o'clock."""
        self._draw.pieslice(_scaled([(x - r, y - r), (x + r, y + r)]), start, end, fill, outline, 2 * SCALE)

    def arc(self, x: float, y: float, r: float, start: float, end: float, fill: str = DARK, width: float = 2) -> None:
        """Part of a circle's rim, angles as in :meth:`wedge`."""
        self._draw.arc(_scaled([(x - r, y - r), (x + r, y + r)]), start, end, fill, round(width * SCALE))

    def arrow(self, start: Point, end: Point, fill: str = DARK, width: float = 3, head: float = 8) -> None:
        """A straight arrow."""
        length = math.dist(start, end)
        neck = _between(start, end, 1 - head / length)
        dx, dy = (end[0] - start[0]) / length * head * 0.6, (end[1] - start[1]) / length * head * 0.6
        self.line([start, neck], fill, width)
        self.shape([end, (neck[0] - dy, neck[1] + dx), (neck[0] + dy, neck[1] - dx)], fill)

    def text(self, x: float, y: float, text: str, size: float = 14, fill: str = DARK, anchor: str = "mm") -> None:
        """One line of text, by default centred on the point."""
        font = ImageFont.load_default(size=size * SCALE)
        self._draw.text((x * SCALE, y * SCALE), text, fill, font, anchor)

    def image(self) -> Image.Image:
        """The picture at its true size, with few colours."""
        small = self._image.reduce(SCALE)
        return small.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)

    def png(self) -> bytes:
        """The picture as a PNG file's bytes."""
        buffer = io.BytesIO()
        self.image().save(buffer, "PNG", optimize=True)
        return buffer.getvalue()


def _scaled(points: Iterable[Point]) -> Sequence[Point]:
    return [(x * SCALE, y * SCALE) for x, y in points]


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def around(x: float, y: float, r: float, degrees: float) -> Point:
    """The point at a distance from a centre, the angle clockwise from twelve o'clock."""
    angle = math.radians(degrees)
    return x + r * math.sin(angle), y - r * math.cos(angle)
