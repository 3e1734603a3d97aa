"""Judges inside the real lmms-eval, on the packaged pairs: tasks that ``vlrb task`` writes, and what a server is sent."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.judge_server import JudgeServer
from tests.support.lmms_eval import Finished, lmms_eval, vlrb, vlrb_json
from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.judges import fill_prompt, get_judge
from vlrb_task.judges.templates import installed_template
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.pair import Pair
from vlrb_task.pairs.rows import read_rows

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("lmms_eval") is None, reason="lmms-eval is not installed here (nox -s lmms installs it)"
)

ASKED = (
    *("factors", "boxed", "json", "letter", "tools", "caption", "pointwise_10", "yes_no", "reward"),
    *("arena", "scores", "pointwise_5", "prob"),
)


def test_prompts_that_lmms_eval_ships_are_its_own_to_the_byte() -> None:
    """Taken from its files, which are parsed; the text is what its own functions make of the row."""
    from lmms_eval.tasks.multi_crit.utils import multi_crit_doc_to_text
    from lmms_eval.tasks.multimodal_rewardbench.utils import multimodal_rewardbench_doc_to_text

    pair = Pair(
        "0" * 16, "1", "What {is} it?", ("A cat.", "A dog."), 0, "s", "open_ended", criterion="visual-grounding"
    )
    ballot = next(one for one in ballots_of(pair, Schedule(Order.BOTH)) if one.first == 0)
    row = {"Text": pair.query, "Output1": "A cat.", "Output2": "A dog."}
    row |= {
        "question": pair.query,
        "pred_a": "A cat.",
        "pred_b": "A dog.",
        "split": "open_ended",
        "criterion": str(pair.criterion),
    }
    for name, text_of in (
        ("mmrb_judge", multimodal_rewardbench_doc_to_text),
        ("multi_crit_judge", multi_crit_doc_to_text),
    ):
        judge = get_judge(name)
        template = installed_template(judge)
        assert template is not None
        assert fill_prompt(template, judge.prompt, pair, ballot) == text_of(row)


def write_task(folder: Path, judge: str, *options: str) -> str:
    name = f"demo_{judge}"
    done = vlrb(
        *("task", "--judge", judge, "--order", "both", "--pairs", str(demo_parquet())),
        *("--name", name, "-o", str(folder), *options),
    )
    assert done.returncode == 0, done.stderr
    return name


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tasks")
    captions = folder / "captions.json"
    captions.write_text(
        json.dumps({str(row["id"]): f"A drawing, {row['id']}." for row in read_rows(str(demo_parquet()))})
    )
    for judge in ASKED:
        write_task(folder, judge, *(("--captions", str(captions)) if judge == "caption" else ()))
    rows = [{k: v for k, v in row.items() if k != "image"} for row in read_rows(str(demo_parquet()))]
    tags = [["Existence"], [], ["Counting"]]
    tagged = [json.dumps({**row, "human_error_analysis": tags[n % 3]}) for n, row in enumerate(rows)]
    (folder / "tagged.jsonl").write_text("\n".join(tagged))
    done = vlrb("task", "--judge", "blind", "--pairs", f"{folder}/tagged.jsonl", "--name", "tagged", "-o", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def oracle(tasks: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """One run of all of them with a baseline that knows the labels and answers in each judge's own words."""
    return lmms_eval(
        *(tmp_path_factory.mktemp("oracle"), "--model", "vlrb_baseline", "--model_args", "policy=oracle"),
        *(
            "--batch_size",
            "1",
            "--include_path",
            str(tasks),
            "--tasks",
            ",".join([*(f"demo_{name}" for name in ASKED), "tagged"]),
        ),
    )


def test_error_tags_stay_with_the_votes(oracle: Finished) -> None:
    score = vlrb_json("score", str(oracle.samples("tagged")))
    assert {name: found["n"] for name, found in score["by_tag"].items()} == {"existence": 12, "counting": 12}


@pytest.mark.parametrize("judge", ASKED)
def test_a_judge_that_knows_the_labels_scores_100(oracle: Finished, judge: str) -> None:
    table = oracle.metrics(f"demo_{judge}")
    score = vlrb_json("score", str(oracle.samples(f"demo_{judge}")))
    pairwise = get_judge(judge).mode == "pairwise"
    assert (table["overall"], table["parsed_rate"]) == (1.0, 1.0)
    assert (score["overall"]["value"], score["parsed_rate"], score["pairs"]) == (1.0, 1.0, 36)
    assert score["votes"] == (72 if pairwise else 36)
    assert ("first_rate" in table, "consistency" in table) == (pairwise, pairwise)
    assert score["judge"] == judge
    assert score["prompt"] == {"name": judge, "source": "own", "sha256": get_judge(judge).prompt.sha256}
    assert score["warnings"] == []


