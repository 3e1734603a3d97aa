"""Other benchmarks through the real lmms-eval: answers that are pictures, frames, a video's file, tie labels, criteria."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.judge_server import JudgeServer
from tests.support.lmms_eval import lmms_eval, vlrb, vlrb_json
from tests.support.relatives import RELATIVES
from vlrb_task.pairs.rows import load_benchmark

JUDGES = {"mmrb2": "criteria", "mmrlhf": "criteria", "omni_rewardbench": "criterion"}


def kinds(content: list[dict[str, Any]]) -> str:
    return "".join("T" if part["type"] == "text" else "I" for part in content)


def clip(folder: Path) -> str:
    """A pair about a real video of two seconds; the mapping's path."""
    cv2, numpy = pytest.importorskip("cv2"), pytest.importorskip("numpy")
    writer = cv2.VideoWriter(str(folder / "a.mp4"), cv2.VideoWriter_fourcc(*"mp4v"), 8, (64, 64))
    for frame in range(16):
        writer.write(numpy.full((64, 64, 3), frame * 15, numpy.uint8))
    writer.release()
    row = {"q": "Does it get brighter?", "a": "Yes.", "b": "No.", "clip": "a.mp4"}
    (folder / "rows.jsonl").write_text(json.dumps(row))
    mapping = "rows: rows.jsonl\nquery: q\nanswers: [a, b]\nbetter: first\nsubset: {value: videos}\nvideo: clip\n"
    (folder / "clip.yaml").write_text(mapping)
    return str(folder / "clip.yaml")


def test_a_video_goes_to_the_wrapper_as_a_file(tmp_path: Path) -> None:
    """The real wrapper takes eight frames of it, in front of the text."""
    options = ("--judge", "criteria", "--order", "both", "--pairs", clip(tmp_path), "--name", "x_clip")
    done = vlrb("task", *options, "-o", str(tmp_path / "tasks"))
    assert done.returncode == 0, done.stderr
    with JudgeServer(lambda _: "Overall Judgment: Answer 1 is better.") as server:
        run = lmms_eval(
            *(tmp_path / "out", "--model", "async_openai"),
            *("--model_args", f"model_version=judge,base_url={server.url},api_key=x,num_cpus=1,nframes=8"),
            *("--tasks", "x_clip", "--include_path", str(tmp_path / "tasks")),
        )
    assert [kinds(request["messages"][-1]["content"]) for request in server.requests] == ["I" * 8 + "T"] * 2
    assert run.metrics("x_clip")["overall"] == 0.5


def test_three_kinds_of_pairs_in_one_run(tmp_path: Path) -> None:
    specs = {}
    for name, asked in JUDGES.items():
        (tmp_path / name).mkdir()
        specs[name] = RELATIVES[name](tmp_path / name)[0]
        options = ("--judge", asked, "--order", "both", "--bench", specs[name], "--name", f"x_{name}")
        done = vlrb("task", *options, "-o", str(tmp_path / "tasks"))
        assert done.returncode == 0, done.stderr
    omni = {pair.criterion: pair for pair in load_benchmark(specs["omni_rewardbench"]).pairs}

    def judge(prompt: str) -> str:
        """Right on Omni-RewardBench, ties included; the first answer of anything else."""
        criterion = prompt.partition("[Criterion]\n")[2].partition("\n\n[Question]")[0]
        if criterion not in omni:
            return "Overall Judgment: Answer 1 is better."
        if omni[criterion].tied:
            return "Overall Judgment: both answers are equally good."
        first = prompt.partition("[Answer 1]\n")[2].partition("\n\n[Answer 2]")[0]
        pair = omni[criterion]
        return f"Overall Judgment: Answer {1 if first[:8] == pair.responses[pair.better][:8] else 2} is better."

    with JudgeServer(judge) as server:
        run = lmms_eval(
            *(tmp_path / "out", "--model", "async_openai"),
            *("--model_args", f"model_version=judge,base_url={server.url},api_key=x,num_cpus=4"),
            *("--tasks", ",".join(f"x_{name}" for name in JUDGES), "--include_path", str(tmp_path / "tasks")),
        )
    assert run.returncode == 0, run.output[-3000:]
    shown = [request["messages"][-1]["content"] for request in server.requests]
    assert len(shown) == 16 + 14 + 12, run.output[-3000:]
    found = [kinds(content) for content in shown]
    # MMRB2: 2 edit rows (a picture within the question), 4 with answers that are pictures alone, 2 of text.
    assert found.count("TITITIT") == 4
    assert found.count("TITIT") == 8
    assert found.count("T") == 4
    # MM-RLHF: 5 pictures and 2 videos of 12 frames; Omni: 6 pictures.
    assert found.count("IT") == 10 + 12
    assert found.count("I" * 12 + "T") == 4
    pictures = [
        tuple(part["image_url"]["length"] for part in content if part["type"] != "text")
        for content in shown
        if kinds(content) == "TITIT"
    ]
    assert sorted(one[::-1] for one in pictures) == sorted(pictures), "each pair's pictures in both orders"
    assert any(left != right for left, right in pictures)

    assert run.metrics("x_omni_rewardbench")["overall"] == 1.0
    omni_score = vlrb_json("score", str(run.samples("x_omni_rewardbench")))
    assert (omni_score["overall"]["value"], omni_score["overall_no_ties"]["n"]) == (1.0, 4)
    assert omni_score["all_right"]["n"] == 2
    assert len(omni_score["by_criterion"]) == 3
    for name in ("mmrb2", "mmrlhf"):
        score = vlrb_json("score", str(run.samples(f"x_{name}")))
        assert (score["overall"]["value"], score["consistency"]) == (0.5, 0.0)
        assert score["fingerprint"] == load_benchmark(specs[name]).fingerprint
        assert score["metadata"]["benchmark"] == name
    records = [json.loads(line)["vlrb_vote"] for line in run.samples("x_mmrb2").read_text().splitlines()]
    hashes = [record["messages_sha256"] for record in records]
    assert len(set(hashes)) == len(hashes) == 16, "other texts or pictures, or the same in another order"
