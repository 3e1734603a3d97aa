"""The commands as a user types them: what they print, and how they fail."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.real_data import real_data_file
from vlrb_task.votes import write_votes


def vlrb(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from vlrb_task.cli.main import main; sys.argv[0] = 'vlrb'; main()"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def document(*arguments: str) -> Any:
    done = vlrb(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    rows = [
        {"id": f"{prefix}_{n}", "query": "q", "response": ["one", f"two words {n}"], "human_ranking": [0, 1]}
        for prefix in ("mmmu", "wildvision", "RLHF")
        for n in range(2)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def log(tmp_path: Path, pairs: Path) -> Path:
    path = tmp_path / "run.votes.jsonl"
    votes = [
        {"v": 1, "id": json.loads(line)["id"], "judge": "official", "vote": vote, "first": vote, "text": text}
        for line in pairs.read_text().splitlines()
        for vote, text in enumerate(["Overall Judgment: Answer 1 is better.", "Therefore, Answer 1 is better."])
    ]
    write_votes(path, votes)
    return path


def test_every_command_has_help() -> None:
    listed = vlrb("--help").stdout
    for name in ("demo", "doctor", "parse", "score", "task", "audit"):
        assert name in listed
        done = vlrb(name, "--help")
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("Usage: vlrb")


def test_score_for_programs(log: Path, pairs: Path) -> None:
    score = document("score", str(log), "--pairs", str(pairs))
    assert score["overall"] == {"value": 0.5, **{k: score["overall"][k] for k in ("low", "high", "n", "method", "se")}}
    assert score["overall"]["low"] < 0.5 < score["overall"]["high"]
    expected = {
        "judge": "official",
        "policy": "strict",
        "revision": "custom",
        "pairs": 6,
        "missing": 0,
        "votes": 12,
        "parsed_rate": 1.0,
        "coverage": 0.0,
        "first_rate": 1.0,
        "consistency": 0.0,
        "both_orders_right": 0.0,
        "at_k": {"1": 0.5},
    }
    assert {name: score[name] for name in expected} == expected
    assert set(score["by_source"]) == {"MMMU-Pro", "WildVision", "RLHF-V"}
    assert document("score", str(log), "--pairs", str(pairs), "--policy", "official")["overall"]["value"] is None
    assert isinstance(document("score", str(log), str(log), "--pairs", str(pairs)), list)


def test_two_parsers_side_by_side(log: Path, pairs: Path) -> None:
    own, paper = document("score", str(log), "--pairs", str(pairs), "--parser", "paper")
    assert (own["parser"], paper["parser"]) == ("final", "paper")


def test_score_for_people(log: Path, pairs: Path) -> None:
    shown = vlrb("score", str(log), "--pairs", str(pairs)).stdout
    assert shown.startswith("official on all 6 pairs, revision custom")
    for word in ("overall", "macro", "general", "hallucination", "reasoning", "n=6", "shorter", "random"):
        assert word in shown
    assert "first position 100.0 %" in shown


def test_a_part_is_said_first(log: Path, pairs: Path) -> None:
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join(lines[:4]))
    shown = vlrb("score", str(log), "--pairs", str(pairs)).stdout
    assert "PART of the pairs: 2 of 6" in shown.splitlines()[0]


TASK = ["task", "--judge", "criteria", "--name", "own", "-o", "{out}"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["score", "nowhere.jsonl"], "nowhere.jsonl: no such file"),
        (["score", "{log}"], "MMInstruction/VL-RewardBench is not in the local cache"),
        (["score", "{log}", "--pairs", "nowhere.parquet"], "nowhere.parquet: no such file"),
        (["score", "{log}", "--pairs", "{pairs}", "--policy", "coin"], "no policy 'coin'"),
        (["score", "{log}", "--pairs", "{pairs}", "--parser", "coin"], "no parser is called 'coin'"),
        (["parse", "nowhere.jsonl"], "No such file"),
        (["parse", "{pairs}"], "no 'text'"),
        (["parse", "{log}", "--judge", "nobody"], "no judge 'nobody'"),
        (["task", "--judge", "official", "--name", "vlrb", "-o", "{out}"], "already there"),
        (["task", "--judge", "official", "--name", "a b", "-o", "{out}"], "letters"),
        (["task", "--judge", "official", "--order", "x", "--name", "a", "-o", "{out}"], "no order 'x'"),
        ([*TASK, "--pairs", "./pairs/mine"], "'./pairs/mine': no such file, and no hub id"),
        ([*TASK, "--pairs", "~/nope"], "'~/nope': no such file, and no hub id"),
        ([*TASK, "--pairs", "~nobody-of-this-name/x"], "no such file, and no hub id"),
        ([*TASK, "--pairs", "foo/bar/baz"], "'foo/bar/baz': no such file, and no hub id"),
        ([*TASK, "--pairs", "demo"], "'demo': no such file, and no hub id"),
        ([*TASK, "--pairs", "owner/x@rev\nevil: 1"], r"'owner/x@rev\nevil: 1': no such file, and no hub id"),
        (["score", "{log}", "--pairs", "./no/such/file"], "'./no/such/file': no such file, and no hub id"),
        ([*TASK, "--stop-policy", "coin", "--no-stop"], "no policy 'coin'"),
        ([*TASK, "--stop-policy", "half"], "--stop-policy: only with --votes-from"),
        ([*TASK, "--sparing"], "--sparing: only with --votes-from"),
        ([*TASK, "--no-stop"], "--no-stop: only with --votes-from"),
        ([*TASK, "--votes-from", "{log}", "--no-stop", "--sparing"], "not with --no-stop"),
        ([*TASK, "--votes-from", "{log}", "--no-stop", "--stop-policy", "half"], "not with --no-stop"),
        (["score"], "Missing argument 'LOG...'. See vlrb score --help."),
        (["score", ""], "the name is empty"),
        (["score", "{log}", "--nothing"], "No such option '--nothing'"),
        (["nothing"], "No such command 'nothing'"),
    ],
)
def test_errors_are_one_line_and_a_code(
    arguments: list[str], message: str, log: Path, pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    names = {"log": log, "pairs": pairs, "out": tmp_path / "out"}
    done = vlrb(*(a.format(**names) for a in arguments))
    assert done.returncode != 0
    assert done.stdout == ""
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_parse_for_programs(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    texts = ["Overall Judgment: Answer 2 is better.", "", "Overall Judgment: it is a tie."]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    found = document("parse", str(path))
    assert found["verdicts"] == [
        {"verdict": "second", "reason": None},
        {"verdict": "unparsed", "reason": "empty"},
        {"verdict": "tie", "reason": None},
    ]
    assert found["parsed_rate"] == pytest.approx(2 / 3)
    assert "beside" in document("parse", str(path), "--parser", "paper")
    assert "second" in vlrb("parse", str(path)).stdout


def test_doctor_on_the_real_rows() -> None:
    report = document("doctor", "--pairs", str(real_data_file("vl_rewardbench_1250.jsonl")))
    assert report["data"]["revision"] == "1250"
    assert report["data"]["subsets"] == {"general": 183, "hallucination": 749, "reasoning": 318}
    assert report["data"]["problems"] == []


def test_doctor_names_every_bad_row(pairs: Path) -> None:
    with pairs.open("a") as file:
        file.write(json.dumps({"id": "mmmu_9", "query": "q", "response": ["a"], "human_ranking": [0, 1]}) + "\n")
        file.write(json.dumps({"id": "mmmu_10", "query": "q", "response": ["a", "b"], "human_ranking": [1, 1]}) + "\n")
    done = vlrb("doctor", "--pairs", str(pairs))
    assert done.returncode == 1
    assert "row 6 (id 'mmmu_9'): 1 response where two are needed" in done.stdout
    assert "row 7 (id 'mmmu_10'): human_ranking [1, 1] is not a permutation" in done.stdout
    assert done.stderr.startswith("vlrb: the data cannot be used: row 6 (id 'mmmu_9'): 1 response where two are needed")
    assert len(done.stderr.splitlines()) == 1


def test_what_writes_files_says_for_programs_what_it_wrote(log: Path, pairs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tasks"
    found = document(
        "task", "--judge", "criteria", "--pairs", str(pairs), "--no-images", "--name", "own", "-o", str(folder)
    )
    assert found["file"] == str(folder / "own.yaml")
    assert found["dataset"] == "VLRB_Own"
    page = tmp_path / "table.md"
    for arguments, output in ((("-o", str(page)), str(page)), ((), None)):
        found = document("export", str(log), "--pairs", str(pairs), "--to", "markdown", *arguments)
        assert found["output"] == output
    assert found["text"] == page.read_text()


def test_task_writes_a_task_with_the_pairs_own_subsets(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    rows = [
        {"id": f"x{n}", "query": "q", "response": ["a", f"b{n}"], "human_ranking": [0, 1], "subset": subset}
        for n, subset in enumerate(["charts", "maps"])
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = vlrb(
        "task", "--judge", "criteria", "--votes", "3", "--pairs", str(path), "--name", "own", "-o", str(tmp_path / "t")
    )
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "t" / "own.yaml").read_text()
    assert 'metric: "charts"' in text
    assert 'metric: "maps"' in text
    assert "criteria__alternate__3" in text
    assert (tmp_path / "t" / "own.parquet").exists()
    rows[0]["subset"] = "overall"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = vlrb("task", "--judge", "criteria", "--pairs", str(path), "--name", "own", "-o", str(tmp_path / "t"))
    assert "under the name of a metric" in done.stderr


@pytest.mark.parametrize("subset", ["overall_stderr", "charts_stderr", "vlrb_vote"])
def test_no_subset_takes_the_name_of_a_metric(tmp_path: Path, subset: str) -> None:
    path = own_pairs(tmp_path, "charts", subset)
    done = vlrb("task", "--judge", "criteria", "--pairs", str(path), "--name", "own", "-o", str(tmp_path / "t"))
    assert done.returncode == 2
    assert f"a subset named {subset!r} would print under the name of a metric" in done.stderr
    assert not list((tmp_path / "t").iterdir())


def own_pairs(folder: Path, *subsets: str) -> Path:
    rows = [
        {"id": f"x{n}", "query": "q", "response": ["a", f"b{n}"], "human_ranking": [0, 1], "subset": subset}
        for n, subset in enumerate(subsets)
    ]
    path = folder / "own.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_any_subset_stands_in_the_yaml_as_it_is(tmp_path: Path) -> None:
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!function", lambda loader, node: str(node.value))
    odd = ["a\nb", "a\rb", "\0c", "\x1b[31m", "a\x85b", "a\u2028b", "a\tb", 'a"b\\', " a ", "#x", "😀", "[/x]", "\x7f"]
    out = tmp_path / "t[/x] y"
    path = own_pairs(tmp_path, *odd)
    done = vlrb("task", "--judge", "criteria", "--pairs", str(path), "--name", "own", "-o", str(out))
    assert done.returncode == 0, done.stderr
    task = yaml.load((out / "own.yaml").read_text(encoding="utf-8"), Loader=Loader)
    assert set(odd) <= {metric["metric"] for metric in task["metric_list"]}
    assert done.stdout.splitlines()[0] == f"wrote {out / 'own.yaml'}"
    assert f"--include_path '{out}' --tasks own" in done.stdout


def test_importing_is_light() -> None:
    """No framework, no torch, no pandas behind `import vlrb_task` and the list of tasks."""
    code = (
        "import sys, vlrb_task.tasks.shipped; print(list(vlrb_task.tasks.shipped.shipped_tasks()));"
        "heavy = {'torch', 'pandas', 'datasets', 'transformers', 'lmms_eval', 'vlmeval', 'scipy', 'pyarrow'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
