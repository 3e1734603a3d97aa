"""A batch file gives what a live run of the same task gives: the same messages, the same votes, the same numbers."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from tests.support.batch_runner import lines, run_openai
from tests.support.judge_server import JudgeServer
from tests.support.lmms_eval import lmms_eval, vlrb, vlrb_json
from tests.support.planted import SAYS
from tests.support.real_data import real_parquet


def judge(prompt: str) -> str:
    coin = random.Random(prompt)
    return f"I drew {coin.random()}.\n{SAYS[coin.choice(['first', 'second', 'second', 'tie', 'unparsed'])]}"


def test_a_batch_and_a_live_run_agree(tmp_path: Path) -> None:
    pairs = real_parquet(tmp_path / "pairs.parquet", rows=60)
    task = ("task", "--judge", "official", "--order", "both", "--name", "both_orders", "-o", str(tmp_path / "tasks"))
    assert vlrb(*task, "--pairs", str(pairs)).returncode == 0
    with JudgeServer(judge) as server:
        model = (
            "--model",
            "async_openai",
            "--model_args",
            f"model_version=judge,base_url={server.url},api_key=x,num_cpus=2",
        )
        run = lmms_eval(tmp_path / "live", *model, "--tasks", "both_orders", "--include_path", str(tmp_path / "tasks"))
        live = sorted(server.prompts)
        told = vlrb_json(
            *("batch", "write", "--task", str(tmp_path / "tasks" / "both_orders.task.json"), "--model", "judge"),
            *("-o", str(tmp_path / "requests.jsonl")),
        )
        server.prompts.clear()
        results, errors = tmp_path / "results.jsonl", tmp_path / "errors.jsonl"
        run_openai(server, map(Path, told["files"]), results, errors)
        assert sorted(server.prompts) == live, "the same prompts to the byte"
    votes = tmp_path / "x.votes.jsonl"
    vlrb_json("batch", "read", str(results), str(errors), "-o", str(votes))
    ours, theirs = numbers(vlrb_json("score", str(votes))), numbers(vlrb_json("score", str(run.samples("both_orders"))))
    assert ours == theirs
    logged = [json.loads(line)["vlrb_vote"] for line in run.samples("both_orders").read_text().splitlines()]
    by_ballot = {(vote["key"], vote["vote"]): vote for vote in logged}
    for vote in lines(votes):
        other = by_ballot[vote["key"], vote["vote"]]
        assert vote["text"] == other["text"]
        assert vote["messages_sha256"] == other["messages_sha256"], "pictures included"


def numbers(score: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in score.items() if name not in ("source", "metadata", "warnings")}
