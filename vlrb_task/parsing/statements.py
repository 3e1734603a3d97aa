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
    AS,
    AS_NAME,
    CLAIMING,
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
from vlrb_task.parsing.encoding import codes, rule
from vlrb_task.parsing.labels import ITEM, Mark, label
from vlrb_task.parsing.recurring import remembered
from vlrb_task.support.patterns import compile_later

LONGEST = 700
_A, _B, _IF, _BUT, _THEREFORE, _VERDICT, _OVERALL, _HEARSAY, _BOX, _CRITERION = tuple(
    codes("A B if but therefore verdict overall hearsay box criterion")
)
_THAN, _MAKES, _CONSIDERING, _REGARD, _GOOD, _BAD, _QUOTATION = tuple(
    codes("than makes considering regard good_trait bad_trait quotation")
)
_OTHER_IS, _OTHER_BEATS, _I_THINK = codes("OTHER is"), codes("OTHER beats SECOND"), codes("filler think ,")
_VERDICT_LABEL = codes("overall verdict :")
_SAYING = frozenset(codes("not worse OTHER less bad_trait if might is would does"))


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


_ENDS = rule(r"(?<=[.;?])(?![.;?’\")])")
# "Therefore, my final verdict is: …" is a label, whatever leads up to it and takes nothing back.
_MY_VERDICT = rule(
    r"(^|[.;])[^if not hearsay might when?.; but although while that FIRST SECOND OTHER]{0,40}(?:^|[, "
    r"therefore;.]|(?<=[, therefore;. but]))[I filler]{0,2} overall? verdict filler{0,2} is? filler?:"
)
_QUICK = rule(
    r"(overall verdict[:-]|overall,|therefore,?|filler?)([FIRST SECOND]) is filler{0,3} better(?:than filler?[FIRST SECOND])?\.?"
)
_QUICK_MARKS = {
    codes("overall verdict :"): Mark.LABEL,
    codes("overall verdict -"): Mark.LABEL,
    codes("overall ,"): Mark.GLOBAL,
    codes("therefore"): Mark.LOCAL,
    codes("therefore ,"): Mark.LOCAL,
}
_QUOTED = compile_later(r'"([^"]*)"|‘([^‘’]*)’')
_CHOICE_IF = rule(
    r"if[I it]?[does is] filler{0,2}[choose think][^, not if FIRST SECOND]{0,16}(?=,)"
)  # "if I had to choose one,"
_ASIDES = rule(
    r"rather than[filler in]{0,2}[FIRST SECOND]|instead[in filler]{0,2}[FIRST SECOND]|not filler?[FIRST "
    r"SECOND](?=[, but.]|$)|unlike[filler in]{0,2}[FIRST SECOND]|[than over][filler in]{0,2}[FIRST SECOND] "
    r"possessive?"
)
_INSERTED = rule(
    r"(?<=[FIRST SECOND])\([^() FIRST SECOND not]{0,16}\)|(?<=[FIRST SECOND]),[^, FIRST SECOND not but "
    r"therefore]{1,30},(?=[filler overall]{0,3}[is would might])"
)
_LABEL_WITHOUT_COLON = rule(r"[I filler]? overall? verdict[FIRST SECOND]")
_BARE_AFTER_MARK = rule(r"^[filler overall verdict in aspect_noun therefore]{0,4}[,:]?([FIRST SECOND])\.$")
_GIVEN = rule(r"[in as]? considering([^,]*),")
_QUESTION_LIKE = frozenset(codes("is does would might"))  # "Had the image shown …", "Is Answer 1 better"
_ASIDE_SIGNS = frozenset(codes("rather instead not unlike than over ( ,"))
_CLAUSE_SIGNS = frozenset(codes("although while because considering"))
_NAME_ONLY = rule(
    r"^[filler:]{0,2}([FIRST SECOND]) filler{0,3} better|^[I it]? would? filler?[think choose is]{1,2}[that "
    r"filler:]{0,2}([FIRST SECOND])\.?$"
)
_TIE_ONLY = rule(r"^[filler:]{0,2}[both neither tie] answers?\.?$|^[filler:]{0,2} not filler? winner?\.?$|^tie")
# And not "the final answer", or "the overall scene" within a sentence.
_OVERALL_MARK = rule(
    r"^[filler in]{0,2} overall(?!answer)|(?<!filler)overall(?![answer picture unknown])"
    r"|overall(?![answer picture unknown aspect_noun criterion])"
)
_SELF = rule(r"([FIRST SECOND])[^FIRST SECOND]{0,12} than[filler in]{0,2}\1")
_OPENING_CLAUSE = rule(
    r"(?:^[filler in as]{0,2}(?:[overall verdict therefore]{1,2},? filler{0,2})?|(?:(?<=[and but:])|(?<=but,)))(?:[although "
    r"while because][^, but therefore]*,?|[in as]? considering[^,]*,)"
)
# Remarks on both ("F is more detailed, while S is more concise"), or one that is taken back ("more detailed, but not needed").
_UNDECIDED = rule(
    r"([FIRST SECOND])[filler overall]{0,3}[is does provided][filler overall answer that is]{0,6}[more less].{0,80}?,? "
    r"while filler{0,2}(?!\1)[FIRST SECOND][filler overall]{0,3}[is does provided][filler overall answer that is]{0,6}"
    r"[more less][filler overall]{0,2}(?!bad_trait)"
    r"|[more less][filler overall]{0,2}[good_trait bad_trait][^FIRST SECOND but]{0,20} but[filler "
    r"overall]{0,2}(?:[is does]? not|[more less makes does]? bad_trait)"
)
_INNER_CLAUSE = rule(r"[although because](?:(?!, filler{0,2} overall? verdict)[^but therefore])*")
_MADE_IT = rule(r"makes it filler{0,3} better")
_BOTH_ALIKE = rule(
    r"(?:both|neither|FIRST and SECOND|SECOND and FIRST|neither FIRST nor SECOND|neither SECOND nor FIRST) "
    r"in?[answers filler]{0,4} is[filler overall]{0,3}[bad_trait good_trait plain_praise][^FIRST SECOND better "
    r"worse more less beats but]*$"
)
_BARE = rule(r"^[filler:,|(\[\" box]{0,3}([FIRST SECOND A B one two])[)\]\".:|,]*$")
_LEADING = rule(r"^[filler:]{0,2}([FIRST SECOND])(?=[(,.:-]|in filler|$)")

