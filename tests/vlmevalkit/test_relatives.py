"""Other benchmarks as VLMEvalKit's messages: answers that are pictures in their places, frames, and videos that are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.relatives import RELATIVES, Made
from vlmevalkit_adapter.asking import ask
from vlrb_task.asking.ballots import Order, Schedule
from vlrb_task.support.errors import DataError
from vlrb_task.tasks.shipped import TaskSpec


def spec(pairs: str, judge: str = "criteria") -> TaskSpec:
    return TaskSpec("x", judge, Schedule(Order.BOTH), "", pairs)


def made(folder: Path, name: str) -> Made:
    (folder / name).mkdir()
    return RELATIVES[name](folder / name)


def kinds(message: list[dict[str, str]]) -> str:
    return "".join(part["type"][0].upper() for part in message)


def test_answers_that_are_pictures_stand_in_their_places(tmp_path: Path) -> None:
    pairs, rows = made(tmp_path, "mmrb2")
    asking = ask(spec(pairs), tmp_path / "lmu")
    found = {index: asking.message(index) for index in asking.questions}
    assert sorted(map(kinds, found.values())) == sorted(["TITIT"] * 8 + ["TITITIT"] * 4 + ["T"] * 4)
    raw = {row["pair_id"]: row for row in rows}
    for index, message in found.items():
        question = asking.questions[index]
        row = raw[question.pair.id]
        sides = "ab" if question.ballot.first == 0 else "ba"
        names = [*row["prompt_images"], *(one for side in sides for one in row[f"response_{side}_images"])]
        shown = [Path(part["value"]).read_bytes() for part in message if part["type"] == "image"]
        assert shown == [(tmp_path / "mmrb2" / name).read_bytes() for name in names]
        assert asking.is_own_text("\n".join(part["value"] for part in message if part["type"] == "text"))
    assert len({asking.record(index)["messages_sha256"] for index in found}) == 16


def test_frames_are_pictures_and_a_criterion_is_told(tmp_path: Path) -> None:
    asking = ask(spec(made(tmp_path, "mmrlhf")[0]), tmp_path / "lmu")
    assert {kinds(asking.message(index)) for index in asking.questions} == {"IT", "I" * 12 + "T"}
    asking = ask(spec(made(tmp_path, "omni_rewardbench")[0], "criterion"), tmp_path / "lmu")
    for index, question in asking.questions.items():
        assert f"[Criterion]\n{question.pair.criterion}\n" in asking.message(index)[-1]["value"]
    assert {asking.record(index)["better"] for index in asking.questions} == {0, 1, "tie"}


def test_a_video_in_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a video or a sound in a file is not sent under VLMEvalKit here"):
        ask(spec(made(tmp_path, "video_rewardbench")[0]), tmp_path / "lmu")
