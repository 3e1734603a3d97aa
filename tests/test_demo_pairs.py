"""The packaged demonstration set: what it promises, and that it is what its generator makes."""

from __future__ import annotations

import io
import itertools
import json
from collections import Counter
from typing import Any

import pytest

from tests.support.demo_pairs import draw
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.pair import SUBSETS, Benchmark, parse_rows

Image = pytest.importorskip("PIL.Image")
ImageChops = pytest.importorskip("PIL.ImageChops")
pq = pytest.importorskip("pyarrow.parquet")

WORDS = {"general": (30, 90), "hallucination": (30, 90), "reasoning": (20, 120)}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return list(pq.read_table(demo_parquet()).to_pylist())


@pytest.fixture(scope="module")
def benchmark(rows: list[dict[str, Any]]) -> Benchmark:
    return parse_rows(rows, "demo")


def test_rows_are_a_benchmark_of_twelve_pairs_a_subset(benchmark: Benchmark) -> None:
    assert benchmark.subset_counts == dict.fromkeys(SUBSETS, 12)
    assert benchmark.revision == "custom"
    assert len(benchmark.by_key) == 36
    assert all(pair.source.startswith("Demo-") for pair in benchmark.pairs)


def test_one_id_stands_twice_with_other_answers(rows: list[dict[str, Any]]) -> None:
    assert sorted(Counter(row["id"] for row in rows).values())[-2:] == [1, 2]
    first, second = (row for row in rows if row["id"] == "demo-geometry-02")
    assert (first["query"], first["image"]) == (second["query"], second["image"])
    assert set(first["response"]).isdisjoint(second["response"])


def test_no_rule_without_a_look_at_the_picture_wins(benchmark: Benchmark) -> None:
    cells: Counter[tuple[str, int, bool]] = Counter()
    totals: Counter[tuple[str, bool]] = Counter()
    for pair in benchmark.pairs:
        better, worse = pair.words[pair.better], pair.words[1 - pair.better]
        assert better != worse, pair.id
        shorter_text = len(pair.responses[pair.better]) < len(pair.responses[1 - pair.better])
        assert (better < worse) == shorter_text, pair.id
        cells[pair.subset, pair.better, better < worse] += 1
        totals.update({(pair.subset, True): better, (pair.subset, False): worse})
    assert cells == dict.fromkeys(itertools.product(SUBSETS, (0, 1), (False, True)), 3)
    for subset in SUBSETS:
        assert totals[subset, True] == pytest.approx(totals[subset, False], rel=0.1)


def test_lengths_of_the_answers(benchmark: Benchmark) -> None:
    for pair in benchmark.pairs:
        low, high = WORDS[pair.subset]
        assert low <= min(pair.words) <= max(pair.words) <= high, pair.id


def test_texts_have_what_real_texts_have(rows: list[dict[str, Any]]) -> None:
    answers = [answer for row in rows for answer in row["response"]]
    assert sum(not answer.isascii() for answer in answers) >= 10
    assert sum("{" in answer and "}" in answer for answer in answers) >= 4
    assert sum("\n" in row["query"] for row in rows) >= 4
    assert all(text == text.strip() and "  " not in text for text in answers)


def test_the_other_columns(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        assert (row["models"], row["judge"], row["query_source"]) == (["synthetic"] * 2, "drawn", "vlrb-demo")
        assert bool(row["ground_truth"]) == (row["subset"] == "reasoning"), row["id"]
        assert row["rationale"]
        assert "\n" not in row["rationale"]


def test_pictures_open_and_are_small(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        with Image.open(io.BytesIO(row["image"]["bytes"])) as picture:
            picture.load()
            assert picture.format == "PNG"
            assert picture.width <= 320
            assert picture.height <= 240
    assert len({row["image"]["bytes"] for row in rows}) == 35
    assert demo_parquet().stat().st_size < 300_000


def test_metadata_tells_datasets_what_the_columns_are() -> None:
    schema = pq.read_schema(demo_parquet())
    features = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    assert list(features) == schema.names
    assert features["image"] == {"_type": "Image"}
    assert features["human_ranking"]["feature"] == {"dtype": "int64", "_type": "Value"}


def test_datasets_reads_images_and_lists(tmp_path: Any) -> None:
    datasets = pytest.importorskip("datasets")
    files = str(demo_parquet())
    loaded = datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=str(tmp_path))
    assert loaded[0]["image"].size == (320, 240)
    assert loaded[0]["human_ranking"] == [0, 1]


def test_the_generator_makes_these_rows(rows: list[dict[str, Any]]) -> None:
    made = draw.demo_table()
    schema = pq.read_schema(demo_parquet())
    assert (made.schema.names, made.schema.metadata) == (schema.names, schema.metadata)
    for row, new in zip(rows, made.to_pylist(), strict=True):
        assert _without_image(row) == _without_image(new)
        assert _same_picture(row, new), f"{row['id']}: the picture differs from what the generator draws"


def _without_image(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "image": row["image"]["path"]}


def _same_picture(row: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether the pixels agree, but for the few on a shape's edge that Pillow's versions round otherwise."""
    one, two = (Image.open(io.BytesIO(r["image"]["bytes"])).convert("RGB") for r in (row, other))
    if one.size != two.size:
        return False
    differences = [max(a) for a in _triples(ImageChops.difference(one, two).tobytes())]
    return max(differences) <= 64 and sum(map(bool, differences)) <= len(differences) / 100


def _triples(values: bytes) -> zip[tuple[int, int, int]]:
    return zip(values[::3], values[1::3], values[2::3], strict=True)
