"""Other people's pairs through the real lmms-eval: mapped columns, several pictures, and their own subsets."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from tests.support.judge_server import JudgeServer
from tests.support.lmms_eval import lmms_eval, vlrb, vlrb_json
from tests.support.other_benchmarks import mm_rlhf_reward_bench, multimodal_reward_bench, png
from vlrb_task.pairs.rows import load_benchmark


def test_the_layouts_of_two_other_benchmarks_and_a_pair_with_two_pictures(tmp_path: Path) -> None:
    """Three tasks of one run, each on pairs of another layout."""
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    several = tmp_path / "c" / "pairs.jsonl"
    images = [base64.b64encode(png(color)).decode() for color in ("red", "blue")]
    row = {"id": "two", "query": "Which is red?", "response": ["The first.", "Neither."], "human_ranking": [0, 1]}
    several.write_text(json.dumps(row | {"subset": "pairs of pictures", "images": images}) + "\n")
    pairs = {
        "multimodal": multimodal_reward_bench(tmp_path / "a"),
        "mm_rlhf": mm_rlhf_reward_bench(tmp_path / "b"),
        "two_pictures": several,
    }
    for name, source in pairs.items():
        done = vlrb(
            *("task", "--judge", "criteria", "--order", "both", "--pairs", str(source), "--name", name),
            *("-o", str(tmp_path / "tasks")),
        )
        assert done.returncode == 0, done.stderr
    everything = [pair for source in pairs.values() for pair in load_benchmark(str(source)).pairs]
    right = {pair.responses[pair.better] for pair in everything}

    def judge(prompt: str) -> str:
        first = prompt.partition("[Answer 1]\n")[2].partition("\n\n[Answer 2]")[0]
        return f"Overall Judgment: Answer {1 if first in right else 2} is better."

    with JudgeServer(judge) as server:
        run = lmms_eval(
            *(tmp_path / "out", "--model", "async_openai"),
            *("--model_args", f"model_version=judge,base_url={server.url},api_key=x,num_cpus=4"),
            *("--tasks", ",".join(pairs), "--include_path", str(tmp_path / "tasks")),
        )
    expected = {
        "multimodal": {"knowledge", "open_generation/correctness_task", "safety"},
        "mm_rlhf": {"mcq", "long", "safety"},
        "two_pictures": {"pairs of pictures"},
    }
    for name, subsets in expected.items():
        table = run.metrics(name)
        assert table["overall"] == table["macro"] == 1.0
        assert {table[subset] for subset in subsets} == {1.0}
        score = vlrb_json("score", str(run.samples(name)))
        assert set(score["by_subset"]) == subsets
        assert score["unparsed"] == {}
    shown = [[part["type"] for part in request["messages"][-1]["content"]] for request in server.requests]
    assert shown.count(["image_url", "image_url", "text"]) == 2, "both pictures, before the text, for each ballot"
    assert shown.count(["image_url", "text"]) == 24
