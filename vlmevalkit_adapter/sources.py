"""Where a dataset's pairs and pictures come from: the hub, the user's own file, or VLMEvalKit's own TSV."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path

from vlrb_task.pairs.benchmarks import is_benchmark
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.health import PictureCheck, contradiction_warning, unread_warning
from vlrb_task.pairs.media import file_sha256
from vlrb_task.pairs.pair import Benchmark, parse_rows
from vlrb_task.pairs.pictures import PLACED, UnreadablePicture, flattened, pictures_of, store, store_grey
from vlrb_task.pairs.rows import (
    PAIRS_VARIABLE,
    HubDataset,
    Row,
    hub_files,
    hub_id,
    is_local,
    load_benchmark,
    pairs_of,
    read_rows,
    unreachable,
)
from vlrb_task.support.errors import DataError
from vlrb_task.tasks.shipped import DEMO, HUB
from vlrb_task.votes.vlmevalkit import adopt_ids

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
            the question's, and those of either answer; see :mod:`vlrb_task.pairs.pictures`.
        videos: keys of pairs with a video, whose file is the last of ``pictures``.
    """

    benchmark: Benchmark
    pictures: dict[str, tuple[Path, ...]]
    hashes: dict[str, tuple[str, ...]]
    unreadable: frozenset[str]
    warnings: tuple[str, ...]
    placed: Mapping[str, list[int]] = field(default_factory=dict)
    videos: frozenset[str] = frozenset()


def open_source(pairs: str, data_root: Path, *, videos: bool = False) -> Source:
    """The pairs that a task asks about.

    Args:
        pairs: ``demo``, ``hub``, or pairs as ``--pairs`` takes them. For ``hub`` and known benchmarks the environment
            variable ``VLRB_PAIRS`` may name others; without it, the hub's dataset is taken from its cache or the hub, and
            where neither has that of ``hub``, VLMEvalKit's own TSV.
        data_root: VLMEvalKit's data folder: pictures are written below it.
        videos: whether pairs may have a video in a file.

    Raises:
        DataError: nothing there, or rows that cannot be used.
    """
    if pairs == DEMO:
        return _read(str(demo_parquet()), DEMO, data_root, videos)
    wanted = (pairs_of() or hub_id()) if pairs == HUB else (is_benchmark(pairs) and pairs_of(pairs)) or pairs
    if is_local(wanted):
        return _read(wanted, Path(wanted).name, data_root, videos)
    dataset, tsv = HubDataset.parse(wanted), data_root / NATIVE_TSV
    try:
        files = hub_files(dataset, network=True)
    except DataError as error:
        if wanted != hub_id() or not tsv.exists():
            hint = f"set {PAIRS_VARIABLE} to a local copy (parquet, JSONL or TSV), or put {NATIVE_TSV} into {data_root}"
            raise DataError(unreachable(dataset, hint)) from error
        log.warning(unreachable(dataset, f"{tsv} is read in its place"))
        return _read(str(tsv), NATIVE_TSV, data_root, videos)
    return _read(wanted, f"{dataset.repo}@{_commit(files[0])}", data_root, videos)


@lru_cache(maxsize=4)
def _read(spec: str, origin: str, data_root: Path, videos: bool) -> Source:
    """Read pairs once for all datasets of a process; the pictures go to files as they come by."""
    warnings: list[str] = []
    files: list[tuple[Path, ...]] = []
    hashes: list[tuple[str, ...]] = []
    placed: list[list[int] | None] = []
    unreadable: set[int] = set()
    moving: set[int] = set()
    check = PictureCheck()

    def shown(number: int, row: Row) -> Iterator[tuple[Path, str]]:
        """The files of a row's pictures and video, written, with the hashes of what the row holds."""
        for picture in pictures_of(row):
            data = picture.get("bytes")
            try:
                file = store(data, data_root / "images" / "VLRB")
            except UnreadablePicture as error:
                log.error("vlrb: the picture of row %d (id %r) cannot be read: %s", number, row.get("id"), error)
                file = store_grey(data_root / "images" / "VLRB")
                unreadable.add(number)
            yield file, hashlib.sha256(data or b"").hexdigest()
        if row.get("video"):
            moving.add(number)
            digest = file_sha256(Path(row["video"]))
            yield _linked(Path(row["video"]), data_root / "videos" / "VLRB" / f"{digest[:24]}.mp4"), digest

    def without_pictures(rows: Iterator[Row]) -> Iterator[Row]:
        for number, row in enumerate(map(flattened, rows)):
            if row.get("audio"):
                raise DataError(f"{spec}: id {row['id']!r}: no dataset of VLMEvalKit sends sounds")
            if row.get("video") and not videos:
                raise DataError(
                    f"{spec}: id {row['id']!r}: a video in a file, which only datasets of videos send: NAME_8frame, "
                    "NAME_1fps, … in place of NAME (docs/vlmevalkit.md)"
                )
            check.add(row)
            placed.append(row.get(PLACED))
            found = list(shown(number, row))
            files.append(tuple(file for file, _ in found))
            hashes.append(tuple(digest for _, digest in found))
            yield {name: value for name, value in row.items() if name not in ("image", "images")}

    rows = without_pictures(read_rows(spec, images=True, network=True))
    if is_local(spec) and Path(spec).suffix.lower() == ".tsv":
        rows, told = _with_ids(rows)
        warnings += told
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
        frozenset(keys[number] for number in moving),
    )


def _linked(file: Path, link: Path) -> Path:
    """A link to a video under the one suffix that VLMEvalKit's own cutting into frames knows."""
    if not link.exists():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(file.resolve())
    return link


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
        found, why = 0, "the hub's dataset is not in the local cache to look them up"
    else:
        (listed, found), why = adopt_ids(listed, hub), "the hub's dataset has no such pair"
    told = (
        f"{len(listed) - found} of {len(listed)} pairs come from a TSV without ids, and {why}: their sources are "
        "unknown, and their keys are not those of other runs, so such runs cannot be compared pair by pair"
    )
    return iter(listed), [told] * (found < len(listed))
