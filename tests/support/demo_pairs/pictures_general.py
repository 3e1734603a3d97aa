"""Pictures to ask about: signs with text, positions, shapes and spans that overlap."""

from __future__ import annotations

from tests.support.demo_pairs.canvas import (
    BLUE,
    BROWN,
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
)


def menu() -> Canvas:
    """A blackboard, headed Luna: soup 4.50, cake 3.20, tea 2.00, closed on Mondays."""
    c = Canvas("#e9dfd0")
    c.box(40, 12, 280, 228, "#26352e", BROWN, 6)
    c.text(160, 42, "Luna", 26, "#ffe9a8")
    for y, name, price in ((84, "Soup", "4.50"), (114, "Cake", "3.20"), (144, "Tea", "2.00")):
        c.text(70, y, name, 18, WHITE, "lm")
        c.text(250, y, price, 18, WHITE, "rm")
    c.line([(66, 172), (254, 172)], GREY, 1)
    c.text(160, 196, "closed on Mondays", 17, "#ffb3a0")
    return c


def signpost() -> Canvas:
    """A signpost: Lake 2 km to the left; Hut 3 km and Summit 5 km to the right."""
    c = Canvas("#cfe6f2")
    c.shape([(0, 214), (90, 120), (170, 214)], "#a9bfae")
    c.shape([(130, 214), (250, 90), (320, 170), (320, 214)], "#98b0a0")
    c.box(0, 210, 320, 240, "#8cc66f")
    c.box(153, 20, 167, 224, BROWN)
    c.shape([(170, 36), (62, 36), (40, 54), (62, 72), (170, 72)], "#f0d9a6", BROWN)
    c.text(112, 54, "Lake 2 km", 17)
    for y, text in ((86, "Hut 3 km"), (136, "Summit 5 km")):
        c.shape([(150, y), (272, y), (294, y + 18), (272, y + 36), (150, y + 36)], "#f0d9a6", BROWN)
        c.text(214, y + 18, text, 17)
    return c


def message() -> Canvas:
    """A message whose {name} and {id} were never filled in, with an OK button."""
    c = Canvas("#c9d3df")
    c.box(22, 34, 298, 206, WHITE, GREY, 1, 8)
    c.box(22, 34, 298, 64, BLUE, radius=8)
    c.box(22, 54, 298, 64, BLUE)
    c.text(36, 50, "Bike shop", 16, WHITE, "lm")
    c.text(40, 92, "Dear {name},", 18, DARK, "lm")
    c.text(40, 120, "your order {id} is ready.", 18, DARK, "lm")
    c.text(40, 148, "Pick-up until 6 pm.", 18, DARK, "lm")
    c.box(222, 170, 282, 196, PALE, GREY, 1, 4)
    c.text(252, 183, "OK", 15)
    return c


def parking() -> Canvas:
    """A parking sign: Monday to Friday, 8 to 18 h, at most 2 hours; Saturday and Sunday free."""
    c = Canvas("#e4edf0")
    c.box(153, 200, 167, 240, GREY)
    c.box(78, 10, 242, 206, BLUE, WHITE, 4, 12)
    c.text(160, 52, "P", 62, WHITE)
    for y, text in ((104, "Mon - Fri"), (128, "8 - 18 h"), (152, "max. 2 hours")):
        c.text(160, y, text, 19, WHITE)
    c.text(160, 183, "Sat + Sun free", 17, YELLOW)
    return c


def blocks() -> Canvas:
    """From left to right a red ball, a blue cube with a green cone on it, a yellow cylinder."""
    c = Canvas("#f4f1ec")
    c.box(0, 186, 320, 240, "#cdb899")
    c.oval(66, 168, 30, fill=RED)
    c.box(122, 136, 186, 200, BLUE)
    c.shape([(122, 136), (138, 120), (202, 120), (186, 136)], "#5b8fe0")
    c.shape([(186, 136), (202, 120), (202, 184), (186, 200)], "#184a96")
    c.shape([(138, 126), (186, 126), (162, 60)], GREEN)
    c.oval(162, 126, 24, 6, GREEN)
    c.box(236, 118, 284, 192, YELLOW)
    c.oval(260, 192, 24, 8, YELLOW)
    c.oval(260, 118, 24, 8, "#fbe58a")
    return c


def floor_plan() -> Canvas:
    """A flat: a hall up the middle, kitchen and living room left, bath and bedroom right."""
    c = Canvas(WHITE)
    c.box(30, 12, 290, 206, "#f7f4ee", DARK, 4)
    for x in (130, 190):
        c.line([(x, 12), (x, 206)], DARK, 4)
    c.line([(30, 98), (130, 98)], DARK, 4)
    c.line([(190, 98), (290, 98)], DARK, 4)
    for x, y in ((130, 54), (190, 54), (130, 152), (190, 152)):
        c.box(x - 3, y - 13, x + 3, y + 13, "#f7f4ee")
    c.box(146, 202, 174, 210, "#f7f4ee")
    for x, y, name in (
        (80, 54, "Kitchen"),
        (240, 54, "Bath"),
        (80, 152, "Living"),
        (240, 152, "Bedroom"),
        (160, 100, "Hall"),
    ):
        c.text(x, y, name, 16)
    c.arrow((160, 222), (160, 192), RED)
    c.text(168, 226, "front door", 14, RED, "lm")
    return c


