"""What a statement's codes claim about the two answers, and whether the claim stands on its own feet.

A claim counts only if nothing before it can take it back. There are endless ways to do that ("some would say", "on the
surface", "if …", "I was tempted to think"), so it is not they that are listed here but the few ways to lead
up to a claim and mean it: :func:`admitted`.
"""

from __future__ import annotations

from typing import NamedTuple

from vlrb_task.parsing.encoding import codes, rule
from vlrb_task.parsing.labels import Mark

FIRST, SECOND, TIE, CLASH = (*codes("FIRST SECOND tie"), "!")
OTHER = {FIRST: SECOND, SECOND: FIRST}
AS_NAME = {**dict.fromkeys(codes("FIRST A one"), FIRST), **dict.fromkeys(codes("SECOND B two"), SECOND)}
_IF, _BUT, _THEREFORE, _AND, _THAT, _IN, _I, _FILLER, _OVERALL = tuple(
    codes("if but therefore and that in I filler overall")
)
AS, _CHOOSE, _MAKES, _MIGHT, _THIS, _IT, _LESS = tuple(codes("as choose makes might this it less"))
_GOOD, _BAD, _UNKNOWN, _POSSESSIVE, _EQUAL = tuple(codes("good_trait bad_trait unknown possessive equal"))
_NOUNS = frozenset(codes("answer choice one"))
# The classes of which a claim of each kind has one: that the better answer is named, called better, called worse, …
_NAMING = frozenset(codes("better winner verdict choice"))
_CALLING = frozenset(codes("better winner"))
_MAKING = frozenset(codes("think choose makes"))
_LOSING = frozenset(codes("worse loses"))
_BEATING = frozenset(codes("beats > <"))
_GIVING = frozenset(codes("more less better"))
_TYING = frozenset(codes("tie neither winner equal ="))
CLAIMING = frozenset(codes("choose")).union(_NAMING, _CALLING, _LOSING, _BEATING, _GIVING, _TYING)
"""A statement makes no claim without any of these classes, or "as good as"."""


class Found(NamedTuple):
    """One claim in a statement: where, which side, how strong, and whether it is about a part of the answers only."""

    place: int
    side: str
    strong: bool
    limited: bool


