"""Parts of a run are one run: shards in any order, duplicates once, conflicts told; other runs stay apart."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.insight import simulate
from tests.support.lmms_eval import vlrb, vlrb_json
from tests.support.made_up import FAILED, FIRST, SECOND, made_up_pairs, record, says
from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.pairs.pair import Benchmark, other
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.score import score_run
from vlrb_task.votes import Run, read_runs, write_votes

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
    assert len(run.votes) == len(lines)
    assert any("20 duplicate votes" in warning for warning in run.warnings)


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
    assert any("20 duplicate votes" in warning for warning in merged["warnings"])


@pytest.mark.parametrize("seed", range(3))
def test_conflicts_are_told_and_no_order_of_the_logs_decides_them(tmp_path: Path, seed: int) -> None:
    lines = votes() + [line for line in votes(seed=1) if line["vote"] < 2]
    scores = []
    for n in range(3):
        random.Random(10 * seed + n).shuffle(lines)
        (run,) = read_runs([write(tmp_path / f"{n}.votes.jsonl", lines)])
        assert len(run.votes) == 60
        assert any(w.startswith("24 votes that conflict with another vote on the same ballot") for w in run.warnings)
        scores.append([score_run(run, policy).overall.value for policy in Policy])
    assert scores[0] == scores[1] == scores[2]


def test_conflicting_logs_of_one_accuracy_merge_to_it(tmp_path: Path) -> None:
    """Whichever vote of a ballot survives, no side gains: .716 and .716 are about .716."""
    sizes = {"general": 2000}
    logs = [
        simulate.write(
            tmp_path / f"{seed}.votes.jsonl", simulate.run(simulate.Planted(0.716), 1, seed, sizes=sizes), "m"
        )
        for seed in (1, 2)
    ]
    apart = [score_run(run).overall.value or 0 for log in logs for run in read_runs([log])]
    (merged,) = read_runs(logs, merge=True)
    assert any("votes that conflict with another vote" in warning for warning in merged.warnings)
    assert score_run(merged).overall.value == pytest.approx(sum(apart) / 2, abs=0.02)


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


def test_labels_that_differ_are_told_and_no_order_of_the_logs_decides_them(tmp_path: Path) -> None:
    """A pair that is labelled in two ways has no label; where a label only tells more than another, it is taken."""
    lines = votes()
    for line in lines[:5]:
        line["better"] = 1 - line["better"] if line["vote"] == 4 else line["better"]
    for line in lines[5:10]:
        line["subset"] = "other" if line["vote"] == 0 else line["subset"]
    for line in lines[10:15]:
        line |= {"tags": ["counting"]} if line["vote"] == 3 else {"source": "unknown", "words": None}
    found = []
    for n in range(4):
        random.Random(n).shuffle(lines)
        log = write(tmp_path / f"{n}.votes.jsonl", lines)
        score = vlrb_json("score", str(log))
        assert any(w.startswith("10 votes about pairs that the log labels in two ways") for w in score["warnings"])
        found.append({name: value for name, value in score.items() if name not in ("source", "warnings")})
    assert all(score == found[0] for score in found)
    assert found[0]["votes"] == 50
    assert found[0]["missing"] == 2
    assert found[0]["by_tag"]["counting"]["n"] == 1
    nothing = write(tmp_path / "nothing.votes.jsonl", [line | {"better": line["vote"] % 2} for line in votes()])
    done = vlrb("score", str(nothing))
    assert done.returncode == 2
    assert "60 votes about pairs that the log labels in two ways" in " ".join(done.stderr.split())


def test_requests_that_failed_and_are_asked_again_join_their_run(tmp_path: Path) -> None:
    lines = votes()
    failed = [line | {"text": FAILED} for line in lines[:3]] + [
        line | {"text": "", "failure": "failed_request"} for line in lines[3:6]
    ]
    rest = {"task": "rest", "schedule": {"order": "alternate", "votes": 5, "continues": True, "stop": "none"}}
    logs = [
        str(write(tmp_path / "a.votes.jsonl", failed + lines[6:])),
        str(write(tmp_path / "b.votes.jsonl", [line | rest for line in lines[:6]])),
    ]
    whole = vlrb_json("score", str(write(tmp_path / "whole.votes.jsonl", lines)))
    for order in (logs, logs[::-1]):
        merged = vlrb_json("score", *order)
        assert merged["overall"] == whole["overall"]
        assert "6 requests that failed and were asked again (the answer counts)" in merged["warnings"][0]
    # An answer that stands in both logs is another matter: that is told.
    logs.append(str(write(tmp_path / "c.votes.jsonl", [line | rest for line in lines[6:8]])))
    scores = vlrb_json("score", *logs)
    assert len(scores) == 3
    assert any("2 ballots stand in more than one log" in warning for warning in scores[0]["warnings"])
    assert vlrb_json("score", "--merge", *logs)["overall"] == whole["overall"]


def test_a_log_that_tells_little_joins_the_run_that_completes_it(tmp_path: Path) -> None:
    """A votes file as the schema has it and no more, and what was asked because of it."""
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text("".join(json.dumps(row) + "\n" for row in rows_of(BENCHMARK)))
    lines = votes()
    own = ("v", "key", "id", "judge", "vote", "first", "text")
    bare = [{name: line[name] for name in own} for line in lines if line["vote"] < 3]
    rest = {"task": "rest", "schedule": {"order": "alternate", "votes": 5, "continues": True, "stop": "none"}}
    logs = [
        str(write(tmp_path / "a.votes.jsonl", bare)),
        str(write(tmp_path / "b.votes.jsonl", [line | rest for line in lines if line["vote"] > 2])),
    ]
    whole = vlrb_json("score", str(write(tmp_path / "whole.votes.jsonl", lines)), "--pairs", str(pairs))
    for order in (logs, logs[::-1]):
        for how in ((), ("--merge",)):
            merged = vlrb_json("score", *order, *how, "--pairs", str(pairs))
            assert (merged["votes"], merged["overall"]) == (60, whole["overall"])
            assert merged["metadata"]["model"] == "m"
    # Which of two models it was is not known.
    other = str(write(tmp_path / "c.votes.jsonl", [line | {"model": "n"} | rest for line in lines if line["vote"] > 2]))
    assert len(vlrb_json("score", *logs, other, "--merge", "--pairs", str(pairs))) == 3


@pytest.mark.parametrize("change", ["labels", "pairs"])
def test_logs_about_other_pairs_are_not_completed(tmp_path: Path, change: str) -> None:
    rows = rows_of(BENCHMARK)
    for row in rows[:1] if change == "pairs" else rows:
        row |= {"query": "another"} if change == "pairs" else {"human_ranking": row["human_ranking"][::-1]}
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text("".join(json.dumps(row) + "\n" for row in rows))
    for bare in (False, True):
        lines = [{k: v for k, v in line.items() if k != "fingerprint" or not bare} for line in votes()]
        log = str(write(tmp_path / f"{bare}.votes.jsonl", lines))
        task = ("task", "--judge", "criteria", "--votes", "10", "--name", "x", "-o", str(tmp_path / "out"))
        done = vlrb(*task, "--votes-from", log, "--pairs", str(pairs))
        assert done.returncode == 2
        assert "the logs are about other pairs than the task" in " ".join(done.stderr.split())
        assert not (tmp_path / "out" / "x.yaml").exists()


def test_a_shard_without_votes_is_told(tmp_path: Path) -> None:
    lines = votes()
    whole = vlrb_json("score", str(write(tmp_path / "a.votes.jsonl", lines)))
    (tmp_path / "empty.votes.jsonl").write_text("")
    (tmp_path / "half.votes.jsonl").write_text('{"v": 1, "key": "12')
    for logs in (
        [tmp_path],
        [tmp_path / "a.votes.jsonl", tmp_path / "empty.votes.jsonl", tmp_path / "half.votes.jsonl"],
    ):
        score = vlrb_json("score", *map(str, logs))
        assert score["overall"] == whole["overall"]
        assert [warning.endswith("no JSON lines in it") for warning in score["warnings"]] == [True, True]
    assert vlrb("score", str(tmp_path / "empty.votes.jsonl")).returncode == 2


def test_accuracy_at_k_does_not_depend_on_the_order_of_the_log(tmp_path: Path) -> None:
    """As many pairs with one vote as with three."""
    often = {pair.key for pair in BENCHMARK.pairs[::2]}
    lines = [line for line in votes(Schedule(Order.ALTERNATE, 3)) if line["vote"] == 0 or line["key"] in often]
    found = []
    for n in range(3):
        random.Random(n).shuffle(lines)
        (run,) = read_runs([write(tmp_path / f"{n}.votes.jsonl", lines)])
        found.append(score_run(run).at_k)
    assert set(found[0]) == {1, 3}
    assert all(at_k == found[0] for at_k in found)


ODD: dict[str, list[Any]] = {
    "tags": [5, "x", [1]],
    "words": [["a", "b"], [1], [-1, 2], [1.5, 2], [2**40, 1], "xy"],
    "subset_sizes": [[1], 5, "x", {"a": "b"}, {"a": -1}],
    "fingerprint": [["x"], {"a": 1}, 5],
    "model": [["x"], {}, 5],
    "prompt": ["x", {"name": 5}, {"name": "p", "sha256": ["x"]}],
    "failure": [["x"], {}, 5],
    "schedule": ["x", {"votes": "abc"}, {"votes": [1]}],
    "subset": [5, ["x"]],
    "key": [["x"], {}],
    "judge": [["x"]],
    "vote": [10**30, -1, 1.5, True, None],
    "first": [True, 2, "0"],
    "text": [5, ["x"]],
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_field_costs_its_own_vote_only(tmp_path: Path, name: str) -> None:
    """Lines that somebody else wrote: what means something here is of its type, or the vote is dropped and counted."""
    good = votes()
    odd = [good[0] | {"vote": 77, name: value} for value in ODD[name]] + [good[1] | {"vote": 78, name: [{}]}]
    (run,) = read_runs([write(tmp_path / "a.votes.jsonl", [*good[:7], *odd, *good[7:]])])
    (whole,) = read_runs([write(tmp_path / "b.votes.jsonl", good)])
    assert sum(int(warning.split()[0]) for warning in run.warnings) == len(odd)
    assert without_warnings(run) == without_warnings(whole)


def test_keys_that_utf_8_cannot_hold(tmp_path: Path) -> None:
    lines = [
        {k: v for k, v in line.items() if k != "fingerprint"} | {"key": line["key"] + "\ud800", "source": "\udfff"}
        for line in votes()
    ]
    (run,) = read_runs([write(tmp_path / "a.votes.jsonl", lines)])
    (whole,) = read_runs([write(tmp_path / "b.votes.jsonl", votes())])
    assert (len(run.votes), run.warnings) == (60, ())
    assert score_run(run).overall == score_run(whole).overall
    assert list(score_run(run).groups("by_source")) == [r"\udfff"]


def test_null_says_nothing(tmp_path: Path) -> None:
    names = ("tags", "words", "model", "prompt", "failure", "schedule", "source", "task", "revision")
    lines = [line | dict.fromkeys(names) for line in votes()]
    bare = [{k: v for k, v in line.items() if k not in names} for line in lines]
    (run,), other = (read_runs([write(tmp_path / f"{n}.votes.jsonl", some)]) for n, some in enumerate((lines, bare)))
    assert run.warnings == ()
    assert without_warnings(run) == without_warnings(other[0])


@pytest.mark.parametrize(
    ("score", "votes_left"), [(10**400, 12), (float("nan"), 12), (float("inf"), 12), (None, 12), ("1", 11), (True, 11)]
)
def test_rewards_that_are_no_numbers(tmp_path: Path, score: object, votes_left: int) -> None:
    """A reward that is not finite, or null, is a vote that cannot be read; a field of another type is no vote."""
    lines = [
        {k: v for k, v in line.items() if k not in ("first", "text")}
        | {"judge": "reward", "answer": n, "score": 1.0 + n}
        for line in votes(Schedule(Order.KEY, 1))
        for n in (0, 1)
    ]
    (run,) = read_runs([write(tmp_path / "a.votes.jsonl", [*lines[:-1], lines[-1] | {"score": score}])])
    assert len(run.votes) == votes_left
    assert run.reasons == ({"not_a_number": 1} if votes_left == 12 else {})


def without_warnings(run: Run) -> dict[str, Any]:
    return {name: value for name, value in score_run(run).to_dict().items() if name not in ("source", "warnings")}


def rows_of(benchmark: Benchmark) -> list[dict[str, Any]]:
    """The rows that a set of pairs was made of."""
    return [
        {"id": p.id, "query": p.query, "response": list(p.responses), "human_ranking": [p.better, 1 - p.better]}
        for p in benchmark.pairs
    ]


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
        (run,) = read_runs([begun, rest])
        score, full = score_run(run, policy), score_run(read_runs([whole])[0], policy)
        assert score.overall == full.overall
        assert score.by_subset == full.by_subset
        assert score.at_k == {}, "pairs with many votes are the hard ones"
        assert score.run.warnings[0].startswith("stopped when decided: ")
        others = [p for p in Policy if p != policy]
        assert any("PART of the votes" in w for p in others for w in score_run(run, p).run.warnings)
