"""Texts that could not be read, grouped by the reason and by the look of the text, the most frequent group first.

A judge that answers in a form that no parser knows does so again and again. Its texts differ in every word and agree in
their shape, which is what the user has to see: 300 texts with a JSON object with keys ``reason, pick``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from vlrb_task.parsing.verdicts import Reason
from vlrb_task.support.patterns import compile_later

MOST_EXAMPLES = 3

_KEY = compile_later(r"[\"']([A-Za-z_][\w ]{0,30})[\"']\s*:")
_TAG = compile_later(r"<(/?[A-Za-z][\w:-]{0,30}|\|[\w ]{1,30}\|)>")
_DOUBLE = compile_later(r"\[\[[^\[\]\n]{0,40}\]\]")
_BOX = compile_later(r"\\(?:boxed|box|fbox)\s*\{")
_LABEL = compile_later(r"^[\s#>*_`\-\d.]*([^\W\d][^\W\d]*(?: [^\W\d]+){0,3})[\s*_`]*[:：]")
_WORD = compile_later(r"\w+")
_WRITING = compile_later(
    r"(?P<Chinese_or_Japanese>[\u3040-\u30ff\u4e00-\u9fff])|(?P<Korean>[\uac00-\ud7af])|(?P<Cyrillic>[\u0400-\u04ff])"
    r"|(?P<Arabic>[\u0600-\u06ff])|(?P<Greek>[\u0370-\u03ff])|(?P<Devanagari>[\u0900-\u097f])"
)
_ENDED = compile_later(r"[.!?。！？…)\]}>\"'”’*_`]\s*\Z")
_LOOKED_AT = 4_000


@dataclass(frozen=True, slots=True)
class Group:
    """Unread texts of one reason and shape.

    Attributes:
        reason: why they could not be read.
        shape: how they look, in words.
        count: how many there are.
        examples: places of the first few in the order given.
    """

    reason: Reason
    shape: str
    count: int
    examples: tuple[int, ...]


def grouped(unread: Iterable[tuple[int, Reason, str | None]]) -> list[Group]:
    """Group unread texts.

    Args:
        unread: for each text its place (a row, or a line of a log), its reason, and the text (None where none was kept).

    Returns:
        The most frequent group first; among equals the one that came first.
    """
    places: dict[tuple[Reason, str], list[int]] = {}
    for place, reason, text in unread:
        places.setdefault((reason, "" if text is None else shape(text)), []).append(place)
    return [
        Group(reason, look, len(known), tuple(known[:MOST_EXAMPLES]))
        for (reason, look), known in sorted(places.items(), key=lambda item: -len(item[1]))
    ]


def shape(text: str) -> str:
    """How a text looks, in words: its structures if it has any, else its last labelled line, else how long it is.

    Only its end is looked at, where verdicts stand. The words depend on nothing that differs from answer to answer, so
    that texts of one form have one shape.
    """
    end = text[-_LOOKED_AT:].strip()
    if not end:
        return "empty"
    if words := _structures(end):
        return "; ".join(words)
    if repeated := _repeated(end):
        return repeated
    lines = [line for line in end.splitlines() if line.strip()]
    label = _LABEL.match(lines[-1])
    script = _script(end)
    if label and not label[1][0].islower():
        return f"last line begins with “{label[1].lower()}:”{script}"
    if len(lines) == 1 and (len(end) <= 4 if script else len(_WORD.findall(end)) <= 3):
        return f"one to three words{script}"
    ended = "" if _ENDED.search(end) else ", ends inside a sentence"
    long = "one line" if len(lines) == 1 else "a few lines" if len(lines) <= 5 else "many lines"
    return f"prose of {long}{script}{ended}"


def _structures(end: str) -> list[str]:
    """The closed forms in a text, and what they are named."""
    keys = list(dict.fromkeys(key.lower() for key in _KEY.findall(end)))
    tags = list(dict.fromkeys(tag.removeprefix("/").lower() for tag in _TAG.findall(end)))
    words = (
        "JSON with keys " + ", ".join(keys[:5]) + ", …" * (len(keys) > 5) if keys else "",
        "double brackets" if _DOUBLE.search(end) else "",
        "a box" if _BOX.search(end) else "",
        "tags " + ", ".join(f"<{tag}>" for tag in tags[:3]) if tags else "",
    )
    return list(filter(None, words))


def _repeated(end: str) -> str:
    """Whether the text goes round in a circle: one line, or one word, many times at its end."""
    lines = [line.strip() for line in end.splitlines() if line.strip()]
    if len(lines) >= 6 and len(set(lines[-6:])) == 1:
        return "one line repeated"
    words = end.split()
    return "one word repeated" if len(words) >= 12 and len(set(words[-12:])) == 1 else ""


def _script(end: str) -> str:
    """The writing of the text, if it is not the Latin one."""
    for name, count in Counter(letter.lastgroup or "" for letter in _WRITING.finditer(end)).most_common(1):
        if 5 * count >= len(_WORD.findall(end)):
            return f" in {name.replace('_', ' ')}"
    return ""
