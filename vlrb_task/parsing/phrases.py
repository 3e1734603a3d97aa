"""Phrases that pronounce a verdict without one of its words: "has the edge", "closer to the truth", "on a par".

Each is put into the plain words that mean the same, and the grammar reads those: so whatever turns "Answer 2 is better"
around, or makes it none (a negation, a condition, a quotation, a criterion), does the same to the phrase. What says
that an answer is right, not that it is the better one, becomes a remark ("more accurate", "equally accurate"), which
counts only where it is marked as the verdict. The words alone are everywhere in descriptions of pictures ("the
edge of the table", "closer to the left"): only the whole phrase is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from vlrb_task.parsing.languages import english

_Replacement: TypeAlias = "str | Callable[[re.Match[str]], str]"

_DEGREE = r"(?:(?:very|slight|small|clear|narrow|modest|definite|distinct|decisive|overall|final)\s{1,3}){0,2}"
_EDGE = rf"(?:the|an?)\s{{1,3}}{_DEGREE}(?:edge|upper\s{{1,3}}hand)"
# What may follow an edge that is a lead. One "of the table" is none.
_ON = (
    r"(?=[*_]{0,3}\s{0,3}(?:[.,;:!?)\"”]|$|(?:over|in|here|overall|because|due|since|as|for|thanks|and|but|if|when|unless|until|"
    r"though|although|while|despite|with)\b))"
)
_NAME = (
    r"([*_]{0,3}(?:(?:answer|response|assistant|option|model|candidate|output|feedback|caption)\s{1,3}\(?[12AB]\b\)?"
    r"|the\s{1,3}(?:first|second)(?:\s{1,3}(?:answer|response|assistant|option|model|candidate|output|one))?\b)[*_]{0,3})"
)
_NOUNS = (
    "answer|response|assistant|option|model|candidate|output|feedback|caption|description|image|picture|summary|translation|"
    "solution|story|essay|chatbot|version|reply|completion|video"
)
_ANY_NAME = rf"(?:(?:{_NOUNS})\s{{1,3}}\(?[12AB]\b\)?|the\s{{1,3}}(?:first|second)\s{{1,3}}(?:{_NOUNS}|one)\b)"
# The thing that was judged, as judges call it when they say whose it is.
_THING = (
    r"(?:(?:edited|generated|overall|final|own|written|proposed|provided|given|version\s{1,3}of\s{1,3}the)\s{1,3}){0,2}"
    r"(?:answer|response|output|reply|completion|image|picture|photo|video|caption|description|summary|translation|story|poem|essay"
    r"|letter|email|version|solution|text|code|work|submission|result)\b"
)
# Its task: whoever is better for that is better.
_TASK = (
    r"(?:(?:the|this|these|that)\s{1,3}(?:(?:given|specific|above|original|provided|stated|user['’]s|particular|overall|mentioned)\s{1,3}){0,2}"
    r"(?:instructions?|tasks?|questions?|prompts?|query|queries|requests?|criteria|evaluation|scenario|context|case|user|comparison|analysis|guidelines|rubric|"
    r"information|purpose)(?:\s{1,3}(?:above|given|provided|mentioned(?:\s{1,3}above)?|at\s{1,3}hand|asked))?)"
)
_ANSWERS = r"(?:(?:the\s{1,3})?(?:two\s{1,3})?(?:answers|responses|assistants|options|models|candidates|outputs)|them)"
_TRUTH = (
    r"(?:the\s{1,3})?(?:(?:ground\s{1,3})?truth|facts|reality|mark"
    r"|(?:correct|right|true|actual|real)\s{1,3}(?:answer|value|count|number|figure|solution|amount|result))\b"
    r"(?!\s{1,3}(?:about|of|on|in|regarding|concerning|for|when|as\s{1,3}to)\b)"  # a part of it
)
# And not "in length".
_ALL = r"(?=[*_]{0,3}\s{0,3}(?:[.,;:!)]|$|(?:overall|and|but|so|because|due|since|as|though|although|despite)\b))"
_EQUAL_IN = {
    "accuracy": "accurate",
    "correctness": "correct",
    "completeness": "complete",
    "helpfulness": "helpful",
    "detail": "detailed",
}


def _given(match: re.Match[str]) -> str:
    """The judge's own opinion in "I give Answer 2 the edge", what follows from something in "gives" and "giving"."""
    verb, name = match.group(1).lower(), match.group(2)
    return f"{'rate' if verb == 'give' else 'makes' if verb == 'gives' else 'making'} {name} better"


def _same(match: re.Match[str]) -> str:
    return f"are equally {_EQUAL_IN.get(match.group(1).lower(), 'good')}"


def _phrases(*pairs: tuple[str, _Replacement]) -> tuple[tuple[re.Pattern[str], _Replacement], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), put) for pattern, put in pairs)


