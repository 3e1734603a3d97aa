"""Pictures to describe: things to count, colours, small scenes."""

from __future__ import annotations

from tests.support.demo_pairs.canvas import (
    BLUE,
    BROWN,
    DARK,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    PINK,
    PURPLE,
    RED,
    WHITE,
    YELLOW,
    Canvas,
)

SKY, GRASS, SAND, SEA, WOOD = "#bfe0f5", "#8cc66f", "#ecd9a0", "#3f8fcc", "#b98250"


def shelf() -> Canvas:
    """Five apples on the upper board; three lemons and a pear on the lower one."""
    c = Canvas("#f6efe2")
    for x in (24, 286):
        c.box(x, 24, x + 10, 226, WOOD)
    for y in (104, 196):
        c.box(24, y, 296, y + 11, WOOD)
    for x in (64, 112, 160, 208, 256):
        c.line([(x, 70), (x + 2, 60)], BROWN, 3)
        c.oval(x + 9, 62, 7, 4, GREEN)
        c.oval(x, 87, 17, fill=RED)
    for x in (66, 116, 166):
        c.oval(x, 181, 20, 14, YELLOW)
        c.oval(x + 20, 181, 4, 3, YELLOW)
    c.line([(246, 150), (249, 139)], BROWN, 3)
    c.oval(246, 161, 10, 12, "#7fbf3f")
    c.oval(246, 179, 18, 17, "#7fbf3f")
    return c


def _duck(c: Canvas, x: float, y: float) -> None:
    c.oval(x, y, 22, 13, YELLOW)
    c.shape([(x - 12, y - 4), (x - 31, y - 13), (x - 20, y + 6)], YELLOW)
    c.oval(x + 18, y - 16, 10, fill=YELLOW)
    c.shape([(x + 26, y - 19), (x + 39, y - 14), (x + 26, y - 11)], ORANGE)
    c.oval(x + 20, y - 19, 2, fill=DARK)


def pond() -> Canvas:
    """Three ducks on a pond and one on the grass above it; two lily pads."""
    c = Canvas(GRASS)
    c.oval(160, 160, 148, 72, SEA)
    c.line([(72, 55), (70, 66)], ORANGE, 3)
    c.line([(80, 55), (80, 66)], ORANGE, 3)
    for x, y in ((76, 46), (84, 150), (196, 130), (150, 196)):
        _duck(c, x, y)
    for x, y in ((252, 172), (224, 200)):
        c.oval(x, y, 17, 8, "#2f7d3b")
    return c


def balloons() -> Canvas:
    """A child holds seven balloons: three red, two blue, two yellow."""
    c = Canvas("#e9f4fb")
    c.box(0, 214, 320, 240, GRASS)
    hand = (112, 158)
    spots = (
        (70, 44, RED),
        (122, 30, BLUE),
        (174, 46, RED),
        (226, 40, YELLOW),
        (100, 92, YELLOW),
        (152, 100, RED),
        (206, 98, BLUE),
    )
    for x, y, _ in spots:
        c.line([(x, y + 26), hand], GREY, 1)
    for x, y, colour in spots:
        c.oval(x, y, 19, 24, colour)
        c.shape([(x - 4, y + 29), (x + 4, y + 29), (x, y + 22)], colour)
    c.line([(88, 168), hand], DARK, 4)
    c.line([(88, 168), (70, 188)], DARK, 4)
    c.line([(84, 196), (76, 220)], DARK, 4)
    c.line([(92, 196), (100, 220)], DARK, 4)
    c.shape([(88, 160), (74, 200), (102, 200)], PURPLE)
    c.oval(88, 148, 13, fill="#e8b48c")
    return c


def houses() -> Canvas:
    """Four houses in a row, each with two windows and a door; only the third has a chimney."""
    c = Canvas(SKY)
    c.box(0, 190, 320, 240, GREY)
    walls = ("#f5e3b3", PINK, WHITE, "#a9d3a0")
    for i, wall in enumerate(walls):
        x = 14 + i * 75
        if i == 2:
            c.box(x + 46, 62, x + 57, 96, "#a0522d")
        c.box(x + 4, 110, x + 64, 190, wall)
        c.shape([(x - 3, 112), (x + 34, 68), (x + 71, 112)], "#b5402e")
        for wx in (x + 11, x + 41):
            c.box(wx, 122, wx + 17, 141, "#5a88b5", DARK, 1)
        c.box(x + 25, 154, x + 43, 190, BROWN)
    c.box(0, 212, 320, 216, WHITE)
    return c


