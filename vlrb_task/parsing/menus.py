"""Structures and lines that look like verdicts and are none: templates of the instructions, menus of options, headings."""

from __future__ import annotations

import re

from vlrb_task.parsing.structures import Structure
from vlrb_task.parsing.verdicts import Reason, unparsed
from vlrb_task.support.patterns import compile_later

_CONDITION = compile_later(
    r"[\"'”’`*]{0,3}\s{0,3}(?:if\b|when\b|means\b|=\s|in case\b)|[\"'”’`]{1,3}\s{0,3}for a tie", re.IGNORECASE
)
_IF = compile_later(r"(?<!even )\b(?:if|whenever)\b(?! (?:i|we) (?:had|have|must|were)\b)", re.IGNORECASE)
_FOR_A_TIE = compile_later(r"[\"'”’`*]{0,3} for a tie", re.IGNORECASE)
_BETWEEN = compile_later(r"[\s\"'`,;$*)(\\]{0,9}(?:or|and|/|vs\.?|,)[\s\"'`$*(\\]{0,9}", re.IGNORECASE)
_ITEM = r"[ \t*_>]{0,6}(?:\(?[0-9A-Ea-e][.):]|[-*•+]|[\"'`]|if\b|(?:assistant|model|answer|response|output|option|both|tie)\b)"
_NEXT_ITEM = compile_later(rf"[^\n]{{0,60}}\n\s{{0,3}}{_ITEM}[^\n]{{0,90}}", re.IGNORECASE)
_NEXT_LINE = compile_later(r"[\s*_`\"'.]{0,9}\n\s{0,3}")
_CONCLUDES = compile_later(
    r"final|overall|verdict|judge?ment|choice|decision|conclu|winner|therefore|so\b", re.IGNORECASE
)


def side_by_side(text: str, before: tuple[int, int], last: tuple[int, int]) -> bool:
    """Whether nothing but "or" stands between two structures."""
    return last[0] - before[1] <= 40 and _BETWEEN.fullmatch(text, before[1], last[0]) is not None


def is_template(text: str, place: tuple[int, int]) -> bool:
    """Whether a structure is quoted from the instructions: ``"[[A]]" if assistant A is better``, ``if …, write [[A]]``."""
    if _CONDITION.match(text, place[1]):
        return True
    sentence = text[max(0, place[0] - 300) : place[0]]
    if "if" not in (low := sentence.lower()) and "whenever" not in low:
        return False
    begins = max(sentence.rfind(sign) for sign in (". ", '." ', ".” ", "\n", "? ", "! "))
    return _IF.search(sentence, begins + 1) is not None


def _one_of_a_menu(text: str, before: tuple[int, int], last: tuple[int, int]) -> bool:
    """Whether two structures of different verdicts stand on lines of one list, or head two paragraphs."""
    if last[0] - before[1] <= 160:
        gap = text[before[1] : last[0]]
        if _NEXT_ITEM.fullmatch(gap) and not _CONCLUDES.search(gap.rpartition("\n")[2]):
            return True
        if _NEXT_LINE.fullmatch(gap):
            return True
    return _heads(text, before) and _heads(text, last)


def _heads(text: str, place: tuple[int, int]) -> bool:
    """Whether a structure opens its line and prose follows on it, as under a heading of its own."""
    line = text[text.rfind("\n", 0, place[0]) + 1 : place[0]]
    if len(line) > 24 or line.strip(" \t*_#>-,") not in ("", "On the other hand", "In contrast"):
        return False
    return re.match(r"[*_:.)\]]{0,4}\s{1,3}[*_]{0,2}\w[^\n]{20}", text[place[1] : place[1] + 40]) is not None


MENU = "one of a menu of options"


def in_doubt(item: Structure) -> Structure:
    """A structure that another one contradicts; a labelled line after it may still decide."""
    return item._replace(reading=unparsed(Reason.CONTRADICTORY, item.outer))


