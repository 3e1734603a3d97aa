"""What leads up to a claim, or follows it, decides whether the judge means it: ``cases/contexts.json`` has examples of both.

Each context is tried with several claims and in several places of a text. A context is added without code.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vlrb_task.parsing import final

CONTEXTS = json.loads((Path(__file__).parent / "cases" / "contexts.json").read_text(encoding="utf-8"))

CLAIMS = {
    "Answer 1 is better": "first",
    "Answer 2 is the better answer": "second",
    "Answer 1 is superior to Answer 2": "first",
    "Answer 2 is slightly better than Answer 1": "second",
    "the first answer is better": "first",
    "Answer 2 is preferable": "second",
    "the better answer is Answer 2": "second",
    "I prefer Answer 1": "first",
    "I find Answer 2 better": "second",
    "this makes Answer 1 better": "first",
    "Answer 2 is worse than Answer 1": "first",
    "it is a tie": "tie",
    "both answers are equally good": "tie",
    "neither answer is better": "tie",
    "Answer 1 and Answer 2 are equally good": "tie",
    "Answer 1 has the edge": "first",
    "Answer 2 has a slight edge over Answer 1": "second",
    "I would give the edge to Answer 1": "first",
    "I give Answer 2 the edge": "second",
    "this gives Answer 1 the edge": "first",
    "the edge goes to Answer 2": "second",
    "Answer 1 edges out Answer 2": "first",
    "Answer 2 comes out on top": "second",
    "both answers are on a par": "tie",
}
REMARKS = {
    "Answer 1 is closer to the truth": "first",
    "Answer 2 comes closest to the truth": "second",
    "Answer 2 is further from the truth than Answer 1": "first",
    "both answers have the same accuracy": "tie",
    "both answers are the same": "tie",
}
ENDS = ["{}.", "{} because it is accurate.", "{} due to its accuracy and completeness.", "{}, as it mentions the dog."]
PLACES = ["{}.", "Overall Judgment: {}.", "Therefore, {}.", "Overall, {}.", "Both are short. {}.", "{}. That is all."]


@pytest.mark.parametrize("context", CONTEXTS["meant"])
def test_a_claim_that_is_meant_is_read(context: str) -> None:
    for claim, verdict in CLAIMS.items():
        for end in ENDS:
            text = end.format(context.format(c=claim))
            assert final(text[0].upper() + text[1:]).verdict == verdict, text


@pytest.mark.parametrize("context", CONTEXTS["partly_meant"])
def test_a_claim_about_a_part_is_read_only_as_an_overall_judgement(context: str) -> None:
    for claim in CLAIMS:
        if not claim.startswith(("the better answer is", "it is a tie", "neither")):
            for place in ("{}.", "Therefore, {}.", "Both are short. {}.", "{}. That is all."):
                text = place.format(context.format(c=claim))
                assert final(text).reason is not None, text


@pytest.mark.parametrize("context", CONTEXTS["not_meant"])
def test_a_claim_that_is_not_meant_is_not_read(context: str) -> None:
    for claim in (*CLAIMS, *REMARKS):
        for place in PLACES:
            text = place.format(context.format(c=claim)).replace("?.", "?")
            assert final(text).reason is not None, text
