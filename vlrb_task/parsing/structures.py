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
from vlrb_task.parsing.lines import bare
from vlrb_task.parsing.verdicts import Reading, Reason, Verdict, unparsed
from vlrb_task.parsing.walk import Walk
from vlrb_task.support.patterns import compile_later


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


def _tagged(names: str) -> Finder:
    """The finder of ``<name>…</name>`` for the names of a pattern's group, whatever the case.

    Engines that stop at a stop string cut the closing tag off, so a last one that is never closed runs to the end.
    """
    pattern = compile_later(f"<(/?){names}>", re.IGNORECASE)

    def find(text: str) -> Iterator[Place]:
        if "<" not in text:
            return
        opened: re.Match[str] | None = None
        for match in pattern.finditer(text):
            if not match[1]:
                opened = match
            elif opened is not None and opened[2].lower() == match[2].lower():
                yield Place(opened.end(), match.start(), True, (opened.start(), match.end()))
                opened = None
        if opened is not None:
            yield Place(opened.end(), len(text), False, (opened.start(), len(text)))

    return find


tags = _tagged(rf"({_NAMES})\s{{0,3}}")
"""The insides of ``<answer>…</answer>``, ``<verdict>…</verdict>`` and the like."""
answers, scored = _tagged("(answer)"), _tagged("(score)")


_BOX = compile_later(r"\\(?:f?boxe?d?)\s{0,9}\{|<\|begin_of_box\|>")
_BRACES = compile_later(r"[{}]")
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


_LETTER_BRACKETS = compile_later(r"\[\[ ?([AB12]) ?\]\]")
_NAMED = compile_later(
    r"[*_]{0,3} (?:is(?! my| the (?:final )?verdict)|was|wins|outperforms|performs|says|states|claims|mentions"
    r"|describes|identifies|"
    r"correctly|incorrectly)\b"
)


def named(text: str) -> str:
    """A text in which brackets that stand for a name have become one: "[[A]] is better than [[B]]"."""
    if "[" not in text or "[[" not in text:
        return text

    def name(found: re.Match[str]) -> str:
        start, end = found.span()
        as_name = _NAMED.match(text, end) or text[max(0, start - 8) : start].rstrip("*_ ").endswith("than")
        return f"bot {found[1]}".ljust(end - start) if as_name else found[0]

    return _LETTER_BRACKETS.sub(name, text)


_PICTURE = compile_later(
    r"\b(first|second) ((?:(?:edited|generated|provided) )?(?:image|video|picture|photo))\b(?!s)", re.IGNORECASE
)
_BOTH_PICTURES = compile_later(r"\bboth (?:(?:edited|generated|provided) )?(?:images|videos)\b", re.IGNORECASE)
_SPELLED = compile_later(r"\b(?:answer|response|assistant|model|output|option|candidate) ?\(?[12AB]\b", re.IGNORECASE)


def pictured(text: str) -> str:
    """A text that calls the answers nothing but "the first image" and "the second image", with another word for "image"."""
    if ("image" not in text and "video" not in text) or " Answer 1 " in text or _SPELLED.search(text) is not None:
        return text
    shown = {found[1].lower() for found in _PICTURE.finditer(text)}
    if not shown or (len(shown) < 2 and not _BOTH_PICTURES.search(text)):
        return text
    return _PICTURE.sub(lambda found: f"{found[1]} reply".ljust(len(found[0])), text)


_BRACKETS = compile_later(r"\[\[([^\[\]\n]{1,60})\]\]")
_OPEN_BRACKETS = compile_later(r"(?<!\[)\[\[(?!\[)[^\[\]\n]{0,60}\]?\Z")


def brackets(text: str) -> Iterator[Place]:
    """The insides of ``[[…]]``; one that the end of the text cuts off is not closed."""
    if "[[" not in text:
        return
    for match in _BRACKETS.finditer(text):
        yield Place(match.start(1), match.end(1), True, match.span())
    last = _OPEN_BRACKETS.search(text, max(0, len(text) - 64))
    if last is not None:
        whole = text.endswith("]")
        yield Place(last.start() + 2, len(text) - whole, whole, last.span())


_SHOWN = (
    r"(?:(?:the )?(?:assistant|model|answer|response|output|option|candidate|feedback|caption|image|description)[ _]?)"
)
_SIDE = rf"{_SHOWN}?([ab12])"
_ARENA = compile_later(
    rf"\s*\(?{_SIDE}\)?\s*(>{{1,3}}|<{{1,3}}|={{1,2}}|≻|≫|≈)\s*(?:{_SIDE})?\s*(?:=\s*(?:good|bad|poor|fine|ok)\s*)?",
    re.IGNORECASE,
)
# Outside of double brackets: single brackets or quotes anywhere, or all of a line.
_ARENA_ALONE = compile_later(
    r"(?<!\[)[\[\"“](\s?[AB]\s?(?:>{1,3}|<{1,3}|={1,2}|≻|≫|≈)\s?[AB]\s?(?:=\s?\w{1,6})?)[\]\"”](?!\])"
    r"|^[ \t*_`#\"'(]{0,9}(?:[\w ]{1,30}:[ *_]{1,4})?([AB]\s?(?:>{1,3}|<{1,3}|={1,2}|≻|≫|≈)\s?[AB](?:=\s?(?i:good"
    r"|bad))?)[ \t*_`\"').]{0,9}$",
    re.MULTILINE,
)


_COMPARED = compile_later(r"[12ABab]\)?[\s*_]{0,3}(?:\\?[><=≻≫≈]|&[gl]t;)")
"""What all arena notation has in it: a name, and a sign behind it."""

# "Therefore, the order is: Assistant 2 > Assistant 1.", at the end of its line; a sign such as "=<" is none of the five.
_NAMES_COMPARED = compile_later(
    rf"(?:^|(?<=[:.,*] )|(?<=is )|(?<=be )|(?<=ance of ))[*_`\"']{{0,3}}({_SHOWN}[(]?[AB12][)]?[ *_]{{0,3}}(?:\\?[><=≻≫≈]"
    rf"|&[gl]t;){{1,3}}[ *_]{{0,3}}{_SHOWN}[(]?[AB12][)]?)"
    r"(?: in terms of [a-z ]{3,40})?[ *_`\"'.]{0,6}$",
    re.MULTILINE | re.IGNORECASE,
)


def arenas(text: str) -> Iterator[Place]:
    """Arena notation without double brackets: ``[B>A]`` anywhere, ``**B>>A**`` on a line of its own or after a label."""
    if _COMPARED.search(text) is None:
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


_LETTER_SUBJECT = compile_later(r"^[\s(*_]{0,4}([ABab12])[)*_]{0,3}\s(?=(?:is|wins|>)\s)")
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
