"""Probabilities of two labels as a text, and read again."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlrb_task.judges import get_judge
from vlrb_task.parsing.probabilities import label_logprobs, label_of, remark, summed, written
from vlrb_task.parsing.verdicts import Reason, Verdict

logs = st.floats(-800, -1e-9)


@given(logs, logs)
def test_what_was_written_is_read(first: float, second: float) -> None:
    reading = label_logprobs(written(first, second))
    odds = first - second
    assert reading.p == pytest.approx(1 / (1 + math.exp(-odds)) if odds > -700 else 0, rel=1e-12, abs=1e-300)
    assert reading.verdict is (Verdict.TIE if odds == 0 else Verdict.FIRST if odds > 0 else Verdict.SECOND)
    turned = label_logprobs(written(second, first))
    assert turned.p is not None
    assert turned.p + (reading.p or 0) == pytest.approx(1)


@given(st.text())
def test_any_other_text_is_no_verdict(text: str) -> None:
    reading = label_logprobs(text)
    assert reading.verdict is Verdict.UNPARSED
    assert reading.p is None


def test_the_tokens_of_a_label_are_summed() -> None:
    chances = {"A": 0.2, " A": 0.1, "a": 0.05, "**A**": 0.05, "B": 0.1, "\u2581B": 0.1, "Both": 0.3, "": 0.1}
    text = summed((token, math.log(chance)) for token, chance in chances.items())
    assert label_logprobs(text).p == pytest.approx(0.4 / 0.6)
    assert remark([text, written(math.log(0.5), math.log(0.5)), "no such text"]) == (
        "the labels A and B hold 80.0 % of the probability on average, 60.0 % at least"
    )
    assert remark(["A"]) is None
    assert [label_of(token) for token in ("A", " b.", "(B)", "AB", "An", "", "1")] == [0, 1, 1, None, None, None, None]


def test_a_label_that_is_not_listed_is_at_most_as_likely_as_the_least_that_is() -> None:
    text = summed([("A", math.log(0.9)), ("The", math.log(0.05)), ("I", math.log(0.02))])
    assert '"at_most":"B"' in text
    assert label_logprobs(text).p == pytest.approx(0.9 / 0.92)
    assert remark([text]) == "the labels A and B hold 90.0 % of the probability on average, 90.0 % at least"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (summed([("The", -0.1), ("I", -3.0)]), Reason.NOT_A_NUMBER),
        (summed([("A", math.nan), ("B", -3.0)]), Reason.NOT_A_NUMBER),
        (summed([]), Reason.NOT_A_NUMBER),
        ("", Reason.EMPTY),
        ("[LMMS_EVAL_REQUEST_FAILED after 5 retries] HTTP 500", Reason.FAILED_REQUEST),
        ("A", Reason.NO_VERDICT),
    ],
)
def test_a_missing_probability_is_a_failed_vote(text: str, reason: Reason) -> None:
    assert label_logprobs(text).reason is reason


def test_certainty_can_be_written() -> None:
    text = summed([("A", 0.0), ("B", -math.inf)])
    assert text == '{"A":0.0,"B":-9999.0,"rest":0.0}'
    assert label_logprobs(text).p == 1
    assert get_judge("prob").labels
