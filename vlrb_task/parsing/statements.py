"""The grammar: what one statement of a judge's text says about the two answers, if it says anything final.

Statements are read as codes (:mod:`vlrb_task.parsing.words`). Everything here is a pure function of a short string;
every pattern is bounded, so that a statement is read in time linear in its length, and one longer than
:data:`LONGEST` is not read at all: nobody pronounces a verdict in one.

The order of things in :func:`read`: questions and quotations go; then labels ("Overall Judgment:", "1. Accuracy:");
then clauses that concede, explain or compare; then whatever hangs on a condition, a negation or somebody's opinion.
Only what is left may be a verdict. In doubt there is none.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from vlrb_task.parsing.claims import (
    AS_NAME,
    CLASH,
    FIRST,
    OTHER,
    SCOPE_BEFORE,
    SECOND,
    TAKEN_BACK,
    TIE,
    absolutes,
    settle,
    sides,
    tie,
)
from vlrb_task.parsing.labels import ITEM, Mark, label

LONGEST = 700


class Claim(NamedTuple):
    """What a statement says.

    Attributes:
        side: FIRST, SECOND, TIE, CLASH (both at once, in a place where a verdict must stand) or "" (nothing).
        strong: "is better", not merely "is more detailed".
        mark: how it presents itself.
        template: it is the prompt's own example line ("Answer X is better").
    """

    side: str
    strong: bool
    mark: Mark
    template: bool = False


_ENDS = re.compile(r"(?<=[.;?])(?![.;?’\")])")
# "Therefore, my final verdict is: …" is a label, whatever leads up to it and takes nothing back.
_MY_VERDICT = re.compile(r"(^|[.;])[^iNZηŴ?.;&%÷@FSX]{0,40}(?:^|[,+;.]|(?<=[,+;.&]))[gf]{0,2}O?Mf{0,2}c?f?:")
_QUICK = re.compile(r"(OM[:-]|O,|\+,?|f?)([FS])cf{0,3}G(?:tf?[FS])?\.?")
_QUICK_MARKS = {"OM:": Mark.LABEL, "OM-": Mark.LABEL, "O,": Mark.GLOBAL, "+": Mark.LOCAL, "+,": Mark.LOCAL}
_QUOTED = re.compile(r'"([^"]*)"|‘([^‘’]*)’')
_CHOICE_IF = re.compile(r"i[gz]?[dc]f{0,2}[Vv][f1]{0,2}(?=,)")  # "if I had to choose one,"
_ASIDES = re.compile(r"ρt[fI]{0,2}[FS]|ι[If]{0,2}[FS]|Nf?[FS](?=[,&.]|$)|κ[fI]{0,2}[FS]|[tu][fI]{0,2}[FS]P?")
_INSERTED = re.compile(r"(?<=[FS])\([^()FSN]{0,16}\)|(?<=[FS]),[^,FSN&+]{1,30},(?=[fO]{0,3}[chη])")
_LABEL_WITHOUT_COLON = re.compile(r"[gf]?O?M[FS]")
_BARE_AFTER_MARK = re.compile(r"^[fOMIe+]{0,4}[,:]?([FS])\.$")
_GIVEN = re.compile(r"[I~]?γ([^,]*),")
_QUESTION_LIKE = frozenset("cdhη")  # "Had the image shown …", "Is Answer 1 better"
_ASIDE_SIGNS = frozenset("ριNκtu(,")
_CLAUSE_SIGNS = frozenset("%÷$γ")
_NAME_ONLY = re.compile(r"^[f:]{0,2}([FS])f{0,3}G|^[gz]?h?f?[vVc]{1,2}[@f:]{0,2}([FS])\.?$")
_TIE_ONLY = re.compile(r"^[f:]{0,2}[bKT]J?\.?$|^[f:]{0,2}Nf?R?\.?$|^T")
_SELF = re.compile(r"([FS])[^FS]{0,12}t[fI]{0,2}\1")
_OPENING_CLAUSE = re.compile(r"(?:^[fI~]{0,2}(?:[OM+]{1,2},?)?|(?<=[a&:]))(?:[%÷$][^,&+]*,?|[I~]?γ[^,]*,)")
# Remarks on both ("F is more detailed, while S is more concise"), or one that is taken back ("more detailed, but not needed").
_UNDECIDED = re.compile(
    r"([FS])[fO]{0,3}[cd][fO]{0,3}[ml].{0,80}?,?÷f{0,2}(?!\1)[FS][fO]{0,3}[cd][fO]{0,3}[ml][fO]{0,2}(?!n)"
    r"|[ml][fO]{0,2}[pn][^FS&]{0,20}&[fO]{0,2}(?:[cd]?N|[ml]?n)"
)
_INNER_CLAUSE = re.compile(r"[%$][^&+]*")
_MADE_IT = re.compile(r"μzf{0,3}G")
_BOTH_ALIKE = re.compile(r"(?:b|K|FaS|SaF|KFHS|KSHF)I?[Jf]{0,4}c[fO]{0,3}[npφ][^FSGWmlw&]*$")
_BARE = re.compile(r"^[f:,|(\[\"Y]{0,3}([FSAB12])[)\]\".:|,]*$")
_LEADING = re.compile(r"^[f:]{0,2}([FS])(?=[(,.:-]|If|$)")

_NAMES = frozenset("FSXbKTERYAB")
_LABEL_SIGNS = frozenset(":|-")
_CRITERIA_LISTED = re.compile(r"^(?:[Iτ~q]|γ)[^FSbKz]*,(?=[^,]*[FSbKzJ])")
_BARE = re.compile(r"^[f:,|(\[\"Y]{0,3}([FSAB12])[)\]\".:|,]*$")
_LEADING = re.compile(r"^[f:]{0,2}([FS])(?=[(,.:-]|If|$)")


def _unquoted(code: str, whole: bool) -> str:
    """The statement with quotations taken out: a bare name loses its quotes, anything longer goes."""

    def inner(match: re.Match[str]) -> str:
        content = match.group(1) if match.group(1) is not None else match.group(2)
        if len(content) == 1:
            return content
        before, after = code[: match.start()], code[match.end() :]
        after_label = before.endswith(":") and label(before)[0] is Mark.LABEL and not label(before)[1]
        if (after_label or (whole and not before)) and not after.strip(".’"):
            return content
        return "Q"

    return _QUOTED.sub(inner, code)


def split(code: str) -> list[str]:
    """The statements of a line, in order, each with the sign that ends it.

    A full stop after the number of a list item ends nothing; quotations are whole, whatever signs they hold.
    """
    code = ITEM.sub("", code)
    if "M" in code:
        code = _MY_VERDICT.sub(r"\1OM:", code)
    return [piece for piece in _ENDS.split(code.lstrip("|")) if piece]


def unquote(code: str, whole: bool = False) -> str:
    """A line's codes without what it quotes. ``whole``: the line is all the judge wrote, and quotes are only dress."""
    if '"' in code or "‘" in code:
        code = _unquoted(code, whole)
        if '"' in code:
            # One quote is left over. What follows an opening one is quoted; what precedes a closing one was.
            at = code.index('"')
            code = code[:at] if at == 0 or code[at - 1] in ":,(" or code[at + 1 : at + 2] not in ("", ".", ",") else ""
    return code