def served(tasks: Path, out: Path, *judges: str) -> tuple[Finished, list[dict[str, Any]]]:
    def answer(prompt: str) -> str:
        return (
            '<tool_call>{"name": "enlarge", "arguments": {"box": [0, 0, 1, 1]}}</tool_call>'
            if "<answer>" in prompt
            else "A"
        )

    with JudgeServer(answer) as server:
        finished = lmms_eval(
            *(out, "--model", "async_openai"),
            *("--model_args", f"model_version=judge,base_url={server.url},api_key=x,num_cpus=4"),
            *("--include_path", str(tasks), "--tasks", ",".join(f"demo_{judge}" for judge in judges)),
        )
        return finished, server.requests


def test_what_a_chat_server_is_sent(tasks: Path, tmp_path: Path) -> None:
    finished, requests = served(tasks, tmp_path, "tools", "caption", "letter")
    system = get_judge("tools").system
    by_kind: dict[str, list[dict[str, Any]]] = {"tools": [], "caption": [], "letter": []}
    for request in requests:
        text = request["messages"][-1]["content"][-1]["text"]
        kind = "caption" if "A drawing, " in text else "tools" if "<answer>" in text else "letter"
        by_kind[kind].append(request)
    assert {kind: len(sent) for kind, sent in by_kind.items()} == {"tools": 72, "caption": 72, "letter": 72}
    for request in by_kind["tools"]:
        assert [message["role"] for message in request["messages"]] == ["system", "user"]
        assert request["messages"][0]["content"] == [{"type": "text", "text": system}]
        assert [part["type"] for part in request["messages"][1]["content"]] == ["image_url", "text"]
    for request in by_kind["caption"]:
        assert [part["type"] for part in request["messages"][0]["content"]] == ["text"], "no picture is sent"
    for request in by_kind["letter"]:
        assert [part["type"] for part in request["messages"][0]["content"]] == ["image_url", "text"]
    assert vlrb_json("score", str(finished.samples("demo_tools")))["unparsed"] == {"tool_call": 72}
    letters = vlrb_json("score", str(finished.samples("demo_letter")))
    assert (letters["overall"]["value"], letters["first_rate"]) == (0.5, 1.0)


def test_a_picture_may_stand_last(monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    from vlrb_task.lmms import rows
    from vlrb_task.lmms.docs import BALLOT, PAIR

    judge = replace(get_judge("letter"), image="last", system="Be fair.")
    monkeypatch.setattr(rows, "get_judge", lambda name: judge)
    pair = {"judge": "letter", "key": "0" * 16, "id": "a", "better": 0, "source": "s", "subset": "t"}
    doc = {
        **{PAIR: pair, BALLOT: {"vote": 0, "first": 0, "answer": None}},
        **{"query": "Which?", "response": ["this", "that"], "image": Image.new("L", (2, 2))},
    }
    system, user = rows.doc_to_messages(doc)
    assert (system["role"], system["content"][0]["text"]) == ("system", "Be fair.")
    assert [part["type"] for part in user["content"]] == ["text", "image"]
    assert rows.doc_to_text(doc).startswith("Be fair.\n\nRead the question"), "what a simple wrapper is given"


def test_a_missing_caption_ends_the_run_with_one_line(tmp_path: Path) -> None:
    name = write_task(tmp_path, "blind")
    text = (tmp_path / f"{name}.yaml").read_text()
    (tmp_path / "without.yaml").write_text(text.replace("docs.blind__", "docs.caption__").replace(name, "without", 1))
    run = lmms_eval(
        *(tmp_path / "out", "--model", "vlrb_baseline", "--include_path", str(tmp_path), "--tasks", "without"),
    )
    assert run.returncode != 0
    assert "36 pairs have no caption" in run.output.splitlines()[-1]
    refused = vlrb("task", "--judge", "caption", "--pairs", str(demo_parquet()), "--name", "x", "-o", str(tmp_path))
    assert refused.returncode == 2
    assert "36 pairs have no caption" in refused.stderr
