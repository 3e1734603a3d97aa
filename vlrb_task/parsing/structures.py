r"""Closed verdict structures: tags, boxes, brackets and arena notation, and which of them are no verdicts.

A finder gives the structures of one kind in the order of the text. What they hold is read by :func:`slot`; what is a menu of
options, a template of the instructions or a heading is told by :func:`menus` and dropped. All are linear in the text's length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from vlrb_task.parsing import normal
from vlrb_task.parsing.labels import Mark
from vlrb_task.parsing.verdicts import Reading, Reason, Verdict, unparsed
from vlrb_task.parsing.walk import Walk, bare


class Place(NamedTuple):
    """The inside of a place for a final answer.

    Attributes:
        start: where the inside begins.
        end: where it ends.
        closed: the place was closed; else it runs to the end of the text.
        outer: where the whole of it begins and ends, its own signs included.
    """

    start: int
    end: int
    closed: bool = True
    outer: tuple[int, int] = (0, 0)


class Structure(NamedTuple):
    """A place, read.

    Attributes:
        rule: the kind: ``tag``, ``box``, ``brackets``, ``arena``, ``json`` or ``scores``.
        outer: where it stands, its own signs included.
        reading: what its inside says, with the inside's span.
        closed: it was closed; else the text ends in it.
        why: why it is no verdict ("a menu of options"); empty if it may be one.
    """

    rule: str
    outer: tuple[int, int]
    reading: Reading
    closed: bool = True
    why: str = ""


Finder = Callable[[str], Iterator[Place]]

_NAMES = (
    r"(?:answer|verdict|final|winner|choice|decision|judge?ment|result|preference|preferred|selection|better|best|conclusion)"
    r"(?:[_-]?(?:answer|verdict|choice|decision|judge?ment|response|one))?"
)
_TAG = re.compile(rf"<(/?)({_NAMES})\s{{0,3}}>", re.IGNORECASE)


def tags(text: str) -> Iterator[Place]:
    """The insides of ``<answer>…</answer>``, ``<verdict>…</verdict>`` and the like, whatever the case.

    Engines that stop at a stop string cut the closing tag off, so a last one that is never closed runs to the end.
    """
    if "<" not in text:
        return
    opened: re.Match[str] | None = None
    for match in _TAG.finditer(text):
        if not match[1]:
            opened = match
        elif opened is not None and opened[2].lower() == match[2].lower():
            yield Place(opened.end(), match.start(), True, (opened.start(), match.end()))
            opened = None
    if opened is not None:
        yield Place(opened.end(), len(text), False, (opened.start(), len(text)))


def tag(name: str) -> Finder:
    """The finder of ``<name>…</name>`` alone, under the same rules."""
    pattern = re.compile(rf"<(/?){name}>", re.IGNORECASE)

    def find(text: str) -> Iterator[Place]:
        if "<" not in text:
            return
        opened: re.Match[str] | None = None
        for match in pattern.finditer(text):
            if not match[1]:
                opened = match
            elif opened is not None:
                yield Place(opened.end(), match.start(), True, (opened.start(), match.end()))
                opened = None
        if opened is not None:
            yield Place(opened.end(), len(text), False, (opened.start(), len(text)))

    return find


_BOX = re.compile(r"\\(?:f?boxe?d?)\s{0,9}\{|<\|begin_of_box\|>")
_BRACES = re.compile(r"[{}]")
_END_OF_BOX = "<|end_of_box|>"


def boxes(text: str) -> Iterator[Place]:
    r"""The insides of ``\boxed{…}``, ``\box{…}``, ``\fbox{…}`` (braces matched) and of GLM's box tokens.

    A box within a box is part of the outer one.
    """
    if "\\" not in text and "<|begin_of_box" not in text:
        return
    at = 0
    while (found := _BOX.search(text, at)) is not None:
        start = found.end()
        if found[0][0] == "<":
            end = text.find(_END_OF_BOX, start)
            at = end + len(_END_OF_BOX)
        else:
            end, depth = -1, 1
            for brace in _BRACES.finditer(text, start):
                depth += 1 if brace[0] == "{" else -1
                if depth == 0:
                    end, at = brace.start(), brace.end()
                    break
        if end < 0:
            yield Place(start, len(text), False, (found.start(), len(text)))
            return
        yield Place(start, end, True, (found.start(), at))


_LETTER_BRACKETS = re.compile(r"\[\[ ?([AB12]) ?\]\]")
_NAMED = re.compile(
    r"[*_]{0,3} (?:is(?! my| the (?:final )?verdict)|was|wins|outperforms|performs|says|states|claims|mentions"
    r"|describes|identifies|"
    r"correctly|incorrectly)\b"
)


def named(text: str) -> str:
    """A text in which brackets that stand for a name have become one: "[[A]] is better than [[B]]"."""
    if "[[" not in text:
        return text

    def name(found: re.Match[str]) -> str:
        start, end = found.span()
        as_name = _NAMED.match(text, end) or text[max(0, start - 8) : start].rstrip("*_ ").endswith("than")
        return f"bot {found[1]}".ljust(end - start) if as_name else found[0]

    return _LETTER_BRACKETS.sub(name, text)


_BRACKETS = re.compile(r"\[\[([^\[\]\n]{1,60})\]\]")
_OPEN_BRACKETS = re.compile(r"(?<!\[)\[\[(?!\[)[^\[\]\n]{0,60}\]?\Z")


def brackets(text: str) -> Iterator[Place]:
    """The insides of ``[[…]]``; one that the end of the text cuts off is not closed."""
    if "[[" not in text:
        return
    for match in _BRACKETS.finditer(text):
        yield Place(match.start(1), match.end(1), True, match.span())
    last = _OPEN_BRACKETS.search(text, max(0, len(text) - 64))
    if last is not None:
        yield Place(last.start() + 2, len(text), False, last.span())


_SHOWN = (
    r"(?:(?:the )?(?:assistant|model|answer|response|output|option|candidate|feedback|caption|image|description)[ _]?)"
)
_SIDE = rf"{_SHOWN}?([ab12])"
_ARENA = re.compile(
    rf"\s*\(?{_SIDE}\)?\s*(>{{1,3}}|<{{1,3}}|={{1,2}}|≻|≫|≈)\s*(?:{_SIDE})?\s*(?:=\s*(?:good|bad|poor|fine|ok)\s*)?",
    re.IGNORECASE,
)
# Outside of double brackets: single brackets anywhere, or all of a line.
_ARENA_ALONE = re.compile(
    r"(?<!\[)\[(\s?[AB]\s?(?:>{1,3}|<{1,3}|={1,2}|≻|≫|≈)\s?[AB]\s?(?:=\s?\w{1,6})?)\](?!\])"
    r"|^[ \t*_`#\"'(]{0,9}(?:[\w ]{1,30}:[ *_]{1,4})?([AB]\s?(?:>{1,3}|<{1,3}|={1,2}|≻|≫|≈)\s?[AB](?:=\s?(?i:good"
    r"|bad))?)[ \t*_`\"').]{0,9}$",
    re.MULTILINE,
)


# "Therefore, the order is: Assistant 2 > Assistant 1.", at the end of its line; a sign such as "=<" is none of the five.
_NAMES_COMPARED = re.compile(
    rf"(?:^|(?<=[:.,*] )|(?<=is )|(?<=be ))[*_`\"']{{0,3}}({_SHOWN}[(]?[AB12][)]?[ *_]{{0,3}}(?:\\?[><=≻≫≈]"
    rf"|&[gl]t;){{1,3}}[ *_]{{0,3}}{_SHOWN}[(]?[AB12][)]?)"
    r"[ *_`\"'.]{0,6}$",
    re.MULTILINE | re.IGNORECASE,
)


def arenas(text: str) -> Iterator[Place]:
    """Arena notation without double brackets: ``[B>A]`` anywhere, ``**B>>A**`` on a line of its own or after a label."""
    if not (">" in text or "=" in text or "<" in text or "&gt;" in text or not text.isascii()):
        return
    for match in _ARENA_ALONE.finditer(text):
        group = 1 if match[1] else 2
        yield Place(match.start(group), match.end(group), True, match.span() if group == 1 else match.span(2))
    for match in _NAMES_COMPARED.finditer(text):
        yield Place(match.start(1), match.end(1), True, match.span(1))


def grade(content: str) -> Verdict | None:
    """The side of arena notation, ``A>>B`` to ``B>>A``; ``A=B``, ``A=B=Good`` and the like are ties."""
    content = content.replace("\\", "").replace("&gt;", ">").replace("&lt;", "<").replace("*", "")
    found = _ARENA.fullmatch(content)
    if found is None:
        return None
    one, sign, other = found[1].upper(), found[2][0], (found[3] or "").upper()
    if one == other or (not other and sign != ">") or one.isdigit() != (other or one).isdigit():
        return None
    if sign in "=≈":
        return Verdict.TIE
    return Verdict.FIRST if (one in "A1") == (sign in ">≻≫") else Verdict.SECOND


_LETTER_SUBJECT = re.compile(r"^[\s(*_]{0,4}([ABab12])[)*_]{0,3}\s(?=(?:is|wins|>)\s)")
_TIES = frozenset(("tie", "tied", "equal", "neither", "both", "draw", "same"))


def slot(content: str, offset: int, tie: frozenset[str] = frozenset()) -> Reading:
    """Read what stands in the place of a final answer: a tag, a box, a field. A bare name is enough there."""
    span = (offset, offset + len(content))
    if not content.strip(normal.BLANK):
        return unparsed(Reason.EMPTY, span)
    word = content.strip(" \t\n*_`\"'().")
    if word.lower() in tie:
        return Reading(Verdict.TIE, None, span)
    verdict = bare(content) or grade(word)
    if verdict is not None:
        return Reading(verdict, None, span)
    inner = next(brackets(content), None) if "[[" in content else next(boxes(content), None)
    if inner is not None and inner.closed and len(content) < 200:
        verdict = bare(content[inner.start : inner.end]) or grade(content[inner.start : inner.end])
        if verdict is not None:
            return Reading(verdict, None, span)
    if content.lstrip(" (*_")[:1] in ("A", "B", "a", "b", "1", "2"):
        content = _LETTER_SUBJECT.sub(r"Answer \1 ", content, count=1)
    reading = Walk(content, offset, inherited=Mark.LABEL).read()
    return Reading(reading.verdict, reading.reason, span)


_CONDITION = re.compile(
    r"[\"'”’`*]{0,3}\s{0,3}(?:if\b|when\b|means\b|=\s|in case\b)|[\"'”’`]{1,3}\s{0,3}for a tie", re.IGNORECASE
)
_IF = re.compile(r"(?<!even )\b(?:if|whenever)\b(?! (?:i|we) (?:had|have|must|were)\b)", re.IGNORECASE)
_FOR_A_TIE = re.compile(r"[\"'”’`*]{0,3} for a tie", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s\"'`,;$*)(\\]{0,9}(?:or|and|/|vs\.?|,)[\s\"'`$*(\\]{0,9}", re.IGNORECASE)
_ITEM = r"[ \t*_>]{0,6}(?:\(?[0-9A-Ea-e][.):]|[-*•+]|[\"'`]|if\b|(?:assistant|model|answer|response|output|option|both|tie)\b)"
_NEXT_ITEM = re.compile(rf"[^\n]{{0,60}}\n\s{{0,3}}{_ITEM}[^\n]{{0,90}}", re.IGNORECASE)
_NEXT_LINE = re.compile(r"[\s*_`\"'.]{0,9}\n\s{0,3}")
_CONCLUDES = re.compile(r"final|overall|verdict|judge?ment|choice|decision|conclu|winner|therefore|so\b", re.IGNORECASE)


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
    # From the front, so that a whole list goes: an item that follows one of another verdict on the next line, and that one.
    for at in range(1, len(out)):
        before, last = out[at - 1], out[at]
        alike = before.reading.verdict is last.reading.verdict
        if alike and (last.rule != "brackets" or text[slice(*before.outer)] == text[slice(*last.outer)]):
            continue
        if _one_of_a_menu(text, before.outer, last.outer):
            out[at - 1] = before._replace(why=before.why or MENU)
            out[at] = last._replace(why=last.why or MENU)
    return out


_OPTION_WORDS = re.compile(r"better|best|superior|prefer|wins|winner|choose|tie\b|equal", re.IGNORECASE)
_EXCHANGED = {"1": "2", "2": "1", "a": "b", "b": "a", "first": "second", "second": "first"}
_NAMES_IN = re.compile(r"\b(?:[12ab]|first|second)\b", re.IGNORECASE)
_MARKER = re.compile(r"[ \t*_>]{0,6}?(?:\(?[0-9A-Ea-e][.):]|[-•+\"']|\*\s)[ \t*_\"']{0,4}")


def is_option(text: str, span: tuple[int, int]) -> bool:
    """Whether what stands there is an item of a list, and so may be an option of a menu."""
    return _MARKER.match(text, text.rfind("\n", 0, span[0]) + 1) is not None


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
