"""Pieces of patterns over text: what judges call the answers, their parts, their task. A space is up to three of white space."""

from __future__ import annotations

DEGREE = r"(?:(?:very|slight|small|clear|narrow|modest|definite|distinct|decisive|overall|final) ){0,2}"
EDGE = rf"(?:the|an?) {DEGREE}(?:edge|upper hand)"
# What may follow an edge that is a lead. One "of the table" is none.
ON = (
    r"(?=[*_]{0,3}\s{0,3}(?:[.,;:!?)\"”]|$|(?:over|in|here|overall|because|due|since|as|for|thanks|and|but|if|when|unless|until|"
    r"though|although|while|despite|with)\b))"
)
NAME = (
    r"([*_]{0,3}(?:(?:answer|response|assistant|option|model|candidate|output|feedback|caption) [#(]?[12AB]\b\)?"
    r"|the (?:first|second)(?: (?:answer|response|assistant|option|model|candidate|output|one))?\b)[*_]{0,3})"
)
NOUNS = (
    "answer|response|assistant|option|model|candidate|output|feedback|caption|description|image|picture|summary|translation|"
    "solution|story|essay|chatbot|bot|version|reply|completion|video"
)
ANY_NAME = rf"(?:(?:{NOUNS}) [#(]?[12AB]\b\)?|the (?:first|second) (?:{NOUNS}|one)\b)"
# The thing that was judged, as judges call it when they say whose it is.
THING = (
    r"(?:(?:edited|generated|overall|final|own|written|proposed|provided|given|version of the) ){0,2}"
    r"(?:answer|response|output|reply|completion|image|picture|photo|video|caption|description|summary|translation"
    r"|story|poem|essay"
    r"|letter|email|version|solution|text|code|work|submission|result)s?\b"
)
# Its task: whoever is better for that is better.
TASK = (
    r"(?:(?:the|this|these|that) (?:(?:given|specific|above|original|provided|stated|user['’]s|particular|overall"
    r"|mentioned) ){0,2}"
    r"(?:instructions?|tasks?|questions?|prompts?|query|queries|requests?|criteria|evaluation|scenario|context|case"
    r"|user|comparison|analysis|guidelines|rubric|"
    r"information|purpose)(?: (?:above|given|provided|mentioned(?: above)?|at hand|asked))?)"
)
ANSWERS = r"(?:(?:the )?(?:two )?(?:answers|responses|assistants|options|models|candidates|outputs)|them)"
TRUTH = (
    r"(?:the )?(?:(?:ground )?truth|facts|reality|mark"
    r"|(?:correct|right|true|actual|real) (?:answer|value|count|number|figure|solution|amount|result))\b"
    r"(?! (?:about|of|on|in|regarding|concerning|for|when|as to)\b)"  # a part of it
)
# And not "in length".
ALL = r"(?=[*_]{0,3}\s{0,3}(?:[.,;:!)]|$|(?:overall|and|but|so|because|due|since|as|though|although|despite)\b))"
