"""A disk that is full costs no page and no picture that is there, and leaves no half one."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib.font_manager  # noqa: F401, its cache is a file too, and must be there before
import pytest
from click.testing import CliRunner

from tests.insight.simulate import Planted, run, write
from vlrb_task.cli.main import group
from vlrb_task.support.errors import VlrbError

PICTURES = [
    (["plot", "--format", kind, "--only", "scores", "-o", "."], f"scores.{kind}") for kind in ("svg", "pdf", "png")
]


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file grows beyond ``size`` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [0, 400])
@pytest.mark.parametrize(
    ("command", "name"),
    [(["report", "-o", "r.html"], "r.html"), (["export", "--to", "csv", "-o", "t.csv"], "t.csv"), *PICTURES],
)
def test_what_was_there_stays_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], name: str, size: int
) -> None:
    made = run(Planted(0.7), 2, sizes={"general": 20, "reasoning": 20})
    arguments = [*command, "--force", str(write(tmp_path / "a.votes.jsonl", made, "m" * 40))]
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path / "out")
    for content in ([], ["a good one"]):
        for text in content:
            Path(name).write_text(text)
        with full_disk(size):
            result = CliRunner().invoke(group, arguments)
        assert isinstance(result.exception, VlrbError), result.exception
        assert str(result.exception).startswith(f"{name}: ")
        assert [path.read_text() for path in Path().iterdir()] == content
    assert CliRunner().invoke(group, arguments).exit_code == 0
    assert Path(name).stat().st_size > 400