def pencils() -> Canvas:
    """Six upright pencils: red, orange, green, blue, purple, black; the green one is short."""
    c = Canvas("#fbfaf5")
    for i, colour in enumerate((RED, ORANGE, GREEN, BLUE, PURPLE, DARK)):
        x, top = 36 + i * 44, 120 if i == 2 else 62
        c.box(x, top, x + 28, 214, colour)
        c.shape([(x, top), (x + 28, top), (x + 14, top - 34)], "#efd2a4")
        c.shape([(x + 9, top - 22), (x + 19, top - 22), (x + 14, top - 34)], colour)
    return c


def crossing() -> Canvas:
    """A blue car waits left of a stop line; the traffic light at the right shows red."""
    c = Canvas("#cfe6ef")
    c.box(0, 168, 320, 240, "#5c6068")
    c.box(206, 168, 214, 240, WHITE)
    c.box(262, 120, 270, 176, "#3b3f47")
    c.box(246, 28, 286, 130, "#2b2e35", radius=8)
    for y, colour in ((46, "#ff3b30"), (79, "#574a1c"), (112, "#1f4a2a")):
        c.oval(266, y, 13, fill=colour)
    c.shape([(66, 160), (84, 128), (140, 128), (160, 160)], BLUE)
    c.shape([(76, 158), (89, 134), (108, 134), (108, 158)], "#e3f1fa")
    c.shape([(114, 158), (114, 134), (136, 134), (150, 158)], "#e3f1fa")
    c.box(40, 156, 190, 192, BLUE, radius=10)
    for x in (76, 154):
        c.oval(x, 194, 17, fill=DARK)
        c.oval(x, 194, 7, fill=PALE)
    c.oval(185, 168, 4, fill=YELLOW)
    return c


def flags() -> Canvas:
    """Three flags: red over white; green with a yellow disc; upright bands blue, yellow, blue."""
    c = Canvas("#eef5fb")
    c.box(0, 206, 320, 240, GRASS)
    for x in (26, 126, 226):
        c.box(x, 40, x + 5, 214, GREY)
        c.oval(x + 2.5, 38, 5, fill=GREY)
    c.box(31, 50, 101, 100, WHITE, PALE, 1)
    c.box(31, 50, 101, 75, RED)
    c.box(131, 50, 201, 100, GREEN)
    c.oval(166, 75, 15, fill=YELLOW)
    for i, colour in enumerate((BLUE, YELLOW, BLUE)):
        c.box(231 + i * 24, 50, 255 + i * 24, 100, colour)
    return c


def _fish(c: Canvas, x: float, y: float, colour: str, way: int) -> None:
    c.shape([(x - 18 * way, y), (x - 36 * way, y - 13), (x - 36 * way, y + 13)], colour)
    c.oval(x, y, 24, 14, colour)
    c.oval(x + 13 * way, y - 3, 3, fill=WHITE)
    c.oval(x + 14 * way, y - 3, 1.5, fill=DARK)


def aquarium() -> Canvas:
    """Three orange fish swim to the right, one purple fish to the left; two weeds, three stones."""
    c = Canvas("#f1ece4")
    c.box(20, 30, 300, 222, "#a9dcef", "#4b5563", 4)
    c.box(24, 192, 296, 218, SAND)
    for x in (58, 84):
        c.line([(x, 194), (x - 6, 174), (x + 5, 154), (x - 4, 134), (x + 3, 116)], "#2f8f4a", 6)
    for x, r in ((150, 13), (180, 9), (262, 15)):
        c.oval(x, 192, r, r * 0.75, GREY)
    _fish(c, 126, 66, ORANGE, 1)
    _fish(c, 232, 84, ORANGE, 1)
    _fish(c, 146, 118, ORANGE, 1)
    _fish(c, 220, 146, PURPLE, -1)
    return c


