"""The plugin inside the real lmms-eval, on the packaged pairs: found, run, logged, scored again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lmms.tiny_checkpoint import write_tiny_checkpoint
from tests.support.judge_server import JudgeServer, Refuse
from tests.support.lmms_eval import TWO_PROCESSES, lmms_eval, vlrb, vlrb_json
from vlrb_task.lmms import include_path
from vlrb_task.lmms.write import DEMO_FILE
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.tasks.shipped import shipped_tasks

BASELINE = ("--model", "vlrb_baseline", "--batch_size", "1")


def server_model(server: JudgeServer, extra: str = "") -> tuple[str, ...]:
    arguments = f"model_version=judge,base_url={server.url},api_key=x,num_cpus=4{extra}"
    return "--model", "async_openai", "--model_args", arguments


def test_demo_runs_and_ends_in_a_table(tmp_path: Path) -> None:
    done = vlrb("demo", "--policy", "oracle", "-o", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "criteria asked of vlrb_baseline on all 36 pairs" in done.stdout
    assert "|vlrb_demo|none" in done.stdout
    assert "100.0 [90.4, 100.0]" in done.stdout
    assert list(tmp_path.rglob("*_samples_vlrb_demo.jsonl"))


def test_lmms_eval_lists_the_tasks() -> None:
    printed = vlrb("include-path").stdout.strip()
    assert printed == str(include_path())
    code = "import sys; from lmms_eval.__main__ import cli_evaluate; from lmms_eval.cli.dispatch import main; main()"
    listed = subprocess.run(
        [sys.executable, "-c", code, "tasks", "list", "--include-path", printed],
        capture_output=True,
        text=True,
        check=False,
    )
    assert set(shipped_tasks()) <= set(listed.stdout.split()), listed.stdout[-500:] + listed.stderr[-2000:]


def test_two_processes_give_the_table_of_one(tmp_path: Path) -> None:
    arguments = (*BASELINE, "--model_args", "policy=random,seed=3", "--tasks", "vlrb_demo")
    one = lmms_eval(tmp_path / "one", *arguments)
    two = lmms_eval(tmp_path / "two", *arguments, launcher=TWO_PROCESSES)
    assert "on rank 1" in two.output
    assert one.metrics("vlrb_demo") == two.metrics("vlrb_demo")
    scores = [vlrb_json("score", str(run.samples("vlrb_demo"))) for run in (one, two)]
    for score in scores:
        del score["source"], score["metadata"]
    assert scores[0] == scores[1]


def test_who_always_names_the_first_is_right_by_half_and_never_consistent(tmp_path: Path) -> None:
    table = lmms_eval(tmp_path, *BASELINE, "--model_args", "policy=first", "--tasks", "vlrb_demo").metrics("vlrb_demo")
    assert (table["overall"], table["consistency"], table["first_rate"]) == (0.5, 0.0, 1.0)


def test_a_part_of_the_rows_is_scored_and_says_so(tmp_path: Path) -> None:
    run = lmms_eval(tmp_path, *BASELINE, "--model_args", "policy=oracle", "--tasks", "vlrb_demo", "--limit", "10")
    assert "scored on PART of the pairs: 5 of 36" in run.output
    table = run.metrics("vlrb_demo")
    assert table["overall"] == 1.0
    assert table["macro"] == "N/A", "a macro average without one of its subsets is none"
    assert table["consistency"] == 1.0, "rows of a pair stand together, so that a part has both orders"
    shown = vlrb("score", str(run.samples("vlrb_demo"))).stdout
    assert "PART of the pairs: 5 of 36" in shown.splitlines()[0]
    score = vlrb_json("score", str(run.samples("vlrb_demo")))
    assert (score["pairs"], score["missing"]) == (5, 31)


def test_failed_requests_are_their_own_outcome(tmp_path: Path) -> None:
    """One pair's requests fail each time, one gets an empty answer: neither ends the run, both are counted apart."""

    def answer(prompt: str) -> str:
        if "triangle" in prompt:
            raise Refuse(500)
        return "" if "euros" in prompt else "Overall Judgment: Answer 1 is better."

    with JudgeServer(answer) as server:
        run = lmms_eval(tmp_path, *server_model(server, ",max_retries=1"), "--tasks", "vlrb_demo")
    failed = 2 * sum("triangle" in _texts(row) for row in _demo_rows())
    empty = 2 * sum("euros" in _texts(row) and "triangle" not in _texts(row) for row in _demo_rows())
    assert failed
    assert empty
    score = vlrb_json("score", str(run.samples("vlrb_demo")))
    assert score["unparsed"] == {"empty": empty, "failed_request": failed}
    assert run.metrics("vlrb_demo")["parsed_rate"] == pytest.approx(1 - (failed + empty) / 72)


def test_the_log_has_the_reasoning_too(tmp_path: Path) -> None:
    said = "<think>The second one miscounts.</think>\nOverall Judgment: Answer 1 is better."
    with JudgeServer(lambda prompt: said) as server:
        run = lmms_eval(tmp_path, *server_model(server), "--tasks", "vlrb_demo", "--limit", "4")
    samples = run.samples("vlrb_demo").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["vlrb_vote"]["text"] for line in samples} == {said}


