"""Other benchmarks as VLMEvalKit's messages: answers that are pictures in their places, frames, and videos."""

from __future__ import annotations

import json
import pickle
from collections import Counter
from pathlib import Path

import pytest

from tests.support.judge_server import JudgeServer
from tests.support.relatives import RELATIVES, Made, make_clip
from tests.support.vlmevalkit import arguments, launch
from vlmevalkit_adapter.asking import ask
from vlmevalkit_adapter.registration import register
from vlrb_task.asking.ballots import Order, Schedule
from vlrb_task.pairs.rows import load_benchmark
from vlrb_task.scores.score import score_run
from vlrb_task.support.errors import DataError
from vlrb_task.tasks.shipped import TaskSpec, shipped_tasks
from vlrb_task.votes import read_runs


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


@pytest.mark.parametrize("name", RELATIVES)
def test_each_benchmark_has_a_dataset(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs, _ = made(tmp_path, name)
    monkeypatch.setenv("VLRB_PAIRS", f"absent.parquet,{pairs}")
    task = shipped_tasks()[f"vlrb_{name}"]
    if name in ("video_rewardbench", "mr2bench"):
        with pytest.raises(DataError, match="a video in a file, which only datasets of videos send: NAME_8frame"):
            ask(task, tmp_path / "lmu")
    asking = ask(task, tmp_path / "lmu", {"nframe": 8})
    assert asking.source.benchmark.fingerprint == load_benchmark(pairs).fingerprint
    assert len(asking.rows()) == 2 * len(load_benchmark(pairs).pairs)


def test_videos_and_pictures_in_one_run(tmp_path: Path) -> None:
    """The real run loop: eight frames of each video for a model that takes none."""
    pairs, _ = made(tmp_path, "mr2bench")
    make_clip(tmp_path / "mr2bench" / "2.mp4")
    (tmp_path / "lmu").mkdir()
    env = {"LMUData": str(tmp_path / "lmu"), "VLRB_PAIRS": pairs}
    with JudgeServer(lambda _: "Overall Judgment: Answer 1 is better.") as server:
        command = ("-m", "vlmeval", *arguments(server.url, tmp_path, "VLRB_MR2BENCH_8frame"))
        done = launch(*command, work=tmp_path, env=env, flags=("--check",))
    assert done.returncode == 0, done.output[-3000:]
    content = [request["messages"][-1]["content"] for request in server.requests]
    # Of four ranked answers 6 and 5 pairs about a picture, and 3 about a video, in both orders.
    found = Counter("".join(part["type"][0] for part in parts) for parts in content)
    assert found == {"it": 2 * (6 + 5), "i" * 8 + "t": 2 * 3}
    (run,) = read_runs([done.file("*.votes.jsonl")])
    score = score_run(run).to_dict()
    assert (score["overall"]["value"], score["overall"]["n"], score["first_rate"]) == (0.5, 14, 1.0)
    vote = json.loads(done.file("*.votes.jsonl").read_text().splitlines()[-1])
    assert (vote["nframe"], vote["prompt_is_ours"]) == (8, True)


@pytest.mark.filterwarnings("ignore")  # VLMEvalKit's own, while it is imported
def test_a_model_on_this_machine_is_given_the_number_of_frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through VLMEvalKit's loop and its real wrappers: Qwen's, whose weights alone are left out, and a server's."""
    monkeypatch.setenv("VLRB_PAIRS", made(tmp_path, "video_rewardbench")[0])
    for number in range(3):
        make_clip(tmp_path / "video_rewardbench" / f"{number}.mp4")
    monkeypatch.setattr("sys.argv", ["run"])
    import vlmeval.dataset
    from vlmeval.api import LMDeployAPI
    from vlmeval.inference_video import infer_data_job_video
    from vlmeval.vlm.qwen2_vl.model import Qwen2VLChat

    monkeypatch.setattr("vlmevalkit_adapter.datasets.LMUDataRoot", lambda: str(tmp_path))
    register(vlmeval.dataset)
    dataset = vlmeval.dataset.build_dataset("VLRB_VIDEO_REWARDBENCH_8frame")
    content = []

    class Weightless(Qwen2VLChat):  # type: ignore[misc]
        def __init__(self) -> None:
            self.min_pixels = self.max_pixels = self.total_pixels = self.fps = None
            self.nframe, self._use_custom_prompt = 64, True

        def generate_inner(self, message: list[dict[str, str]], dataset: str | None = None) -> str:
            content.append(self._prepare_content(message, dataset))
            return "Overall Judgment: Answer 1 is better."

    infer_data_job_video(Weightless(), str(tmp_path), "tiny", dataset, str(tmp_path / "tiny.tsv"))
    assert [[part["type"] for part in parts] for parts in content] == [["video", "text"]] * 6
    assert {parts[0]["nframes"] for parts in content} == {8}
    server = LMDeployAPI(model="x", api_base="http://127.0.0.1:9/v1/chat/completions", video_llm=True)
    sent = server.prepare_itlist(dataset.build_prompt(0, video_llm=server.VIDEO_LLM))
    assert [part["type"] for part in sent] == ["video_url", "text"]
    assert dataset.evaluate(str(tmp_path / "tiny.tsv"))["Overall"] == 0.5
    # --api-mode builds its messages in other processes.
    assert pickle.loads(pickle.dumps(dataset)).build_prompt(0, video_llm=True) == dataset.build_prompt(
        0, video_llm=True
    )
    model = Weightless()
    model.system_prompt = "Answer in French."
    with pytest.raises(SystemExit, match="the model's own system message would be sent"):
        model.generate(dataset.build_prompt(0), dataset=dataset.dataset_name)
