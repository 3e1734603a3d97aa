"""From the end of a text to its verdict, line by line: what is marked as one, what the headings make of the rest."""

from __future__ import annotations

import re
from typing import NamedTuple

from vlrb_task.parsing import doubts, normal, statements
from vlrb_task.parsing.claims import CLASH, FIRST, SECOND, TIE
from vlrb_task.parsing.encoding import claim_words, codes, encode, rule
from vlrb_task.parsing.labels import Mark, label_of
from vlrb_task.parsing.lines import bare, top_of
from vlrb_task.parsing.recurring import SHORT
from vlrb_task.parsing.rewording import plain
from vlrb_task.parsing.verdicts import Reading, Reason, Verdict, unparsed
from vlrb_task.support.patterns import compile_later

VERDICTS = {FIRST: Verdict.FIRST, SECOND: Verdict.SECOND, TIE: Verdict.TIE}
_BARE_NAMES = tuple(codes("A B one two"))
_BETTER_UNKNOWN = codes("better unknown")

_FENCE = "```"
_HEADING = compile_later(r"#{1,6}\s|\*\*|__|\|")
_LIST = compile_later(r"[-*•+·]\s|\(?[0-9a-zA-Z]{1,2}[.)]\s")
_ENUMERATED = compile_later(r"\(?[0-9]{1,2}[.)]\s")
RETHINK = compile_later(
    r"(?:but |hmm,? |oh,? |no,? )?(?:wait\b|hold on\b|on second thought|correction:|scratch that|i made a mistake"
    r"|(?:let me|i (?:need|have) to|let's) "
    r"(?:re-?(?:consider|check|examine|evaluate|think|assess|read)|double-check|look again))",
    re.IGNORECASE,
)
"""The beginning of a sentence in which a judge doubts what it has said."""
_RETHOUGHT = rule(r"[filler unknown I but,]{0,3} wait")
_LONG = 16_000  # characters of a line
_HTML = compile_later(
    r"</?(?:b|i|u|em|strong|p|br|h[1-6]|span|div|li|ul|ol|center|mark|font)(?:\s[^<>]{0,80})?/?>", re.IGNORECASE
)


class Heard(NamedTuple):
    """A claim that stood, or a name alone on its line: where, for whom, how it was marked, whether it was strong."""

    span: tuple[int, int]
    verdict: Verdict
    mark: Mark
    strong: bool


