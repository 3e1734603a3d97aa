"""Shorter ways to the readings of texts that end exactly as their judge was asked to, for votes by the million.

Each gives what the long way gives, or None where it cannot be sure; ``tests/parsing/test_quick.py`` holds that on real texts.
"""

from __future__ import annotations

from vlrb_task.parsing import normal
from vlrb_task.parsing.verdicts import Reading, Verdict
from vlrb_task.support.patterns import compile_later

_SIDES = {**dict.fromkeys("A1", Verdict.FIRST), **dict.fromkeys("B2", Verdict.SECOND), "C": Verdict.TIE}

_CLOSING_LINE = compile_later(
    r"(?:\A|\n)([*_#]{0,4} ?Overall Judgment:[*_]{0,2} ?[*_]{0,2}Answer ([12]) is better\.?[*_]{0,2})\Z"
)


def _has_thoughts(text: str) -> bool:
    """Whether a text may have a part that is set aside. Single signs come first: they are found much faster than words."""
    return (
        "<" in text
        or "◁" in text
        or ("[" in text and "THINK]" in text)
        or "assistantfinal" in text
        or "analysis" in text
    )


def closing_line(text: str) -> Reading | None:
    """The reading of a text that ends in the line that the official prompt asks for, word for word, and nothing odd before it."""
    found = _CLOSING_LINE.search(text, max(0, len(text) - 64)) if "Overall Judgment:" in text[-64:] else None
    if found is None or "\\" in text or "{" in text or ("[" in text and "[[" in text):
        return None
    if _has_thoughts(text) or normal.failed(text):
        return None
    if len(text) > 240 and (len(text) > normal.WINDOW or normal.period(text)):
        return None
    return Reading(_SIDES[found[2]], None, found.span(1))


_WORD = compile_later("[A-Za-z]{3}")
_CLOSING_BRACKETS = compile_later(r"(?<!than )\[\[([ABC])\]\]\Z")


def closing_brackets(text: str) -> Reading | None:
    """The reading of a text whose only brackets are ``[[A]]``, ``[[B]]`` or ``[[C]]`` at its end."""
    found = _CLOSING_BRACKETS.search(text, max(0, len(text) - 12))
    if found is None or text.count("[") != 2 or "\\" in text or not _is_ordinary(text, found.start()):
        return None
    return Reading(_SIDES[found[1]], None, found.span(1))


_CLOSING_BOX = compile_later(r"\\boxed\{([AB12])\}\Z")


def closing_box(text: str) -> Reading | None:
    r"""The reading of a text whose only box is ``\boxed{A}`` or the like at its end."""
    found = _CLOSING_BOX.search(text, max(0, len(text) - 12))
    if found is None or text.count("box") != 1 or not _is_ordinary(text, found.start()):
        return None
    return Reading(_SIDES[found[1]], None, found.span(1))


def _is_ordinary(text: str, until: int) -> bool:
    """Whether a text has words up to there, and nothing that could set its end aside: tags, conditions, a failure."""
    tail = text[-320:].lower()
    return (
        text.isascii()
        and len(text) <= normal.WINDOW
        and not _has_thoughts(text)
        and "if" not in tail
        and "whenever" not in tail
        and not normal.failed(text)
        and _WORD.search(text, 0, until) is not None
    )


_CLOSING_TAG = compile_later(r"</think>\s{0,9}<answer>([AB12])</answer>\Z")


def closing_tag(text: str) -> Reading | None:
    """The reading of ``<think>…</think><answer>1</answer>`` with no other tag in it."""
    found = _CLOSING_TAG.search(text, max(0, len(text) - 48))
    if (
        found is None
        or not text.isascii()
        or not text.startswith("<think>")
        or text.count("<") != 4
        or len(text) > normal.WINDOW
    ):
        return None
    return Reading(_SIDES[found[1]], None, found.span(1))
