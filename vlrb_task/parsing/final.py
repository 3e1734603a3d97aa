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

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from vlrb_task.parsing import jsons, normal, structures
from vlrb_task.parsing.labels import Mark
from vlrb_task.parsing.scores import pairs_of_scores, slots_of_scores
from vlrb_task.parsing.structures import Structure
from vlrb_task.parsing.verdicts import Reading, Reason, Verdict, unparsed
from vlrb_task.parsing.walk import RETHINK, Heard, Walk, bare

Kind = Literal["tag", "box", "brackets", "arena", "json", "scores"]
_EVERY: tuple[Kind, ...] = ("tag", "box", "brackets", "arena", "json", "scores")

_RETHINK = re.compile(rf"[.!?\n]\s{{0,9}}{RETHINK.pattern}", re.IGNORECASE)
_BOTH = re.compile(
    r"(?:1|\bA\b|first).{0,200}?(?:2|\bB\b|second)|(?:2|\bB\b|second).{0,200}?(?:1|\bA\b|first)", re.DOTALL
)
_EDGES = normal.BLANK + "*_`.\"')]}$\\"
_DIGITS = re.compile(r"[\s(]{0,3}[\d.]{1,9}[)\s]{0,3}")
_DECLARES = re.compile(
    r"^\W{0,9}(?:(?:my|the|final|overall)\s){0,3}(?:verdict|choice|winner|judge?ment|decision|preference|preferred"
    r"|better|best)[\w ]{0,20}\W{0,3}$",
    re.IGNORECASE,
)


class Note(NamedTuple):
    """Something found on the way to a reading, for an explanation."""

    rule: str
    span: tuple[int, int]
    says: str
    why: str = ""


Notes = list[Note]


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
        if not core:
            return unparsed(Reason.EMPTY)
        if normal.failed(core):
            return unparsed(Reason.FAILED_REQUEST)
        verdict = bare(core) if core.lower() not in _BEGINNINGS else None
        if verdict is not None:
            return Reading(verdict, None, (start, start + len(core)))
        part = normal.outside(core)
        body, offset = structures.named(normal.lettered(normal.untagged(part.text))), start + part.start
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
        page = _Page(body, offset, part.inside, notes)
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
        page = _Page(body, 0, True, None)
        found = [item for kind in self.asked or ("tag",) for item in page.find(kind, self.tie, asked=True)]
        return any(item.closed and item.outer[1] >= len(end) for item in found)


