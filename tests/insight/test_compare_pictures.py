"""What the pictures add: a run beside its twin with other pictures, the difference counted again here."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from statistics import mean

import pytest
from click.testing import CliRunner

from tests.support.relatives_votes import write_log
from vlrb_task.cli.main import group
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.pair import Benchmark, Pair, parse_rows
from vlrb_task.pairs.perturbing import Pictures, with_pictures
from vlrb_task.pairs.rows import load_benchmark, read_rows

pytest.importorskip("statsmodels")


def seeing(pair: Pair, number: int) -> int | str:
    return pair.better if int(pair.key, 16) % 5 else 1 - pair.better


def blind(pair: Pair, number: int) -> int | str:
    return int(pair.key, 16) % 2


def perturbed(how: Pictures) -> Benchmark:
    return parse_rows(with_pictures(lambda: read_rows(str(demo_parquet()), images=True), how, "demo"))


def test_the_difference_is_paired_and_by_subset(tmp_path: Path) -> None:
    true = load_benchmark(str(demo_parquet()))
    logs = [write_log(tmp_path / "0.votes.jsonl", true, seeing, model="m")]
    logs.append(write_log(tmp_path / "1.votes.jsonl", perturbed(Pictures.BLANK), blind, model="m"))
    logs.append(write_log(tmp_path / "2.votes.jsonl", perturbed(Pictures.SHUFFLED), seeing, model="m"))
    logs.append(write_log(tmp_path / "3.votes.jsonl", true, blind, model="another"))
    for order in (logs, logs[::-1]):  # whichever stands first, it is own minus other
        done = CliRunner().invoke(group, ["compare", *map(str, order), "--json"])
        assert done.exit_code == 0, done.exception
        found = {one["pictures"]: one for one in json.loads(done.stdout)["pictures"]}
        assert {one["judge"] for one in found.values()} == {"m"}
        assert set(found) == {"blank", "shuffled"}
        gaps = defaultdict(list)
        for pair in true.pairs:
            gap = (seeing(pair, 0) == pair.better) - (blind(pair, 0) == pair.better)
            for name in ("overall", pair.subset):
                gaps[name].append(gap)
        expected = {name: mean(values) for name, values in gaps.items()}
        expected["macro"] = mean(expected[name] for name in ("general", "hallucination", "reasoning"))
        told = found["blank"]["differences"]
        assert {name: one["value"] for name, one in told.items()} == pytest.approx(expected)
        assert all(one["low"] < one["value"] < one["high"] for one in told.values())
        assert {one["value"] for one in found["shuffled"]["differences"].values()} == {0.0}
    shown = CliRunner().invoke(group, ["compare", *map(str, logs)]).stdout
    assert "what the pictures add" in " ".join(shown.split())
