"""Rows whose pictures belong to a place in the text, or to an answer: all in one list, with how many belong where."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from vlrb_task.pairs.pictures import pictures_of

MARK = re.compile(r"<image_([1-9][0-9]?)>")
"""Where a picture stands in a question or an answer; N counts the pictures of that text alone, from 1."""

PLACED = "placed"
"""Column of such rows: pictures of the question, of response 0 and of response 1."""


def flattened(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its answers' pictures behind its own, in ``images``, and :data:`PLACED` saying how many each has.

    A row whose pictures all stand where the judge wants pictures is left as it is: no answer has any, and no mark in the
    question names one. So is one that was flattened before.
    """
    if row.get(PLACED):
        return dict(row)
    found = {name: value for name, value in row.items() if name != "answer_images"}
    answers: Sequence[list[Any]] = row.get("answer_images") or ([], [])
    question = pictures_of(row)
    named = any(int(number) <= len(question) for number in MARK.findall(str(row.get("query", ""))))
    if not (named or any(answers)):
        return found
    pictures = [*question, *answers[0], *answers[1]]
    one = len(pictures) == 1
    counts = [len(question), len(answers[0]), len(answers[1])]
    return found | {"image": pictures[0] if one else None, "images": None if one else pictures, PLACED: counts}