def judged(text: str, found: list[Structure]) -> list[Structure]:
    """The structures of one kind, with the reason for those that are no verdicts: templates, menus, headings."""
    if not found or found[0].rule in ("json", "scores"):
        return found
    out = [item._replace(why="an instruction restated") if is_template(text, item.outer) else item for item in found]
    if len(out) == 1:
        return out
    for at in range(1, len(out)):
        if out[at - 1].why and not out[at].why and _FOR_A_TIE.match(text, out[at].outer[1]):
            out[at] = out[at]._replace(why=out[at - 1].why)
    for at in range(2, len(out)):
        three = out[at - 2 : at + 1]
        if side_by_side(text, three[0].outer, three[1].outer) and side_by_side(text, three[1].outer, three[2].outer):
            out[at - 2 : at + 1] = [item._replace(why=item.why or MENU) for item in three]
    # "[[A]] or [[B]]" offers both: neither is a verdict, and they are no items of a list with the next line.
    offered = {
        at
        for at in range(1, len(out))
        if out[at - 1].reading.verdict is not out[at].reading.verdict
        and None is out[at - 1].reading.reason is out[at].reading.reason
        and side_by_side(text, out[at - 1].outer, out[at].outer)
    }
    for at in sorted(offered):
        why = out[at - 1].why or out[at].why
        out[at - 1 : at + 1] = [in_doubt(item)._replace(why=why) for item in out[at - 1 : at + 1]]
    # From the front, so that a whole list goes: an item that follows one of another verdict on the next line, and that one.
    for at in range(1, len(out)):
        if {at - 1, at, at + 1} & offered:
            continue
        before, last = out[at - 1], out[at]
        alike = before.reading.verdict is last.reading.verdict
        if alike and (last.rule != "brackets" or text[slice(*before.outer)] == text[slice(*last.outer)]):
            continue
        if _one_of_a_menu(text, before.outer, last.outer):
            out[at - 1] = before._replace(why=before.why or MENU)
            out[at] = last._replace(why=last.why or MENU)
    return out


_OPTION_WORDS = compile_later(r"better|best|superior|prefer|wins|winner|choose|tied?\b|draw\b|equal", re.IGNORECASE)
_EXCHANGED = {"1": "2", "2": "1", "a": "b", "b": "a", "first": "second", "second": "first"}
_NAMES_IN = compile_later(r"\b(?:[12ab]|first|second)\b", re.IGNORECASE)
_MARKER = compile_later(r"[ \t*_>]{0,6}?(?:\(?[0-9A-Ea-e][.):]|[-•+\"']|\*\s)[ \t*_\"']{0,4}")


def is_option(text: str, span: tuple[int, int]) -> bool:
    """Whether what stands there is an item of a list, and so may be an option of a menu."""
    return _MARKER.match(text, text.rfind("\n", 0, span[0]) + 1) is not None


_ANNOUNCED = compile_later(
    r"\b(?:one of (?:the|these)|options?|choices|either)\b[^\n]{0,60}:[\s*_]{0,9}\Z", re.IGNORECASE
)


def is_announced(text: str, span: tuple[int, int]) -> bool:
    """Whether what stands there is the first item of a menu that is announced: "The verdict is one of the following:"."""
    start = text.rfind("\n", 0, span[0]) + 1
    return is_option(text, span) and _ANNOUNCED.search(text, max(0, start - 160), start) is not None


def is_open_item(text: str, span: tuple[int, int]) -> bool:
    """Whether what stands there is the last line of the text, an item of a list, and without a full stop."""
    end = text.rstrip()
    return span[1] >= len(end) and end[-1:].isalnum() and "\n" in end and is_option(text, span)


def without_menus(text: str) -> str:
    """The text with its menus of options blanked out: list items next to each other of which one is the other with the
    answers' names exchanged ("1. Answer 1 is better." / "2. Answer 2 is better."), and the rest of that list.
    """
    lines: list[tuple[int, int]] = []
    start = 0
    for line in text.split("\n"):
        if 3 < len(line) <= 120 and _MARKER.match(line) and _OPTION_WORDS.search(line):
            lines.append((start, start + len(line)))
        start += len(line) + 1
    drop: set[int] = set()
    for at in range(1, len(lines)):
        if text[lines[at - 1][1] : lines[at][0]].strip():
            continue
        one, other = _option(text[slice(*lines[at - 1])]), _option(text[slice(*lines[at])])
        if at - 1 in drop and len(other) < 90:
            drop.add(at)
        elif one != other and _NAMES_IN.sub(lambda name: _EXCHANGED[name[0].lower()], one) == other:
            drop |= {at - 1, at}
    for at in drop:
        start, end = lines[at]
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _option(line: str) -> str:
    return _MARKER.sub("", line).lower().strip(" \t*_\"'.;,")
