"""``VLRB_Prob`` in the real VLMEvalKit: the same votes and numbers as lmms-eval's of the same server, to the last digit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.judge_server import JudgeServer
from tests.support.label_judge import LabelJudge, completion
from tests.support.lmms_eval import vlrb
from tests.support.vlmevalkit import PACKAGED, Finished, arguments, launch
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.rows import load_benchmark
from vlrb_task.tasks.shipped import shipped_tasks


@pytest.fixture
def env(tmp_path: Path, data_root: dict[str, str]) -> dict[str, str]:
    """The environment with a task like ``VLRB_Prob`` about the packaged pairs."""
    options = shipped_tasks()["vlrb_prob"].options.split()
    done = vlrb("task", *options, "--pairs", str(demo_parquet()), "--name", "mine", "-o", str(tmp_path / "tasks"))
    assert done.returncode == 0, done.stderr
    return data_root | {"VLRB_TASKS": str(tmp_path / "tasks")}


def run(server: JudgeServer, work: Path, env: dict[str, str]) -> Finished:
    return launch(*PACKAGED, *arguments(server.url, work, "VLRB_Mine"), work=work, env=env, flags=("--check",))


def test_averaged_logits_give_the_preference_that_the_place_hides(tmp_path: Path, env: dict[str, str]) -> None:
    judge = LabelJudge(load_benchmark(str(demo_parquet())).pairs, bias=2.0)
    with JudgeServer(judge) as server:
        done = run(server, tmp_path / "out", env)
    assert done.returncode == 0, done.output[-3000:]
    judge.check(json.loads(line) for line in done.file("*.votes.jsonl").read_text().splitlines())
    document = json.loads(done.file("*_metrics.json").read_text())
    assert document["right_averaged"] == pytest.approx(judge.share())
    assert document["overall"]["value"] != pytest.approx(judge.share(), abs=0.05)
    assert document["right_better_first"] > document["right_averaged"] > document["right_better_second"]
    assert document["provenance"]["sent"]["max_tokens"] == 1
    assert done.status()["VLRB_Mine"]["metrics"]["Right Averaged"] == document["right_averaged"]
    assert "90.0 % of the probability on average" in done.file("logs/*.log").read_text()


def test_a_server_without_logprobs_ends_the_run_with_one_line(tmp_path: Path, env: dict[str, str]) -> None:
    with JudgeServer(lambda prompt: completion({})) as server:
        done = run(server, tmp_path / "out", env)
    assert done.returncode != 0
    assert "vlrb: the server gives no logprobs: this judge's label is scored" in done.output
    assert not list((tmp_path / "out").rglob("*_metrics.json"))
