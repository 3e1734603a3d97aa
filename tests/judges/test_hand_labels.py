"""Hand labels stand in the place of a parser's reading, for the judge and the text that they were made for."""

from __future__ import annotations

import pytest

from vlrb_task.judges import get_judge
from vlrb_task.judges.check import Labelled
from vlrb_task.judges.hand_labels import HandLabels
from vlrb_task.parsing.verdicts import Rating, Reading, Reason, Verdict
from vlrb_task.support.errors import DataError

FIRST = "Overall Judgment: Answer 1 is better."


def test_a_label_is_read_in_the_place_of_the_text() -> None:
    labels = HandLabels.of(
        [
            Labelled("The red one.", Verdict.SECOND),
            Labelled(FIRST, Verdict.UNPARSED),
            Labelled("", Verdict.UNPARSED),
            Labelled("eight", 8.0, judge="pointwise_10"),
        ]
    )
    name, official = labels.reader("official", "final", get_judge("official").parser)
    assert name == "final + hand labels"
    assert official("The red one.") == Reading(Verdict.SECOND)
    assert official(FIRST) == Reading(Verdict.UNPARSED, Reason.NO_VERDICT)
    assert official("") == Reading(Verdict.UNPARSED, Reason.EMPTY)
    other = official(FIRST + " ")
    assert isinstance(other, Reading)
    assert other.verdict is Verdict.FIRST
    _, rated = labels.reader("pointwise_10", "pointwise_10", get_judge("pointwise_10").parser)
    assert rated("eight") == Rating(8.0)
    seven = rated("Score: 7")
    assert isinstance(seven, Rating)
    assert seven.score == 7


def test_a_judge_without_labels_keeps_its_parser() -> None:
    parser = get_judge("boxed").parser
    assert HandLabels.of([Labelled("x", Verdict.TIE)]).reader("boxed", "boxed", parser) == ("boxed", parser)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([Labelled("x", Verdict.TIE, judge="nobody", where="l:3")], "^l:3: no judge 'nobody'"),
        ([Labelled("x", Verdict.TIE, judge="pointwise_10", where="l:3")], "^l:3: judge 'pointwise_10' gives scores"),
        ([Labelled("x", 3.0, where="l:3")], "^l:3: judge 'official' gives verdicts"),
        (
            [Labelled("x", Verdict.TIE, where="l:1"), Labelled("x", Verdict.FIRST, judge="official", where="l:3")],
            "^l:3: a label that differs from that of the same text in l:1",
        ),
    ],
)
def test_labels_that_cannot_be_are_told_with_their_row(items: list[Labelled], message: str) -> None:
    with pytest.raises(DataError, match=message):
        HandLabels.of(items)


def test_the_same_label_twice_is_one() -> None:
    labels = HandLabels.of([Labelled("x", Verdict.TIE), Labelled("x", Verdict.TIE, judge="official")])
    assert labels.readings == {"official": {"x": Reading(Verdict.TIE)}}
