"""Pictures to reckon with: charts, line graphs, geometry, clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.support.demo_pairs.canvas import (
    BLUE,
    DARK,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    PURPLE,
    RED,
    WHITE,
    YELLOW,
    Canvas,
    around,
)

LEFT, RIGHT, TOP, BOTTOM = 46, 306, 40, 200
"""The plotting area of a chart."""


def _grid(c: Canvas, title: str, highest: int, step: int) -> None:
    """A title, horizontal lines with their values, and the two axes."""
    c.text(160, 18, title, 16)
    for value in range(0, highest + 1, step):
        y = _height(value, highest)
        c.line([(LEFT, y), (RIGHT, y)], PALE, 1)
        c.text(LEFT - 6, y, str(value), 13, DARK, "rm")
    c.line([(LEFT, TOP), (LEFT, BOTTOM), (RIGHT, BOTTOM)], DARK, 2)


def _height(value: float, highest: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * value / highest


def books() -> Canvas:
    """Bars: Mon 12, Tue 18, Wed 9, Thu 15, Fri 21 books lent."""
    c = Canvas(WHITE)
    _grid(c, "Books lent", 24, 3)
    for i, (day, value) in enumerate({"Mon": 12, "Tue": 18, "Wed": 9, "Thu": 15, "Fri": 21}.items()):
        x = LEFT + 26 + i * 52
        c.box(x - 16, _height(value, 24), x + 16, BOTTOM, BLUE)
        c.text(x, BOTTOM + 14, day, 14)
    return c


def pets() -> Canvas:
    """Bars in pairs, cats orange and dogs purple: Elm 4 and 6, Oak 7 and 3, Ash 5 and 5."""
    c = Canvas(WHITE)
    _grid(c, "Pets in three streets", 8, 1)
    for i, (street, (cats, dogs)) in enumerate({"Elm": (4, 6), "Oak": (7, 3), "Ash": (5, 5)}.items()):
        x = LEFT + 38 + i * 62
        c.box(x - 22, _height(cats, 8), x, BOTTOM, ORANGE)
        c.box(x, _height(dogs, 8), x + 22, BOTTOM, PURPLE)
        c.text(x, BOTTOM + 14, street, 14)
    c.box(246, 48, 308, 92, WHITE)
    for y, name, colour in ((60, "cats", ORANGE), (80, "dogs", PURPLE)):
        c.box(252, y - 6, 264, y + 6, colour)
        c.text(270, y, name, 14, DARK, "lm")
    return c


def school_trip() -> Canvas:
    """A pie of 240 pupils: bus 50 %, bike 25 %, walk 15 %, car 10 %."""
    c = Canvas(WHITE)
    c.text(160, 18, "How 240 pupils come to school", 16)
    start = -90.0
    for share, colour in ((50, BLUE), (25, GREEN), (15, YELLOW), (10, RED)):
        c.wedge(112, 134, 88, start, start + share * 3.6, colour, WHITE)
        start += share * 3.6
    legend = (("bus 50 %", BLUE), ("bike 25 %", GREEN), ("walk 15 %", YELLOW), ("car 10 %", RED))
    for i, (name, colour) in enumerate(legend):
        y = 92 + i * 28
        c.box(218, y - 7, 232, y + 7, colour)
        c.text(238, y, name, 15, DARK, "lm")
    return c


def _curve(c: Canvas, points: Mapping[float, float], last: float, highest: float, colour: str) -> None:
    """A line through (x, value) points with a dot on each; x runs from 0 to ``last``."""
    spots = [(LEFT + (RIGHT - 14 - LEFT) * x / last, _height(value, highest)) for x, value in points.items()]
    c.line(spots, colour, 3)
    for x, y in spots:
        c.oval(x, y, 4, fill=colour)


def _ticks(c: Canvas, labels: Sequence[str], name: str) -> None:
    """Labels at equal steps under the horizontal axis, and the axis's name under them."""
    for i, label in enumerate(labels):
        c.text(LEFT + (RIGHT - 14 - LEFT) * i / (len(labels) - 1), BOTTOM + 12, label, 13)
    c.text((LEFT + RIGHT) / 2, BOTTOM + 27, name, 13, "#4b5058")


def warm_day() -> Canvas:
    """Temperature: 6:00 4°, 9:00 8°, 12:00 16°, 15:00 18°, 18:00 12°."""
    c = Canvas(WHITE)
    _grid(c, "Temperature in °C", 20, 2)
    _ticks(c, ["6:00", "9:00", "12:00", "15:00", "18:00"], "time of day")
    _curve(c, {0: 4, 1: 8, 2: 16, 3: 18, 4: 12}, 4, 20, RED)
    return c


