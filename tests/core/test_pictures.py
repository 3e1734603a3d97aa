"""Pictures of every kind that Pillow knows open in RGB and upright, or are told to be unreadable."""

from __future__ import annotations

import base64
import io
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from vlrb_task.bon.gathering import joined as joined_bytes
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.pair import parse_row
from vlrb_task.pairs.parquet import write_rows
from vlrb_task.pairs.pictures import ORIENTATION, UnreadablePicture, joined, opened, pictures_of, store
from vlrb_task.pairs.rows import read_rows
from vlrb_task.report.pictures import SIZES, read_content
from vlrb_task.support.errors import DataError

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


def declared(width: int, height: int, kind: str = "PNG") -> bytes:
    """A file of a few hundred bytes that says it is of this size."""
    if kind == "BMP":
        head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
        return b"BM" + struct.pack("<IHHI", 1000, 0, 0, 54) + head + b"\0" * 500
    if kind == "GIF":
        return (
            b"GIF89a"
            + struct.pack("<HHBBB", width & 0xFFFF, height & 0xFFFF, 0, 0, 0)
            + b","
            + struct.pack("<HHHHB", 0, 0, width & 0xFFFF, height & 0xFFFF, 0)
            + b"\x02\x01\x00\x00;"
        )
    if kind == "PPM":
        return f"P6 {width} {height} 255\n".encode() + b"\0" * 500

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


BOMBS = [
    *(declared(side, side, kind) for kind in ("PNG", "BMP", "PPM") for side in (10_001, 20_000, 100_000, 2**31 - 1)),
    declared(65_535, 65_535, "GIF"),
    declared(2**31 - 1, 1),
]


@pytest.mark.parametrize("data", BOMBS)
def test_a_picture_that_says_it_is_huge_is_not_opened_anywhere(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(UnreadablePicture):
        opened(data)
    with pytest.raises(UnreadablePicture):
        store(data, tmp_path)
    with pytest.raises(DataError, match="a picture cannot be read"):
        joined_bytes([PNG, data])
    assert not list(tmp_path.iterdir())
    assert read_content(str(pairs_with(tmp_path, [data])), [KEY], 10**6).unreadable == 1


PNG = encoded(Image.new("RGB", (30, 30), "green"), "PNG")


NONE = (
    None,
    b"",
    b"GIF89a",
    b"\x89PNG\r\n\x1a\n",
    PNG[:40],
    PNG[:-20],
    b"\0" * 100,
    b"<svg/>",
    declared(20_000, 20_000),
)


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


ROW = next(iter(read_rows(str(demo_parquet()))))
KEY = parse_row(ROW)[0].key


def pairs_with(folder: Path, pictures: list[bytes]) -> Path:
    """A file with one pair that has these pictures."""
    held = [{"bytes": data, "path": None} for data in pictures]
    row = {**ROW, "image": held[0] if len(held) == 1 else None, "images": held if len(held) > 1 else None}
    write_rows(iter([row]), folder / "pairs.parquet")
    return folder / "pairs.parquet"


def turned(color: str = "red") -> bytes:
    """A picture of 40 x 20 pixels that people saw upright, as 20 x 40."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    return encoded(Image.new("RGB", (40, 20), color), "JPEG", exif=exif)


def on_the_page(folder: Path, pictures: list[bytes]) -> Any:
    content = read_content(str(pairs_with(folder, pictures)), [KEY], 10**6)
    assert (content.unreadable, content.left_out, len(content.uris)) == (0, 0, 1)
    return Image.open(io.BytesIO(base64.b64decode(content.uris[0].partition(",")[2])))


def test_a_cut_file_is_refused_whatever_the_process_has_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """lmms-eval sets this for every run; several threads look at pictures at once."""
    from PIL import ImageFile

    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    buffer = io.BytesIO()
    Image.effect_noise((64, 64), 50).convert("RGB").save(buffer, "JPEG")
    whole, cut = buffer.getvalue(), buffer.getvalue()[: len(buffer.getvalue()) // 2]

    def is_read(data: bytes) -> bool:
        try:
            return bool(opened(data))
        except UnreadablePicture:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(is_read, [whole, cut] * 50)) == [True, False] * 50
    assert ImageFile.LOAD_TRUNCATED_IMAGES is True


def test_the_page_shows_what_the_judge_saw(tmp_path: Path) -> None:
    """Upright, several pictures of a pair one below the other, grey of 16 bits scaled, what is transparent on white."""
    assert on_the_page(tmp_path, [turned()]).size == (20, 40)
    both = on_the_page(tmp_path, [turned("red"), encoded(Image.new("RGB", (30, 10), "blue"), "PNG")])
    assert both.size == (30, 40 + 12 + 10)
    assert both.getpixel((5, 20))[0] > 200
    assert both.getpixel((15, 58))[2] > 200
    assert on_the_page(tmp_path, [encoded(Image.new("I;16", (8, 8), 32768), "PNG")]).convert("L").getpixel(
        (4, 4)
    ) in range(126, 131)
    clear = encoded(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG")
    assert on_the_page(tmp_path, [clear]).getpixel((4, 4)) == (255, 255, 255)
    large = on_the_page(tmp_path, [encoded(Image.new("RGB", (3000, 1000), "teal"), "JPEG")])
    assert large.size == (SIZES[0][0], round(SIZES[0][0] / 3))
    one_broken = read_content(str(pairs_with(tmp_path, [b"broken", turned()])), [KEY], 10**6)
    assert len(one_broken.uris) == 1


def test_the_pictures_of_a_row() -> None:
    assert pictures_of({"image": 1, "images": None}) == [1]
    assert pictures_of({"image": None, "images": [2, 3]}) == [2, 3]
    assert pictures_of({"image": 1, "images": [2, None]}) == [2]
    assert pictures_of({"image": None}) == pictures_of({}) == pictures_of({"images": []}) == []


def test_pictures_put_together() -> None:
    sheet = joined([Image.new("RGB", (4, 4), "red"), Image.new("RGB", (8, 2), "blue")])
    assert sheet.size == (8, 4 + 12 + 2)
    assert sheet.getpixel((7, 1)) == (255, 255, 255)
    assert opened(joined_bytes([turned(), turned()])).size == (20, 40 + 12 + 40)
    assert joined_bytes([b"as it is"]) == b"as it is"


def test_files_of_pictures(tmp_path: Path) -> None:
    """One file for each content; its bytes as they are, but where a wrapper could not send them or they are not upright."""
    assert store(PNG, tmp_path).read_bytes() == PNG
    assert store(PNG, tmp_path) == store(PNG, tmp_path)
    upright = store(turned(), tmp_path)
    assert (upright.suffix, opened(upright.read_bytes()).size) == (".png", (20, 40))
    assert store(encoded(Image.new("RGB", (4, 4)), "GIF"), tmp_path).suffix == ".png"
    assert store(b"GIF89a and no picture", tmp_path, checked=False).suffix == ".gif"
    for broken in (None, b"", PNG[:-20]):
        with pytest.raises(UnreadablePicture):
            store(broken, tmp_path)
    assert len(list(tmp_path.iterdir())) == 4
