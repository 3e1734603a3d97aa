"""Votes as they come: a run of the real lmms-eval that is killed goes on, and ends as one that was not."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.support.judge_server import JudgeServer, Refuse
from tests.support.lmms_eval import QUIET, TWO_PROCESSES, Finished, lmms_eval, vlrb, vlrb_json
from tests.support.planted import SAYS
from vlrb_task.pairs.demo import demo_parquet

BALLOTS = 72


def judge(prompt: str) -> str:
    """The same words for the same prompt, whenever it is asked: so that runs can be compared text by text."""
    coin = random.Random(prompt)
    return f"I drew {coin.random()}.\n{SAYS[coin.choice(['first', 'second', 'second', 'tie', 'unparsed'])]}"


def model(server: JudgeServer, extra: str = "") -> tuple[str, ...]:
    return (
        "--model",
        "async_openai",
        "--model_args",
        f"model_version=judge,base_url={server.url},api_key=x,num_cpus=2{extra}",
    )


def votes_of(folder: Path) -> list[dict[str, Any]]:
    """Every whole line of the journals of a folder."""
    lines = [line for path in sorted(folder.glob("*.votes.jsonl")) for line in path.read_text().split("\n")[:-1]]
    return [json.loads(line) for line in lines]


def texts(finished: Finished) -> dict[tuple[str, int], str]:
    votes = [json.loads(line)["vlrb_vote"] for line in finished.samples("vlrb_demo").read_text().splitlines()]
    return {(vote["key"], vote["vote"]): vote["text"] for vote in votes}


def test_a_run_that_is_killed_anywhere_goes_on(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    env = {"VLRB_JOURNAL": str(journal)}
    coin = random.Random(int(os.environ.get("VLRB_TEST_SEED", "6")))
    with JudgeServer(judge) as server:
        whole = lmms_eval(tmp_path / "whole", *model(server), "--tasks", "vlrb_demo")
    with JudgeServer(judge, latency=0.1) as server:
        for number in range(2):
            target = len(server.prompts) + coin.randint(2, 25)
            arguments = [
                *model(server),
                "--tasks",
                "vlrb_demo",
                "--log_samples",
                "--output_path",
                str(tmp_path / f"{number}"),
            ]
            process = subprocess.Popen(
                [sys.executable, "-m", "lmms_eval", *arguments],
                env={**os.environ, **QUIET, **env},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            while len(server.prompts) < target and process.poll() is None:
                time.sleep(coin.uniform(0.01, 0.05))
            process.send_signal(signal.SIGKILL)
            process.wait()
            written = votes_of(journal)
            assert len(written) >= len(server.prompts) - 3 * (number + 1), "what was under way is lost at most"
        # And as if the machine had gone down: the last journal ends within a line.
        last = max(journal.glob("*.votes.jsonl"), key=lambda path: path.stat().st_size)
        last.write_bytes(last.read_bytes()[:-70])
        before = votes_of(journal)
        assert 0 < len(before) < BALLOTS
        server.latency = 0.0
        asked = len(server.prompts)
        finished = lmms_eval(tmp_path / "last", *model(server), "--tasks", "vlrb_demo", env=env)
    assert len(server.prompts) == asked + BALLOTS - len(before), "what stands in the journal is not asked again"
    assert "half-written and was dropped" in finished.output
    assert texts(finished) == texts(whole)
    assert finished.results()["results"]["vlrb_demo"] == whole.results()["results"]["vlrb_demo"]
    counted = Counter((vote["key"], vote["vote"]) for vote in votes_of(journal))
    assert set(counted.values()) == {1}, "every vote that was written counts once"
    assert len(counted) == BALLOTS
    # The journals are votes files: parts of one run, which score as its log does.
    from_journal, from_log = vlrb_json("score", str(journal)), vlrb_json("score", str(whole.samples("vlrb_demo")))
    for name in (
        "pairs",
        "votes",
        "overall",
        "macro",
        "by_source",
        "parsed_rate",
        "consistency",
        "unparsed",
        "fingerprint",
    ):
        assert from_journal[name] == from_log[name], name


def test_another_model_or_task_is_asked_anew_and_failures_are_asked_again(tmp_path: Path) -> None:
    env = {"VLRB_JOURNAL": str(tmp_path / "journal")}
    down = True

    def moody(prompt: str) -> str:
        if down and "triangle" in prompt:
            raise Refuse(500)
        return judge(prompt)

    with JudgeServer(moody) as server:
        first = lmms_eval(
            tmp_path / "a", *model(server, ",max_retries=1,retry_backoff_s=0"), "--tasks", "vlrb_demo", env=env
        )
        failed = sum(text.startswith("[LMMS_EVAL_REQUEST_FAILED") for text in texts(first).values())
        assert failed
        down = False
        server.prompts.clear()
        second = lmms_eval(tmp_path / "b", *model(server), "--tasks", "vlrb_demo", env=env)
        assert len(server.prompts) == failed
        assert not any(text.startswith("[LMMS_EVAL") for text in texts(second).values())
        other = (*model(server)[:-1], model(server)[-1].replace("model_version=judge", "model_version=other"))
        server.prompts.clear()
        lmms_eval(tmp_path / "c", *other, "--tasks", "vlrb_demo", "--limit", "8", env=env)
        assert len(server.prompts) == 8
    scores = vlrb_json("score", str(tmp_path / "journal"))
    assert {(score["metadata"]["model"], score["votes"]) for score in scores} == {("judge", BALLOTS), ("other", 8)}


def test_two_processes_and_parts(tmp_path: Path) -> None:
    """A wrapper that tells of its answers at the end only is asked in parts; each rank has a journal of its own."""
    env = {"VLRB_JOURNAL": str(tmp_path / "journal"), "VLRB_JOURNAL_EVERY": "7"}
    launcher = TWO_PROCESSES
    arguments = ("--model", "vlrb_baseline", "--model_args", "policy=random,seed=3", "--tasks", "vlrb_demo")
    plain = lmms_eval(tmp_path / "plain", *arguments)
    two = lmms_eval(tmp_path / "two", *arguments, launcher=launcher, env=env)
    journals = sorted((tmp_path / "journal").iterdir())
    assert len(journals) == 2
    assert len(votes_of(tmp_path / "journal")) == BALLOTS
    journals[1].write_bytes(b"".join(journals[1].read_bytes().splitlines(keepends=True)[:10]))
    again = lmms_eval(tmp_path / "again", *arguments, env=env)
    assert len(votes_of(tmp_path / "journal")) == BALLOTS
    for finished in (two, again):
        assert texts(finished) == texts(plain)
        assert finished.metrics("vlrb_demo") == plain.metrics("vlrb_demo")


def test_a_folder_that_cannot_be_written_to_ends_the_run_before_it_asks(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    env = {"VLRB_JOURNAL": str(tmp_path / "file" / "journal")}
    run = lmms_eval(tmp_path / "out", "--model", "vlrb_baseline", "--tasks", "vlrb_demo", env=env)
    assert run.returncode != 0
    assert "VLRB_JOURNAL=" in run.output.splitlines()[-1]


def test_votes_from_in_lmms_eval(tmp_path: Path) -> None:
    """Three votes, then what is left of five, then ten: each ballot is asked once, and outcomes are those of all votes."""
    common = ("task", "--judge", "criteria", "--pairs", str(demo_parquet()), "-o", str(tmp_path / "tasks"))

    def write(name: str, votes: int, *logs: Path) -> None:
        done = vlrb(
            *common, "--votes", str(votes), "--name", name, *(a for log in logs for a in ("--votes-from", str(log)))
        )
        assert done.returncode == 0, done.stderr

    write("k3", 3)
    with JudgeServer(judge) as server:
        # Two tasks of one lmms-eval run: one asks three votes, the other will be what is left of five.
        run = lmms_eval(tmp_path / "a", *model(server), "--tasks", "k3", "--include_path", str(tmp_path / "tasks"))
        first = run.samples("k3")
        write("k5rest", 5, first)
        asked = len(server.prompts)
        run = lmms_eval(tmp_path / "b", *model(server), "--tasks", "k5rest", "--include_path", str(tmp_path / "tasks"))
        second = run.samples("k5rest")
        assert "overall" not in run.metrics("k5rest"), "the rest of the votes has no accuracy of its own"
    _, *ballots = (tmp_path / "tasks" / "k5rest.ballots.jsonl").read_text().splitlines()
    open_pairs = {json.loads(line)["key"] for line in ballots}
    assert len(server.prompts) == asked + 2 * len(open_pairs)
    assert 0 < len(open_pairs) < 36
    score = vlrb_json("score", str(first), str(second))
    assert score["votes"] == 108 + 2 * len(open_pairs)
    assert score["warnings"][0].startswith("stopped when decided")
    # The judge says the same to the same prompt, so that votes 3 and 4 are votes 1 and 0 again: the K = 5 outcomes are known.
    votes = [json.loads(line)["vlrb_vote"] for line in first.read_text().splitlines()]
    five = [vote | {"vote": number} for vote in votes for number in {0: (0, 4), 1: (1, 3), 2: (2,)}[vote["vote"]]]
    whole = tmp_path / "five.votes.jsonl"
    whole.write_text(
        "".join(json.dumps(vote | {"schedule": {"order": "alternate", "votes": 5}}) + "\n" for vote in five)
    )
    assert vlrb_json("score", str(whole))["overall"] == score["overall"]


def test_a_revision_that_changed_since_is_told(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    log = lmms_eval(tmp_path / "a", "--model", "vlrb_baseline", "--tasks", "vlrb_demo", "--limit", "10").samples(
        "vlrb_demo"
    )
    done = vlrb(
        *("task", "--judge", "criteria", "--order", "both", "--votes-from", str(log), "--pairs", str(demo_parquet())),
        *("--name", "rest", "-o", str(tmp_path)),
    )
    assert done.returncode == 0, done.stderr
    table = pq.read_table(tmp_path / "rest.parquet")
    rows = table.to_pylist()
    rows[20]["human_ranking"] = rows[20]["human_ranking"][::-1]
    pq.write_table(table.from_pylist(rows, table.schema), tmp_path / "rest.parquet")
    run = lmms_eval(tmp_path / "b", "--model", "vlrb_baseline", "--tasks", "rest", "--include_path", str(tmp_path))
    assert run.returncode != 0
    assert "the revision has changed" in run.output.splitlines()[-1]