def beach() -> Canvas:
    """Sun, sea with one white sailing boat, a red and white parasol and a ball on the sand."""
    c = Canvas(SKY)
    c.oval(272, 40, 22, fill=YELLOW)
    c.box(0, 92, 320, 152, SEA)
    c.box(0, 150, 320, 240, SAND)
    c.shape([(54, 112), (114, 112), (102, 126), (66, 126)], BROWN)
    c.line([(84, 112), (84, 54)], BROWN, 3)
    c.shape([(87, 56), (87, 106), (118, 106)], WHITE)
    c.shape([(81, 64), (81, 106), (58, 106)], WHITE)
    c.line([(206, 132), (206, 216)], "#6b4a2b", 4)
    for i in range(4):
        c.wedge(206, 156, 52, 180 + i * 45, 225 + i * 45, (RED, WHITE)[i % 2])
    c.oval(116, 206, 17, fill=GREEN)
    c.box(110, 190, 122, 222, YELLOW, radius=5)
    return c


def desk() -> Canvas:
    """A desk with a lamp, an open laptop, a red mug, and a pile of three books."""
    c = Canvas("#e8e3ee")
    c.box(10, 172, 310, 188, WOOD)
    for x in (26, 278):
        c.box(x, 188, x + 14, 240, "#96643a")
    c.oval(48, 168, 20, 6, DARK)
    c.line([(48, 166), (40, 112), (70, 86)], DARK, 4)
    c.shape([(58, 78), (84, 84), (92, 110), (56, 98)], GREEN)
    c.box(104, 98, 184, 156, "#3b3f47", radius=4)
    c.box(109, 103, 179, 150, "#8ec5ea")
    c.shape([(98, 172), (190, 172), (182, 157), (106, 157)], GREY)
    c.oval(224, 154, 9, fill=None, outline=RED, width=4)
    c.box(198, 138, 222, 172, RED, radius=3)
    for y, colour, x in ((158, BLUE, 244), (144, YELLOW, 248), (130, PURPLE, 244)):
        c.box(x, y, x + 54, y + 14, colour, DARK, 1)
    return c


def night() -> Canvas:
    """A house at night: left window lit, right one dark; a fir tree, a crescent moon, five stars."""
    dark = "#18234a"
    c = Canvas(dark)
    c.oval(262, 50, 24, fill="#f5ecc0")
    c.oval(252, 44, 21, fill=dark)
    for x, y in ((40, 34), (96, 56), (150, 28), (200, 74), (296, 104)):
        c.shape(
            [
                (x, y - 6),
                (x + 2, y - 2),
                (x + 6, y),
                (x + 2, y + 2),
                (x, y + 6),
                (x - 2, y + 2),
                (x - 6, y),
                (x - 2, y - 2),
            ],
            WHITE,
        )
    c.box(0, 204, 320, 240, "#24452f")
    c.box(56, 132, 168, 208, "#8a6a57")
    c.shape([(44, 134), (112, 82), (180, 134)], "#5b2f2a")
    c.box(68, 146, 94, 172, "#ffd75e", DARK, 2)
    c.box(132, 146, 158, 172, "#2b3346", DARK, 2)
    c.box(102, 162, 124, 208, "#3d2a20")
    c.box(233, 188, 243, 212, BROWN)
    for y, half in ((190, 36), (160, 29), (132, 21)):
        c.shape([(238 - half, y), (238 + half, y), (238, y - 46)], "#2c6b45")
    return c


def train() -> Canvas:
    """A green engine, smoking, at the left, pulls an empty red and an empty yellow wagon."""
    c = Canvas(SKY)
    c.oval(70, 210, 120, 70, "#9fcf86")
    c.oval(260, 216, 130, 90, "#86bf70")
    c.box(0, 196, 320, 240, "#c9b48a")
    c.line([(0, 202), (320, 202)], DARK, 3)
    for x, y, r in ((40, 84, 8), (56, 64, 11), (78, 42, 14)):
        c.oval(x, y, r, fill="#f2f2f2")
    c.box(34, 100, 46, 130, DARK)
    c.box(22, 128, 82, 178, "#1f7a45", radius=6)
    c.box(74, 104, 116, 178, "#1f7a45")
    c.box(69, 98, 121, 106, DARK)
    c.box(84, 116, 106, 138, "#d8ecf7")
    c.shape([(22, 180), (22, 164), (8, 196)], DARK)
    c.box(22, 176, 116, 184, DARK)
    for x, colour in ((130, RED), (224, YELLOW)):
        c.box(x, 144, x + 80, 180, colour)
        c.box(x, 176, x + 80, 184, DARK)
        c.line([(x - 14, 180), (x, 180)], DARK, 4)
    for x in (38, 70, 102, 146, 194, 240, 288):
        c.oval(x, 190, 11, fill="#4a4f58")
        c.oval(x, 190, 4, fill=PALE)
    return c
