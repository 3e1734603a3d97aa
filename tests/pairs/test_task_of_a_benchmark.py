"""``vlrb task --bench`` and ``--image``: what is copied, what is told, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.relatives import RELATIVES
from vlrb_task.cli.task import command
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.rows import load_benchmark, read_rows


def task(folder: Path, *options: str, judge: str = "criteria") -> Result:
    return CliRunner().invoke(
        command, ["--judge", judge, "--order", "both", *options, "--name", "mine", "-o", str(folder / "out")]
    )


def test_a_benchmark_by_name(tmp_path: Path) -> None:
    spec, _ = RELATIVES["mmrlhf"](tmp_path)
    done = task(tmp_path, "--bench", spec)
    assert done.exit_code == 0, done.exception
    made, own = load_benchmark(str(tmp_path / "out" / "mine.parquet")), load_benchmark(spec)
    assert (made.fingerprint, made.name) == (own.fingerprint, "mmrlhf")
    assert [pair.group for pair in made.pairs] == [pair.group for pair in own.pairs]
    assert [pair.media for pair in made.pairs] == ["image"] * 5 + ["video"] * 2
    rows = list(read_rows(str(tmp_path / "out" / "mine.parquet"), images=True))
    assert [len(row["images"] or [row["image"]]) for row in rows] == [1] * 5 + [12] * 2


def test_a_judge_that_is_not_told_the_criterion_is_warned_of(tmp_path: Path) -> None:
    spec, _ = RELATIVES["multi_crit"](tmp_path)
    told = task(tmp_path, "--bench", spec).stderr
    assert "7 of 7 pairs are labelled by a criterion, and judge 'criteria' is not told which" in " ".join(told.split())
    assert "labelled by a criterion" not in task(tmp_path, "--bench", spec, "--force", judge="criterion").stderr


@pytest.mark.parametrize("how", ["blank", "shuffled", "noise", "none"])
def test_other_pictures(tmp_path: Path, how: str) -> None:
    assert task(tmp_path, "--pairs", str(demo_parquet()), "--image", how).exit_code == 0
    made, own = load_benchmark(str(tmp_path / "out" / "mine.parquet")), load_benchmark(str(demo_parquet()))
    assert made.fingerprint == own.fingerprint
    assert made.name == f"demo, pictures: {how}"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--bench", "nothing"), "no benchmark 'nothing'"),
        (("--bench", "mmrb", "--pairs", "x.jsonl"), "give one of them"),
        (("--image", "upside-down"), "use one of blank, shuffled, noise, none"),
        (("--image", "blank", "--votes-from", "x"), "not with --votes-from"),
    ],
)
def test_what_means_nothing_is_one_line(tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    done = task(tmp_path, *options)
    assert done.exit_code != 0
    assert message in str(done.exception)


def test_a_judge_without_eyes_has_no_pictures_to_change(tmp_path: Path) -> None:
    done = task(tmp_path, "--pairs", str(demo_parquet()), "--image", "blank", judge="blind")
    assert "judge 'blind' is shown no picture" in str(done.exception)


def test_answers_that_are_pictures_need_a_judge_that_sees(tmp_path: Path) -> None:
    spec, _ = RELATIVES["mmrb2"](tmp_path)
    assert "judge 'blind' sees none" in str(task(tmp_path, "--bench", spec, judge="blind").exception)
    assert "have places in the text" in str(task(tmp_path, "--bench", spec, "--image", "shuffled").exception)
    assert task(tmp_path, "--bench", spec).exit_code == 0
    made = load_benchmark(str(tmp_path / "out" / "mine.parquet"))
    assert made.fingerprint == load_benchmark(spec).fingerprint
    assert "doc_to_messages" in (tmp_path / "out" / "mine.yaml").read_text()
