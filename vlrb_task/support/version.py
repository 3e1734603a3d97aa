"""The version of this release, where every room can name it, and those of other packages."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

__version__ = "0.1.0"


def versions_of(packages: Iterable[str]) -> dict[str, str]:
    """The versions of those packages that are installed."""
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in packages:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
