"""Every command on real outputs: of scalar reward models (one answer at a time, no text, no order), and of a judge."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from tests.support.real_data import real_data_file
from vlrb_task.cli.main import group
from vlrb_task.pairs.pair import pair_key
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


def test_style_and_family_of_a_real_judge_are_those_of_the_rows_themselves(tmp_path: Path) -> None:
    """Qwen2-VL-7B's real answers on the real pairs, some of which qwen-vl-max wrote, against a plain fit and plain counts."""
    rows = [row for _, row in Lines(real_data_file("vl_rewardbench_1250.jsonl"))]
    sources = [label for _, label in Lines(real_data_file("vl_rewardbench_1247_labels.jsonl"))]
    outputs = [line for _, line in Lines(real_data_file("outputs_1247_qwen2_vl_7b_judge.jsonl"))]
    log, votes, design, own = tmp_path / "qwen.votes.jsonl", [], [], {"better": 0, "worse": 0}
    for label, output in zip(sources, outputs, strict=True):
        row = rows[label["row_in_1250"]]
        # Answer A is response 0 of that revision, whose order is not always the other's.
        first = int(label["human_ranking"] != label["ranking_in_1250"])
        key = pair_key(row["id"], row["query"], row["response"])
        text = output["raw_output"]
        votes.append({"v": 1, "key": key, "id": row["id"], "judge": "letter", "vote": 0, "first": first, "text": text})
        votes[-1]["model"] = "Qwen/Qwen2-VL-7B-Instruct"
        better = row["human_ranking"].index(0)
        families = ["qwen" in row["models"][i].lower() for i in (better, 1 - better)]
        if sum(families) == 1 and "injected_noise" not in row["models"]:
            own["better" if families[0] else "worse"] += 1
        if text.strip() in ("A", "B"):
            words = [len(one.split()) + 1 for one in row["response"]]
            lists = [len(re.findall(r"(?m)^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]", one)) for one in row["response"]]
            bold = [one.count("**") // 2 for one in row["response"]]
            digits = [len(re.findall("[0-9]+", one)) for one in row["response"]]
            said = "AB".index(text.strip()) ^ first
            gaps = [lists[0] - lists[1], bold[0] - bold[1], digits[0] - digits[1]]
            design.append([said, 1 - 2 * better, np.log2(words[0] / words[1]), *gaps])
    write_votes(log, votes)
    pairs = str(real_data_file("vl_rewardbench_1250.jsonl"))
    result = CliRunner().invoke(group, ["compare", str(log), "--pairs", pairs, "--json"])
    assert result.exit_code == 0, result.exception
    (found,) = json.loads(result.stdout)["judges"]
    table = np.array(design)
    fit = GLM(table[:, 0] == 0, table[:, 1:], family=Binomial()).fit()
    assert found["style_accuracy"]["verdicts"]["n"] == pytest.approx(len(design), abs=10)
    odds = [found["style"][name]["value"] for name in ("length", "lists", "bold", "digits")]
    assert odds == pytest.approx(np.exp(fit.params[1:]), abs=0.01)
    assert {name: found["own_answers"][name] for name in own} == own
    assert found["self_preference"]["own_difference"]["n"] == sum(own.values())
