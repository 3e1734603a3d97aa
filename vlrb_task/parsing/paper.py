r"""The paper's own rule for reading a verdict, in linear time.

The official script removes line feeds and asterisks, and searches the rest, whatever the case, for

    (?:Overall Judgment|Therefore)\\s*.*\\s*-*\\s*Answer\\s*(\\d+)\\s*is\\s*(?:the\\s*)?(?:slightly\\s*)?better

As written the four unlimited parts in its middle try every way to share the white space that stands there: 400 spaces
take eight seconds. What they match together is anything at all, so the rule is: after the first "Overall
Judgment" or "Therefore", the last "Answer N is better", with "the" and "slightly" allowed in it. This is that rule.
"""

from __future__ import annotations

import re

from vlrb_task.parsing.normal import BLANK, failed
from vlrb_task.parsing.verdicts import Reading, Reason, Verdict, unparsed
from vlrb_task.support.patterns import compile_later

_ANCHOR = compile_later(r"Overall Judgment|Therefore", re.IGNORECASE)
_CORE = compile_later(r"Answer\s*(\d+)\s*is\s*(?:the\s*)?(?:slightly\s*)?better", re.IGNORECASE)

# Python refuses to read a decimal number with more digits than this.
LONGEST_NUMBER = 4000


def _core(text: str) -> re.Match[str] | None:
    """The last "Answer N is better" after the first anchor, in a text already without line feeds and asterisks."""
    if not text.isascii():
        # Whatever the case: in Unicode that takes in letters such as the long s, so the pattern has to look itself.
        anchor = _ANCHOR.search(text)
        found = None
        if anchor:
            for core in _CORE.finditer(text, anchor.end()):
                found = core
        return found
    low = text.lower()
    starts = [at + len(word) for word in ("overall judgment", "therefore") if (at := low.find(word)) >= 0]
    if not starts:
        return None
    # "Therefore" and "Overall Judgment" share no letters' places, so the one that ends first begins first.
    floor = min(starts)
    at = low.rfind("answer", floor)
    while at >= 0:
        found = _CORE.match(text, at)
        if found:
            return found
        at = low.rfind("answer", floor, at)
    return None


def paper_number(text: str) -> int | None:
    """The number of the answer that the paper's rule finds better, or None if it finds none.

    The official script counts every number but the rejected answer's as right, so 3 is right there; :func:`paper` calls
    it contradictory. A number of more than 4,000 digits, on which the script would stop with an error, is None.
    """
    found = _core(text.replace("\n", "").replace("*", ""))
    if found is None or len(found.group(1)) > LONGEST_NUMBER:
        return None
    return int(found.group(1))


def paper(text: str) -> Reading:
    """Read a text by the paper's rule, for comparison; no span, since the rule does not read the text as written.

    Its faults are kept: "not better" is missed, and so is "superior"; a "therefore" in a remark counts; a verdict under
    a heading without "Overall Judgment" or "Therefore" above it is not seen. What differs: the script leaves a text
    about an "Answer 3" right, see :func:`paper_number`, and a failed request is called that.
    """
    number = paper_number(text)
    if number == 1:
        return Reading(Verdict.FIRST)
    if number == 2:
        return Reading(Verdict.SECOND)
    if number is not None:
        return unparsed(Reason.CONTRADICTORY)
    core = text.strip(BLANK)
    if not core:
        return unparsed(Reason.EMPTY)
    return unparsed(Reason.FAILED_REQUEST if failed(core) else Reason.NO_VERDICT)