def _demo_rows() -> list[dict[str, object]]:
    from vlrb_task.pairs.rows import read_rows

    return list(read_rows(str(demo_parquet())))


def _texts(row: dict[str, object]) -> str:
    return f"{row['query']} {row['response']}"


def test_copies_are_called_copies(tmp_path: Path) -> None:
    wrote = vlrb(
        *("task", "--judge", "criteria", "--votes", "5", "--pairs", str(demo_parquet())),
        *("--name", "demo_k5", "-o", str(tmp_path / "task")),
    )
    assert wrote.returncode == 0, wrote.stderr
    run = lmms_eval(
        *(tmp_path / "out", *BASELINE, "--model_args", "policy=longer"),
        *("--tasks", "demo_k5", "--include_path", str(tmp_path / "task")),
    )
    assert "the votes are copies: in 72 of 72" in run.output
    score = vlrb_json("score", str(run.samples("demo_k5")))
    assert any("the votes are copies" in warning for warning in score["warnings"])
    assert list(score["at_k"]) == ["1", "3", "5"]
    assert score["votes"] == 180


def test_an_unreadable_picture_costs_its_own_votes_only(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    rows = pq.read_table(demo_parquet())
    records = rows.to_pylist()
    records[3]["image"]["bytes"] = records[3]["image"]["bytes"][:60]
    table = rows.from_pylist(records, rows.schema)
    pq.write_table(table, tmp_path / "broken.parquet")
    doctor = vlrb("doctor", "--pairs", str(tmp_path / "broken.parquet"))
    assert doctor.returncode == 1
    assert "row 3 (id" in doctor.stdout
    folder = tmp_path / "task"
    wrote = vlrb(
        *("task", "--judge", "criteria", "--order", "key", "--pairs", str(tmp_path / "broken.parquet")),
        *("--name", "broken", "-o", str(folder)),
    )
    assert wrote.returncode == 0, wrote.stderr
    with JudgeServer(lambda prompt: "Overall Judgment: Answer 2 is better.") as server:
        run = lmms_eval(tmp_path / "out", *server_model(server), "--tasks", "broken", "--include_path", str(folder))
    assert "cannot be read" in run.output
    score = vlrb_json("score", str(run.samples("broken")))
    assert score["unparsed"] == {"unreadable_image": 1}
    assert run.metrics("broken")["parsed_rate"] == pytest.approx(35 / 36)


def test_bad_rows_end_the_run_with_one_line_and_a_code(tmp_path: Path) -> None:
    yaml = (include_path() / "vlrb_demo.yaml").read_text()
    lines = [json.dumps({"id": "mmmu_1", "query": "q", "response": ["a", "a"], "human_ranking": [0, 1]})]
    (tmp_path / "rows.json").write_text("\n".join(lines))
    yaml = yaml.replace("dataset_path: parquet", "dataset_path: json").replace(DEMO_FILE, "rows.json")
    (tmp_path / "bad.yaml").write_text(yaml.replace("task: vlrb_demo", "task: bad_rows"))
    run = lmms_eval(tmp_path / "out", *BASELINE, "--tasks", "bad_rows", "--include_path", str(tmp_path))
    assert run.returncode != 0
    assert "row 0 (id 'mmmu_1'): the two responses are equal" in run.output.splitlines()[-1]


def test_no_hub_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    run = lmms_eval(tmp_path / "out", *BASELINE, "--tasks", "vlrb", env={"HF_HOME": str(tmp_path / "home")})
    assert run.returncode != 0
    last = run.output.splitlines()[-1]
    assert last.startswith("vlrb: MMInstruction/VL-RewardBench is not in the local cache")
    assert "vlrb task --judge official" in last
    assert "RetryError" not in run.output


def test_the_real_qwen2_5_vl_wrapper_runs_on_the_cpu(tmp_path: Path) -> None:
    checkpoint = write_tiny_checkpoint(tmp_path / "tiny")
    arguments = (
        f"pretrained={checkpoint},device=cpu,device_map=cpu,attn_implementation=eager,min_pixels=3136,max_pixels=12544"
    )
    run = lmms_eval(
        *(tmp_path / "out", "--model", "qwen2_5_vl", "--model_args", arguments, "--batch_size", "2"),
        *("--tasks", "vlrb_demo", "--limit", "6", "--gen_kwargs", "max_new_tokens=8"),
    )
    table = run.metrics("vlrb_demo")
    assert 0 <= table["overall"] <= 1
    assert table["parsed_rate"] < 1, "random weights write no verdicts"
    score = vlrb_json("score", str(run.samples("vlrb_demo")))
    assert score["votes"] == 6
    assert sum(score["unparsed"].values()) == round(6 * (1 - table["parsed_rate"]))
    assert score["metadata"]["wrapper"] == "qwen2_5_vl"
    assert score["metadata"]["generation"]["max_new_tokens"] == 8
