"""Writing pairs as a parquet file that lmms-eval's loader reads, pictures included."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from vlrb_task.pairs.captions import Captions
from vlrb_task.pairs.pair import tags
from vlrb_task.pairs.placing import PLACED, flattened
from vlrb_task.pairs.rows import Row, read_rows
from vlrb_task.support.errors import DataError
from vlrb_task.support.writing import replacing

_STRING = {"dtype": "string", "_type": "Value"}
_FEATURES: dict[str, Any] = {
    "id": _STRING,
    "query": _STRING,
    "response": {"feature": _STRING, "_type": "List"},
    "image": {"_type": "Image"},
    "images": {"feature": {"_type": "Image"}, "_type": "List"},
    "human_ranking": {"feature": {"dtype": "int64", "_type": "Value"}, "_type": "List"},
    "query_source": _STRING,
    "ground_truth": _STRING,
    "source": _STRING,
    "subset": _STRING,
    "caption": _STRING,
    "human_error_analysis": {"feature": _STRING, "_type": "List"},
    "group": _STRING,
    "criterion": _STRING,
    "tied": {"dtype": "bool", "_type": "Value"},
    "benchmark": _STRING,
    "media": _STRING,
    "video": _STRING,
    "audio": _STRING,
    "steps": {"feature": _STRING, "_type": "List"},
    PLACED: {"feature": {"dtype": "int64", "_type": "Value"}, "_type": "List"},
}
_TEXTS = (
    "query_source",
    "ground_truth",
    "source",
    "subset",
    "caption",
    "group",
    "criterion",
    "benchmark",
    "media",
    "video",
    "audio",
)
"""Texts that a row may lack."""


def write_pairs(spec: str, target: Path, captions: Captions | None = None, *, pictures: bool = True) -> int:
    """Copy a set of pairs into one parquet file with the columns that a task needs, and return how many.

    Args:
        spec: where the pairs are, as for :func:`vlrb_task.pairs.rows.read_rows`.
        target: the file to write; it is there whole or not at all.
        captions: captions to add to the rows.
        pictures: whether to copy the pictures; a judge that sees none needs none.

    Raises:
        DataError: as :func:`vlrb_task.pairs.rows.read_rows`.
    """
    rows = read_rows(spec, images=pictures)
    return write_rows(rows if captions is None else captions.add_to(rows), target)


def write_rows(rows: Iterator[Row], target: Path) -> int:
    """Write rows in the dataset's columns, ``image`` as ``{"bytes", "path"}`` or None, and return how many.

    Raises:
        VlrbError: as :func:`vlrb_task.support.writing.replacing`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    strings = pa.list_(pa.string())
    picture = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    types = {
        "response": strings,
        "image": picture,
        "images": pa.list_(picture),
        "human_ranking": pa.list_(pa.int64()),
        "human_error_analysis": strings,
        "tied": pa.bool_(),
        "steps": strings,
        PLACED: pa.list_(pa.int64()),
    }
    # Schema metadata as the datasets library writes it: with it the pictures load as pictures.
    metadata = {"huggingface": json.dumps({"info": {"features": _FEATURES}})}
    schema = pa.schema([(name, types.get(name, pa.string())) for name in _FEATURES], metadata=metadata)
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
    id, query, responses, found_tags = str(row["id"]), str(row["query"]), [*map(str, row["response"])], [*tags(row)]
    more = {name: _text(row.get(name)) for name in _TEXTS}
    steps = [*map(str, row.get("steps") or ())]
    try:
        "".join([id, query, *responses, *found_tags, *steps, *filter(None, more.values())]).encode()
    except UnicodeEncodeError as error:
        raise DataError("a lone surrogate, which UTF-8 cannot hold") from error
    return {
        "id": id,
        "query": query,
        "response": responses,
        "image": row.get("image"),
        "images": row.get("images"),
        "human_ranking": [int(rank) for rank in row["human_ranking"]],
        **more,
        "human_error_analysis": found_tags or None,
        "tied": True if row.get("tied") is True else None,
        "steps": steps or None,
        PLACED: row.get(PLACED),
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
