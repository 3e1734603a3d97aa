"""A sentence as the classes of its words: "Answer 2 is far better than Answer 1." is ``SECOND is filler better than FIRST .``

Each class has a code of one character, so that a sentence is a short string and a pattern over classes is a plain regular
expression: :func:`rule` compiles one that is written with the classes' names. Nobody need see a code.

The names of the answers, after merging: ``FIRST`` the answer shown first, ``SECOND`` the one shown second, ``OTHER`` an answer
that is neither ("Answer X", "Answer 3"), ``both`` both. A bare A, B, 1 or 2 stays what it is (``A``, ``B``, ``one``, ``two``):
only a place that asks for a name may take it for one.
"""

from __future__ import annotations

import re
import string

from vlrb_task.parsing.recurring import Chunks, remembered
from vlrb_task.parsing.words import CONTRACTIONS, WORDS
from vlrb_task.support.patterns import compile_later

# Classes that no word has: names, and what is told by its shape.
_SHAPES = ("FIRST", "SECOND", "OTHER", "A", "B", "number", "foreign", "possessive", "quotation", "unknown")
_LETTERS = (*string.ascii_letters, *(chr(point) for point in range(0xC0, 0x100) if point not in (0xD7, 0xF7)))
CODE: dict[str, str] = dict(zip((*_SHAPES, *(name for name in WORDS if name != "nothing")), _LETTERS, strict=False))
"""The code of each class. Signs (``,`` ``:`` ``(`` …) are their own codes."""

_NAME = compile_later(r"(?<!\\)[A-Za-z_]+")


def codes(names: str) -> str:
    """The codes of classes and signs that are written with spaces between them: ``codes("but FIRST is")``."""
    return "".join(CODE.get(name, name) for name in names.split())


def rule(pattern: str) -> re.Pattern[str]:
    """A pattern over classes: a name stands for its code, a space for nothing; the rest is regular expression."""
    return compile_later(_NAME.sub(lambda found: CODE[found[0]], pattern.replace(" ", "\0")).replace("\0", ""))


_MEANT: dict[str, str] = {
    ",": ", ， 、",
    ";": "; ；",
    ":": ": ： →",
    ".": ". 。 ! ！ …",
    "?": "? ？",
    "(": "( （",
    ")": ") ）",
    "[": "[",
    "]": "]",
    "|": "|",
    "<": "<",
    ">": "> ≻",
    "=": "=",
    "-": "– —",
    '"': '" “ ” „ « » 「 」 『 』 `',
    "‘": "‘",
    "’": "'",
    "A": "A",
    "B": "B",
    "or": "/ vs.",
    "possessive": "'s ’s",
    "hearsay": "e.g. E.g.",
    "": "i.e. etc. No. no.",
}
"""Signs and abbreviations, by what they stand for."""
_GLUED = ("answer", "response", "assistant", "model", "option", "output")
"""Nouns that small judges write together with their letter: "ModelA"."""

# A run of foreign letters is opaque, unless one of them negates: then nothing to its right is read.
_FOREIGN_NEGATION = frozenset("不没沒未非无無否莫別别ぬ않안없")


class _Codes(dict[str, str]):
    """Token to code; unknown tokens are looked up in lower case, then judged by their shape, and not remembered."""

    def __missing__(self, token: str) -> str:
        low = token.lower()
        if low != token and low in self:
            return self[low]
        if low.isascii() and low.isalpha():
            return CODE["unknown"]  # nearly always
        if "’" in low:
            return self[low.replace("’", "'")]
        if low.endswith("'s"):
            return self[token[:-2]] + CODE["possessive"]
        if low.endswith("n't"):
            return CODE["not"]
        if not low.isascii():
            return CODE["hearsay" if not _FOREIGN_NEGATION.isdisjoint(low) or low == "não" else "foreign"]
        if low.isdigit() or low[0].isdigit():
            return CODE["number"]
        return "-" if low[0] == "-" else CODE["unknown"]


def _build() -> _Codes:
    found = _Codes()
    for name, words in WORDS.items():
        found.update(dict.fromkeys(words.split(), "" if name == "nothing" else CODE[name]))
    found.update({token: codes(names) for token, names in CONTRACTIONS.items()})
    found.update({token: codes(name) for name, tokens in _MEANT.items() for token in tokens.split()})
    found.update(
        {f"{noun}{name}": codes(f"answer {name}") for low in _GLUED for noun in (low, low.title()) for name in "AB"}
    )
    return found


_CODES = _build()

# One token: an abbreviation, a word with its contraction, a number, a possessive, a single quote, foreign letters,
# a free-standing dash, or a sign that means something.
TOKEN = compile_later(
    r"[Ee]\.g\.|i\.e\.|etc\.(?=\s*[a-z,;)])|vs\.|[Nn]o\.(?=\s*\d)"
    r"|[A-Za-z]+(?:['’][a-z]{1,2}\b)?|\d+(?:st\b|nd\b|\.\d+)?|['’]s\b"
    r"|['’‘]|[^\W\d_a-zA-Z]+|(?<![^\s*])--?(?![^\s*])"
    r"|[.,;:!?()\[\]|<>=/\"“”„«»「」『』`–—≻→…。，、：；！？（）]"
)


def _names(noun: str) -> str:
    """The merges of a noun with the number or the letter of an answer."""
    sides = (("one", "FIRST"), ("two", "SECOND"), ("A", "FIRST"), ("B", "SECOND"))
    dress = ("{0} {1}", "{0} ( {1} )", "{0} [ {1} ]")
    return " / ".join(f"{form.format(noun, name)} → {side}" for form in dress for name, side in sides)