_NAMES = frozenset(codes("FIRST SECOND OTHER both neither tie equal winner box A B"))
_TELLING = CLAIMING.union(codes("box overall think considering criterion : | = -"))
"""A statement without a claim, a label, a box, and what else makes it a conclusion, says nothing."""
_LABEL_SIGNS = frozenset(codes(": | -"))
_CRITERIA_LISTED = rule(
    r"^(?:[in for as regard]|considering)[^FIRST SECOND both neither it]*,(?=[^,]*[FIRST SECOND both neither it answers])"
)


def _inner(code: str, whole: bool) -> str:
    """The statement with quotations taken out: a bare name loses its quotes, anything longer goes."""

    def inner(match: re.Match[str]) -> str:
        content = match.group(1) if match.group(1) is not None else match.group(2)
        if len(content) == 1:
            return content
        before, after = code[: match.start()], code[match.end() :]
        after_label = before.endswith(":") and label(before)[0] is Mark.LABEL and not label(before)[1]
        if (after_label or (whole and not before)) and not after.strip(".’"):
            return content
        return _QUOTATION + "." * content.endswith(".")  # with it the sentence ends

    return _QUOTED.sub(inner, code)


@remembered
def split(code: str, whole: bool = False) -> tuple[str, ...]:
    """The statements of a line, in order, each with the sign that ends it, without what they quote.

    A full stop after the number of a list item ends nothing. ``whole``: the line is all that the judge wrote, and quotes are
    only dress.
    """
    code = ITEM.sub("", _unquoted(code, whole))
    if _VERDICT in code:
        code = _MY_VERDICT.sub(rf"\1{_VERDICT_LABEL}", code)
    return tuple(piece for piece in _ENDS.split(code.lstrip("|")) if piece)


