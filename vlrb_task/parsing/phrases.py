"""Phrases that pronounce a verdict without one of its words ("has the edge"), put into the plain words that mean the same.

The grammar reads those: so whatever turns "Answer 2 is better" around, or makes it none, does the same to the phrase. What says
that an answer is right, not that it is better, becomes a remark ("more accurate"). Only the whole phrase is taken: its words are
everywhere in descriptions of pictures ("the edge of the table").
"""

from __future__ import annotations

import re

from vlrb_task.parsing.clauses import CLAUSES, LEAD, Replacement
from vlrb_task.parsing.nouns import ALL, ANSWERS, ANY_NAME, DEGREE, EDGE, NAME, NOUNS, ON, TASK, THING, TRUTH
from vlrb_task.support.patterns import compile_later

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


_NAME_ENDS = compile_later(rf"{ANY_NAME}[*_]{{0,3}}\Z".replace(" ", r"\s{1,3}"), re.IGNORECASE)


def _its(match: re.Match[str]) -> str:
    """Nothing in the place of the "'s answer" of a name, looked for from its end: that a name begins, most letters may say."""
    start = match.start()
    return "" if _NAME_ENDS.search(match.string, max(0, start - 32), start) else match[0]


def _put(pattern: str, put: Replacement) -> tuple[tuple[re.Pattern[str], Replacement]]:
    """A pattern, in which a space is up to three of white space, with what to put in its place."""
    return ((compile_later(pattern.replace(" ", r"\s{1,3}"), re.IGNORECASE), put),)


# An option of the prompt, quoted as the judge's choice: I would choose "Tie, relatively the same" as my final verdict.
_CHOSEN = (
    r"\bI(?:['’]d|['’]ll)? (?:(?:would|will|must|therefore|have to|also) ){0,3}(?:choose|select|output|label|assign|give) "
    r"(?:(?:the|this|it|my|a) )?(?:(?:final )?(?:option|label|verdict|result|answer|choice) ){0,2}(?:as |of |:\s{0,3})?"
    r"[\"“'‘]([^\"“”\n]{3,80}?)[.,]?[\"”'’](?: (?:as|for) (?:my|the) (?:final )?(?:verdict|choice|answer|label|output))?"
)

