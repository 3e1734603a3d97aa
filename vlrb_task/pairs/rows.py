"""Rows of the benchmark from wherever a user has them: the hub, a parquet file, JSON lines, VLMEvalKit's TSV."""

from __future__ import annotations

import ast
import base64
import binascii
import logging
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from vlrb_task.pairs.mapping import Mapped, cells, picture_file, plain_rows, read_mapping
from vlrb_task.pairs.pair import Benchmark, parse_rows
from vlrb_task.support.delimited import read_delimited
from vlrb_task.support.errors import DataError, short
from vlrb_task.support.jsonl import Lines

HUB_ID = "MMInstruction/VL-RewardBench"
SPLIT = "test"

Row = dict[str, Any]

log = logging.getLogger("vlrb")


@dataclass(frozen=True, slots=True)
class HubDataset:
    """A dataset on the hub, as ``owner/name`` or ``owner/name@revision``."""

    repo: str
    revision: str | None = None

    @classmethod
    def parse(cls, spec: str) -> HubDataset:
        """The dataset that a hub id names.

        Raises:
            DataError: it is no hub id. What is one can stand in a task's YAML file as it is.
        """
        found = _HUB_ID.fullmatch(spec)
        if found is None:
            raise DataError(f"{spec!r}: no such file, and no hub id such as {HUB_ID}")
        return cls(found["repo"], found["revision"])


# As huggingface_hub has it, but never without an owner.
_NAME = r"\w(?:[\w.-]{0,94}\w)?"
_HUB_ID = re.compile(
    rf"(?![^@]*(?:--|\.\.|\.git(?:@|$)))(?P<repo>{_NAME}/{_NAME})(?:@(?P<revision>\w[\w./-]*)?)?", re.ASCII
)


def _path(spec: str) -> Path:
    return Path(os.path.expanduser(spec))  # Path.expanduser raises where there is no such user


def is_local(spec: str) -> bool:
    """Whether ``spec`` names a file rather than a hub id: it exists, or ends as a file of a known kind does."""
    path = _path(spec)
    return path.exists() or path.suffix.lower() in _READERS


def load_benchmark(spec: str = HUB_ID, *, network: bool = False) -> Benchmark:
    """Read and check a set of pairs.

    Args:
        spec: a parquet, JSONL or TSV file, a YAML mapping (:mod:`vlrb_task.pairs.mapping`), or a hub id with or without
            ``@revision``.
        network: whether a hub dataset that is not in the local cache may be downloaded.

    Raises:
        DataError: nothing there, or rows that cannot be used.
    """
    return parse_rows(read_rows(spec, network=network), origin=spec)


def read_rows(spec: str, *, images: bool = False, network: bool = False) -> Iterator[Row]:
    """Yield the rows of a set of pairs as plain dicts, with the dataset's column names.

    Args:
        spec: as :func:`load_benchmark`'s.
        images: also give ``image``: ``{"bytes": …, "path": …}``, or None where the row has none; of a row with several
            pictures ``images``, a list of such.
        network: as :func:`load_benchmark`'s.

    Raises:
        DataError: the file cannot be read, or a column that every row needs is not there.
    """
    if is_local(spec):
        path = _path(spec)
        if not path.exists():
            raise DataError(f"{spec}: no such file")
        reader = _READERS.get(path.suffix.lower())
        if reader is None:
            raise DataError(f"{spec}: not a {', '.join(_READERS)} file")
        yield from _read_mapped(path, images, network) if reader is _read_mapping else reader(path, images)
        return
    for path in hub_files(HubDataset.parse(spec), network=network):
        yield from _read_benchmark(path, images)


def hub_files(dataset: HubDataset, *, network: bool, split: str = SPLIT) -> list[Path]:
    """The parquet files of one split of a hub dataset, from the local cache or, if allowed, from the hub.

    Raises:
        DataError: not in the cache and not to be had.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

    def found(local_files_only: bool) -> list[Path]:
        folder = snapshot_download(
            dataset.repo,
            repo_type="dataset",
            revision=dataset.revision,
            allow_patterns=[f"**/{split}-*.parquet", f"{split}*.parquet", f"{split}/*.parquet"],
            local_files_only=local_files_only,
        )
        return sorted(Path(folder).rglob(f"*{split}*.parquet"))

    # The hub first: the cache may hold an older revision. Where the hub is not reached, the cache is still good.
    for local_files_only in (False, True) if network else (True,):
        try:
            if files := found(local_files_only):
                return files
        except (LocalEntryNotFoundError, OfflineModeIsEnabled, HfHubHTTPError, OSError):
            continue
    raise DataError(unreachable(dataset))


def unreachable(dataset: HubDataset, instead: str = "give a local copy: --pairs FILE (parquet, JSONL or TSV)") -> str:
    """The one line that a user reads where a hub dataset is not to be had."""
    return f"{dataset.repo} is not in the local cache, and the hub was not reached; {instead}"


@contextmanager
def _in_row(path: Path, number: int) -> Iterator[None]:
    """Say of an error where it is."""
    try:
        yield
    except DataError as error:
        raise DataError(f"{path}: row {number}: {error}") from error


def _read_parquet(path: Path, images: bool, pictures: Collection[str]) -> Iterator[Row]:
    """The rows as they are; without ``images``, the columns of ``pictures`` are not read and hold None."""
    import pyarrow.parquet as pq
    from pyarrow import ArrowException

    try:
        file = pq.ParquetFile(path)
        names = file.schema_arrow.names
        unread = {} if images else dict.fromkeys(name for name in names if name in pictures)
        for batch in file.iter_batches(batch_size=256, columns=[name for name in names if name not in unread]):
            yield from ({**row, **unread} for row in batch.to_pylist())
    except (ArrowException, OSError, ValueError) as error:
        raise DataError(f"{path}: not a parquet file that can be read ({str(error).splitlines()[0]})") from error


def _read_benchmark(path: Path, images: bool) -> Iterator[Row]:
    """A parquet file in the benchmark's columns."""
    for number, row in enumerate(_read_parquet(path, images, ("image", "images"))):
        if images:
            with _in_row(path, number):
                row["image"] = _image_of_parquet(row.get("image"))
                row["images"] = [_image_of_parquet(one) for one in cells(row.get("images"))] or None
        yield row


