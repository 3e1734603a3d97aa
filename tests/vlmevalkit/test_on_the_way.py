"""From the model to the vote in the real VLMEvalKit: our prompt is what is sent, and what comes back is whole and told."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.judge_server import JudgeServer, Refuse
from tests.support.vlmevalkit import PACKAGED, arguments, launch
from vlmevalkit_adapter import failures
from vlrb_task.judges import get_judge
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.rows import read_rows
from vlrb_task.parsing.verdicts import Verdict
from vlrb_task.votes.warnings import NO_IMAGES


def judge(prompt: str) -> str:
    coin = random.Random(prompt)
    first, second = (get_judge("criteria").examples[verdict] for verdict in (Verdict.FIRST, Verdict.SECOND))
    return f"<think>At first sight: {second}</think>\n{coin.choice([first, second])}"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def own_task(folder: Path) -> dict[str, str]:
    """A task on pairs with subsets of their own, and the environment that names it."""
    from tests.support.lmms_eval import vlrb

    rows = []
    for number, row in enumerate(read_rows(str(demo_parquet()))):
        rows.append(
            {k: row[k] for k in ("id", "query", "response", "human_ranking")} | {"subset": f"kind {number % 2}"}
        )
    pairs = folder / "pairs.jsonl"
    pairs.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = vlrb(
        *("task", "--judge", "criteria", "--order", "both", "--pairs", str(pairs), "--name", "kinds"),
        *("-o", str(folder / "tasks"), "--no-images"),
    )
    assert done.returncode == 0, done.stderr
    return {"VLRB_TASKS": str(folder / "tasks")}


def test_api_mode_with_a_models_own_prompt_subsets_and_failures(tmp_path: Path, data_root: dict[str, str]) -> None:
    """InternVL's adapter builds a prompt of its own for questions: the judge would never see the answers."""

    def moody(prompt: str) -> str:
        if "triangle" in prompt:
            raise Refuse(500)
        return judge(prompt)

    env = own_task(tmp_path) | data_root | {"PRED_FORMAT": ""}
    with JudgeServer(moody) as server:
        run = launch(
            *PACKAGED,
            *arguments(server.url, tmp_path / "out", "VLRB_Kinds"),
            *("--api-mode", "--custom-prompt", "internvl3", "--retry", "1", "--temperature", "0.3"),
            work=tmp_path / "out",
            env=env,
            flags=("--check",),
        )
        prompts = list(server.prompts)
    assert prompts, run.output[-3000:]
    assert all("[Answer 1]" in prompt or "Answer 1" in prompt for prompt in prompts)
    predictions = run.file("judge_VLRB_Kinds.tsv")
    assert predictions.suffix == ".tsv", "nothing is cut where nobody chose Excel"
    votes = lines(run.file("judge_VLRB_Kinds_custom*.votes.jsonl"))
    assert {vote["prompt_is_ours"] for vote in votes} == {True}
    assert {vote["sent"]["temperature"] for vote in votes} == {0.0}, "the adapter sends 0, whatever was asked"
    assert {vote["base_url"] for vote in votes} == {server.url}
    assert {vote["model_id"] for vote in votes} == {f"judge at {server.url}"}
    assert all(vote["messages_sha256"] and vote["answers_sha256"] and vote["framework_version"] for vote in votes)
    document = json.loads(run.file("*_metrics.json").read_text())
    assert all(vote["no_images"] is True for vote in votes)
    assert NO_IMAGES in document["warnings"]
    failed = sum(vote.get("failure") == "failed_request" for vote in votes)
    assert failed
    assert any(f"{failed} of {len(votes)} requests failed" in warning for warning in document["warnings"])
    assert document["provenance"]["sent"]["temperature"] == 0.0
    assert document["provenance"]["prompt"]["sha256"] == get_judge("criteria").prompt.sha256
    status = run.status()["VLRB_Kinds"]
    assert not status.get("error_message"), "subsets of one's own are no KeyError"
    assert "Kind 0" in json.dumps(status) or "kind 0" in json.dumps(status)
    assert run.returncode == 0


def test_split_think_and_a_system_message(tmp_path: Path, data_root: dict[str, str]) -> None:
    def model(server: JudgeServer, **more: str) -> dict[str, Any]:
        base = {"class": "LMDeployAPI", "model": "judge", "api_base": f"{server.url}/chat/completions", "retry": 1}
        return base | more

    with JudgeServer(judge) as server:
        config = tmp_path / "config.json"
        models = {"plain": model(server), "cat": model(server, system_prompt="You are a cat.")}
        data = {"VLRB_Demo": {"class": "VLRB", "dataset": "VLRB_Demo"}}
        config.write_text(json.dumps({"model": models, "data": data}))
        run = launch(
            *PACKAGED,
            *("--config", str(config), "--work-dir", str(tmp_path / "out"), "--api-nproc", "16"),
            work=tmp_path / "out",
            env=data_root | {"SPLIT_THINK": "1"},
            flags=("--check",),
        )
        asked = len(server.prompts)
    assert asked == 72, "the model with a system message of its own is asked nothing"
    assert run.returncode == 1
    assert "system message" in run.output
    assert "no result" not in run.output
    assert "plain:" not in run.output, "the other model is fine"
    votes = lines(run.file("plain_VLRB_Demo_*.votes.jsonl"))
    assert all(vote["text"].startswith("<think>At first sight") for vote in votes), "the thought is joined back"
    document = json.loads(run.file("plain_*_metrics.json").read_text())
    assert any("SPLIT_THINK" in warning for warning in document["warnings"])


@pytest.fixture
def no_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "_failed", {})


@pytest.mark.parametrize("below", ["", "T20261125-235022"])
def test_every_kind_of_failed_run_is_found(tmp_path: Path, no_failures: None, below: str) -> None:
    since = time.time() - 5
    status = {
        "VLRB": {"status": "done", "error_message": "the same"},
        "VLRB_K5": {"status": "done", "error_message": "the same"},
        "VLRB_K10": {"status": "done", "error_message": ""},
        "VLRB_Swap": {"status": "done", "skip_reason": "No infer result found"},
        "VLRB_Compat": {"status": "infer"},
        "VLRB_Demo": {"status": "done"},
        "VLRB_Blind": {"status": "done", "skip_reason": "mode_infer"},
    }
    folder = tmp_path / "model" / below
    folder.mkdir(parents=True)
    (folder / "status.json").write_text(json.dumps({"datasets": status}))
    asked = [*status, "VLRB_K7", "VLRB_Tools"]
    known = [*status, "VLRB_Tools"]
    failures.check(["run.py", "--data", *asked, "MMMU", "--model", "m", "--work-dir", str(tmp_path)], known, since)
    found = failures.failed()
    assert set(found) == {"VLRB", "VLRB_K5", "VLRB_K10", "VLRB_Swap", "VLRB_Compat", "VLRB_K7", "VLRB_Tools"}
    assert "no such dataset" in found["VLRB_K7"]
    assert "without a message" in found["VLRB_K10"]
    assert "No infer result" in found["VLRB_Swap"]
    assert failures.requested(["-m", "vlmeval", "--data=VLRB"])[0] == ["VLRB"]
