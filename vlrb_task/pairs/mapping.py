"""Pairs in somebody else's columns: a small YAML file says which column is what.

.. code-block:: yaml

    rows: all_data.json            # parquet, JSONL, a JSON list, CSV, or a hub id; relative to this file
    id: ID                         # may be left out: the row's number
    query: Text
    answers: [Output1, Output2]    # two columns, or one that holds a list of two
    better: Better                 # the column of the label, or `first` or `second` where it is always the same
    labels: {Output1: first, Output2: second}
    images: [Image]                # columns of a picture each, or of a list of them; may be left out
    image_folder: .                # where pictures given by path lie; nothing outside it is opened
    subset: Category               # or {column: image, contains: [short, long]}, or {value: mine}
    source: Source                 # may be left out
    leave_out: [video]             # rows with something in one of these columns are left out, and counted
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from os.path import realpath
from pathlib import Path
from typing import Any

from vlrb_task.pairs.pair import first_ranked, plain_text
from vlrb_task.support.delimited import read_delimited
from vlrb_task.support.errors import DataError, short

Row = dict[str, Any]

_NAMES = frozenset(
    {
        "rows",
        "split",
        "id",
        "query",
        "answers",
        "better",
        "labels",
        "images",
        "image_folder",
        "subset",
        "source",
        "leave_out",
    }
)
_SIDES = {"first": 0, "second": 1}
_ABSENT = ("", "~", "null")


@dataclass(frozen=True)
class Mapped:
    """A mapping, read and checked. See the module's text for what each part says."""

    path: Path
    rows: str
    query: str
    answers: tuple[str, ...]
    better: str
    subset: Mapping[str, Any]
    split: str = "test"
    id: str | None = None
    labels: Mapping[str, int] = field(default_factory=dict)
    images: tuple[str, ...] = ()
    image_folder: Path = Path()
    source: str | None = None
    leave_out: tuple[str, ...] = ()

    @property
    def optional(self) -> frozenset[str]:
        """Columns that a row may lack, but not every row: a misspelled one would be missed by nobody."""
        return frozenset([*self.images, *self.leave_out, *([self.source] if self.source else [])])

    def row(self, number: int, found: Mapping[str, Any]) -> Row:
        """A row under the benchmark's column names; its pictures under ``pictures``, as they stood there.

        Raises:
            DataError: what is missing or no text, or a label that the mapping does not know.
        """
        answers = [self._cell(found, name) for name in self.answers]
        if len(answers) == 1 and isinstance(answers[0], (list, tuple)):
            answers = list(answers[0])
        better = self._better(found)
        subset = self._subset(found)
        source = found.get(self.source) if self.source else subset
        return {
            "id": str(number) if self.id is None else self._text(found, self.id),
            "query": self._text(found, self.query),
            "response": [plain_text(answer, "answer") for answer in answers],
            "human_ranking": [better, 1 - better],
            "subset": subset,
            "source": "unknown" if source is None or source == "" else plain_text(source, str(self.source)),
            "pictures": [picture for name in self.images for picture in cells(found.get(name))],
        }

    def left_out(self, found: Mapping[str, Any]) -> bool:
        """Whether the row is not wanted."""
        return any(found.get(name) not in (None, "", [], {}) for name in self.leave_out)

    def _cell(self, found: Mapping[str, Any], name: str) -> Any:
        value = found.get(name)
        if value is None:
            raise DataError(f"no {name}")
        return value

    def _text(self, found: Mapping[str, Any], name: str) -> str:
        return plain_text(self._cell(found, name), name)

    def _better(self, found: Mapping[str, Any]) -> int:
        if self.better in _SIDES and not self.labels:
            return _SIDES[self.better]
        value = self._cell(found, self.better)
        if self.labels:
            if isinstance(value, (list, dict)) or label_of(value) not in self.labels:
                raise DataError(f"label {short(value)} in column {self.better!r} is none of {', '.join(self.labels)}")
            return self.labels[label_of(value)]
        if isinstance(value, (list, tuple)):
            return first_ranked(value, f"column {self.better!r}")
        raise DataError(
            f"label {short(value)} in column {self.better!r}: say with `labels` which values mean first and second"
        )

    def _subset(self, found: Mapping[str, Any]) -> str:
        if "value" in self.subset:
            return str(self.subset["value"])
        name = self.subset["column"]
        text = self._text(found, name)
        if not text.strip():
            raise DataError(f"an empty {name}")
        if "contains" not in self.subset:
            return text
        for word in self.subset["contains"]:
            if word in text:
                return str(word)
        raise DataError(f"{name} {short(text)} holds none of {', '.join(self.subset['contains'])}")


def cells(value: Any) -> list[Any]:
    """The values of a cell that holds a list, one, or nothing."""
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