def _unquoted(code: str, whole: bool) -> str:
    """A line's codes without what it quotes."""
    if '"' in code or "‘" in code:
        code = _inner(code, whole)
        if '"' in code:
            # One quote is left over. What follows an opening one is quoted; what precedes a closing one was.
            at = code.index('"')
            opens = at == 0 or code[at - 1] in ":,(" or code[at + 1 : at + 2] not in ("", ".", ",")
            code = code[:at] if opens else code[at + 1 :]
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
    if inherited < Mark.GLOBAL and _TELLING.isdisjoint(code) and code.count(AS) < 2:
        return Claim("", False, inherited)
    if _NAMES.isdisjoint(code) and _LABEL_SIGNS.isdisjoint(code):
        return Claim("", False, inherited)
    if _HEARSAY in code[: code.find(":", 0, 12) + 1]:
        return Claim("", False, Mark.PLAIN, True)  # "For example: …"
    code, mark, bare_digit = _unlabelled(code, inherited)
    boxed = max(code.rfind(_BOX + FIRST), code.rfind(_BOX + SECOND))
    if boxed >= 0:
        return Claim(code[boxed + 1], True, Mark.LABEL)
    if mark is Mark.LABEL:
        found = _BARE.match(code)
        if found and (bare_digit or (found.group(1) in AS_NAME and found.group(1) in (FIRST, SECOND))):
            return Claim(AS_NAME[found.group(1)], True, mark)
    elif mark is Mark.PLAIN and _LABEL_WITHOUT_COLON.match(code):
        mark = Mark.LABEL
    if code.count(_CRITERION) >= 4:  # four criteria are all of them
        listed = _CRITERIA_LISTED.match(code)
        if listed and listed.group().count(_CRITERION) >= 4:
            code, mark = code[listed.end() :], max(mark, Mark.GLOBAL)
    template = _OTHER_IS in code or _OTHER_BEATS in code
    if Mark.PLAIN <= mark < Mark.GLOBAL:
        mark = max(mark, _soft_mark(code))
    if code[:1] in _QUESTION_LIKE or (_THAN in code and _SELF.search(code)):
        return Claim("", False, mark, template)
    if mark < Mark.GLOBAL and CLAIMING.isdisjoint(code) and code.count(AS) < 2:
        return Claim("", False, mark, template)
    side, strong, clean, right = _weighed(code, mark)
    if side == CLASH:
        return Claim(CLASH if mark >= Mark.GLOBAL else "", strong, mark, template)
    if side:
        return Claim(side, strong, mark, template)
    if mark is Mark.LABEL and not TAKEN_BACK.search(clean) and _IF not in clean:
        return _labelled(clean, code, right, template)
    if mark >= Mark.GLOBAL and len(right) == 2 and set(right.values()) == {_GOOD, _BAD}:
        return Claim(FIRST if right[FIRST] == _GOOD else SECOND, False, mark, template)
    if mark is Mark.GLOBAL and _BARE_AFTER_MARK.match(clean):
        return Claim(FIRST if FIRST in clean else SECOND, True, mark, template)
    return Claim("", False, mark, template)


read_again = remembered(read)
"""The same for the statements of a line that may recur."""


