"""``--group``: pairs taken together by picture, by question or by a column, whatever their rows say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.support.made_up import FIRST, made_up_pairs, record
from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.cli.main import group
from vlrb_task.pairs.families import grouped
from vlrb_task.support.errors import DataError
from vlrb_task.votes import write_votes

ROWS: list[dict[str, Any]] = [
    {"id": "a", "query": "one", "image": {"bytes": b"x", "path": None}, "problem": 1},
    {"id": "b", "query": "one", "image": {"bytes": b"y", "path": None}, "problem": 2},
    {"id": "c", "query": "two", "images": [{"bytes": b"x", "path": None}], "problem": 1},
    {"id": "d", "query": "two", "image": None, "problem": None},
]


@pytest.mark.parametrize(
    ("by", "together"), [("picture", ["ac", "b", "d"]), ("query", ["ab", "cd"]), ("problem", ["ac", "b", "d"])]
)
def test_rows_are_put_together(by: str, together: list[str]) -> None:
    sets: dict[Any, str] = {}
    for row in grouped(ROWS, by):
        name = row["group"] if row["group"] is not None else row["id"]
        sets[name] = sets.get(name, "") + row["id"]
    assert list(sets.values()) == together


@pytest.mark.parametrize("by", ["picture", "nothing"])
def test_what_no_row_has_is_an_error(by: str) -> None:
    with pytest.raises(DataError, match="to group by"):
        list(grouped([{"id": "a", "query": "q"}], by))


def test_every_command_takes_them_together(tmp_path: Path) -> None:
    """12 pairs under 4 problems: the score's groups are those, and a comparison flips them together."""
    benchmark = made_up_pairs(12)
    pairs, logs = tmp_path / "pairs.jsonl", []
    rows = [
        {
            "id": p.id,
            "query": p.query,
            "response": p.responses,
            "human_ranking": [p.label, 1 - int(p.label)],
            "problem": n % 4,
        }
        for n, p in enumerate(benchmark.pairs)
    ]
    pairs.write_text("".join(json.dumps(row) + "\n" for row in rows))
    for name, text in (("a", FIRST), ("b", FIRST.replace("1", "2"))):
        logs.append(tmp_path / f"{name}.votes.jsonl")
        asked = [(p, ballot) for p in benchmark.pairs for ballot in ballots_of(p, Schedule(Order.KEY))]
        write_votes(logs[-1], [record(benchmark, p, ballot, text, model=name) for p, ballot in asked])

    def vlrb(command: str, *logs: Path) -> Any:
        by = ["--pairs", str(pairs), "--group", "problem", "--json"]
        result = CliRunner().invoke(group, [command, *map(str, logs), *by])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    score = vlrb("score", logs[0])
    assert score["all_right"]["n"] == 4
    assert score["overall"]["method"] == "wilson-clustered"
    assert any("4 groups" in told for told in score["warnings"])
    assert vlrb("compare", *logs)["tests"][0]["test"].startswith("sign-flip")
    assert vlrb("panel", *logs)["majority"]["method"] == "wilson-clustered"
