"""One text, read: its structures, what of them counts, and its prose. The order is told in :mod:`vlrb_task.parsing.final`."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from vlrb_task.parsing import doubts, jsons, menus, normal, structures
from vlrb_task.parsing.declared import Declared, declared, opening
from vlrb_task.parsing.labels import Mark
from vlrb_task.parsing.scores import pairs_of_scores, slots_of_scores
from vlrb_task.parsing.structures import Structure
from vlrb_task.parsing.verdicts import Reading, Reason, Verdict, unparsed
from vlrb_task.parsing.walk import RETHINK, Heard, Walk
from vlrb_task.support.patterns import compile_later

Kind = Literal["tag", "box", "brackets", "arena", "json", "scores"]
_SIGNLESS: tuple[Kind, ...] = ("scores",)
_EVERY: tuple[Kind, ...] = ("tag", "box", "brackets", "arena", "json", *_SIGNLESS)

# A text without any of these signs has no structure of that kind. Single signs are found much faster than words.
_SIGNS: dict[Kind, str] = {"tag": "<", "box": "\\<", "brackets": "[", "arena": "><=&≻≫≈", "json": "{"}
_ALL_SIGNS = "".join(_SIGNS.values())

_RETHINK = compile_later(rf"[.!?\n]\s{{0,9}}{RETHINK.pattern}", re.IGNORECASE)
_BOTH = compile_later(
    r"(?:1|\bA\b|first).{0,200}?(?:2|\bB\b|second)|(?:2|\bB\b|second).{0,200}?(?:1|\bA\b|first)", re.DOTALL
)
_EDGES = normal.BLANK + "*_`.\"')]}$\\"
_DIGITS = compile_later(r"[\s(]{0,3}[\d.]{1,9}[)\s]{0,3}")


class Note(NamedTuple):
    """Something found on the way to a reading, for an explanation."""

    rule: str
    span: tuple[int, int]
    says: str
    why: str = ""


Notes = list[Note]


class Page:
    """What is read of one text: its structures and its prose."""

    def __init__(self, body: str, offset: int, inside: bool, notes: Notes | None) -> None:
        self.body, self.offset, self.inside, self.notes = body, offset, inside, notes

    def find(self, kind: Kind, tie: frozenset[str], asked: bool = False) -> list[Structure]:
        """The structures of one kind that may be verdicts; the others are noted, and blanked out for the prose."""
        found = menus.judged(self.body, self._read_all(kind, tie, asked))
        for item in found:
            if item.why:
                self._note(item.rule, item.outer, str(item.reading.verdict), item.why)
        if kind in ("brackets", "arena", "tag", "box"):
            for item in found:
                if item.why == menus.MENU:
                    self._blank(item.outer)
        kept = [item for item in found if not item.why]
        if kind in ("brackets", "arena") and not asked:  # what cannot be read was looked at for the sake of the menus
            looked_at = (None, Reason.CUT_OFF, Reason.CONTRADICTORY)
            kept = [item for item in kept if item.reading.reason in looked_at or item.rule == "arena"]
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
            # "[[A>" says what it says, "[[A" may have gone on in any way; so may the second of two slots
            half = kind == "brackets" or (kind == "tag" and body[: place.outer[0]].rstrip().endswith("</answer>"))
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
        return self._taken_back(last, asked=True)

    def any(self) -> Reading:
        """The reading of a text by the last closed structure, else by its sentences."""
        found: list[Structure] = []
        for kind in _EVERY if any(map(self.body.__contains__, _ALL_SIGNS)) else _SIGNLESS:
            if kind in _SIGNS and not any(map(self.body.__contains__, _SIGNS[kind])):
                continue
            found += self.find(kind, frozenset())
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
                    last = menus.in_doubt(last)
            elif last.rule in ("box", "scores") and not _agree(found[-2:]):
                last = menus.in_doubt(last)
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
                last = menus.in_doubt(last)
                reading = last.reading
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
            mark, strong = (heard.mark, heard.strong) if heard else (Mark.PLAIN, False)  # remarks only
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
        if reading.span is None or menus.is_option(self.body, reading.span):
            body = menus.without_menus(self.body)
            if body is not self.body:
                walk = Walk(body, 0, marked_only=self.inside)
                reading = walk.read()
        if reading.reason in (Reason.CUT_OFF, Reason.NO_VERDICT) and (first := self._declared_first(walk)) is not None:
            return self._moved(first)
        if reading.span is None or reading.reason is not None:
            return self._moved(reading)
        heard = _decided(walk, reading)
        found = declared(self.body, reading.span[1])
        if heard is not None and heard.mark < Mark.LABEL and self._declared_otherwise(reading, found):
            return self._moved(unparsed(Reason.CONTRADICTORY, reading.span))
        if heard is not None and heard.mark is Mark.LABEL and self._taken_back_later(walk, reading):
            return self._moved(unparsed(Reason.CONTRADICTORY, reading.span))
        marked = walk.named or (heard is not None and heard.mark is Mark.LABEL)
        strong = (heard is not None and heard.strong) or any(one.verdict is reading.verdict for one in found)
        if not marked and not strong and doubts.compared_after(self.body, reading.span):
            return self._moved(unparsed(Reason.NO_VERDICT, reading.span))
        if not marked and reading.verdict is Verdict.TIE and doubts.more_after_all(self.body[reading.span[0] :]):
            return self._moved(unparsed(Reason.NO_VERDICT, reading.span))
        if not marked and doubts.stops_before_its_end(self.body, reading.span[1], strong):
            return self._moved(unparsed(Reason.CUT_OFF, reading.span))
        if menus.is_open_item(self.body, reading.span) or menus.is_announced(self.body, reading.span):
            return self._moved(unparsed(Reason.CUT_OFF, reading.span))
        return self._second_thoughts(reading)

    def _declared_first(self, walk: Walk) -> Reading | None:
        """The verdict of the opening sentence of a text whose reasons say no other, and may stop in the middle."""
        first = opening(self.body)
        if first is None or walk.rethought or walk.blocked or normal.period(self.body):
            return None
        if any(
            one.strong and one.verdict is not first.verdict and one.mark is not Mark.CRITERION for one in walk.heard
        ):
            return None
        if doubts.stops_before_its_end(self.body, first.span[1], strong=True, turns=False):
            return None
        return Reading(first.verdict, None, first.span)

    def _taken_back_later(self, walk: Walk, reading: Reading) -> bool:
        """Whether a strong claim after a labelled verdict, on its line or below, says something else."""
        for one in walk.heard:  # last first
            if one.span == reading.span and one.mark is Mark.LABEL and one.verdict is reading.verdict:
                return False
            if one.strong and one.verdict is not reading.verdict and one.mark is not Mark.CRITERION:
                return True
        return False

    def _declared_otherwise(self, reading: Reading, found: list[Declared]) -> bool:
        """Whether the top of the text declares another verdict, for good."""
        for one in found:
            if one.verdict is not reading.verdict:
                self._note("label" if one.label else "claim", one.span, str(one.verdict), "taken back by what follows")
        said = {one.verdict for one in found}
        until = reading.span[0] if reading.span else 0
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


_BRACKET_TIE = frozenset("c")
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


def _agree(found: list[Structure]) -> bool:
    return len({item.reading.verdict for item in found}) == 1
