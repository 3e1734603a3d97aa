"""Pictures as files, which is how VLMEvalKit hands them to models."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from pathlib import Path

from vlrb_task.pairs.pictures import ORIENTATION, UnreadablePicture, guarded, opened

_KEPT_FORMATS = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}
_KEPT_MODES = {"1", "L", "LA", "P", "RGB", "RGBA", "CMYK"}


def store(data: bytes | None, folder: Path) -> Path:
    """The file of a picture, written if it is not there yet.

    Its name is the picture's own hash: every ballot, dataset and rank shares one file, and another picture for the same
    pair never finds an old one in its place. The bytes are kept as they are, but for formats and modes that some model
    wrapper cannot send; those become an RGB PNG.

    Raises:
        UnreadablePicture: see there.
    """
    if not data:
        raise UnreadablePicture("no bytes; a path alone is not opened")
    name = hashlib.sha256(data).hexdigest()[:24]
    for suffix in _KEPT_FORMATS.values():
        path = folder / f"{name}{suffix}"
        if path.exists():
            return path
    suffix, data = _checked(data)
    return _write(folder / f"{name}{suffix}", data)


def grey(folder: Path) -> Path:
    """A grey square, asked about in the place of a picture that cannot be read so that the run goes on."""
    from PIL import Image

    path = folder / "unreadable.png"
    if path.exists():
        return path
    buffer = io.BytesIO()
    Image.new("RGB", (28, 28), (128, 128, 128)).save(buffer, "PNG")
    return _write(path, buffer.getvalue())


def _checked(data: bytes) -> tuple[str, bytes]:
    """The suffix of a picture's file, and its bytes; decodes the whole picture, since a cut one opens well."""
    from PIL import Image

    def keep() -> str | None:
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            upright = picture.getexif().get(ORIENTATION, 1) == 1
            kept = picture.format in _KEPT_FORMATS and picture.mode in _KEPT_MODES and upright
            return _KEPT_FORMATS[picture.format] if kept and picture.format else None

    suffix = guarded(keep)
    if suffix is not None:
        return suffix, data
    buffer = io.BytesIO()
    opened(data).save(buffer, "PNG")
    return ".png", buffer.getvalue()


def _write(path: Path, data: bytes) -> Path:
    """Write at once: another rank may write the same file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=path.suffix)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    os.chmod(temporary, 0o644)
    os.replace(temporary, path)
    return path
