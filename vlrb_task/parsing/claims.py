"""What a statement's codes claim about the two answers, and whether the claim stands on its own feet.

A claim counts only if nothing before it can take it back. There are endless ways to do that ("some would say", "on the
surface", "if …", "I was tempted to think"), so it is not they that are listed here but the few ways to lead
up to a claim and mean it: :func:`admitted`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from vlrb_task.parsing.labels import Mark

FIRST, SECOND, TIE, CLASH = "F", "S", "T", "!"
OTHER = {FIRST: SECOND, SECOND: FIRST}
AS_NAME = {"F": FIRST, "A": FIRST, "1": FIRST, "S": SECOND, "B": SECOND, "2": SECOND}


class Found(NamedTuple):
    """One claim in a statement: where, which side, how strong, and whether it is about a part of the answers only."""

    place: int
    side: str
    strong: bool
    limited: bool


_BETTER = re.compile(
    r"([FS])[,(]?[fO]{0,4}([hη]f{0,2})?,?(?:c[fOc+~]{0,8}|df{0,2}~f{0,3}"
    r"|[cd][^FSKbJNitZX&,.;:%÷$]{1,24}a[f+]{0,2}c[f+O]{0,3})([GR])"
)
_WORSE = re.compile(r"([FS])[fO]{0,4}c[fOc+]{0,8}W|([FS])[fO]{0,3}ℓ")
_BEATS = re.compile(r"([FS])[fO]{0,3}w(?:f?[FS])?|([FS])>{1,3}f?[FS]|[FS]<{1,3}f?([FS])")
_PREFERRED = re.compile(r"(?:g[fh]{0,3}(?:df?|c)?f{0,2})?(V)[fIτ~]{0,3}([FS])")
_MADE = re.compile(r"((?:g[hf]{0,3}(?:df?)?)?[vV]|μ)f{0,2}([FS])[fc~O]{0,5}G")
_IS = re.compile(
    r"(?:[GRMC][jCef1O2JI^@kb]{0,6}|M[zf]?)[c:|][fO:@τ+]{0,3}([FS]|[AB12](?=[)\].,;|]|$))(?![chηdPow]|af?[FS])"
)
_GIVES = re.compile(
    r"([FS])[fO]{0,3}[dc][fO]{0,5}([ml])[fO]{0,2}([pn])(?:,?a?[pn]){0,3}[xejr]?"
    r"|([FS])[fO]{0,3}d[fO]{0,5}G[xer]?|([FS])[fO]{0,3}cf{0,3}G[xp]"
)
_IS_RIGHT = re.compile(r"([FS])[fO]{0,3}cf{0,3}([pn])(?!n)")
_TIED = re.compile(
    r"(?:[zðÞ]|f?T?f?bJ?|f?2?J|FaS|SaF)c[fO]{0,4}T(?:\^[FSaJ2f]{1,6})?"  # "it is a tie between …"
    r"|g[hf]{0,3}v[zð]1?f{0,2}T(?:\^[FSaJ2f]{1,6})?|[gf]{0,2}O?M[fO]{0,2}c[f@]{0,3}T"
    r"|^f{0,3}T(?:\^[FSaJ2f]{1,6})?(?=[.,;]|$)"  # "I'd call it a tie", "a tie"
    r"|K(?:j|f?J|If{0,2}[2J]{1,2}|Ið|[FS]H[FS])?[fOhη]{0,3}c[fO]{0,5}G(?:tf?[ejFS1]{1,2})?"  # "neither is better than the other"
    r"|(?:zc)?N[fp]{0,2}R"  # "no clear winner"
    r"|(?:b?FaS|b?SaF|bJ?|f?2?J|Þ)[fO]{0,2}c[fOI]{0,3}E(?:[φpne](?:,?a?[φpn]){0,3})?"  # "both are equally good"
    r"|^f{0,2}E(?=[.,;]|$)|[FS]f{0,2}cf{0,2}~[φp]~f?[FS]|[FS]=[FS]"  # "equal", "as good as", "="
)
# What may follow a claim in its clause: its noun and the answer that it is compared with. A verb after that makes the
# claim the subject of something else: "that Answer 1 is better is wrong".
_TAIL = re.compile(r"(?:[jCe1O]|f(?!f?[FS])){0,4}(?:[tuτfI]{1,3}[FS]P?|If{0,2}[2bJ]{1,2}|tf?e)?[fO]{0,2}")
_TAKEN_BACK_AFTER = re.compile(r"[chηNdotuZiϰv^μKHTE12ABXFS]|,(?:o|[zÞ]v|ϰ|τl|i|Z|η|v|f?[x1J]{1,2}[vZ])|[^&+]{0,12}i")
_DANGLES = re.compile(r"[Iτ~u]f{0,2}")  # "Answer 1 is better in", and the text ends
_SCOPE_AFTER = re.compile(r"(?:τ|I[fð]{0,2}[qrx]|[Iτ][feð1]{0,2}[qr]|q|f?[xp]|,?τl)")
_TIE_SCOPE = re.compile(r"[pnxφ]{0,2}(?:,?(?:I[fð1]{0,2}[qr]|τ|q)|x)")
SCOPE_BEFORE = re.compile(r"[qr]")

# Takes back all that follows it, up to a "but" or a "therefore".
TAKEN_BACK = re.compile(r"Nf{0,2}d?f?[vOpΩϖ]|hNf?[vOVd]|K[^,]{0,5}?v|ϰ[fI]{0,2}[FSX]|[Z]|[Ψn](?:@|f?[vO])|X")
_LEAD_IN = (
    r"[a,÷]?[fOM+~]{0,5}(?:[Iτ][fðkep]{0,4}e)?"  # "overall", "clearly", "on balance", "in conclusion" without its comma
    r"(?:g[fh]{0,3}(?:df?)?v[@f]{0,2}"  # "I would say that"
    r"|g(?:d|c)?[fh]{0,2}Ω@?|zcf{0,2}[pΩf]?@|zhcf{0,2}v@"  # "I am sure that", "it is clear that", "it can be concluded that"
    r"|[ðz@]v@|gdx?f{0,3}(?:IfM|M)@"  # "this shows that", "I have come to the conclusion that"
    r"|[gf]{0,2}O?[Mje][c][@f]{0,2}|zc)?"  # "my verdict is that", "it is"
    r"[fO]{0,3}"
)
_DIRECT = re.compile(_LEAD_IN)
_CLAUSES = re.compile(r"([^,:(|\[-]*)([,:(|\[-])")
_JOINT = re.compile(r"(?<=[^,])a[fOM+~]{0,4}(?:gh?v@?)?\Z")
_PLAIN_CLAUSE = re.compile(
    r"[ϖOMefIτaα~σbΩpJj12DγκUPEð+^k]*|~z[xd]|[f+O]{0,3}jc|@[^FS]*|[Iτ]g[fevM]{1,3}|fg|fv|~f{0,2}e[^ihηN]*|ϰf{0,3}[er]"
)
_ABOUT_THEM = re.compile(rf"{_LEAD_IN}(?:\^f?)?[FSbKzÞ]|a?gh?f?V[fIτ]{{0,2}}[FS]")
_PREPOSITION = frozenset("Iτ~iγgvhη")


def admitted(code: str, start: int) -> bool:
    """Whether the claim at ``start`` is made by the judge, now, and without condition."""
    turn = code.rfind("&", 0, start)
    if "i" in code[turn + 1 : start]:
        return False
    before = code[max(turn, code.rfind("+", 0, start)) + 1 : start]
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
        return (sign != "(" or not clause) and (sign == "," or clause[:1] not in ("~", "@"))
    if sign != ",":
        return False
    if _ABOUT_THEM.match(clause):
        return True
    # "The image shows two dogs, and …"
    return direct.startswith(("a", "@")) and clause[0] not in _PREPOSITION


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
            or code[name - 1 : name] == "I"
            or code[name + 1 : name + 2] == "P"
            or SCOPE_BEFORE.search(code[max(code.rfind("&", 0, start), code.rfind("+", 0, start)) + 1 : start])
            is not None
        )
        found.append(Found(start, side, strong, limited))

    if "G" in code or "R" in code:
        for match in _BETTER.finditer(code):
            modal = match.group(2)
            noun_follows = code[match.end() : match.end() + 1] in ("j", "C", "1")
            if modal and (modal[0] == "η" or (mark < Mark.LOCAL and not noun_follows)):
                continue
            add(match.start(), match.end(), match.start(), match.group(1), True)
        for match in _MADE.finditer(code):
            if match.group(1) == "μ":  # "this makes Answer 2 better", "…, making Answer 2 the better one"
                start = match.start() - (code[match.start() - 1 : match.start()] in ("ð", "z", "@"))
                if start < match.start() or code[start - 1 : start] in ("", ","):
                    add(start, match.end(), match.start(2), match.group(2), True)
            elif match.group(1)[0] == "g":
                add(match.start(), match.end(), match.start(2), match.group(2), True)
    if "W" in code or "ℓ" in code:
        for match in _WORSE.finditer(code):
            add(match.start(), match.end(), match.start(), OTHER[match.group(1) or match.group(2)], True)
    if "w" in code or ">" in code or "<" in code:
        for match in _BEATS.finditer(code):
            name = match.lastindex or 1
            add(match.start(), match.end(), match.start(name), match.group(name), True)
    if "V" in code:
        for match in _PREFERRED.finditer(code):
            if code[match.start()] == "g" or (mark is Mark.LABEL and match.start() == 0):
                add(match.start(), match.end(), match.start(), match.group(2), True)
    if not found and not set("GRMC").isdisjoint(code):
        for match in _IS.finditer(code):
            start = len(code[: match.start()].rstrip("gfO"))  # "my", "the", "overall"
            add(start, match.end(), match.start(), AS_NAME[match.group(1)], True)
    for match in _GIVES.finditer(code):
        subject = match.group(1) or match.group(4) or match.group(5)
        if match.group(5) and mark < Mark.GLOBAL and code[match.end() - 1] == "x":
            continue  # "is better lit"
        turned = match.group(2) is not None and (match.group(2) == "l") != (match.group(3) == "n")
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
    for found in _TIED.finditer(code):
        after = code[found.end() :]
        if admitted(code, found.start()) and not _TIE_SCOPE.match(after) and not _TAKEN_BACK_AFTER.match(after):
            narrow = "Ep" in found.group() or "En" in found.group()  # "equally clear", not "equally good"
            intro = code[max(code.rfind("&", 0, found.start()), code.rfind("+", 0, found.start())) + 1 : found.start()]
            return None if SCOPE_BEFORE.search(intro) else (found.start(), not narrow)
    return None


def absolutes(code: str) -> dict[str, str]:
    """Which answer is called right (``p``) or wrong (``n``) outright."""
    return {
        match.group(1): match.group(2)
        for match in _IS_RIGHT.finditer(code)
        if admitted(code, match.start()) and not _TAKEN_BACK_AFTER.match(code[match.end() :])
    }
