"""The table files of VLMEvalKit: xlsx, tsv, json and pkl, read as they were written and without pandas.

pandas, with which VLMEvalKit reads them again, turns ``'01'`` into 1 and ``'None'`` into nothing.
"""

from __future__ import annotations

import json
import pickle
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vlrb_task.support.delimited import read_delimited
from vlrb_task.support.errors import DataError

SUFFIXES = (".xlsx", ".tsv", ".json", ".pkl")

CELL_LIMIT = 32_767
"""Characters that a cell of an Excel file holds; what comes after is lost."""

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
    suffix = path.suffix.lower()
    if suffix != ".json":
        return suffix in SUFFIXES
    try:
        with path.open("rb") as file:
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
    suffix = path.suffix.lower()
    try:
        if suffix == ".xlsx":
            return Table(list(_xlsx(path)), excel=True)
        if suffix == ".tsv":
            return Table(list(read_delimited(path, "\t", damaged=True)))
        if suffix == ".json":
            return Table(_records(json.loads(path.read_text(encoding="utf-8-sig")), path))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: not a {suffix[1:]} file that can be read ({error})") from error
    if suffix == ".pkl":
        return Table(_records(_unpickle(path, trust_pickle), path))
    raise DataError(f"{path}: not a {', '.join(SUFFIXES)} file")


def _xlsx(path: Path) -> Iterator[dict[str, Any]]:
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise DataError(f"{path}: reading xlsx needs openpyxl: pip install 'vlrb[vlmevalkit]' or openpyxl") from error
    from zipfile import BadZipFile

    from openpyxl.utils.exceptions import InvalidFileException

    try:
        # Formulas, not their values: a text that begins with "=" was written as one, and its value is 0.
        book = load_workbook(path, read_only=True, data_only=False)
    except (BadZipFile, InvalidFileException, KeyError) as error:
        raise DataError(f"{path}: not an xlsx file that can be read ({error})") from error
    try:
        lines = book.worksheets[0].iter_rows(values_only=True)
        names = [str(name) for name in next(lines, ())]
        for line in lines:
            yield {name: _cell(value) for name, value in zip(names, line, strict=False)}
    finally:
        book.close()


def _cell(value: Any) -> Any:
    """A cell's value, with the control characters back that Excel files hold as ``_x000D_``."""
    return _CONTROL.sub(lambda found: chr(int(found[1], 16)), value) if isinstance(value, str) else value


def _unpickle(path: Path, trusted: bool) -> Any:
    if not trusted:
        raise DataError(f"{path}: opening a pickle can run any code put into it; if you trust it: --trust-pickle")
    try:
        with path.open("rb") as file:
            return pickle.load(file)  # noqa: S301 - the user said that they trust it
    except (OSError, pickle.UnpicklingError, EOFError, ImportError, AttributeError, IndexError, ValueError) as error:
        raise DataError(f"{path}: not a pickle that can be read ({type(error).__name__}: {error})") from error


def _records(value: Any, path: Path) -> list[dict[str, Any]]:
    """Rows from what JSON and pickle hold: a list of rows, a data frame, or a checkpoint's answers by index."""
    if hasattr(value, "to_dict"):
        value = value.to_dict("records")
    if isinstance(value, dict):
        value = [{"index": index, "prediction": text} for index, text in value.items()]
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return value
    raise DataError(f"{path}: neither rows nor answers by index")