def _things(noun: str, otherwise: str) -> str:
    """The merges of a noun that is a name with a number or a letter, says whose it is after a name, and is else a plain word."""
    return (
        f"{_names(noun)} / FIRST possessive {noun} → FIRST / SECOND possessive {noun} → SECOND / {noun} → {otherwise}"
    )


# Classes that are read together, in this order; each group is tried only where its class occurs.
_MERGES: dict[str, str] = {
    # two answers, one of them, and another ("Answer X", "Answer 3")
    "answers": "answers one and two → both / answers A and B → both / answers two and one → both",
    "answer": "answer one or two → FIRST or SECOND / answer ( one or two → FIRST or SECOND / answer A or B → FIRST or SECOND / "
    "answer one and two → both / answer A and B → both / answer two and one → both / "
    f"{_names('answer')} / "
    "answer number → OTHER / answer other_name → OTHER / answer [ other_name → OTHER / former answer → OTHER",
    "shown_thing": f"first shown_thing → FIRST / second shown_thing → SECOND / both shown_thing → both / "
    f"{_things('shown_thing', 'unknown')}",
    "picture": _things("picture", "aspect_noun"),
    "summary": _things("summary", "overall"),
    "choice": _names("choice"),
    "former": "former is → OTHER is",
    # by their order
    "first": "first answer → FIRST / first one → FIRST / first is → FIRST is / first choice → FIRST / first and SECOND → both / "
    "first and second answer → both / first and second answers → both",
    "second": "second answer → SECOND / second one → SECOND / second is → SECOND is / second choice → SECOND",
    # in brackets, or with what they say: "Assistant B's answer"
    "[": "[ FIRST ] → FIRST / [ SECOND ] → SECOND",
    "<": "< FIRST > → FIRST / < SECOND > → SECOND",
    "possessive": "FIRST possessive answer → FIRST / SECOND possessive answer → SECOND",
    # "no doubt", "without question", "not only"
    "doubt": "not doubt → filler / without doubt → filler / without filler doubt → filler / doubt → hearsay",
    "question": "not question → filler / without question → filler",
    "only": "not only → filler / only → filler",
    # "even if", "as such", "such as", "when comparing", "provided that", "as long as"
    "even": "even if → although / even → filler",
    "such": "as such , → therefore / such as → hearsay / such → filler",
    "when": "when considering → considering / when → if",
    "provided": "provided that → if / provided → does",
    "long": "as long as → if / long → unknown",
    # "so" that concludes, and "so" of degree
    "so": "so , → therefore , / so : → therefore : / , so → , therefore / ; so → ; therefore / . so → . therefore / "
    ": so → : therefore / and so → therefore / so FIRST → therefore FIRST / so SECOND → therefore SECOND / so → filler",
    # "the first answer and the second"
    "filler": "than filler first → than FIRST / than filler second → than SECOND / "
    "FIRST and filler SECOND → FIRST and SECOND / SECOND and filler FIRST → SECOND and FIRST / "
    "FIRST or filler SECOND → FIRST or SECOND / SECOND or filler FIRST → SECOND or FIRST / "
    "FIRST nor filler SECOND → FIRST nor SECOND / SECOND nor filler FIRST → SECOND nor FIRST",
}
_MERGE = tuple(
    (codes(sign), tuple(tuple(codes(side) for side in merge.split("→")) for merge in merges.split(" / ")))
    for sign, merges in _MERGES.items()
)

# A straight single quote opens where it follows no letter and a letter follows it; elsewhere it is an apostrophe.
_OPENING = compile_later(r"(?<![\w.,!?*)\"])'(?=\w)")
_SO, _THEREFORE = CODE["so"], CODE["therefore"]


def _tokens(text: str) -> str:
    return "".join(map(_CODES.__getitem__, TOKEN.findall(text)))


_CHUNKS = Chunks(_tokens)
_ACROSS = ("etc.", "no.", "No.")  # what they are is told by what follows the space


@remembered
def encode(line: str) -> str:
    """The codes of a line, names merged."""
    if "'" in line:
        line = _OPENING.sub("‘", line)
    across = any(map(line.__contains__, _ACROSS))
    code = _tokens(line) if across else "".join(map(_CHUNKS.__getitem__, line.split()))
    if code[:1] == _SO:
        code = _THEREFORE + code[1:]
    for sign, merges in _MERGE:
        if sign in code:
            for old, new in merges:
                code = code.replace(old, new)
    return code


_CLAIMING = "better winner worse loses beats choose tie equal neither verdict overall summary box choice"
CLAIM_WORDS = frozenset(word for name in _CLAIMING.split() for word in WORDS[name].split()) | {
    "good",
    ">",
    "<",
    "=",
    "≻",
    ">>",
}
"""A line without any of these words holds no overall claim, no mark and no tie: the grammar need not look at it."""

_ASCII = {
    ord(c): c.lower() if c.isalpha() else c if c in "<>=" else " " for c in map(chr, range(128)) if not c.islower()
}
_RUNS = compile_later(r"[a-z]+|[<>=≻]+")


@remembered
def claim_words(text: str) -> frozenset[str]:
    """The :data:`CLAIM_WORDS` that a text holds."""
    if text.isascii():
        return CLAIM_WORDS.intersection(text.translate(_ASCII).split())
    return CLAIM_WORDS.intersection(_RUNS.findall(text.lower()))
