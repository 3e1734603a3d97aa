"""``vlrb panel`` and ``vlrb plan`` on simulated logs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from tests.insight.simulate import Planted, labels, run, write
from tests.scores.test_order_of_pairs import some_run
from vlrb_task.cli.main import group
from vlrb_task.compare.basis import common_basis
from vlrb_task.compare.panel import panel_of
from vlrb_task.pairs.labels import Categories

SIZES = {"general": 60, "hallucination": 120, "reasoning": 70}


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder, shown = tmp_path_factory.mktemp("logs"), labels(SIZES)
    plans = [("small", Planted(0.65), 5), ("large", Planted(0.85), 5), ("single", Planted(0.7), 1)]
    return [
        str(write(folder / f"{name}.votes.jsonl", run(planted, votes, seed, name, SIZES, shown), name))
        for seed, (name, planted, votes) in enumerate(plans)
    ]


def document(*args: str) -> dict[str, Any]:
    result = CliRunner().invoke(group, [*args, "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_panel_from_logs(logs: list[str]) -> None:
    found = document("panel", *logs, "--cost", "small=0.1", "--strong", "large")
    assert [member["name"] for member in found["members"]] == ["small", "large", "single"]
    assert found["costs"] == {"small": 0.1, "large": 5.0, "single": 1.0}
    assert [size["size"] for size in found["sizes"]] == [1, 2, 3]
    assert found["sizes"][0]["members"] == ["large"]
    cascade = found["cascade"]
    assert (cascade["cheap"], cascade["strong"]) == ("small", "large")
    assert cascade["steps"][-1]["cost"] == pytest.approx(5.1)
    assert cascade["steps"][0]["accuracy"]["value"] == found["members"][0]["alone"]["value"]
    people = CliRunner().invoke(group, ["panel", *logs])
    assert people.exit_code == 0
    assert "majority of all" in people.output


def test_a_panel_does_not_hang_on_the_order_of_pairs_and_groups() -> None:
    """Folds are by the names of groups, whatever their places in a log."""
    rng = np.random.default_rng(3)
    one = some_run(np.random.default_rng(3), "votes")
    judges = [one, replace(one, votes=replace(one.votes, choice=rng.permutation(one.votes.choice)))]
    groups = one.labels.group
    assert len(groups.names) > 10
    other = Categories(groups.names[::-1], len(groups.names) - 1 - groups.codes)
    turned = [
        replace(run, labels=replace(run.labels, group=other)).on_pairs(rng.permutation(len(run.labels)))
        for run in judges
    ]
    assert panel_of(common_basis(judges), {}).to_dict() == panel_of(common_basis(turned), {}).to_dict()


def test_mid_p_is_chosen_by_its_option(logs: list[str]) -> None:
    exact, middle = (document("compare", logs[0], logs[2], *option)["tests"][0] for option in ((), ("--mid-p",)))
    assert (exact["test"], middle["test"]) == ("mcnemar-exact", "mcnemar-mid-p")
    assert middle["p"] < exact["p"]
    assert middle["contrasts"][0]["p"] < exact["contrasts"][0]["p"]


def test_bad_names_and_costs_are_told(logs: list[str]) -> None:
    for args in (["--cost", "small"], ["--cost", "small=x"], ["--cheap", "nobody"]):
        result = CliRunner().invoke(group, ["panel", *logs, *args])
        assert result.exit_code != 0


def test_a_plan_from_logs_and_from_nothing(logs: list[str]) -> None:
    found = document("plan", "--difference", "3", "--like", logs[0], logs[1])
    assert (found["difference"], found["pairs_at_hand"], found["like"]) == (0.03, 250, ["small", "large"])
    assert [plan["votes"] for plan in found["plans"]] == [1, 3, 5]
    squares = [plan["mean_square"] if "mean_square" in plan else plan["square"] for plan in found["plans"]]
    assert squares[0] > squares[-1], "more votes leave less noise"
    assert all(plan["pairs"] > 250 for plan in found["plans"])
    several = document("plan", "--difference", "3", "--like", logs[0], logs[1], "--judges", "10")
    assert several["tests"] == 45
    assert several["plans"][0]["pairs"] > found["plans"][0]["pairs"]
    assumed = document("plan", "--difference", "5")
    assert assumed["plans"][0]["pairs"] == pytest.approx(1250, rel=0.02)
    for args in (
        ["--difference", "0"],
        ["--difference", "3", "--power", "1"],
        ["--difference", "3", "--like", logs[0]],
    ):
        assert CliRunner().invoke(group, ["plan", *args]).exit_code != 0
