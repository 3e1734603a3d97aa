r"""The default parser: the final verdict of a judge that writes as it likes.

It reads from the end. A *marked* statement is one that presents itself as the verdict: a label ("Overall Judgment:",
"Winner:"), a box, an answer tag, or an opening such as "Overall," or "Therefore,". The last marked verdict wins, and
outranks every unmarked one; statements under the heading of a verdict are marked by it. Among unmarked statements
only plain overall ones count ("Answer 2 is better"), and only where the text did not stop in the middle of
a sentence. What is said of one criterion, of a condition, in a question, in a quotation or by somebody else is no
verdict.

What was decided where judges leave it open:

- a verdict inside a reasoning block that never closed is not final, and one before it is under revision: cut off
  (unless the text ends with a whole ``<answer>…</answer>``: the judge forgot the closing tag of its reasoning);
- if all text is inside closed reasoning, a marked verdict in there is read, an unmarked one is not;
- "Wait", "let me reconsider" and the like after a verdict, with no new one: cut off;
- "Overall Judgment: Both answers are incorrect." is a tie: the judge was asked, and prefers neither;
- "A", "B", "1" and "2" are names where they are all of the text, or stand right after the label of a verdict;
  elsewhere they may be the options of the question that was judged. So may "Final Answer: 2" and ``\boxed{2}``.
"""

from __future__ import annotations

import re

from vlrb_task.parsing import blocks
from vlrb_task.parsing.labels import Mark
from vlrb_task.parsing.verdicts import Reading, Reason, Verdict, unparsed
from vlrb_task.parsing.walk import RETHINK, Walk, bare

_RETHINK = re.compile(rf"[.!?\n]\s{{0,9}}{RETHINK.pattern}", re.IGNORECASE)
_LETTER_SUBJECT = re.compile(r"^[\s(*_]{0,4}([ABab12])[)*_]{0,3}\s(?=(?:is|wins|>)\s)")
_ANSWER_TAG = re.compile(r"<(/?)answer>", re.IGNORECASE)
_ANSWER_END = "</answer>"
_BOTH = re.compile(
    r"(?:1|\bA\b|first).{0,200}?(?:2|\bB\b|second)|(?:2|\bB\b|second).{0,200}?(?:1|\bA\b|first)", re.DOTALL
)


def final(text: str) -> Reading:
    """Read a pairwise judge's free text. See the module's own text for the rules."""
    core, start = blocks.trim(text)
    if not core:
        return unparsed(Reason.EMPTY)
    if blocks.failed(core):
        return unparsed(Reason.FAILED_REQUEST)
    verdict = bare(core)
    if verdict is not None:
        return Reading(verdict, None, (start, start + len(core)))
    part = blocks.outside(core)
    if "</answer>" in core or "</Answer>" in core:
        reading = _answer_slot(part, core, start)
        if reading is not None:
            return reading
    if part.unclosed:
        return unparsed(Reason.REPETITION if blocks.period(core) else Reason.CUT_OFF)
    body, offset = part.text, start + part.start
    if len(body) > blocks.WINDOW:
        # The first line of the window may have lost its beginning, and with it a negation.
        skip = len(body) - blocks.WINDOW
        skip = body.find("\n", skip) + 1 or skip
        body, offset = body[skip:], offset + skip
    if part.inside or part.start:
        verdict = bare(body)
        if verdict is not None and not part.inside:
            return Reading(verdict, None, (offset, offset + len(body)))
    reading = Walk(body, offset, marked_only=part.inside).read()
    if reading.span is None:
        return reading
    return _second_thoughts(body, offset, reading, reading.span)


def _answer_slot(part: blocks.Outside, core: str, start: int) -> Reading | None:
    """The last ``<answer>…</answer>`` that counts: outside the reasoning, or at the very end of the text.

    A marked verdict after it wins, as the last word.
    """
    if (part.unclosed or part.inside) and core[-9:].lower() != _ANSWER_END:
        return None
    text = part.text[-blocks.WINDOW :]
    base = start + part.start + len(part.text) - len(text)
    opened = close = begin = -1
    for match in _ANSWER_TAG.finditer(text):
        if match.group(1) and opened >= 0:
            begin, close = opened, match.start()
        opened = -1 if match.group(1) else match.end()
    if begin < 0:
        return None
    rest = text[close + len(_ANSWER_END) :]
    if rest.strip(blocks.BLANK):
        later = Walk(rest, base + close + len(_ANSWER_END), marked_only=True).read()
        if later.reason is None:
            return later
    return slot(text[begin:close], base + begin)


def slot(content: str, offset: int) -> Reading:
    """Read what stands in the place of a final answer: a tag, a box, a field. A bare name is enough there."""
    span = (offset, offset + len(content))
    if not content.strip(blocks.BLANK):
        return unparsed(Reason.EMPTY, span)
    verdict = bare(content)
    if verdict is not None:
        return Reading(verdict, None, span)
    if content.lstrip(" (*_")[:1] in ("A", "B", "a", "b", "1", "2"):
        content = _LETTER_SUBJECT.sub(r"Answer \1 ", content, count=1)
    reading = Walk(content, offset, inherited=Mark.LABEL).read()
    return Reading(reading.verdict, reading.reason, span)


def _second_thoughts(body: str, offset: int, reading: Reading, span: tuple[int, int]) -> Reading:
    """Take back a verdict that the judge went on to doubt, or that is one of two said in turn without end."""
    rest = body[span[1] - offset :]
    if len(rest) > 4 and _RETHINK.search(rest):
        return unparsed(Reason.CUT_OFF, span)
    if len(body) > 240:
        unit = blocks.period(body)
        if unit and (_BOTH.search(unit) or reading.verdict is Verdict.TIE):
            return unparsed(Reason.REPETITION)
    return reading
