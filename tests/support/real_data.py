"""The 1,250 real pairs, where they lie beside the checkout; tests that need them skip, saying so, where they do not."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def real_data_file(name: str) -> Path:
    """A file of the real data, or a skip."""
    folder = Path(os.environ.get("VLRB_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / name).is_file():
        pytest.skip(f"real data absent: no {name} in {folder} (VLRB_TEST_DATA names another folder)")
    return folder / name


def real_parquet(target: Path, rows: int | None = None) -> Path:
    """The real pairs as a parquet file with a small placeholder picture each, as a hub dataset would be."""
    import datasets
    from PIL import Image, ImageDraw

    from vlrb_task.pairs.rows import read_rows

    records = list(read_rows(str(real_data_file("vl_rewardbench_1250.jsonl"))))[:rows]
    for number, record in enumerate(records):
        picture = Image.new("RGB", (56, 56), (number % 256, number // 256 * 40, 128))
        ImageDraw.Draw(picture).text((4, 20), str(number), fill="white")
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        record["image"] = {"bytes": buffer.getvalue(), "path": f"{number}.png"}
    features = datasets.Dataset.from_list([{k: v for k, v in r.items() if k != "image"} for r in records]).features
    features = datasets.Features({**features, "image": datasets.Image()})
    datasets.Dataset.from_list(records, features=features).to_parquet(str(target))
    return target
