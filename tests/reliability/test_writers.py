"""Every command that writes: on a disk that is full, and killed at any time. Each of its files is absent or whole."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib.font_manager  # noqa: F401, its cache is a file too, and must be there before
import pytest

from tests.reliability.laboratory import Command, Laboratory, vlrb
from vlrb_task.export import FORMATS
from vlrb_task.support.errors import VlrbError

TIMES = int(os.environ.get("VLRB_FUZZ", "1"))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    return Laboratory.made(tmp_path_factory.mktemp("lab") / "lab")


def writers(lab: Laboratory, out: Path) -> dict[str, Command]:
    """The commands that write files, each into the folder ``out``."""
    log, folder, picks = lab / "a.votes.jsonl", lab / "bon", lab / "picks.votes.jsonl"
    task = ("task", "--judge", "criteria", "--name", "x", "-o", out, "--force")
    batch = ("batch", "write", "--task", lab / "task" / "mine.task.json", "--model", "m", "--no-images", "--force")
    return {
        "report": ("report", log, "-o", out / "page.html", "--force"),
        **{f"export {kind}": ("export", log, "--to", kind, "-o", out / "table", "--force") for kind in FORMATS},
        **{
            f"plot {kind}": ("plot", log, "--only", "scores", "--format", kind, "-o", out, "--force")
            for kind in ("svg", "pdf", "png")
        },
        "task": (*task, "--pairs", lab / "pairs.parquet"),
        "task of a rest": (*task, "--pairs", lab / "pairs.jsonl", "--order", "both", "--votes", 4, "--votes-from", log),
        "parse --unread": ("parse", "--unread", log, "-o", out / "unread.jsonl", "--force"),
        "batch write": (*batch, "-o", out / "b.jsonl"),
        "batch write in parts": (*batch, "-o", out / "b.jsonl", "--max-requests", 7),
        "batch read": ("batch", "read", lab / "results.jsonl", "-o", out / "r.votes.jsonl", "--force"),
        "bon make": ("bon", "make", lab / "candidates.jsonl", "-o", out, "--judge", "criteria"),
        "bon score --plot": ("bon", "score", folder, picks, "--plot", out / "curve.svg", "--force"),
    }


WRITERS = list(writers(Laboratory(Path()), Path()))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def good(lab: Laboratory, out: Path, name: str) -> dict[str, bytes]:
    """What the command writes where nothing goes wrong; the folder is empty again."""
    out.mkdir(exist_ok=True)
    result = vlrb(*writers(lab, out)[name])
    assert result.exit_code == 0, (result.output, result.exception)
    found = contents(out)
    emptied(out)
    return found


def emptied(out: Path) -> None:
    for path in out.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file grows beyond ``size`` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", WRITERS)
def test_a_disk_that_is_full_at_each_write(lab: Laboratory, tmp_path: Path, name: str) -> None:
    """One line that names a file of the command; nothing half written; what stood there stays, and the next run is good."""
    out = tmp_path / "out"
    whole = good(lab, out, name)
    draw = random.Random(name)
    # A file that is one byte too long, for each of the files; and with VLRB_FUZZ anything below.
    sizes = {len(data) - 1 for data in whole.values()} | {0, *draw.sample(range(1, 400), TIMES - 1)}
    old = dict.fromkeys(whole, b"old") if len(whole) == 1 else {}
    for size in sorted(sizes):
        for path, data in old.items():
            (out / path).write_bytes(data)
        with full_disk(size):
            result = vlrb(*writers(lab, out)[name])
        left = contents(out)
        assert isinstance(result.exception, VlrbError), (size, result.exception, result.output)
        assert str(out) in str(result.exception)
        assert left == old or all(whole[path] == data for path, data in left.items()), (size, set(left))
        emptied(out)
    assert vlrb(*writers(lab, out)[name]).exit_code == 0
    assert contents(out) == whole


def test_a_file_system_that_is_full(lab: Laboratory, tmp_path: Path) -> None:
    """The same with a real one of a few kilobytes, where mounting one is allowed."""
    disk = tmp_path / "disk"
    disk.mkdir()
    for name in WRITERS:
        mount = ["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(disk)]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("mounting a tmpfs is not allowed here")
        try:
            (disk / "filler").write_bytes(bytes(4096))
            result = vlrb(*writers(lab, disk)[name])
            assert isinstance(result.exception, VlrbError), (name, result.exception, result.output)
            assert "No space left on device" in str(result.exception), name
            assert [path.name for path in disk.iterdir() if path.is_file()] == ["filler"], name
        finally:
            subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.parametrize("name", WRITERS)
def test_a_writer_that_is_killed_at_any_time(lab: Laboratory, tmp_path: Path, name: str) -> None:
    """kill -9: each file is absent, or the old one, or the new one; the same command then does its work."""
    out = tmp_path / "out"
    whole = good(lab, out, name)
    began = time.monotonic()
    good(lab, out, name)
    takes, draw = time.monotonic() - began, random.Random(name)
    for _ in range(2 * TIMES):
        child = os.fork()
        if child == 0:
            os._exit(vlrb(*writers(lab, out)[name]).exit_code)
        time.sleep(draw.uniform(0, takes))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        left = {path: data for path, data in contents(out).items() if not path.endswith(".partial")}
        assert all(whole[path] == data for path, data in left.items())
    result = vlrb(*writers(lab, out)[name])
    assert result.exit_code == 0, (result.output, result.exception)
    assert contents(out) == whole