class _Page:
    """What is read of one text: its structures and its prose."""

    def __init__(self, body: str, offset: int, inside: bool, notes: Notes | None) -> None:
        self.body, self.offset, self.inside, self.notes = body, offset, inside, notes

    def find(self, kind: Kind, tie: frozenset[str], asked: bool = False) -> list[Structure]:
        """The structures of one kind that may be verdicts; the others are noted, and blanked out for the prose."""
        found = structures.judged(self.body, self._read_all(kind, tie, asked))
        for item in found:
            if item.why:
                self._note(item.rule, item.outer, str(item.reading.verdict), item.why)
        if kind in ("brackets", "arena", "tag", "box"):
            for item in found:
                if item.why == structures.MENU:
                    self._blank(item.outer)
        kept = [item for item in found if not item.why]
        if kind in ("brackets", "arena") and not asked:  # what cannot be read was looked at for the sake of the menus
            kept = [item for item in kept if item.reading.reason in (None, Reason.CUT_OFF) or item.rule == "arena"]
        return kept

    def _read_all(self, kind: Kind, tie: frozenset[str], asked: bool) -> list[Structure]:
        body = self.body
        if kind == "scores":
            return pairs_of_scores(body)
        if kind == "json":
            value, span, open_after = jsons.last_object(body)
            if open_after and asked:
                return [Structure("json", (len(body), len(body)), unparsed(Reason.CUT_OFF), closed=False)]
            if span is None or open_after:
                return []
            reading = jsons.read(value, body[slice(*span)])
            before = body[: span[0]].rstrip()
            if before.endswith("}") and reading.reason is None:  # two objects side by side
                other, beside, _ = jsons.last_object(before)
                if beside is not None and jsons.read(other, before[slice(*beside)]).verdict is not reading.verdict:
                    reading = unparsed(Reason.CONTRADICTORY)
            if reading.reason is Reason.NO_VERDICT and not asked:
                return []
            return [Structure("json", span, Reading(reading.verdict, reading.reason, span))]
        places = {
            "tag": structures.tags,
            "box": structures.boxes,
            "brackets": structures.brackets,
            "arena": structures.arenas,
        }
        out = slots_of_scores(body) if kind == "tag" else []
        pairs = [item.outer for item in out]
        for place in places[kind](body):
            if any(start <= place.start < end for start, end in pairs[-1:]):
                continue
            content = body[place.start : place.end]
            if kind == "box" and not asked and _DIGITS.fullmatch(content):
                continue
            reading = structures.slot(content, place.start, tie | _BRACKET_TIE if kind == "brackets" else tie)
            if kind == "arena" and reading.reason is not None:
                reading = unparsed(Reason.NO_VERDICT, reading.span)  # "Answer 1 >= Answer 2"
            half = (
                kind == "brackets" and not place.closed
            )  # "[[A>" says what it says, "[[A" may have gone on in any way
            if not place.closed and (
                reading.reason is not None or len(content) > 200 or (half and content[-1] not in "<>")
            ):
                reading = unparsed(Reason.CUT_OFF, reading.span)
            elif reading.reason in (Reason.EMPTY, Reason.CUT_OFF):
                reading = unparsed(Reason.NO_VERDICT, reading.span)  # short it may be, but it is all there
            readable = reading.reason is None or (
                kind == "tag" and body[place.outer[0] : place.start].lower() == "<answer>"
            )
            if asked or readable or kind in ("brackets", "arena") or reading.reason is Reason.CUT_OFF:
                out.append(Structure(kind, place.outer, reading, place.closed))
        return out

    def note_lines(self) -> None:
        """For an explanation: the claims of every line, whether or not the reading comes to them."""
        start = 0
        for line in self.body.split("\n"):
            if line.strip():
                walk = Walk(line, start)
                walk.read()
                for one in walk.heard:
                    self._note(_RULES[one.mark], one.span, str(one.verdict))
            start += len(line) + 1

    def asked(self, found: list[Structure]) -> Reading:
        """The reading of a text that has the structure that was asked for: the last one's, unless it is taken back."""
        last = found[-1]
        for item in found[:-1]:
            self._note(item.rule, item.outer, str(item.reading.verdict), "the last one counts")
        if last.rule == "brackets" and last.reading.reason is Reason.NO_VERDICT:
            return self.any()  # "both are equally good: [[A=A]]"
        if len(found) > 1 and last.reading.reason is None and found[-2].reading.reason is None:
            before = found[-2]
            if before.reading.verdict is not last.reading.verdict and structures.side_by_side(
                self.body, before.outer, last.outer
            ):
                return self._moved(unparsed(Reason.CONTRADICTORY, last.outer))
        return self._taken_back(last, asked=True)

    def any(self) -> Reading:
        """The reading of a text by the last closed structure, else by its sentences."""
        found: list[Structure] = []
        for kind in _EVERY:
            of_kind = self.find(kind, frozenset())
            if len(of_kind) > 1 and not _agree(of_kind[-2:]):
                before, last = of_kind[-2:]
                if structures.side_by_side(self.body, before.outer, last.outer):
                    of_kind[-1] = _in_doubt(last)
            found += of_kind
        if not found:
            return self._prose()
        found.sort(key=lambda item: item.outer[1])
        first, last = found[0], found[-1]
        for item in found[:-1]:
            self._note(item.rule, item.outer, str(item.reading.verdict), "a later structure counts")
        if last.reading.reason is None and len(found) > 1:
            opens = (
                not self.body[: first.outer[0]].strip(_EDGES)
                and "final" not in self.body[first.outer[1] : last.outer[0]].lower()
            )
            if first.reading.reason is None and opens and not _agree([first, last]):
                if not _RETHINK.search(self.body, first.outer[1]):
                    last = _in_doubt(last)
            elif last.rule in ("box", "scores") and not _agree(found[-2:]):
                last = _in_doubt(last)
        return self._taken_back(last, asked=False)

    def _taken_back(self, last: Structure, asked: bool) -> Reading:
        """The reading of a structure, unless the prose after it says something else."""
        if last.reading.span is not None:
            self._note(last.rule, last.reading.span, str(last.reading.verdict))
        reading, end = last.reading, last.outer[1]
        rest = self.body[end:]
        if reading.reason is Reason.CUT_OFF and normal.period(self.body):
            return unparsed(Reason.REPETITION)
        if last.rule == "arena" and not asked and reading.reason is None:
            before = Walk(self.body[: last.outer[0]], 0)
            said = before.read()
            heard = _decided(before, said)
            if said.reason is None and said.verdict is not reading.verdict and heard is not None and heard.strong:
                return self._moved(unparsed(Reason.CONTRADICTORY, last.outer))
        if reading.reason is Reason.CUT_OFF or not rest.strip(_EDGES):
            if reading.reason is None and (
                (last.rule == "box" and not asked) or (last.rule == "brackets" and not last.closed)
            ):
                return self._beside_prose(last)
            return self._moved(reading)
        walk = Walk(rest, end)
        later = walk.read()
        heard = _decided(walk, later)
        if later.reason is None:
            mark, strong = (heard.mark, heard.strong) if heard else (Mark.GLOBAL, False)  # remarks only
            if later.verdict is reading.verdict and (asked or mark is not Mark.LABEL):
                return self._moved(reading)
            if mark is Mark.LABEL and not asked:
                self._note(last.rule, last.outer, str(reading.verdict), "a labelled line after it counts")
                return self._second_thoughts(later)
            weak = mark >= Mark.GLOBAL and last.rule != "scores" and later.verdict is not Verdict.TIE
            if reading.reason is None and (strong or weak):
                self._note(last.rule, last.outer, str(reading.verdict), "taken back by what follows")
                return self._moved(unparsed(Reason.CONTRADICTORY, last.outer))
        elif reading.reason is None and _RETHINK.search(rest):
            return self._moved(unparsed(Reason.CUT_OFF, last.outer))
        return self._moved(reading)

    def _beside_prose(self, last: Structure) -> Reading:
        """A structure in doubt: a box that nobody asked for may hold an option of the judged question, and "[[A>" is cut off.

        It counts if the prose before it says nothing else.
        """
        before = Walk(self.body[: last.outer[0]], 0).read()
        if before.reason is None and before.verdict is not last.reading.verdict:
            return self._moved(unparsed(Reason.CONTRADICTORY if last.closed else Reason.CUT_OFF, last.outer))
        return self._moved(last.reading)

    def _prose(self) -> Reading:
        walk = Walk(self.body, 0, marked_only=self.inside)
        reading = walk.read()
        if reading.span is None or structures.is_option(self.body, reading.span):
            body = structures.without_menus(self.body)
            if body is not self.body:
                walk = Walk(body, 0, marked_only=self.inside)
                reading = walk.read()
        if reading.span is None or reading.reason is not None:
            return self._moved(reading)
        heard = _decided(walk, reading)
        if heard is not None and heard.mark < Mark.LABEL and self._declared_otherwise(reading, reading.span[0]):
            return self._moved(unparsed(Reason.CONTRADICTORY, reading.span))
        if heard is not None and heard.mark is Mark.LABEL and self._taken_back_later(walk, reading):
            return self._moved(unparsed(Reason.CONTRADICTORY, reading.span))
        if heard is not None and heard.mark < Mark.LABEL and self._goes_on(reading.span[1], heard.strong):
            return self._moved(unparsed(Reason.CUT_OFF, reading.span))
        if structures.is_open_item(self.body, reading.span):
            return self._moved(unparsed(Reason.CUT_OFF, reading.span))
        return self._second_thoughts(reading)

    def _taken_back_later(self, walk: Walk, reading: Reading) -> bool:
        """Whether a strong claim after a labelled verdict, on its line or below, says something else."""
        for one in walk.heard:  # last first
            if one.span == reading.span and one.mark is Mark.LABEL and one.verdict is reading.verdict:
                return False
            if one.strong and one.verdict is not reading.verdict and one.mark is not Mark.CRITERION:
                return True
        return False

    def _goes_on(self, end: int, strong: bool) -> bool:
        """Whether the text stops inside a sentence that was about to conclude, after a verdict in prose that was no label's."""
        body = self.body.rstrip(normal.BLANK)
        rest = body[end:]
        if not _UNFINISHED.search(body, max(0, len(body) - 40)):
            return _HALF_A_PAIR.search(rest) is not None
        floor = max(0, len(body) - 600)
        begins = max(body.rfind(sign, floor) + len(sign) if sign in body[floor:] else 0 for sign in _SENTENCE_ENDS)
        sentence = body[begins:]
        if _DECIDES.search(sentence) or (begins == 0 and len(body) < 600):
            return False  # the last sentence may be the verdict itself
        return not strong or _CONCLUDES.match(sentence) is not None or _TURNS.match(sentence) is not None

    def _declared_otherwise(self, reading: Reading, until: int) -> bool:
        """Whether a line above declares another verdict, as its label or as the opening line of the text, for good."""
        said: set[Verdict] = set()
        start = 0
        for line in self.body[:until].split("\n"):
            head, colon, _ = line[:60].partition(":")
            label = bool(colon) and _DECLARES.search(head) is not None
            if label or (
                start == 0
                and len(line) <= 200
                and not structures.is_option(line, (0, 0))
                and _WHOLE_CLAIM.fullmatch(line.strip())
            ):
                walk = Walk(line[:400], start)
                declared = walk.read()
                if declared.reason is None and (not label or not walk.heard or walk.heard[0].mark is Mark.LABEL):
                    said.add(declared.verdict)
                    if declared.verdict is not reading.verdict:
                        self._note(
                            "label", (start, start + len(line)), str(declared.verdict), "taken back by what follows"
                        )
            start += len(line) + 1
        return len(said) == 1 and reading.verdict not in said and not _RETHINK.search(self.body, 0, until + 12)

    def _second_thoughts(self, reading: Reading) -> Reading:
        """Take back a verdict that the judge went on to doubt, or that is one of two said in turn without end."""
        if reading.span is not None:
            rest = self.body[reading.span[1] :]
            if len(rest) > 4 and _RETHINK.search(rest):
                return self._moved(unparsed(Reason.CUT_OFF, reading.span))
            if len(self.body) > 240:
                unit = normal.period(self.body)
                if unit and (_BOTH.search(unit) or reading.verdict is Verdict.TIE):
                    return unparsed(Reason.REPETITION)
        return self._moved(reading)

    def _moved(self, reading: Reading) -> Reading:
        if reading.span is None or not self.offset:
            return reading
        start, end = reading.span
        return Reading(reading.verdict, reading.reason, (start + self.offset, end + self.offset))

    def _blank(self, span: tuple[int, int]) -> None:
        start, end = self.body.rfind("\n", 0, span[0]) + 1, self.body.find("\n", span[1])
        end = len(self.body) if end < 0 else end
        if end - start > 160:
            start, end = span
        self.body = self.body[:start] + " " * (end - start) + self.body[end:]

    def _note(self, rule: str, span: tuple[int, int], says: str, why: str = "") -> None:
        if self.notes is not None:
            self.notes.append(Note(rule, (span[0] + self.offset, span[1] + self.offset), says, why))