def ride() -> Canvas:
    """Distance of a bicycle ride: 16 km after 1 h, still 16 km after 2 h, 36 km after 3 h."""
    c = Canvas(WHITE)
    _grid(c, "Distance in km", 40, 4)
    _ticks(c, ["0", "0.5", "1", "1.5", "2", "2.5", "3"], "hours")
    _curve(c, {0: 0, 1: 16, 2: 16, 3: 36}, 3, 40, GREEN)
    return c


def savings() -> Canvas:
    """Ana's savings rise from 10 to 50 euros, Ben's fall from 40 to 20 euros, in four months."""
    c = Canvas(WHITE)
    _grid(c, "Savings in euros", 60, 10)
    _ticks(c, ["0", "1", "2", "3", "4"], "months")
    _curve(c, {0: 10, 1: 20, 2: 30, 3: 40, 4: 50}, 4, 60, BLUE)
    _curve(c, {0: 40, 1: 35, 2: 30, 3: 25, 4: 20}, 4, 60, ORANGE)
    c.text(268, 60, "Ana", 15, BLUE, "rm")
    c.text(276, 162, "Ben", 15, "#b85c00", "rm")
    return c


def triangle() -> Canvas:
    """A right triangle whose legs, at the marked right angle, are 6 cm and 8 cm."""
    c = Canvas(WHITE)
    a, b, d = (70.0, 40.0), (70.0, 196.0), (278.0, 196.0)
    c.shape([a, b, d], "#e3eefb")
    c.line([a, b, d, a, b], DARK, 3)
    c.line([(70, 180), (86, 180), (86, 196)], DARK, 2)
    c.text(38, 118, "6 cm", 17)
    c.text(174, 216, "8 cm", 17)
    return c


def l_shape() -> Canvas:
    """An L-shaped room: bottom 9 m, left 7 m, top 5 m, right 4 m."""
    c = Canvas(WHITE)
    u, x, y = 24.0, 56.0, 30.0
    corners = [
        (x, y),
        (x + 5 * u, y),
        (x + 5 * u, y + 3 * u),
        (x + 9 * u, y + 3 * u),
        (x + 9 * u, y + 7 * u),
        (x, y + 7 * u),
    ]
    c.shape(corners, "#f6e6d6")
    c.line([*corners, corners[0], corners[1]], DARK, 3)
    c.text(x + 2.5 * u, y - 14, "5 m", 16)
    c.text(x - 24, y + 3.5 * u, "7 m", 16)
    c.text(x + 9 * u + 23, y + 5 * u, "4 m", 16)
    c.text(x + 4.5 * u, y + 7 * u + 18, "9 m", 16)
    return c


def outer_angle() -> Canvas:
    """A triangle with inner angles 50° and 60°; x is the outer angle at the third corner."""
    c = Canvas(WHITE)
    a, b, d = (40.0, 186.0), (200.0, 186.0), (151.6, 53.0)
    c.line([a, (306, 186)], DARK, 3)
    c.line([a, d, b], DARK, 3)
    c.arc(40, 186, 34, -50, 0, BLUE, 2)
    c.text(92, 170, "50°", 16, BLUE)
    c.arc(151.6, 53, 28, 70, 130, BLUE, 2)
    c.text(148, 98, "60°", 16, BLUE)
    c.arc(200, 186, 30, -110, 0, RED, 2)
    c.text(240, 160, "x", 19, RED)
    return c


def _clock(c: Canvas, x: float, y: float, r: float, hour: int, minute: int) -> None:
    """A clock face with numbers, a short thick hour hand and a long thin minute hand."""
    c.oval(x, y, r, fill=WHITE, outline=DARK, width=3)
    for i in range(60):
        inner = r - (9 if i % 5 == 0 else 6)
        c.line([around(x, y, inner, i * 6), around(x, y, r - 3, i * 6)], DARK if i % 5 == 0 else GREY, 1)
    for number in range(1, 13):
        at = around(x, y, r * 0.77, number * 30)
        c.text(*at, str(number), r * 0.17)
    c.line([(x, y), around(x, y, r * 0.45, hour * 30 + minute / 2)], DARK, 6)
    c.line([(x, y), around(x, y, r * 0.66, minute * 6)], BLUE, 3)
    c.oval(x, y, 5, fill=DARK)


def film_clock() -> Canvas:
    """A clock that shows 7:20."""
    c = Canvas("#efe9df", 240, 240)
    _clock(c, 120, 120, 106, 7, 20)
    return c


def two_clocks() -> Canvas:
    """Oslo 10:30, Lima 4:30."""
    c = Canvas("#e3ebe6")
    for x, name, hour in ((84, "Oslo", 10), (236, "Lima", 4)):
        _clock(c, x, 104, 70, hour, 30)
        c.text(x, 204, name, 20)
    return c
