"""What people see of confidences: probabilities that votes carry, in the terminal, on the page and in the pictures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tests.insight.simulate import Planted, labels, records, run, write
from vlrb_task.cli.main import group
from vlrb_task.compare.comparison import compare
from vlrb_task.report.figures import draw
from vlrb_task.votes import read_runs, write_votes

SIZES = {"general": 40, "hallucination": 60, "reasoning": 50}


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Five votes a pair of one judge, probabilities in both orders of another, one vote a pair of a third."""
    folder, shown = tmp_path_factory.mktemp("logs"), labels(SIZES)
    texts = write(folder / "five.votes.jsonl", run(Planted(0.7), 5, 1, "five", SIZES, shown), "five")
    single = write(folder / "single.votes.jsonl", run(Planted(0.6), 1, 2, "single", SIZES, shown), "single")
    rng = np.random.default_rng(3)
    lines = records(run(Planted(0.7), 2, 3, "sure", SIZES, shown), "sure")
    for line in lines:
        del line["text"]
        line["p"] = 0.5 if line["source"].endswith("WildVision") and rng.random() < 0.1 else float(rng.beta(2, 2))
    write_votes(folder / "sure.votes.jsonl", lines)
    return [str(texts), str(folder / "sure.votes.jsonl"), str(single)]


def said(*args: str) -> str:
    result = CliRunner().invoke(group, [*args], env={"COLUMNS": "300"})
    assert result.exit_code == 0, result.exception
    return result.stdout


def test_the_terminal_says_what_probabilities_are_worth(logs: list[str]) -> None:
    found = json.loads(said("score", logs[1], "--json"))["calibration"]
    told = said("score", logs[1])
    assert f"confidences (probabilities, 150 pairs, {found['ties']} ties): Brier score {found['brier']:.3f} [" in told
    assert "accuracy by margin of probabilities" in told
    assert "confidences" not in said("score", logs[2])
    table = said("compare", *logs)
    for words in ("Brier score", "AURC", "shares of votes", f"{found['intervals']['reliability']['high']:.3f}"):
        assert words in table


def test_the_page_shows_them_where_there_are_any(logs: list[str], tmp_path: Path) -> None:
    said("report", *logs, "-o", str(tmp_path / "r.html"))
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert page.count('<h2 id="confidence">') == 1
    for name in ("reliability", "risk_coverage", "margins", "panel", "power"):
        assert f'id="figure-{name}"' in page
    assert "<td>five<small>shares of votes</small></td><td>150</td>" in page
    said("report", logs[2], "-o", str(tmp_path / "s.html"))
    assert "confidence" not in (tmp_path / "s.html").read_text(encoding="utf-8").split('id="gallery"')[0]


def test_a_picture_shows_what_was_computed(logs: list[str]) -> None:
    comparison = compare(read_runs([Path(log) for log in logs]))
    drawn = draw(comparison, ["reliability", "panel"])
    bins = comparison.scores[0].calibration.reliability  # type: ignore[union-attr]
    points, *_ = drawn["reliability"].axes[0].containers[0]
    assert list(points.get_xdata()) == pytest.approx([100 * part.confidence for part in bins])
    assert list(points.get_ydata()) == pytest.approx([100 * (part.accuracy.value or 0.0) for part in bins])
    panel = json.loads(said("panel", *logs, "--json"))
    points, *_ = drawn["panel"].axes[1].containers[0]
    gains = [size["gain"]["value"] for size in panel["sizes"] if size["gain"]]
    assert list(points.get_ydata()) == pytest.approx([100 * gain for gain in gains])
