"""Rows of the benchmark from wherever a user has them: the hub, a parquet file, JSON lines, VLMEvalKit's TSV, a mapping."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vlrb_task.pairs.benchmarks import DEFAULT, default, is_benchmark
from vlrb_task.pairs.hub import SPLIT as SPLIT
from vlrb_task.pairs.hub import HubDataset as HubDataset
from vlrb_task.pairs.hub import hub_files as hub_files
from vlrb_task.pairs.hub import unreachable as unreachable
from vlrb_task.pairs.mapped_rows import Row as Row
from vlrb_task.pairs.mapped_rows import is_named, json_lines, mapped_rows, mapping_of, parquet_rows
from vlrb_task.pairs.media import base64_bytes, picture_of, picture_of_parquet
from vlrb_task.pairs.pair import Benchmark, parse_rows
from vlrb_task.pairs.pictures import picture_columns
from vlrb_task.pairs.values import cells
from vlrb_task.support.delimited import read_delimited
from vlrb_task.support.errors import DataError, short
from vlrb_task.support.inputs import exists, suffix_of
from vlrb_task.support.literals import literal


def hub_id() -> str:
    """VL-RewardBench's id on the hub: the pairs that are meant where nothing names others."""
    return default().rows


PAIRS_VARIABLE = "VLRB_PAIRS"
"""Environment variable with the pairs of shipped tasks, where they are not to come from the hub."""


def pairs_of(benchmark: str = DEFAULT) -> str | None:
    """The pairs that ``VLRB_PAIRS`` names for the shipped tasks about a benchmark; None where it names none.

    It holds ``NAME=PLACE`` for a benchmark that is known by name, several separated by commas. Anything else, before them, is
    for VL-RewardBench.
    """
    found = {}
    for piece in re.split(r",(?=\w+=)", os.environ.get(PAIRS_VARIABLE, "")):
        name, equals, _ = piece.partition("=")
        found[name if equals and is_benchmark(name) else DEFAULT] = piece
    return found.get(benchmark) or None


def _path(spec: str) -> Path:
    return Path(os.path.expanduser(spec))  # Path.expanduser raises where there is no such user


def is_local(spec: str) -> bool:
    """Whether pairs are read here, and not by a framework from the hub: a file, or a benchmark that is known by name.

    What ends as a file of a known kind does is meant as a file, there or not.
    """
    path = _path(spec)
    return exists(path) or path.suffix.lower() in (*_MAPPINGS, *_READERS) or is_named(spec)


def load_benchmark(spec: str | None = None, *, network: bool = False) -> Benchmark:
    """Read and check a set of pairs.

    Args:
        spec: a parquet, JSONL or TSV file, a YAML mapping (:mod:`vlrb_task.pairs.mapping`), a known benchmark's name
            (:mod:`vlrb_task.pairs.benchmarks`) with or without ``=FOLDER`` of its files, or a hub id with or without
            ``@revision``. None is VL-RewardBench's.
        network: whether a hub dataset that is not in the local cache may be downloaded.

    Raises:
        DataError: nothing there, or rows that cannot be used.
    """
    spec = hub_id() if spec is None else spec
    return parse_rows(read_rows(spec, network=network), origin=spec)


def read_rows(spec: str, *, images: bool = False, network: bool = False) -> Iterator[Row]:
    """Yield the rows of a set of pairs as plain dicts, with the dataset's column names.

    Args:
        spec: as :func:`load_benchmark`'s.
        images: also give ``image``: ``{"bytes": …, "path": …}``, or None where the row has none; of a row with several
            pictures ``images``, a list of such.
        network: as :func:`load_benchmark`'s.

    Raises:
        DataError: the file cannot be read, or a column that every row needs is not there. Rows of a mapping that cannot be
            used are told of all together, after the last row.
    """
    path = _path(spec)
    if is_named(spec):
        yield from mapped_rows(mapping_of(spec), images, network)
    elif not is_local(spec):
        for file in hub_files(HubDataset.parse(spec), network=network):
            yield from _read_benchmark(file, images)
    elif not exists(path):
        raise DataError(f"{spec}: no such file")
    elif path.suffix.lower() in _MAPPINGS:
        yield from mapped_rows(mapping_of(str(path)), images, network)
    elif reader := _READERS.get(suffix_of(path)):
        yield from reader(path, images)
    else:
        raise DataError(f"{spec}: not a {', '.join((*_MAPPINGS, *_READERS))} file")


@contextmanager
def _in_row(path: Path, number: int) -> Iterator[None]:
    """Say of an error where it is."""
    try:
        yield
    except DataError as error:
        raise DataError(f"{path}: row {number}: {error}") from error


def _read_benchmark(path: Path, images: bool) -> Iterator[Row]:
    """A parquet file in the benchmark's columns."""
    for number, row in enumerate(parquet_rows(path, () if images else ("image", "images"))):
        if images:
            with _in_row(path, number):
                row["image"] = picture_of_parquet(row.get("image"))
                row["images"] = [picture_of_parquet(one) for one in cells(row.get("images"))] or None
        yield row


def _read_jsonl(path: Path, images: bool) -> Iterator[Row]:
    for number, value in enumerate(json_lines(path)):
        several, one = value.pop("images", None), value.pop("image", None)
        if images:
            with _in_row(path, number):
                value |= picture_columns([picture_of(picture, path.parent) for picture in cells(several) or [one]])
        yield value


def _read_tsv(path: Path, images: bool) -> Iterator[Row]:
    """VLMEvalKit's own TSV, see :func:`native_row`."""
    pictures: dict[str | None, str] = {}
    for number, line in enumerate(read_delimited(path, "\t")):
        if missing := {"index", "question", "response", "answer"} - line.keys():
            raise DataError(f"{path}: a TSV of VLMEvalKit has no column {', '.join(sorted(missing))}")
        with _in_row(path, number):
            row = native_row(line)
            if images:
                value = line.get("image") or ""
                pictures[line["index"]] = value
                # A short value points at the row whose picture this one shares.
                row["image"] = {"bytes": base64_bytes(pictures.get(value, value)), "path": None} if value else None
        yield row


def native_row(line: Mapping[str, Any]) -> Row:
    """A row of VLMEvalKit's own dataset under the benchmark's column names.

    It has no ids: its ``index`` stands for them unless an ``id`` column is there, and then its source is unknown.

    Raises:
        DataError: responses or answer are no list, or nothing tells the subset.
    """
    if not line.get("category") and not line.get("id"):
        raise DataError("neither category nor id, so its subset is unknown")
    return {
        "id": str(line.get("id") or line["index"]),
        "query": line["question"],
        "response": _literal(line["response"]),
        "human_ranking": _literal(line["answer"]),
        "subset": line.get("category") or None,
        "source": line.get("source") or (None if line.get("id") else "unknown"),
        "index": str(line["index"]),
    }


def _literal(value: Any) -> Any:
    """A list, or one written as Python text. Literals only: nothing of the data is ever evaluated."""
    if not isinstance(value, str):
        return value
    try:
        return literal(value)
    except ValueError as error:
        raise DataError(f"{short(value)} is not a list") from error


_MAPPINGS = (".yaml", ".yml")
_READERS = {".parquet": _read_benchmark, ".jsonl": _read_jsonl, ".json": _read_jsonl, ".tsv": _read_tsv}
