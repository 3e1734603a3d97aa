"""Writing pairs as a parquet file that lmms-eval's loader reads, pictures included."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from vlrb_task.pairs.pair import tags
from vlrb_task.pairs.pictures import PLACED, flattened
from vlrb_task.pairs.rows import Row
from vlrb_task.support.errors import DataError
from vlrb_task.support.writing import replacing

_STRING = {"dtype": "string", "_type": "Value"}
_STRINGS = {"feature": _STRING, "_type": "List"}
_NUMBERS = {"feature": {"dtype": "int64", "_type": "Value"}, "_type": "List"}
_FEATURES: dict[str, Any] = {
    "id": _STRING,
    "query": _STRING,
    "response": _STRINGS,
    "image": {"_type": "Image"},
    "images": {"feature": {"_type": "Image"}, "_type": "List"},
    "human_ranking": _NUMBERS,
    **dict.fromkeys(("query_source", "ground_truth", "source", "subset", "caption"), _STRING),
    "human_error_analysis": _STRINGS,
    **dict.fromkeys(("group", "criterion"), _STRING),
    "tied": {"dtype": "bool", "_type": "Value"},
    **dict.fromkeys(("benchmark", "media", "video", "audio"), _STRING),
    "steps": _STRINGS,
    PLACED: _NUMBERS,
}
"""The columns as the datasets library describes them in a file's metadata: with it the pictures load as pictures."""


def _type(feature: dict[str, Any]) -> pa.DataType:
    if feature["_type"] == "List":
        return pa.list_(_type(feature["feature"]))
    if feature["_type"] == "Image":
        return pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    return pa.type_for_alias(feature["dtype"])


def write_rows(rows: Iterator[Row], target: Path) -> int:
    """Write rows in the dataset's columns, ``image`` as ``{"bytes", "path"}`` or None, and return how many.

    Raises:
        DataError: as :func:`plain_row`, the row named.
        VlrbError: as :func:`vlrb_task.support.writing.replacing`.
    """
    metadata = {"huggingface": json.dumps({"info": {"features": _FEATURES}})}
    schema = pa.schema([(name, _type(feature)) for name, feature in _FEATURES.items()], metadata=metadata)
    count = 0
    with replacing(target) as place, pq.ParquetWriter(place, schema) as writer:
        while batch := list(islice(rows, 128)):
            writer.write_table(pa.Table.from_pylist([_named(row, n) for n, row in enumerate(batch, count)], schema))
            count += len(batch)
    return count


def _named(row: Row, number: int) -> Row:
    try:
        return plain_row(row)
    except DataError as error:
        raise DataError(f"row {number} (id {row['id']!r}): {error}") from error


def plain_row(row: Row) -> Row:
    """A checked row in the columns and types of a task's file.

    Raises:
        DataError: a text that the file cannot hold.
    """
    row = flattened(row)
    values = {name: row.get(name) for name, feature in _FEATURES.items() if feature is _STRING}
    texts = {name: None if value is None else str(value) for name, value in values.items()}
    lists = {name: [*map(str, row.get(name) or ())] or None for name in ("response", "steps")}
    lists["human_error_analysis"] = [*tags(row)] or None
    try:
        "".join(text for several in (texts.values(), *lists.values()) for text in several or () if text).encode()
    except UnicodeEncodeError as error:
        raise DataError("a lone surrogate, which UTF-8 cannot hold") from error
    kept = {name: row.get(name) for name in ("image", "images", PLACED)}
    ranking = {"human_ranking": [int(rank) for rank in row["human_ranking"]]}
    return {**texts, **lists, **kept, **ranking, "tied": True if row.get("tied") is True else None}
