"""The pictures of a row, and where each belongs; opened upright, put together, stored: whatever is wrong with one is one kind
of error.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import threading
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from vlrb_task.support.writing import write_bytes

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

T = TypeVar("T")

MARK = re.compile(r"<image_([1-9][0-9]?)>")
"""Where a picture stands in a question or an answer; N counts the pictures of that text alone, from 1."""

PLACED = "placed"
"""Column of such rows: pictures of the question, of response 0 and of response 1."""

ORIENTATION = 0x0112
"""The EXIF tag that says how a camera was held."""

MOST_PIXELS = 100_000_000
"""Pixels of a picture that is opened: a file of a few bytes can say that it has any number."""


class UnreadablePicture(ValueError):
    """Bytes that are no picture, or one that cannot be opened safely."""


def guarded(work: Callable[[], T]) -> T:
    """Do something with a picture's bytes.

    Raises:
        UnreadablePicture: whatever Pillow raises on broken, cut or hostile files.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with _cut_files_refused():
            return work()
    except UnidentifiedImageError as error:  # its own text holds an address in memory
        raise UnreadablePicture("of no known kind") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadablePicture(f"too large to open safely: {error}") from error
    except (OSError, ValueError, SyntaxError, TypeError, EOFError) as error:
        raise UnreadablePicture(str(error) or type(error).__name__) from error
    except (struct.error, zlib.error, IndexError, KeyError, OverflowError, AttributeError, MemoryError) as error:
        raise UnreadablePicture(f"damaged ({error})") from error


_REFUSING = threading.Lock()


@contextmanager
def _cut_files_refused() -> Iterator[None]:
    """lmms-eval tells Pillow, for the whole process, to fill what is missing of a cut file with grey: not here."""
    from PIL import ImageFile

    if not ImageFile.LOAD_TRUNCATED_IMAGES and not _REFUSING.locked():
        yield
        return
    with _REFUSING:
        before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def pictures_of(row: Mapping[str, Any]) -> list[Any]:
    """The pictures of a row in their order, each as the row holds it; none where it has none."""
    return [picture for picture in row.get("images") or [row.get("image")] if picture is not None]


def picture_columns(pictures: Sequence[Any]) -> dict[str, Any]:
    """The columns of a row with these pictures: ``image``, or ``images`` where there are several."""
    one = pictures[0] if len(pictures) == 1 else None
    return {"image": one, "images": list(pictures) if len(pictures) > 1 else None}


def seen_in(pictures: Iterable[Mapping[str, Any]]) -> list[bytes]:
    """What pictures are told apart by: their bytes, or their path where they are not available."""
    return [one.get("bytes") or str(one.get("path")).encode("utf-8", "surrogatepass") for one in pictures]


