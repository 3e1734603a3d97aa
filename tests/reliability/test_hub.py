"""A hub that refuses, is gone, or has another revision than before: one line, in bounded time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.support.fake_hub import FakeHub
from tests.support.lmms_eval import vlrb
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.rows import hub_id

FILE = "data/test-00000-of-00001.parquet"


def environment(url: str, folder: Path) -> dict[str, str]:
    return {"HF_ENDPOINT": url, "HF_HOME": str(folder), "HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"}


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_hub_that_refuses(tmp_path: Path, status: int) -> None:
    """401 and 403: a token that is missing or lacks the right."""
    with FakeHub(hub_id(), {FILE: demo_parquet()}, refuse=status) as hub:
        begun = time.monotonic()
        done = vlrb("doctor", env=environment(hub.url, tmp_path))
    assert time.monotonic() - begun < 120
    assert done.returncode == 1
    assert "is not in the local cache, and the hub was not reached" in " ".join(done.stdout.split())
    assert "Traceback" not in done.stderr


def test_a_hub_that_is_not_there(tmp_path: Path) -> None:
    done = vlrb("task", "--judge", "criteria", "--votes-from", str(tmp_path), "--name", "x", "-o", str(tmp_path / "out"),
                env=environment("http://127.0.0.1:9", tmp_path))  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("vlrb: ")
    assert "give a local copy" in done.stderr


def test_the_cache_stands_in_for_a_hub_that_is_gone(tmp_path: Path) -> None:
    with FakeHub(hub_id(), {FILE: demo_parquet()}) as hub:
        assert "36 rows" in vlrb("doctor", env=environment(hub.url, tmp_path)).stdout
    done = vlrb("doctor", env=environment("http://127.0.0.1:9", tmp_path))
    assert done.returncode == 0, done.stdout
    assert "36 rows" in done.stdout
