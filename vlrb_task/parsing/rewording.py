"""Phrases put into plain words, tried only on the lines that hold their words, which most do not.

What is looked for in a line is worked out from the table of phrases itself: of each text that a row asks for, its longest word.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable

from vlrb_task.parsing.languages import EUROPEAN_WORDS, english
from vlrb_task.parsing.phrases import ROWS
from vlrb_task.parsing.recurring import Chunks, remembered
from vlrb_task.support.patterns import compile_later


def _words(texts: Iterable[str]) -> tuple[str, ...]:
    """The longest word of each text: what a line with one of them has between two of its spaces."""
    return tuple(max(text.split(), key=len) for text in texts)


# What a line must hold for a row: of each of these groups a word. Words of two letters are everywhere, and tell nothing.
_GROUPS = tuple(
    tuple(words for words in map(_words, ((part,), *groups)) if min(map(len, words)) > 2) for part, groups, _ in ROWS
)
_NUMBERS: defaultdict[tuple[str, ...], int] = defaultdict(itertools.count().__next__)
_NEEDED = tuple(frozenset(map(_NUMBERS.__getitem__, row)) for row in _GROUPS)
_FOREIGN = _NUMBERS[_words(EUROPEAN_WORDS)]
# What is still to be looked for in a line that holds the words of a row: its part, and of each group one of the texts with
# spaces, unless the line holds one of the others.
_TEXTS = tuple(
    (
        part,
        tuple(
            (
                _NUMBERS[tuple(text for text in group if " " not in text)],
                compile_later("|".join(map(re.escape, spaced))),
            )
            for group in groups
            if (spaced := [text for text in group if " " in text])
        ),
    )
    for part, groups, _ in ROWS
)
# The words with the numbers of their groups, by their first three letters.
_STARTS: dict[str, list[tuple[str, int]]] = {}
for _group, _number in _NUMBERS.items():
    for _word in _group:
        _STARTS.setdefault(_word[:3], []).append((_word, _number))


def _numbers(chunk: str) -> frozenset[int]:
    """The groups of which a word stands in what has no space in it."""
    return frozenset(
        number
        for at in range(len(chunk) - 2)
        if (start := chunk[at : at + 3]) in _STARTS
        for word, number in _STARTS[start]
        if chunk.startswith(word, at)
    )


_HELD = Chunks(_numbers)


def _held(low: str) -> frozenset[int]:
    return frozenset().union(*filter(None, map(_HELD.__getitem__, low.split())))


@remembered
def plain(line: str) -> str:
    """A line with its phrases in plain words."""
    low = line.lower()
    held = _held(low)
    if not line.isascii() or _FOREIGN in held:
        translated = english(line, low)
        if translated is not line:
            line, low = translated, translated.lower()
            held = _held(low)
    for row in [row for row, needed in enumerate(_NEEDED) if needed <= held]:
        part, groups = _TEXTS[row]
        if part in low and (not groups or all(number in held or texts.search(low) for number, texts in groups)):
            for pattern, put in ROWS[row][2]:
                line = pattern.sub(put, line)
    return line
