"""Pictures of every kind that Pillow knows open in RGB and upright, or are told to be unreadable."""

from __future__ import annotations

import io
import warnings
from contextlib import suppress
from typing import Any

import pytest

from vlrb_task.pairs.pictures import ORIENTATION, UnreadablePicture, opened

Image = pytest.importorskip("PIL.Image")


def encoded(picture: Any, format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("mode", "format"),
    [
        *(("1", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("P", "GIF"), ("PA", "TIFF"), ("RGB", "JPEG")),
        *(("RGB", "WEBP"), ("RGBA", "PNG"), ("CMYK", "JPEG"), ("CMYK", "TIFF"), ("YCbCr", "JPEG"), ("LAB", "TIFF")),
        *(
            ("HSV", "BMP"),
            ("I;16", "PNG"),
            ("I;16", "TIFF"),
            ("I", "TIFF"),
            ("F", "TIFF"),
            ("RGB", "ICO"),
            ("L", "PPM"),
        ),
    ],
)
def test_every_mode(mode: str, format: str) -> None:
    grey = Image.new("L", (8, 6), 128)
    try:
        data = encoded(grey.convert(mode) if mode not in ("HSV", "LAB") else grey.convert("RGB"), format)
    except (OSError, ValueError):
        data = encoded(grey.convert("RGB"), "PNG")  # this Pillow writes no such file
    shown = opened(data)
    assert shown.mode == "RGB"
    if format != "ICO":
        assert shown.size == (8, 6)


def test_sixteen_bits_are_scaled_and_not_cut() -> None:
    picture = Image.new("I;16", (2, 1))
    picture.putpixel((0, 0), 0)
    picture.putpixel((1, 0), 32768)
    shown = opened(encoded(picture, "PNG"))
    assert list(shown.convert("L").tobytes()) == [0, pytest.approx(128, abs=1)]


def test_one_pixel_and_twenty_megapixels() -> None:
    assert opened(encoded(Image.new("RGB", (1, 1)), "PNG")).size == (1, 1)
    assert opened(encoded(Image.new("L", (5000, 4000)), "PNG")).size == (5000, 4000)


def test_of_a_moving_picture_the_first_frame() -> None:
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "blue")]
    shown = opened(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert shown.getpixel((0, 0)) == (255, 0, 0)


def test_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    picture = Image.new("RGB", (8, 4), "red")
    assert opened(encoded(picture, "JPEG", exif=exif)).size == (4, 8)


def bomb() -> bytes:
    """A file of a few hundred bytes that says it is of 400 megapixels."""
    import struct
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


PNG = encoded(Image.new("RGB", (30, 30), "green"), "PNG")


NONE = (None, b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", PNG[:40], PNG[:-20], b"\0" * 100, b"<svg/>", bomb())


@pytest.mark.parametrize("data", NONE)
def test_what_is_no_picture_is_told(data: bytes | None) -> None:
    with pytest.raises(UnreadablePicture):
        opened(data)


def test_damage_anywhere_is_a_picture_or_told() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for format in ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"):
            whole = encoded(Image.new("RGB", (16, 16), "teal"), format)
            for at in range(0, len(whole), 3):
                damaged = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
                with suppress(UnreadablePicture):
                    assert opened(damaged).mode == "RGB"
