"""Judges inside the real VLMEvalKit: the tasks that ``vlrb task`` writes, found through ``VLRB_TASKS``."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest

from tests.support.judge_server import JudgeServer
from tests.support.lmms_eval import vlrb, vlrb_json
from tests.support.vlmevalkit import PACKAGED, arguments, launch
from vlrb_task.judges import get_judge
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.rows import load_benchmark

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("vlmeval") is None,
    reason="VLMEvalKit is not installed here (nox -s vlmevalkit installs it)",
)

PAIRS = load_benchmark(str(demo_parquet())).pairs


def answer(prompt: str) -> str:
    """Calls a tool, grades the better answer higher, and otherwise prefers the first."""
    if "<tools>" in prompt:
        return '<tool_call>{"name": "enlarge", "arguments": {"box": [0, 0, 1, 1]}}</tool_call>'
    if found := re.search(r"\[Answer\]\n(.*?)\n\nCheck every statement", prompt, re.DOTALL):
        return f"Score: {8 if any(found[1] == pair.responses[pair.better] for pair in PAIRS) else 3}"
    return "Overall Judgment: Answer 1 is better."


def test_tasks_of_ones_own_run_and_score(tmp_path: Path) -> None:
    folder, captions = tmp_path / "tasks", tmp_path / "captions.json"
    captions.write_text(json.dumps({pair.id: f"A drawing, {pair.id}." for pair in PAIRS}))
    for judge, order in (("tools", "key"), ("caption", "both"), ("pointwise_10", "key")):
        options = ("--captions", str(captions)) if judge == "caption" else ()
        done = vlrb(
            *("task", "--judge", judge, "--order", order, "--pairs", str(demo_parquet())),
            *("--name", f"mine_{judge}", "-o", str(folder), *options),
        )
        assert done.returncode == 0, done.stderr
    names = ("VLRB_Mine_Tools", "VLRB_Mine_Caption", "VLRB_Mine_Pointwise_10")
    assert f"VLRB_TASKS={folder} python -m vlmevalkit_adapter … --data {names[2]}" in done.stdout.replace("\n", "")
    environment = {"VLRB_TASKS": str(folder), "LMUData": str(tmp_path / "data")}
    with JudgeServer(answer) as server:
        finished = launch(*PACKAGED, *arguments(server.url, tmp_path / "work", *names), work=tmp_path, env=environment)
        prompts, requests = server.prompts, server.requests
    assert finished.returncode == 0, finished.output[-3000:]
    system = get_judge("tools").system
    assert system is not None
    assert sum(prompt.startswith(system) for prompt in prompts) == 36, "the system message stands in front"
    shown = {"caption": 0, "picture": 0}
    for prompt, request in zip(prompts, requests, strict=True):
        kinds = [part["type"] for part in request["messages"][-1]["content"]]
        described = "A drawing, " in prompt
        shown["caption" if described else "picture"] += 1
        assert ("image_url" in kinds) != described
    assert shown == {"caption": 72, "picture": 36 + 72}
    scores = [vlrb_json("score", str(next(tmp_path.rglob(f"judge_{name}_custom-*.votes.jsonl")))) for name in names]
    assert scores[0]["unparsed"] == {"tool_call": 36}
    assert (scores[1]["overall"]["value"], scores[1]["consistency"]) == (0.5, 0.0)
    assert (scores[2]["overall"]["value"], scores[2]["votes"]) == (1.0, 36)
    assert scores[2]["prompt"]["name"] == "pointwise_10"


def test_a_folder_that_holds_no_tasks_is_named(tmp_path: Path) -> None:
    environment = {"VLRB_TASKS": str(tmp_path / "nowhere"), "LMUData": str(tmp_path)}
    finished = launch(
        *PACKAGED, *arguments("http://127.0.0.1:9", tmp_path, "VLRB_Mine"), work=tmp_path, env=environment
    )
    assert finished.returncode != 0
    assert f"{tmp_path / 'nowhere'}: no such folder" in finished.output
