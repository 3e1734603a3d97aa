"""What may be wrong with a set of pairs although every row can be used: told before a run, and never fatal by itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from vlrb_task.pairs.mapped_rows import first_rows, is_named, mapping_of
from vlrb_task.pairs.pair import Pair
from vlrb_task.pairs.pictures import pictures_of, seen_in
from vlrb_task.pairs.values import is_empty

_PICTURE_NAME = re.compile(
    r"(?i)(?:^|[_\W])(?:image|images|img|imgs|picture|pictures|pic|photo|photos|figure|screenshot)s?(?=$|[_\W]|\d)"
)
_PICTURE_FILE = re.compile(r"(?i)\S+\.(?:png|jpe?g|webp|gif|bmp|tiff?)")
_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")


def contradictions(pairs: Iterable[Pair]) -> list[list[str]]:
    """The ids of each question whose pairs have the same answers and labels that contradict each other.

    Pairs that are judged by different criteria may well be labelled differently, and are told apart. Pictures are not
    compared: where only they differ, the result is to be read with that in mind.
    """
    labels: dict[tuple[str, tuple[str, ...], str | None], dict[str, list[str]]] = {}
    for pair in pairs:
        better = "a tie" if pair.tied else pair.responses[pair.better]
        place = (pair.query, tuple(sorted(pair.responses)), pair.criterion)
        labels.setdefault(place, {}).setdefault(better, []).append(pair.id)
    return [[*chain(*by_label.values())] for by_label in labels.values() if len(by_label) > 1]


def contradiction_warning(pairs: Sequence[Pair]) -> list[str]:
    """One line for all :func:`contradictions` of a set; none where there are none."""
    found = contradictions(pairs)
    if not found:
        return []
    first = f"ids {', '.join(map(repr, found[0][:6]))}"
    told = f"{len(found)} questions occur more than once with contradictory labels (first: {first})"
    mapped = any(pair.criterion for pair in pairs)
    return [told if mapped else f"{told}; if each is by another criterion, map it: `criterion: COLUMN`"]


def bare_warning(without: int, rows: int) -> list[str]:
    """One line for rows without a picture; none where each has one."""
    whole = "no row has a picture" if without == rows else f"{without} of {rows} rows have no picture"
    return [f"{whole}: a judge answers them without seeing anything"] if without else []


def same_warning(shown: int) -> list[str]:
    """One line for several pictures that are all the same."""
    return [f"all {shown} pictures are the same"] if shown > 1 else []


class PictureCheck:
    """Counts rows by their pictures, as they come by.

    Attributes:
        rows, without, shown: rows seen, without any medium, and with a picture.
        texts: rows that are said to be of texts alone.
    """

    def __init__(self) -> None:
        self.rows = self.without = self.shown = self.texts = 0
        self._digests: set[bytes] = set()

    def add(self, row: Mapping[str, Any]) -> None:
        """Look at a row that was read with its pictures."""
        self.rows += 1
        pictures = pictures_of(row)
        if not pictures and is_empty(row.get("video")) and is_empty(row.get("audio")):
            self.without += 1
            self.texts += row.get("media") == "text"
        if pictures:
            self.shown += 1
            digest = hashlib.blake2b(digest_size=16)
            for one in seen_in(pictures):
                digest.update(one)
            self._digests.add(digest.digest())

    def warnings(self) -> list[str]:
        """What there is to tell."""
        return bare_warning(self.without, self.rows) + (same_warning(self.shown) if len(self._digests) == 1 else [])


def unread_warning(spec: str, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line for columns that look like pictures and are not read as such; none where there are none.

    Args:
        spec: where the pairs are; of a mapping, the first rows of its own file are looked at.
        rows: some of the set's rows, as they were read.

    Raises:
        DataError: the mapping's file cannot be read.
    """
    known = {"image", "images", "id", "query", "response", "caption"}
    if Path(spec).suffix.lower() in (".yaml", ".yml") or is_named(spec):
        mapping = mapping_of(spec)
        known |= {one.top for one in mapping.media}
        rows = first_rows(mapping)
    cells = ((str(name), value) for row in rows for name, value in row.items() if name not in known)
    listed = ", ".join(map(repr, dict.fromkeys(name for name, value in cells if _looks(name, value))))
    told = f"columns that look like pictures and are not read as such: {listed} (docs/pairs.md: `images`)"
    return [told] if listed else []


def _looks(name: str, value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_looks(name, one) for one in value[:4])
    if isinstance(value, Mapping):
        return {"bytes", "path"} <= set(value) and not is_empty(value.get("bytes") or value.get("path"))
    if isinstance(value, bytes):
        return value.startswith(_MAGIC)
    if not isinstance(value, str):
        return False
    if value.startswith("data:image/") or (len(value) < 1024 and _PICTURE_FILE.fullmatch(value)):
        return True
    base64 = len(value) > 100 and re.fullmatch("[A-Za-z0-9+/=]+", value[:1000])
    return bool(base64 and _PICTURE_NAME.search(name))