# By a part of the phrase: lines without it, nearly all, cost no more than the search for it.
_PHRASES = {
    "'s ": _put(rf"'s {THING}", _its),
    "’s ": _put(rf"’s {THING}", _its),
    " from ": _put(rf"\bthe {THING} from (?={ANY_NAME})", ""),
    " by ": _put(
        rf"\bthe {THING} (?:(?:given|provided|generated|produced|created|edited|written|made|offered|presented) )?"
        rf"by (?={ANY_NAME})",
        "",
    ),
    " of ": _put(rf"\bthe {THING} of (?={ANY_NAME})", ""),
    " th": _put(
        # after a comma or not, and not "according to"; what begins with a class of signs is found faster
        rf"[,\s](?<!ccording[,\s])(?:(?<=,) |(?<=\s)\s{{0,2}})"
        rf"(?:for|based on|in|on|according to|with respect to|given|under|to) {TASK}"
        r"(?=[*_]{0,3}\s{0,3}(?:[.,;:!)]|$))",
        "",
    ),
    '"': _put(_CHOSEN, r"my final verdict is: \1"),
    "“": _put(_CHOSEN, r"my final verdict is: \1"),
    "label": _put(r"\blabel (?:this|it|these|them|the verdict|the result) (?:as )?(?:an? )?tie\b", "call it a tie"),
    "say that": _put(
        r"\bI (?:can\s?not|can['’]t|could not|would not|am unable to) say that (?:either|(?:any )?one) "
        r"(?:(?:of them|answer|response|model|output|option|assistant) )?is (?:clearly )?better"
        r"(?: than the other(?: one)?(?:['’]s)?)?",
        "neither is better",
    ),
    "the same": _put(
        r"\b(?:are|is) (?:of )?(?:(?:relatively|roughly|about|nearly|almost|basically|essentially) )the same"
        rf" (?:acceptable |good |overall |in terms of (?:overall )?)quality\b{ALL}",
        "are equally good",
    ),
    "tied ": _put(r"\btied for (?:the )?(?:best|first)(?: (?:quality|place|one))?\b", "tied"),
    " perform": _put(r"\bperform(?:s|ed)? ((?:\w{1,14}ly |much |far ){0,2})(better|worse|best|worst)\b", r"is \1\2"),
    " better": _put(
        rf"\b(?:answers?|answered|addresses|addressed|handles|handled|responds|responded to"
        rf"|fulfil{{1,2}}s) {TASK} (?:much |slightly )?better\b",
        "is better",
    ),
    "c: ": _put(r"\AC: (?=(?:both|neither|the two)\b)", ""),  # the letter of a tie, and what it stands for
    " as the ": _put(
        r"\bI (choose|chose|pick|picked|select|selected) ([AB]) as (?=the (?:better|best|winner))",
        r"I choose Assistant \2 as ",
    ),
    "closely": (
        *_put(
            r"\b(?:aligns?|adheres?|corresponds?|conforms?|sticks?|matche?s?) (?:much |slightly )?more closely (?:with|to)\b",
            "is more aligned with",
        ),
        *_put(r"\bmore closely (?=aligned|aligns)", "more "),
    ),
    " better ": (
        *_put(r"\baligns? (?:much |slightly )?better with\b", "is more aligned with"),
        *_put(r"\b(?:is|are) better aligned with\b", "is more aligned with"),
    ),
    "igher ": _put(
        rf"({ANY_NAME}) (?:gets|receives|deserves|earns) an? (?:slightly |much )?higher (?:overall )?(?:score|rating)\b",
        r"\1 is better",
    ),
    "er job": _put(
        r"\b(?:does|did|do) (?:an?|the) ((?:\w{1,14}ly |much ){0,2})better job(?=[*_]{0,3}\s{0,3}(?:[.,;:!)]|$"
        r"|than|overall|and|because|due))",
        r"is \1better",
    ),
    "er": _put(r"\b(?:does|did|do|fares|fared|is doing) (better|worse)\b", r"is \1"),
    "etter ": _put(
        r"\bis ((?:the|a) (?:clearly |slightly |overall ){0,2})better (?:pick|fit|match|performer|alternative"
        r"|selection|bet|candidate)\b",
        r"is \1better one",
    ),
    " advantage": _put(rf"\b(?:has|have|holds?|gains|enjoys) (?:the|an?) {DEGREE}advantage\b{ON}", "is better"),
    "vote ": _put(rf"\bmy vote (?:goes to|is for)(?= {ANY_NAME})", "I choose"),
    " pick": _put(r"\b(?:clear|better|obvious|top|best|my|preferred) pick\b", "winner"),
    "orrect choice": _put(
        rf"\bthe (?:correct|right) choice (?:is|would be)(?=[\s:*_]{{1,5}}{ANY_NAME})", "the better choice is"
    ),
    "edge": (
        *_put(rf"\b(give|gives|giving) {EDGE} to {NAME}", _given),
        *_put(rf"\b(give|gives|giving) {NAME} {EDGE}\b{ON}", _given),
        *_put(
            rf"\b{EDGE} (?:(?:here|overall|therefore|thus) )?(?:goes|must go|should go)"
            rf" to(?= {NAME})",
            "the better one is",
        ),
        *_put(rf"\b(?:has|(?:does )?have|holds?|gets|takes|gains|deserves|earns|enjoys) {EDGE}\b{ON}", "is better"),
        *_put(rf"\bedges out(?= {NAME})", "beats"),
    ),
    "upper hand": _put(rf"\b(?:has|have|gets|gains|holds?) {EDGE}\b{ON}", "is better"),
    " nod": (
        *_put(rf"\b(give|gives|giving) the nod to {NAME}", _given),
        *_put(rf"\b(?:gets|takes|deserves|earns) the nod\b{ON}", "is better"),
        *_put(rf"\bthe nod goes to(?= {NAME})", "the better one is"),
    ),
    " out ": _put(rf"\bcomes out (?:(?:slightly|narrowly|just|clearly) )?(?:on top|ahead)\b{ON}", "wins"),
    " the win": _put(rf"\b(?:takes|gets|deserves|earns) the win\b{ON}", "wins"),
    " winner": _put(r"\b(?:clear|obvious|definite|narrow|slight) winner\b", "winner"),
    " going with ": _put(rf"\bI(?: am|['’]m) going with(?= {NAME})", "I choose"),
    "er to ": _put(rf"\b(?:closer|nearer) to {TRUTH}", "more accurate"),
    "est to ": _put(rf"\b(?:closest|nearest) to {TRUTH}", "most accurate"),
    "ther from ": _put(rf"\b(?:further|farther) from {TRUTH}", "less accurate"),
    " same": (
        *_put(
            r"\b(?:have|has|show|offer|provide) the same (?:(?:overall|level of|degree of) )?"
            rf"(accuracy|correctness|completeness|helpfulness|quality|merit|(?<=of\s)detail)\b{ALL}",
            _same,
        ),
        *_put(
            r"\b(?:are|is) (?:(?:about|essentially|basically|virtually|practically|effectively|pretty much|much) )?"
            rf"the same(?: in (?:overall )?(?:quality|accuracy))?{ALL}",
            "are equally accurate",
        ),
    ),
    " performance": _put(
        rf"\bhave (?:an? )?(?:the same|equal|equivalent|similar|comparable) (?:level of )?(?:overall )?"
        rf"performance(?: \(=\))?{ALL}",
        "are equally good",
    ),
    " quality": _put(
        r"\b(?:are|is) of (?:(?:about|roughly|approximately) )?"
        rf"(?:the same|equal|similar|comparable) (overall )?quality\b{ALL}",
        "are equally good",
    ),
    " in ": _put(
        r"\b(?:are|is) (?:(?:very|quite|roughly|generally|largely|fairly) )?(?:comparable|similar|equivalent|equal) in "
        rf"(?:(?:overall|terms of|their) ){{0,2}}(?:quality|performance|merit)\b{ALL}",
        "are equally good",
    ),
    "ot better": _put(
        rf"\b{ANY_NAME}[*_]{{0,3}} is not better[;,.] (?:but |rather,? "
        rf"|instead,? )?({ANY_NAME}) is(?=[*_]{{0,3}}\s{{0,3}}(?:[.!]|$))",
        r"\1 is better",
    ),
    " but ": _put(
        rf"(?:\bit is )?\bnot {ANY_NAME}[*_]{{0,3}},? but (?:rather )?({ANY_NAME})[*_]{{0,3}},? (?:that"
        rf"|which) is (?=better|superior|preferable)",
        r"\1 is ",
    ),
    " tie": _put(r"\b(?:it is|it['’]s|this is) not a tie[:;,.—-]", ""),
    "ed by ": _put(
        rf"({ANY_NAME}) is (?:clearly |slightly )?(?:outperformed|beaten|surpassed|outclassed|bettered) by ({ANY_NAME})",
        r"\2 beats \1",
    ),
    "ight choice": _put(rf"({ANY_NAME}) is (?:clearly )?the (?:right|correct) choice\b", r"\1 is the better choice"),
    " my vote": _put(rf"({ANY_NAME}) (?:gets|has|wins|takes) my vote\b", r"I choose \1"),
    "only correct": _put(
        rf"({ANY_NAME}) is the only correct (?:one|answer|response|option|output)\b", r"\1 is the better one"
    ),
    "not as ": (
        *_put(rf"({ANY_NAME}) is not (?:quite |nearly )?as (?:good|strong) as ({ANY_NAME})", r"\2 is better than \1"),
        *_put(rf"({ANY_NAME}) is not (?:quite |nearly )?as (\w{{3,20}}) as ({ANY_NAME})", r"\3 is more \2 than \1"),
    ),
    " lead": _put(rf"\btakes the lead\b{ON}", "is better"),
    " ahead": _put(rf"\b(?:edges|pulls|comes|is (?:slightly )?)\s{{0,3}}ahead\b{ON}", "is better"),
    "eserves to ": _put(r"\bdeserves to win\b", "is better"),
    "inclined to": _put(r"\bI (?:am|would be) inclined to (favou?r|prefer|choose|go with|pick)\b", r"I \1"),
    "hould be ": _put(r"\bshould be (?:preferred|chosen|selected|favou?red)\b", "is better"),
    "to be preferred": _put(r"\bis to be preferred\b", "is preferable"),
    " par": (
        *_put(rf"\bon (?:a )?par with (?={NAME}{ALL})", "as good as "),
        *_put(rf"\bon (?:a )?par(?: with (?:each other|one another))?{ALL}", "equally good"),
    ),
    "tie is justified": _put(r"\b(?:the|a) tie is justified\b", "it is a tie"),
    " equally good": _put(
        rf"\bI (?:would )?(?:rate|consider|judge|deem) (?:these|both|{ANSWERS})(?: \w+)? as equally good\b",
        "both answers are equally good",
    ),
    " in quality": _put(
        r"\bthey are (?:essentially |basically |roughly )?(?:equal|tied) in (?:overall )?quality\b",
        "both answers are equally good",
    ),
    " difference": (
        *_put(
            rf"\bthe (?:slight )?differences?(?: in \w+)? (?:is|are) (?:very )?(?:minimal|negligible|insignificant|minor)\b{ALL}",
            "both answers are equally good",
        ),
        *_put(
            r"\bthere is (?:no|little|hardly any) (?:(?:real|significant|meaningful|notable|clear|substantial)"
            rf" )?difference (?:in (?:overall )?quality )?between {ANSWERS}{ALL}",
            "both answers are equally accurate",
        ),
    ),
}


