"""Pictures that stand where the text names them, and answers that are pictures: in each order, in both frameworks' messages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlrb_task.asking.ballots import Ballot
from vlrb_task.asking.messages import PLACE, Shown, conversation, in_order, numbered, placed
from vlrb_task.judges import fill_prompt, get_judge
from vlrb_task.pairs.pair import Answer, Pair, parse_rows
from vlrb_task.pairs.pictures import PLACED, flattened

ROW: dict[str, Any] = {
    "id": "1",
    "query": "As <image_2>, not <image_1> or <image_9>?",
    "response": ["", "Mine: <image_1>!"],
}
SHOWN = {
    "images": [{"bytes": b"q1"}, {"bytes": b"q2"}],
    "answer_images": [[{"bytes": b"a"}], [{"bytes": b"b1"}, {"bytes": b"b2"}]],
}


def pair(query: str, responses: tuple[str, str]) -> Pair:
    return Pair("0" * 16, "1", query, responses, 0, "s", "s")


def shown(first: Answer) -> list[str]:
    """What a judge is shown, texts and pictures in their order."""
    row = flattened(ROW | SHOWN)
    pictures = [one["bytes"].decode() for one in row["images"]]
    about, ballot = pair(ROW["query"], tuple(ROW["response"])), Ballot("0" * 16, 0, first=first)
    judge = get_judge("criteria")
    assert judge.prompt.template is not None
    prompt = fill_prompt(judge.prompt.template, judge.prompt, placed(about, row[PLACED], ballot), ballot)
    asked = conversation(prompt, in_order(pictures, row[PLACED], ballot), image="first")
    return [part if isinstance(part, str) else f"[{part.picture}]" for part in asked.parts]


def test_each_picture_stands_in_its_place_in_both_orders() -> None:
    assert flattened(ROW | SHOWN)[PLACED] == [2, 1, 2]
    assert flattened(flattened(ROW | SHOWN)) == flattened(ROW | SHOWN)
    first = "".join(shown(0))
    assert "As [q2], not [q1] or <image_9>?" in first
    assert "[Answer 1]\n[a]\n" in first
    assert "[Answer 2]\nMine: [b1]!\n[b2]\n" in first
    second = "".join(shown(1))
    assert "[Answer 1]\nMine: [b1]!\n[b2]\n" in second
    assert "[Answer 2]\n[a]\n" in second


def test_one_text_has_marks_in_the_order_of_the_pictures() -> None:
    row, ballot = flattened(ROW | SHOWN), Ballot("0" * 16, 0, first=1)
    about = placed(pair(ROW["query"], ("", "Mine: <image_1>!")), row[PLACED], ballot)
    assert [numbered(text) for text in about.responses] == ["<image_5>", "Mine: <image_3>!\n<image_4>"]
    assert [one["bytes"] for one in in_order(row["images"], row[PLACED], ballot)] == [b"q1", b"q2", b"b1", b"b2", b"a"]


def test_a_pointwise_ballot_shows_one_answer() -> None:
    row, ballot = flattened(ROW | SHOWN), Ballot("0" * 16, 0, answer=1)
    assert [one["bytes"] for one in in_order(row["images"], row[PLACED], ballot)] == [b"q1", b"q2", b"b1", b"b2"]
    about = placed(pair("q", ("x", "<image_2>")), [0, 0, 2], ballot)
    assert (about.responses[0], numbered(about.responses[1])) == ("x", "<image_2>\n<image_1>")


@pytest.mark.parametrize("query", ["Plain.", "<image 1> is text, and so is <image_7>", "<image_0>"])
def test_rows_without_places_stay_as_they_are(query: str) -> None:
    row = {"id": "1", "query": query, "response": ["<image_1>", "b"], "image": {"bytes": b"q"}}
    assert flattened(row) == row
    assert placed(pair(query, ("<image_1>", "b")), None, Ballot("0" * 16, 0, first=0)) == pair(
        query, ("<image_1>", "b")
    )


def test_two_answers_that_are_pictures_are_not_equal() -> None:
    row = ROW | SHOWN | {"response": ["", ""], "human_ranking": [0, 1], "subset": "s"}
    assert len(parse_rows([row]).pairs) == len(parse_rows([flattened(row)]).pairs) == 1


@given(st.text(alphabet="ab<image_12>\n"), st.integers(0, 3), st.sampled_from(["first", "last"]))
def test_no_picture_is_lost_or_shown_twice_where_none_has_a_place(text: str, count: int, image: Any) -> None:
    """Without places a message is what it was: the pictures, and the text unchanged."""
    pictures = [f"p{number}" for number in range(count)]
    asked = conversation(text, pictures, image=image)
    expected = [*map(Shown, pictures), text] if image == "first" else [text, *map(Shown, pictures)]
    assert list(asked.parts) == expected
    assert not PLACE.search(text)
