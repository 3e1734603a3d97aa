"""Opening pictures that come from anywhere: whatever is wrong with one is one kind of error."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from PIL.Image import Image

T = TypeVar("T")

ORIENTATION = 0x0112
"""The EXIF tag that says how a camera was held."""


class UnreadablePicture(ValueError):
    """Bytes that are no picture, or one that cannot be opened safely."""


def guarded(work: Callable[[], T]) -> T:
    """Do something with a picture's bytes.

    Raises:
        UnreadablePicture: whatever Pillow raises on broken, cut or hostile files.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        return work()
    except UnidentifiedImageError as error:  # its own text holds an address in memory
        raise UnreadablePicture("of no known kind") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadablePicture(f"too large to open safely: {error}") from error
    except (OSError, ValueError, SyntaxError, TypeError, EOFError) as error:
        raise UnreadablePicture(str(error) or type(error).__name__) from error
    except (struct.error, zlib.error, IndexError, KeyError, OverflowError, AttributeError, MemoryError) as error:
        raise UnreadablePicture(f"damaged ({error})") from error


def opened(value: bytes | Image | None) -> Image:
    """A picture in RGB and upright, as people saw it; the first frame of one that moves.

    Grey of 16 bits is scaled to 8, where Pillow would cut everything above 255 to white.

    Args:
        value: an encoded picture, or one that is open already. A path is not opened: what stands in data never chooses a
            file on this machine.

    Raises:
        UnreadablePicture: there are no bytes, or they are no picture that can be opened.
    """
    from PIL import Image, ImageOps

    if value is None or value == b"":
        raise UnreadablePicture("no bytes; a path alone is not opened")

    def convert() -> Image.Image:
        with value if isinstance(value, Image.Image) else Image.open(io.BytesIO(value)) as picture:
            picture.load()
            return _in_rgb(ImageOps.exif_transpose(picture))

    return guarded(convert)


def _in_rgb(picture: Image) -> Image:
    if picture.mode.startswith("I") or picture.mode == "F":
        low, high = (float(level) for level in picture.getextrema())  # type: ignore[arg-type]
        bottom = min(low, 0.0)
        top = 65535.0 if low >= 0 and 255 < high <= 65535 else max(high, 255.0)
        scaled = picture.convert("F").point(
            lambda level: level * (255 / (top - bottom)) - bottom * 255 / (top - bottom)
        )
        picture = scaled.convert("L")
    return picture.convert("RGB")
