"""Unread texts are grouped by reason and shape: texts of one form have one shape, whatever their words are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.judge_texts import judge_texts
from vlrb_task.judges.shapes import Group, grouped, shape
from vlrb_task.parsing.verdicts import Reason


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (
            '{"pick": 1, "why": "x"}',
            'Well.\n```json\n{"pick": "left one", "why": "a: b"}\n```',
            "JSON with keys pick, why",
        ),
        ("Both fit. [[D]]", "I say\n[[none]]", "double brackets"),
        ("so \\boxed{3}", "\\boxed{\\text{no}}", "a box"),
        ("<verdict>none</verdict>", "I think.\n<verdict>the last</verdict>", "tags <verdict>"),
        ("It is nice.\n**Final pick:** the red one", "Final pick: it", "last line begins with “final pick:”"),
        ("左のほうがいい。", "两个都不对。", "prose of one line in Chinese or Japanese"),
        ("Hm.", "The dog", "one to three words"),
        ("I see two dogs and one cat.", "There is nothing in this picture!", "prose of one line"),
        ("I see two dogs and one", "There is nothing in this", "prose of one line, ends inside a sentence"),
        ("I see.\n" * 8, "no way\n" * 30, "one line repeated"),
        ("the " * 40, "1 " * 15, "one word repeated"),
        ("", " \n\t", "empty"),
    ],
)
def test_texts_of_one_form_have_one_shape(one: str, other: str, expected: str) -> None:
    assert shape(one) == expected
    assert shape(other) == expected


def test_the_most_frequent_group_comes_first() -> None:
    unread = [
        (0, Reason.EMPTY, ""),
        (1, Reason.NO_VERDICT, '{"pick": 1}'),
        (2, Reason.NO_VERDICT, '{"pick": 2}'),
        (3, Reason.CONTRADICTORY, '{"pick": 2}'),
        (4, Reason.FAILED_REQUEST, None),
        *((n, Reason.NO_VERDICT, '{"pick": 3}') for n in range(5, 9)),
    ]
    groups = grouped(unread)
    assert groups[0] == Group(Reason.NO_VERDICT, "JSON with keys pick", 6, (1, 2, 5))
    assert [(group.reason, group.shape) for group in groups[1:]] == [
        (Reason.EMPTY, "empty"),
        (Reason.CONTRADICTORY, "JSON with keys pick"),
        (Reason.FAILED_REQUEST, ""),
    ]
    assert grouped([]) == []


@given(st.text(max_size=300))
def test_every_text_has_a_shape_of_one_line(text: str) -> None:
    found = shape(text)
    assert found
    assert "\n" not in found
    assert len(found) < 300
    assert shape(f"\n {text} \n") == shape(text.strip())


def test_real_texts_have_few_shapes() -> None:
    items = judge_texts()
    groups = grouped((at, Reason.NO_VERDICT, item.text) for at, item in enumerate(items))
    assert sum(group.count for group in groups) == len(items)
    assert len(groups) < len(items) / 6
    assert sum(group.count for group in groups[:12]) > 0.6 * len(items)
