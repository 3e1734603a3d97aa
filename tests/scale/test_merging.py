"""Parts of a run are one run: shards in any order, duplicates once, conflicts told; other runs stay apart."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.support.lmms_eval import vlrb, vlrb_json
from tests.support.made_up import FAILED, FIRST, SECOND, made_up_pairs, record, says
from vlrb_task.ballots import Order, Schedule, ballots_of
from vlrb_task.pairs import other
from vlrb_task.runs import read_log, read_runs, write_votes
from vlrb_task.runs.assemble import assemble
from vlrb_task.runs.merging import merge_logs
from vlrb_task.scoring import score_run
from vlrb_task.tally import Policy

BENCHMARK = made_up_pairs(12)
K5 = Schedule(Order.ALTERNATE, 5)


def votes(schedule: Schedule = K5, seed: int = 0, **extra: Any) -> list[dict[str, Any]]:
    coin = random.Random(seed)
    logged = {"schedule": {"order": str(schedule.order), "votes": schedule.votes}} | extra
    lines = []
    for pair in BENCHMARK.pairs:
        for ballot in ballots_of(pair, schedule):
            number = coin.random()
            choice = coin.choice([pair.better, pair.better, pair.better, other(pair.better), None])
            lines.append(record(BENCHMARK, pair, ballot, f"Look {number}.\n{says(ballot, choice)}", **logged))
    return lines


def write(path: Path, lines: list[dict[str, Any]]) -> Path:
    write_votes(path, lines)
    return path


def test_shards_of_one_run_are_scored_as_one(tmp_path: Path) -> None:
    lines = votes()
    whole = vlrb_json("score", str(write(tmp_path / "whole.votes.jsonl", lines)))
    random.Random(1).shuffle(lines)
    shards = [str(write(tmp_path / f"{n}.votes.jsonl", lines[n::3])) for n in (2, 0, 1)]
    merged = vlrb_json("score", *shards)
    assert merged.pop("source") == " + ".join(shards)
    assert merged["metadata"].pop("logs") == 3
    assert whole.pop("source")
    assert merged == whole
    # And so is what cat makes of them, a shard twice.
    joined = tmp_path / "joined.votes.jsonl"
    joined.write_bytes(b"".join(Path(shard).read_bytes() for shard in [*shards, shards[0]]))
    (run,) = read_runs([joined])
    assert run.votes == len(lines)
    assert any("20 votes that stand twice, the same" in warning for warning in run.warnings)


def test_other_runs_stay_apart(tmp_path: Path) -> None:
    one = write(tmp_path / "a.votes.jsonl", votes())
    others = {
        "again": votes(seed=1),
        "model": votes(model="n"),
        "settings": votes(generation={"temperature": 1.0}),
        "task": votes(Schedule(Order.BOTH, 1), task="other"),
        "copy": votes(),
    }
    for name, lines in others.items():
        other = write(tmp_path / f"{name}.votes.jsonl", lines)
        assert len(vlrb_json("score", str(one), str(other))) == 2, name


def test_disjoint_parts_of_other_tasks_stay_apart(tmp_path: Path) -> None:
    """Half of the pairs under one task and half under another are two runs, unless one was written to complete the other."""
    lines = votes()
    one = write(tmp_path / "a.votes.jsonl", lines[:30])
    other = write(tmp_path / "b.votes.jsonl", [line | {"task": "u"} for line in lines[30:]])
    assert len(vlrb_json("score", str(one), str(other))) == 2
    rest = {"task": "u", "schedule": {"order": "alternate", "votes": 5, "continues": True, "stop": "none"}}
    other = write(tmp_path / "c.votes.jsonl", [line | rest for line in lines[30:]])
    assert vlrb_json("score", str(one), str(other))["votes"] == 60


def test_merge_puts_together_what_does_not_say_so(tmp_path: Path) -> None:
    lines = [{k: v for k, v in line.items() if k not in ("model", "task")} for line in votes()]
    one, other = write(tmp_path / "a.votes.jsonl", lines[:40]), write(tmp_path / "b.votes.jsonl", lines[20:])
    assert len(vlrb_json("score", str(one), str(other))) == 2
    merged = vlrb_json("score", str(one), str(other), "--merge")
    assert merged["votes"] == 60
    assert any("20 votes that stand twice" in warning for warning in merged["warnings"])


@pytest.mark.parametrize("seed", range(3))
def test_conflicts_are_told_and_no_order_of_the_logs_decides_them(tmp_path: Path, seed: int) -> None:
    lines = votes() + [line for line in votes(seed=1) if line["vote"] < 2]
    scores = []
    for n in range(3):
        random.Random(10 * seed + n).shuffle(lines)
        (run,) = read_runs([write(tmp_path / f"{n}.votes.jsonl", lines)])
        assert run.votes == 60
        assert any(w.startswith("24 votes with the number of another that says otherwise") for w in run.warnings)
        scores.append([score_run(run, policy).overall.value for policy in Policy])
    assert scores[0] == scores[1] == scores[2]


def test_an_answer_stands_for_a_request_that_had_failed(tmp_path: Path) -> None:
    (pair,), ballot = BENCHMARK.pairs[:1], ballots_of(BENCHMARK.pairs[0], K5)[0]
    lines = [
        record(BENCHMARK, pair, ballot, text) for text in (FAILED, FIRST if ballot.first == pair.better else SECOND)
    ]
    for order in (lines, lines[::-1]):
        log = tmp_path / f"{order is lines}.votes.jsonl"
        (run,) = read_runs([write(log, order)])
        assert score_run(run).overall.value == 1.0
        assert "1 requests that failed and were asked again" in "\n".join(run.warnings)


def test_an_unfinished_run_says_so(tmp_path: Path) -> None:
    lines = [line for line in votes() if line["vote"] < 2 or not line["id"].endswith("7")]
    (run,) = read_runs([write(tmp_path / "a.votes.jsonl", lines)])
    told = score_run(run).run.warnings[0]
    assert told.startswith("PART of the votes: 1 of 12 pairs have fewer than 5 votes")
    assert "vlrb task --votes-from" in told


def test_a_run_that_stopped_when_decided_has_the_outcomes_of_all_votes(tmp_path: Path) -> None:
    """Through the command, in two rounds: K = 3, then what is left of K = 5, under each policy that was stopped for."""
    pairs = tmp_path / "pairs.jsonl"
    rows = [
        {"id": p.id, "query": p.query, "response": p.responses, "human_ranking": [p.better, 1 - p.better]}
        for p in BENCHMARK.pairs
    ]
    pairs.write_text("".join(json.dumps(row) + "\n" for row in rows))
    everything = votes()
    whole = write(tmp_path / "whole.votes.jsonl", everything)
    arguments = ("--votes-from", str(whole), "--pairs", str(pairs), "--name", "none", "-o", str(tmp_path / "none"))
    done = vlrb("task", "--judge", "criteria", "--votes", "5", *arguments)
    assert done.stdout.splitlines()[-1] == f"nothing is left to ask:  vlrb score {whole} --pairs {pairs}", done.stderr
    three = [v | {"schedule": {"order": "alternate", "votes": 3}} for v in everything if v["vote"] < 3]
    begun = write(tmp_path / "k3.votes.jsonl", three)
    for policy in Policy:
        name = f"rest_{policy}"
        done = vlrb(
            *("task", "--judge", "criteria", "--votes", "5", "--votes-from", str(begun), "--pairs", str(pairs)),
            *("--stop-policy", str(policy), "--name", name, "-o", str(tmp_path / name)),
        )
        assert done.returncode == 0, done.stderr
        _, *ballots = [
            json.loads(line) for line in (tmp_path / name / f"{name}.ballots.jsonl").read_text().splitlines()
        ]
        asked = {(b["key"], b["vote"], b["first"]) for b in ballots}
        schedule = {"order": "alternate", "votes": 5, "continues": True, "stop": str(policy)}
        second = [
            v | {"schedule": schedule, "task": name} for v in everything if (v["key"], v["vote"], v["first"]) in asked
        ]
        assert len(second) == len(asked) < 24, "votes 3 and 4 of the pairs that were open, and no others"
        rest = write(tmp_path / f"{name}.votes.jsonl", second)
        logs = [read_log(path) for path in (begun, rest)]
        (log,) = merge_logs(logs)
        (run,) = assemble(log)
        score, full = score_run(run, policy), score_run(read_runs([whole])[0], policy)
        assert score.overall == full.overall
        assert score.by_subset == full.by_subset
        assert score.at_k == {}, "pairs with many votes are the hard ones"
        assert score.run.warnings[0].startswith("stopped when decided: ")
        others = [p for p in Policy if p != policy]
        assert any("PART of the votes" in w for p in others for w in score_run(run, p).run.warnings)
