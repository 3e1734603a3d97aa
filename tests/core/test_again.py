"""Votes that could not be read, asked again: a task of just those ballots, whose votes take the place of the old ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.support.made_up import FAILED, FIRST, SECOND, made_up_pairs, record
from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.cli.main import group
from vlrb_task.support.errors import DataError, UnknownName, VlrbError
from vlrb_task.tasks.questions import read_ballots, schedule_fields

BENCHMARK = made_up_pairs(6)
SCHEDULE = Schedule(Order.BOTH)
TEXTS = {
    0: "",
    1: FAILED,
    2: "I'm sorry, but I cannot help with judging people in pictures.",
    3: "The first answer describes the sign and then it goes on to say that the",
}
"""What the first ballots of the run got."""


def vlrb(*arguments: object) -> Result:
    return CliRunner().invoke(group, [str(argument) for argument in arguments])


def write(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def right(pair: Any, ballot: Any) -> str:
    return FIRST if ballot.first == pair.better else SECOND


def votes(**extra: Any) -> list[dict[str, Any]]:
    asked = [(pair, ballot) for pair in BENCHMARK.pairs for ballot in ballots_of(pair, SCHEDULE)]
    schedule = {"schedule": {"order": "both", "votes": 1}, "generation": {"max_new_tokens": 64}}
    return [
        record(BENCHMARK, pair, ballot, TEXTS.get(place, right(pair, ballot)), **schedule) | extra
        for place, (pair, ballot) in enumerate(asked)
    ]


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    rows = [
        {
            "id": pair.id,
            "query": pair.query,
            "response": list(pair.responses),
            "human_ranking": [0, 1] if pair.better == 0 else [1, 0],
        }
        for pair in BENCHMARK.pairs
    ]
    return write(tmp_path / "pairs.jsonl", rows)


def again(reasons: str, folder: Path, pairs: Path, *logs: Path, name: str = "again") -> Result:
    given = [word for log in logs for word in ("--votes-from", log)]
    return vlrb(
        *("task", "--judge", "criteria", "--order", "both", "--pairs", pairs, "--again", reasons, *given),
        *("--max-new-tokens", 4096, "--name", name, "-o", folder),
    )


@pytest.mark.parametrize(
    ("reasons", "places"),
    [
        ("failed", [1]),
        ("empty", [0]),
        ("refused", [2]),
        ("cut_off", [3]),
        ("empty,refused", [0, 2]),
        ("unparsed", [0, 1, 2, 3]),
    ],
)
def test_just_those_ballots_are_asked(reasons: str, places: list[int], tmp_path: Path, pairs: Path) -> None:
    log = write(tmp_path / "log.votes.jsonl", votes())
    done = again(reasons, tmp_path / "t", pairs, log)
    assert done.exit_code == 0, f"{done.output}{done.exception!r}"
    listed = read_ballots(tmp_path / "t" / "again.ballots.jsonl")
    asked = [ballot for pair in BENCHMARK.pairs for ballot in ballots_of(pair, SCHEDULE)]
    assert list(listed.ballots) == [asked[place] for place in places]
    assert schedule_fields(listed.schedule, listed)["again"] == 1
    assert "max_new_tokens: 4096" in (tmp_path / "t" / "again.yaml").read_text()


def test_the_new_votes_replace_the_old_ones_round_after_round(tmp_path: Path, pairs: Path) -> None:
    lines = votes()
    log = write(tmp_path / "log.votes.jsonl", lines)
    schedule = {"order": "both", "votes": 1, "continues": True, "stop": "none", "again": 1}
    fields = {"task": "again", "schedule": schedule, "generation": {"max_new_tokens": 4096}}
    wrong = {FIRST: SECOND, SECOND: FIRST}
    answers = [line | fields for line in lines[:4]]
    asked = [(pair, ballot) for pair in BENCHMARK.pairs for ballot in ballots_of(pair, SCHEDULE)]
    for place, line in enumerate(answers):
        line["text"] = "" if place == 0 else wrong[right(*asked[place])]
    first = write(tmp_path / "again.votes.jsonl", answers)
    for logs in ([log, first], [first, log]):
        result = vlrb("score", *logs, "--json")
        assert result.exit_code == 0, f"{result.output}{result.exception!r}"
        score = json.loads(result.stdout)
        assert isinstance(score, dict), "more tokens are no other run where ballots were asked again"
        assert (score["votes"], score["unparsed"]) == (12, {"empty": 1})
        assert score["overall"]["value"] == pytest.approx((0.0 + 0.0 + 4) / 6)
        assert any("asked again" in warning for warning in score["warnings"])
    # What is still empty is asked once more; the answer of the second round counts.
    done = again("empty", tmp_path / "t2", pairs, log, first, name="more")
    assert done.exit_code == 0, f"{done.output}{done.exception!r}"
    listed = read_ballots(tmp_path / "t2" / "more.ballots.jsonl")
    assert (len(listed.ballots), listed.again) == (1, 2)
    last = answers[0] | {"text": right(*asked[0]), "task": "more", "schedule": {**schedule, "again": 2}}
    second = write(tmp_path / "more.votes.jsonl", [last])
    score = json.loads(vlrb("score", second, log, first, "--json").stdout)
    assert score["unparsed"] == {}
    assert score["overall"]["value"] == pytest.approx((0.5 + 0.0 + 4) / 6)


def test_a_new_failure_replaces_nothing(tmp_path: Path) -> None:
    lines = votes()
    log = write(tmp_path / "log.votes.jsonl", lines)
    schedule = {"order": "both", "votes": 1, "continues": True, "stop": "none", "again": 1}
    failed = lines[2] | {"text": FAILED, "task": "again", "schedule": schedule}
    score = json.loads(vlrb("score", log, write(tmp_path / "a.votes.jsonl", [failed]), "--json").stdout)
    assert score["unparsed"]["refused"] == 1


def test_what_cannot_be_asked_again(tmp_path: Path, pairs: Path) -> None:
    log = write(tmp_path / "log.votes.jsonl", votes())
    other = write(tmp_path / "other.votes.jsonl", votes(task="u", generation={"max_new_tokens": 9}))
    assert isinstance(again("sleepy", tmp_path / "t", pairs, log).exception, UnknownName)
    assert isinstance(again("failed", tmp_path / "t", pairs).exception, VlrbError)
    refused = again("failed", tmp_path / "t", pairs, log, other)
    assert isinstance(refused.exception, DataError)
    assert "tasks t and u" in str(refused.exception), "the line names the difference"


@pytest.mark.parametrize(
    "change",
    [
        {"task": "u"},
        {"generation": {"max_new_tokens": 9}},
        {"model_id": "run2/checkpoint-100"},
        {"benchmark": "B, pictures: blank"},
    ],
)
@pytest.mark.parametrize("how", [(), ("--merge",)])
def test_runs_that_differ_are_two_runs(tmp_path: Path, change: dict[str, Any], how: tuple[str, ...]) -> None:
    own = {"model_id": "run1/checkpoint-100"}
    one = write(tmp_path / "a.votes.jsonl", votes(**own)[:6])
    other = write(tmp_path / "b.votes.jsonl", votes(**{**own, **change})[6:])
    same = write(tmp_path / "c.votes.jsonl", votes(**own)[6:])
    assert len(json.loads(vlrb("score", one, other, *how, "--json").stdout)) == 2
    assert isinstance(json.loads(vlrb("score", one, same, *how, "--json").stdout), dict)
