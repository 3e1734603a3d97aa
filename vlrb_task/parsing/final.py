r"""The order in which a judge's text is read: structure before prose. ``docs/reading.md`` has one example a rule.

1. The text is made plain (:mod:`vlrb_task.parsing.normal`): full-width forms, odd spaces, line ends, model tokens, unknown tags.
   An opened thought is cut off; of a closed one only what follows is read.
2. The structures that the judge's own prompt asked for are looked for first. One that cannot be read is not replaced by a guess.
3. Then any closed structure: a tag, a box, brackets, arena notation, JSON, a pair of scores. The last one counts. Menus of
   options, templates and headings are none.
4. Only then sentences, the last conclusion first (:mod:`vlrb_task.parsing.walk`); a labelled line (``Final verdict: …``) is the
   strongest of them.
5. Prose after a structure, or after a verdict declared at the top, that takes it back makes the text contradictory. "Wait" with
   no new verdict after it makes it cut off; two verdicts in turn without end are repetition.

What was decided where judges leave it open:

- a verdict inside a reasoning block that never closed is not final, and one before it is under revision: cut off (unless the
  text ends with a whole structure of the asked kind: the judge forgot the closing tag of its reasoning);
- if all text is inside closed reasoning, a marked verdict in there is read, an unmarked one is not;
- "Overall Judgment: Both answers are incorrect." is a tie: the judge was asked, and prefers neither;
- "A", "B", "1" and "2" are names where they are all of the text, or stand right after the label of a verdict; elsewhere they
  may be the options of the question that was judged. So may "Final Answer: 2" and ``\boxed{2}``, unless a box was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vlrb_task.parsing import normal, quick, structures
from vlrb_task.parsing.lines import bare
from vlrb_task.parsing.page import Kind, Note, Notes, Page
from vlrb_task.parsing.verdicts import Reading, Reason, Verdict, unparsed
from vlrb_task.parsing.walk import Walk
from vlrb_task.support.patterns import compile_later

_BEGINNINGS = frozenset(("both", "1.", "2.", "1)", "2)", "neither"))
"""Texts that look like a name or a tie and are the beginning of a list or a sentence."""

_ASIDE = compile_later(r"(?<=[)12AB*]) \((?!or\b|and\b|if\b|vs)(?:[^()]|\([abAB12]\)){3,300}\)\.?\Z")
"""What stands behind a name that is all the text otherwise: "Output (b) (as it gives more options)"."""
_LONGEST_NAME = 400


def _name(core: str, place: tuple[int, int]) -> Reading | None:
    """The answer that is all of a short text, with its reason in brackets or without."""
    aside = _ASIDE.search(core) if ")" in core[-2:] else None
    verdict = bare(core[: aside.start()] if aside else core)
    if verdict is None or core.lower() in _BEGINNINGS:
        return None
    if aside and Walk(aside[0].strip(" ()."), 0).read().verdict not in (verdict, Verdict.UNPARSED):
        return unparsed(Reason.CONTRADICTORY, place)
    return Reading(verdict, None, place)


@dataclass(frozen=True, slots=True)
class Reader:
    """A pairwise parser.

    Attributes:
        asked: the kinds of structure that the judge's prompt asked for, tried in this order; none: any will do.
        tie: names of a tie in such a structure, beyond those understood everywhere.
        tools: the judge may call tools: a call after its last answer means that it is not done.
        quick: a shorter way to a reading that must equal the long one's; None where it does not apply.
    """

    asked: tuple[Kind, ...] = ()
    tie: frozenset[str] = frozenset()
    tools: bool = False
    quick: Callable[[str], Reading | None] | None = None

    def __call__(self, text: str) -> Reading:
        """Read a text."""
        if self.quick is not None and (reading := self.quick(text)) is not None:
            return reading
        return self.read(text)

    def read(self, text: str, notes: Notes | None = None) -> Reading:
        """Read a text the long way, and write down in ``notes`` what was found."""
        core, start = normal.trim(normal.plain(text))
        if why := normal.missing(core):
            return unparsed(why)
        whole = (start, start + len(core))
        if len(core) <= _LONGEST_NAME and (named := _name(core, whole)) is not None:
            if notes is not None:
                notes.append(Note("name", whole, str(named.verdict)))
            return named
        part = normal.outside(core)
        body = structures.named(normal.lettered(normal.untagged(normal.unemphasised(part.text))))
        body, offset = structures.pictured(body), start + part.start
        if len(body) > normal.WINDOW:
            # The first line of the window may have lost its beginning, and with it a negation.
            skip = len(body) - normal.WINDOW
            skip = body.find("\n", skip) + 1 or skip
            body, offset = body[skip:], offset + skip
        called = normal.last_tool_call(core) if self.tools else -1
        if part.unclosed and not self._ends_in_a_verdict(body):
            if called >= 0:
                return unparsed(Reason.TOOL_CALL)
            return unparsed(Reason.REPETITION if normal.period(core) else Reason.CUT_OFF)
        page = Page(body, offset, part.inside, notes)
        if notes is not None:
            page.note_lines()
        for kind in self.asked:
            found = page.find(kind, self.tie, asked=True)
            if found:
                if called > offset - start + found[-1].outer[1]:
                    return unparsed(Reason.TOOL_CALL)
                return page.asked(found)
        if called >= 0:
            return unparsed(Reason.TOOL_CALL)
        if (part.inside or part.start) and not part.inside and (verdict := bare(body)) is not None:
            return Reading(verdict, None, (offset, offset + len(body)))
        return page.any()

    def _ends_in_a_verdict(self, body: str) -> bool:
        """Whether a text whose reasoning was never closed ends with a whole structure: the tag was forgotten, no more."""
        end = body.rstrip(normal.BLANK)
        if end[-1:] not in (">", "}", "]"):
            return False
        page = Page(body, 0, True, None)
        found = [item for kind in self.asked or ("tag",) for item in page.find(kind, self.tie, asked=True)]
        return any(item.closed and item.outer[1] >= len(end) for item in found)


final = Reader(quick=quick.closing_line)
