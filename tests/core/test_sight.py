"""Runs whose pictures are meant to be left out: not stopped, another run than one with pictures, and every result says so."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from tests.support.made_up import FIRST, made_up_pairs, record
from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.cli.main import group
from vlrb_task.judges import get_judge
from vlrb_task.pairs.pair import parse_rows
from vlrb_task.tasks.sight import check_sight
from vlrb_task.votes import read_runs
from vlrb_task.votes.warnings import NO_IMAGES

BOTH = Schedule(Order.BOTH)


def test_a_benchmark_of_texts_needs_no_picture() -> None:
    rows = [
        {"id": f"x{n}", "query": "q", "response": [f"a{n}", "b"], "human_ranking": [0, 1], "media": "text"}
        for n in range(2)
    ]
    check_sight(get_judge("criteria"), parse_rows(rows), shown=False)


def test_doctor_says_whether_a_judge_can_be_asked(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.jsonl"
    row = {"id": "mmmu_1", "query": "q", "response": ["a", "b"], "human_ranking": [0, 1]}
    pairs.write_text(json.dumps(row) + "\n")
    found = {}
    for judge in ("criteria", "blind", "caption"):
        done = CliRunner().invoke(group, ["doctor", "--pairs", str(pairs), "--judge", judge, "--json"])
        found[judge] = json.loads(done.stdout)["data"]["problems"]
        assert done.exit_code == bool(found[judge])
    assert found["blind"] == []
    assert "no pair has a picture" in found["criteria"][0]
    assert "caption" in found["caption"][0]


def test_votes_without_pictures_are_another_run_and_every_result_says_so(tmp_path: Path) -> None:
    benchmark = made_up_pairs(4)
    asked = [(pair, ballot) for pair in benchmark.pairs for ballot in ballots_of(pair, BOTH)]
    path = tmp_path / "x.votes.jsonl"
    lines = [
        record(benchmark, pair, ballot, FIRST) | {"model": "m"} | more
        for more in ({}, {"no_images": True}, {"no_images": True, "benchmark": "VL-RewardBench, pictures: none"})
        for pair, ballot in asked
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    seeing, blind = read_runs([path])
    assert NO_IMAGES not in seeing.warnings
    assert NO_IMAGES in blind.warnings
    assert len(blind.votes) == 8, "both ways to say it are one run, whose duplicates count once"
    shown = CliRunner().invoke(group, ["compare", str(path), "--json"])
    assert [NO_IMAGES in one["warnings"] for one in json.loads(shown.stdout)["judges"]] == [False, True]
