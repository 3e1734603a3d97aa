"""The table files of VLMEvalKit: xlsx, tsv, json and pkl, read as they were written and without pandas.

pandas, with which VLMEvalKit reads them again, turns ``'01'`` into 1 and ``'None'`` into nothing.
"""

from __future__ import annotations

import json
import pickle
import re
import struct
from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from vlrb_task.support.delimited import read_delimited
from vlrb_task.support.errors import DataError, told_of
from vlrb_task.support.inputs import open_once, read_text, readable, suffix_of

SUFFIXES = (".xlsx", ".tsv", ".json", ".pkl")

CELL_LIMIT = 32_767
"""Characters that a cell of an Excel file holds; what comes after is lost."""

_MOST_MEMBERS = 10_000
_LARGEST = 4 * 2**30

_CONTROL = re.compile(r"_x00([01][0-9A-Fa-f])_")


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
    _check_archive(path)
    try:
        # Formulas, not their values: a text that begins with "=" was written as one, and its value is 0.
        book = load_workbook(readable(path), read_only=True, data_only=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size may be anything
        lines = sheet.iter_rows(values_only=True)
        names = [str(name) for name in next(lines, ())]
        rows = [{name: _cell(value) for name, value in zip(names, line, strict=False)} for line in lines]
        book.close()
    except Exception as error:  # a damaged file makes openpyxl raise whatever the damage happens to hit
        raise DataError(f"{path}: a damaged xlsx file ({type(error).__name__}: {_line(error)})") from error
    return rows


def _check_archive(path: Path) -> None:
    """Refuse what is no archive, or one that would fill the memory."""
    try:
        with ZipFile(readable(path)) as archive:
            members = archive.infolist()
    except (BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise DataError(f"{path}: not an xlsx file that can be read ({_line(error)})") from error
    if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _LARGEST:
        raise DataError(f"{path}: an archive of {len(members):,} members or more than {_LARGEST:,} bytes, not read")


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


def _cell(value: Any) -> Any:
    """A cell's value, with the control characters back that Excel files hold as ``_x000D_``."""
    return _CONTROL.sub(lambda found: chr(int(found[1], 16)), value) if isinstance(value, str) else value


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
