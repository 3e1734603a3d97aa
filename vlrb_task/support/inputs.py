"""Opening the files that a user names. A pipe, a device or ``-`` is read once and kept for whoever opens it again."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import IO

_lock = threading.Lock()
_copies: dict[tuple[int, int], Path] = {}

STDIN = "-"
"""The name of standard input on a command line."""

_KINDS = ((b"PAR1", ".parquet"), (b"PK\x03\x04", ".xlsx"), (b"\x80", ".pkl"), (b"[", ".json"), (b"{", ".jsonl"))


def exists(path: Path) -> bool:
    """Whether there is such a file or folder; standard input always is."""
    return str(path) == STDIN or path.exists()


def readable(path: Path) -> Path:
    """A regular file with the bytes of ``path``, which can be opened any number of times.

    That is ``path`` itself, but for what can be read only once (a pipe, ``/dev/stdin``, ``<(…)``, ``-``): its bytes are
    copied to a temporary file, once in a process, and the file is deleted when the process ends.

    Raises:
        OSError: ``path`` does not exist or cannot be read, or there is no room for the copy.
    """
    if str(path) == STDIN:
        return _copy(os.fstat(0), lambda: os.fdopen(0, "rb", closefd=False), "")
    try:
        found = path.stat()
    except ValueError as error:  # a NUL in the name, which a file may have told
        raise OSError(errno.EINVAL, "not a file name", str(path)) from error
    # /dev/stdin of a shell's `< file` is a regular file, whose position some systems share with everyone who opens it.
    if stat.S_ISDIR(found.st_mode) or (stat.S_ISREG(found.st_mode) and path.parts[:2] != ("/", "dev")):
        return path
    return _copy(found, lambda: path.open("rb"), path.suffix)


def open_once(path: Path) -> IO[bytes]:
    """Open a file for reading bytes, from its beginning, as often as this is called; see :func:`readable`."""
    return readable(path).open("rb")


def read_text(path: Path, errors: str = "strict") -> str:
    """The whole file as UTF-8, without a byte order mark; as often as this is called, see :func:`readable`.

    Raises:
        OSError: as :func:`readable`.
        UnicodeDecodeError: bytes that are not UTF-8, where ``errors`` is ``strict``.
    """
    return readable(path).read_text(encoding="utf-8-sig", errors=errors)


def suffix_of(path: Path) -> str:
    """The suffix of a file's kind, in lower case: that of its name or, for what has none as a pipe has, told by its content.

    One of ``.parquet``, ``.xlsx``, ``.pkl``, ``.json`` (a list), ``.jsonl`` and ``.tsv`` where the name has no suffix and
    the content says it; else the empty string.

    Raises:
        OSError: as :func:`readable`.
    """
    if path.suffix or path.is_dir():
        return path.suffix.lower()
    with open_once(path) as file:
        start = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, suffix in _KINDS:
        if start.startswith(magic):
            return suffix
    return ".tsv" if b"\t" in start.partition(b"\n")[0] else ""


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="vlrb-")


def _copy(found: os.stat_result, opened: Callable[[], IO[bytes]], suffix: str) -> Path:
    """The copy of a stream. Its device and inode name it, so that ``-`` and ``/dev/stdin`` share one."""
    key = (found.st_dev, found.st_ino)
    with _lock:
        if key not in _copies:
            path = Path(_folder().name) / f"{len(_copies)}{suffix}"
            with opened() as source, path.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
            _copies[key] = path
        return _copies[key]