def read(code: str, inherited: Mark = Mark.PLAIN) -> Claim:
    """What a statement says.

    Args:
        code: one statement's codes, quotations taken out.
        inherited: the mark of the label at the beginning of its line, for a statement that is not the first there.
    """
    quick = _QUICK.fullmatch(code)
    if quick and not _SELF.search(code):
        own = _QUICK_MARKS.get(quick.group(1), Mark.PLAIN)
        remark = inherited is Mark.CRITERION and own < Mark.LABEL
        return Claim(quick.group(2), True, inherited if remark else max(inherited, own))
    if len(code) > LONGEST or code.endswith("?"):
        return Claim("", False, inherited)
    if _NAMES.isdisjoint(code) and _LABEL_SIGNS.isdisjoint(code):
        return Claim("", False, inherited)
    if "Z" in code[: code.find(":", 0, 12) + 1]:
        return Claim("", False, Mark.PLAIN, True)  # "For example: …"
    code, mark, bare_digit = _unlabelled(code, inherited)
    boxed = max(code.rfind("YF"), code.rfind("YS"))
    if boxed >= 0:
        return Claim(code[boxed + 1], True, Mark.LABEL)
    if mark is Mark.LABEL:
        found = _BARE.match(code)
        if found and (bare_digit or found.group(1) in "FS"):
            return Claim(AS_NAME[found.group(1)], True, mark)
    elif mark is Mark.PLAIN and _LABEL_WITHOUT_COLON.match(code):
        mark = Mark.LABEL
    if code.count("r") >= 4:  # four criteria are all of them
        listed = _CRITERIA_LISTED.match(code)
        if listed and listed.group().count("r") >= 4:
            code, mark = code[listed.end() :], max(mark, Mark.GLOBAL)
    template = "Xc" in code or "XwS" in code
    if Mark.PLAIN <= mark < Mark.GLOBAL:
        mark = max(mark, _soft_mark(code))
    if code[:1] in _QUESTION_LIKE or ("t" in code and _SELF.search(code)):
        return Claim("", False, mark, template)
    side, strong, clean, right = _weighed(code, mark)
    if side == CLASH:
        return Claim(CLASH if mark >= Mark.GLOBAL else "", strong, mark, template)
    if side:
        return Claim(side, strong, mark, template)
    if mark is Mark.LABEL and not TAKEN_BACK.search(clean) and "i" not in clean:
        return _labelled(clean, code, right, template)
    if mark >= Mark.GLOBAL and len(right) == 2 and set(right.values()) == {"p", "n"}:
        return Claim(FIRST if right[FIRST] == "p" else SECOND, False, mark, template)
    if mark is Mark.GLOBAL and _BARE_AFTER_MARK.match(clean):
        return Claim(FIRST if "F" in clean else SECOND, True, mark, template)
    return Claim("", False, mark, template)


