"""What takes a verdict in prose into doubt: a text that stops before its conclusion, or goes on comparing after it."""

from __future__ import annotations

import re

from vlrb_task.parsing.normal import BLANK, last_match
from vlrb_task.parsing.nouns import ANY_NAME
from vlrb_task.support.patterns import compile_later

_SENTENCE_ENDS = (". ", "! ", "? ", "\n", '." ', ".** ", "。")
_UNFINISHED = compile_later(r"(?:[^\W_]|[,:;(–—-]|\([abAB12]\))[*_#]{0,4}\Z")
_ANNOUNCED = compile_later(
    r"(?:verdict|judge?ment|decision|conclusion|choice|winner|answer|order"
    r"|preference)\b[\w ]{0,20}[*_]{0,3}\s{0,3}(?:\bis|:)[\s:*_]{0,9}"
    r"(?:\[{1,2}[AB]?|[(\"'])?\Z",
    re.IGNORECASE,
)
_CONCLUDES = compile_later(
    r"[\s*_#>-]{0,9}(?:therefore|thus|hence|so\b|overall|in (?:conclusion|summary|the end)|to (?:conclude|sum)"
    r"|finally|ultimately|my\b|final|based on|"
    r"given|considering|conclusion|verdict|judge?ment|winner|i (?:would|will|choose|prefer|think|conclude)|scores?\b"
    r"|the (?:final|better|winner|verdict|scores?))",
    re.IGNORECASE,
)
_TURNS = compile_later(
    r"[\s*_#>-]{0,9}(?:however|but\b|although|though|while|nevertheless|nonetheless|yet\b|on the other hand|actually"
    r"|in contrast)",
    re.IGNORECASE,
)
_DECIDES = compile_later(r"better|wins|prefer|superior", re.IGNORECASE)
_BUT = compile_later(r"\b(?:but|however|yet|although|though)\b", re.IGNORECASE)
_HALF_A_PAIR = compile_later(
    r"(?:^|\n)[ *_#-]{0,6}(?:(?:score|rating)[^\n]{0,60}|(?:assistant|model|answer|response|output)[ _-]?[(#]?[12AB]?\)?"
    r"(?:['’]s (?:score|rating))?[*_]{0,3}:?[ \d.]{0,9})$",
    re.IGNORECASE,
)


def stops_before_its_end(body: str, end: int, strong: bool, turns: bool = True) -> bool:
    """Whether the text stops in a sentence that was about to conclude (or turn), after a verdict in prose that was no label's."""
    body = body.rstrip(BLANK)
    rest = body[end:]
    if body[-1:] in (".", "!", "?"):
        return bool(rest) and _HALF_A_PAIR.search(rest) is not None
    if _ANNOUNCED.search(body, max(0, len(body) - 80)):
        return True  # "My final verdict is:", and nothing after it
    if not _UNFINISHED.search(body, max(0, len(body) - 40)):
        return _HALF_A_PAIR.search(rest) is not None
    floor = max(0, len(body) - 600)
    begins = max(body.rfind(sign, floor) + len(sign) if sign in body[floor:] else 0 for sign in _SENTENCE_ENDS)
    sentence = body[begins:]
    if not strong:
        return True
    decides = last_match(_DECIDES, sentence)
    if decides is not None or (begins == 0 and len(body) < 600):  # the last sentence may be the verdict itself
        return decides is not None and _BUT.search(sentence, decides.end()) is not None
    return _CONCLUDES.match(sentence) is not None or (turns and _TURNS.match(sentence) is not None)


_COMPARES = compile_later(
    r"\b(?:better|best|superior|prefer\w{0,6}|stronger|winner|verdict|more \w{3,20})\b", re.IGNORECASE
)
_UNDECIDED = compile_later(
    r"\b(?:difficult|hard|impossible|not (?:easy|possible|clear)|cannot|can't|unable) (?:to )?(?:determine|say|tell"
    r"|decide|choose|judge)",
    re.IGNORECASE,
)
_TURNED = compile_later(
    r"[.!] (?:however|but|nevertheless|yet|still)\b[^.!]{0,200}\b(?:better|best|superior)\b", re.IGNORECASE
)
_EVEN = compile_later(
    r"\b(?:neither|no|not|nor)\b[^.\n]{0,80}?\b(?:better|superior|prefer\w*|more \w{4,20})\b"
    r"|\b(?:equal(?:ly)?|both|same|tied?|neither)\b",
    re.IGNORECASE,
)
_MORE = compile_later(r"\b(?:more (?!of\b)\w{4,20}|better|superior|prefer(?:red|able)?)\b", re.IGNORECASE)


def compared_after(body: str, span: tuple[int, int]) -> bool:
    """Whether a remark that was taken for a verdict has comparisons after it that were not understood."""
    after = _COMPARES.search(body, span[1]) or _UNDECIDED.search(body, span[0]) or _TURNED.search(body, *span)
    return after is not None


def more_after_all(said: str) -> bool:
    """Whether a text calls its answers even and then one of them more something."""
    last = last_match(_EVEN, said)
    return last is not None and _MORE.search(said, last.end()) is not None


_TRAITS = compile_later(r"\bmore (\w+)(?:,? and (?:more )?(\w+))?", re.IGNORECASE)
_NEUTRAL = {"concise", "focused", "factual", "general", "brief", "succinct", "direct", "structured", "straightforward"}
_NEUTRAL |= {"creative", "technical", "formal"}
_APART_FROM_THAT = compile_later(r"\bboth\b[^.]{1,200}\bbut\b[^.]{1,60}\bmore\b", re.IGNORECASE)
_DOWNSIDE = compile_later(
    r"\b(?:but(?! also)|(?<=, )however|less|lack(?:s|ed|ing)|and (?:does|did|do)(?: not|n['’]t))\b", re.IGNORECASE
)
_REASON = compile_later(r"\b(?:as|because|since|due to)\b", re.IGNORECASE)
_NAMES = compile_later(ANY_NAME, re.IGNORECASE)
_OF_THE_FIRST = compile_later(r"[1A]\b|first", re.IGNORECASE)


def qualified(said: str, first: bool) -> bool:
    """Whether a remark for an answer ("more detailed") is none: its traits are no merits by themselves, or a downside follows.

    Args:
        said: the remark.
        first: it is for the first answer, else for the second.
    """
    said = said.replace("_", " ").replace("*", " ")
    closing = said.rstrip(". ").rpartition(". ")[2]
    traits = {trait.lower() for found in _TRAITS.finditer(closing) for trait in found.groups() if trait}
    if traits and traits <= _NEUTRAL and _APART_FROM_THAT.search(said) is None:
        return True
    for downside in _DOWNSIDE.finditer(said):
        name = last_match(_NAMES, said[: downside.start()])
        if name is None or _REASON.search(said, name.end(), downside.start()):
            continue
        if (_OF_THE_FIRST.search(name[0]) is not None) is first:
            return True
    return False
