"""``vlrb judges`` and ``vlrb task`` as commands."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import yaml

from tests.support.lmms_eval import vlrb, vlrb_json
from tests.support.made_up import made_up_pairs, record, says
from tests.support.real_data import real_data_file
from vlrb_task import judges
from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.judges import get_judge, judge_names
from vlrb_task.lmms import include_path
from vlrb_task.lmms.write import BASE, BENCHMARK_BASE, JUDGES_PAGE, shipped_files, task_yaml, with_tables
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.pair import Answer
from vlrb_task.pairs.rows import hub_id, load_benchmark, read_rows
from vlrb_task.support.errors import DataError, UnknownName
from vlrb_task.tasks.saved import load_tasks, tasks_of_environment
from vlrb_task.tasks.shipped import DEMO, HUB, shipped_tasks

ORDER: tuple[Answer, Answer] = (0, 1)


def test_the_list() -> None:
    listed = vlrb_json("judges")
    assert {judge["name"] for judge in listed} == set(judge_names())
    assert [judge["name"] for judge in listed][:3] == ["official", "arena", "blind"], "by source, mode and name"
    by_name = {judge["name"]: judge for judge in listed}
    assert by_name["unified_reward"]["prompt"]["published"].endswith("test_qwen_vlrewardbench.py")
    assert by_name["unified_reward"]["prompt"]["at_hand"] is False
    assert by_name["yes_no"]["scale"] == [0.0, 1.0]
    assert by_name["tools"]["system_message"] is True
    assert by_name["letter"]["vlmevalkit_dataset"] == "VLRB_Letter"
    table = vlrb("judges")
    assert table.returncode == 0
    assert "published, not fetched" in table.stdout


def test_one_judge_with_a_pair_of_the_users() -> None:
    pair = load_benchmark(str(demo_parquet())).pairs[5]
    shown = vlrb_json("judges", "json", "--pairs", str(demo_parquet()), "--id", pair.key)
    assert shown["pair"] == {"key": pair.key, "id": pair.id}
    assert pair.query in shown["text"]
    assert shown["text"].index(pair.responses[shown["first"]]) < shown["text"].index(pair.responses[1 - shown["first"]])
    plain = vlrb("judges", "tools")
    assert str(get_judge("tools").system) in plain.stdout
    assert "vlrb_tools / VLRB_Tools" in plain.stdout


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["judges", "nobody"], "no judge 'nobody': use one of arena, arm_thinker, "),
        (["judges", "letter", "--id", "none"], "no such pair"),
        (["judges", "caption"], "1 pairs have no caption"),
        (
            ["judges", "r1_reward"],
            "is not on this machine: run vlrb judges fetch r1_reward. Always available, with the same answer format: think_tags",
        ),
        (["judges", "fetch", "letter"], "has no published prompt to fetch"),
        (["judges", "fetch", "spark", "--file", "nowhere.py"], "nowhere.py: cannot be read"),
        (["judges", "fetch", "spark", "--file", "a", "--from", "b"], "--from and --file exclude each other"),
        (["task", "--judge", "letter", "--captions", "{captions}", "--name", "x", "-o", "{out}"], "reads no caption"),
        (["task", "--judge", "caption", "--captions", "{out}", "--name", "x", "-o", "{out}"], "not a JSON file"),
        (["task", "--judge", "letter", "--name", "letter", "-o", "{out}"], "a task of this name is already there"),
    ],
)
def test_mistakes_are_one_line(arguments: list[str], why: str, tmp_path: Path) -> None:
    captions = tmp_path / "captions.json"
    captions.write_text("{}")
    filled = [argument.format(captions=captions, out=tmp_path) for argument in arguments]
    if "{captions}" in arguments:
        filled += ["--pairs", str(demo_parquet())]
    done = vlrb(*filled)
    assert done.returncode == 2
    assert why in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_captions_by_id_or_key(tmp_path: Path) -> None:
    rows = list(read_rows(str(demo_parquet())))
    pairs = load_benchmark(str(demo_parquet())).pairs
    captions = {row["id"]: f"caption of {row['id']}" for row in rows}
    captions[pairs[0].key] = "by key"
    del captions[pairs[0].id]
    (tmp_path / "captions.json").write_text(json.dumps(captions))
    options = ("--judge", "caption", "--pairs", str(demo_parquet()), "--name", "mine", "-o", str(tmp_path))
    assert vlrb("task", *options, "--captions", str(tmp_path / "captions.json")).returncode == 0
    written = load_benchmark(str(tmp_path / "mine.parquet"))
    assert [pair.caption for pair in written.pairs[:2]] == ["by key", f"caption of {pairs[1].id}"]
    assert written.fingerprint == load_benchmark(str(demo_parquet())).fingerprint
    assert all(row["image"] is None for row in read_rows(str(tmp_path / "mine.parquet"), images=True))
    assert "captions_sha256: " in (tmp_path / "mine.yaml").read_text()
    spec = load_tasks(tmp_path)[0]
    assert (spec.judge, spec.dataset_name, spec.pairs) == ("caption", "VLRB_Mine", str(tmp_path / "mine.parquet"))
    # The captions are in the rows now: they serve another task as they are.
    again = ("--judge", "caption", "--pairs", str(tmp_path / "mine.parquet"), "--name", "again", "-o", str(tmp_path))
    assert vlrb("task", *again).returncode == 0
    del captions[pairs[1].id]
    (tmp_path / "captions.json").write_text(json.dumps(captions))
    missing = vlrb("task", *options, "--captions", str(tmp_path / "captions.json"))
    assert "1 pairs have no caption" in missing.stderr
    assert pairs[1].id in missing.stderr


def test_tasks_are_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tasks_of_environment() == []
    monkeypatch.setenv("VLRB_TASKS", str(tmp_path))
    vlrb("task", "--judge", "json", "--votes", "3", "--name", "json_k3", "-o", str(tmp_path))
    (spec,) = tasks_of_environment()
    assert (spec.name, spec.judge, spec.schedule.label, spec.pairs) == (
        *("json_k3", "json", "alternate3"),
        "MMInstruction/VL-RewardBench",
    )
    (tmp_path / "bad.task.json").write_text('{"name": "bad"}')
    with pytest.raises(DataError, match=r"bad.task.json: not a task that vlrb task wrote"):
        tasks_of_environment()


def test_the_shipped_files_are_what_the_writer_writes() -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in include_path().iterdir()} == shipped_files()
    page = JUDGES_PAGE.read_text(encoding="utf-8")
    assert with_tables(page) == page, "python -m vlrb_task.lmms.write brings the tables up to date"


def test_a_task_that_includes_the_base_says_what_one_that_stands_alone_says() -> None:
    class Loader(yaml.SafeLoader):
        """Functions as their names."""

    Loader.add_constructor("!function", lambda loader, node: str(node.value))
    base = yaml.load(shipped_files()[BASE], Loader=Loader)
    assert base["reasoning_tags"] == "none", "the word, which lmms-eval takes for: strip nothing"
    assert not {"task", "output_type"} & set(base), "lmms-eval would take a file with these for a task"
    shared = yaml.load(shipped_files()[BENCHMARK_BASE], Loader=Loader)
    of_data = {"dataset_path", "dataset_kwargs", "metric_list", "doc_to_messages"}
    for spec in shipped_tasks().values():
        included = yaml.load(task_yaml(spec), Loader=Loader)
        alone = yaml.load(task_yaml(replace(spec, pairs=hub_id())), Loader=Loader)
        if spec.pairs == HUB:
            assert included.pop("include") == BASE
            assert base | included == alone
        elif spec.pairs != DEMO:
            assert included.pop("include") == BENCHMARK_BASE
            whole = shared | included
            assert of_data <= set(whole)
            assert {n: v for n, v in whole.items() if n not in of_data} == {
                n: v for n, v in alone.items() if n not in of_data
            }


def test_another_packages_judge_that_is_broken_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    points = {
        "gone": EntryPoint("gone", "no_such_module:JUDGE", "vlrb.judges"),
        "odd": EntryPoint("odd", "json:dumps", "vlrb.judges"),
        "other": EntryPoint("other", "vlrb_task.judges.letter:JUDGE", "vlrb.judges"),
    }
    monkeypatch.setattr(judges, "_third_party", lambda: points)
    for name, why in (
        ("gone", "cannot be loaded from no_such_module:JUDGE"),
        ("odd", "is a function, not a vlrb_task.judges.Judge"),
        ("other", "vlrb_task.judges.letter:JUDGE declares judge 'letter', not 'other'"),
    ):
        with pytest.raises(UnknownName, match=why):
            get_judge(name)


def test_real_captions_serve_the_real_pairs(tmp_path: Path) -> None:
    captions, pairs = real_data_file("captions_llama32_11b.json"), real_data_file("vl_rewardbench_1250.jsonl")
    options = ("--judge", "caption", "--pairs", str(pairs), "--captions", str(captions))
    done = vlrb("task", *options, "--name", "captioned", "-o", str(tmp_path))
    assert done.returncode == 0, done.stderr
    written = load_benchmark(str(tmp_path / "captioned.parquet"))
    assert (len(written.pairs), written.revision) == (1250, "1250")
    assert all(pair.caption for pair in written.pairs), "ids that stand twice share their picture, and so its caption"


def test_a_log_of_an_earlier_version_of_a_prompt_scores_as_before(tmp_path: Path) -> None:
    versions = json.loads((Path(__file__).parent / "frozen_prompts.json").read_text())["criteria"]
    assert versions[-1] == get_judge("criteria").prompt.sha256
    benchmark, scores = made_up_pairs(), []
    for sha256 in versions:
        log = tmp_path / f"{sha256[:8]}.votes.jsonl"
        votes = [
            record(benchmark, pair, ballot, says(ballot, ORDER[number % 2]))
            for number, pair in enumerate(benchmark.pairs)
            for ballot in ballots_of(pair, Schedule(Order.BOTH), "pairwise")
        ]
        log.write_text("".join(json.dumps(v | {"prompt": v["prompt"] | {"sha256": sha256}}) + "\n" for v in votes))
        score = vlrb_json("score", str(log))
        assert score.pop("prompt")["sha256"] == sha256
        assert score["votes"] == len(votes)
        del score["source"]
        scores.append(score)
    assert scores[0] == scores[-1]
