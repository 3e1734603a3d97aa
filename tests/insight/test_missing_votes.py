"""No number goes out without what its votes lack: on standard error, and in what is exported."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from tests.insight.simulate import Planted, labels, records, run
from vlrb_task.cli.main import group
from vlrb_task.votes import write_votes

SIZES = {"general": 8, "hallucination": 12, "reasoning": 8}
SHOWN = labels(SIZES)
PART = "PART of the votes: 28 of 28 pairs have fewer than 5 votes"
STOPPED = "stopped when decided: "
EXPORTS = ("markdown", "latex", "csv", "model-index", "protocol", "statement")


def log(folder: Path, *, votes: int = 2, stop: str | None = None, pairs: int = 28, name: str = "a") -> str:
    """A log of a schedule of five votes: with the first of them, or with those that were asked until it was decided."""
    lines = records(run(Planted(1.0, correlation=0.0), votes, sizes=SIZES, shown=SHOWN), f"model-{name}")
    schedule = {"order": "alternate", "votes": 5} | ({"stop": stop} if stop else {})
    kept = {label.key for label in SHOWN[:pairs]}
    path = folder / f"{name}.votes.jsonl"
    write_votes(path, [line | {"schedule": schedule} for line in lines if line["key"] in kept])
    return str(path)


def vlrb(*arguments: str) -> Result:
    result = CliRunner().invoke(group, list(arguments))
    assert result.exit_code == 0, result.exception
    return result


def flat(text: str) -> str:
    return " ".join(text.replace("\\", "").split())


@pytest.mark.parametrize("kind", EXPORTS)
def test_an_export_says_that_votes_are_missing(tmp_path: Path, kind: str) -> None:
    result = vlrb("export", log(tmp_path), "--to", kind)
    assert PART in flat(result.stderr)
    assert PART in flat(result.stdout)


@pytest.mark.parametrize("kind", EXPORTS)
def test_an_export_of_a_run_that_stopped_says_so(tmp_path: Path, kind: str) -> None:
    path = log(tmp_path, votes=3, stop="strict")
    assert f"{STOPPED}84 of 140 votes asked" in flat(vlrb("export", path, "--to", kind).stdout)
    other = vlrb("export", path, "--to", kind, "--policy", "half")
    assert STOPPED in flat(other.stdout)  # three right votes of five settle it under that policy too
    stopped_late = log(tmp_path, votes=2, stop="official", name="b")
    assert PART in flat(vlrb("export", stopped_late, "--to", kind, "--policy", "official").stdout)


@pytest.mark.parametrize("kind", EXPORTS)
def test_an_export_of_a_whole_run_adds_nothing(tmp_path: Path, kind: str) -> None:
    result = vlrb("export", log(tmp_path, votes=5), "--to", kind)
    assert result.stderr == ""
    assert "PART" not in result.stdout
    assert "Note" not in result.stdout


def test_a_part_of_the_pairs_is_told_where_a_table_has_no_place_for_it(tmp_path: Path) -> None:
    path = log(tmp_path, votes=5, pairs=24)
    result = vlrb("export", path, "--to", "vlmevalkit")
    assert "warning: model-a: PART of the pairs: 24 of 28 have votes" in flat(result.stderr)
    assert "PART of the pairs: 24 of 28 have votes" in flat(vlrb("export", path, "--to", "latex").stdout)
    audit = vlrb("audit", path)
    assert "PART of the pairs: 24 of 28 have votes" in flat(audit.stderr)


@pytest.mark.parametrize("command", ["compare", "plot", "audit", "report", "score"])
def test_every_command_says_that_votes_are_missing(tmp_path: Path, command: str) -> None:
    out = {"plot": ["-o", str(tmp_path / "out"), "--only", "scores"], "report": ["-o", str(tmp_path / "r.html")]}
    path = log(tmp_path)
    result = vlrb(command, path, *out.get(command, []))
    assert f"warning: {PART}" in flat(result.stderr).replace("model-a: ", "")
    document = vlrb(command, path, *out.get(command, []), "--json")
    assert PART in document.stdout + document.stderr


def test_the_page_says_it_below_its_scores(tmp_path: Path) -> None:
    vlrb("report", log(tmp_path), "-o", str(tmp_path / "r.html"))
    page = (tmp_path / "r.html").read_text("utf-8")
    assert page.index("<h2>Scores</h2>") < page.index(PART) < page.index("<h2>Pictures</h2>")


def test_a_picture_of_a_part_of_the_pairs_is_announced(tmp_path: Path) -> None:
    result = vlrb("plot", log(tmp_path, votes=5, pairs=24), "-o", str(tmp_path / "out"), "--only", "scores")
    assert "has votes on a part only: 24 of 28 pairs" in flat(result.stderr)


def test_programs_find_it_in_its_own_field(tmp_path: Path) -> None:
    path = log(tmp_path)
    (row,) = csv.DictReader(io.StringIO(vlrb("export", path, "--to", "csv").stdout))
    assert row["warnings"].startswith(PART)
    protocol = json.loads(vlrb("export", path, "--to", "protocol").stdout)
    assert protocol["scores"]["warnings"][0].startswith(PART)
    card = yaml.safe_load(vlrb("export", path, "--to", "model-index").stdout)
    assert card["model-index"][0]["results"][0]["dataset"]["args"]["warnings"][0].startswith(PART)
    assert json.loads(vlrb("audit", path, "--json").stdout)["warnings"][0].startswith(PART)


def test_the_statement_gives_every_number_of_votes_that_a_pair_has(tmp_path: Path) -> None:
    lines = records(run(Planted(1.0), 5, sizes=SIZES, shown=SHOWN), "m")
    ragged = [
        line for line in lines if line["vote"] < 3 + SHOWN.index(next(x for x in SHOWN if x.key == line["key"])) % 3
    ]
    path = tmp_path / "a.votes.jsonl"
    write_votes(path, ragged)
    assert "3 to 5 votes a pair" in vlrb("export", str(path), "--to", "statement").stdout


def test_a_range_stands_in_the_place_of_an_overall_in_every_table(tmp_path: Path) -> None:
    lines = records(run(Planted(1.0, correlation=0.0), 1, sizes=SIZES, shown=SHOWN), "model")
    path, page = tmp_path / "a.votes.jsonl", tmp_path / "page.html"
    write_votes(path, [line | {"text": ""} if at < 7 else line for at, line in enumerate(lines)])
    assert json.loads(vlrb("score", str(path), "--json").stdout)["overall_range"] == {"low": 0.75, "high": 1.0}
    vlrb("report", str(path), "-o", str(page))
    assert "<td>75.0 to 100.0</td>" in page.read_text(encoding="utf-8")
    for table in (("score", str(path)), ("export", str(path), "--to", "markdown"), ("compare", str(path))):
        assert "75.0 to 100.0" in vlrb(*table).stdout
