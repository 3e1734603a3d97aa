"""Labels and headings: what a line announces before it says anything."""

from __future__ import annotations

from enum import IntEnum

from vlrb_task.parsing.encoding import CODE, codes, rule
from vlrb_task.parsing.recurring import remembered

ITEM = rule(r"^[(]?[number one two][.)]|^[(]?[A B][.)](?=.)|^A:(?=FIRST)|^B:(?=SECOND)")
_LABEL = rule(r"^([^:|,.; but because therefore while<>=?-]{1,14})[:|=-]")
_LABEL_SURE = frozenset(codes("verdict better winner overall choose choice"))
_LABEL_MAY = frozenset(
    codes(
        "verdict better winner overall choose aspect_noun answer answers choice is filler I it think would in "
        "that second first or and for one two does ( both ) between [ ]"
    )
)
_NAMED, _NAMES_ONLY = (
    frozenset(codes("FIRST SECOND OTHER")),
    frozenset(codes("FIRST SECOND OTHER or and aspect_noun answer answers filler")),
)
_JUDGING, _CLAIMING = frozenset(codes("verdict overall")), frozenset(codes("is better beats does"))
_OF_CRITERIA, _SPOKEN = frozenset(codes("criterion regard")), frozenset(codes("is does would think choose I"))
_SENTENCE = frozenset(codes(". , ; ? is does beats choose not"))
_CHOOSING, _WITH_CHOOSING = CODE["choose"], frozenset(codes("I verdict better overall"))
_ANSWER, _WITH_ANSWER = CODE["answer"], frozenset(codes("verdict better winner"))
_LABEL_NEUTRAL = frozenset(
    codes("aspect_noun answer answers think foreign filler I is it choice and one two considering")
)


class Mark(IntEnum):
    """How a statement presents itself."""

    CRITERION = -1  # under a label of its own that is no verdict's: "Accuracy: Answer 1 is better."
    PLAIN = 0
    LOCAL = 1  # "therefore", "so": may conclude a remark as well as a text
    GLOBAL = 2  # "overall", "in conclusion"
    LABEL = 3  # "Overall Judgment:", "Winner:", a box, an answer tag


def label(code: str) -> tuple[Mark | None, str, bool]:
    """The leading label of a statement: its mark, the rest, and whether a bare 1, 2, A or B may follow it."""
    found = _LABEL.match(code)
    if found is None:
        return None, code, False
    name, rest = found.group(1), code[found.end() :]
    held = set(name)
    if held & _NAMED:
        if code[found.end() - 1] == "=":
            return None, code, False
        if held & _JUDGING and not held & _CLAIMING:
            return Mark.LABEL, rest, True  # "Overall judgment (Answer 1 or Answer 2):"
        return (Mark.PLAIN, rest, False) if held <= _NAMES_ONLY else (None, code, False)
    if held & _OF_CRITERIA:
        return Mark.CRITERION, rest, False
    if held <= _LABEL_MAY and held & _LABEL_SURE and (_CHOOSING not in held or held & _WITH_CHOOSING):
        # A "final answer" may be the solution of the question that was judged: a name must be spelled out.
        return Mark.LABEL, rest, not (name.endswith(_ANSWER) and not held & _WITH_ANSWER)
    if held <= _LABEL_NEUTRAL:
        return Mark.PLAIN, rest, False
    if code[found.end() - 1] in "-=" or held & _SPOKEN:
        return None, code, False
    return Mark.CRITERION, rest, False


@remembered
def label_of(code: str, short: bool) -> tuple[Mark | None, bool]:
    """The mark that a line gives to the lines below it, if it is a heading or begins with a label; and whether a bare
    1, 2, A or B below it is a name.

    Args:
        code: the line's codes.
        short: the line may be a heading, without a colon.
    """
    code = ITEM.sub("", code.lstrip("|"))
    mark, _, digits = label(code)
    if mark is None and short and 0 < len(code) <= 9 and not set(code) & _SENTENCE:
        mark, _, digits = label(code + ":")
    return mark, digits