_BETTER = rule(
    r"([FIRST SECOND])[,(]?[filler overall]{0,4}([would might] filler{0,2})?,?(?:is[filler overall is therefore "
    r"as]{0,8}|does filler{0,2} as filler{0,3}"
    r"|[is does][^FIRST SECOND neither both answers not if than hearsay OTHER but,.;: although while "
    r"because]{1,24} and[filler therefore]{0,2} is[filler therefore overall]{0,3})([better winner])"
)
_WORSE = rule(
    r"([FIRST SECOND])[filler overall]{0,4} is[filler overall is therefore]{0,8} worse|([FIRST SECOND])[filler "
    r"overall]{0,3} loses"
)
_BEATS = rule(
    r"([FIRST SECOND])[filler overall]{0,3} beats(?:filler?[FIRST SECOND])?|([FIRST SECOND])>{1,3} filler?[FIRST "
    r"SECOND]|[FIRST SECOND]<{1,3} filler?([FIRST SECOND])"
)
_PREFERRED = rule(
    r"(?:I[filler would]{0,3}(?:does filler?|is)? filler{0,2})?(choose)[filler in for as]{0,3}([FIRST SECOND])"
)
_MADE = rule(
    r"((?:I[would filler]{0,3}(?:does filler?)?)?[think choose]|makes) filler{0,2}([FIRST SECOND])[filler is as "
    r"overall]{0,5} better"
)
_IS = rule(
    r"(?:[better winner verdict choice][answer choice aspect_noun filler one overall two answers in between that "
    r"second both]{0,6}|verdict[it filler]?)[is:|][filler overall: that for therefore]{0,3}([FIRST SECOND]|[A B "
    r"one two](?=[)\].,;|]|$))(?![is would might does possessive or beats]|and filler?[FIRST SECOND])"
)
_GIVES = rule(
    r"([FIRST SECOND])[filler overall]{0,3}[does is][filler overall]{0,5}([more less])[filler "
    r"overall]{0,2}([good_trait bad_trait])(?:,? and?[good_trait bad_trait]){0,3}[unknown aspect_noun answer "
    r"criterion]?"
    r"|([FIRST SECOND])[filler overall]{0,3} does[filler overall]{0,5} better[unknown aspect_noun criterion]?"
    r"|([FIRST SECOND])[filler overall]{0,3} is filler{0,3} better[unknown good_trait]"
)
_IS_RIGHT = rule(r"([FIRST SECOND])[filler overall]{0,3} is filler{0,3}([good_trait bad_trait])(?!bad_trait)")
_TIED = rule(
    r"(?:[it this they]|filler? tie? filler? both answers?|filler? two? answers|FIRST and SECOND"
    # "it is a tie between …"
    r"|SECOND and FIRST) is[filler overall]{0,4} tie(?:between[FIRST SECOND and answers two filler]{1,6})?"
    r"|I[would filler]{0,3} think[it this] one? filler{0,2} tie(?:between[FIRST SECOND and answers two filler]{1,6})?"
    r"|[I filler]{0,2} overall? verdict[filler overall]{0,2} is[filler that]{0,3} tie"
    r"|^filler{0,3} tie(?:between[FIRST SECOND and answers two filler]{1,6})?(?=[.,;]|$)"  # "I'd call it a tie", "a tie"
    r"|neither(?:answer|filler? answers|in filler{0,2}[two answers]{1,2}|in this"
    # "neither is better than the other"
    r"|[FIRST SECOND] nor[FIRST SECOND])?[filler overall would might]{0,3} is[filler overall]{0,5} better(?:than "
    r"filler?[aspect_noun answer FIRST SECOND one]{1,2})?"
    r"|(?:it is)? not[filler good_trait]{0,2} winner"  # "no clear winner"
    r"|(?:both? FIRST and SECOND|both? SECOND and FIRST|both answers?|filler? two? answers"
    # "both are equally good"
    r"|they)[filler overall]{0,2} is[filler overall in]{0,3} equal(?:[plain_praise good_trait bad_trait "
    r"aspect_noun](?:,? and?[plain_praise good_trait bad_trait]){0,3})?"
    # "equal", "as good as", "="
    r"|^filler{0,2} equal(?=[.,;]|$)|[FIRST SECOND] filler{0,2} is filler{0,2} as[plain_praise good_trait] as "
    r"filler?[FIRST SECOND]|[FIRST SECOND]=[FIRST SECOND]"
)
# What may follow a claim in its clause: its noun and the answer that it is compared with. A verb after that makes the
# claim the subject of something else: "that Answer 1 is better is wrong".
_TAIL = rule(
    r"(?:[answer choice aspect_noun one overall]|filler(?!filler?[FIRST SECOND])){0,4}(?:[than over for filler "
    r"in]{1,3}[FIRST SECOND] possessive?|in filler{0,2}[two both answers]{1,2}|than filler? aspect_noun)?[filler "
    r"overall]{0,2}"
)
_TAKEN_BACK_AFTER = rule(
    r"[possible is would might not does or than over hearsay if according think between makes neither nor tie equal one "
    r"two A B OTHER FIRST SECOND]|,(?:or|[it they] think|according|for "
    r"less|if|hearsay|might|think|filler?[unknown one answers]{1,2}[think hearsay])|[^but therefore]{0,12} if"
)
_DANGLES = rule(r"[in for as over] filler{0,2}")  # "Answer 1 is better in", and the text ends
_SCOPE_AFTER = rule(
    r"(?:for|in[filler this]{0,2}[regard criterion unknown]|[in for][filler aspect_noun this one]{0,2}[regard "
    r"criterion]|regard|filler?[unknown good_trait]|,? for less)"
)
_TIE_SCOPE = rule(
    r"[good_trait bad_trait unknown plain_praise]{0,2}(?:,?(?:in[filler this one]{0,2}[regard criterion]|for|regard)|unknown)"
)
SCOPE_BEFORE = rule(r"[regard criterion]")

