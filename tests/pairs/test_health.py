"""``vlrb doctor --pairs``: what is odd about a set although its rows can be used, and every bad row of a mapping."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.support.other_benchmarks import png
from tests.support.relatives import RELATIVES
from vlrb_task.cli.doctor import command
from vlrb_task.judges import get_judge
from vlrb_task.pairs.benchmarks import benchmark
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.health import contradictions
from vlrb_task.pairs.pair import parse_rows
from vlrb_task.pairs.rows import load_benchmark
from vlrb_task.tasks.copying import copy_pairs

PLAIN: dict[str, Any] = {"query": "Which?", "response": ["this", "that"], "human_ranking": [0, 1], "subset": "mine"}


def doctor(spec: str) -> dict[str, Any]:
    done = CliRunner().invoke(command, ["--pairs", spec, "--json"])
    data = json.loads(done.stdout)["data"]
    assert done.exit_code == bool(data["problems"])
    return dict(data)


def write(folder: Path, rows: list[dict[str, Any]]) -> str:
    path = folder / "pairs.jsonl"
    path.write_text("".join(json.dumps({"id": str(n)} | PLAIN | row) + "\n" for n, row in enumerate(rows)))
    return str(path)


def test_nothing_odd_about_the_demo() -> None:
    found = doctor(str(demo_parquet()))
    assert (found["problems"], found["warnings"]) == ([], [])


def test_rows_without_a_picture_and_pictures_all_the_same(tmp_path: Path) -> None:
    red = base64.b64encode(png("red")).decode()
    found = doctor(write(tmp_path, [{"query": "1", "image": red}, {"query": "2", "image": red}, {"query": "3"}]))
    assert found["warnings"] == [
        "1 of 3 rows have no picture: a judge answers them without seeing anything",
        "all 2 pictures are the same",
    ]


def test_pictures_under_another_name(tmp_path: Path) -> None:
    shown = base64.b64encode(png("red")).decode()
    rows = [
        {"query": str(n), "img_0": shown, "photo": f"{n}.jpg", "note": "see fig.png for more", "kind": "x"}
        for n in range(2)
    ]
    found = doctor(write(tmp_path, rows))
    assert found["warnings"][0].startswith("no row has a picture")
    assert "'img_0', 'photo' (" in found["warnings"][1]


def test_vlrb_task_names_them_too(tmp_path: Path) -> None:
    pairs = write(tmp_path, [{"picture": "data:image/png;base64,aaaa"}])
    told = copy_pairs(pairs, tmp_path / "x.parquet", get_judge("criteria")).warnings
    assert "columns that look like pictures and are not read as such: 'picture'" in told[1]
    assert "stop before their first request" in told[2]


def test_pictures_that_a_mapping_does_not_name(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png("red"))
    (tmp_path / "rows.jsonl").write_text(json.dumps({"q": "?", "a": "x", "b": "y", "one": "a.png", "two": ["b.png"]}))
    mapping = "rows: rows.jsonl\nquery: q\nanswers: [a, b]\nbetter: first\nsubset: {value: s}\nimages: [one]\n"
    (tmp_path / "pairs.yaml").write_text(mapping)
    assert doctor(str(tmp_path / "pairs.yaml"))["warnings"] == [
        "columns that look like pictures and are not read as such: 'two' (docs/pairs.md: `images`)"
    ]


def test_all_bad_rows_and_all_missing_pictures_are_told(tmp_path: Path) -> None:
    spec, _ = RELATIVES["mmrb"](tmp_path)
    for number in (1, 4):
        (tmp_path / f"images/{number}.png").unlink()
    problems = doctor(spec)["problems"]
    assert [problem.partition(":")[0] for problem in problems] == ["row 1", "row 4"]
    assert all("image 'images/" in problem for problem in problems)


def test_contradictory_rows_are_told_unless_a_criterion_tells_them_apart(tmp_path: Path) -> None:
    """Ids differ, and the better answer stands now first, now second."""
    rows: list[dict[str, Any]] = [
        {"id": "a"},
        {"id": "b", "human_ranking": [1, 0]},
        {"id": "c", "response": ["that", "this"]},
    ]
    rows += [{"id": "d", "query": "Else?"}, {"id": "e", "query": "Else?"}]
    found = doctor(write(tmp_path, rows))
    (told,) = [one for one in found["warnings"] if "contradictory" in one]
    assert told.startswith("1 questions occur more than once with contradictory labels (first: ids 'a', 'b', 'c')")
    assert "criterion: COLUMN" in told
    by_criterion = [PLAIN | row | {"criterion": row["id"]} for row in rows]
    assert contradictions(parse_rows(by_criterion).pairs) == []
    assert len(contradictions(parse_rows([PLAIN | row for row in rows]).pairs)) == 1


def test_the_same_answers_with_the_same_label_do_not_contradict() -> None:
    rows = [PLAIN | {"id": "a"}, PLAIN | {"id": "b", "response": ["that", "this"], "human_ranking": [1, 0]}]
    assert contradictions(parse_rows(rows).pairs) == []


def test_a_criterion_that_was_not_mapped(tmp_path: Path) -> None:
    spec, _ = RELATIVES["multi_crit"](tmp_path)

    text = (
        benchmark("multi_crit")
        .path.read_text()
        .replace("criterion: criterion\n", "")
        .replace("txiong23/Multi-Crit", "rows.jsonl")
    )
    (tmp_path / "pairs.yaml").write_text(text)
    assert contradictions(load_benchmark(spec).pairs) == []
    assert len(contradictions(load_benchmark(str(tmp_path / "pairs.yaml")).pairs)) == 3


@pytest.mark.parametrize("spec", ["mmrb=nowhere", "mmrb={here}"])
def test_a_folder_that_has_no_such_file_is_one_line(tmp_path: Path, spec: str) -> None:
    (problem,) = doctor(spec.format(here=tmp_path))["problems"]
    assert "no such file or folder" in problem or "no all_data.json in" in problem
