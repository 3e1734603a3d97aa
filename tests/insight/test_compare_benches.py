"""Correlation with other benchmarks, from the files that both frameworks write."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.stats import kendalltau, pearsonr, spearmanr

from tests.insight.simulate import Planted, labels, run, write
from vlrb_task.audit.published import published
from vlrb_task.cli.main import group
from vlrb_task.compare.benches import read_benches
from vlrb_task.compare.correlation import correlate, same_model
from vlrb_task.support import extra
from vlrb_task.support.errors import DataError


def test_coefficients_and_pearsons_interval_are_scipys() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.random(14), rng.random(14)
    y += x
    found = correlate("overall", {f"m{i}": v for i, v in enumerate(x)}, "b", {f"org/M_{i}": v for i, v in enumerate(y)})
    expected = pearsonr(x, y)
    low, high = expected.confidence_interval(0.95)
    assert found.pearson.value == pytest.approx(expected.statistic)
    assert found.pearson.low == pytest.approx(low)
    assert found.pearson.high == pytest.approx(high)
    assert found.spearman.value == pytest.approx(spearmanr(x, y).statistic)
    assert found.kendall.value == pytest.approx(kendalltau(x, y).statistic)
    assert found.warning is None
    assert len(found.models) == 14


def test_rank_intervals_cover() -> None:
    """Bivariate normal data of n = 25: population Spearman and Kendall are known functions of the correlation."""
    rng = np.random.default_rng(3)
    rho = 0.6
    spearman, kendall = 6 / np.pi * np.arcsin(rho / 2), 2 / np.pi * np.arcsin(rho)
    hits = np.zeros(2)
    for _ in range(300):
        x = rng.standard_normal(25)
        y = rho * x + np.sqrt(1 - rho**2) * rng.standard_normal(25)
        ours, theirs = ({f"m{i}": float(v) for i, v in enumerate(z)} for z in (x, y))
        found = correlate("overall", ours, "b", theirs)
        for at, (coefficient, truth) in enumerate(((found.spearman, spearman), (found.kendall, kendall))):
            assert coefficient.low is not None
            assert coefficient.high is not None
            hits[at] += coefficient.low <= truth <= coefficient.high
    assert (hits / 300 >= 0.92).all(), hits
    assert (hits / 300 <= 0.99).all(), hits


def test_few_models_are_warned_of_and_too_few_have_no_number() -> None:
    five = correlate(
        "overall", dict(zip("abcde", range(5), strict=True)), "b", dict(zip("abcde", range(5), strict=True))
    )
    assert five.pearson.value == pytest.approx(1.0)
    assert five.warning is not None
    assert "only 5 models" in five.warning
    two = correlate("overall", {"a": 1.0, "b": 2.0}, "b", {"a": 1.0, "b": 2.0})
    assert two.pearson.value is None
    assert two.warning == "2 models with both numbers: no correlation"
    constant = correlate("overall", {"a": 1.0, "b": 1.0, "c": 1.0}, "b", {"a": 1.0, "b": 2.0, "c": 3.0})
    assert constant.pearson.value is None


def test_models_are_matched_across_the_tools_spellings() -> None:
    assert same_model("Qwen/Qwen2.5-VL-7B-Instruct") == same_model("Qwen__Qwen2.5-VL-7B-Instruct")
    assert same_model("qwen2_5_vl_7b_instruct") == same_model("Qwen2.5-VL-7B-Instruct")
    assert same_model("gpt-4o") != same_model("gpt-4o-mini")


def test_lmms_evals_results_are_read(tmp_path: Path) -> None:
    for model, score in (("org/one", 0.5), ("org/two", 0.75)):
        folder = tmp_path / model.replace("/", "__")
        folder.mkdir()
        results = {
            "results": {
                "mmmu_val": {"alias": "mmmu_val", "mmmu_acc,none": score, "mmmu_acc_stderr,none": 0.1, "n,none": "N/A"},
                "vlrb": {"overall,none": 0.9},
                "mine": {"overall,none": 0.9, "parsed_rate,none": 1.0},
            },
            "model_name": model,
        }
        folder.joinpath("20260101_000000_results.json").write_text(json.dumps({**results, "results": {}}))
        folder.joinpath("20260102_000000_results.json").write_text(json.dumps(results))
    assert read_benches([tmp_path]) == {"mmmu_val mmmu_acc": {"org/one": 0.5, "org/two": 0.75}}


def test_vlmevalkits_score_files_are_read(tmp_path: Path) -> None:
    dated = tmp_path / "Qwen2-VL-7B" / "T20260101-010101"
    dated.mkdir(parents=True)
    dated.joinpath("Qwen2-VL-7B_MMMU_DEV_VAL_acc.csv").write_text(
        '"split","Overall","Art"\n"validation","0.51","0.6"\n'
    )
    dated.joinpath("Qwen2-VL-7B_VLRB_K5_score.csv").write_text('"general"\n"0.51"\n')
    dated.joinpath("Qwen2-VL-7B_POPE_score.csv").write_text("split,Overall,acc\nOverall,88.1,1\nrandom,89,1\n")
    dated.joinpath("Qwen2-VL-7B_OCRBench_score.json").write_text('{"Final Score": 830, "name": "x"}')
    assert read_benches([tmp_path]) == {
        "MMMU_DEV_VAL Overall": {"Qwen2-VL-7B": 0.51},
        "POPE (Overall) Overall": {"Qwen2-VL-7B": 88.1},
        "POPE (random) Overall": {"Qwen2-VL-7B": 89.0},
        "OCRBench Final Score": {"Qwen2-VL-7B": 830.0},
    }


def test_files_without_results_are_errors(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_benches([tmp_path / "absent"])
    with pytest.raises(DataError, match="no results of"):
        read_benches([tmp_path])


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("logs")
    shown = labels({"general": 30, "hallucination": 60, "reasoning": 30})
    made = []
    for number in range(4):
        judged = run(
            Planted(0.5 + 0.1 * number),
            2,
            number,
            "official",
            {"general": 30, "hallucination": 60, "reasoning": 30},
            shown,
        )
        made.append(write(folder / f"{number}.votes.jsonl", judged, f"org/model-{number}"))
    return made


def test_the_command_compares_and_correlates(logs: list[Path], tmp_path: Path) -> None:
    table = tmp_path / "bench.csv"
    table.write_text("model,MMMU\nModel_0,40\nMODEL-1,50\nmodel-2,61%\nother,1\nmodel-3,70\n")
    paths = [str(log) for log in logs]
    result = CliRunner().invoke(group, ["compare", *paths, "--bench", str(table), "--published", "--json"])
    assert result.exit_code == 0, result.exception
    found = json.loads(result.stdout)
    assert found["basis"]["line"].startswith("4 judges on all 120 pairs of revision custom")
    assert [judge["name"] for judge in found["judges"]] == [f"org/model-{i}" for i in range(4)]
    assert len(found["tests"]) == 6
    assert {rule["name"] for rule in found["baselines"]} == {"first", "second", "longer", "shorter", "random"}
    mmmu = next(c for c in found["correlations"] if c["metric"] == "overall")
    assert (mmmu["n"], mmmu["benchmark"]) == (4, "MMMU")
    assert mmmu["pearson"]["value"] > 0.9
    assert "only 4 models" in mmmu["warning"]
    assert all(row["marks"] or row["notes"] or row["audit"] == "consistent" for row in found["published"])

    people = CliRunner().invoke(group, ["compare", *paths, "--bench", str(table), "--published"])
    assert people.exit_code == 0, people.exception
    assert people.stdout.startswith("4 judges on all 120 pairs")
    assert "cannot be told apart" in people.stdout
    assert "(73.1?)" in people.stdout  # Skywork-VL-Reward's row was not re-read at its source


def test_one_judge_can_be_compared_with_the_rules_alone(logs: list[Path]) -> None:
    result = CliRunner().invoke(group, ["compare", str(logs[0])])
    assert result.exit_code == 0, result.exception
    assert "1 judge on all 120 pairs" in result.stdout


def test_a_missing_extra_is_one_line(logs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    result = CliRunner().invoke(group, ["compare", str(logs[0])])
    assert isinstance(result.exception, extra.MissingExtra)
    assert str(result.exception) == 'vlrb compare needs statsmodels, krippendorff: pip install "vlrb[report]"'


def test_two_judges_of_one_model_are_two_and_who_is_left_out_is_named() -> None:
    ours = {"gpt-4o / official": 0.6, "gpt-4o / criteria": 0.62, "qwen/m1": 0.5, "other/m1": 0.4, "m2": 0.3}
    models = {"gpt-4o / official": "gpt-4o", "gpt-4o / criteria": "gpt-4o"}
    theirs = {"openai/gpt-4o": 70.0, "qwen/M1": 60.0, "a/m2": 20.0, "b/m2": 30.0}
    found = correlate("overall", ours, "bench", theirs, models)
    assert found.models == ("gpt-4o / official", "gpt-4o / criteria", "qwen/m1")
    assert found.left_out == {"other/m1": "no result of this model", "m2": "several models have this name: a/m2, b/m2"}
    assert found.to_dict()["left_out"] == found.left_out


def test_the_papers_own_rows_are_kept() -> None:
    rows = [row for row in published() if row.source.startswith("VL-RewardBench paper")]
    assert len(rows) == 16
    assert all(row.usable("macro") for row in rows)
    kept = [row for row in rows if row.usable("overall")]
    assert [row.name for row in rows if row not in kept] == ["Phi-3.5-Vision"], (
        "no believable number of dropped pairs gives it"
    )
    noted = [row for row in kept if row.notes]
    assert all(not row.marks for row in noted)
    assert "the paper's policy keeps" in noted[0].notes[0]