# Takes back all that follows it, up to a "but" or a "therefore".
TAKEN_BACK = rule(
    r"not filler{0,2} does? filler?[think overall good_trait sure possible]|would not filler?[think overall "
    r"choose does]|neither[^,]{0,5}? think|according[filler in]{0,2}[FIRST SECOND OTHER]|[hearsay]|[untrue "
    r"bad_trait](?:that|filler?[think overall])|OTHER"
)
_LEAD_IN = (
    # "overall", "clearly", "on balance", "in conclusion" without its comma
    r"[and, while]?[filler overall verdict therefore as]{0,5}(?:[in for][filler this second aspect_noun "
    r"good_trait]{0,4} aspect_noun)?"
    r"(?:I[filler would]{0,3}(?:does filler?)? think[that filler]{0,2}"  # "I would say that"
    r"|I(?:does|is)?[filler would]{0,2} sure that?|it is filler{0,2}[good_trait sure filler]? that"
    r"|it would is filler{0,2} think that"  # "I am sure that", "it is clear that", "it can be concluded that"
    # "this shows that", "I have come to the conclusion that"
    r"|[this it that] think that|I does unknown? filler{0,3}(?:in filler verdict|verdict) that"
    r"|[I filler]{0,2} overall?[verdict answer aspect_noun][is][that filler]{0,2}|it is)?"  # "my verdict is that", "it is"
    r"[filler overall]{0,3}"
)
_DIRECT = rule(_LEAD_IN)
_CLAUSES = rule(r"([^,:(|\[-]*)([,:(|\[-])")
_JOINT = rule(r"(?<=[^,]) and[filler overall verdict therefore as]{0,4}(?:I would? think that?)?\Z")
_PLAIN_CLAUSE = rule(
    r"[possible overall verdict aspect_noun filler in for and every as such both sure good_trait answers answer "
    r"one two number considering unlike foreign possessive equal this therefore between second]*|as it[unknown "
    r"does]|[filler therefore overall]{0,3} answer is|that[^FIRST SECOND]*|[in for] I[filler aspect_noun think "
    r"verdict]{1,3}|filler I|filler think|as filler{0,2} aspect_noun[^if would might not]*|according "
    r"filler{0,3}[aspect_noun criterion]"
)
_ABOUT_THEM = rule(
    rf"{_LEAD_IN}(?:between filler?)?[FIRST SECOND both neither it they]|and? I would? filler? choose[filler in "
    rf"for]{{0,2}}[FIRST SECOND]"
)
_AS_THAT = tuple(codes("as that"))
_PREPOSITION = frozenset(codes("in for as if considering I think would might"))


def admitted(code: str, start: int) -> bool:
    """Whether the claim at ``start`` is made by the judge, now, and without condition."""
    turn = code.rfind(_BUT, 0, start)
    if _IF in code[turn + 1 : start]:
        return False
    before = code[max(turn, code.rfind(_THEREFORE, 0, start)) + 1 : start]
    if not before:
        return True
    if TAKEN_BACK.search(before):
        return False
    joint = _JOINT.search(before)
    if joint:
        before = before[: joint.start()] + "," + before[joint.start() :]  # "… and Answer 2 is better": two clauses
    cut = max(before.rfind(sign) for sign in ",:(-|[")
    direct = before[cut + 1 :]
    if not _DIRECT.fullmatch(direct):
        return False
    return all(_clause_allowed(clause, sign, direct) for clause, sign in _CLAUSES.findall(before[: cut + 1]))


def _clause_allowed(clause: str, sign: str, direct: str) -> bool:
    """Whether a clause before the claim's own leaves the claim alone: it says nothing, or something of the answers."""
    if _PLAIN_CLAUSE.fullmatch(clause):
        return (sign != "(" or not clause) and (sign == "," or clause[:1] not in _AS_THAT)
    if sign != ",":
        return False
    if _ABOUT_THEM.match(clause):
        return True
    # "The image shows two dogs, and …"
    return direct.startswith((_AND, _THAT)) and clause[0] not in _PREPOSITION


