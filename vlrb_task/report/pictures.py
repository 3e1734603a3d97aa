"""Questions, answers and images of the pairs, as far as ``--pairs`` has them; images small, within a stated total."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

from vlrb_task.pairs.pair import Pair, parse_row
from vlrb_task.pairs.pictures import UnreadablePicture, joined, opened, pictures_of
from vlrb_task.pairs.rows import Row, read_rows

MEGABYTE = 1_000_000
SIZES = ((400, 62), (320, 55), (200, 45))
"""Longest side in pixels and JPEG quality: the first that fits a picture's share of the limit is taken. A JPEG of 640 pixels
is read at half its size for the second, many times as fast as whole.
"""
TYPICAL = 0.11
"""Bytes of the data URI of a photograph, over the square of its longest side: what will hardly fit is not tried."""

_BATCH = 64


@dataclass
class Content:
    """What a page can show of the pairs.

    Attributes:
        pairs: by key.
        uris: every different image once, as a data URI.
        image_of: index in ``uris`` by key.
        left_out: pairs whose image did not fit into the limit.
        unreadable: pairs whose image could not be decoded.
        size: of all data URIs together, in bytes.
    """

    pairs: dict[str, Pair] = field(default_factory=dict)
    uris: list[str] = field(default_factory=list)
    image_of: dict[str, int] = field(default_factory=dict)
    left_out: int = 0
    unreadable: int = 0
    size: int = 0


def read_content(spec: str, keys: Collection[str], limit: int) -> Content:
    """Read the pairs with these keys.

    Rows pass through in batches: never are all full-size images in memory.

    Args:
        spec: as ``--pairs``.
        keys: of the pairs that are wanted.
        limit: of all embedded images together, in bytes of the page.

    Raises:
        DataError: the file cannot be read, or a row of it cannot be used.
    """
    wanted = set(keys)
    content = Content()
    share = limit // max(1, len(wanted))
    index: dict[bytes, int] = {}
    rows = _matching(read_rows(spec, images=limit > 0), wanted)
    with ThreadPoolExecutor(max_workers=4) as pool:
        while batch := list(islice(rows, _BATCH)):
            images = [_bytes(row) for _, row in batch]
            thumbnails = pool.map(lambda several: _thumbnail(several, share) if several else None, images)
            for (pair, _), several, uri in zip(batch, images, thumbnails, strict=True):
                content.pairs[pair.key] = pair
                if several:
                    digest = hashlib.sha256(b"".join(hashlib.sha256(image).digest() for image in several)).digest()
                    _add(content, index, pair.key, digest, uri, limit)
    return content


def _matching(rows: Iterator[Row], wanted: Collection[str]) -> Iterator[tuple[Pair, Row]]:
    for row in rows:
        pair, _ = parse_row(row)
        if pair.key in wanted:
            yield pair, row


def _bytes(row: Row) -> list[bytes]:
    held = [picture.get("bytes") if isinstance(picture, dict) else None for picture in pictures_of(row)]
    return [data for data in held if isinstance(data, bytes) and data]


def _add(content: Content, index: dict[bytes, int], key: str, digest: bytes, uri: str | None, limit: int) -> None:
    if digest in index:
        content.image_of[key] = index[digest]
    elif uri is None:
        content.unreadable += 1
    elif content.size + len(uri) > limit:
        content.left_out += 1
    else:
        index[digest] = content.image_of[key] = len(content.uris)
        content.uris.append(uri)
        content.size += len(uri)


def _thumbnail(images: Sequence[bytes], share: int) -> str | None:
    """A data URI no longer than ``share`` bytes if one of :data:`SIZES` allows it; None where no picture can be read.

    It shows what the tasks show: upright, and several pictures of a pair one below the other.
    """
    from PIL.Image import Resampling

    sizes = [(side, quality) for side, quality in SIZES if TYPICAL * side**2 * len(images) <= share] or SIZES[-1:]
    largest, _ = sizes[0]
    readable = []
    for image in images:
        with suppress(UnreadablePicture):
            picture = opened(image, least=largest, on="white")
            if len(images) > 1:
                picture.thumbnail((2 * largest, 2 * largest))
            readable.append(picture)
    if not readable:
        return None
    try:
        picture = joined(readable)
    except UnreadablePicture:
        return None
    uri = ""
    for side, quality in sizes:
        picture.thumbnail((side, side * len(readable)), Resampling.HAMMING)  # as good as the default, in half the time
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=quality)
        uri = f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"
        if len(uri) <= share:
            break
    return uri
