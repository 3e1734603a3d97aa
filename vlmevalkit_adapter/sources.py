"""Where a dataset's pairs and pictures come from: the hub, the user's own file, or VLMEvalKit's own TSV."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path

from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.health import PictureCheck, contradiction_warning, unread_warning
from vlrb_task.pairs.pair import Benchmark, parse_rows
from vlrb_task.pairs.pictures import UnreadablePicture, pictures_of, store, store_grey
from vlrb_task.pairs.placing import PLACED, flattened
from vlrb_task.pairs.rows import HubDataset, Row, hub_files, hub_id, is_local, load_benchmark, read_rows, unreachable
from vlrb_task.support.errors import DataError
from vlrb_task.tasks.shipped import DEMO, HUB
from vlrb_task.votes.vlmevalkit import adopt_ids

PAIRS_VARIABLE = "VLRB_PAIRS"
NATIVE_TSV = "VL-RewardBench.tsv"

log = logging.getLogger("vlrb")


@dataclass(frozen=True, slots=True)
class Source:
    """Checked pairs with their pictures' files.

    Attributes:
        benchmark: the pairs, and where they were read from.
        pictures: for each pair's key, its pictures' files; none where the row has none.
        hashes: the SHA-256 of each of them, as the pairs' source holds it.
        unreadable: keys of pairs whose picture cannot be read; they are asked about with a grey square.
        warnings: what a reader of the numbers must know.
        placed: for each pair some of whose pictures have a place in the text or belong to an answer, how many of them are
            the question's, and those of either answer; see :mod:`vlrb_task.pairs.placing`.
    """

    benchmark: Benchmark
    pictures: dict[str, tuple[Path, ...]]
    hashes: dict[str, tuple[str, ...]]
    unreadable: frozenset[str]
    warnings: tuple[str, ...]
    placed: Mapping[str, list[int]] = field(default_factory=dict)


def open_source(pairs: str, data_root: Path) -> Source:
    """The pairs that a task asks about.

    Args:
        pairs: ``demo``, ``hub``, or pairs as ``--pairs`` takes them. For ``hub`` the environment variable
            ``VLRB_PAIRS`` names others; without it, the hub's dataset is taken from its cache or the hub, and where
            neither has it, VLMEvalKit's own TSV.
        data_root: VLMEvalKit's data folder: pictures are written below it.

    Raises:
        DataError: nothing there, or rows that cannot be used.
    """
    if pairs == DEMO:
        return _read(str(demo_parquet()), DEMO, data_root)
    wanted = (os.environ.get(PAIRS_VARIABLE) or hub_id()) if pairs == HUB else pairs
    if is_local(wanted):
        return _read(wanted, Path(wanted).name, data_root)
    dataset, tsv = HubDataset.parse(wanted), data_root / NATIVE_TSV
    try:
        files = hub_files(dataset, network=True)
    except DataError as error:
        if wanted != hub_id() or not tsv.exists():
            hint = f"set {PAIRS_VARIABLE} to a local copy (parquet, JSONL or TSV), or put {NATIVE_TSV} into {data_root}"
            raise DataError(unreachable(dataset, hint)) from error
        log.warning(unreachable(dataset, f"{tsv} is read in its place"))
        return _read(str(tsv), NATIVE_TSV, data_root)
    return _read(wanted, f"{dataset.repo}@{_commit(files[0])}", data_root)


@lru_cache(maxsize=4)
def _read(spec: str, origin: str, data_root: Path) -> Source:
    """Read pairs once for all datasets of a process; the pictures go to files as they come by."""
    warnings: list[str] = []
    files: list[tuple[Path, ...]] = []
    placed: list[list[int] | None] = []
    hashes: list[tuple[str, ...]] = []
    unreadable: list[int] = []
    check = PictureCheck()
    folder = data_root / "images" / "VLRB"

    def without_pictures(rows: Iterator[Row]) -> Iterator[Row]:
        for number, row in enumerate(map(flattened, rows)):
            if row.get("video") or row.get("audio"):
                raise DataError(
                    f"{spec}: id {row['id']!r}: a video or a sound in a file is not sent under VLMEvalKit here; "
                    "frames are (docs/pairs.md: `video`), and lmms-eval takes the file"
                )
            shown = pictures_of(row)
            check.add(row)
            placed.append(row.get(PLACED))
            hashes.append(tuple(hashlib.sha256(picture.get("bytes") or b"").hexdigest() for picture in shown))
            row = {name: value for name, value in row.items() if name not in ("image", "images")}
            stored = []
            for picture in shown:
                try:
                    stored.append(store(picture.get("bytes"), folder))
                except UnreadablePicture as error:
                    log.error("vlrb: the picture of row %d (id %r) cannot be read: %s", number, row.get("id"), error)
                    stored.append(store_grey(folder))
                    unreadable.append(number)
            files.append(tuple(stored))
            yield row

    rows = without_pictures(read_rows(spec, images=True))
    if is_local(spec) and Path(spec).suffix.lower() == ".tsv":
        rows, found = _with_ids(rows)
        warnings += found
    benchmark = parse_rows(rows, origin=origin)
    keys = [pair.key for pair in benchmark.pairs]
    warnings += [*check.warnings(), *contradiction_warning(benchmark.pairs)]
    if check.without and is_local(spec):
        warnings += unread_warning(spec, islice(read_rows(spec), 50))
    return Source(
        benchmark,
        dict(zip(keys, files, strict=True)),
        dict(zip(keys, hashes, strict=True)),
        frozenset(keys[number] for number in unreadable),
        tuple(warnings),
        {key: counts for key, counts in zip(keys, placed, strict=True) if counts},
    )


def _commit(file: Path) -> str:
    """The revision of a file in the hub's cache, whose folder bears its name."""
    parts = file.parts
    return parts[parts.index("snapshots") + 1] if "snapshots" in parts else "unknown"


def _with_ids(rows: Iterator[Row]) -> tuple[Iterator[Row], list[str]]:
    """Rows of VLMEvalKit's TSV, which has no ids, with those of the hub's dataset where that is in the local cache."""
    listed = list(rows)
    if all("id" in row and row["id"] != row.get("index") for row in listed):
        return iter(listed), []
    try:
        hub = load_benchmark(hub_id())
    except DataError:
        why = "the hub's dataset is not in the local cache to look them up"
        found = 0
    else:
        listed, found = adopt_ids(listed, hub)
        why = "the hub's dataset has no such pair"
    if found == len(listed):
        return iter(listed), []
    return iter(listed), [
        f"{len(listed) - found} of {len(listed)} pairs come from a TSV without ids, and {why}: their sources are "
        "unknown, and their keys are not those of other runs, so such runs cannot be compared pair by pair"
    ]
