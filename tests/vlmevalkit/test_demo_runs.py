"""The packaged pairs through the real VLMEvalKit, in every way that it can be started."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.support.judge_server import JudgeServer, Refuse
from tests.support.lmms_eval import vlrb_json
from tests.support.planted import SAYS, Habits
from tests.support.vlmevalkit import PACKAGED, Finished, arguments, launch, start, upstream
from vlrb_task.asking.ballots import Ballot
from vlrb_task.judges import fill_prompt, get_judge
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.pair import ANSWERS
from vlrb_task.pairs.rows import load_benchmark, read_rows

HABITS = Habits(tie=0.0, unparsed=0.0)
PAIRS = load_benchmark(str(demo_parquet())).pairs
BALLOTS = 2 * len(PAIRS)
VOTES = "judge_VLRB_Demo_custom-*.votes.jsonl"


@pytest.fixture(params=["packaged", "upstream"])
def target(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return PACKAGED if request.param == "packaged" else upstream()


class DemoJudge:
    """Knows the demo's prompts to the byte, and refuses any other."""

    def __init__(self) -> None:
        judge = get_judge("criteria")
        assert judge.prompt.template is not None
        self.answers = {
            fill_prompt(judge.prompt.template, judge.prompt, pair, Ballot(pair.key, 0, first=first)): HABITS.say(
                pair, first, 0
            )
            for pair in PAIRS
            for first in ANSWERS
        }

    def __call__(self, prompt: str) -> str:
        if prompt not in self.answers:
            raise Refuse(400)
        return SAYS[self.answers[prompt]]


@pytest.fixture(scope="module")
def judge() -> DemoJudge:
    return DemoJudge()


def planted_accuracy() -> float:
    right = [(HABITS.say(pair, first, 0) == "first") == (first == pair.better) for pair in PAIRS for first in ANSWERS]
    return sum(right) / len(right)


def check_success(finished: Finished) -> None:
    assert finished.returncode == 0, finished.output[-3000:]
    status = finished.status()["VLRB_Demo"]
    assert "error_message" not in status, status
    assert status["primary_metric"] == "Overall"
    assert status["metrics"]["Overall"] == pytest.approx(planted_accuracy(), abs=1e-12)
    assert status["metrics"]["Votes"] == BALLOTS
    score = vlrb_json("score", str(finished.file(VOTES)))
    assert score["overall"]["value"] == status["metrics"]["Overall"]
    assert score["warnings"] == []


def test_data(target: tuple[str, ...], judge: DemoJudge, data_root: dict[str, str], tmp_path: Path) -> None:
    with JudgeServer(judge) as server:
        finished = launch(*target, *arguments(server.url, tmp_path, "VLRB_Demo"), work=tmp_path, env=data_root)
    check_success(finished)
    assert len(server.prompts) == BALLOTS
    content = server.requests[0]["messages"][-1]["content"]
    assert [part["type"] for part in content] == ["image_url", "text"]
    assert "0.00% (0/72)" in finished.output, "the run summary's failure rates"
    # The score file has the columns of VLMEvalKit's own scorer.
    with finished.file("judge_VLRB_Demo_custom-*_score.csv").open(newline="") as file:
        names, values = csv.reader(file)
    assert names == ["hallucination", "reasoning", "general", "Macro Accuracy", "Overall Consistency"]
    assert float(values[4]) == finished.status()["VLRB_Demo"]["metrics"]["Overall"]
    metrics = json.loads(finished.file("judge_VLRB_Demo_custom-*_metrics.json").read_text())
    provenance = metrics.pop("provenance")
    scored = vlrb_json("score", str(finished.file(VOTES)))
    assert metrics == {name: scored[name] for name in metrics}
    assert set(scored) - set(metrics) <= {"doubt"}
    assert provenance["base_url"] == server.url
    assert provenance["prompt"]["sha256"] == get_judge("criteria").prompt.sha256
    # vlrb score reads the prediction file itself, too.
    predictions = vlrb_json("score", str(finished.file("judge_VLRB_Demo.tsv")), "--pairs", str(demo_parquet()))
    assert predictions["overall"] == metrics["overall"]
    assert predictions["fingerprint"] == metrics["fingerprint"]


