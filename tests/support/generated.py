"""Documents with a part that the code makes, between two marks."""

from __future__ import annotations

from pathlib import Path


def with_part(document: Path, begins: str, part: str, ends: str) -> str:
    """The document's text with ``part`` between its marks.

    Raises:
        ValueError: the document has no place for it.
    """
    before, found_begin, rest = document.read_text(encoding="utf-8").partition(begins)
    _, found_end, after = rest.partition(ends)
    if not (found_begin and found_end):
        raise ValueError(f"no {begins!r} … {ends!r} in {document}")
    return f"{before}{begins}{part}{ends}{after}"
