"""Labels and headings: what a line announces before it says anything."""

from __future__ import annotations

import re
from enum import IntEnum

ITEM = re.compile(r"^[(]?[D12][.)]|^[(]?[AB][.)](?=.)|^A:(?=F)|^B:(?=S)")
_LABEL = re.compile(r"^([^:|,.;&$+÷<>=?-]{1,14})[:|=-]")
_LABEL_SURE = frozenset("MGROVC")
_LABEL_MAY = frozenset("MGROVejJCcfgzsvhI@kyoaτ12d(b)^[]")
_LABEL_NEUTRAL = frozenset("ejJvUfgczCa12γ")


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
    if held & set("FSX"):
        if code[found.end() - 1] == "=":
            return None, code, False
        if held & set("MO") and not held & set("cGwd"):
            return Mark.LABEL, rest, True  # "Overall judgment (Answer 1 or Answer 2):"
        return (Mark.PLAIN, rest, False) if held <= set("FSXoaejJf") else (None, code, False)
    if held & set("rq"):
        return Mark.CRITERION, rest, False
    if held <= _LABEL_MAY and held & _LABEL_SURE and ("V" not in held or held & set("gMGO")):
        # A "final answer" may be the solution of the question that was judged: a name must be spelled out.
        return Mark.LABEL, rest, not (name.endswith("j") and not held & set("MGR"))
    if held <= _LABEL_NEUTRAL:
        return Mark.PLAIN, rest, False
    if code[found.end() - 1] in "-=" or held & set("cdhvVg"):
        return None, code, False
    return Mark.CRITERION, rest, False


def label_of(code: str, short: bool) -> tuple[Mark | None, bool]:
    """The mark that a line gives to the lines below it, if it is a heading or begins with a label; and whether a bare
    1, 2, A or B below it is a name.

    Args:
        code: the line's codes.
        short: the line may be a heading, without a colon.
    """
    code = ITEM.sub("", code.lstrip("|"))
    mark, _, digits = label(code)
    if mark is None and short and 0 < len(code) <= 9 and not set(code) & set(".,;?cdwVN"):
        mark, _, digits = label(code + ":")
    return mark, digits
