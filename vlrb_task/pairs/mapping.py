"""Pairs in somebody else's columns: a small YAML file says which column is what.

``docs/pairs.md`` lists the keys; :mod:`vlrb_task.pairs.mapping_file` reads the file. A row of the file becomes rows in the
benchmark's columns: one where there are two answers, several where there are more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any, Final, Literal

from vlrb_task.pairs.columns import Column
from vlrb_task.pairs.filing import Condition, Rule
from vlrb_task.pairs.values import (
    Answer,
    cells,
    first_ranked,
    is_empty,
    label_of,
    plain_text,
    ranks_of,
    written_text,
)
from vlrb_task.support.errors import DataError, short

Row = dict[str, Any]

TIE: Final = "tie"
Label = Answer | Literal["tie"]
"""Which of two responses is the better one; ``tie``: people found neither better."""

SIDES: Mapping[str, Label] = {"first": 0, "second": 1, "tie": TIE}

ROW_NUMBER = "vlrb_row"
"""Column of the rows made here: the row of the file that a pair comes from, counted from 0."""


@dataclass(frozen=True)
class Answers:
    """Where a row's answers and their label stand.

    Attributes:
        columns: one column for each answer, or one that holds a list of them.
        worse: with ``answers: {better: …, worse: …}``, the column of the answers that are worse than all of ``columns[0]``;
            then there is no label.
        better: the label's column; None where ``side`` is always the label.
        side: see ``better``.
        labels: what the label's values mean.
        highest: where the label is a list of ranks or ratings: whether the highest number is the best, and not the lowest.
        ties: what answers of equal rank are: a pair whose label is a tie, or no pair.
        pictures: for each answer, the column of its pictures; none where answers are texts alone.
    """

    columns: tuple[Column, ...]
    worse: Column | None = None
    better: Column | None = None
    side: Label | None = None
    labels: Mapping[str, Label] = field(default_factory=dict)
    highest: bool | None = None
    ties: bool | None = None
    pictures: tuple[Column, ...] = ()

    def all_columns(self) -> list[Column]:
        """Every column but those of pictures."""
        return [*self.columns, *(one for one in (self.worse, self.better) if one)]

    def pairs(self, row: Mapping[str, Any]) -> tuple[bool, list[tuple[tuple[str, str], Label]]]:
        """The row's pairs with their labels, and whether they come of more than two answers.

        Two of several answers with the same text make no pair, where their ranks are the same.

        Raises:
            DataError: what is missing or no text, or a label that is not known.
        """
        if self.worse is not None:
            better, worse = self._texts(row, self.columns[0]), self._texts(row, self.worse)
            return len(better) + len(worse) > 2, [((one, other), 0) for one in better for other in worse]
        if len(self.columns) == 1:
            texts = self._texts(row, self.columns[0])
        else:
            texts = [self._text(one.of(row) if self.pictures else _filled(row, one), one) for one in self.columns]
        if len(texts) < 2:
            raise DataError(
                f"{self.columns[0].name}: {len(texts)} answer{'s' * (len(texts) != 1)} where two are needed"
            )
        if len(texts) == 2 and self.highest is None and self.ties is None:
            return False, [((texts[0], texts[1]), self._label(row))]
        return len(texts) > 2, list(self._ranked(row, texts))

    def graded(self, row: Mapping[str, Any]) -> list[tuple[str, float]]:
        """The row's answers, each with how good it is by its label, from 0 (the worst of the row) to 1 (the best).

        Raises:
            DataError: as :meth:`pairs`, or the mapping has no ranks and no ``{better: …, worse: …}``.
        """
        if self.worse is not None:
            better, worse = self._texts(row, self.columns[0]), self._texts(row, self.worse)
            return [*((text, 1.0) for text in better), *((text, 0.0) for text in worse)]
        if self.better is None or self.highest is None:
            raise DataError("its rows have two answers each, where a best of several is asked for")
        if len(self.columns) == 1:
            texts = self._texts(row, self.columns[0])
        else:
            texts = [self._text(_filled(row, one), one) for one in self.columns]
        ranks = ranks_of(_filled(row, self.better), len(texts), f"column {self.better.name!r}")
        best, worst = (max(ranks), min(ranks)) if self.highest else (min(ranks), max(ranks))
        span = best - worst
        return [(text, (rank - worst) / span if span else 1.0) for text, rank in zip(texts, ranks, strict=True)]

    def _texts(self, row: Mapping[str, Any], column: Column) -> list[str]:
        value = _filled(row, column)
        several = cells(value.tolist() if hasattr(value, "tolist") else value)
        return [self._text(one, column) for one in several]

    def _text(self, value: Any, column: Column) -> str:
        try:
            return written_text("" if value is None and self.pictures else value, "answer")
        except DataError as error:
            raise DataError(f"{error} (column {column.name!r})") from error

    def _ranked(self, row: Mapping[str, Any], texts: list[str]) -> Iterator[tuple[tuple[str, str], Label]]:
        if self.better is None or self.labels:
            raise DataError(f"{len(texts)} answers: `better` is to be a column with a list of their ranks")
        ranks = ranks_of(_filled(row, self.better), len(texts), f"column {self.better.name!r}")
        for (left, one), (right, other) in combinations(enumerate(texts), 2):
            if ranks[left] == ranks[right]:
                if self.ties and one != other:
                    yield (one, other), TIE
                continue
            yield (one, other), 0 if (ranks[left] < ranks[right]) != bool(self.highest) else 1

    def _label(self, row: Mapping[str, Any]) -> Label:
        if self.better is None:
            return self.side if self.side is not None else 0
        name, value = self.better.name, _filled(row, self.better)
        if self.labels:
            if isinstance(value, (list, dict)) or label_of(value) not in self.labels:
                raise DataError(f"label {short(value)} in column {name!r} is none of {', '.join(self.labels)}")
            return self.labels[label_of(value)]
        if isinstance(value, (list, tuple)):
            return first_ranked(value, f"column {name!r}")
        raise DataError(
            f"label {short(value)} in column {name!r}: say with `labels` which values mean first and second"
        )


@dataclass(frozen=True)
class Mapped:
    """A mapping, read and checked.

    Attributes:
        path: its file.
        rows: a file or a hub id; ``file``: the file of a hub's dataset that holds the rows, where it is no parquet file.
        local: the file of the rows where their authors' release lies in a folder of this machine.
        folder: where ``rows`` and pictures lie, if they are on this machine.
        splits, configs: of a hub's dataset.
        models: columns that name the models that wrote the two answers, or one with a list of both.
        frames: the most frames of a video that are shown as pictures; None is all.
        about: what else the file says of a benchmark: its license, its authors' metrics, …
    """

    path: Path
    rows: str
    query: Column
    answers: Answers
    subset: Rule
    folder: Path
    file: str | None = None
    local: str | None = None
    splits: tuple[str, ...] = ("test",)
    configs: tuple[str, ...] = ()
    id: Column | None = None
    images: tuple[Column, ...] = ()
    image_folder: Path = Path()
    video: Column | None = None
    audio: Column | None = None
    frames: int | None = None
    source: Rule | None = None
    group: Column | None = None
    criterion: Column | None = None
    caption: Column | None = None
    models: tuple[Column, ...] = ()
    tags: tuple[Column, ...] = ()
    leave_out: tuple[Column, ...] = ()
    where: tuple[Condition, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the set is called: the file's name without its suffix."""
        return self.path.stem

    @property
    def media(self) -> list[Column]:
        """The columns of pictures, videos and sounds."""
        return [*self.images, *self.answers.pictures, *(one for one in (self.video, self.audio) if one)]

    @property
    def optional(self) -> list[Column]:
        """Columns that a row may lack, but not every row: a misspelled one would be missed by nobody."""
        found = [*self.media, *self.leave_out, *(one.column for one in self.where), *self.tags, *self.models]
        found += [one for one in (self.group, self.criterion, self.caption) if one]
        return found + (self.source.columns() if self.source else [])

    @property
    def unread(self) -> frozenset[str]:
        """Columns of the file that are needed for nothing but pictures: a parquet file is read faster without them."""
        needed = [
            self.query,
            *self.answers.all_columns(),
            *self.subset.columns(),
            *self.leave_out,
            *self.tags,
            *self.models,
        ]
        needed += [one for one in (self.id, self.group, self.criterion, self.caption, self.video, self.audio) if one]
        needed += [one.column for one in self.where] + (self.source.columns() if self.source else [])
        return frozenset(one.top for one in self.images) - {one.top for one in needed}

    def wants(self, row: Mapping[str, Any]) -> bool:
        """Whether the row is one of the set's."""
        return all(one.holds(row) for one in self.where) and all(is_empty(one.of(row)) for one in self.leave_out)

    def rows_of(self, number: int, row: Mapping[str, Any], origins: Mapping[str, str]) -> list[Row]:
        """The row under the benchmark's column names, once for each of its pairs.

        Pictures stand under ``pictures``, ``answer_pictures``, ``video`` and ``audio`` as the row has them.

        Args:
            number: of the row in its file, from 0.
            row: its columns.
            origins: the split and the config that it came from.

        Raises:
            DataError: what is missing or no text, or a label that the mapping does not know.
        """
        several, pairs = self.answers.pairs(row)
        common = self.common(number, row, origins)
        if several:
            common["models"] = None
        if several and common["group"] is None:
            common["group"] = common["id"]
        return [common | {"response": list(texts)} | _ranking(label) for texts, label in pairs]

    def common(self, number: int, row: Mapping[str, Any], origins: Mapping[str, str]) -> Row:
        """What all pairs of a row have in common; arguments and errors as :meth:`rows_of`'s."""
        id = str(number) if self.id is None else plain_text(_filled(row, self.id), self.id.name)
        source = self._source(row, origins)
        subset = self.subset.name(row, {**origins, "source": source or ""})
        return {
            "id": id,
            "query": written_text(_filled(row, self.query), self.query.name),
            "subset": subset,
            "source": source or (subset if self.source is None else "unknown"),
            "group": self._optional(row, self.group),
            "criterion": self._optional(row, self.criterion),
            "caption": self._optional(row, self.caption),
            "models": [name for one in self.models for name in cells(one.of(row))] or None,
            "human_error_analysis": [str(tag) for one in self.tags for tag in cells(one.of(row))] or None,
            "benchmark": self.name,
            "pictures": [picture for one in self.images for picture in cells(one.of(row))],
            "answer_pictures": [cells(one.of(row)) for one in self.answers.pictures] or None,
            "video": self.video.of(row) if self.video else None,
            "audio": self.audio.of(row) if self.audio else None,
            ROW_NUMBER: number,
        }

    def _source(self, row: Mapping[str, Any], origins: Mapping[str, str]) -> str | None:
        if self.source is None:
            return None
        looks_at = self.source.column
        if looks_at and self.source.default is None and is_empty(looks_at.of(row)):
            return None
        return self.source.name(row, origins)

    @staticmethod
    def _optional(row: Mapping[str, Any], column: Column | None) -> str | None:
        value = column.of(row) if column else None
        return None if is_empty(value) else plain_text(value, column.name if column else "")


def _ranking(label: Label) -> Row:
    """A label in the benchmark's columns: equal ranks are a tie only where ``tied`` says so too."""
    if label == TIE:
        return {"human_ranking": [0, 0], "tied": True}
    return {"human_ranking": [label, 1 - label]}


def _filled(row: Mapping[str, Any], column: Column) -> Any:
    value = column.of(row)
    if value is None:
        raise DataError(f"no {column.name}")
    return value
