"""The exceptions that a user of the package can meet."""

from __future__ import annotations

from collections.abc import Sequence


def short(value: object) -> str:
    """A value as an error shows it."""
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:60]}…"


class VlrbError(Exception):
    """Base of every error raised for a user's input; its text is one line that can be shown as it is."""


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
