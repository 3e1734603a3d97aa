"""What a user says of pairs beside their rows: which models wrote the answers, of which family a model is, and other groups
than the rows': by picture, by question, or by a column.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from vlrb_task.pairs.labels import Categories, Labels
from vlrb_task.pairs.mapped_rows import table_rows
from vlrb_task.pairs.mapping_file import read_yaml
from vlrb_task.pairs.pictures import pictures_of, seen_in
from vlrb_task.pairs.values import cells, is_empty, plain_text, two_names
from vlrb_task.support.errors import DataError

Table = list[tuple[re.Pattern[str], str]]

PICTURE = "picture"


@cache
def _table(path: Path) -> Table:
    value = read_yaml(path)
    if not isinstance(value, dict) or not all(isinstance(one, (str, list)) for one in value.values()):
        raise DataError(f"{path}: families of models are needed, as `Qwen: [qwen, qwq]`")
    try:
        words = [(word, family) for family, several in value.items() for word in cells(several)]
        return [(re.compile(rf"(?<![a-z])(?:{word})"), family) for word, family in words]
    except re.error as error:
        raise DataError(f"{path}: {error.pattern!r} is not a regular expression ({error})") from error


def family_of(model: str, own: Path | None = None) -> str | None:
    """The family of a model; None where neither a user's table nor the packaged one (``families.yaml``) knows it.

    Args:
        model: its name, with or without an organisation; what follows the last ``/`` counts.
        own: a user's table, which is asked first.

    Raises:
        DataError: the table cannot be read.
    """
    name = model.rstrip("/").rpartition("/")[2].lower()
    for path in filter(None, (own, Path(__file__).with_name("families.yaml"))):
        if found := [(hit.start(), -hit.end(), family) for word, family in _table(path) if (hit := word.search(name))]:
            return min(found)[2]
    return None


def families_of(models: Iterable[str], own: Path | None = None) -> dict[str, str]:
    """The family of each model that has a known one."""
    found = {model: family_of(model, own) for model in set(models)}
    return {model: family for model, family in sorted(found.items()) if family is not None}


def with_models(labels: Labels, path: Path) -> tuple[Labels, int]:
    """Labels with the models that a table names, and of how many pairs it names them.

    Args:
        labels: of pairs; what the table does not name keeps what is known.
        path: a parquet, JSONL, JSON, CSV or TSV file with ``key`` or ``id``, and the models of response 0 and 1 as
            ``model_0`` and ``model_1``, or as a list ``models``. An id that stands for several pairs names none.

    Raises:
        DataError: it cannot be read, or a row has no such columns.
    """
    table = _models_of(path)
    ids = labels.ids.to_pylist()
    once = {id for id, count in zip(*np.unique(ids, return_counts=True), strict=True) if count == 1}
    found = [
        table.get(("key", key)) or (table.get(("id", id)) if id in once else None)
        for key, id in zip(labels.keys.to_pylist(), ids, strict=True)
    ]
    known = Categories.of(new or labels.models[row] for row, new in enumerate(found))
    return replace(labels, models=known), sum(one is not None for one in found)


def _models_of(path: Path) -> Mapping[tuple[str, str], tuple[str, str] | None]:
    """The models of each pair by its key or id; None where two rows of one id name different ones."""
    table: dict[tuple[str, str], tuple[str, str] | None] = {}
    for number, row in enumerate(table_rows(path)):
        given = row.get("models")
        models = two_names([row.get("model_0"), row.get("model_1")] if is_empty(given) else given)
        named = [(name, plain_text(row[name], name)) for name in ("key", "id") if not is_empty(row.get(name))]
        if models is None or not named:
            raise DataError(f"{path}: row {number}: key or id, and model_0 and model_1 (or a list models) are needed")
        table[named[0]] = models if table.get(named[0], models) == models else None
    return table


def grouped(rows: Iterable[dict[str, Any]], by: str) -> Iterator[dict[str, Any]]:
    """The rows with the group that is asked for in the place of their own.

    Args:
        rows: in the benchmark's columns; with their pictures where they are grouped by these.
        by: ``picture`` (the same bytes; of what is given by path alone, the same path), ``query``, or a column. A row without
            one is a group by itself.

    Raises:
        DataError: no row has one.
    """
    known: set[bool] = set()
    for row in rows:
        value = _picture(row) if by == PICTURE else row.get(by)
        group = None if is_empty(value) else plain_text(value, by)
        known.add(group is not None)
        yield row | {"group": group}
    if known == {False}:
        raise DataError(f"no row has a {by if by == PICTURE else f'column {by!r}'} to group by")


def _picture(row: dict[str, Any]) -> str | None:
    shown = seen_in(pictures_of(row))
    shown += [str(row["video"]).encode()] if row.get("video") else []
    return hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in shown)).hexdigest() if shown else None
