"""Reading CSV and TSV files as people export them: with a byte order mark, and with pictures as long cells."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from itertools import dropwhile
from pathlib import Path

from vlrb_task.support.errors import DataError
from vlrb_task.support.inputs import readable


def read_delimited(path: Path, delimiter: str = ",", *, damaged: bool = False) -> Iterator[dict[str, str | None]]:
    """Yield the rows of a file whose first line names the columns; a cell that a short row lacks is None.

    Args:
        path: the file.
        delimiter: between cells.
        damaged: show bytes that are not UTF-8, and NUL, as U+FFFD.

    Raises:
        DataError: the file cannot be read.
    """
    try:
        with readable(path).open(encoding="utf-8-sig", errors="replace" if damaged else "strict", newline="") as file:
            # Python 3.10's reader refuses a NUL.
            lines = (line.replace("\0", "\ufffd") for line in file) if damaged else file
            yield from csv.DictReader(dropwhile(str.isspace, _unlimited(lines)), delimiter=delimiter)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        kind = path.suffix[1:].lower() or "CSV"
        raise DataError(f"{path}: not a {kind} file that can be read ({error})") from error


def split_lines(lines: Iterable[str], delimiter: str = ",") -> Iterator[list[str]]:
    """Yield the cells of each line.

    Raises:
        DataError: the lines are no CSV.
    """
    try:
        yield from csv.reader(_unlimited(line.replace("\0", "\ufffd") for line in lines), delimiter=delimiter)
    except csv.Error as error:
        raise DataError(f"no CSV ({error})") from error


def _unlimited(lines: Iterable[str]) -> Iterable[str]:
    """The lines, with no limit on a cell's length: pictures are cells."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    return lines
