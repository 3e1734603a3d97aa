"""Two-step judges through the real lmms-eval: the log of one run in the prompts of the next, on the loopback."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.judge_server import JudgeServer
from tests.support.lmms_eval import Finished, lmms_eval, vlrb, vlrb_json


def test_a_critique_and_then_a_second_look(tmp_path: Path) -> None:
    pairs = tmp_path / "mine.jsonl"
    row = {"query": "Which?", "human_ranking": [0, 1], "subset": "mine"}
    rows = [row | {"id": f"q{number}", "response": [f"Right, {number}.", f"Wrong, {number}."]} for number in range(3)]
    pairs.write_text("".join(json.dumps(one) + "\n" for one in rows))

    def answers(prompt: str) -> tuple[str, str]:
        first, _, rest = prompt.partition("[Answer 1]\n")[2].partition("\n\n[Answer 2]\n")
        return first, rest.partition("\n\n")[0]

    def judge(prompt: str) -> str:
        """Wrong at first: it takes the answer that is shown second. It follows what an earlier assessment of its own says."""
        _, _, earlier = prompt.partition("[An earlier assessment]\n")
        if earlier:
            named = earlier.partition("I prefer <")[2].partition(">")[0]
            return f"Overall Judgment: Answer {answers(prompt).index(named) + 1} is better."
        return f"I prefer <{answers(prompt)[1]}>.\nOverall Judgment: Answer 2 is better."

    def run(name: str, url: str, *options: str) -> Finished:
        common = ("--pairs", str(pairs), "--no-images", "--order", "both", "--name", name)
        done = vlrb("task", *common, *options, "-o", str(tmp_path / "tasks"))
        assert done.returncode == 0, done.stderr
        return lmms_eval(
            *(tmp_path / name, "--model", "async_openai", "--tasks", name, "--include_path", str(tmp_path / "tasks")),
            *("--model_args", f"model_version=judge,base_url={url},api_key=x,num_cpus=2"),
        )

    with JudgeServer(judge) as server:
        log = run("x_first", server.url, "--judge", "criteria").samples("x_first")
        second = run("x_second", server.url, "--judge", "second_look", "--after", str(log))
    assert len(server.prompts) == 12
    texts = [json.loads(line)["vlrb_vote"] for line in log.read_text().splitlines()]
    for text in (vote["text"] for vote in texts):
        assert sum(text in prompt for prompt in server.prompts[6:]) == 1, "each in its own ballot's prompt"
    score = vlrb_json("score", str(second.samples("x_second")))
    assert (score["judge"], score["first_rate"], score["parsed_rate"]) == ("second_look", 0.0, 1.0)
