"""Nothing that a command reads is overwritten by it, and nothing that it did not write without --force."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from signal import SIGINT, SIGKILL

import pytest
from click.testing import CliRunner, Result

from tests.insight.simulate import Planted, run, write
from vlrb_task.cli.main import group
from vlrb_task.export import FORMATS
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.pictures import UnreadablePicture, joined
from vlrb_task.support.errors import VlrbError
from vlrb_task.support.writing import replacing, write_text


def command(*arguments: object) -> Result:
    return CliRunner().invoke(group, [*map(str, arguments)])


def refused(result: Result, why: str) -> None:
    assert isinstance(result.exception, VlrbError), (result.exception, result.output)
    assert why in str(result.exception)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    made = run(Planted(0.7), 2, sizes={"general": 10, "hallucination": 10, "reasoning": 10})
    return write(tmp_path / "a.votes.jsonl", made, "model")


def writers(log: Path, output: Path) -> list[Sequence[object]]:
    return [("report", log, "-o", output), *(("export", log, "--to", kind, "-o", output) for kind in FORMATS)]


def test_a_log_is_never_the_output(log: Path, tmp_path: Path) -> None:
    """By its own name, through a link, as a hard link, and with --force."""
    before = log.read_bytes()
    link, hard = tmp_path / "link.html", tmp_path / "hard.html"
    link.symlink_to(log)
    os.link(log, hard)
    for output in (log, link, hard, tmp_path / "x" / ".." / log.name):
        (tmp_path / "x").mkdir(exist_ok=True)
        for arguments in writers(log, output):
            for force in ((), ("--force",)):
                refused(command(*arguments, *force), "is an input of this command")
    refused(command("report", tmp_path, "-o", log, "--force"), "is an input of this command")
    assert log.read_bytes() == before


def test_pairs_are_never_the_output(log: Path, tmp_path: Path) -> None:
    pairs = tmp_path / "mine.parquet"
    shutil.copyfile(demo_parquet(), pairs)
    before = pairs.read_bytes()
    refused(command("report", log, "--pairs", pairs, "-o", pairs, "--force"), "is an input")
    task = ("task", "--judge", "criteria", "--pairs", pairs, "--name", "mine", "-o", tmp_path)
    refused(command(*task), "mine.parquet: is an input of this command")
    refused(command(*task, "--force"), "mine.parquet: is an input of this command")
    assert pairs.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == sorted([pairs, log]), "nothing was written before it was refused"


@pytest.mark.parametrize("kind", ["report", *FORMATS])
def test_only_what_is_ours_is_replaced(log: Path, tmp_path: Path, kind: str) -> None:
    output = tmp_path / "out" / "x"
    output.parent.mkdir()
    arguments = ("report", log, "-o", output) if kind == "report" else ("export", log, "--to", kind, "-o", output)
    for theirs in (
        "a thesis\n",
        "<!doctype html>\n<title>vlrb</title>\n",
        "name,score\nvlrb,1\n",
        "# VL-RewardBench\n",
    ):
        output.write_text(theirs)
        refused(command(*arguments), "--force replaces it")
        assert output.read_text() == theirs
    assert command(*arguments, "--force").exit_code == 0
    ours = output.read_bytes()
    again = command(*arguments)
    if kind == "vlmevalkit":  # VLMEvalKit's own file looks the same
        refused(again, "--force replaces it")
    else:
        assert again.exit_code == 0, again.exception
    assert output.read_bytes() == ours
    output.write_text("")
    assert command(*arguments).exit_code == 0, "an empty file holds nothing"
    refused(command("export", log, "--to", "latex" if kind != "latex" else "csv", "-o", output), "--force")


@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_only_our_pictures_are_replaced(log: Path, tmp_path: Path, kind: str) -> None:
    from matplotlib.figure import Figure

    output = tmp_path / f"scores.{kind}"
    Figure().savefig(output)
    theirs = output.read_bytes()
    arguments = ("plot", log, "--only", "scores", "--format", kind, "-o", tmp_path)
    refused(command(*arguments), "--force replaces it")
    assert output.read_bytes() == theirs
    assert command(*arguments, "--force").exit_code == 0
    assert command(*arguments).exit_code == 0


@pytest.mark.parametrize("suffix", [".yaml", ".task.json", ".parquet"])
def test_only_our_tasks_are_replaced(tmp_path: Path, suffix: str) -> None:
    arguments = ("task", "--judge", "criteria", "--pairs", demo_parquet(), "--name", "mine", "-o", tmp_path)
    (tmp_path / f"mine{suffix}").write_text("task: somebody else's\n")
    refused(command(*arguments), f"mine{suffix}: is there already and was not written by this command")
    assert len(list(tmp_path.iterdir())) == 1
    assert command(*arguments, "--force").exit_code == 0
    assert command(*arguments).exit_code == 0, "its own files it replaces"


def test_a_result_in_the_folder_of_the_logs(log: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert command("report", tmp_path, "-o", page).exit_code == 0
    assert command("report", tmp_path, "-o", page).exit_code == 0


STOPPED = """
import sys, time
from pathlib import Path
from signal import SIGINT, SIGKILL
from vlrb_task.support.writing import replacing
with replacing(Path(sys.argv[1])) as place:
    place.write_text("half")
    print("half", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("stop", [SIGINT, SIGKILL])
def test_what_a_stopped_writer_left_is_removed(tmp_path: Path, stop: int) -> None:
    """Ctrl-C leaves nothing; what kill -9 leaves the next writer removes, and nothing that is in use."""
    target = tmp_path / "x.yaml"
    target.write_text("old")
    with subprocess.Popen(
        [sys.executable, "-c", STOPPED, str(target)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert len(list(tmp_path.glob(".vlrb-*.partial"))) == 1
        write_text(tmp_path / "y.yaml", "another writer")
        assert len(list(tmp_path.glob(".vlrb-*.partial"))) == 1, "that process is still writing"
        process.send_signal(stop)
        process.wait()
    assert len(list(tmp_path.glob(".vlrb-*.partial"))) == (stop == SIGKILL)
    assert target.read_text() == "old"
    (tmp_path / ".vlrb-00000000-1-aa.partial").write_text("of another machine")
    write_text(tmp_path / "y.yaml", "next")
    assert [path.name for path in tmp_path.glob(".*")] == [".vlrb-00000000-1-aa.partial"]


def test_permissions_of_what_is_replaced_stay(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o600)
    with replacing(path) as place:
        place.write_text("new")
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "arguments",
    [
        ("score", ""),
        ("compare", ""),
        ("score", "x", "--pairs", ""),
        ("compare", "x", "--bench", ""),
        ("report", "x", "-o", ""),
        ("export", "x", "--to", "csv", "-o", ""),
        ("task", "--judge", "criteria", "--name", "x", "-o", ""),
        ("audit", ""),
        ("parse", ""),
        ("bon", "score", ""),
    ],
)
def test_an_empty_name_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str]) -> None:
    monkeypatch.chdir(tmp_path)
    result = command(*arguments)
    assert result.exit_code == 2
    assert "the name is empty" in result.output


def test_part_files_of_a_batch_replace_nobody_elses(tmp_path: Path) -> None:
    (tmp_path / "b-2.jsonl").write_text("a thesis\n")
    arguments = ("batch", "write", "--task", "vlrb_demo", "--model", "m", "--no-images", "--max-requests", 30)
    refused(command(*arguments, "-o", tmp_path / "b.jsonl"), "b-2.jsonl: is there already")
    assert [path.name for path in tmp_path.iterdir()] == ["b-2.jsonl"]
    assert command(*arguments, "-o", tmp_path / "b.jsonl", "--force").exit_code == 0


def test_pictures_put_together_have_a_bound() -> None:
    image = pytest.importorskip("PIL.Image")
    thin = [image.new("L", (20_000, 1)), image.new("L", (1, 20_000))]
    with pytest.raises(UnreadablePicture, match="too large"):
        joined(thin)
