"""The table files of VLMEvalKit: xlsx, tsv, json and pkl, read as they were written and without pandas; and their predictions.

pandas, with which VLMEvalKit reads them again, turns ``'01'`` into 1 and ``'None'`` into nothing.

A prediction is a text, a text without its thought, or what VLMEvalKit's agent wrapper returns:
``{"prediction": text, "extra_records": {"tool_call_count": n, "conversation": […]}}``. VLMEvalKit takes such records apart
where every answer is one. In ``--api-mode``, or where one request failed, they stand in the file as a whole: as objects in
JSON, as Python's text of them in TSV and Excel.
"""

from __future__ import annotations

import json
import math
import pickle
import re
import struct
from codecs import BOM_UTF8
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from vlrb_task.parsing.verdicts import Reason
from vlrb_task.support.delimited import read_delimited
from vlrb_task.support.errors import DataError, told_of
from vlrb_task.support.inputs import open_once, read_text, readable, suffix_of
from vlrb_task.support.jsonl import json_object
from vlrb_task.support.literals import literal

SUFFIXES = (".xlsx", ".tsv", ".json", ".pkl")

CELL_LIMIT = 32_767
"""Characters that a cell of an Excel file holds; what comes after is lost."""

_MOST_MEMBERS = 10_000
_LARGEST = 4 * 2**30

_CONTROL = re.compile(r"_x00([01][0-9A-Fa-f])_")
"""How Excel files hold a control character, such as ``_x000D_``."""

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
class Table:
    """A file's rows, each a dict by column.

    Attributes:
        excel: whether long cells were cut.
    """

    rows: list[dict[str, Any]]
    excel: bool = False


def is_table(path: Path) -> bool:
    """Whether a file is one of these, by its suffix; a ``.json`` that holds JSON lines is not."""
    suffix = suffix_of(path)
    if suffix != ".json":
        return suffix in SUFFIXES
    try:
        with open_once(path) as file:
            return file.read(256).removeprefix(BOM_UTF8).lstrip()[:1] == b"["
    except OSError:
        return False


def read_table(path: Path, *, trust_pickle: bool = False) -> Table:
    """Read a table.

    Args:
        path: the file.
        trust_pickle: open a pkl, which can run any code that its author put into it.

    Raises:
        DataError: the file cannot be read, or is a pkl that nobody said to trust.
    """
    with told_of(path, DataError):
        suffix = suffix_of(path)
    try:
        if suffix == ".xlsx":
            return Table(_xlsx(path), excel=True)
        if suffix == ".tsv":
            return Table(list(read_delimited(path, "\t", damaged=True)))
        if suffix == ".json":
            return Table(_records(json.loads(read_text(path)), path))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: not a {suffix[1:]} file that can be read ({error})") from error
    if suffix == ".pkl":
        return Table(_records(_unpickle(path, trust_pickle), path))
    raise DataError(f"{path}: not a {', '.join(SUFFIXES)} file")


def _xlsx(path: Path) -> list[dict[str, Any]]:
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise DataError(f"{path}: reading xlsx needs openpyxl: pip install 'vlrb[vlmevalkit]' or openpyxl") from error
    try:
        with ZipFile(readable(path)) as archive:
            members = archive.infolist()
    except (BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise DataError(f"{path}: not an xlsx file that can be read ({_line(error)})") from error
    if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _LARGEST:
        raise DataError(f"{path}: an archive of {len(members):,} members or more than {_LARGEST:,} bytes, not read")
    try:
        # Formulas, not their values: a text that begins with "=" was written as one, and its value is 0.
        book = load_workbook(readable(path), read_only=True, data_only=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size may be anything
        lines = sheet.iter_rows(values_only=True)
        names = [str(name) for name in next(lines, ())]
        rows = [dict(zip(names, map(_cell, line), strict=False)) for line in lines]
        book.close()
    except Exception as error:  # a damaged file makes openpyxl raise whatever the damage happens to hit
        raise DataError(f"{path}: a damaged xlsx file ({type(error).__name__}: {_line(error)})") from error
    return rows


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


def _cell(value: Any) -> Any:
    return _CONTROL.sub(lambda code: chr(int(code[1], 16)), value) if isinstance(value, str) else value


def _unpickle(path: Path, trusted: bool) -> Any:
    if not trusted:
        raise DataError(f"{path}: opening a pickle can run any code put into it; if you trust it: --trust-pickle")
    try:
        with open_once(path) as file:
            return pickle.load(file)  # noqa: S301 - the user said that they trust it
    except Exception as error:  # a damaged pickle calls anything with anything
        raise DataError(f"{path}: not a pickle that can be read ({type(error).__name__}: {_line(error)})") from error


def _records(value: Any, path: Path) -> list[dict[str, Any]]:
    """Rows from what JSON and pickle hold: a list of rows, a data frame, or a checkpoint's answers by index."""
    if hasattr(value, "to_dict"):
        value = value.to_dict("records")
    if isinstance(value, dict):
        value = [{"index": index, "prediction": text} for index, text in value.items()]
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return value
    raise DataError(f"{path}: neither rows nor answers by index")


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
    value = row.get("prediction")
    cut = excel and isinstance(value, str) and utf16_units(value) >= CELL_LIMIT
    text, records = _record(value)
    if text is None:
        text = text_of(value)
    else:  # what was cut of a record is the end of the conversation: its prediction stands first
        cut = False
    extra = _tools(row.get("extra_records") if records is None else records)
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
        start = _LITERAL.match(value.lstrip())
        if start is None:
            return None, None
        found = _value(value)
        if found is None and ("extra_records" in value or not value.rstrip().endswith("}")):
            return text_of(_value(start[1])), None
    if isinstance(found, Mapping) and "prediction" in found and "extra_records" in found:
        return text_of(found["prediction"]), found["extra_records"]
    return None, None


def _value(text: str) -> Any:
    """What a text says in JSON or as a Python literal; None if it is neither."""
    if (found := json_object(text)) is not None:
        return found
    with suppress(ValueError):
        return literal(text.strip())
    return None


def _tools(records: Any) -> dict[str, Any]:
    """The tool calls of an agent's conversation, and how many there were."""
    records = _value(records) if isinstance(records, str) else records
    if not isinstance(records, Mapping):
        return {}
    turns, count = records.get("conversation"), records.get("tool_call_count")
    calls = [call for turn in turns for call in _calls(turn)] if isinstance(turns, list) else []
    told: dict[str, Any] = {"tool_calls": calls, "tool_call_count": len(calls)} if calls else {}
    return told | ({"tool_call_count": count} if type(count) is int else {})


_CALL = re.compile(r"<tool_call>(.*?)</tool_call>", re.DOTALL)


def _calls(turn: Any) -> list[str]:
    """The tool calls in one turn of the model's: between tags, as ARM-Thinker writes them."""
    if not isinstance(turn, Mapping) or turn.get("role") not in (None, "assistant"):
        return []
    content = turn.get("content", turn.get("value", ""))
    parts = content if isinstance(content, list) else [content]
    texts = [part.get("text", part.get("value", "")) if isinstance(part, Mapping) else part for part in parts]
    return [call.strip() for text in texts if isinstance(text, str) for call in _CALL.findall(text)]
