"""Captions: what a judge without eyes reads in a picture's place, from a JSON file of the user's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vlrb_task.pairs.pair import parse_row
from vlrb_task.support.errors import DataError
from vlrb_task.support.inputs import readable

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Captions:
    """A caption for each picture.

    Attributes:
        by_id: by the row's id, or by the pair's key where rows share an id and not the picture.
        sha256: of the file.
    """

    by_id: Mapping[str, str]
    sha256: str

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
        """The rows, each with its ``caption``; a row that the file lacks keeps the one that it has, if any."""
        for row in rows:
            try:
                pair, _ = parse_row(row)
            except DataError:  # told by whoever checks the rows, all that are wrong at once
                yield row
                continue
            caption = self.by_id.get(pair.key) or self.by_id.get(pair.id)
            yield {**row, "caption": caption} if caption else row
