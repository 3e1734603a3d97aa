"""Pairs in somebody else's columns: a small YAML file says which column is what.

``docs/pairs.md`` lists the keys; :mod:`vlrb_task.pairs.mapping_file` reads the file. A row of the file becomes rows in the
benchmark's columns: one where there are two answers, several where there are more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any, Final, Literal

from vlrb_task.pairs.filing import Condition, Rule
from vlrb_task.pairs.values import (
    Answer,
    Column,
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

    def pairs(self, row: Mapping[str, Any]) -> tuple[bool, list[tuple[tuple[str, str], Label]]]:
        """The row's pairs with their labels, and whether they come of more than two answers.

        Two of several answers with the same text make no pair, where their ranks are the same.

        Raises:
            DataError: what is missing or no text, or a label that is not known.
        """
        texts = self._texts(row)
        if self.worse is None and len(texts) < 2:
            raise DataError(
                f"{self.columns[0].name}: {len(texts)} answer{'s' * (len(texts) != 1)} where two are needed"
            )
        if self.worse is None and len(texts) == 2 and self.highest is None and self.ties is None:
            return False, [((texts[0], texts[1]), self._label(row))]
        rated = self._rated(row, texts)
        return len(rated) > 2, [
            ((one, other), TIE if left == right else 0 if left > right else 1)
            for (one, left), (other, right) in combinations(rated, 2)
            if left != right or (self.ties and one != other)
        ]

    def graded(self, row: Mapping[str, Any]) -> list[tuple[str, float]]:
        """The row's answers, each with how good it is by its label, from 0 (the worst of the row) to 1 (the best).

        Raises:
            DataError: as :meth:`pairs`, or there are no answers, or the mapping has no ranks and no ``{better: …, worse: …}``.
        """
        if self.worse is None and (self.better is None or self.highest is None):
            raise DataError("its rows have two answers each, where a best of several is asked for")
        rated = self._rated(row, self._texts(row))
        if not rated:
            raise DataError(f"{self.columns[0].name}: no answers")
        numbers = [number for _, number in rated]
        worst, span = (0.0, 1.0) if self.worse else (min(numbers), max(numbers) - min(numbers))
        return [(text, (number - worst) / span if span else 1.0) for text, number in rated]

    def _texts(self, row: Mapping[str, Any]) -> list[str]:
        """The answers; with ``worse``, the better ones."""
        if len(self.columns) == 1:
            return self._listed(row, self.columns[0])
        return [self._text(one.of(row) if self.pictures else one.filled(row), one) for one in self.columns]

    def _listed(self, row: Mapping[str, Any], column: Column) -> list[str]:
        return [self._text(one, column) for one in cells(column.filled(row))]

    def _text(self, value: Any, column: Column) -> str:
        try:
            return written_text("" if value is None and self.pictures else value, "answer")
        except DataError as error:
            raise DataError(f"{error} (column {column.name!r})") from error

    def _rated(self, row: Mapping[str, Any], texts: list[str]) -> list[tuple[str, float]]:
        """Every answer with a number that is higher, the better it is."""
        if self.worse is not None:
            return [*((text, 1.0) for text in texts), *((text, 0.0) for text in self._listed(row, self.worse))]
        if self.better is None or self.labels:
            raise DataError(f"{len(texts)} answers: `better` is to be a column with a list of their ranks")
        ranks = ranks_of(self.better.filled(row), len(texts), f"column {self.better.name!r}")
        return [(text, rank if self.highest else -rank) for text, rank in zip(texts, ranks, strict=True)]

    def _label(self, row: Mapping[str, Any]) -> Label:
        if self.better is None:
            return self.side if self.side is not None else 0
        name, value = self.better.name, self.better.filled(row)
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
        rows: a file or a hub id.
        columns: the columns that a key of the file names, none where it names none: ``id``, ``query``, ``images``, ``video``,
            ``audio``, ``group``, ``criterion``, ``caption``, ``tags``, ``models`` (of the two answers' writers, or one with a
            list of both) and ``leave_out``.
        folder: where ``rows`` and pictures lie, if they are on this machine.
        file: the file of a hub's dataset that holds the rows, where it is no parquet file.
        local: the file of the rows where their authors' release lies in a folder of this machine.
        splits, configs: of a hub's dataset.
        frames: the most frames of a video that are shown as pictures; None is all.
        about: what else the file says of a benchmark: its license, its authors' metrics, …
    """

    path: Path
    rows: str
    columns: Mapping[str, tuple[Column, ...]]
    answers: Answers
    subset: Rule
    source: Rule | None
    folder: Path
    image_folder: Path
    file: str | None
    local: str | None
    splits: tuple[str, ...]
    configs: tuple[str, ...]
    frames: int | None
    where: tuple[Condition, ...]
    about: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What the set is called: the file's name without its suffix."""
        return self.path.stem

    def column(self, key: str) -> Column | None:
        """The one column of a key that has one."""
        return next(iter(self.columns[key]), None)

    @property
    def media(self) -> list[Column]:
        """The columns of pictures, videos and sounds."""
        found = (self.columns["images"], self.answers.pictures, self.columns["video"], self.columns["audio"])
        return [one for several in found for one in several]

    @property
    def optional(self) -> list[Column]:
        """Columns that a row may lack, but not every row: a misspelled one would be missed by nobody."""
        named = [one for key, several in self.columns.items() if key not in ("id", "query") for one in several]
        sources = self.source.columns() if self.source else []
        return [*named, *self.answers.pictures, *(one.column for one in self.where), *sources]

    @property
    def unread(self) -> frozenset[str]:
        """Columns of the file that are needed for nothing but pictures: a parquet file is read faster without them."""
        answers = (*self.answers.columns, self.answers.worse, self.answers.better)
        needed = {one.top for one in (*answers, *self.subset.columns()) if one}
        needed |= {one.top for key, several in self.columns.items() if key != "images" for one in several}
        needed |= {one.column.top for one in self.where}
        needed |= {one.top for one in (self.source.columns() if self.source else [])}
        return frozenset(one.top for one in self.columns["images"]) - needed

    def wants(self, row: Mapping[str, Any]) -> bool:
        """Whether the row is one of the set's."""
        left_out = self.columns["leave_out"]
        return all(one.holds(row) for one in self.where) and all(is_empty(one.of(row)) for one in left_out)

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
            common |= {"models": None, "group": common["id"] if common["group"] is None else common["group"]}
        return [
            common
            | {"response": list(texts)}
            # equal ranks are a tie only where `tied` says so too
            | ({"human_ranking": [0, 0], "tied": True} if label == TIE else {"human_ranking": [label, 1 - label]})
            for texts, label in pairs
        ]

    def common(self, number: int, row: Mapping[str, Any], origins: Mapping[str, str]) -> Row:
        """What all pairs of a row have in common; arguments and errors as :meth:`rows_of`'s."""

        def values(key: str) -> list[Any]:
            return [value for one in self.columns[key] for value in cells(one.of(row))]

        def one_value(key: str) -> Any:
            return next((one.of(row) for one in self.columns[key]), None)

        def text(key: str) -> str | None:
            value = one_value(key)
            return None if is_empty(value) else plain_text(value, self.columns[key][0].name)

        id, query = self.column("id"), self.columns["query"][0]
        key = str(number) if id is None else plain_text(id.filled(row), id.name)
        rule = self.source
        empty = rule and rule.default is None and rule.column and is_empty(rule.column.of(row))
        source = rule.find(row, origins)[0] if rule and not empty else None
        subset = self.subset.find(row, {**origins, "source": source or ""})[0]
        return {
            "id": key,
            "query": written_text(query.filled(row), query.name),
            "subset": subset,
            "source": source or (subset if self.source is None else "unknown"),
            **{name: text(name) for name in ("group", "criterion", "caption")},
            "models": values("models") or None,
            "human_error_analysis": [*map(str, values("tags"))] or None,
            "benchmark": self.name,
            "pictures": values("images"),
            "answer_pictures": [cells(one.of(row)) for one in self.answers.pictures] or None,
            "video": one_value("video"),
            "audio": one_value("audio"),
            ROW_NUMBER: number,
        }
