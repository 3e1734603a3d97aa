"""Pairs with other pictures than their own: how much of a judge's accuracy needs the picture.

The keys stay, so that a run on such pairs is compared with one on the true pictures pair by pair.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from vlrb_task.pairs.keys import pair_key
from vlrb_task.pairs.pictures import UnreadablePicture, opened, picture_columns, pictures_of, png
from vlrb_task.support.errors import DataError

if TYPE_CHECKING:
    from PIL.Image import Image

Row = dict[str, Any]
Rows = Callable[[], Iterator[Row]]

GREY = (128, 128, 128)
BLOCK = 8
"""Noise is in squares of this many pixels: it is as meaningless, and a hundredth of the file."""


class Pictures(str, Enum):
    """What is shown in a picture's place.

    ``blank``: a grey picture of its size. ``noise``: coloured squares of its size, drawn from the pair's key. ``shuffled``:
    the pictures of another pair, drawn from the keys; never the same picture. ``none``: nothing.
    """

    BLANK = "blank"
    SHUFFLED = "shuffled"
    NOISE = "noise"
    NONE = "none"

    __str__ = str.__str__


_CHANGED = ", pictures: "

WITHOUT = f"{_CHANGED}{Pictures.NONE}"
"""How the name of a set ends whose pictures are not to be shown."""


def pictures_named(benchmark: object) -> str:
    """How the pictures of a set were changed, as its name says; empty where they are its own."""
    return str(benchmark or "").partition(_CHANGED)[2]


def with_pictures(read: Rows, how: Pictures, name: str) -> Iterator[Row]:
    """The rows with other pictures, and with the set's name saying so.

    Args:
        read: begins to read the rows, with their pictures, anew.
        how: what is shown.
        name: the set's, where the rows do not say.

    Raises:
        DataError: a picture that does not open, or fewer than two different pictures to shuffle.
    """
    for row in _shuffled(read) if how is Pictures.SHUFFLED else (_changed(row, how) for row in read()):
        yield row | {"benchmark": f"{row.get('benchmark') or name}{_CHANGED}{how}"}


def _changed(row: Row, how: Pictures) -> Row:
    if how is Pictures.NONE:
        return row | {"image": None, "images": None, "video": None, "media": "text"}
    from PIL import Image

    found = []
    for number, one in enumerate(pictures_of(row)):
        try:
            size = opened(one.get("bytes")).size
        except UnreadablePicture as error:
            raise DataError(f"id {row.get('id')!r}: unreadable image ({error})") from error
        picture = Image.new("RGB", size, GREY) if how is Pictures.BLANK else _noise(size, f"{_key(row)}:{number}")
        found.append({"bytes": png(picture), "path": None})
    return row | picture_columns(found)


def _key(row: Row) -> str:
    criterion = row.get("criterion")
    return pair_key(str(row["id"]), str(row["query"]), [*map(str, row["response"])], criterion and str(criterion))


def _noise(size: tuple[int, int], seed: str) -> Image:
    import numpy as np
    from PIL import Image

    width, height = size
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big"))
    small = rng.integers(0, 256, (-(-height // BLOCK), -(-width // BLOCK), 3), dtype=np.uint8)
    whole = np.repeat(np.repeat(small, BLOCK, axis=0), BLOCK, axis=1)[:height, :width]
    return Image.fromarray(np.ascontiguousarray(whole))


def _shuffled(read: Rows) -> Iterator[Row]:
    """Each row with the pictures of another; those of all rows are kept in a temporary file meanwhile."""
    with tempfile.TemporaryFile() as kept:
        keys: list[str] = []
        digests: list[bytes | None] = []
        places: list[list[tuple[int, int]]] = []
        for row in read():
            contents = [one.get("bytes") for one in pictures_of(row)]
            if not all(contents):
                raise DataError(f"id {row.get('id')!r}: a picture without bytes; a path alone is not opened")
            keys.append(_key(row))
            together = b"".join(hashlib.sha256(one).digest() for one in contents)
            digests.append(hashlib.sha256(together).digest() if contents else None)
            places.append([(kept.tell(), kept.write(one)) for one in contents])
        for row, donor in zip(read(), derangement(keys, digests), strict=True):
            found = []
            for place, size in places[donor] if donor is not None else ():
                kept.seek(place)
                found.append({"bytes": kept.read(size), "path": None})
            yield row | picture_columns(found) if found else row


def derangement(keys: Sequence[str], pictures: Sequence[bytes | None]) -> list[int | None]:
    """For each row, the row whose pictures it is shown; each row's pictures are shown once.

    Rows are put in the order of a hash of their keys, those of one picture side by side, and shifted by the size of the most
    frequent picture: a row then never meets its own.

    Args:
        keys: of the rows.
        pictures: what tells their pictures apart; None where a row has none, and gets none.

    Raises:
        DataError: one picture stands in more than half of the rows that have one, so that some would be shown it again.
    """

    def hashed(*parts: bytes) -> bytes:
        return hashlib.sha256(b"shuffled pictures\0" + b"\0".join(parts)).digest()

    shown = [(picture, number) for number, picture in enumerate(pictures) if picture is not None]
    order = sorted(shown, key=lambda one: (hashed(one[0]), hashed(keys[one[1]].encode())))
    most = max(Counter(picture for picture, _ in shown).values(), default=0)
    if shown and 2 * most > len(shown):
        raise DataError(f"{most} of {len(shown)} rows have the same picture: they cannot all be shown another")
    donors: list[int | None] = [None] * len(keys)
    for place, (_, number) in enumerate(order):
        donors[number] = order[(place + most) % len(order)][1]
    return donors
