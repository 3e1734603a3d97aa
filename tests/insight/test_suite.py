"""``vlrb suite``: judges on several benchmarks, each cell counted again here."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from click.testing import CliRunner

from tests.support.relatives import RELATIVES
from tests.support.relatives_votes import write_log
from vlrb_task.asking.ballots import Order, Schedule
from vlrb_task.cli.suite import command
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.pair import Benchmark, Pair
from vlrb_task.pairs.rows import load_benchmark

BENCHES = ("mmrb", "mmrlhf", "omni_rewardbench")


def longer(pair: Pair, number: int) -> int | str:
    return 0 if pair.words[0] >= pair.words[1] else 1


def shorter(pair: Pair, number: int) -> int | str:
    return 1 if pair.words[0] >= pair.words[1] else 0


def undecided(pair: Pair, number: int) -> int | str:
    return "tie"


JUDGES = {"longer": longer, "shorter": shorter, "undecided": undecided}


@pytest.fixture
def logs(tmp_path: Path) -> tuple[Path, dict[str, Benchmark]]:
    found: dict[str, Benchmark] = {}
    (tmp_path / "logs").mkdir()
    for name in BENCHES:
        (tmp_path / name).mkdir()
        found[name] = load_benchmark(RELATIVES[name](tmp_path / name)[0])
        for judge, choice in JUDGES.items():
            path = tmp_path / "logs" / f"{name}-{judge}.votes.jsonl"
            write_log(path, found[name], choice, Schedule(Order.BOTH), model=judge)
    return tmp_path / "logs", found


def run(folder: Path, *options: str) -> str:
    done = CliRunner().invoke(command, [str(folder), *options])
    assert done.exit_code == 0, done.exception
    return done.stdout


def test_each_cell_is_what_the_votes_say(logs: tuple[Path, dict[str, Benchmark]]) -> None:
    folder, sets = logs
    found = json.loads(run(folder, "--json"))
    assert {one["name"] for one in found["benchmarks"]} == set(BENCHES)
    cells = {judge["name"]: judge["benchmarks"] for judge in found["judges"]}
    assert set(cells) == {f"{name} (criteria)" for name in JUDGES}
    for judge, choice in JUDGES.items():
        for name, about in sets.items():
            cell: dict[str, Any] = cells[f"{judge} (criteria)"][name]
            right = [choice(pair, 0) == pair.label for pair in about.pairs]
            assert cell["overall"]["value"] == pytest.approx(mean(right))
            assert cell["protocols"]["strict"]["value"] == pytest.approx(mean(right))
            assert cell["protocols"]["single"]["value"] == pytest.approx(mean(right))
            half = [
                0.5 if choice(p, 0) == "tie" and not p.tied else float(choice(p, 0) == p.label) for p in about.pairs
            ]
            assert cell["protocols"]["coin"]["value"] == pytest.approx(mean(half))
    assert cells["longer (criteria)"]["mmrlhf"]["headline"]["name"] == "Acc"
    assert cells["longer (criteria)"]["omni_rewardbench"]["headline"]["name"] == "accuracy w/ ties"
    assert [one["judges"] for one in found["correlations"]] == [3, 3, 3]
    assert [one["model"] for one in found["benchmarks"][0]["published"]][:1] == ["Claude 3.5 Sonnet (Dec 2024)"]


def test_a_judge_of_one_place_shows_what_the_protocol_changes(tmp_path: Path) -> None:
    """Shown the better answer first it is always right, and never otherwise: the same votes, .5 in both orders."""
    from vlrb_task.asking.ballots import first_from_key
    from vlrb_task.pairs.pair import other

    def first(pair: Pair, number: int) -> int | str:
        start = first_from_key(pair.key)
        return other(start) if number % 2 else start

    write_log(tmp_path / "x.votes.jsonl", load_benchmark(str(demo_parquet())), first, Schedule(Order.BOTH), model="m")
    (judge,) = json.loads(run(tmp_path, "--json"))["judges"]
    (cell,) = judge["benchmarks"].values()
    told = {name: one["value"] for name, one in cell["protocols"].items()}
    assert (told["single"], told["better first"], told["better second"]) == (0.5, 1.0, 0.0)
    assert cell["first_rate"] == 1.0


@pytest.mark.parametrize("to", ["markdown", "latex", "csv"])
def test_the_table_in_each_format(logs: tuple[Path, dict[str, Benchmark]], to: str) -> None:
    text = run(logs[0], "--to", to)
    if to == "csv":
        rows = list(csv.DictReader(io.StringIO(text)))
        published = [row for row in rows if row["number"].startswith("published: ")]
        assert {row["benchmark"] for row in published} == {"mmrb"}
        assert {(row["judge"], row["benchmark"]) for row in rows if row not in published} == {
            (f"{j} (criteria)", b) for j in JUDGES for b in BENCHES
        }
        assert all(0 <= float(row["value"]) <= 1 for row in rows if row["value"])
        return
    assert "Multimodal RewardBench, acc all" in text
    assert "GPT-4o (Dec 2024) (published, 1)" in text
    assert "README of the repository" in text
    tables = 1 + len(BENCHES) + 1 + 1  # all in one, each, protocols, correlations
    assert text.count(r"\midrule" if to == "latex" else "---:") >= tables
    assert ("ACC+" in text, "accuracy w/o ties" in text) == (True, True)


def test_people_read_ranks_and_protocols(logs: tuple[Path, dict[str, Benchmark]]) -> None:
    text = run(logs[0])
    assert "The same votes under other protocols" in text
    assert "1 to 3" in text, "few pairs leave the order of judges open"
    assert "Spearman" in text


@pytest.mark.parametrize("width", [80, 120])
def test_no_name_or_number_is_cut(logs: tuple[Path, dict[str, Benchmark]], width: int) -> None:
    from vlrb_task.cli.suite_tables import show
    from vlrb_task.cli.terminal import SafeConsole
    from vlrb_task.compare.suite import suite
    from vlrb_task.votes import read_runs

    out = io.StringIO()
    show(suite(read_runs([logs[0]])), SafeConsole(file=out, width=width))
    text = out.getvalue()
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width


def test_the_page_has_every_table(logs: tuple[Path, dict[str, Benchmark]], tmp_path: Path) -> None:
    """No script and nothing from elsewhere; names are text; the same numbers as in Markdown."""
    found = load_benchmark(str(demo_parquet()))
    write_log(logs[0] / "x.votes.jsonl", found, longer, Schedule(Order.BOTH), model="<script>alert(1)</script>")
    page = tmp_path / "page.html"
    run(logs[0], "-o", str(page))
    text = page.read_text()
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert text.count("<h2>") == 1 + len(BENCHES) + 1 + 2
    cells = [one.strip(" |") for line in run(logs[0], "--to", "markdown").splitlines() for one in line.split(" | ")[1:]]
    numbers = [one.partition(" ")[0] for one in cells if one[:1].isdigit()]
    assert len(numbers) > 50
    assert all(f">{number}" in text for number in numbers)
    refused = CliRunner().invoke(command, [str(logs[0]), "-o", str(logs[0] / "x.votes.jsonl")])
    assert refused.exit_code != 0


def test_two_runs_of_one_judge_on_one_benchmark_are_refused(tmp_path: Path) -> None:
    found = load_benchmark(str(demo_parquet()))
    for number in range(2):
        write_log(tmp_path / f"{number}.votes.jsonl", found, longer, model="m", generation={"temperature": number})
    done = CliRunner().invoke(command, [str(tmp_path)])
    assert "two runs of 'm (criteria)'" in str(done.exception)
