"""Exchange the two answers' names in a real text, and the verdict changes sides, or stays a tie or unparsed."""

from __future__ import annotations

import pytest

from tests.support.exchange import exchange
from tests.support.judge_texts import READERS, SIDES, judge_texts, none_of, reader_of


@pytest.mark.parametrize("reader", READERS)
def test_exchanging_the_names_exchanges_the_verdict(reader: str) -> None:
    failures = []
    for item in judge_texts():
        read = reader_of(item, reader)
        one, other = read(item.text), read(exchange(item.text))
        if (other.verdict, other.reason) != (SIDES[one.verdict], one.reason):
            failures.append(
                f"{item.where}: {one.verdict} ({one.reason}), exchanged {other.verdict} ({other.reason}); gold {item.gold}"
            )
    none_of(failures)


def test_names_exchanged_twice_are_the_text() -> None:
    none_of(item.where for item in judge_texts() if exchange(exchange(item.text)) != item.text)


def test_a_text_that_names_a_winner_is_another_when_exchanged() -> None:
    none_of(
        item.where for item in judge_texts() if item.gold in ("first", "second") and exchange(item.text) == item.text
    )


@pytest.mark.parametrize(
    ("text", "exchanged"),
    [
        ("Answer 1 is better than Answer 2.", "Answer 2 is better than Answer 1."),
        ("**Response A** beats response B's.", "**Response B** beats response A's."),
        ("Answers 1 and 2; Assistants A and B", "Answers 2 and 1; Assistants B and A"),
        ("Answer2, ModelA, Answer one, Answer #2", "Answer1, ModelB, Answer two, Answer #1"),
        ("Output (a) and (b); score_b: 3", "Output (b) and (a); score_a: 3"),
        ("The first response beats the second one.", "The second response beats the first one."),
        ("the former is better than the latter", "the latter is better than the former"),
        ("Of the second question, the second is best.", "Of the second question, the first is best."),
        ("the second is better", "the first is better"),
        ("A: Feedback 1 is better.", "B: Feedback 2 is better."),
        ("WINNER: B\nB는 더", "WINNER: A\nA는 더"),
        ("A dog is seen. A is right. B is not.", "A dog is seen. B is right. A is not."),
        ("[[A>>B]] [B>A] **B<A** [[A]]", "[[B>>A]] [A>B] **A<B** [[B]]"),
        ("[[A=B]] [[A=B=Good]] [[C]]", "[[A=B]] [[A=B=Good]] [[C]]"),
        ("<answer>1</answer>", "<answer>2</answer>"),
        ("<answer>8</answer><answer>7</answer>", "<answer>7</answer><answer>8</answer>"),
        ("\\boxed{1} \\boxed{A} \\boxed{Answer 2}", "\\boxed{2} \\boxed{B} \\boxed{Answer 1}"),
        ('{"better": 2, "winner": "A", "scores": [7,8]}', '{"better": 1, "winner": "B", "scores": [8,7]}'),
        ("**Winner:** 2\nBetter: 1.", "**Winner:** 1\nBetter: 2."),
        ("8 7\nBoth are fine.", "7 8\nBoth are fine."),
        ("The scores are 3 and 8, respectively.", "The scores are 8 and 3, respectively."),
        (
            "The scores for Assistant 1 and Assistant 2 are 3 and 8, respectively.",
            "The scores for Assistant 2 and Assistant 1 are 3 and 8, respectively.",
        ),
        ("Assistant 1: 8\nAssistant 2: 7", "Assistant 2: 8\nAssistant 1: 7"),
        ("1. Answer 1 is better.\n2. Answer 2 is better.", "1. Answer 2 is better.\n2. Answer 1 is better."),
        (
            "Image 1.5, Answer 12, an answer a user wants, 2 dogs",
            "Image 1.5, Answer 12, an answer a user wants, 2 dogs",
        ),
        ("答案2更好，第一个回答", "答案1更好，第二个回答"),
        ("回答A更好；答案１；답변 2; 첫 번째", "回答B更好；答案２；답변 1; 두 번째"),
        ("2", "1"),
        ("Score: 2", "Score: 2"),
    ],
)
def test_what_is_exchanged(text: str, exchanged: str) -> None:
    assert exchange(text) == exchanged