_YAML_BOOLEANS = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def label_of(value: object) -> str:
    """One spelling of each label, in data and in a mapping.

    JSON's ``true``, the ``True`` of a CSV file that Python wrote and YAML's ``yes`` are the same, and so are 1 and the 1.0
    that it becomes in a column with gaps.
    """
    text = str(value)
    if re.fullmatch(r"[+-]?[0-9]+\.0+", text):
        return text.partition(".")[0]
    folded = text.lower()
    folded = _YAML_BOOLEANS.get(folded, folded)
    return folded if folded in ("true", "false") else text


def read_mapping(path: Path) -> Mapped:
    """Read a mapping.

    Raises:
        DataError: the file cannot be read, is no mapping, or lacks or misspells something.
    """
    import yaml

    try:
        # Every scalar is the word that stands there: `yes` may be a label or a column, and is no truth value.
        value = yaml.BaseLoader(path.read_text(encoding="utf-8-sig")).get_single_data()
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise DataError(f"{path}: not a YAML file that can be read ({str(error).splitlines()[0]})") from error
    if not isinstance(value, dict):
        raise DataError(f"{path}: a mapping of columns is needed, see docs/pairs.md")
    try:
        return _mapped(path, {name: one for name, one in value.items() if one not in _ABSENT})
    except DataError as error:
        raise DataError(f"{path}: {error}") from error


def _mapped(path: Path, value: Mapping[str, Any]) -> Mapped:
    if unknown := sorted(set(map(str, value)) - _NAMES):
        raise DataError(f"{', '.join(unknown)} means nothing here: use {', '.join(sorted(_NAMES))}")
    if missing := [name for name in ("rows", "query", "answers", "better", "subset") if not value.get(name)]:
        raise DataError(f"no {', '.join(missing)}")
    answers = _words(value, "answers")
    if len(answers) > 2:
        raise DataError("answers: two columns, or one that holds a list of two")
    return Mapped(
        path=path,
        rows=_word(value, "rows"),
        split=_word(value, "split", "test"),
        id=_word(value, "id") if "id" in value else None,
        query=_word(value, "query"),
        answers=answers,
        better=_word(value, "better"),
        labels=_labels(value["labels"]) if "labels" in value else {},
        images=_words(value, "images"),
        image_folder=path.parent / _word(value, "image_folder", "."),
        subset=_subset(value),
        source=_word(value, "source") if "source" in value else None,
        leave_out=_words(value, "leave_out"),
    )


def _word(value: Mapping[str, Any], name: str, default: str = "") -> str:
    found = value.get(name, default)
    if not isinstance(found, str) or found.strip() in _ABSENT:
        raise DataError(f"{name}: {short(found)} is not one name")
    return found


def _words(value: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of names; one alone needs no brackets."""
    found = cells(value.get(name))
    return tuple(_word({name: one}, name) for one in found)


def _labels(value: object) -> Mapping[str, int]:
    if not isinstance(value, dict):
        raise DataError("labels: which values mean first and which second, as {A: first, B: second}")
    labels: dict[str, int] = {}
    for label, side in value.items():
        if not isinstance(side, str) or side not in _SIDES:
            raise DataError(f"label {label!r}: say `first` or `second`")
        if label_of(label) in labels:
            raise DataError(f"label {label!r} stands twice")
        labels[label_of(label)] = _SIDES[side]
    if len(set(labels.values())) < 2:
        raise DataError("labels: none means first, or none second; where it is always the same, `better: first`")
    return labels


def _subset(value: Mapping[str, Any]) -> Mapping[str, Any]:
    found = value["subset"] if isinstance(value["subset"], dict) else {"column": value["subset"]}
    if set(found) not in ({"column"}, {"column", "contains"}, {"value"}):
        raise DataError("subset: a column, {column: …, contains: […]} or {value: …}")
    if "contains" not in found:
        return {name: _word(found, name) for name in found}
    words = _words(found, "contains")
    if not words:
        raise DataError("subset: contains: no word to look for")
    return {"column": _word(found, "column"), "contains": words}


def plain_rows(path: Path) -> Iterator[Row]:
    """The rows of a JSON list or a CSV file, as they are.

    Raises:
        DataError: the file cannot be read, or holds no rows.
    """
    if path.suffix.lower() == ".csv":
        yield from read_delimited(path)
        return
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: not a {path.suffix[1:]} file that can be read ({error})") from error
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise DataError(f"{path}: no list of rows")
    yield from value


def picture_file(folder: Path, name: str) -> Path | None:
    """A picture given by path; None where there is no such file.

    Raises:
        DataError: a path that leads out of the folder: what stands in data never chooses a file elsewhere.
    """
    if len(name) > 4096 or "\0" in name:
        return None
    root = Path(realpath(folder))
    try:
        found = Path(realpath(root / name))  # Path.resolve raises where links lead in a circle
        exists = found.is_file()
    except (OSError, UnicodeEncodeError):  # too long a name, or a lone surrogate
        return None
    if not exists:
        return None
    if not found.is_relative_to(root):
        raise DataError(f"image {short(name)} lies outside {folder} (a mapping's image_folder names another folder)")
    return found