# Of a line, in lower case: what else it must hold for the phrases under a short key, one of these.
_OF_A_NAME = (*(f"{noun} " for noun in NOUNS.split("|")), "the first", "the second")
_CHOOSING = "choose|select|output|label|assign|give"
_NEEDS: dict[str, str] = {
    "'s ": "1's |2's |a's |b's |)'s |*'s |first |second ",
    "’s ": "1’s |2’s |a’s |b’s |)’s |*’s |first |second ",
    **{part: "|".join(f"{part}{name}" for name in _OF_A_NAME) for part in (" from ", " by ", " of ")},
    " th": "instruction|task|question|prompt|quer|request|criteria|evaluation|scenario|context|this case|user|comparison|"
    "analysis|guideline|rubric|information|purpose",
    "ed by ": "outperformed by|beaten by|surpassed by|outclassed by|bettered by",
    " in ": "comparable in|similar in|equivalent in|equal in",
    " but ": "not ",
    '"': _CHOOSING,
    "“": _CHOOSING,
    "label": "tie",
    " better": "swers |swered |dresses |dressed |andles |andled |esponds |esponded |ulfils |ulfills ",
    "er": "does better|does worse|did better|did worse|do better|do worse|fares better|fares worse|fared better|fared worse|"
    "doing better|doing worse",
    "etter ": "better pick|better fit|better match|better performer|better alternative|better selection|better bet|"
    "better candidate",
}

ROWS: tuple[tuple[str, tuple[tuple[str, ...], ...], tuple[tuple[re.Pattern[str], Replacement], ...]], ...] = tuple(
    (part, tuple(tuple(group.split("|")) for group in groups), pairs)
    for part, groups, pairs in (
        (LEAD[0], LEAD[1], (LEAD[2:],)),
        ("'\"'", (), ((compile_later("'\"'"), "''"),)),  # the sign itself, and no quotation
        *((part, (_NEEDS[part],) if part in _NEEDS else (), phrases) for part, phrases in _PHRASES.items()),
        *((part, groups, ((pattern, put),)) for part, groups, pattern, put in CLAUSES),
    )
)
"""In this order: a part of a line in lower case, groups of which the line must hold one text each, what is put for what."""
