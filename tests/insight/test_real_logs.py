"""Every command on real outputs of scalar reward models: one answer at a time, no text, no order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support.real_data import real_data_file
from vlrb_task.cli.main import group
from vlrb_task.support.jsonl import Lines
from vlrb_task.votes import write_votes

MODELS = ("internvl2_5_2b", "qwen2_vl_7b")


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("scalar")
    made = []
    for model in MODELS:
        lines = []
        for number, line in Lines(real_data_file(f"outputs_1247_{model}_scalar.jsonl")):
            shared = {"v": 1, "key": f"{number:016x}", "id": line["id"], "judge": "official", "vote": 0, "model": model}
            label = {"better": line["label"], "subset": "general", "source": line["source"]}
            lines += [{**shared, **label, "answer": i, "score": line[f"score_{'ab'[i]}"]} for i in (0, 1)]
        path = folder / f"{model}.votes.jsonl"
        write_votes(path, lines)
        made.append(str(path))
    return made


def test_scalar_rewards_are_compared(logs: list[str]) -> None:
    result = CliRunner().invoke(group, ["compare", *logs, "--json"])
    assert result.exit_code == 0, result.exception
    found = json.loads(result.stdout)
    assert [judge["name"] for judge in found["judges"]] == list(MODELS)
    for judge, model in zip(found["judges"], MODELS, strict=True):
        lines = [line for _, line in Lines(real_data_file(f"outputs_1247_{model}_scalar.jsonl"))]
        right = [(line["score_a"] > line["score_b"]) == (line["label"] == 0) for line in lines]
        assert judge["overall"]["value"] == pytest.approx(sum(right) / len(right))
        assert judge["analyses"]["position"] is None
        assert judge["analyses"]["length"] is None
    assert {rule["name"] for rule in found["baselines"]} == {"random"}
    assert found["tests"][0]["n"] == 1247
    assert CliRunner().invoke(group, ["compare", *logs]).exit_code == 0


FIFTHS = {"internvl2_5_2b": (0.57, 0.68, 0.76, 0.75, 0.75), "qwen2_vl_7b": (0.59, 0.66, 0.67, 0.71, 0.68)}
"""Counted by a script of its own, equal rewards as wrong."""


def test_larger_differences_of_rewards_are_oftener_right(logs: list[str]) -> None:
    for path, model in zip(logs, MODELS, strict=True):
        found = json.loads(CliRunner().invoke(group, ["score", path, "--json"]).stdout)
        by_margin, calibration = found["by_margin"], found["calibration"]
        assert by_margin["source"] == calibration["source"] == "rewards"
        lines = [line for _, line in Lines(real_data_file(f"outputs_1247_{model}_scalar.jsonl"))]
        assert by_margin["ties"] == calibration["ties"] == sum(line["score_a"] == line["score_b"] for line in lines) > 0
        values = [part["accuracy"]["value"] for part in by_margin["parts"]]
        values[0] -= by_margin["ties"] / 2 / by_margin["parts"][0]["accuracy"]["n"]
        assert values == pytest.approx(FIFTHS[model], abs=0.006)
        curve = calibration["risk_coverage"]
        assert curve["coverage"][-1] == 1.0
        assert curve["risk"][-1] == pytest.approx(1 - found["overall"]["value"] - by_margin["ties"] / 2 / 1247)


def test_scalar_rewards_are_audited_plotted_exported_and_reported(logs: list[str], tmp_path: Path) -> None:
    audit = CliRunner().invoke(group, ["audit", *logs, "--json"])
    assert audit.exit_code == 0, audit.exception
    levels = {f["check"]: f["level"] for f in json.loads(audit.stdout)[0]["findings"]}
    assert levels["label_order"] == levels["position"] == levels["copies"] == "unknown"
    plot = CliRunner().invoke(group, ["plot", *logs, "-o", str(tmp_path / "plots"), "--json"])
    assert plot.exit_code == 0, plot.exception
    names = {Path(path).stem for path in json.loads(plot.stdout)["written"]}
    of_confidence = {"reliability", "risk_coverage", "margins"}
    assert names == {"scores", "subsets", "differences", "agreement", "panel", "power"} | of_confidence
    statement = CliRunner().invoke(group, ["export", *logs, "--to", "statement"])
    assert "order: one answer at a time" in statement.stdout
    page = CliRunner().invoke(group, ["report", *logs, "-o", str(tmp_path / "r.html")])
    assert page.exit_code == 0, page.exception
    assert tmp_path.joinpath("r.html").stat().st_size > 100_000
