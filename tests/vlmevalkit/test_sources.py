"""Where pairs and pictures come from. No framework is imported."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.support.fake_hub import COMMIT, FakeHub
from vlmevalkit_adapter import sources
from vlmevalkit_adapter.asking import ask
from vlmevalkit_adapter.sources import open_source
from vlrb_task.asking.ballots import Order, Schedule
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.pictures import store
from vlrb_task.pairs.rows import hub_id, load_benchmark, read_rows
from vlrb_task.support.errors import DataError
from vlrb_task.tasks.shipped import DEMO, HUB, TaskSpec

ROWS = list(read_rows(str(demo_parquet()), images=True))
PAIRS = load_benchmark(str(demo_parquet()))


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("VLRB_PAIRS", raising=False)
    sources._read.cache_clear()
    yield
    sources._read.cache_clear()


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "empty-home"))


OPEN = """
import json, sys
from pathlib import Path
from vlmevalkit_adapter.sources import open_source

source = open_source("hub", Path(sys.argv[1]))
found = source.benchmark
print(json.dumps({"fingerprint": found.fingerprint, "origin": found.origin, "warnings": source.warnings}))
"""


def opened(folder: Path, hub: str, **env: str) -> Any:
    """Open the default source in a process of its own: the hub's address is read when its library is imported."""
    done = subprocess.run(
        [sys.executable, "-c", OPEN, str(folder)],
        env={**os.environ, "HF_ENDPOINT": hub, "HF_HOME": str(folder / "home"), "HF_HUB_OFFLINE": "0", **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def write_tsv(path: Path, ids: bool = False) -> Path:
    """VLMEvalKit's own file: a picture that stands twice is written once, and then named by its row."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t")
        names = ["index", "image", "question", "response", "answer", "category"]
        writer.writerow(names + ["id"] * ids)
        for number, row in enumerate(ROWS):
            image = base64.b64encode(row["image"]["bytes"]).decode() if number != 1 else "0"
            ranking = str(list(row["human_ranking"]))
            line = [number, image, row["query"], str(list(row["response"])), ranking, row["subset"]]
            writer.writerow(line + [row["id"]] * ids)
    return path


def test_pictures_are_shared_and_kept_as_they_are(tmp_path: Path) -> None:
    source = open_source(DEMO, tmp_path)
    files = {file for shown in source.pictures.values() for file in shown}
    assert len(files) == len(list((tmp_path / "images" / "VLRB").iterdir()))
    row = ROWS[0]
    (path,) = source.pictures[PAIRS.pairs[0].key]
    assert path.read_bytes() == row["image"]["bytes"]
    for schedule in (Schedule(Order.KEY), Schedule(Order.ALTERNATE, 10)):
        asking = ask(TaskSpec("vlrb_x", "criteria", schedule, "", DEMO), tmp_path)
        assert {file for index in asking.questions for file in asking.pictures(index)} == files
        assert len(asking.questions) == 36 * schedule.votes
        assert [row["index"] for row in asking.rows()] == list(asking.questions)


def test_another_picture_for_the_same_pair_never_finds_an_old_one(tmp_path: Path) -> None:
    names = {store(_png(color), tmp_path) for color in ("red", "blue", "red")}
    assert len(names) == 2


@pytest.mark.parametrize(
    ("format", "mode", "suffix"),
    [
        ("PNG", "RGBA", ".png"),
        ("JPEG", "L", ".jpg"),
        ("GIF", "P", ".png"),
        ("PNG", "I;16", ".png"),
        ("BMP", "RGB", ".png"),
    ],
)
def test_formats(tmp_path: Path, format: str, mode: str, suffix: str) -> None:
    buffer = io.BytesIO()
    Image.new(mode, (8, 8)).save(buffer, format)
    path = store(buffer.getvalue(), tmp_path)
    assert path.suffix == suffix
    assert store(buffer.getvalue(), tmp_path) == path
    with Image.open(path) as picture:
        picture.convert("RGB")


def _png(color: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), color).save(buffer, "PNG")
    return buffer.getvalue()


def test_an_unreadable_picture_costs_its_own_votes_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = _jsonl(tmp_path, {2: base64.b64encode(_png("red")[:40]).decode()})
    spec = TaskSpec("vlrb_x", "criteria", Schedule(Order.KEY), "", str(file))
    asking = ask(spec, tmp_path)
    indices = list(asking.questions)
    assert asking.record(indices[2], "x")["failure"] == "unreadable_image"
    assert "failure" not in asking.record(indices[3], "x")
    assert [message["type"] for message in asking.message(indices[2])] == ["image", "text"]
    assert f"row 2 (id {ROWS[2]['id']!r}) cannot be read" in caplog.text


def test_rows_without_a_picture_are_asked_without_one_and_counted(tmp_path: Path) -> None:
    file = _jsonl(tmp_path, {0: None, 5: None})
    asking = ask(TaskSpec("vlrb_x", "criteria", Schedule(Order.KEY), "", str(file)), tmp_path)
    assert [message["type"] for message in asking.message(next(iter(asking.questions)))] == ["text"]
    assert asking.source.warnings == ("2 of 36 rows have no picture: a judge answers them without seeing anything",)


def _jsonl(folder: Path, images: dict[int, str | None]) -> Path:
    path = folder / "pairs.jsonl"
    with path.open("w") as file:
        for number, row in enumerate(ROWS):
            picture = images[number] if number in images else base64.b64encode(row["image"]["bytes"]).decode()
            line: dict[str, Any] = {**row, "image": picture}
            file.write(json.dumps(line) + "\n")
    return path


def test_the_variable_names_local_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLRB_PAIRS", str(demo_parquet()))
    source = open_source(HUB, tmp_path)
    assert source.benchmark.fingerprint == PAIRS.fingerprint
    assert source.benchmark.origin == "demo.parquet"
    monkeypatch.setenv("VLRB_PAIRS", str(tmp_path / "absent.parquet"))
    with pytest.raises(DataError, match=r"absent\.parquet: no such file"):
        open_source(HUB, tmp_path)
    open_source(DEMO, tmp_path)  # the demo is the demo


def test_the_hubs_dataset_by_default_and_its_commit(tmp_path: Path) -> None:
    with FakeHub(hub_id(), {"data/test-00000-of-00001.parquet": demo_parquet()}) as hub:
        found = opened(tmp_path, hub.url)
        found_later = opened(tmp_path, hub.url, HF_HUB_OFFLINE="1")
    assert found == {"fingerprint": PAIRS.fingerprint, "origin": f"{hub_id()}@{COMMIT}", "warnings": []}
    assert found_later == found, "from the cache"


def test_vlmevalkits_own_file_takes_ids_from_the_hubs_cache(tmp_path: Path) -> None:
    tsv = write_tsv(tmp_path / "VL-RewardBench.tsv")
    with FakeHub(hub_id(), {"data/test-00000-of-00001.parquet": demo_parquet()}) as hub:
        opened(tmp_path, hub.url)
    found = opened(tmp_path, "http://127.0.0.1:9", VLRB_PAIRS=str(tsv))
    assert found == {"fingerprint": PAIRS.fingerprint, "origin": "VL-RewardBench.tsv", "warnings": []}


@pytest.mark.usefixtures("no_hub")
def test_nothing_at_hand_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"set VLRB_PAIRS to a local copy .*or put VL-RewardBench.tsv into") as caught:
        open_source(HUB, tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("no_hub")
def test_vlmevalkits_own_file_without_ids(tmp_path: Path) -> None:
    write_tsv(tmp_path / "VL-RewardBench.tsv")
    source = open_source(HUB, tmp_path)
    assert [pair.id for pair in source.benchmark.pairs] == [str(number) for number in range(36)]
    assert {pair.source for pair in source.benchmark.pairs} == {"unknown"}
    assert [pair.subset for pair in source.benchmark.pairs] == [pair.subset for pair in PAIRS.pairs]
    assert source.benchmark.pairs[1].key != PAIRS.pairs[1].key
    assert source.pictures[source.benchmark.pairs[1].key] == source.pictures[source.benchmark.pairs[0].key]
    assert source.warnings[0].startswith("36 of 36 pairs come from a TSV without ids")


@pytest.mark.usefixtures("no_hub")
def test_a_tsv_with_ids_needs_no_look_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLRB_PAIRS", str(write_tsv(tmp_path / "mine.tsv", ids=True)))
    source = open_source(HUB, tmp_path)
    assert [pair.key for pair in source.benchmark.pairs] == [pair.key for pair in PAIRS.pairs]
    assert source.warnings == ()


def test_a_changed_official_prompt_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from vlmevalkit_adapter import asking
    from vlrb_task.judges.base import Template
    from vlrb_task.support.errors import PromptUnavailable

    asking.template.cache_clear()
    monkeypatch.setattr(asking, "framework_template", lambda: Template("{query}{first}{second}"))
    with pytest.raises(PromptUnavailable, match="it was changed"):
        ask(TaskSpec("vlrb_x", "official", Schedule(Order.KEY), "", DEMO), tmp_path)
