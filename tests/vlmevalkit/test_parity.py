"""The same 1,250 real pairs and the same judge through both frameworks: the same questions, the same numbers.

lmms-eval lives in an environment of its own, whose Python the variable ``VLRB_LMMS_PYTHON`` names; an upstream checkout of
VLMEvalKit is named by ``VLRB_VLMEVALKIT_CHECKOUT``. What is not there is skipped, and says so.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_hub import FakeHub
from tests.support.judge_server import JudgeServer
from tests.support.lmms_eval import vlrb_json
from tests.support.planted import Habits, PlantedJudge
from tests.support.real_data import real_parquet
from tests.support.vlmevalkit import PACKAGED, QUIET, arguments, launch, upstream
from vlrb_task.pairs.pair import Answer, Benchmark, Pair
from vlrb_task.pairs.rows import hub_id, load_benchmark, read_rows

LMMS_VARIABLE = "VLRB_LMMS_PYTHON"
SETTLED = {"vlrb": "VLRB", "vlrb_swap": "VLRB_Swap", "vlrb_compat": "VLRB_Compat"}
SAMPLED = {"vlrb_k5": "VLRB_K5"}
LEFT_OUT = ("source", "metadata")
"""What may differ between the frameworks: the name of the log, and which framework wrote it."""


def comparable(score: dict[str, Any], *left_out: str) -> dict[str, Any]:
    """A score without what belongs to its file, its line numbers included."""
    for group in score["doubt"]["groups"]:
        del group["lines"]
    return {name: value for name, value in score.items() if name not in (*LEFT_OUT, *left_out)}


class Settled(PlantedJudge):
    """Says the same whenever it is asked the same, so that it does not matter which task asked first."""

    def says(self, pair: Pair, first: Answer, number: int) -> str:
        return super().says(pair, first, 0)


@dataclass
class Half:
    """What one framework asked and got.

    Attributes:
        prompts: how often each prompt was asked, by its SHA-256.
        logs: each task's log.
    """

    prompts: Counter[str]
    logs: dict[str, Path]

    def score(self, task: str) -> dict[str, Any]:
        found = vlrb_json("score", str(self.logs[task]))
        return comparable(found)

    def votes(self, task: str) -> Counter[tuple[str, int, int]]:
        """The ballots: key, vote and the answer shown first."""
        lines = [json.loads(line) for line in self.logs[task].read_text().splitlines()]
        records = [line.get("vlrb_vote", line) for line in lines]
        return Counter((record["key"], record["vote"], record["first"]) for record in records)

    def texts(self, task: str) -> Counter[tuple[str, int, str]]:
        """What was said to each ballot, but for how often the server had been asked before."""
        lines = [json.loads(line) for line in self.logs[task].read_text().splitlines()]
        records = [line.get("vlrb_vote", line) for line in lines]
        said = ((record["key"], record["first"], record["text"]) for record in records)
        return Counter((key, first, re.sub(r"^Look number \d+\. ", "", text)) for key, first, text in said)


def digests(server: JudgeServer) -> Counter[str]:
    return Counter(hashlib.sha256(prompt.encode()).hexdigest() for prompt in server.prompts)


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return real_parquet(tmp_path_factory.mktemp("pairs") / "vl_rewardbench_1250.parquet")


@pytest.fixture(scope="module")
def benchmark(parquet: Path) -> Benchmark:
    return load_benchmark(str(parquet))


def judges(benchmark: Benchmark) -> list[tuple[dict[str, str], PlantedJudge]]:
    """The tasks of one run, and the judge that they ask."""
    return [(SETTLED, Settled(benchmark.pairs, Habits())), (SAMPLED, PlantedJudge(benchmark.pairs, Habits()))]


@pytest.fixture(scope="module")
def lmms(benchmark: Benchmark, parquet: Path, tmp_path_factory: pytest.TempPathFactory) -> Half:
    python = os.environ.get(LMMS_VARIABLE)
    if not python:
        pytest.skip(f"no lmms-eval to compare with: {LMMS_VARIABLE} names no Python")
    folder = tmp_path_factory.mktemp("lmms")
    half = Half(Counter(), {})
    with FakeHub(hub_id(), {"data/test-00000-of-00001.parquet": parquet}) as hub:
        for tasks, judge in judges(benchmark):
            with JudgeServer(judge) as server:
                model = f"model_version=judge,base_url={server.url},api_key=x,num_cpus=8"
                command = ["-m", "lmms_eval", "--model", "async_openai", "--model_args", model, "--log_samples"]
                done = subprocess.run(
                    [python, *command, "--tasks", ",".join(tasks), "--output_path", str(folder)],
                    env={
                        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
                        **QUIET,
                        "HF_ENDPOINT": hub.url,
                        "HF_HOME": str(folder / "home"),
                        "HF_HUB_OFFLINE": "0",
                    },
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    errors="replace",
                    check=False,
                )
            half.prompts += digests(server)
            for task in tasks:
                found = sorted(folder.rglob(f"*_samples_{task}.jsonl"))
                assert found, done.stdout[-3000:]
                half.logs[task] = found[-1]
    return half


@pytest.fixture(scope="module")
def vlmevalkit(
    benchmark: Benchmark, parquet: Path, data_root: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Half]:
    """Run once for each build that is asked for."""
    halves: dict[str, Half] = {}

    def run(build: str) -> Half:
        target = PACKAGED if build == "packaged" else upstream()
        if build not in halves:
            folder = tmp_path_factory.mktemp(build)
            half = halves[build] = Half(Counter(), {})
            for tasks, judge in judges(benchmark):
                with JudgeServer(judge) as server:
                    finished = launch(
                        *target,
                        *arguments(server.url, folder, *tasks.values()),
                        work=folder,
                        env={**data_root, "VLRB_PAIRS": str(parquet)},
                        flags=("--check",),
                    )
                assert finished.returncode == 0, finished.output[-3000:]
                half.prompts += digests(server)
                half.logs |= {task: finished.file(f"judge_{name}_1250.votes.jsonl") for task, name in tasks.items()}
        return halves[build]

    return run


@pytest.mark.parametrize("build", ["packaged", "upstream"])
def test_the_same_prompts_to_the_byte(lmms: Half, vlmevalkit: Callable[[str], Half], build: str) -> None:
    asked = vlmevalkit(build).prompts
    assert asked.total() == 1250 * (1 + 2 + 1 + 5)
    assert asked == lmms.prompts


@pytest.mark.parametrize("build", ["packaged", "upstream"])
@pytest.mark.parametrize("task", [*SETTLED, *SAMPLED])
def test_the_same_ballots_and_numbers(lmms: Half, vlmevalkit: Callable[[str], Half], build: str, task: str) -> None:
    half = vlmevalkit(build)
    assert half.votes(task) == lmms.votes(task)
    assert half.texts(task) == lmms.texts(task)
    ours, theirs = half.score(task), lmms.score(task)
    assert ours["pairs"] == 1250
    assert ours["revision"] == "1250"
    assert all("votes could not be read" in warning for warning in ours["warnings"]), "as planted"
    assert ours == theirs


def test_pictures_are_shared_by_all_datasets(
    vlmevalkit: Callable[[str], Half], data_root: dict[str, str], pictures_folder: Path
) -> None:
    vlmevalkit("packaged")
    assert 1250 <= len(list(pictures_folder.iterdir())) <= 1250 + 36, "one for each real pair, and the demo's"


NATIVE = """
from vlmeval import run
from vlmeval.dataset.vl_rewardbench import VLRewardBench