def _unlabelled(code: str, mark: Mark) -> tuple[str, Mark, bool]:
    """A statement without the labels that it begins with, the mark they give it, and whether a bare digit may follow."""
    if code.startswith("+:"):
        code = code[2:]
    bare_digit = False
    for _ in range(3):
        named, rest, digits = label(code)
        if named is None:
            break
        code, bare_digit = ITEM.sub("", rest), digits
        mark = named if named is not Mark.PLAIN else mark
        if mark is Mark.LABEL and _BARE.match(code):
            break
    return code, mark, bare_digit


def _weighed(code: str, mark: Mark) -> tuple[str, bool, str, dict[str, str]]:
    """The side that a statement takes, whether strongly, its codes without asides, and what it calls right or wrong."""
    if "A" in code or "B" in code:
        code = _as_names(code)
    whole = code
    made = "μ" in code and _MADE_IT.search(code)
    if "i" in code:
        code = _CHOICE_IF.sub("", code)
    if not _ASIDE_SIGNS.isdisjoint(code):
        code = _INSERTED.sub("", _ASIDES.sub("", code))
    criterion = False
    if not _CLAUSE_SIGNS.isdisjoint(code):
        opening = _OPENING_CLAUSE.search(code)
        if opening:
            said = opening.group()
            criterion = "γ" in said and ("q" in said or said.count("r") == 1)  # "considering style alone"
            code = code[: opening.start()] + code[opening.end() :]
        code = _INNER_CLAUSE.sub("", code)
    right = absolutes(code) if mark >= Mark.GLOBAL else {}
    claims = sides(code, mark)
    if criterion:
        claims = [claim._replace(limited=True) for claim in claims]
    turn = code.rfind("&")
    if turn > 0 and any(claim.place > turn and not claim.limited for claim in claims):
        claims = [claim for claim in claims if claim.place > turn]
    if claims and not any(claim.strong for claim in claims) and _UNDECIDED.search(whole):
        claims = []
    side, strong = settle(claims, mark)
    if not claims or (side == "" and mark < Mark.GLOBAL):
        tied = tie(code)
        if tied is not None and turn <= tied[0]:
            return TIE, tied[1], code, right
    return side, strong or bool(made and side in OTHER), code, right


_LETTERS = re.compile(r"(?:^|[,@v+:])[AB](?=cf{0,3}[GW]|w|[<>])")


def _as_names(code: str) -> str:
    """Bare letters as names, where a clause begins with one that is better, wins, or stands before ">"."""
    return code.replace("A", FIRST).replace("B", SECOND) if _LETTERS.search(code) else code


def _soft_mark(code: str) -> Mark:
    """The mark that a statement's own words give it."""
    if "O" in code or "M" in code or code.startswith("fv,"):
        return Mark.GLOBAL
    found = _GIVEN.match(code)
    if found and not SCOPE_BEFORE.search(found.group(1)):
        return Mark.GLOBAL
    return Mark.LOCAL if "+" in code else Mark.PLAIN


def _labelled(code: str, whole: str, right: dict[str, str], template: bool) -> Claim:
    """A statement right after a verdict's label, without any comparison in it."""
    mark = Mark.LABEL
    code = code.lstrip(",&")
    found = _NAME_ONLY.match(code)
    if found:
        return Claim(found.group(1) or found.group(2), True, mark, template)
    if _TIE_ONLY.match(code) or (_BOTH_ALIKE.match(code) and "&" not in code):
        return Claim(TIE, True, mark, template)
    if set(right.values()) == {"p", "n"}:
        return Claim(FIRST if right[FIRST] == "p" else SECOND, True, mark, template)
    if "p" in right.values() and len(right) == 1 and not {"F", "S"} <= set(whole):
        return Claim(next(iter(right)), False, mark, template)
    named = {name for name in "FS" if name in code}
    leading = _LEADING.match(code)
    if leading and len(named) == 1 and not set(code) & set("NWXlniηchd"):
        return Claim(leading.group(1), True, mark, template)
    if {"F", "S"} <= set(whole) and not right:
        return Claim(CLASH, True, mark, template)
    if len(right) == 2:
        return Claim(CLASH, True, mark, template)
    return Claim("", False, mark, template)