def _unlabelled(code: str, mark: Mark) -> tuple[str, Mark, bool]:
    """A statement without the labels that it begins with, the mark they give it, and whether a bare digit may follow."""
    if code.startswith(_THEREFORE + ":"):
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
    if _A in code or _B in code:
        code = _as_names(code)
    whole = code
    made = _MAKES in code and _MADE_IT.search(code)
    if _IF in code:
        code = _CHOICE_IF.sub("", code)
    if not _ASIDE_SIGNS.isdisjoint(code):
        code = _INSERTED.sub("", _ASIDES.sub("", code))
    criterion = False
    if not _CLAUSE_SIGNS.isdisjoint(code):
        opening = _OPENING_CLAUSE.search(code)
        if opening:
            said = opening.group()
            criterion = _CONSIDERING in said and (
                _REGARD in said or said.count(_CRITERION) == 1
            )  # "considering style alone"
            code = code[: opening.start()] + code[opening.end() :]
        code = _INNER_CLAUSE.sub("", code)
    right = absolutes(code) if mark >= Mark.GLOBAL else {}
    claims = sides(code, mark)
    if criterion:
        claims = [claim._replace(limited=True) for claim in claims]
    turn = code.rfind(_BUT)
    turned = turn > 0 and any(claim.place > turn and not claim.limited for claim in claims)
    if turned:
        claims = [claim for claim in claims if claim.place > turn]
    if claims and not any(claim.strong for claim in claims) and _UNDECIDED.search(whole):
        claims = []
    side, strong = settle(claims, mark)
    if not claims or (side == "" and mark < Mark.GLOBAL) or (turn > 0 and not turned):
        tied = tie(code)
        if tied is not None and turn <= tied[0]:
            return TIE, tied[1], code, right
    return side, strong or bool(made and side in OTHER), code, right


_LETTERS = rule(r"(?:^|[, that think therefore:])[A B](?=is filler{0,3}[better worse]|beats|[<>])")


def _as_names(code: str) -> str:
    """Bare letters as names, where a clause begins with one that is better, wins, or stands before ">"."""
    return code.replace(_A, FIRST).replace(_B, SECOND) if _LETTERS.search(code) else code


def _soft_mark(code: str) -> Mark:
    """The mark that a statement's own words give it."""
    if (
        _OVERALL_MARK.search(code)
        or _VERDICT in code
        or code.startswith(_I_THINK)
        or (_IF in code and _CHOICE_IF.search(code))
    ):
        return Mark.GLOBAL
    found = _GIVEN.match(code)
    if found and not SCOPE_BEFORE.search(found.group(1)):
        return Mark.GLOBAL
    return Mark.LOCAL if _THEREFORE in code else Mark.PLAIN


def concludes_otherwise(code: str, side: str) -> bool:
    """Whether a line, after its last claim, concludes something about the answer that is not ``side``, not understood here."""
    for piece in reversed(split(code)):
        if read(piece).side:
            return False
        if _soft_mark(piece) >= Mark.LOCAL and (SECOND if side == FIRST else FIRST) in piece:
            return True
    return False


def _labelled(code: str, whole: str, right: dict[str, str], template: bool) -> Claim:
    """A statement right after a verdict's label, without any comparison in it."""
    mark = Mark.LABEL
    code = code.lstrip("," + _BUT)
    found = _NAME_ONLY.match(code)
    if found:
        return Claim(found.group(1) or found.group(2), True, mark, template)
    if _TIE_ONLY.match(code) or (_BOTH_ALIKE.match(code) and _BUT not in code):
        return Claim(TIE, True, mark, template)
    if set(right.values()) == {_GOOD, _BAD}:
        return Claim(FIRST if right[FIRST] == _GOOD else SECOND, True, mark, template)
    if _GOOD in right.values() and len(right) == 1 and not {FIRST, SECOND} <= set(whole):
        return Claim(next(iter(right)), False, mark, template)
    named = {name for name in (FIRST, SECOND) if name in code}
    leading = _LEADING.match(code)
    if leading and len(named) == 1 and not set(code) & _SAYING:
        return Claim(leading.group(1), True, mark, template)
    if {FIRST, SECOND} <= set(whole) and not right:
        return Claim(CLASH, True, mark, template)
    if len(right) == 2:
        return Claim(CLASH, True, mark, template)
    return Claim("", False, mark, template)