# An option of the prompt, quoted as the judge's choice: I would choose "Tie, relatively the same" as my final verdict.
_CHOSEN = (
    r"\bI(?:['’]d|['’]ll)?\s{1,3}(?:(?:would|will|must|therefore|have\s{1,3}to|also)\s{1,3}){0,3}(?:choose|select|output|label|assign|give)\s{1,3}"
    r"(?:(?:the|this|it|my|a)\s{1,3})?(?:(?:final\s{1,3})?(?:option|label|verdict|result|answer|choice)\s{1,3}){0,2}(?:as\s{1,3}|of\s{1,3}|:\s{0,3})?"
    r"[\"“'‘]([^\"“”\n]{3,80}?)[.,]?[\"”'’](?:\s{1,3}(?:as|for)\s{1,3}(?:my|the)\s{1,3}(?:final\s{1,3})?(?:verdict|choice|answer|label|output))?"
)

# By a part of the phrase: lines without it, nearly all, cost no more than the search for it.
_PHRASES = {
    "'s ": _phrases((rf"({_ANY_NAME}[*_]{{0,3}})'s\s{{1,3}}{_THING}", r"\1")),
    "’s ": _phrases((rf"({_ANY_NAME}[*_]{{0,3}})’s\s{{1,3}}{_THING}", r"\1")),
    " from ": _phrases((rf"\bthe\s{{1,3}}{_THING}\s{{1,3}}from\s{{1,3}}(?={_ANY_NAME})", "")),
    " by ": _phrases(
        (
            rf"\bthe\s{{1,3}}{_THING}\s{{1,3}}(?:(?:given|provided|generated|produced|created|edited|written|made|offered|presented)\s{{1,3}})?"
            rf"by\s{{1,3}}(?={_ANY_NAME})",
            "",
        )
    ),
    " of ": _phrases((rf"\bthe\s{{1,3}}{_THING}\s{{1,3}}of\s{{1,3}}(?={_ANY_NAME})", "")),
    " th": _phrases(
        (
            rf",?\s{{1,3}}(?:for|based\s{{1,3}}on|in|on|according\s{{1,3}}to|with\s{{1,3}}respect\s{{1,3}}to|given|under|to)\s{{1,3}}{_TASK}"
            r"(?=[*_]{0,3}\s{0,3}(?:[.,;:!)]|$))",
            "",
        )
    ),
    "hoose": _phrases((_CHOSEN, r"my final verdict is: \1")),
    "elect": _phrases((_CHOSEN, r"my final verdict is: \1")),
    "utput": _phrases((_CHOSEN, r"my final verdict is: \1")),
    "label": _phrases(
        (_CHOSEN, r"my final verdict is: \1"),
        (r"\blabel\s{1,3}(?:this|it|these|them|the\s{1,3}verdict|the\s{1,3}result)\s{1,3}(?:as\s{1,3})?(?:an?\s{1,3})?tie\b", "call it a tie"),
    ),
    "say that": _phrases(
        (
            r"\bI\s{1,3}(?:can\s?not|can['’]t|could\s{1,3}not|would\s{1,3}not|am\s{1,3}unable\s{1,3}to)\s{1,3}say\s{1,3}that\s{1,3}(?:either|(?:any\s{1,3})?one)\s{1,3}"
            r"(?:(?:of\s{1,3}them|answer|response|model|output|option|assistant)\s{1,3})?is\s{1,3}(?:clearly\s{1,3})?better(?:\s{1,3}than\s{1,3}the\s{1,3}other(?:\s{1,3}one)?(?:['’]s)?)?",
            "neither is better",
        )
    ),
    "the same": _phrases(
        (
            r"\b(?:are|is)\s{1,3}(?:of\s{1,3})?(?:(?:relatively|roughly|about|nearly|almost|basically|essentially)\s{1,3})the\s{1,3}same"
            rf"\s{{1,3}}(?:acceptable\s{{1,3}}|good\s{{1,3}}|overall\s{{1,3}}|in\s{{1,3}}terms\s{{1,3}}of\s{{1,3}}(?:overall\s{{1,3}})?)quality\b{_ALL}",
            "are equally good",
        ),
    ),
    "tied ": _phrases((r"\btied\s{1,3}for\s{1,3}(?:the\s{1,3})?(?:best|first)(?:\s{1,3}(?:quality|place|one))?\b", "tied")),
    " perform": _phrases(
        (r"\bperform(?:s|ed)?\s{1,3}((?:\w{1,14}ly\s{1,3}|much\s{1,3}|far\s{1,3}){0,2})(better|worse|best|worst)\b", r"is \1\2"),
    ),
    " better": _phrases(
        (
            rf"\b(?:answers?|answered|addresses|addressed|handles|handled|responds|responded\s{{1,3}}to|fulfil{{1,2}}s)\s{{1,3}}{_TASK}\s{{1,3}}(?:much\s{{1,3}}|slightly\s{{1,3}})?better\b",
            "is better",
        ),
        (r"\b(?:does|did|do)\s{1,3}(?:an?|the)\s{1,3}((?:\w{1,14}ly\s{1,3}|much\s{1,3}){0,2})better\s{1,3}job(?=[*_]{0,3}\s{0,3}(?:[.,;:!)]|$|than|overall|and|because|due))", r"is \1better"),
        (r"\b(?:does|did|do|fares|fared|is\s{1,3}doing)\s{1,3}(better|worse)\b", r"is \1"),
        (r"\bis\s{1,3}((?:the|a)\s{1,3}(?:clearly\s{1,3}|slightly\s{1,3}|overall\s{1,3}){0,2})better\s{1,3}(?:pick|fit|match|performer|alternative|selection|bet|candidate)\b", r"is \1better one"),
    ),
    " advantage": _phrases(
        (rf"\b(?:has|have|holds?|gains|enjoys)\s{{1,3}}(?:the|an?)\s{{1,3}}{_DEGREE}advantage\b{_ON}", "is better"),
    ),
    "vote ": _phrases((rf"\bmy\s{{1,3}}vote\s{{1,3}}(?:goes\s{{1,3}}to|is\s{{1,3}}for)(?=\s{{1,3}}{_ANY_NAME})", "I choose")),
    " pick": _phrases((r"\b(?:clear|better|obvious|top|best|my|preferred)\s{1,3}pick\b", "winner")),
    "orrect choice": _phrases((rf"\bthe\s{{1,3}}(?:correct|right)\s{{1,3}}choice\s{{1,3}}(?:is|would\s{{1,3}}be)(?=[\s:*_]{{1,5}}{_ANY_NAME})", "the better choice is")),
    "edge": _phrases(
        (rf"\b(give|gives|giving)\s{{1,3}}{_EDGE}\s{{1,3}}to\s{{1,3}}{_NAME}", _given),
        (rf"\b(give|gives|giving)\s{{1,3}}{_NAME}\s{{1,3}}{_EDGE}\b{_ON}", _given),
        (
            rf"\b{_EDGE}\s{{1,3}}(?:(?:here|overall|therefore|thus)\s{{1,3}})?(?:goes|must\s{{1,3}}go|should\s{{1,3}}go)"
            rf"\s{{1,3}}to(?=\s{{1,3}}{_NAME})",
            "the better one is",
        ),
        (
            rf"\b(?:has|(?:does\s{{1,3}})?have|holds?|gets|takes|gains|deserves|earns|enjoys)\s{{1,3}}{_EDGE}\b{_ON}",
            "is better",
        ),
        (rf"\bedges\s{{1,3}}out(?=\s{{1,3}}{_NAME})", "beats"),
    ),
    "upper hand": _phrases((rf"\b(?:has|have|gets|gains|holds?)\s{{1,3}}{_EDGE}\b{_ON}", "is better")),
    " nod": _phrases(
        (rf"\b(give|gives|giving)\s{{1,3}}the\s{{1,3}}nod\s{{1,3}}to\s{{1,3}}{_NAME}", _given),
        (rf"\b(?:gets|takes|deserves|earns)\s{{1,3}}the\s{{1,3}}nod\b{_ON}", "is better"),
        (rf"\bthe\s{{1,3}}nod\s{{1,3}}goes\s{{1,3}}to(?=\s{{1,3}}{_NAME})", "the better one is"),
    ),
    " out ": _phrases(
        (
            rf"\bcomes\s{{1,3}}out\s{{1,3}}(?:(?:slightly|narrowly|just|clearly)\s{{1,3}})?(?:on\s{{1,3}}top|ahead)\b{_ON}",
            "wins",
        ),
    ),
    " the win": _phrases((rf"\b(?:takes|gets|deserves|earns)\s{{1,3}}the\s{{1,3}}win\b{_ON}", "wins")),
    " winner": _phrases((r"\b(?:clear|obvious|definite|narrow|slight)\s{1,3}winner\b", "winner")),
    " going with ": _phrases((rf"\bI(?:\s{{1,3}}am|['’]m)\s{{1,3}}going\s{{1,3}}with(?=\s{{1,3}}{_NAME})", "I choose")),
    "er to ": _phrases((rf"\b(?:closer|nearer)\s{{1,3}}to\s{{1,3}}{_TRUTH}", "more accurate")),
    "est to ": _phrases((rf"\b(?:closest|nearest)\s{{1,3}}to\s{{1,3}}{_TRUTH}", "most accurate")),
    "ther from ": _phrases((rf"\b(?:further|farther)\s{{1,3}}from\s{{1,3}}{_TRUTH}", "less accurate")),
    " same": _phrases(
        (
            r"\b(?:have|has|show|offer|provide)\s{1,3}the\s{1,3}same\s{1,3}(?:(?:overall|level\s{1,3}of|degree\s{1,3}of)\s{1,3})?"
            rf"(accuracy|correctness|completeness|helpfulness|quality|merit|(?<=of )detail)\b{_ALL}",
            _same,
        ),
        (
            r"\b(?:are|is)\s{1,3}(?:(?:about|essentially|basically|virtually|practically|effectively|pretty\s{1,3}much|much)\s{1,3})?"
            rf"the\s{{1,3}}same(?:\s{{1,3}}in\s{{1,3}}(?:overall\s{{1,3}})?(?:quality|accuracy))?{_ALL}",
            "are equally accurate",
        ),
    ),
    " quality": _phrases(
        (
            r"\b(?:are|is)\s{1,3}of\s{1,3}(?:(?:about|roughly|approximately)\s{1,3})?"
            rf"(?:the\s{{1,3}}same|equal|similar|comparable)\s{{1,3}}(overall\s{{1,3}})?quality\b{_ALL}",
            "are equally good",
        ),
    ),
    " in ": _phrases(
        (
            r"\b(?:are|is)\s{1,3}(?:(?:very|quite|roughly|generally|largely|fairly)\s{1,3})?(?:comparable|similar|equivalent|equal)\s{1,3}in\s{1,3}"
            rf"(?:(?:overall|terms\s{{1,3}}of|their)\s{{1,3}}){{0,2}}(?:quality|performance|merit)\b{_ALL}",
            "are equally good",
        ),
    ),
    "ot better": _phrases(
        (
            rf"\b{_ANY_NAME}[*_]{{0,3}}\s{{1,3}}is\s{{1,3}}not\s{{1,3}}better[;,.]\s{{1,3}}(?:but\s{{1,3}}|rather,?\s{{1,3}}|instead,?\s{{1,3}})?({_ANY_NAME})\s{{1,3}}is(?=[*_]{{0,3}}\s{{0,3}}(?:[.!]|$))",
            r"\1 is better",
        ),
    ),
    " but ": _phrases(
        (
            rf"(?:\bit\s{{1,3}}is\s{{1,3}})?\bnot\s{{1,3}}{_ANY_NAME}[*_]{{0,3}},?\s{{1,3}}but\s{{1,3}}(?:rather\s{{1,3}})?({_ANY_NAME})[*_]{{0,3}},?\s{{1,3}}(?:that|which)\s{{1,3}}is\s{{1,3}}(?=better|superior|preferable)",
            r"\1 is ",
        ),
    ),
    " lead": _phrases((rf"\btakes\s{{1,3}}the\s{{1,3}}lead\b{_ON}", "is better")),
    " ahead": _phrases((rf"\b(?:edges|pulls|comes|is\s{{1,3}}(?:slightly\s{{1,3}})?)\s{{0,3}}ahead\b{_ON}", "is better")),
    "eserves to ": _phrases((r"\bdeserves\s{1,3}to\s{1,3}win\b", "is better")),
    "inclined to": _phrases((r"\bI\s{1,3}(?:am|would\s{1,3}be)\s{1,3}inclined\s{1,3}to\s{1,3}(favou?r|prefer|choose|go\s{1,3}with|pick)\b", r"I \1")),
    "hould be ": _phrases((r"\bshould\s{1,3}be\s{1,3}(?:preferred|chosen|selected|favou?red)\b", "is better")),
    "to be preferred": _phrases((r"\bis\s{1,3}to\s{1,3}be\s{1,3}preferred\b", "is preferable")),
    " par": _phrases(
        (rf"\bon\s{{1,3}}(?:a\s{{1,3}})?par\s{{1,3}}with\s{{1,3}}(?={_NAME}{_ALL})", "as good as "),
        (
            rf"\bon\s{{1,3}}(?:a\s{{1,3}})?par(?:\s{{1,3}}with\s{{1,3}}(?:each\s{{1,3}}other|one\s{{1,3}}another))?{_ALL}",
            "equally good",
        ),
    ),
    " difference": _phrases(
        (
            r"\bthere\s{1,3}is\s{1,3}(?:no|little|hardly\s{1,3}any)\s{1,3}(?:(?:real|significant|meaningful|notable|clear|substantial)"
            rf"\s{{1,3}})?difference\s{{1,3}}(?:in\s{{1,3}}(?:overall\s{{1,3}})?quality\s{{1,3}})?between\s{{1,3}}{_ANSWERS}{_ALL}",
            "both answers are equally accurate",
        ),
    ),
}


def plain(line: str) -> str:
    """A line with its phrases in plain words; the same object where it has none."""
    line = english(line)
    for part, phrases in _PHRASES.items():
        if part in line:
            for pattern, put in phrases:
                line = pattern.sub(put, line)
    return line
