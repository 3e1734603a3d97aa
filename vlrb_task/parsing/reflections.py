"""The parser of a judge that confirms the answer it is shown or corrects it: SPARK's reflection.

Such a judge is asked for the final answer of the *question*, in a box. The box is therefore no rating: it holds a
solution, confirmed or corrected, and on a question of yes or no it holds "Yes" or "No". Whether that is the answer that
was shown cannot be told from the text. What can be told is what the judge says of it: "The proposed answer is
correct.", "The given answer is incorrect: …", "Judgement: No". Only plain statements of that kind are read, led up to by
nothing that could take them back. "Partially correct" and "correct, but …" are in doubt, and in doubt there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vlrb_task.parsing import normal
from vlrb_task.parsing.structures import boxes
from vlrb_task.parsing.verdicts import Rating, Reason, unrated
from vlrb_task.parsing.walk import RETHINK
from vlrb_task.support.patterns import compile_later

_LONGEST = 400  # characters before a statement in its sentence

_S = r"\s{1,3}"
_BY_NAME = r"(?:proposed|given|provided|suggested|supplied|presented|submitted|stated|original)"
_SHOWN = rf"(?:the|this){_S}(?:(?P<named>{_BY_NAME}){_S}(?:answer|solution|response)|answer(?:{_S}(?:given|provided|above))?)"
_RIGHT = r"correct|accurate|valid|right"
_WRONG = r"incorrect|inaccurate|invalid|wrong|flawed|erroneous|mistaken"
_WORD = rf"(?P<word>{_RIGHT}|{_WRONG})\b(?!-)"
_DEGREE = (
    r"(?:(?:indeed|therefore|thus|also|both|factually|logically|clearly|completely|entirely|fully|actually|absolutely"
    rf"|complete{_S}and){_S}){{0,3}}"
)
_STATEMENT = compile_later(
    rf"\b{_SHOWN}[*_\"”']{{0,3}}{_S}(?:is|was)(?P<not>{_S}not|n['’]t)?{_S}{_DEGREE}[*_]{{0,3}}{_WORD}", re.IGNORECASE
)
_LABELLED = compile_later(
    r"[\s*_#>-]{0,9}(?:(?:final|overall|my)\s)?(?:judge?ment|verdict|assessment|decision)[\s*_]{0,6}:[\s*_]{0,6}"
    rf"(?:(?P<yes>yes|no)\b|{_WORD})",
    re.IGNORECASE,
)
# After "correct": the statement ends there, or gives its reason. "Correct in its colours" and "correct, but …" are not whole.
_WHOLE = compile_later(
    rf"[*_\"”')]{{0,3}}(?:\s{{0,3}}(?:$|[.;!:])|,?{_S}(?:as|because|since|given|which|based)\b"
    rf"|{_S}and{_S}(?:complete|accurate|valid|consistent|confirmed|aligns|matches|I|we)\b)",
    re.IGNORECASE,
)
_OPENING = (
    r"(?:(?:therefore|thus|hence|so|overall|indeed|yes|no|finally|consequently|accordingly|clearly|however|and"
    rf"|in{_S}(?:conclusion|summary|fact)|as{_S}a{_S}result),?{_S})"
)
_BASIS = r"(?:(?:based on|given|after|upon|according to|looking at|from|comparing|since|because|as)\b[^.?!\n]{1,200}?,\s{1,3})"
_SAYING = (
    rf"(?:(?:I|we){_S}(?:(?:can|must|would|therefore|thus|also){_S}){{0,2}}(?:confirm|conclude|find|believe|think|say"
    rf"|agree|affirm)"
    rf"{_S}(?:that{_S})?|(?:this|which|it){_S}(?:means|shows|confirms|indicates|implies){_S}(?:that{_S})?"
    rf"|it{_S}is{_S}(?:clear|evident){_S}that{_S})"
)
_LEADS_UP = compile_later(
    rf"[\s*_#>-]{{0,9}}(?:\d{{1,2}}[.)]\s)?{_OPENING}{{0,3}}{_BASIS}?{_OPENING}{{0,2}}{_SAYING}?[*_\"“]{{0,3}}",
    re.IGNORECASE,
)
_SO = compile_later(
    rf"[,;:]{_S}(?:and{_S})?(?:so|therefore|thus|hence|which{_S}(?:means|confirms|shows)|meaning|confirming)(?:{_S}that)?,?{_S}",
    re.IGNORECASE,
)
_SUPPOSED = compile_later(r"\W{0,9}(?:if|suppose|supposing|assum\w{1,5}|unless|had|were|whether|let)\b", re.IGNORECASE)
_SENTENCE_END = compile_later(r"(?<=[.!?])\s+|\n")


def reflection(text: str) -> Rating:
    """Was the answer that was shown confirmed (1.0) or called wrong (0.0)? See the module's own text for the rules."""
    window = normal.last_window(text)
    if isinstance(window, Reason):
        return unrated(window)
    body, offset, _ = window
    places = list(boxes(body))
    if (places and not places[-1].closed) or (not places and normal.cut_off(body)):
        return unrated(Reason.CUT_OFF)
    said: list[Rating] = []
    doubted = False
    for begin, sentence in _sentences(body):
        if RETHINK.match(sentence):
            doubted = True
        found = _read(sentence, offset + begin)
        if found is not None:
            said.append(found)
            doubted = False
    if doubted and said:
        return unrated(Reason.CUT_OFF, said[-1].span)
    if len({rating.score for rating in said}) > 1:
        return unrated(Reason.CONTRADICTORY)
    return said[-1] if said else unrated(normal.reason_without_verdict(body, body.lower()))


def _sentences(body: str) -> Iterator[tuple[int, str]]:
    at = 0
    for end in _SENTENCE_END.finditer(body):
        yield at, body[at : end.start()]
        at = end.end()
    yield at, body[at:]


def _read(sentence: str, offset: int) -> Rating | None:
    """What one sentence says of the answer that was shown, if it says it outright."""
    if sentence.rstrip(" *_\"”')").endswith("?"):
        return None
    found = _LABELLED.match(sentence)
    if found is None:
        found = _STATEMENT.search(sentence)
        if found is None or not _meant(sentence[: found.start()]):
            return None
        if found["word"].lower() == "right" and not found["named"]:
            return None  # "The answer is right": or left
    groups = found.groupdict()
    span = (offset + found.start(), offset + found.end())
    if groups.get("yes"):
        return Rating(1.0 if groups["yes"].lower() == "yes" else 0.0, None, span)
    right, denied = groups["word"].lower() in _RIGHT.split("|"), groups.get("not")
    if right != bool(denied):  # called right; that it is not wrong says too little
        return Rating(1.0, None, span) if right and _WHOLE.match(sentence, found.end()) else None
    return Rating(0.0, None, span)


def _meant(before: str) -> bool:
    """Whether what leads up to a statement leaves it alone."""
    if len(before) > _LONGEST:
        return False
    if not _LEADS_UP.fullmatch(before) and (joint := normal.last_match(_SO, before)) and not _SUPPOSED.match(before):
        before = before[joint.end() :]
    return _LEADS_UP.fullmatch(before) is not None
