"""Pictures for batch files: as they are, where a service takes them, else as a smaller JPEG within a stated limit."""

from __future__ import annotations

import io

from vlrb_task.pairs.pictures import ORIENTATION, UnreadablePicture, guarded, opened
from vlrb_task.tasks.batch_layouts import Picture

_MEDIA = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_MODES = {"1", "L", "LA", "P", "RGB", "RGBA"}
_QUALITY = 90


def encoded_size(size: int) -> int:
    """Bytes of base64 for this many bytes."""
    return (size + 2) // 3 * 4


def sendable(data: bytes | None, limit: int) -> tuple[Picture, bool]:
    """A picture as a request holds it, and whether it had to be made smaller.

    PNG, JPEG and WEBP files that are upright are sent as they are, so that the model sees the very same bytes; others are
    sent as PNG.

    Args:
        data: the picture's file.
        limit: the largest size in bytes, as base64.

    Raises:
        UnreadablePicture: no picture, or none that can be opened safely.
    """
    from PIL import Image

    if not data:
        raise UnreadablePicture("no bytes; a path alone is not opened")

    file = io.BytesIO(data)

    def media_type() -> str | None:
        with Image.open(file) as picture:
            picture.load()
            upright = picture.getexif().get(ORIENTATION, 1) == 1
            kept = picture.format in _MEDIA and picture.mode in _MODES and upright
            return _MEDIA[picture.format] if kept and picture.format else None

    kind = guarded(media_type)
    if kind is None:
        data, kind = _encoded(opened(data), "PNG"), "image/png"
    if encoded_size(len(data)) <= limit:
        return Picture(data, kind), False
    return Picture(_within(data, limit), "image/jpeg"), True


def _within(data: bytes, limit: int) -> bytes:
    """The largest JPEG within a limit, in steps of 1/8 of the sides."""
    whole = opened(data)
    for eighths in range(8, 0, -1):
        size = (max(1, whole.width * eighths // 8), max(1, whole.height * eighths // 8))
        smaller = _encoded(whole.resize(size) if eighths < 8 else whole, "JPEG", quality=_QUALITY)
        if encoded_size(len(smaller)) <= limit:
            return smaller
    raise UnreadablePicture(f"larger than {limit:,} bytes even at an eighth of its size")


def _encoded(picture: object, kind: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)  # type: ignore[attr-defined]
    return buffer.getvalue()
