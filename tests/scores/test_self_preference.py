"""Who wrote the answers: families, tables of models, and accuracy by them, against plain loops."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tests.insight.simulate import Planted, run, write
from vlrb_task.cli.main import group
from vlrb_task.pairs.families import family_of
from vlrb_task.pairs.labels import Categories
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.scored import Scored
from vlrb_task.scores.traits import own_answers, self_preference
from vlrb_task.support.errors import DataError
from vlrb_task.votes import Run
from vlrb_task.votes.schema import NONE

MODELS = ("qwen-vl-max", "gpt-4o", "Qwen2-VL-7B", "mystery-9b")
FAMILIES = {"qwen-vl-max": "Qwen", "gpt-4o": "OpenAI", "Qwen2-VL-7B": "Qwen", "judge": "Qwen"}


def written(seed: int = 0, **more: object) -> Run:
    rng = np.random.default_rng(seed)
    base = run(Planted(0.6), 2, seed, sizes={"general": 400}, metadata={"model": "judge"}, families=FAMILIES)
    names = [tuple(MODELS[i] for i in rng.integers(0, 4, 2)) for _ in range(400)]
    return replace(base, labels=replace(base.labels, models=Categories.of(names)), **more)  # type: ignore[arg-type]


def test_accuracies_are_those_of_plain_loops() -> None:
    made = written()
    scored = Scored(made, Policy.STRICT)
    sets: dict[str, list[float]] = {name: [] for name in ("better", "worse", "both", "neither", "unknown")}
    for row in range(400):
        names = made.labels.models[row] or ()
        own = [FAMILIES.get(name) for name in names]
        better = int(made.labels.better[row])
        case = {(1, 0): "better", (0, 1): "worse", (1, 1): "both", (0, 0): "neither"}[
            (own[better] == "Qwen", own[1 - better] == "Qwen")
        ]
        sets["unknown" if None in own else case].append(float(scored.values[row]))
    assert own_answers.compute(scored) == {name: len(scores) for name, scores in sets.items()}
    found = self_preference.compute(scored)
    assert found is not None
    means = np.mean(sets["better"]), np.mean(sets["worse"])
    assert found["own_better"].value == pytest.approx(means[0])
    assert found["own_worse"].value == pytest.approx(means[1])
    assert found["own_difference"].value == pytest.approx(means[0] - means[1])
    assert found["own_difference"].n == len(sets["better"]) + len(sets["worse"])


def test_the_difference_covers_a_judge_that_does_not_favour_its_family() -> None:
    hits, base = 0, written()
    for seed in range(200):
        right = np.random.default_rng(seed).random(base.better.size) < 0.6
        choice = np.where(right, base.better, 1 - base.better).astype(np.int8)
        votes = replace(base.votes, choice=choice, reason=np.full_like(choice, NONE))
        found = self_preference.compute(Scored(replace(base, votes=votes), Policy.STRICT))
        assert found is not None
        low, high = found["own_difference"].low, found["own_difference"].high
        assert low is not None
        assert high is not None
        hits += low <= 0 <= high
    assert 182 <= hits <= 199


def test_an_unknown_judge_stays_unknown_and_a_log_that_names_no_writer_says_nothing() -> None:
    scored = Scored(written(metadata={"model": "mystery-9b"}), Policy.STRICT)
    assert self_preference.compute(scored) is None
    assert (own_answers.compute(scored) or {})["unknown"] == 400
    assert own_answers.compute(Scored(run(Planted(0.6), 1), Policy.STRICT)) is None


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("Qwen/Qwen2.5-VL-7B-Instruct", "Qwen"),
        ("sharegpt4v-llava-7b", "LLaVA"),
        ("llava-onevision-qwen2-7b-ov", "LLaVA"),
        ("MiniCPM-Llama3-V-2.5", "MiniCPM"),
        ("gpt4v", "OpenAI"),
        ("o3", "OpenAI"),
        ("Marco-o1", None),
        ("injected_noise", None),
        ("", None),
    ],
)
def test_families(model: str, family: str | None) -> None:
    assert family_of(model) == family


def test_a_table_of_ones_own_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("Mine: [mystery, qwen]\n")
    assert family_of("mystery-9b", own) == family_of("Qwen/Qwen2-VL", own) == "Mine"
    assert family_of("gpt-4o", own) == "OpenAI"
    broken = tmp_path / "broken.yaml"
    broken.write_text("Mine: ['(']\n")
    with pytest.raises(DataError, match="not a regular expression"):
        family_of("x", broken)


def test_a_table_beside_the_log_is_read_and_what_it_lacks_is_counted(tmp_path: Path) -> None:
    made = written()
    log, table = write(tmp_path / "a.votes.jsonl", made, "org/Qwen-judge"), tmp_path / "models.csv"
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["key", "model_0", "model_1"])
        writer.writerows([made.labels.key(row), *(made.labels.models[row] or ())] for row in range(300))
    result = CliRunner().invoke(group, ["score", str(log), "--models", str(table), "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    rows = np.arange(300)
    first_300 = Scored(replace(made.on_pairs(rows), metadata={"model": "judge"}), Policy.STRICT)
    expected, counts = self_preference.compute(first_300), own_answers.compute(first_300)
    assert expected is not None
    assert counts is not None
    assert found["self_preference"]["own_difference"]["value"] == pytest.approx(expected["own_difference"].value)
    assert found["own_answers"] == counts | {"unknown": counts["unknown"] + 100}
    table.write_text("key,model_0,model_1\nx,a,b\n")
    result = CliRunner().invoke(group, ["score", str(log), "--models", str(table)])
    assert result.exit_code != 0