_BEGINNINGS = frozenset(("both", "1.", "2.", "1)", "2)", "neither"))
"""Texts that look like a name or a tie and are the beginning of a list or a sentence."""
_SENTENCE_ENDS = (". ", "! ", "? ", "\n", '." ', ".** ", "。")
_UNFINISHED = re.compile(r"[\w,:;(\-–—][*_#]{0,4}\Z")
_CONCLUDES = re.compile(
    r"[\s*_#>-]{0,9}(?:therefore|thus|hence|so\b|overall|in (?:conclusion|summary|the end)|to (?:conclude|sum)"
    r"|finally|ultimately|my\b|final|based on|"
    r"given|considering|conclusion|verdict|judge?ment|winner|i (?:would|will|choose|prefer|think|conclude)|scores?\b"
    r"|the (?:final|better|winner|verdict|scores?))",
    re.IGNORECASE,
)
_TURNS = re.compile(
    r"[\s*_#>-]{0,9}(?:however|but\b|although|though|while|nevertheless|nonetheless|yet\b|on the other hand|actually"
    r"|in contrast)",
    re.IGNORECASE,
)
_DECIDES = re.compile(r"better|wins|prefer|superior", re.IGNORECASE)
_HALF_A_PAIR = re.compile(
    r"(?:^|\n)[ *_#-]{0,6}(?:score|rating)[^\n]{0,60}$|(?:^|\n)[ *_#-]{0,6}(?:assistant|model|answer|response"
    r"|output)[^\n:]{0,20}:?[ \d.]{0,9}$",
    re.IGNORECASE,
)
_BRACKET_TIE = frozenset("c")
_WHOLE_CLAIM = re.compile(
    r"[\s*_#>]{0,9}(?:\(?[AB12]\)?[:.]\s)?(?:the )?\w{1,12}[ ](?:\(?[12abAB]\)?|answer|response|one)[*_]{0,3}(?: is"
    r"| wins)[^.,;\n]{0,40}[.!*_\s]{0,6}",
    re.IGNORECASE,
)
_RULES = {
    Mark.CRITERION: "criterion",
    Mark.PLAIN: "claim",
    Mark.LOCAL: "therefore",
    Mark.GLOBAL: "overall",
    Mark.LABEL: "label",
}