def test_api_mode(target: tuple[str, ...], judge: DemoJudge, data_root: dict[str, str], tmp_path: Path) -> None:
    """Its evaluation runs in a forked process."""
    with JudgeServer(judge) as server:
        command = [*arguments(server.url, tmp_path, "VLRB_Demo"), "--api-mode", "--monitor-interval", "1"]
        check_success(launch(*target, *command, work=tmp_path, env=data_root))


SPAWN = """
import multiprocessing

from vlmeval import run

if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    run.main()
"""


def test_api_mode_with_spawned_workers(judge: DemoJudge, data_root: dict[str, str], tmp_path: Path) -> None:
    script = tmp_path / "spawn.py"
    script.write_text(SPAWN)
    with JudgeServer(judge) as server:
        command = [*arguments(server.url, tmp_path, "VLRB_Demo"), "--api-mode", "--monitor-interval", "1"]
        check_success(launch(str(script), *command, work=tmp_path, env=data_root))


def test_config_then_inference_and_evaluation_apart(
    target: tuple[str, ...], judge: DemoJudge, data_root: dict[str, str], tmp_path: Path
) -> None:
    """Datasets are named by class in a configuration file; the evaluation needs no server, key or network."""
    config = tmp_path / "config.json"
    with JudgeServer(judge) as server:
        model = {"class": "LMDeployAPI", "model": "judge", "api_base": f"{server.url}/chat/completions"}
        data = {"VLRB_Demo": {"class": "VLRB", "dataset": "VLRB_Demo"}}
        config.write_text(json.dumps({"model": {"judge": model}, "data": data}))
        command = ["--config", str(config), "--work-dir", str(tmp_path)]
        first = launch(*target, *command, "--mode", "infer", work=tmp_path, env=data_root)
    assert first.status()["VLRB_Demo"]["skip_reason"] == "mode_infer"
    second = launch(*target, *command, "--mode", "eval", work=tmp_path, env={**data_root, "OPENAI_API_KEY": ""})
    check_success(second)
    assert len(server.prompts) == BALLOTS


def test_an_interrupted_run_goes_on(
    target: tuple[str, ...], judge: DemoJudge, data_root: dict[str, str], tmp_path: Path
) -> None:
    with JudgeServer(judge, latency=0.5) as server:
        command = (*target, *arguments(server.url, tmp_path, "VLRB_Demo")[:-1], "4")
        process = start(("-m", "vlmevalkit_adapter", *command), env=data_root)
        while len(server.prompts) < BALLOTS // 2 and process.poll() is None:
            time.sleep(0.1)
        process.kill()
        process.communicate()
        asked = len(server.prompts)
        assert BALLOTS // 2 <= asked < BALLOTS
        server.latency = 0.0
        finished = launch(*command, "--reuse", work=tmp_path, env=data_root)
    assert finished.returncode == 0, finished.output[-3000:]
    assert finished.status()["VLRB_Demo"]["metrics"]["Votes"] == BALLOTS
    assert len(server.prompts) < BALLOTS + asked, "what was answered before is not asked again"
    twice = sum(count > 1 for count in Counter(server.prompts).values())
    assert twice <= 16, "only requests under way when it was interrupted"


