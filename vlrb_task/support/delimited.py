"""Reading CSV and TSV files as people export them: with a byte order mark, and with pictures as long cells."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from vlrb_task.support.errors import DataError
from vlrb_task.support.inputs import readable


def read_delimited(path: Path, delimiter: str = ",", *, damaged: bool = False) -> Iterator[dict[str, str | None]]:
    """Yield the rows of a file whose first line names the columns; a cell that a short row lacks is None.

    Args:
        path: the file.
        delimiter: between cells.
        damaged: show bytes that are no UTF-8, and NUL, as U+FFFD.

    Raises:
        DataError: the file cannot be read.
    """
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        with readable(path).open(encoding="utf-8-sig", errors="replace" if damaged else "strict", newline="") as file:
            # Python 3.10's reader refuses a NUL.
            lines = (line.replace("\0", "\ufffd") for line in file) if damaged else file
            yield from csv.DictReader(lines, delimiter=delimiter)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: not a {path.suffix[1:].lower()} file that can be read ({error})") from error
