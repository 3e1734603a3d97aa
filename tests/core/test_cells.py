"""What VLMEvalKit's prediction cells hold: cut texts, split thoughts, and the record of its agent wrapper."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlrb_task.parsing.verdicts import Reason
from vlrb_task.votes.tables import CELL_LIMIT, joined, prediction_of, utf16_units

TEXT = '<think>It\'s a "cat".</think><answer>Answer 2 is better</answer>'
CONVERSATION = [
    {"role": "user", "content": [{"type": "text", "text": "Which? Use <tool_call>name</tool_call>."}]},
    {"role": "assistant", "content": '<tool_call>{"name": "crop", "arguments": {"box": [0, 0, 1, 1]}}</tool_call>'},
    {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x/img_0000.png"}}]},
    {"role": "assistant", "content": TEXT},
]
RECORDS = {"tool_call_count": 1, "conversation": CONVERSATION}


@pytest.mark.parametrize(
    "row",
    [
        {"prediction": {"prediction": TEXT, "extra_records": RECORDS}},
        {"prediction": repr({"prediction": TEXT, "extra_records": RECORDS})},
        {"prediction": json.dumps({"prediction": TEXT, "extra_records": RECORDS})},
        {"prediction": TEXT, "extra_records": RECORDS},
        {"prediction": TEXT, "extra_records": repr(RECORDS)},
        {"prediction": TEXT, "extra_records": json.dumps(RECORDS)},
    ],
)
def test_an_agents_record_is_taken_apart_wherever_it_stands(row: dict[str, Any]) -> None:
    found = prediction_of(row, excel=False)
    assert found.text == TEXT
    assert found.failure is None
    assert found.extra == {
        "tool_calls": ['{"name": "crop", "arguments": {"box": [0, 0, 1, 1]}}'],
        "tool_call_count": 1,
    }


def test_an_agents_record_that_excel_cut_still_has_its_text() -> None:
    long = {"prediction": TEXT, "extra_records": {"tool_call_count": 1, "conversation": ["x" * 40_000]}}
    found = prediction_of({"prediction": repr(long)[:CELL_LIMIT]}, excel=True)
    assert (found.text, found.failure) == (TEXT, None)
    lost = prediction_of({"prediction": repr({"prediction": "y" * 40_000})[:CELL_LIMIT]}, excel=True)
    assert lost.failure is Reason.CUT_OFF


def test_a_request_of_an_agent_that_failed() -> None:
    record = {
        "prediction": "Failed to obtain answer via API. ",
        "extra_records": {"tool_call_count": 0, "conversation": []},
    }
    assert prediction_of({"prediction": repr(record)}, excel=False).failure is Reason.FAILED_REQUEST


@pytest.mark.parametrize(
    "text", ['{"prediction": "Answer 1"}', "{'a': 1}", '{"winner": 1}', "{prediction: x}", "{", ""]
)
def test_other_objects_are_texts(text: str) -> None:
    assert prediction_of({"prediction": text}, excel=False).text == text


@given(st.text(max_size=200), st.text(max_size=50))
def test_any_text_in_a_record_comes_back(text: str, call: str) -> None:
    record = {
        "prediction": text,
        "extra_records": {"tool_call_count": 0, "conversation": [{"role": "user", "content": call}]},
    }
    found = prediction_of({"prediction": repr(record)}, excel=False)
    assert found.text == text
    assert "tool_calls" not in found.extra


def test_cells_are_measured_as_excel_does() -> None:
    astral = "🙂" + "a" * (CELL_LIMIT - 2)
    assert len(astral) < CELL_LIMIT == utf16_units(astral)
    assert prediction_of({"prediction": astral}, excel=True).failure is Reason.CUT_OFF
    assert prediction_of({"prediction": astral[:-1]}, excel=True).failure is None
    assert prediction_of({"prediction": astral}, excel=False).failure is None
    assert prediction_of({"prediction": None}, excel=True).blank


@pytest.mark.parametrize(
    ("whole", "thinking", "rest"),
    [
        ("<think>I prefer the first.</think>\nAnswer 2", "I prefer the first.", "Answer 2"),
        ("one</think>two</think>\nAnswer 2", "one</think>two</think>", "Answer 2"),
    ],
)
def test_a_split_thought_is_joined_back(whole: str, thinking: str, rest: str) -> None:
    assert joined(thinking, rest) == whole
    found = prediction_of({"prediction": rest, "thinking": thinking}, excel=False)
    assert (found.text, found.extra) == (whole, {"thought_joined": True})
    assert prediction_of({"prediction": rest, "thinking": ""}, excel=False).extra == {}
