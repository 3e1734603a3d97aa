"""From the model to the vote in the real lmms-eval: whose prompt, which settings, which server; and what a journal may answer."""

from __future__ import annotations

import io
import json
import random
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.support.judge_server import JudgeServer
from tests.support.lmms_eval import Finished, lmms_eval, vlrb, vlrb_json
from vlrb_task.judges import get_judge
from vlrb_task.pairs.keys import answers_sha256
from vlrb_task.parsing.verdicts import Verdict
from vlrb_task.votes import read_runs
from vlrb_task.votes.warnings import NO_IMAGES

PAIRS = 6


def judge(prompt: str) -> str | None:
    coin = random.Random(prompt)
    example = get_judge("criteria").examples[coin.choice([Verdict.FIRST, Verdict.SECOND])]
    return None if "q0?" in prompt else f"<think>Let me look.</think>\n{example}"


def write_task(folder: Path, colour: int) -> None:
    """Pairs with pictures; the last pair's has a colour of its own."""
    from PIL import Image

    rows = []
    for number in range(PAIRS):
        buffer = io.BytesIO()
        Image.new("RGB", (28, 28), (number, 0, colour if number == PAIRS - 1 else 0)).save(buffer, "PNG")
        (folder / f"{number}.png").write_bytes(buffer.getvalue())
        rows.append(
            {
                "id": f"wildvision_{number}",
                "query": f"q{number}?",
                "response": [f"a{number}", f"b{number}"],
                "human_ranking": [0, 1],
                "image": f"{number}.png",
            }
        )
    (folder / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = vlrb(
        *("task", "--judge", "criteria", "--order", "both", "--pairs", str(folder / "pairs.jsonl"), "--name", "mine"),
        *("-o", str(folder / "tasks")),
    )
    assert done.returncode == 0, done.stderr


def run(
    folder: Path,
    name: str,
    server: JudgeServer,
    arguments: str = "",
    journal: bool = True,
    env: dict[str, str] | None = None,
) -> Finished:
    model = f"model_version=judge,base_url={server.url},api_key=x,num_cpus=2{arguments}"
    return lmms_eval(
        folder / name,
        *("--model", "async_openai", "--model_args", model, "--tasks", "mine"),
        *("--include_path", str(folder / "tasks")),
        env=({"VLRB_JOURNAL": str(folder / "journal")} if journal else {}) | (env or {}),
    )


def votes_of(finished: Finished) -> list[dict[str, Any]]:
    return [json.loads(line)["vlrb_vote"] for line in finished.samples("mine").read_text().splitlines()]


def test_a_journal_answers_only_for_the_very_same_messages(tmp_path: Path) -> None:
    write_task(tmp_path, 0)
    with JudgeServer(judge) as server:
        first = run(tmp_path, "first", server)
        assert len(server.prompts) == 2 * PAIRS
        write_task(tmp_path, 200)
        run(tmp_path, "second", server)
        assert len(server.prompts) == 2 * PAIRS + 2, (
            "the pair whose picture is another one is asked again, and no other"
        )
    votes = votes_of(first)
    assert {vote["sent"]["temperature"] for vote in votes} == {get_judge("criteria").sampling.temperature}
    assert {"top_p" in vote["sent"] for vote in votes} == {False}, "this wrapper drops top_p, and the votes say so"
    assert {vote["base_url"] for vote in votes} == {server.url}
    assert {vote["model_id"] for vote in votes} == {f"judge at {server.url}"}
    assert {vote["prompt_is_ours"] for vote in votes} == {True}
    (scored,) = read_runs([first.samples("mine")])
    assert scored.metadata["framework_version"] == f"lmms-eval {version('lmms-eval')}"
    assert len({vote["messages_sha256"] for vote in votes}) == 2 * PAIRS
    assert votes[0]["answers_sha256"] == answers_sha256(["a0", "b0"])
    empty = [vote for vote in votes if vote.get("failure") == "empty"]
    assert len(empty) == 2, "null content is an empty answer, not the wrapper's error"
    assert all(vote["text"] == "" for vote in empty)
    assert all(vote["text"].startswith("<think>") for vote in votes if vote not in empty)
    journalled = [
        json.loads(line) for path in (tmp_path / "journal").iterdir() for line in path.read_text().splitlines()
    ]
    assert {vote["messages_sha256"] for vote in votes} < {vote["messages_sha256"] for vote in journalled}
    with JudgeServer(judge) as other:
        run(tmp_path, "third", other)
        assert len(other.prompts) == 2 * PAIRS, "another server is another model"


def test_a_system_message_of_the_models_stops_the_run_before_its_first_request(tmp_path: Path) -> None:
    write_task(tmp_path, 0)
    with JudgeServer(judge) as server:
        stopped = run(tmp_path, "cat", server, ",system_prompt=You are a cat.", journal=False)
        assert not server.prompts
        blind = run(tmp_path, "blind", server, journal=False, env={"VLRB_NO_IMAGES": "1"})
        assert {part["type"] for body in server.requests for part in body["messages"][0]["content"]} == {"text"}
    assert blind.metrics("mine")["no_images"] == 2 * PAIRS, "lmms-eval's own result says so"
    assert all(vote["no_images"] and vote["messages_sha256"] for vote in votes_of(blind))
    assert NO_IMAGES in vlrb_json("score", str(blind.samples("mine")))["warnings"]
    assert stopped.returncode != 0
    assert "system_prompt would be sent beside the judge's prompt" in stopped.output.splitlines()[-1]
