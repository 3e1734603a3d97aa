"""Runs whose pictures are meant to be left out: not stopped, another run than one with pictures, and every result says so."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from vlrb_task.cli.main import group
from vlrb_task.judges import get_judge
from vlrb_task.pairs.pair import parse_rows
from vlrb_task.tasks.questions import check_sight


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
