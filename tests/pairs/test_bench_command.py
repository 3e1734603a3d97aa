"""``vlrb bench``, and names of benchmarks where pairs are named."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support.relatives import RELATIVES
from vlrb_task.cli.bench import command, describe
from vlrb_task.lmms import include_path
from vlrb_task.pairs.benchmarks import benchmark_names
from vlrb_task.pairs.rows import is_local, load_benchmark, pairs_of
from vlrb_task.support.errors import DataError
from vlrb_task.tasks.shipped import shipped_tasks


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("nothing is downloaded to list benchmarks")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.usefixtures("no_network")
def test_list_and_show() -> None:
    listed = json.loads(CliRunner().invoke(command, ["list", "--json"]).output)
    assert [one["name"] for one in listed] == benchmark_names()
    assert listed[0]["title"] == "VL-RewardBench"
    assert all(one["license"] and one["loads"] in ("hub", "files", "unverified") for one in listed)
    for name in benchmark_names():
        shown = json.loads(CliRunner().invoke(command, ["show", name, "--json"]).output)
        assert shown["name"] == name
        assert shown["differs"]
        text = CliRunner().invoke(command, ["show", name]).output
        assert shown["license"].split()[0] in text
    people = CliRunner().invoke(command, ["list"]).output
    assert all(name in people for name in benchmark_names())


def test_each_has_a_task_in_both_frameworks() -> None:
    for name in benchmark_names():
        spec = shipped_tasks()[f"vlrb_{name}"]
        assert (spec.pairs, spec.dataset_name) == (name, f"VLRB_{name.upper()}")
        assert (include_path() / f"vlrb_{name}.yaml").is_file()
        assert describe(name)["tasks"] == [spec.name, spec.dataset_name]
    assert describe("mmrb")["revision"] == "unpinned", "of a dataset on the hub"
    assert describe("mr2bench")["revision"] is None, "of the user's own files"


def test_where_the_pairs_of_shipped_tasks_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VLRB_PAIRS", raising=False)
    assert pairs_of() is pairs_of("mmrb") is None
    monkeypatch.setenv("VLRB_PAIRS", "a,b.parquet,mmrb=/x,y,mmrlhf=/z")
    assert [pairs_of(), pairs_of("mmrb"), pairs_of("mmrlhf")] == ["a,b.parquet", "mmrb=/x,y", "mmrlhf=/z"]
    assert pairs_of("multi_crit") is None
    monkeypatch.setenv("VLRB_PAIRS", "/data/size=9/x.parquet")
    assert [pairs_of(), pairs_of("mmrb")] == ["/data/size=9/x.parquet", None]


def test_what_the_metrics_of_others_are_called_here() -> None:
    shown = json.loads(CliRunner().invoke(command, ["show", "mmrlhf", "--json"]).output)
    assert shown["metrics"] == {"Acc": "overall", "ACC+": "all_right"}
    assert (shown["groups"], shown["group"]) == (46, "id")


def test_an_unknown_name_is_one_line() -> None:
    result = CliRunner().invoke(command, ["show", "nothing"])
    assert result.exit_code != 0
    assert "no benchmark 'nothing': vl_rewardbench, " in str(result.exception)


def test_a_file_of_the_same_name_is_meant_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mmrb").mkdir()
    assert is_local("mmrb"), "a folder is no set of pairs"
    (tmp_path / "mmrb").rmdir()
    (tmp_path / "mmrb").write_text("x")
    with pytest.raises(DataError, match=r"mmrb: not a \.yaml"):
        load_benchmark("mmrb")


def test_a_folder_and_a_file_are_read_alike(tmp_path: Path) -> None:
    spec, _ = RELATIVES["mmrb"](tmp_path)
    assert load_benchmark(spec).fingerprint == load_benchmark(f"{spec}/all_data.json").fingerprint
