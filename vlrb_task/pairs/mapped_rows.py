"""Rows as files hold them, and those that a mapping names: of its file or its hub dataset, the ones wanted, with pictures."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import islice, product
from pathlib import Path
from typing import Any

from vlrb_task.pairs.benchmarks import benchmark, is_benchmark, is_packaged
from vlrb_task.pairs.hub import HubDataset, hub_files, hub_folder
from vlrb_task.pairs.mapping import Mapped
from vlrb_task.pairs.mapping_file import read_mapping
from vlrb_task.pairs.media import media_columns
from vlrb_task.support.delimited import read_delimited
from vlrb_task.support.errors import DataError
from vlrb_task.support.inputs import read_text, readable
from vlrb_task.support.jsonl import Lines

log = logging.getLogger("vlrb")

Row = dict[str, Any]


def parquet_rows(path: Path, unread: Collection[str] = ()) -> Iterator[Row]:
    """The rows of a parquet file; the columns of ``unread`` are not read and hold None.

    Raises:
        DataError: it is none that can be read.
    """
    import pyarrow.parquet as pq
    from pyarrow import ArrowException

    try:
        file = pq.ParquetFile(readable(path))
        names = file.schema_arrow.names
        empty = dict.fromkeys(name for name in names if name in unread)
        for batch in file.iter_batches(batch_size=256, columns=[name for name in names if name not in empty]):
            columns = {name: _values(column) for name, column in zip(batch.schema.names, batch.columns, strict=True)}
            yield from (
                {**dict(zip(columns, row, strict=True)), **empty} for row in zip(*columns.values(), strict=True)
            )
    except (ArrowException, OSError, ValueError) as error:
        raise DataError(f"{path}: not a parquet file that can be read ({str(error).splitlines()[0]})") from error


def _values(column: Any) -> list[Any]:
    """A column's values; times that Python's calendar does not reach as whole numbers."""
    import pyarrow as pa

    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):
        return list(column.cast(pa.int64()).to_pylist())


def json_lines(path: Path) -> Iterator[Row]:
    """The rows of a file of JSON lines.

    Raises:
        DataError: after the last row: lines that are none.
    """
    lines = Lines(path)
    for _, value in lines:
        yield value
    if lines.warnings:
        raise DataError(f"{path}: {'; '.join(lines.warnings)}")


def json_list(path: Path) -> Iterator[Row]:
    """The rows of a JSON list; of an object that holds nothing but one list of rows (``{"pairs": […]}``), that list's.

    Raises:
        DataError: the file cannot be read, or holds no rows.
    """
    try:
        value = json.loads(read_text(path))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: not a {path.suffix[1:]} file that can be read ({error})") from error
    if isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise DataError(f"{path}: no list of rows")
    yield from value


def table_rows(path: Path, unread: Collection[str] = ()) -> Iterator[Row]:
    """The rows of a file of any of these kinds, told by its suffix.

    Raises:
        DataError: of no such kind, or it cannot be read.
    """
    reader = TABLES.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"{path}: a parquet, jsonl, json, csv or tsv file is needed")
    yield from reader(path, unread)


TABLES: Mapping[str, Callable[[Path, Collection[str]], Iterator[Row]]] = {
    ".parquet": parquet_rows,
    ".jsonl": lambda path, _: json_lines(path),
    ".json": lambda path, _: json_list(path),
    ".csv": lambda path, _: read_delimited(path, ","),
    ".tsv": lambda path, _: read_delimited(path, "\t"),
}
"""How a file is read, by its suffix."""


def is_named(spec: str) -> bool:
    """Whether pairs are named as a known benchmark: ``NAME`` or ``NAME=FOLDER``. A file of the same name is meant first."""
    name = spec.partition("=")[0]
    return is_benchmark(name) and not Path(spec).is_file()


def mapping_of(spec: str) -> Mapped:
    """The mapping that a name, a name with a folder, or a YAML file stands for.

    ``NAME=FOLDER`` reads the benchmark's file of rows, and the pictures that it names, from a folder on this machine;
    ``NAME=FILE`` the rows of that file.

    Raises:
        DataError: no such mapping, or it is broken, or there is no such folder.
    """
    if not is_named(spec):
        return read_mapping(Path(spec))
    name, _, place = spec.partition("=")
    found = benchmark(name)
    if not place:
        return found
    path = Path(place).expanduser()
    if not path.exists():
        raise DataError(f"{spec}: {place}: no such file or folder")
    folder = path if path.is_dir() else path.parent
    below = found.image_folder.relative_to(found.folder)
    rows = path.name if path.is_file() else found.local or found.file or found.rows
    if path.is_dir() and not (folder / rows).is_file():
        raise DataError(f"{spec}: no {rows} in {place}; name the file of the rows: {name}={place.rstrip('/')}/FILE")
    return replace(found, folder=folder, rows=rows, file=None, image_folder=folder / below)


def mapped_rows(mapping: Mapped, images: bool, network: bool) -> Iterator[Row]:
    """The pairs of a mapping, as rows in the benchmark's columns.

    Args:
        mapping: what to read.
        images: also open pictures, videos and sounds.
        network: whether a hub dataset that is not in the local cache may be downloaded.

    Raises:
        DataError: the rows cannot be read, or no row has a column; after the last row, one line for each row that cannot be
            used.
    """
    left_out = number = 0
    unseen = {} if is_packaged(mapping) else {one.name: one for one in mapping.optional}
    problems: list[str] = []
    for number, (folder, origins, found) in enumerate(_rows(mapping, images, network), start=1):
        unseen = {name: one for name, one in unseen.items() if not one.is_in(found)} if unseen else unseen
        try:
            if not mapping.wants(found):
                left_out += 1
                continue
            for row in mapping.rows_of(number - 1, found, origins):
                yield _placed(row, mapping, folder if images else None)
        except DataError as error:
            problems.append(f"row {number - 1}: {error}")
    if number and unseen:
        raise DataError(f"{mapping.path}: no row has a column {' or '.join(sorted(map(repr, unseen)))}")
    if left_out:
        named = " or ".join(one.name for one in mapping.columns["leave_out"])
        why = " or ".join([f"with {named}"] * bool(named) + ["that `where` does not want"] * bool(mapping.where))
        _tell_once(f"vlrb: {mapping.path}: {left_out} rows {why} were left out")
    if problems:
        count = f": {len(problems)} unusable rows of {mapping.rows}" if len(problems) > 1 else ""
        raise DataError(f"{mapping.path}{count}", problems)


def answer_rows(mapping: Mapped) -> Iterator[Row]:
    """The questions of a mapping whose rows have several answers, with their pictures: what their pairs have in common, and
    ``graded``.

    Raises:
        DataError: as :func:`mapped_rows`, at the first row that cannot be used.
    """
    for number, (folder, origins, found) in enumerate(_rows(mapping, images=True, network=True)):
        if not mapping.wants(found):
            continue
        try:
            row = mapping.common(number, found, origins)
            graded = mapping.answers.graded(found)
            yield _placed(row, mapping, folder) | {"graded": graded}
        except DataError as error:
            raise DataError(f"{mapping.path}: row {number}: {error}") from error


def first_rows(mapping: Mapped, most: int = 50) -> list[Row]:
    """The first rows of a mapping's file, or of its dataset in the local cache, as they are.

    Raises:
        DataError: they cannot be read.
    """
    return [found for _, _, found in islice(_rows(mapping, images=True, network=False), most)]


def _placed(row: Row, mapping: Mapped, folder: Path | None) -> Row:
    """The row with its media in a task's columns; without a folder, without them.

    Then answers of pictures keep a mark, since their texts may be the same.
    """
    if folder is not None:
        return row | media_columns(row, folder, mapping.frames)
    answers = row.get("answer_pictures")
    kept = {name: value for name, value in row.items() if name not in ("pictures", "answer_pictures", "video", "audio")}
    return kept | ({"answer_images": [[None] * len(each) for each in answers]} if answers else {})


@cache
def _tell_once(message: str) -> None:
    """Warn, but once in a process: pairs are read to be checked, and again to be copied."""
    log.warning(message)


def _rows(mapping: Mapped, images: bool, network: bool) -> Iterator[tuple[Path, Mapping[str, str], Row]]:
    """Every row with the folder of its pictures, and the split and config that it came from."""
    local = mapping.folder / mapping.rows
    unread: Collection[str] = () if images else mapping.unread
    if local.is_file():
        for row in table_rows(local, unread):
            yield mapping.image_folder, {}, row
        return
    if local.suffix.lower() in (*TABLES, ".yaml", ".yml") or not HubDataset.is_one(mapping.rows):
        raise DataError(f"{mapping.path}: rows: {mapping.rows}: no such file beside the mapping, and no hub id")
    dataset = HubDataset.parse(mapping.rows)
    dataset = replace(dataset, revision=dataset.revision or mapping.about.get("revision"))
    if mapping.file:
        below = mapping.image_folder.relative_to(mapping.folder)
        pictures = [f"{below / '**'}" if below != Path() else "**"] if images and mapping.media else []
        folder = hub_folder(dataset, [mapping.file, *pictures], network=network)
        for row in table_rows(folder / mapping.file, unread):
            yield folder / below, {}, row
        return
    for config, split in product(mapping.configs or (None,), mapping.splits):
        origins = {"split": split, **({"config": config} if config else {})}
        for file in hub_files(dataset, network=network, split=split, config=config):
            for row in table_rows(file, unread):
                yield mapping.image_folder, origins, row