def _image_of_parquet(value: object) -> dict[str, Any] | None:
    """A picture as the datasets library writes it, or its bytes, or base64. A path is kept, and never opened."""
    if value is None or value == "":
        return None
    found = value if isinstance(value, Mapping) else {"bytes": value}
    data = found.get("bytes")
    if isinstance(data, str):
        data = _base64(
            data, "is not base64, and no path of a parquet file is opened; a mapping's image_folder allows it"
        )
    if not isinstance(data, bytes | None):
        raise DataError(f"image {short(value)} is no bytes")
    return {"bytes": data, "path": found.get("path")}


def _read_jsonl(path: Path, images: bool) -> Iterator[Row]:
    lines = Lines(path)
    for number, (_, value) in enumerate(lines):
        several, one = value.pop("images", None), value.pop("image", None)
        if images:
            with _in_row(path, number):
                value |= _shown(cells(several) or [one], path.parent)
        yield value
    if lines.warnings:
        raise DataError(f"{path}: {'; '.join(lines.warnings)}")


def _shown(values: Sequence[object], folder: Path) -> Row:
    """The picture columns of a row."""
    found = [_image_of(value, folder) for value in values]
    return {"image": found[0]} if len(found) == 1 else {"image": None, "images": found}


def _image_of(value: object, folder: Path) -> dict[str, Any] | None:
    """A picture as parquet files hold it, as bytes, by path (relative to the folder) or as base64.

    Raises:
        DataError: it is none of these.
    """
    if isinstance(value, Mapping):
        value = value.get("bytes") or value.get("path")
    if value is None or value == "":
        return None
    if isinstance(value, bytes):
        return {"bytes": value, "path": None}
    if not isinstance(value, str):
        raise DataError(f"image {short(value)} is no path, base64 or bytes")
    file = picture_file(folder, value) if len(value) < 1024 else None
    try:
        return {"bytes": file.read_bytes() if file else _base64(value), "path": None}
    except OSError as error:
        raise DataError(f"image {short(value)}: {error.strerror}") from error


def _base64(value: str, otherwise: str = "is neither a file nor base64") -> bytes:
    payload = value.partition(",")[2] if value.startswith("data:") else value
    try:
        return base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DataError(f"image {short(value)} {otherwise}") from error


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
                row["image"] = {"bytes": _base64(pictures.get(value, value)), "path": None} if value else None
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
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise DataError(f"{short(value)} is not a list") from error


def _read_mapping(path: Path, images: bool) -> Iterator[Row]:
    return _read_mapped(path, images, network=False)


def _read_mapped(path: Path, images: bool, network: bool) -> Iterator[Row]:
    """Rows in other columns, see :mod:`vlrb_task.pairs.mapping`."""
    mapping = read_mapping(path)
    left_out = number = 0
    unseen = set(mapping.optional)
    for number, found in enumerate(_rows_of_mapping(mapping, images, network), start=1):
        unseen -= found.keys()
        if mapping.left_out(found):
            left_out += 1
            continue
        with _in_row(path, number - 1):
            row = mapping.row(number - 1, found)
            shown = row.pop("pictures")
            if images:
                row |= _shown(shown, mapping.image_folder)
        yield row
    if number and unseen:
        raise DataError(f"{path}: no row has a column {' or '.join(sorted(map(repr, unseen)))}")
    if left_out:
        _tell_once(f"vlrb: {path}: {left_out} rows with {' or '.join(mapping.leave_out)} were left out")


@cache
def _tell_once(message: str) -> None:
    """Warn, but once in a process: pairs are read to be checked, and again to be copied."""
    log.warning(message)


def _rows_of_mapping(mapping: Mapped, images: bool, network: bool) -> Iterator[Row]:
    local = mapping.path.parent / mapping.rows
    pictures = set(mapping.images) - {mapping.subset.get("column"), *mapping.leave_out}
    if not local.is_file():
        if local.suffix.lower() in _READERS or local.suffix.lower() == ".csv" or not _HUB_ID.fullmatch(mapping.rows):
            raise DataError(f"{mapping.path}: rows: {mapping.rows}: no such file beside the mapping, and no hub id")
        for file in hub_files(HubDataset.parse(mapping.rows), network=network, split=mapping.split):
            yield from _read_parquet(file, images, pictures)
        return
    suffix = local.suffix.lower()
    if suffix == ".parquet":
        yield from _read_parquet(local, images, pictures)
    elif suffix == ".jsonl":
        lines = Lines(local)
        for _, value in lines:
            yield value
        if lines.warnings:
            raise DataError(f"{local}: {'; '.join(lines.warnings)}")
    elif suffix in (".json", ".csv"):
        yield from plain_rows(local)
    else:
        raise DataError(f"{mapping.path}: rows: {mapping.rows}: a parquet, jsonl, json or csv file is needed")


_READERS = {
    ".yaml": _read_mapping,
    ".yml": _read_mapping,
    ".parquet": _read_benchmark,
    ".jsonl": _read_jsonl,
    ".json": _read_jsonl,
    ".tsv": _read_tsv,
}
