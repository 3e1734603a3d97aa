"""What stands in a prediction of VLMEvalKit: a text, a text without its thought, or what its agent wrapper returns.

The agent wrapper returns ``{"prediction": text, "extra_records": {"tool_call_count": n, "conversation": […]}}``. VLMEvalKit takes
it apart where every answer is one. In ``--api-mode``, or where one request failed, the whole of it stands in the file: as an
object in JSON, as Python's text of it in TSV and Excel.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vlrb_task.parsing.verdicts import Reason
from vlrb_task.support.jsonl import json_object
from vlrb_task.votes.tables import CELL_LIMIT

FAILURE_TEXT = "Failed to obtain answer"
"""What VLMEvalKit writes in the place of an answer that it did not get."""

URL_LIMIT = 2_079
"""Characters from which VLMEvalKit's Excel writer leaves a cell empty that begins as a URL does."""

CUT_BY_EXCEL = f"texts were cut by Excel at {CELL_LIMIT:,} characters, their verdicts are lost: PRED_FORMAT=tsv"
EMPTY_IN_EXCEL = (
    f"cells of the Excel file are empty; it also empties texts of more than {URL_LIMIT:,} characters that begin with an "
    "address: PRED_FORMAT=tsv"
)
THOUGHT_JOINED = "texts had been split by SPLIT_THINK; their thoughts were joined back"

_LITERAL = re.compile(r"""\{\s*['"]prediction['"]\s*:\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Prediction:
    """A prediction, as a vote holds it.

    Attributes:
        text: what the model wrote, its thought joined back.
        failure: why this is no answer, or not all of one; None for any other.
        extra: further fields of the vote: ``tool_calls``, ``tool_call_count``, ``thought_joined``.
        blank: an empty cell of an Excel file, whose text may have begun as a URL does.
    """

    text: str
    failure: Reason | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    blank: bool = False


def prediction_of(row: Mapping[str, Any], *, excel: bool) -> Prediction:
    """A row's prediction.

    Args:
        row: with the column ``prediction``, and ``thinking`` and ``extra_records`` where VLMEvalKit wrote them.
        excel: whether the file is one of Excel, which cuts what is longer than a cell.
    """
    value, records = row.get("prediction"), row.get("extra_records")
    cut = excel and isinstance(value, str) and utf16_units(value) >= CELL_LIMIT
    whole, found = _record(value)
    if whole is not None:
        # What was cut of a record is the end of the conversation: its prediction stands first.
        text, cut = whole, False
    else:
        text = text_of(value)
    extra = _tools(found if found is not None else records)
    if text.startswith(FAILURE_TEXT):
        return Prediction(text, Reason.FAILED_REQUEST, extra)
    if thought := text_of(row.get("thinking")):
        text, extra = joined(thought, text), extra | {"thought_joined": True}
        cut = cut or (excel and utf16_units(thought) >= CELL_LIMIT)
    return Prediction(text, Reason.CUT_OFF if cut else None, extra, blank=excel and not text)


def text_of(value: Any) -> str:
    """A prediction as text: nothing for an empty cell, the digits for a number."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def utf16_units(text: str) -> int:
    """The length of a text as Excel counts it: a character beyond U+FFFF counts twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def joined(thought: str, text: str) -> str:
    """A text as the model wrote it, of the two halves that ``SPLIT_THINK=1`` makes of it."""
    if thought.rstrip().endswith("</think>"):  # several blocks, or one without its opening tag, are kept as they were
        return f"{thought}\n{text}"
    return f"<think>{thought}</think>\n{text}"


def _record(value: Any) -> tuple[str | None, Any]:
    """The text of an agent's record and what else it holds; ``(None, None)`` for anything else.

    Of a record that was cut only the text is found.
    """
    found = value
    if isinstance(value, str):
        literal = _LITERAL.match(value.lstrip())
        if literal is None:
            return None, None
        found = _value(value)
        if found is None and ("extra_records" in value or not value.rstrip().endswith("}")):
            return text_of(_value(literal[1])), None
    if isinstance(found, Mapping) and "prediction" in found and "extra_records" in found:
        return text_of(found["prediction"]), found["extra_records"]
    return None, None


def _value(text: str) -> Any:
    """What a text says in JSON or as a Python literal; None if it is neither. Nothing is evaluated."""
    if (found := json_object(text)) is not None:
        return found
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _tools(records: Any) -> dict[str, Any]:
    """The tool calls of an agent's conversation, and how many there were."""
    if isinstance(records, str):
        records = _value(records)
    if not isinstance(records, Mapping):
        return {}
    conversation = records.get("conversation")
    calls = [call for turn in conversation for call in _calls(turn)] if isinstance(conversation, list) else []
    count = records.get("tool_call_count")
    told: dict[str, Any] = {"tool_calls": calls} if calls else {}
    if isinstance(count, int) and not isinstance(count, bool):
        told["tool_call_count"] = count
    elif calls:
        told["tool_call_count"] = len(calls)
    return told


_CALL = re.compile(r"<tool_call>(.*?)</tool_call>", re.DOTALL)


def _calls(turn: Any) -> list[str]:
    """The tool calls in one turn of the model's: between tags, as ARM-Thinker writes them."""
    if not isinstance(turn, Mapping) or turn.get("role") not in (None, "assistant"):
        return []
    content = turn.get("content", turn.get("value", ""))
    parts = content if isinstance(content, list) else [content]
    texts = [part.get("text", part.get("value", "")) if isinstance(part, Mapping) else part for part in parts]
    return [call.strip() for text in texts if isinstance(text, str) for call in _CALL.findall(text)]