def _decided(walk: Walk, reading: Reading) -> Heard | None:
    """The claim that a reading of prose rests on."""
    return next((one for one in walk.heard if one.span == reading.span and one.verdict is reading.verdict), None)


def _in_doubt(item: Structure) -> Structure:
    """A structure that another one contradicts; a labelled line after it may still decide."""
    return item._replace(reading=unparsed(Reason.CONTRADICTORY, item.outer))


def _agree(found: list[Structure]) -> bool:
    return len({item.reading.verdict for item in found}) == 1


_CLOSING_LINE = re.compile(
    r"(?:\A|\n)([*_#]{0,4} ?Overall Judgment:[*_]{0,2} ?[*_]{0,2}Answer ([12]) is better\.?[*_]{0,2})\Z"
)
_UNUSUAL = ("<", "◁", "THINK]", "channel", "analysis", "[[", "\\", "{")


def closing_line(text: str) -> Reading | None:
    """The reading of a text that ends in the line that the official prompt asks for, word for word, and nothing odd before it."""
    found = _CLOSING_LINE.search(text, max(0, len(text) - 64))
    if found is None or any(sign in text for sign in _UNUSUAL) or normal.failed(text):
        return None
    if len(text) > 240 and (len(text) > normal.WINDOW or normal.period(text)):
        return None
    return Reading(Verdict.FIRST if found[2] == "1" else Verdict.SECOND, None, found.span(1))


final = Reader(quick=closing_line)
