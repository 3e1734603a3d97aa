"""Writing files. Each is there whole or not at all, replaces no input, and no file that this program did not write."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from vlrb_task.support.errors import VlrbError, told_of

HEAD = 1 << 16
"""Bytes of a file's beginning, and of its end, that tell whether this program wrote it."""


def output_file(
    path: Path, mark: re.Pattern[bytes], inputs: Iterable[str | Path | None] = (), *, force: bool = False
) -> Path:
    """The path, if a file may be written there. To be asked before a command begins its work.

    What is no regular file (a pipe, ``/dev/stdout``) replaces nothing, and neither does a file in place of an empty one.

    Args:
        path: where the user wants the file.
        mark: what the first 64 KiB, or the last, of every such file of ours match.
        inputs: files and folders that the command reads; names that are no file (a hub id) and None are passed over.
        force: replace a file without the mark. One of the inputs is never replaced.

    Raises:
        VlrbError: the file is one of the inputs (links resolved), or is there and not known to be ours.
    """
    if not path.is_file():
        return path
    known = _written_with(path, mark)
    for given in inputs:
        # An older output in the folder of the logs is no log.
        if given is not None and _is_or_holds(Path(given), path, files_only=known):
            raise VlrbError(f"{path}: is an input of this command and is not replaced; give another name")
    if not known and not force:
        raise VlrbError(f"{path}: is there already and was not written by this command; --force replaces it")
    return path


def _written_with(path: Path, mark: re.Pattern[bytes]) -> bool:
    """Whether a file holds nothing, or what the mark looks for."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - HEAD))
            return size == 0 or mark.search(head) is not None or mark.search(file.read()) is not None
    except OSError:
        return False


def _is_or_holds(given: Path, output: Path, *, files_only: bool) -> bool:
    try:
        if given.is_dir():
            return not files_only and Path(os.path.realpath(output)).is_relative_to(os.path.realpath(given))
        return given.exists() and given.samefile(output)
    except (OSError, ValueError):
        return False


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to. What stands there at the end takes the place of ``path``; after any error nothing does.

    Raises:
        VlrbError: the file cannot be written, by its name and what the system says.
    """
    # A link is written through, as `open` would.
    target = Path(os.path.realpath(path))
    with told_of(path):
        if path.exists() and not path.is_file():  # a pipe or /dev/stdout cannot be replaced; a folder is an error
            yield path
            return
        with temporary_beside(target) as temporary:
            yield temporary
            take_the_place(temporary, target)


@contextmanager
def temporary_beside(target: Path) -> Iterator[Path]:
    """Give a new name in the folder of a file; what stands there at the end is removed, and so is what killed writers left."""
    # A name of its own for each writer, and a short one: the longest name that the target may have leaves no room.
    temporary = target.with_name(f"{_prefix()}{os.getpid()}-{secrets.token_hex(4)}.partial")
    _remove_abandoned(target.parent)
    try:
        yield temporary
    finally:
        with suppress(OSError):
            temporary.unlink()


def take_the_place(temporary: Path, target: Path) -> None:
    """Move a file, that is whole and closed, to where it is wanted, with the permissions of what stood there."""
    with suppress(OSError):
        shutil.copymode(target, temporary)
    os.replace(temporary, target)


@cache
def _prefix() -> str:
    """How the temporary files of this machine begin."""
    return f".vlrb-{hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]}-"


def _remove_abandoned(folder: Path) -> None:
    """Remove temporary files of processes of this machine that were killed."""
    with suppress(OSError):
        for path in folder.glob(f"{_prefix()}*.partial"):
            process = path.name.removeprefix(_prefix()).partition("-")[0]
            if process.isdecimal() and not _runs(int(process)):
                path.unlink()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


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
        VlrbError: as :func:`write_lines`.
    """
    write_lines(path, (text,))


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write texts, each with its line end, as UTF-8, whole or not at all.

    Raises:
        VlrbError: as :func:`replacing`; or a text has a lone surrogate.
    """
    try:
        with replacing(path) as place, place.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
    except UnicodeEncodeError as error:
        raise VlrbError(f"{path}: a lone surrogate, which UTF-8 cannot hold") from error
