"""A benchmark about seeing that sends no picture stops, unless that is meant; then every vote says so."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.support.other_benchmarks import png
from vlrb_task.asking.ballots import Order, Schedule
from vlrb_task.cli.main import group
from vlrb_task.lmms.docs import expand, vote_of
from vlrb_task.lmms.rows import doc_to_visual
from vlrb_task.tasks.questions import NO_IMAGES_VARIABLE as VARIABLE

datasets = pytest.importorskip("datasets")

BOTH = Schedule(Order.BOTH)


def task(folder: Path, pictures: dict[int, bytes], *options: str) -> tuple[Any, str]:
    """The rows of a task on three pairs, as lmms-eval loads them, and what ``vlrb task`` told."""
    rows = [
        {"id": f"mmmu_{n}", "query": f"q{n}", "response": [f"a{n}", f"b{n}"], "human_ranking": [0, 1]}
        | ({"image": base64.b64encode(pictures[n]).decode()} if n in pictures else {})
        for n in range(3)
    ]
    (folder / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    arguments = ["task", "--judge", "criteria", "--pairs", folder / "pairs.jsonl", "--name", "mine", "-o", folder / "t"]
    done = CliRunner().invoke(group, [*map(str, arguments), *options])
    assert done.exit_code == 0, done.output
    file = str(folder / "t" / "mine.parquet")
    return datasets.load_dataset(
        "parquet", data_files=file, split="train", cache_dir=str(folder / "cache")
    ), done.stderr


def test_a_run_without_a_picture_stops_unless_that_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, told = task(tmp_path, {})
    assert "runs of this task stop before their first request" in told
    with pytest.raises(SystemExit, match=r"no pair has a picture .* VLRB_NO_IMAGES"):
        expand(rows, judge="criteria", schedule=BOTH)
    assert len(expand(rows, judge="blind", schedule=BOTH)) == 6, "this judge takes no pictures"
    monkeypatch.setenv(VARIABLE, "1")
    assert all(vote_of(row)["no_images"] for row in expand(rows, judge="criteria", schedule=BOTH))


def test_pictures_that_are_all_the_same_are_told(tmp_path: Path) -> None:
    from loguru import logger

    for folder, pictures, alike in (("same", ["red"] * 3, True), ("one", ["red", "red", "blue"], False)):
        (tmp_path / folder).mkdir()
        rows, _ = task(tmp_path / folder, {n: png(colour) for n, colour in enumerate(pictures)})
        heard: list[str] = []
        listener = logger.add(heard.append, format="{message}")
        expand(rows, judge="criteria", schedule=BOTH)
        logger.remove(listener)
        assert ("vlrb: all 3 pictures are the same\n" in heard) is alike


def test_pictures_that_are_there_are_not_sent_where_that_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, told = task(tmp_path, {0: png("red"), 2: png("blue")})
    assert "1 of 3 rows have no picture" in told
    asked = expand(rows, judge="criteria", schedule=BOTH)
    assert [len(doc_to_visual(row)) for row in asked] == [1, 1, 0, 0, 1, 1]
    assert not any(vote_of(row).get("no_images") for row in asked)
    monkeypatch.setenv(VARIABLE, "1")
    asked = expand(rows, judge="criteria", schedule=BOTH)
    assert not any(doc_to_visual(row) for row in asked)
    monkeypatch.delenv(VARIABLE)
    rows, _ = task(tmp_path, {0: png("red")}, "--no-images", "--force")
    assert all(vote_of(row)["no_images"] for row in expand(rows, judge="criteria", schedule=BOTH))
