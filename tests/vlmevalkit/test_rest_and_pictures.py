"""In the real VLMEvalKit: a task that completes other runs, and pairs with several pictures in other people's columns."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path

from tests.support.judge_server import JudgeServer
from tests.support.lmms_eval import vlrb, vlrb_json
from tests.support.other_benchmarks import mm_rlhf_reward_bench, png
from tests.support.planted import SAYS
from tests.support.vlmevalkit import PACKAGED, arguments, launch
from vlrb_task.pairs.demo import demo_parquet


def says(prompt: str) -> str:
    coin = random.Random(prompt)
    return f"I drew {coin.random()}.\n{SAYS[coin.choice(['first', 'second', 'second', 'tie'])]}"


def write_task(folder: Path, name: str, *more: str) -> None:
    done = vlrb("task", "--judge", "criteria", "--name", name, "-o", str(folder), *more)
    assert done.returncode == 0, done.stderr


def test_the_rest_of_five_votes(data_root: dict[str, str], tmp_path: Path) -> None:
    tasks = tmp_path / "tasks"
    pairs = ("--pairs", str(demo_parquet()))
    env = {**data_root, "VLRB_TASKS": str(tasks)}
    write_task(tasks, "three", "--votes", "3", *pairs)
    with JudgeServer(says) as server:
        first = launch(*PACKAGED, *arguments(server.url, tmp_path / "a", "VLRB_Three"), work=tmp_path / "a", env=env)
        begun = first.file("judge_VLRB_Three_custom-*.votes.jsonl")
        write_task(tasks, "rest", "--votes", "5", "--votes-from", str(begun), *pairs)
        asked = len(server.prompts)
        second = launch(*PACKAGED, *arguments(server.url, tmp_path / "b", "VLRB_Rest"), work=tmp_path / "b", env=env)
        assert second.returncode == 0, second.output[-3000:]
    rest = second.file("judge_VLRB_Rest_custom-*.votes.jsonl")
    _, *ballots = (tasks / "rest.ballots.jsonl").read_text().splitlines()
    assert len(server.prompts) == asked + len(ballots)
    assert 0 < len(ballots) < 72
    metrics = second.status()["VLRB_Rest"]["metrics"]
    assert "Overall" not in metrics, "the rest of the votes has no accuracy of its own"
    assert metrics["Votes"] == len(ballots)
    assert not list((tmp_path / "b").rglob("*_score.csv"))
    score = vlrb_json("score", str(begun), str(rest))
    assert score["votes"] == asked + len(ballots)
    assert score["warnings"][0].startswith("stopped when decided")
    # The judge says the same to the same prompt: votes 3 and 4 are votes 1 and 0 again.
    lines = [json.loads(line) for line in begun.read_text().splitlines()]
    again = {0: (0, 4), 1: (1, 3), 2: (2,)}
    five = [
        line | {"vote": n, "schedule": {"order": "alternate", "votes": 5}}
        for line in lines
        for n in again[line["vote"]]
    ]
    (tmp_path / "five.votes.jsonl").write_text("".join(json.dumps(line) + "\n" for line in five))
    assert vlrb_json("score", str(tmp_path / "five.votes.jsonl"))["overall"] == score["overall"]


def test_several_pictures_and_mapped_columns(data_root: dict[str, str], tmp_path: Path) -> None:
    tasks = tmp_path / "tasks"
    env = {**data_root, "VLRB_TASKS": str(tasks)}
    two = tmp_path / "two.jsonl"
    images = [base64.b64encode(png(color)).decode() for color in ("red", "blue")]
    row = {"id": "two", "query": "Which is red?", "response": ["The first.", "Neither."], "human_ranking": [0, 1]}
    two.write_text(json.dumps(row | {"subset": "pairs of pictures", "images": images}) + "\n")
    (tmp_path / "mapped").mkdir()
    write_task(tasks, "two", "--order", "both", "--pairs", str(two))
    write_task(tasks, "mapped", "--order", "both", "--pairs", str(mm_rlhf_reward_bench(tmp_path / "mapped")))
    with JudgeServer(says) as server:
        run = launch(
            *PACKAGED, *arguments(server.url, tmp_path / "out", "VLRB_Two", "VLRB_Mapped"), work=tmp_path, env=env
        )
    assert run.returncode == 0, run.output[-3000:]
    shown = [[part["type"] for part in request["messages"][-1]["content"]] for request in server.requests]
    assert shown.count(["image_url", "image_url", "text"]) == 2
    assert shown.count(["image_url", "text"]) == 12
    score = vlrb_json("score", str(run.file("judge_VLRB_Mapped_custom-*.votes.jsonl")))
    assert set(score["by_subset"]) == {"long", "mcq", "safety"}
