"""What is left out for speed changes nothing: the reader reads the same with every such check passed by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.real_data import real_data_file
from vlrb_task.parsing import claims, encoding, final, rewording, statements, structures
from vlrb_task.parsing.labels import Mark
from vlrb_task.parsing.languages import english
from vlrb_task.parsing.phrases import ROWS
from vlrb_task.parsing.words import WORDS
from vlrb_task.support.patterns import compile_later

CASES = sorted((Path(__file__).parent / "cases").glob("*.jsonl"))
GATES = ("_CALLING", "_MAKING", "_LOSING", "_BEATING", "_GIVING", "_TYING")


class Everything:
    """Has something in common with every text."""

    def isdisjoint(self, other: str) -> bool:
        return False


def by_the_table(line: str) -> str:
    """A line in plain words, each row of the table tried on it as the table says."""
    line = english(line, line.lower())
    low = line.lower()
    for part, groups, phrases in ROWS:
        if part in low and all(any(text in low for text in group) for group in groups):
            for pattern, put in phrases:
                line = pattern.sub(put, line)
    return line


def told(code: str) -> list[statements.Claim]:
    """What a statement says under each mark that its line may have."""
    return [statements.read(code, mark) for mark in Mark]


def check_statement(code: str) -> None:
    said = told(code)
    with pytest.MonkeyPatch.context() as patch:
        for module, names in ((claims, GATES), (statements, ("CLAIMING", "_TELLING"))):
            for name in names:
                patch.setattr(module, name, Everything())
        for one, other in zip(said, told(code), strict=True):
            assert (one.side, one.strong) == (other.side, other.strong), code
            if one.side or min(one.mark, other.mark) < 0 or max(one.mark, other.mark) == Mark.LABEL:
                assert one == other, code  # else nobody asks how nothing was said


def check_line(line: str) -> None:
    assert rewording.plain(line) == by_the_table(line)
    code = encoding.encode(line)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoding, "_ACROSS", ("",))  # no line is read by what stands between its spaces
        assert encoding.encode.__wrapped__(line) == code  # type: ignore[attr-defined]
    for piece in statements.split(code):
        check_statement(piece)


def texts_of(paths: list[Path]) -> Iterator[str]:
    for path in paths:
        for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n"):
            row = json.loads(line)
            yield str(row.get("text", row.get("raw_output", "")))


def check_texts(texts: Iterator[str]) -> None:
    lines = {line.strip() for text in texts for line in text.split("\n")}
    assert len(lines) > 1_000
    for line in lines:
        check_line(line)


def test_on_the_lines_of_the_cases() -> None:
    check_texts(texts_of(CASES))


def test_on_the_lines_of_the_real_texts() -> None:
    check_texts(texts_of(sorted(real_data_file("judge_texts/llmbar.jsonl").parent.glob("*.jsonl"))))


NAMES = (
    "Answer 1",
    "Answer 2",
    "the first one",
    "Response B",
    "both",
    "ModelA",
    "A",
    "Antwort 1 ist besser.",
    "答案2更好。",
)
PIECES = sorted({text for part, groups, _ in ROWS for group in ((part,), *groups) for text in group})
KNOWN = sorted({word for words in WORDS.values() for word in words.split()})
LINES = st.lists(
    st.sampled_from([*PIECES, *NAMES])
    | st.sampled_from(KNOWN)
    | st.sampled_from([*NAMES, ".", ",", ":", "No.", "etc.", "'", '"', "**", "(", "\t", "  "])
    | st.text(max_size=3),
    max_size=16,
)


@given(LINES, st.sampled_from(["", " ", "  ", "\xa0"]))
def test_on_lines_of_the_words_of_the_tables(pieces: list[str], between: str) -> None:
    check_line(between.join(pieces).replace("\n", " "))


@given(st.text(st.sampled_from([*encoding.CODE.values(), *',:.?()[]<>=|-"']), max_size=24))
def test_on_any_statement(code: str) -> None:
    check_statement(code)


@given(
    st.lists(
        st.sampled_from(
            ["A", "B", " ", ">", ">>", "=", "<", "&gt;", "≻", "≈", "[", "]", "\n", "*", ":", "Answer 1", "is"]
        )
    )
)
def test_a_comparison_has_a_name_before_its_sign(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = list(structures.arenas(text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structures, "_COMPARED", compile_later(""))
        assert list(structures.arenas(text)) == found


def test_what_is_remembered_changes_nothing() -> None:
    texts = list(texts_of(CASES))
    once = [final(text) for text in texts]
    rewording._HELD.clear()
    encoding._CHUNKS.clear()
    assert [final(text) for text in reversed(texts)] == once[::-1]
