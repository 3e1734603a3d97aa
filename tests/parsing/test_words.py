"""The table of words: a word has one class, each class is used, and patterns are written with the classes' names."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from vlrb_task.parsing import claims, encoding, labels, lines, statements, walk
from vlrb_task.parsing.encoding import CODE, codes, encode, rule
from vlrb_task.parsing.words import CONTRACTIONS, WORDS


def test_no_two_classes_claim_a_word() -> None:
    claimed = Counter(word for words in WORDS.values() for word in words.split())
    assert {
        word: [name for name, words in WORDS.items() if word in words.split()] for word in claimed if claimed[word] > 1
    } == {}


def test_every_word_is_encoded_as_its_class() -> None:
    merged = set(encoding._MERGES)  # these are read together with their neighbours
    for name, words in WORDS.items():
        if name in merged or name == "nothing":
            continue
        for word in words.split():
            assert encode(f"; {word} ;") == codes(f"; {name} ;"), word


def test_words_are_words() -> None:
    assert all(re.fullmatch(r"[a-z0-9]+", word) for words in WORDS.values() for word in words.split())
    assert all(part in CODE for names in CONTRACTIONS.values() for part in names.split())


def test_codes_are_one_character_each_and_differ() -> None:
    assert len(set(CODE.values())) == len(CODE) == len(encoding._SHAPES) + len(WORDS) - 1
    assert all(len(code) == 1 and code.isalpha() for code in CODE.values())


def test_every_class_is_used_in_a_pattern_or_a_merge() -> None:
    used = set("".join(old for _, merges in encoding._MERGE for old, _ in merges))
    for module in (claims, labels, lines, statements, walk):
        for value in vars(module).values():
            if isinstance(value, frozenset):
                used.update(part for part in value if isinstance(part, str))
            else:  # a pattern, compiled or to be compiled later
                used.update(getattr(value, "pattern", ""))
    assert {name for name in WORDS if name != "nothing" and CODE[name] not in used} == set()


def test_a_pattern_with_an_unknown_name_is_refused() -> None:
    with pytest.raises(KeyError, match="beter"):
        rule("FIRST is beter")


def test_a_sentence_reads_as_its_classes() -> None:
    assert encode("Answer 2 is slightly better than Answer 1.") == codes("SECOND is filler better than FIRST .")
    assert rule(r"[FIRST SECOND] is filler{0,3} better").search(encode("The first answer is much better"))
