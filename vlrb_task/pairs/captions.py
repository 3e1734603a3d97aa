"""Texts that are added to pairs: captions from a JSON file of the user's, and what a first step said."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from vlrb_task.pairs.pair import parse_row
from vlrb_task.support.errors import DataError
from vlrb_task.support.inputs import readable

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Captions:
    """A caption for each picture, or a first step's answers about each pair.

    Attributes:
        by_id: by the row's id, or by the pair's key where rows share an id and not the picture.
        sha256: of the file, or of the answers.
        column: of the rows: ``caption``, or ``steps`` with a list of texts.
    """

    by_id: Mapping[str, str | list[str]]
    sha256: str
    column: Literal["caption", "steps"] = "caption"

    @classmethod
    def read(cls, path: Path) -> Captions:
        """From a JSON object of id (or key) to caption.

        Raises:
            DataError: the file cannot be read or is something else.
        """
        try:
            content = readable(path).read_bytes()
            value = json.loads(content)
        except (OSError, ValueError, RecursionError) as error:
            raise DataError(f"{path}: not a JSON file that can be read ({error})") from error
        if not isinstance(value, dict) or not all(isinstance(caption, str) for caption in value.values()):
            raise DataError(f"{path}: not an object of id to caption, both strings")
        return cls(value, hashlib.sha256(content).hexdigest())

    def add_to(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows, each with its text in ``column``; a row for which there is none keeps the one that it has, if any."""
        for row in rows:
            try:
                pair, _ = parse_row(row)
            except DataError:  # told by whoever checks the rows, all that are wrong at once
                yield row
                continue
            caption = self.by_id.get(pair.key) or self.by_id.get(pair.id)
            yield {**row, self.column: caption} if caption else row
