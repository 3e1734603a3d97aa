"""The parser of a judge that is asked whether one answer is right: yes or no."""

from __future__ import annotations

import re

from vlrb_task.parsing import normal
from vlrb_task.parsing.structures import answers, boxes
from vlrb_task.parsing.verdicts import Rating, Reason, unrated
from vlrb_task.support.patterns import compile_later

_YES_ALONE = compile_later(r"[\s*_`#\"'(\[{\\$]{0,9}(?:text\{)?(yes|no)[\s*_`\"').,!\]}$\\]{0,9}", re.IGNORECASE)
_YES_MARKED = compile_later(
    r"(?:answer|judge?ment|verdict|decision|conclusion|result|evaluation)[\s*_]{0,6}(?::|is\b)[\s*_:\"'`(]{0,9}"
    r"(yes|no)\b(?! (?:answer|doubt|idea|longer|more|less|better))",
    re.IGNORECASE,
)
_YES_CLOSING = compile_later(r"[.!?]\s{1,3}[*_\"'(]{0,4}(yes|no)[*_\"')]{0,4}[.!]?[*_]{0,3}\Z", re.IGNORECASE)
_YES_OPENING = compile_later(r"[\s*_`\"'(]{0,9}(yes|no)[*_`\"')]{0,6}(?:[,.!:;\n]|\s[—–-])", re.IGNORECASE)


def yes_no(text: str) -> Rating:
    """Is the answer right? Yes is 1.0, no is 0.0.

    Read are, in this order: the last box or ``<answer>``; the whole text; a marked judgement ("Judgement: No"), the
    last one; the word that opens the text and the one that is its last line. If those two differ, it is
    contradictory. A "yes" or "no" in a sentence is none.
    """
    window = normal.last_window(text)
    if isinstance(window, Reason):
        return unrated(window)
    body, offset, cut = window
    for finder in (boxes, answers):
        for place in list(finder(body))[-1:]:
            span = (offset + place.start, offset + place.end)
            found = _YES_ALONE.fullmatch(body[place.start : place.end][:40])
            return _said(found[1], span) if found else unrated(Reason.NO_VERDICT, span)
    if marked := normal.last_match(_YES_MARKED, body):
        return _said(marked[1], (offset + marked.start(1), offset + marked.end(1)))
    core = body.strip(normal.BLANK)
    opening = None if cut else (_YES_ALONE.fullmatch(core[:41]) or _YES_OPENING.match(core))
    last = core.rpartition("\n")[2]
    closing = _YES_ALONE.fullmatch(last) if len(last) <= 40 else _YES_CLOSING.search(last, len(last) - 20)
    closing = closing or _YES_CLOSING.search(last, max(0, len(last) - 20))
    said = {found[1].lower() for found in (opening, closing) if found}
    if len(said) > 1:
        return unrated(Reason.CONTRADICTORY)
    if said:
        return _said(said.pop(), None)
    return unrated(normal.reason_without_verdict(body, body.lower()))


def _said(word: str, span: tuple[int, int] | None) -> Rating:
    return Rating(1.0 if word.lower() == "yes" else 0.0, None, span)
