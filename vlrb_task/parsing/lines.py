"""Lines of a text: a name alone on one, and those that make one sentence: a "not" may stand on the line before its claim."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vlrb_task.parsing.encoding import codes, encode
from vlrb_task.parsing.verdicts import Verdict
from vlrb_task.support.patterns import compile_later

_LONGEST = 40  # lines; who wraps a sentence more often writes none

_BEGINS = compile_later(r"[-*•+·|>#]\s|[#|>`]|\(?[0-9a-zA-Z]{1,2}[.)]\s")
_NAMED = compile_later(
    r"[*_\"'(]{0,3}(?:the\s)?(?:answer|response|assistant|option|model|candidate|first|second|both|neither)\b",
    re.IGNORECASE,
)
_LABEL = compile_later(r"[*_]{0,3}[A-Za-z ]{1,40}:")
_CLOSED = frozenset(("", ".", "!", "?", ":", ";", ")", "|", "。"))
# The last word of a line, as a code, after which a sentence cannot end; after a blank line only the first few count.
_OPEN = frozenset(
    codes(
        "that not if than neither nor think choose is better would might in for filler as makes but therefore "
        "although while because and or less more considering does this unlike rather instead between , provided "
        "hearsay"
    )
)
_WIDE_OPEN = frozenset(codes("that not if than neither nor think"))


def top_of(lines: Sequence[str], index: int) -> int:
    """The first of the lines that make one sentence with the line at ``index``; ``index`` itself if it begins one.

    A line that begins in lower case goes on from the one above unless that one is closed by a sign; a line that begins
    with an answer's name does if the one above ends in a word that needs more ("that", "not", "prefer"). List items,
    headings and rows of a table begin anew.
    """
    above = lines[index - 1] if index else ""
    if not above and index > 1:
        above = lines[index - 2]
    if above[-1:] in _CLOSED:
        return index  # nearly always
    top = index
    while top > 0 and index - top < _LONGEST:
        core = lines[top].strip()
        above = lines[top - 1].rstrip()
        gap = not above
        if gap and top > 1:
            above = lines[top - 2].rstrip()
        above = above.rstrip("*_")
        if (
            not above
            or not (above[-1].isalnum() or above[-1] == ",")
            or above.lstrip()[0] in "#|"
            or _BEGINS.match(core)
        ):
            break
        lower = core.lstrip("*_")[:1].islower() and not _LABEL.match(core)
        if not lower and not _NAMED.match(core):
            break
        if (gap or not lower) and encode(above[-30:])[-1:] not in (_WIDE_OPEN if gap else _OPEN):
            break
        top -= 2 if gap else 1
    return top


_NOUN_WORDS = "answer response assistant model option output candidate feedback caption image description"
_BARE = dict.fromkeys(("tie", "draw", "equal", "neither", "both", "tied"), Verdict.TIE)
for _side, _word, _names in ((Verdict.FIRST, "first", "a1"), (Verdict.SECOND, "second", "b2")):
    _BARE |= dict.fromkeys((*_names, _word, f"the {_word}"), _side)
    for _noun in _NOUN_WORDS.split():
        _BARE |= dict.fromkeys((f"{_word} {_noun}", f"the {_word} {_noun}"), _side)
        _BARE |= dict.fromkeys((f"{_noun}{join}{name}" for join in (" ", "", "_", "-") for name in _names), _side)
_BARE_EDGES = " \t\r\n*_`#\"'“”‘’().[]{}:!,<>|\\。"


def bare(text: str) -> Verdict | None:
    """The verdict of a text, or of the inside of a tag or a box, that is nothing but a name: "B", "(2)", "Answer 1"."""
    if len(text) > 64:
        return None
    core = text.strip(_BARE_EDGES)
    for wrapper in ("boxed{", "box{", "text{", "textbf{", "mathbf{"):
        core = core.removeprefix(wrapper).strip(_BARE_EDGES)
    return _BARE.get(" ".join(core.lower().replace("(", " ").replace(")", " ").split()))
