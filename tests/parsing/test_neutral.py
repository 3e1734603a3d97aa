"""What changes nothing in what a text says must change nothing in how it is read: over all real texts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.exchange import renamed
from tests.support.judge_texts import READERS, judge_texts, none_of, reader_of
from vlrb_task.parsing.verdicts import Reading

pytestmark = pytest.mark.slow

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")

CHANGES: dict[str, Callable[[str], str]] = {
    "white space at both ends": lambda text: f" \n\t\r\n{text}\n \t\u00a0\n",
    "CRLF": lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n"),
    "full-width digits": lambda text: text.translate(FULL_WIDTH),
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "byte order mark": lambda text: "\ufeff" + text,
    "zero-width space": lambda text: text + "\u200b",
    "one more line end between lines": lambda text: text.replace("\n\n", "\n\n\n"),
    **{
        f"end token {token}": (lambda text, token=token: text + token)  # type: ignore[misc]
        for token in (
            "</s>",
            "<|im_end|>",
            "<|eot_id|>",
            "<|endoftext|>",
            "<end_of_turn>",
            "<｜end▁of▁sentence｜>",
            "<eos>",
        )
    },
}

NOUNS = ("answer", "response", "assistant", "model", "output")

MARKS = {"**{}**": 2, "*{}*": 1, "__{}__": 1, "***{}***": 1}
"""Emphasis, and how many texts it is known to make unread: a measured number, which may only fall."""


def _same(one: Reading, other: Reading) -> bool:
    return (one.verdict, one.reason) == (other.verdict, other.reason)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("change", CHANGES)
def test_a_neutral_change_changes_nothing(reader: str, change: str) -> None:
    failures = []
    for item in judge_texts():
        read = reader_of(item, reader)
        one, other = read(item.text), read(CHANGES[change](item.text))
        if not _same(one, other):
            failures.append(f"{item.where}: {one.verdict} ({one.reason}), changed {other.verdict} ({other.reason})")
    none_of(failures)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("noun", NOUNS)
def test_another_noun_for_the_answers_changes_nothing(reader: str, noun: str) -> None:
    failures = []
    for item in judge_texts():
        read = reader_of(item, reader)
        one, other = read(item.text), read(renamed(item.text, noun))
        if not _same(one, other):
            failures.append(f"{item.where}: {one.verdict} ({one.reason}), renamed {other.verdict} ({other.reason})")
    none_of(failures)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("mark", MARKS)
def test_emphasis_round_the_verdict_changes_nothing(reader: str, mark: str) -> None:
    failures = []
    for item in judge_texts():
        read = reader_of(item, reader)
        one = read(item.text)
        if one.span is None or one.reason is not None:
            continue
        start, end = one.span
        said = item.text[start:end]
        if "\n" in said.strip() or any(sign in said for sign in "*_`{<"):
            continue  # emphasis of several lines, of emphasis, or inside of an object is another text
        other = read(item.text[:start] + mark.format(said) + item.text[end:])
        if not _same(one, other):
            failures.append(f"{item.where}: {said!r} {one.verdict}, marked {other.verdict} ({other.reason})")
    none_of(failures, most=MARKS[mark])
