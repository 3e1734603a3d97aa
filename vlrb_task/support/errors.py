"""The exceptions that a user of the package can meet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from reprlib import Repr
from typing import TypeVar

Choice = TypeVar("Choice", bound=Enum)

_LONGEST_WORD = 300
_LONGEST_LINE = 3000

_repr = Repr()
_repr.maxlevel, _repr.maxlist, _repr.maxtuple, _repr.maxdict, _repr.maxset, _repr.maxfrozenset = 3, 8, 8, 8, 8, 8
_repr.maxlong = _repr.maxstring = _repr.maxother = 100


def short(value: object) -> str:
    """A value as an error shows it: 60 characters, however large it is and however often it holds itself."""
    try:
        shown = repr(value[:61]) if isinstance(value, (str, bytes)) else _repr.repr(value)
    except (ValueError, RecursionError):  # a number of very many digits
        shown = f"a {type(value).__name__}"
    return shown if len(shown) <= 60 else f"{shown[:60]}…"


def bounded(message: str) -> str:
    """A message whose words and length have a limit, whatever it quotes."""
    if len(message) <= _LONGEST_WORD:
        return message
    message = re.sub(rf"\S{{{_LONGEST_WORD},}}", lambda word: f"{word[0][:200]}…{word[0][-40:]}", message)
    return message if len(message) <= _LONGEST_LINE else f"{message[: _LONGEST_LINE - 500]} … {message[-400:]}"


class VlrbError(Exception):
    """Base of every error raised for a user's input; its text is one line of bounded length that can be shown as it is."""

    def __init__(self, message: str = "") -> None:
        super().__init__(bounded(message))


class DataError(VlrbError):
    """Rows of a benchmark, or lines of a log, that cannot be used.

    Attributes:
        problems: one line per offending row, in row order.
    """

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        self.problems = tuple(problems)
        shown = "; ".join(self.problems[:3])
        more = f"; and {len(self.problems) - 3} more" if len(self.problems) > 3 else ""
        super().__init__(f"{message}: {shown}{more}" if shown else message)


class NoVotes(DataError):
    """A file without a single whole line, such as a run that was killed before its first vote leaves."""


class PromptUnavailable(VlrbError):
    """A judge's prompt is not on this machine, or what is there fails its hash."""


class UnknownName(VlrbError):
    """A judge, parser, policy, order or task name that does not exist; the text lists those that do."""


def choice(choices: type[Choice], name: str, what: str) -> Choice:
    """One of an enumeration by its value; ``what`` begins the message, such as ``no policy``.

    Raises:
        UnknownName: there is none; the message lists those that exist.
    """
    try:
        return choices(name)
    except ValueError as error:
        raise UnknownName(f"{what} {name!r}: use one of {', '.join(str(one.value) for one in choices)}") from error


@contextmanager
def told_of(path: Path, kind: type[VlrbError] = VlrbError) -> Iterator[None]:
    """Give what the system refuses within as an error that names the file.

    Raises:
        VlrbError: of this kind, in place of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise kind(f"{path}: {error.strerror or error}") from error