def sides(code: str, mark: Mark) -> list[Found]:
    """Every claim of a cleaned statement that stands."""
    found: list[Found] = []

    def add(start: int, end: int, name: int, side: str, strong: bool) -> None:
        if not admitted(code, start):
            return
        tail = _TAIL.match(code, end)
        after = code[tail.end() if tail else end :]
        if _TAKEN_BACK_AFTER.match(after) or _DANGLES.fullmatch(after):
            return
        limited = (
            _SCOPE_AFTER.match(after) is not None
            or code[name - 1 : name] == _IN
            or code[name + 1 : name + 2] == _POSSESSIVE
            or SCOPE_BEFORE.search(code[max(code.rfind(_BUT, 0, start), code.rfind(_THEREFORE, 0, start)) + 1 : start])
            is not None
        )
        found.append(Found(start, side, strong, limited))

    if not _CALLING.isdisjoint(code):
        for match in _BETTER.finditer(code):
            modal = match.group(2)
            noun_follows = code[match.end() : match.end() + 1] in _NOUNS
            if modal and (modal[0] == _MIGHT or (mark < Mark.LOCAL and not noun_follows)):
                continue
            add(match.start(), match.end(), match.start(), match.group(1), True)
        for match in () if _MAKING.isdisjoint(code) else _MADE.finditer(code):
            if match.group(1) == _MAKES:  # "this makes Answer 2 better", "…, making Answer 2 the better one"
                start = match.start() - (code[match.start() - 1 : match.start()] in (_THIS, _IT, _THAT))
                if start < match.start() or code[start - 1 : start] in ("", ","):
                    add(start, match.end(), match.start(2), match.group(2), True)
            elif match.group(1)[0] == _I:
                add(match.start(), match.end(), match.start(2), match.group(2), True)
    if not _LOSING.isdisjoint(code):
        for match in _WORSE.finditer(code):
            add(match.start(), match.end(), match.start(), OTHER[match.group(1) or match.group(2)], True)
    if not _BEATING.isdisjoint(code):
        for match in _BEATS.finditer(code):
            name = match.lastindex or 1
            add(match.start(), match.end(), match.start(name), match.group(name), True)
    if _CHOOSE in code:
        for match in _PREFERRED.finditer(code):
            if code[match.start()] == _I or (mark is Mark.LABEL and match.start() == 0):
                add(match.start(), match.end(), match.start(), match.group(2), True)
    if not found and not _NAMING.isdisjoint(code):
        for match in _IS.finditer(code):
            start = len(code[: match.start()].rstrip(_I + _FILLER + _OVERALL))  # "my", "the", "overall"
            add(start, match.end(), match.start(), AS_NAME[match.group(1)], True)
    for match in () if _GIVING.isdisjoint(code) else _GIVES.finditer(code):
        subject = match.group(1) or match.group(4) or match.group(5)
        if match.group(5) and mark < Mark.GLOBAL and code[match.end() - 1] == _UNKNOWN:
            continue  # "is better lit"
        turned = match.group(2) is not None and (match.group(2) == _LESS) != (match.group(3) == _BAD)
        add(match.start(), match.end(), match.start(), OTHER[subject] if turned else subject, False)
    return found


def settle(claims: list[Found], mark: Mark) -> tuple[str, bool]:
    """One side out of the claims of a statement, the strongest kind that there is; CLASH if they differ."""
    for strong, limited in ((True, False), (False, False), (True, True), (False, True)):
        if limited and mark < Mark.GLOBAL:
            break
        said = {claim.side for claim in claims if claim.strong is strong and claim.limited is limited}
        if len(said) > 1:
            return CLASH, strong
        if said:
            return said.pop(), strong
    return "", False


def tie(code: str) -> tuple[int, bool] | None:
    """Where a statement says that neither answer is better, and whether it says so in general."""
    if _TYING.isdisjoint(code) and code.count(AS) < 2:
        return None
    for found in _TIED.finditer(code):
        after = code[found.end() :]
        if admitted(code, found.start()) and not _TIE_SCOPE.match(after) and not _TAKEN_BACK_AFTER.match(after):
            narrow = (
                _EQUAL + _GOOD in found.group() or _EQUAL + _BAD in found.group()
            )  # "equally clear", not "equally good"
            intro = code[
                max(code.rfind(_BUT, 0, found.start()), code.rfind(_THEREFORE, 0, found.start())) + 1 : found.start()
            ]
            return None if SCOPE_BEFORE.search(intro) else (found.start(), not narrow)
    return None


def absolutes(code: str) -> dict[str, str]:
    """Which answer is called right (``p``) or wrong (``n``) outright."""
    return {
        match.group(1): match.group(2)
        for match in _IS_RIGHT.finditer(code)
        if admitted(code, match.start()) and not _TAKEN_BACK_AFTER.match(code[match.end() :])
    }
