"""What a log gives away about itself, on simulated judges with planted faults."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.insight.simulate import Planted, labels, records, run
from tests.support.real_data import real_data_file
from vlrb_task.audit.logs import blind_rule, label_order, position, unread
from vlrb_task.cli.main import group
from vlrb_task.support.jsonl import Lines
from vlrb_task.votes import Run, write_votes

FAIR = run(Planted(0.75), votes=4)


def unshuffled(made: Run) -> Run:
    """The same votes' rightness, with the better answer always shown first."""
    return replace(made, votes=replace(made.votes, first=made.better))


def test_a_fair_judge_gives_nothing_away() -> None:
    for check in (label_order, position):
        assert check(FAIR).level == "ok"
    assert blind_rule(FAIR).level == "ok"
    assert unread(FAIR).level == "ok"


def test_unshuffled_labels_are_a_fault_and_hide_a_position_bias() -> None:
    made = unshuffled(FAIR)
    found = label_order(made)
    assert found.level == "fault"
    assert "always answering first scores 100.0%" in found.text
    assert position(made).level == "unknown"


def test_a_favoured_position_is_found() -> None:
    found = position(run(Planted(0.75, first=0.2), votes=4))
    assert found.level == "warning"
    assert "shown first is favoured" in found.text
    assert found.numbers["p"] is not None


@pytest.mark.parametrize(("planted", "rule"), [(Planted(first=1.0), "first"), (Planted(longer=1.0), "longer")])
def test_a_judge_that_is_a_rule_is_unmasked(planted: Planted, rule: str) -> None:
    found = blind_rule(run(planted, votes=2))
    assert found.level == "fault"
    assert repr(rule) in found.text


def test_a_score_that_a_rule_reaches_is_a_warning() -> None:
    found = blind_rule(run(Planted(0.5, correlation=0.0), votes=1))
    assert found.level == "warning"
    assert "a blind baseline" in found.text


def test_unread_votes_are_counted_with_their_reasons() -> None:
    found = unread(run(Planted(unparsed=0.3), votes=1))
    assert found.level == "warning"
    assert "no_verdict" in found.text


def test_false_alarms_are_rare() -> None:
    """Over 200 fair judges, each sign test at p < 0.001 may speak about once in five runs of this test at most."""
    shown = labels({"general": 100, "hallucination": 100, "reasoning": 100})
    alarms = 0
    for seed in range(200):
        made = run(Planted(0.6), votes=2, seed=seed, shown=shown)
        alarms += position(made).level != "ok"
    assert alarms <= 2


def audit(tmp_path: Path, lines: list[dict[str, Any]], *args: str) -> dict[str, dict[str, Any]]:
    path = tmp_path / "log.votes.jsonl"
    path.unlink(missing_ok=True)
    write_votes(path, lines)
    result = CliRunner().invoke(group, ["audit", str(path), "--json", *args])
    assert result.exit_code == 0, result.exception
    return {f["check"]: f for f in json.loads(result.stdout)["findings"]}


def test_copied_votes_are_found(tmp_path: Path) -> None:
    lines = records(run(Planted(0.7, correlation=1.0), votes=4, sizes={"general": 30}))
    assert audit(tmp_path, lines)["copies"]["level"] == "ok"  # the texts differ by their last spaces
    for line in lines:
        line["text"] = line["text"].strip()
    assert audit(tmp_path, lines)["copies"]["level"] == "warning"


def test_votes_merged_by_id_are_found(tmp_path: Path) -> None:
    lines = records(run(Planted(0.7), votes=1, sizes={"general": 40}))
    for line in lines:
        del line["key"]
    assert audit(tmp_path, lines)["merged_ids"]["level"] == "ok"
    lines[1]["id"] = lines[0]["id"]
    found = audit(tmp_path, lines)["merged_ids"]
    assert found["level"] == "fault"
    assert found["numbers"]["ids_of_two_pairs"] == 1


def test_people_read_the_findings(tmp_path: Path) -> None:
    path = tmp_path / "log.votes.jsonl"
    write_votes(path, records(FAIR))
    result = CliRunner().invoke(group, ["audit", str(path)])
    assert result.exit_code == 0
    assert "label_order" in result.stdout
    assert "5000 votes" in result.stdout


@pytest.mark.parametrize("name", ["internvl2_5_2b", "qwen2_vl_7b"])
def test_real_outputs_that_were_not_shuffled_are_seen_for_what_they_are(tmp_path: Path, name: str) -> None:
    lines = []
    for number, line in Lines(real_data_file(f"outputs_1247_{name}_judge.jsonl")):
        shown = {"key": str(number), "id": line["id"], "judge": "official", "vote": 0, "first": 0}
        text = f"Overall Judgment: Answer {line['prediction'] + 1} is better."
        lines.append({"v": 1, **shown, "text": text, "better": line["label"], "subset": "general"})
    found = audit(tmp_path, lines)
    assert found["label_order"]["level"] == "fault"
    assert found["label_order"]["numbers"]["better_first_share"] == pytest.approx(1226 / 1247, abs=1e-6)