def flattened(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its answers' pictures behind its own, in ``images``, and :data:`PLACED` saying how many each has.

    A row whose pictures all stand where the judge wants pictures is left as it is: no answer has any, and no mark in the
    question names one. So is one that was flattened before.
    """
    if row.get(PLACED):
        return dict(row)
    found = {name: value for name, value in row.items() if name != "answer_images"}
    answers: Sequence[Any] = row.get("answer_images") or ([], [])
    question = pictures_of(row)
    named = any(int(number) <= len(question) for number in MARK.findall(str(row.get("query", ""))))
    if not (named or any(answers)):
        return found
    return found | picture_columns([*question, *answers[0], *answers[1]]) | {PLACED: [*map(len, (question, *answers))]}


def opened(value: bytes | Image | None, *, least: int | None = None, on: str | None = None) -> Image:
    """A picture in RGB and upright, as people saw it; the first frame of one that moves.

    Grey of 16 bits is scaled to 8, where Pillow would cut everything above 255 to white.

    Args:
        value: an encoded picture, or one that is open already. A path is not opened: what stands in data never chooses a
            file on this machine.
        least: the longest side that is needed, in pixels: a JPEG may then be read smaller, which is many times as fast.
        on: the colour that is put behind what is transparent; None takes the colours as they stand there.

    Raises:
        UnreadablePicture: there are no bytes, they are no picture that can be opened, or it has more than
            :data:`MOST_PIXELS`.
    """
    from PIL import Image, ImageOps

    if value is None or value == b"":
        raise UnreadablePicture("no bytes; a path alone is not opened")

    def convert() -> Image.Image:
        with value if isinstance(value, Image.Image) else _header(value) as picture:
            check_size(picture.width, picture.height)
            if least is not None:
                picture.draft("RGB", (least, least))
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            if on is not None and ("A" in upright.mode or "transparency" in upright.info):
                colours = upright.convert("RGBA")
                return Image.alpha_composite(Image.new("RGBA", colours.size, on), colours).convert("RGB")
            return _in_rgb(upright)

    return guarded(convert)


def check_size(width: int, height: int) -> None:
    """Refuse more than :data:`MOST_PIXELS`.

    Raises:
        UnreadablePicture: there are more.
    """
    if width * height > MOST_PIXELS:
        raise UnreadablePicture(f"too large to open safely: {width} x {height} pixels")


def _header(data: bytes) -> ImageFile:
    """The picture with its pixels unread; the caller looks at its size."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(io.BytesIO(data))


def png(picture: Image) -> bytes:
    """A picture as a PNG file."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def grey() -> Image:
    """What is shown in the place of a picture that cannot be read, so that a run goes on."""
    from PIL import Image

    return Image.new("RGB", (28, 28), (128, 128, 128))


def joined(pictures: Sequence[Image]) -> Image:
    """One picture of several in RGB: one below the other on white, in their order. One alone is given back as it is.

    Raises:
        UnreadablePicture: a wide one and a high one would make one of more than :data:`MOST_PIXELS`.
    """
    from PIL import Image

    if len(pictures) == 1:
        return pictures[0]
    gap = 12
    height = sum(picture.height for picture in pictures) + gap * (len(pictures) - 1)
    width = max(picture.width for picture in pictures)
    check_size(width, height)
    sheet = Image.new("RGB", (width, height), "white")
    top = 0
    for picture in pictures:
        sheet.paste(picture, (0, top))
        top += picture.height + gap
    return sheet


def store(data: bytes | None, folder: Path, *, checked: bool = True) -> Path:
    """The file of a picture in a folder, written if it is not there yet.

    Its name is the picture's own hash: whoever needs the picture shares one file, and another picture for the same pair never
    finds an old one in its place. The bytes are kept as they are, but for formats and modes that some model wrapper cannot
    send, and for pictures that are not upright; those become an RGB PNG.

    Args:
        data: an encoded picture.
        folder: made if it is not there.
        checked: decode the picture, since a cut one opens well. Else it is kept as it is, whatever it is.

    Raises:
        UnreadablePicture: see there.
        VlrbError: the file cannot be written.
    """
    if not data:
        raise UnreadablePicture("no bytes; a path alone is not opened")
    name = hashlib.sha256(data).hexdigest()[:24]
    if not checked:
        suffix = next((end for start, end in _ENDINGS.items() if data.startswith(start)), ".img")
        return _kept(folder / f"{name}{suffix}", lambda: data)
    for suffix in _KEPT_FORMATS.values():
        if (path := folder / f"{name}{suffix}").exists():
            return path
    format = guarded(lambda: _format_to_keep(data))
    if format is None:
        return _kept(folder / f"{name}.png", lambda: png(opened(data)))
    return _kept(folder / f"{name}{_KEPT_FORMATS[format]}", lambda: data)


def store_grey(folder: Path) -> Path:
    """The file of :func:`grey` in a folder."""
    return _kept(folder / "unreadable.png", lambda: png(grey()))


_KEPT_FORMATS = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}
_KEPT_MODES = {"1", "L", "LA", "P", "RGB", "RGBA", "CMYK"}
_ENDINGS = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"GIF8": ".gif", b"RIFF": ".webp", b"BM": ".bmp"}


def _format_to_keep(data: bytes) -> str | None:
    """The format of a picture whose bytes every wrapper can send, and None for any other."""
    with _header(data) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            return None  # refused when it is opened
        picture.load()
        upright = picture.getexif().get(ORIENTATION, 1) == 1
        kept = picture.format in _KEPT_FORMATS and picture.mode in _KEPT_MODES and upright
        return picture.format if kept else None


def _kept(path: Path, data: Callable[[], bytes]) -> Path:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, data())
    return path


def _in_rgb(picture: Image) -> Image:
    if picture.mode.startswith("I") or picture.mode == "F":
        low, high = (float(level) for level in picture.getextrema())  # type: ignore[arg-type]
        bottom = min(low, 0.0)
        top = 65535.0 if low >= 0 and 255 < high <= 65535 else max(high, 255.0)
        scaled = picture.convert("F").point(
            lambda level: level * (255 / (top - bottom)) - bottom * 255 / (top - bottom)
        )
        picture = scaled.convert("L")
    return picture if picture.mode == "RGB" else picture.convert("RGB")
