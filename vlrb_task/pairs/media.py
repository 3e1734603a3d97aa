"""Pictures, videos and sounds as the cells of rows hold them: bytes, base64, or a path below a folder."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from os.path import realpath
from pathlib import Path
from typing import Any

from vlrb_task.pairs.pictures import picture_columns
from vlrb_task.pairs.values import cells, is_empty
from vlrb_task.support.errors import DataError, short

Picture = dict[str, Any]
"""``{"bytes": …, "path": …}``, as the datasets library writes a picture."""

FRAME_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif")


def file_below(folder: Path, name: str, kind: str = "image") -> Path | None:
    """A file or folder given by path; None where there is no such file.

    Raises:
        DataError: a path that leads out of the folder: what stands in data never chooses a file elsewhere.
    """
    if len(name) > 4096 or "\0" in name:
        return None
    root = Path(realpath(folder))
    try:
        found = Path(realpath(root / name))  # Path.resolve raises where links lead in a circle
        exists = found.exists()
    except (OSError, UnicodeEncodeError):  # too long a name, or a lone surrogate
        return None
    if not exists:
        return None
    if not any(found.is_relative_to(one) for one in (root, *_blobs(root))):
        raise DataError(f"{kind} {short(name)} lies outside {folder} (a mapping's image_folder names another folder)")
    return found


def _blobs(folder: Path) -> list[Path]:
    """Where the files of a hub's cached dataset really lie: those of its folder are links to there."""
    parts = folder.parts
    if "snapshots" not in parts:
        return []
    return [Path(*parts[: len(parts) - 1 - parts[::-1].index("snapshots")], "blobs")]


def picture_of_parquet(value: object) -> Picture | None:
    """A picture as the datasets library writes it, or its bytes, or base64. A path is kept, and never opened.

    Raises:
        DataError: it is not one of these.
    """
    if value is None or value == "":
        return None
    found = value if isinstance(value, Mapping) else {"bytes": value}
    data = found.get("bytes")
    if isinstance(data, str):
        data = base64_bytes(
            data, "is not base64, and no path of a parquet file is opened; a mapping's image_folder allows it"
        )
    if not isinstance(data, bytes | None):
        raise DataError(f"image {short(value)} is not bytes")
    path = found.get("path")
    return {"bytes": data, "path": path if isinstance(path, str) else None}


def picture_of(value: object, folder: Path) -> Picture | None:
    """A picture as parquet files hold it, as bytes, by path (relative to the folder) or as base64.

    Raises:
        DataError: it is not one of these.
    """
    if isinstance(value, Mapping):
        value = value.get("bytes") or value.get("path")
    if value is None or value == "":
        return None
    if isinstance(value, bytes):
        return {"bytes": value, "path": None}
    if not isinstance(value, str):
        raise DataError(f"image {short(value)} is not a path, base64 or bytes")
    file = file_below(folder, value) if len(value) < 1024 else None
    try:
        found = file if file and file.is_file() else None
        return {"bytes": found.read_bytes() if found else base64_bytes(value), "path": None}
    except OSError as error:
        raise DataError(f"image {short(value)}: {error.strerror}") from error


def base64_bytes(value: str, otherwise: str = "is neither a file nor base64") -> bytes:
    """What base64, or a data URL of it, stands for.

    Raises:
        DataError: it is none.
    """
    payload = value.partition(",")[2] if value.startswith("data:") else value
    try:
        return base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DataError(f"image {short(value)} {otherwise}") from error


def file_sha256(path: Path) -> str:
    """SHA-256 of a file of any size, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def evenly(frames: Sequence[Any], most: int | None) -> list[Any]:
    """At most so many of the frames, from the middles of equal parts of the video."""
    if most is None or len(frames) <= most:
        return list(frames)
    return [frames[(2 * part + 1) * len(frames) // (2 * most)] for part in range(most)]


def _by_numbers(name: str) -> list[tuple[int, str]]:
    """``frame_10`` after ``frame_9``."""
    return [(int(one), "") if one.isdigit() else (-1, one) for one in re.split("([0-9]+)", name)]


def _video(value: object, folder: Path, most: int | None) -> str | list[Picture | None]:
    """The file that a path names, or the frames of a folder or a list, of which at most so many are kept."""
    frames = cells(value)
    if isinstance(value, str):
        file = file_below(folder, value, "video")
        if file is None:
            raise DataError(f"video {short(value)}: no such file or folder in {folder}")
        if file.is_file():
            return str(file)
        names = [one.name for one in file.iterdir() if one.suffix.lower() in FRAME_SUFFIXES]
        frames = [f"{value}/{name}" for name in sorted(names, key=_by_numbers)]
    if not frames or not all(isinstance(one, (str, bytes, Mapping)) for one in frames):
        raise DataError(f"video {short(value)}: neither a file, a folder of frames nor a list of frames")
    return [picture_of(one, folder) for one in evenly(frames, most)]


def _audio(value: object, folder: Path) -> str:
    if isinstance(value, Mapping):
        value = value.get("path")
    file = file_below(folder, value, "audio") if isinstance(value, str) and value else None
    if file is None or not file.is_file():
        raise DataError(f"audio {short(value)}: no such file in {folder}")
    return str(file)


def media_columns(row: dict[str, Any], folder: Path, most: int | None = None) -> dict[str, Any]:
    """Open what a mapped row says of its media, and put it under the columns of a task.

    Args:
        row: with ``pictures``, ``answer_pictures``, ``video`` and ``audio`` as the file has them; they are taken out, and
            ``media`` says what there is. The frames of a video stand behind the pictures.
        folder: the mapping's; nothing outside it is opened.
        most: the most frames of a video that are kept, evenly spread over it; None keeps all.

    Raises:
        DataError: no such file, a folder without frames, or a picture that is none; its kind is named.
    """
    answers, video, audio = (row.pop(name) for name in ("answer_pictures", "video", "audio"))
    pictures = [picture_of(one, folder) for one in row.pop("pictures") if not is_empty(one)]
    found: dict[str, Any] = {"media": "image" if pictures else "text"}
    if not is_empty(audio):
        found = {"audio": _audio(audio, folder), "media": "audio"}
    if not is_empty(video):
        shown = _video(video, folder, most)
        found |= {"media": "video"} | ({"video": shown} if isinstance(shown, str) else {})
        pictures += [] if isinstance(shown, str) else shown
    if answers is not None:
        found["answer_images"] = [[picture_of(one, folder) for one in each] for each in answers]
    return found | picture_columns(pictures)
