"""What a text declares at its top: a verdict under a label, or an opening sentence that is one, before it gives its reasons."""

from __future__ import annotations

import re
from typing import NamedTuple

from vlrb_task.parsing import menus
from vlrb_task.parsing.labels import Mark
from vlrb_task.parsing.lines import bare
from vlrb_task.parsing.nouns import ANY_NAME
from vlrb_task.parsing.verdicts import Verdict
from vlrb_task.parsing.walk import Walk
from vlrb_task.support.patterns import compile_later

_LABEL = compile_later(
    r"^\W{0,9}(?:(?:my|the|final|overall)\s){0,3}(?:verdict|choice|winner|judge?ment|decision|preference|preferred"
    r"|better|best)[\w ]{0,20}\W{0,3}$",
    re.IGNORECASE,
)
_WHOLE_CLAIM = compile_later(
    r"[\s*_#>]{0,9}(?:\(?[AB12]\)?[:.]\s)?(?:the )?\w{1,12}[ ](?:\(?[12abAB]\)?|answer|response|one)[*_]{0,3}(?: is"
    r"| wins)[^.,;\n]{0,40}[.!*_\s]{0,6}",
    re.IGNORECASE,
)
_DETERMINED = compile_later(
    (
        r"[\s*_#>]{0,9}(?:after [^.\n]{1,240}, )?I (?:(?:(?:have )?(?:determined?|concluded?|decided|believe|think|found)"
        rf"|(?:have )?(?:come|came) to the conclusion) that {ANY_NAME}[*_]{{0,3}} is (?:\w{{3,14}} )?better"
        rf"|(?:would )?(?:choose|prefer|select|pick) {ANY_NAME}(?: as the better \w{{3,10}})?)\.[*_\s]{{0,6}}"
    ).replace(" ", r"\s{1,3}"),
    re.IGNORECASE,
)
_REASONS = compile_later(
    r"[\s*_#]{1,9}(?:(?:the|my) )?(?:main )?(?:reasons?|explanation|rationale|justification|because|I (?:chose|choose|prefer))\b",
    re.IGNORECASE,
)
_SENTENCE = compile_later(r"[^.!\n]{1,300}[.!](?=\s|\Z)")


class Declared(NamedTuple):
    """A verdict declared at the top: where, and which; ``label`` if a label stands before it."""

    span: tuple[int, int]
    verdict: Verdict
    label: bool


def opening(body: str) -> Declared | None:
    """The opening sentence that says which answer is better and nothing else ("Answer 2 is better."), or a name above reasons."""
    start = len(body) - len(body.lstrip())
    line = body[start:].partition("\n")[0]
    name = bare(line) if " " in line.strip() and line[:1].isalpha() and line.rstrip()[-1:] not in ":*" else None
    if name is not None and name is not Verdict.TIE and _REASONS.match(body, start + len(line)):
        return Declared((start, start + len(line)), name, False)
    if len(line) > 200 or not _WHOLE_CLAIM.fullmatch(line.strip()):
        found = _SENTENCE.match(body, start)
        if found is None or not (_WHOLE_CLAIM.fullmatch(found[0]) or _DETERMINED.fullmatch(found[0])):
            return None
        line = found[0]
    if menus.is_option(line, (0, 0)):
        return None
    walk = Walk(line, start)
    said = walk.read()
    strong = any(one.strong and one.verdict is said.verdict for one in walk.heard)
    return Declared((start, start + len(line)), said.verdict, False) if said.reason is None and strong else None


def declared(body: str, until: int) -> list[Declared]:
    """What the text declares before ``until``: its opening sentence, and lines with a verdict's label."""
    first = opening(body)
    found = [first] if first is not None and first.span[1] < until else []
    start = 0
    for line in body[:until].split("\n"):
        colon = line.find(":", 0, 60)
        if colon >= 0 and not line[0].isdigit() and _LABEL.match(line[:colon]) is not None:
            walk = Walk(line[:400], start)
            said = walk.read()
            if said.reason is None and (not walk.heard or walk.heard[0].mark is Mark.LABEL):
                found.append(Declared((start, start + len(line)), said.verdict, True))
        start += len(line) + 1
    return found