def test_failed_requests_are_their_own_outcome_and_are_tried_again(
    judge: DemoJudge, data_root: dict[str, str], tmp_path: Path
) -> None:
    refused = set(list(judge.answers)[:6])

    def moody(prompt: str) -> str:
        if prompt in refused:
            raise Refuse(400)
        return judge(prompt)

    command = (*PACKAGED, "--retry", "1")
    with JudgeServer(moody) as server:
        first = launch(*command, *arguments(server.url, tmp_path, "VLRB_Demo"), work=tmp_path, env=data_root)
        metrics = first.status()["VLRB_Demo"]["metrics"]
        assert metrics["Failed Requests"] == 6
        assert metrics["Parsed Rate"] == pytest.approx(1 - 6 / BALLOTS)
        assert "8.33% (6/72)" in first.output, "infer_fail_rate in the run summary"
        score = vlrb_json("score", str(first.file(VOTES)))
        assert score["unparsed"] == {"failed_request": 6}
        refused.clear()
        asked = len(server.prompts)
        again = launch(*command, *arguments(server.url, tmp_path, "VLRB_Demo"), "--reuse", work=tmp_path, env=data_root)
    check_success(again)
    assert len(server.prompts) == asked + 6


def test_a_dataset_that_fails_does_not_look_like_success(
    target: tuple[str, ...], judge: DemoJudge, data_root: dict[str, str], tmp_path: Path
) -> None:
    env = {**data_root, "VLRB_PAIRS": str(tmp_path / "absent.parquet")}
    with JudgeServer(judge) as server:
        command = [*target, *arguments(server.url, tmp_path, "VLRB", "VLRB_Demo")]
        finished = launch(*command, work=tmp_path, env=env, flags=("--check",))
    assert finished.returncode == 1
    assert "absent.parquet: no such file" in finished.status()["VLRB"]["error_message"]
    assert "metrics" not in finished.status()["VLRB"]
    assert finished.output.rstrip().splitlines()[-1].startswith("vlrb: VLRB FAILED:")
    assert finished.status()["VLRB_Demo"]["metrics"]["Votes"] == BALLOTS, "the other datasets go on"


def test_vlmutil(data_root: dict[str, str], tmp_path: Path) -> None:
    finished = launch("vlmutil", "dlist", "all", work=tmp_path, env=data_root)
    names = finished.output.split()
    assert {"VLRB", "VLRB_Swap", "VLRB_K5", "VLRB_K10", "VLRB_Compat", "VLRB_Demo", "VL-RewardBench"} <= set(names)


RANK = """
import json, os, pathlib, sys

import torch.distributed as dist
from vlmeval.dataset import SUPPORTED_DATASETS, build_dataset

dist.init_process_group("gloo")
dataset = build_dataset("VLRB_Demo")
shown = [message["value"] for message in dataset.build_prompt(dist.get_rank())]
found = {"known": "VLRB_K10" in SUPPORTED_DATASETS, "rows": len(dataset), "read": os.path.getsize(shown[0]) > 0}
pathlib.Path(sys.argv[1], f"rank{dist.get_rank()}.json").write_text(json.dumps(found))
dist.barrier()
dist.destroy_process_group()
"""


def test_two_ranks_under_torchrun(tmp_path: Path) -> None:
    """Registered in both, and both write the pictures of an empty data folder at the same time."""
    script = tmp_path / "rank.py"
    script.write_text(RANK)
    data = tmp_path / "lmu"
    data.mkdir()
    torchrun = ("-m", "torch.distributed.run", "--nproc-per-node=2", "--standalone")
    process = start((*torchrun, "-m", "vlmevalkit_adapter", str(script), str(tmp_path)), env={"LMUData": str(data)})
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output[-3000:]
    for rank in (0, 1):
        found = json.loads((tmp_path / f"rank{rank}.json").read_text())
        assert found == {"known": True, "rows": BALLOTS, "read": True}
    pictures = {row["image"]["bytes"] for row in read_rows(str(demo_parquet()), images=True)}
    assert len(list((data / "images" / "VLRB").iterdir())) == len(pictures)


def test_nothing_is_registered_without_being_asked_for() -> None:
    code = "from vlmeval.dataset import SUPPORTED_DATASETS; print('VLRB' in SUPPORTED_DATASETS)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("False")
