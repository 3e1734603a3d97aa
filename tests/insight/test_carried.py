"""What a log says of each vote reaches every output: tool calls, and pictures that were left out."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from tests.support.made_up import FIRST, made_up_pairs, record
from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.cli.main import group
from vlrb_task.votes import read_runs
from vlrb_task.votes.warnings import NO_IMAGES

BENCHMARK = made_up_pairs(4)
ASKED = [(pair, ballot) for pair in BENCHMARK.pairs for ballot in ballots_of(pair, Schedule(Order.BOTH))]


def test_tool_calls_are_counted_and_shown(tmp_path: Path) -> None:
    lines = [record(BENCHMARK, pair, ballot, FIRST) for pair, ballot in ASKED]
    lines[0] |= {"tool_calls": ['{"name": "crop"}', {"name": "zoom"}], "tool_call_count": 3}
    lines[1] |= {"tool_call_count": 0}
    log = tmp_path / "x.votes.jsonl"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    document = json.loads(CliRunner().invoke(group, ["score", str(log), "--json"]).stdout)
    assert document["tool_calls"] == {"calls": 3, "answers": 1}
    assert "tool calls: calls 3, answers 1" in CliRunner().invoke(group, ["score", str(log)]).output
    page = tmp_path / "page.html"
    done = CliRunner().invoke(group, ["report", str(log), "-o", str(page)])
    assert done.exit_code == 0, done.output
    text = page.read_text()
    data = json.loads(text.partition('id="gallery-data">')[2].partition("</script>")[0])
    assert data["pairs"][0]["votes"][0][0][8] == [3, ['{"name": "crop"}', '{"name": "zoom"}']]
    assert data["pairs"][1]["votes"][0][0][8] == [0, []]


def test_votes_without_pictures_are_another_run_and_every_result_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.votes.jsonl"
    lines = [
        record(BENCHMARK, pair, ballot, FIRST) | {"model": "m"} | more
        for more in ({}, {"no_images": True}, {"no_images": True, "benchmark": "VL-RewardBench, pictures: none"})
        for pair, ballot in ASKED
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    seeing, blind = read_runs([path])
    assert NO_IMAGES not in seeing.warnings
    assert NO_IMAGES in blind.warnings
    assert len(blind.votes) == len(ASKED), "both ways to say it are one run, whose duplicates count once"
    shown = CliRunner().invoke(group, ["compare", str(path), "--json"])
    assert [NO_IMAGES in one["warnings"] for one in json.loads(shown.stdout)["judges"]] == [False, True]
