"""All 1,250 real pairs through the real lmms-eval, against a server that answers as a judge with known habits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.fake_hub import COMMIT, FakeHub
from tests.support.judge_server import JudgeServer
from tests.support.lmms_eval import Finished, lmms_eval, vlrb, vlrb_json
from tests.support.planted import Habits, PlantedJudge
from tests.support.real_data import real_data_file, real_parquet
from tests.support.table import outcome
from vlrb_task.asking.ballots import Order, Schedule, firsts
from vlrb_task.pairs.pair import Benchmark
from vlrb_task.pairs.rows import hub_id, load_benchmark
from vlrb_task.scores.policies import Counts, Policy

HABITS = Habits()
TASKS = {"vlrb": Schedule(Order.KEY), "vlrb_swap": Schedule(Order.BOTH), "vlrb_k5": Schedule(Order.ALTERNATE, 5)}
TOGETHER, ALONE = ("vlrb", "vlrb_swap"), ("vlrb_k5",)
"""The tasks of two runs: two at once, as users start them, and one by itself, whose every answer belongs to a known ballot."""


@dataclass
class Ran:
    """A run, the judge that it asked, and the server in between."""

    finished: Finished
    judge: PlantedJudge
    server: JudgeServer


@pytest.fixture(scope="module")
def benchmark() -> Benchmark:
    return load_benchmark(str(real_data_file("vl_rewardbench_1250.jsonl")))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeHub, dict[str, str]]]:
    """The real pairs on a hub of the test's own, and the environment that points there."""
    folder = tmp_path_factory.mktemp("hub")
    parquet = real_parquet(folder / "test.parquet")
    with FakeHub(hub_id(), {"data/test-00000-of-00001.parquet": parquet}) as hub:
        yield hub, {"HF_ENDPOINT": hub.url, "HF_HOME": str(folder / "home"), "HF_HUB_OFFLINE": "0"}


@pytest.fixture(scope="module")
def runs(
    benchmark: Benchmark, hub: tuple[FakeHub, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, ...], Ran]:
    """Both runs as a user would start them: nothing is set but the tasks' names."""
    found: dict[tuple[str, ...], Ran] = {}
    for tasks in (TOGETHER, ALONE):
        judge = PlantedJudge(benchmark.pairs, HABITS)
        with JudgeServer(judge) as server:
            model = f"model_version=judge,base_url={server.url},api_key=x,num_cpus=8"
            finished = lmms_eval(
                *(tmp_path_factory.mktemp("out"), "--model", "async_openai", "--model_args", model),
                *("--tasks", ",".join(tasks)),
                env=hub[1],
            )
        found[tasks] = Ran(finished, judge, server)
    return found


@pytest.fixture(scope="module")
def finished(runs: dict[tuple[str, ...], Ran]) -> dict[str, Finished]:
    """The run of each task."""
    return {task: ran.finished for tasks, ran in runs.items() for task in tasks}


def test_every_ballot_was_asked_once(runs: dict[tuple[str, ...], Ran], benchmark: Benchmark) -> None:
    for tasks, ran in runs.items():
        ran.finished.results()
        expected: Counter[tuple[str, int]] = Counter()
        for pair in benchmark.pairs:
            for task in tasks:
                expected.update(ran.judge.ballot(pair, first) for first in firsts(pair, TASKS[task]))
        assert ran.judge.asked == expected
        assert all(p.startswith(" You are a highly capable") for p in ran.server.prompts)
        content = ran.server.requests[0]["messages"][-1]["content"]
        assert [part["type"] for part in content] == ["image_url", "text"], "the picture comes first"
    assert [len(ran.server.prompts) for ran in runs.values()] == [1250 * 3, 1250 * 5]


@pytest.mark.parametrize("task", TASKS)
def test_the_logged_votes_say_what_was_planted(finished: dict[str, Finished], benchmark: Benchmark, task: str) -> None:
    """Which of a ballot's planted answers each task got is the server's matter, so that shares are known, not items."""
    rows = vlrb_json("score", str(finished[task].samples(task)))
    assert rows["pairs"] == 1250
    assert rows["missing"] == 0
    assert rows["votes"] == 1250 * len(firsts(benchmark.pairs[0], TASKS[task]))
    assert rows["revision"] == "1250"
    assert rows["fingerprint"] == benchmark.fingerprint
    assert rows["prompt"]["source"] == "framework"
    assert rows["parsed_rate"] == pytest.approx(1 - HABITS.unparsed, abs=0.02)
    assert ["cut_off" in warning for warning in rows["warnings"]] == [True], "what was planted as cut, and nothing else"