class Walk:
    """One reading of one text, line by line from its end. Used once.

    Claims that carry no mark of their own wait for the heading above them: a verdict's heading makes them verdicts, a
    criterion's makes them remarks. Lines that can at most hold a remark ("Answer 2 is more detailed") are not read
    until a verdict's heading is found above them, which is seldom.
    """

    def __init__(self, body: str, offset: int, inherited: Mark = Mark.PLAIN, marked_only: bool = False) -> None:
        self.body, self.offset = body, offset
        self.inherited, self.marked_only = inherited, marked_only
        self.lines = body.split("\n")
        self.words: frozenset[str] | None = None  # the claim words of all the text, once that pays
        self.section: Reading | None = None  # the last unmarked overall claim of this section
        self.section_free = True  # it stands in a paragraph of its own, not in a list item
        self.local: Reading | None = None  # a "therefore" waiting for its heading
        self.remarks: list[tuple[str, tuple[int, int]]] = []  # sides of the remarks of this section, last first
        self.unread: list[tuple[str, tuple[int, int]]] = []  # lines of this section that may hold remarks, last first
        self.names: list[tuple[int, str, Reading]] = []  # lines of this section with a name and nothing else
        self.unmarked: Reading | None = None  # the best of the sections below
        self.structured = False  # the text goes through criteria
        self.blocked = False  # a verdict's label with nothing to read after it
        self.seen = 0  # lines with words so far
        self.paragraphs = 1  # paragraphs so far
        self.closing = ""  # the last line
        self.rethought = False  # "wait", with nothing decided since
        self.named = False  # the reading is a name under the heading of a verdict
        self.heard: list[Heard] = []  # all that could be a verdict, last first

    def read(self) -> Reading:
        """The verdict, or why there is none."""
        position = self.offset + len(self.body)
        fenced = blank = False
        index = len(self.lines)
        while index > 0:
            index -= 1
            line = self.lines[index]
            end = position - (len(line) - len(line.rstrip()))
            begin = position - len(line)
            position = begin - 1
            core = line.strip()
            if not core:
                blank = self.seen > 0
                continue
            if core.startswith(_FENCE):
                # A fence that closes the text is the judge's own dress for its verdict; another holds a quotation.
                fenced = not fenced and self.seen > 0
                continue
            if blank:
                self.paragraphs += 1
                blank = False
            self.seen += 1
            if self.seen == 4:
                self.words = claim_words(self.body)
            if fenced:
                continue
            top = top_of(self.lines, index)
            if top < index:
                core = " ".join(part.strip() for part in self.lines[top : index + 1])
                begin -= sum(len(part) + 1 for part in self.lines[top:index])
                position, index = begin - 1, top
            found = self._line(index, core, (begin, end))
            if found is not None:
                return found
        return self._top()

    def _line(self, index: int, core: str, span: tuple[int, int]) -> Reading | None:
        """Take one line in; a reading if it settles the matter."""
        core = core.removeprefix("=>").removeprefix("→").lstrip() or "-"
        quoted = core[0] == ">"
        if quoted:
            core = core.lstrip("> ")
            if not core:
                return None
        if len(core) > _LONG:
            core = core[-_LONG:]
            at = core.find(". ")
            if at < 0:
                return None
            core = core[at + 2 :]  # from a sentence's beginning, lest it lose a negation
        if "<" in core:
            core = _HTML.sub(" ", core).strip() or "-"
        if len(core) <= 24 and core[0] != "#" and core[-1] != ":":
            begun = self.seen == 1 and core.lower() in ("both", "neither")  # of a sentence that the end cuts off
            verdict = bare(core) if not begun and not _ENUMERATED.match(core) else None
            if verdict is not None:
                self.names.append((self.seen, encode(core), Reading(verdict, None, span)))
                self.heard.append(Heard(span, verdict, Mark.LABEL, True))
                return None
        core, written = plain(core).strip() or "-", core
        self.closing = self.closing or core
        if self.inherited is Mark.LABEL or self._may_claim(core) or (core != written and claim_words(core)):
            code = encode(core)
            heading = len(core) <= 64 or _HEADING.match(core) is not None
            label, digits = label_of(code, heading)
            heard = len(self.heard)
            found = self._claims(index, core, code, span, quoted)
            if found is None:
                found = self._boundary(label, digits, core)
                if label is None and len(self.heard) == heard and not (self.section or self.local or self.names):
                    self.unread.append((core, span))  # it may hold a remark all the same
            return found
        if RETHINK.match(core) and self._doubted():
            return self.local or self.section
        waiting = self.section or self.local or self.names
        if not waiting:
            if core[0] == "#" or (len(core) <= 64 and core.endswith((":", "**", ":**"))):
                self.unread.clear()
                self.structured = True
            else:
                self.unread.append((core, span))
            return None
        if _LIST.match(core) and not _ENUMERATED.match(core):
            return None
        colon = core.find(":", 0, 80)
        if colon >= 0 or len(core) <= 64:
            label, digits = label_of(encode(core[: colon + 1] if colon >= 0 else core), len(core) <= 64)
            return self._boundary(label, digits, core)
        return None

    def _may_claim(self, core: str) -> bool:
        if self.words is None:
            return bool(claim_words(core))
        return any(map(core.lower().__contains__, self.words))

    def _claims(self, index: int, core: str, code: str, span: tuple[int, int], quoted: bool) -> Reading | None:
        if self.seen == 1 and code[-1:] in (FIRST, SECOND) and core.count("**") % 2:
            return None  # cut inside the bold type: "**Answer 1" may have gone on in any way
        alone = len(self.lines) == 1 or self.inherited is Mark.LABEL
        pieces = statements.split(code, alone)
        if not pieces:
            return None
        read = statements.read_again if len(core) <= SHORT else statements.read
        head = read(pieces[0], self.inherited)
        rest_mark = Mark.CRITERION if head.mark is Mark.CRITERION else self.inherited
        for place in range(len(pieces) - 1, -1, -1):
            claim = head if place == 0 else read(pieces[place], rest_mark)
            if _RETHOUGHT.match(pieces[place]) or (place == 0 and RETHINK.match(core)):
                if claim.side and claim.strong:
                    claim = claim._replace(mark=max(claim.mark, Mark.GLOBAL))  # a changed mind is as final as any
                elif self._doubted():
                    return self.local or self.section
            if claim.mark is Mark.CRITERION:
                self.structured = True
                claim = self._closing(pieces[place], place)
            if claim.mark is Mark.LABEL and not claim.side and claim.template:
                self.blocked = True
                continue
            if claim.side:
                found = self._weigh(claim, index, core, place, span, quoted)
                if found is not None:
                    return found
        return None

    def _closing(self, piece: str, place: int) -> statements.Claim:
        """The last words of a text that ends in an item on a criterion: "4. Relevance: fine. Overall, Answer 1 is better."."""
        if place and self.seen == 1:
            claim = statements.read(piece)
            if claim.mark >= Mark.LOCAL and claim.strong and not normal.cut_off(self.body):
                return claim
        return statements.Claim("", False, Mark.CRITERION)

    def _doubted(self) -> bool:
        """Take "wait" in: what was said after it is the changed mind; if nothing was, the mind is not made up."""
        if self.local or self.section:
            return True
        self.rethought = True
        return False

    def _weigh(
        self, claim: statements.Claim, index: int, core: str, place: int, span: tuple[int, int], quoted: bool
    ) -> Reading | None:
        if claim.side == CLASH:
            if claim.mark >= Mark.GLOBAL:
                return self.local or unparsed(Reason.CONTRADICTORY, None)
            return None
        reading = Reading(VERDICTS[claim.side], None, span)
        self.heard.append(Heard(span, reading.verdict, claim.mark, claim.strong))
        if self.rethought:
            return unparsed(Reason.CUT_OFF, span)
        if claim.mark >= Mark.GLOBAL:
            return self.local or reading
        starts = place == 0 and not _LIST.match(core) and (index == 0 or not self.lines[index - 1].strip())
        if quoted:
            return None
        if starts and self.paragraphs == 1 and claim.strong and self._closes(index, core):
            return self.local or reading
        if claim.mark is Mark.LOCAL and claim.strong:
            if starts:
                return self.local or reading
            self.local = self.local or reading
        elif claim.strong:
            if self.section is None:
                self.section, self.section_free = reading, starts or bool(_ENUMERATED.match(core))
        else:
            self.remarks.append((claim.side, span))
        return None

    def _closes(self, index: int, core: str) -> bool:
        """Whether the last paragraph, which opens with a claim, stands apart from the section above it.

        It does if it is in bold type, or follows a list: then it is not a remark on the criterion of that section.
        """
        if normal.cut_off(self.body):
            return False
        for at in range(index - 1, max(-1, index - 4), -1):
            above = self.lines[at].strip()
            if above:
                if above[0] == "#" or above.endswith((":", "**")):
                    return False
                return core.startswith("**") or (_LIST.match(above) is not None and not _ENUMERATED.match(above))
        return False

    def _boundary(self, label: Mark | None, digits: bool, core: str) -> Reading | None:
        """End a section at a heading or a label, upwards."""
        if label is None:
            return None
        if label is Mark.LABEL:
            lifted = self._lifted(digits)
            if lifted is not None:
                return lifted
            self.blocked = True
        elif label is Mark.CRITERION:
            self.structured = True
            # A label with its text on the same line rules its own list, not the paragraph after a blank line.
            alone = core[0] == "#" or ":" not in core.rstrip(":*_ ")
            if not alone and self.section_free:
                return None
            self.section = self.local = None
        else:
            self.unmarked = self.unmarked or self.local or self.section
            self.section = self.local = None
        self.remarks, self.unread, self.names = [], [], []
        return None

    def _lifted(self, digits: bool) -> Reading | None:
        """What stands under the heading of a verdict: a name alone on the next line, or the last claim there."""
        best = self.local or self.section
        if len(self.names) == 1 and self.names[0][0] == self.seen - 1:
            _, code, named = self.names[0]
            usable = digits or code.strip(".()[]:")[:1] not in _BARE_NAMES
            if usable and (best is None or best.verdict is named.verdict):
                self.named = True
                return named
            if best is not None:
                return unparsed(Reason.CONTRADICTORY)
        return best or self._remarked()

    def _remarked(self, weak_only: bool = False) -> Reading | None:
        """What the remarks of a section agree on."""
        remarks = list(self.remarks)
        for core, span in self.unread:
            for piece in statements.split(encode(core)):
                claim = statements.read(piece, Mark.GLOBAL)
                if (
                    claim.side
                    and claim.mark is not Mark.CRITERION
                    and not (weak_only and (claim.strong or _BETTER_UNKNOWN in piece))
                ):
                    remarks.append((claim.side, span))
        sides = {side for side, _ in remarks}
        if len(sides) > 1 or CLASH in sides:
            return unparsed(Reason.CONTRADICTORY)
        return Reading(VERDICTS[remarks[0][0]], None, remarks[0][1]) if remarks else None

    def _top(self) -> Reading:
        """Nothing marked was found: what the rest amounts to."""
        if self.inherited is Mark.LABEL:
            lifted = self._lifted(True)
            if lifted is not None:
                return lifted
        best = self.local or self.section or self.unmarked
        cut = normal.cut_off(self.body)
        last = self.offset + len(self.body.rstrip(normal.BLANK))
        if best is None and not cut and not self.structured and not self.blocked:
            best = self._only_remark(last)
        if best is None and self.names and self.names[0][0] == 1 and not self.structured and len(self.lines) > 1:
            (_, code, named), end = self.names[0], self.body.rstrip(normal.BLANK + "*_")
            best = named if end[-1:] == "." and code[0] not in _BARE_NAMES and len(self.names) == 1 else None  # "Tie."
        ruled_out = self.blocked or self.marked_only
        if best is not None and best.span is not None and not ruled_out and (not cut or best.span[1] == last):
            return best
        return unparsed(normal.reason_without_verdict(self.body, self.body.lower()))

    def _only_remark(self, last: int) -> Reading | None:
        """The remark that is all the verdict a text has: it ends in "Answer 2 is more accurate.", and lists nothing.

        It is none if it has a downside, or if the other answer was praised before it.
        """
        if any(_LIST.match(line) for line in self.lines):
            return None
        rest = [line for line in self.unread if line[1][1] != last]
        self.unread = [line for line in self.unread if line[1][1] == last][:1]
        found = self._remarked(weak_only=True)
        if found is None or found.reason is not None or found.span is None or found.span[1] != last:
            return None
        side = FIRST if found.verdict is Verdict.FIRST else SECOND
        if doubts.qualified(self.closing, side == FIRST) or statements.concludes_otherwise(encode(self.closing), side):
            return None
        self.unread = rest
        before = self._remarked()
        return None if before is not None and before.verdict is not found.verdict else found