VLRewardBench.DATASET_MD5 = {}

if __name__ == "__main__":
    run.main()
"""


def test_vlmevalkits_own_predictions_score_as_our_compatible_dataset(
    benchmark: Benchmark, parquet: Path, tmp_path: Path
) -> None:
    """A run of ``VL-RewardBench`` itself, in Excel files; ``VLRB_Compat`` asks in the same order."""
    data = tmp_path / "lmu"
    data.mkdir()
    with (data / "VL-RewardBench.tsv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(["index", "image", "question", "response", "answer", "category"])
        for number, (row, pair) in enumerate(zip(read_rows(str(parquet), images=True), benchmark.pairs, strict=True)):
            image = base64.b64encode(row["image"]["bytes"]).decode()
            line = [number, image, pair.query, str(list(pair.responses)), str(list(row["human_ranking"])), pair.subset]
            writer.writerow(line)
    script = tmp_path / "native.py"
    script.write_text(NATIVE)
    with JudgeServer(Settled(benchmark.pairs, Habits())) as server:
        finished = launch(
            str(script),
            *arguments(server.url, tmp_path, "VL-RewardBench", "VLRB_Compat"),
            work=tmp_path,
            env={"LMUData": str(data), "VLRB_PAIRS": str(parquet), "PRED_FORMAT": "xlsx", "OPENAI_API_KEY": ""},
        )
    assert "error_message" in finished.status()["VL-RewardBench"], "its own scorer wants a key"
    votes = finished.file("judge_VLRB_Compat_1250.votes.jsonl")
    predictions = str(finished.file("judge_VL-RewardBench.xlsx"))
    native = comparable(vlrb_json("score", predictions, "--pairs", str(parquet)), "prompt")
    alone = comparable(vlrb_json("score", predictions), "prompt")
    compatible = comparable(vlrb_json("score", str(votes)), "prompt")
    for one in (native, alone):
        assert "do not say which messages were sent" in one["warnings"].pop(0)
    assert native.pop("own_answers")["unknown"] == len(benchmark.pairs), "the pairs say who wrote their answers"
    assert native == compatible
    for name in ("fingerprint", "by_source", "warnings"):
        del alone[name], native[name]
    assert alone == native