def test_table_and_score_agree_to_the_last_digit(finished: dict[str, Finished]) -> None:
    for task, run in finished.items():
        table, score = run.metrics(task), vlrb_json("score", str(run.samples(task)))
        for name in ("overall", "macro", "general", "hallucination", "reasoning"):
            assert table[name] == score[name]["value"], (task, name)
        for name in ("parsed_rate", "first_rate"):
            assert table[name] == score[name], (task, name)
        assert ("consistency" in table) == (task != "vlrb") == ("consistency" in score)
        if task != "vlrb":
            assert table["consistency"] == score["consistency"]
            assert table["both_orders_right"] == score["both_orders_right"]
        assert 0 < table["overall_stderr"] < 0.02


def test_labels_from_the_pairs_give_the_same_as_the_labels_in_the_log(finished: dict[str, Finished]) -> None:
    samples = str(finished["vlrb_swap"].samples("vlrb_swap"))
    own = vlrb_json("score", samples)
    given = vlrb_json("score", samples, "--pairs", str(real_data_file("vl_rewardbench_1250.jsonl")))
    assert given.pop("own_answers")["unknown"] == 1250, "rows say who wrote the answers, and logs do not"
    assert own == given


def test_one_task_alone_scores_as_planted_to_the_item(benchmark: Benchmark, runs: dict[tuple[str, ...], Ran]) -> None:
    """With one task every answer of the server belongs to a known ballot, so that the score is known beforehand."""
    judge, finished = runs[ALONE].judge, runs[ALONE].finished
    by_subset: dict[str, list[float]] = {}
    policies: dict[Policy, list[float]] = {policy: [] for policy in Policy}
    for pair in benchmark.pairs:
        asked: Counter[int] = Counter()
        right = wrong = neither = 0
        for first in firsts(pair, TASKS["vlrb_k5"]):
            said = judge.says(pair, first, asked[first])
            asked[first] += 1
            if said in ("tie", "unparsed"):
                neither += 1
            elif (said == "first") == (first == pair.better):
                right += 1
            else:
                wrong += 1
        counts = Counts(right, wrong, neither)
        for policy in Policy:
            value = outcome(counts, policy)
            policies[policy].extend([] if value is None else [value])
        by_subset.setdefault(pair.subset, []).append(outcome(counts, Policy.STRICT) or 0.0)
    table = finished.metrics("vlrb_k5")
    for subset, values in by_subset.items():
        assert table[subset] == sum(values) / len(values)
    for policy, values in policies.items():
        score = vlrb_json("score", str(finished.samples("vlrb_k5")), "--policy", str(policy))
        assert score["overall"]["value"] == pytest.approx(sum(values) / len(values), abs=1e-12)
        assert score["overall"]["n"] == len(values)


def test_the_default_names_the_hubs_commit(finished: dict[str, Finished]) -> None:
    line = finished["vlrb"].samples("vlrb").read_text().splitlines()[0]
    assert f"hub commit {COMMIT}" in line


def test_lmms_evals_own_log_gets_proper_numbers(
    benchmark: Benchmark, hub: tuple[FakeHub, dict[str, str]], tmp_path: Path
) -> None:
    """A run of ``vl_rewardbench`` itself. Its scorer would ask OpenAI about what its regular expression does not read;
    here that address is the same server, which refuses, so the judge of this test always speaks plainly."""
    habits = Habits(right=0.8, first=0.1, tie=0.0, unparsed=0.0)
    with JudgeServer(PlantedJudge(benchmark.pairs, habits)) as server:
        finished = lmms_eval(
            tmp_path,
            "--model",
            "async_openai",
            "--model_args",
            f"model_version=judge,base_url={server.url},api_key=x,num_cpus=8",
            "--tasks",
            "vl_rewardbench,vlrb_compat",
            env={**hub[1], "HF_TOKEN": "hf_test", "OPENAI_API_URL": f"{server.url}/chat/completions"},
        )
    native = vlrb_json("score", str(finished.samples("vl_rewardbench")))
    ours = vlrb_json("score", str(finished.samples("vlrb_compat")))
    assert native["pairs"] == 1250
    assert native["parsed_rate"] == 1.0
    assert native["macro"]["value"] == pytest.approx(finished.metrics("vl_rewardbench")["vlreward_score"], abs=1e-9)
    # The same ballots: asked twice of the same pair in the same order, the judge may say something else.
    assert native["overall"]["value"] == pytest.approx(ours["overall"]["value"], abs=0.06)
    assert {p["fingerprint"] for p in (native, ours)} == {benchmark.fingerprint}


def test_doctor_finds_the_hubs_revision(hub: tuple[FakeHub, dict[str, str]]) -> None:
    report = vlrb_json("doctor", env=hub[1])
    assert report["data"]["revision"] == "1250"
    assert report["data"]["problems"] == []
    assert report["official_prompt"].startswith("found")


def test_scoring_touches_no_network(finished: dict[str, Finished], hub: tuple[FakeHub, dict[str, str]]) -> None:
    asked = len(hub[0].asked)
    assert vlrb("score", str(finished["vlrb"].samples("vlrb")), env=hub[1]).returncode == 0
    assert len(hub[0].asked) == asked
