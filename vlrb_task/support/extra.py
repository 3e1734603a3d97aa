"""Libraries of the extra ``report``: asked for when they are needed, and named in one line when they are not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from threading import Thread

from vlrb_task.support.errors import VlrbError

INSTALL = 'pip install "vlrb[report]"'
FITS = ("statsmodels.discrete.discrete_model", "statsmodels.stats.inter_rater", "krippendorff")
"""Modules of the fits and the agreement of judges: slow to import."""


class MissingExtra(VlrbError):
    """A command of the extra ``report`` without its libraries."""


def require(what: str, *modules: str) -> None:
    """Check that modules can be imported, without importing them.

    Args:
        what: who needs them, such as ``vlrb compare``.
        modules: top-level names.

    Raises:
        MissingExtra: some are not installed; the text says how to get them.
    """
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise MissingExtra(f"{what} needs {', '.join(missing)}: {INSTALL}")


@contextmanager
def importing(*modules: str) -> Iterator[None]:
    """Import modules in a thread while something else is done: reading large logs mostly waits for other processes."""
    thread = Thread(target=lambda: [import_module(name) for name in modules])
    thread.start()
    try:
        yield
    finally:
        thread.join()
