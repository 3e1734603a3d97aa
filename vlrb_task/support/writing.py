"""Writing files that are there whole or not at all: no command leaves half a file behind, nor two commands a mixed one."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vlrb_task.support.errors import VlrbError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to. What stands there at the end takes the place of ``path``; after any error nothing does.

    Raises:
        VlrbError: the file cannot be written, by its name and what the system says.
    """
    # A link is written through, as `open` would.
    target = Path(os.path.realpath(path))
    # A name of its own for each writer, and a short one: the longest name that the target may have leaves no room.
    temporary = target.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        if path.exists() and not path.is_file():  # a pipe or /dev/stdout cannot be replaced; a folder is an error
            yield path
        else:
            yield temporary
            os.replace(temporary, target)
    except OSError as error:
        raise VlrbError(f"{path}: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all.

    Raises:
        VlrbError: as :func:`replacing`.
    """
    with replacing(path) as place:
        place.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Write a text as UTF-8, whole or not at all.

    Raises:
        VlrbError: as :func:`replacing`; or the text has a lone surrogate.
    """
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise VlrbError(f"{path}: a lone surrogate, which UTF-8 cannot hold") from error
    write_bytes(path, data)