def place_setting() -> Canvas:
    """A plate with the knife on its left, the fork on its right, and a glass above at the right."""
    c = Canvas("#b9473f")
    c.oval(154, 134, 70, fill=WHITE)
    c.oval(154, 134, 46, fill="#eef1f4", outline=PALE)
    c.box(48, 130, 58, 208, "#e3e6ea", radius=4)
    c.shape([(48, 132), (58, 132), (58, 66), (50, 78)], "#e3e6ea")
    c.box(253, 118, 261, 208, "#e3e6ea", radius=4)
    c.box(244, 100, 270, 120, "#e3e6ea", radius=6)
    for x in (244, 254, 264):
        c.box(x, 66, x + 6, 108, "#e3e6ea", radius=2)
    c.oval(226, 40, 25, fill="#d7ecf6", outline=WHITE)
    c.oval(226, 40, 17, fill="#9fd0e8")
    return c


def noughts_and_crosses() -> Canvas:
    """X top left and centre, O top right and middle left."""
    c = Canvas("#fffdf6", 240, 240)
    for p in (86, 154):
        c.line([(p, 20), (p, 220)], DARK, 4)
        c.line([(20, p), (220, p)], DARK, 4)
    for x, y in ((52, 52), (120, 120)):
        c.line([(x - 20, y - 20), (x + 20, y + 20)], BLUE, 6)
        c.line([(x - 20, y + 20), (x + 20, y - 20)], BLUE, 6)
    for x, y in ((188, 52), (52, 120)):
        c.oval(x, y, 22, outline=RED, width=6)
    return c


def sheets() -> Canvas:
    """A yellow triangle at the back, a blue square over it, a red disc on top of both."""
    c = Canvas("#f0efeb")
    c.shape([(40, 208), (296, 208), (120, 24)], YELLOW, DARK, 1)
    c.box(120, 62, 236, 178, BLUE, DARK, 1)
    c.oval(204, 168, 46, fill=RED, outline=DARK, width=1)
    return c


def venn() -> Canvas:
    """Two circles, swims and flies: fish left, duck in both, bat right, mole outside."""
    c = Canvas(WHITE)
    c.oval(122, 126, 84, fill="#cfe3fa")
    c.oval(202, 126, 84, fill="#fbe3c4")
    c.oval(122, 126, 84, outline=BLUE)
    c.oval(202, 126, 84, outline=ORANGE)
    c.text(80, 26, "swims", 17, BLUE)
    c.text(244, 26, "flies", 17, "#b85c00")
    for x, y, name in ((76, 126, "fish"), (162, 126, "duck"), (246, 126, "bat"), (290, 222, "mole")):
        c.text(x, y, name, 17)
    return c


def discs() -> Canvas:
    """Clear discs that overlap: yellow and blue make green; red and yellow make orange."""
    c = Canvas("#fcfcfa")
    _lens(c, 56, 108, 104, 42, YELLOW, BLUE, GREEN)
    _lens(c, 212, 264, 104, 42, RED, YELLOW, ORANGE)
    for x, name in ((82, "pair 1"), (238, "pair 2")):
        c.text(x, 176, name, 16)
    return c


def _lens(c: Canvas, x0: float, x1: float, y: float, r: float, left: str, right: str, both: str) -> None:
    """Two discs and the lens that they share, row by row."""
    c.oval(x0, y, r, fill=left)
    c.oval(x1, y, r, fill=right)
    rows = range(-int(r * 3), int(r * 3) + 1)
    for row in rows:
        dy = row / 3
        half = (r * r - dy * dy) ** 0.5 if abs(dy) < r else 0
        if x0 + half > x1 - half:
            c.line([(x1 - half, y + dy), (x0 + half, y + dy)], both, 1)


def schedule() -> Canvas:
    """Bars over hours: painting 9 to 12, wiring 11 to 14, cleaning 14 to 16."""
    c = Canvas(WHITE)
    c.text(160, 20, "Room 4, Tuesday", 17)
    for hour in range(9, 17):
        x = 92 + (hour - 9) * 30
        c.line([(x, 44), (x, 200)], PALE, 1)
        c.text(x, 214, str(hour), 14)
    spans = ((60, "Painting", 9, 12, PURPLE), (108, "Wiring", 11, 14, ORANGE), (156, "Cleaning", 14, 16, GREEN))
    for y, name, start, end, colour in spans:
        c.text(84, y + 14, name, 15, DARK, "rm")
        c.box(92 + (start - 9) * 30, y, 92 + (end - 9) * 30, y + 28, colour)
    c.line([(92, 200), (302, 200)], DARK, 1)
    return c
