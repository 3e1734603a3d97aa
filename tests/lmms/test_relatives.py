"""Other benchmarks through the real lmms-eval: answers that are pictures, frames, tie labels, criteria."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from tests.support.judge_server import JudgeServer
from tests.support.lmms_eval import lmms_eval, vlrb, vlrb_json
from tests.support.relatives import RELATIVES
from vlrb_task.pairs.rows import load_benchmark

JUDGES = {"mmrb2": "criteria", "mmrlhf": "criteria", "omni_rewardbench": "criterion"}


def kinds(content: list[dict[str, Any]]) -> str:
    return "".join("T" if part["type"] == "text" else "I" for part in content)


def test_three_relatives_in_one_run(tmp_path: Path) -> None:
    specs = {}
    for name, judge in JUDGES.items():
        (tmp_path / name).mkdir()
        specs[name], _ = RELATIVES[name](tmp_path / name)
        options = (
            "--judge",
            judge,
            "--order",
            "both",
            "--bench",
            specs[name],
            "--name",
            f"x_{name}",
            "-o",
            str(tmp_path / "tasks"),
        )
        done = vlrb("task", *options)
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
    shown = [request["messages"][-1]["content"] for request in server.requests]
    found = sorted(map(kinds, shown))
    # MMRB2: 2 edit rows (a picture within the question), 4 with answers that are pictures alone, 2 of text.
    assert found.count("TITITIT") == 4
    assert found.count("TITIT") == 8
    assert found.count("T") == 4
    # MM-RLHF: 5 pictures and 2 videos of 12 frames; Omni: 6 pictures.
    assert found.count("IT") == 10 + 12
    assert found.count("I" * 12 + "T") == 4
    t2i = [content for content in shown if kinds(content) == "TITIT" and "number 0" not in content[0]["text"]]
    pictures = {tuple(part["image_url"]["url"] for part in content if part["type"] != "text") for content in t2i}
    assert {tuple(reversed(one)) for one in pictures} == pictures, "each pair's pictures in both orders"
    assert all(base64.b64decode(url.partition(",")[2]).startswith(b"\x89PNG") for one in pictures for url in one)

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
