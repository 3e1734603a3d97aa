"""Candidates from two runs of the real VLMEvalKit on one of its multiple-choice datasets, with the files that it scored."""

from __future__ import annotations

import base64
import csv
import json
import random
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from tests.support.judge_server import JudgeServer
from tests.support.vlmevalkit import PACKAGED, arguments, launch
from vlrb_task.cli.main import group
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.rows import read_rows
from vlrb_task.tasks.saved import load_tasks

QUESTIONS = 8


def write_dataset(root: Path) -> dict[str, str]:
    """The packaged pictures with questions to choose from, as VLMEvalKit takes a user's own; the right letters."""
    letters = {}
    with (root / "MyChoices.tsv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["index", "question", "A", "B", "answer", "image"], delimiter="\t")
        writer.writeheader()
        for number, row in enumerate(list(read_rows(str(demo_parquet()), images=True))[:QUESTIONS]):
            better = row["human_ranking"].index(0)
            options = row["response"] if number % 2 == better else row["response"][::-1]
            letters[row["query"]] = "AB"[options.index(row["response"][better])]
            picture = base64.b64encode(row["image"]["bytes"]).decode()
            line = {"index": number, "question": row["query"], "A": options[0], "B": options[1], "image": picture}
            writer.writerow(line | {"answer": letters[row["query"]]})
    return letters


def test_scored_files_of_two_runs(tmp_path: Path, monkeypatch: Any) -> None:
    root = tmp_path / "LMUData"
    root.mkdir()
    letters = write_dataset(root)
    for run in range(2):

        def policy(prompt: str, run: int = run) -> str:
            query = next(q for q in letters if q in prompt)
            right = random.Random(f"{run} {query}").random() < 0.5
            return letters[query] if right else "AB".replace(letters[query], "")

        with JudgeServer(policy) as server:
            work = tmp_path / f"run{run}"
            command = (*PACKAGED, *arguments(server.url, work, "MyChoices"), "--judge", "exact_matching")
            done = launch(*command, work=work, env={"LMUData": str(root)})
        assert done.file("*MyChoices*_result.tsv"), done.output[-3000:]
    monkeypatch.setenv("LMUData", str(root))
    made = tmp_path / "bon"
    files = [str(tmp_path / f"run{run}") for run in range(2)]
    result = CliRunner().invoke(group, ["bon", "make", *files, "-o", str(made), "--judge", "criteria", "--json"])
    assert result.exit_code == 0, result.exception
    facts = json.loads(result.stdout)
    assert (facts["questions"], facts["n"]) == (QUESTIONS, 2)
    lines = [json.loads(line) for line in (made / "questions.jsonl").read_text().splitlines()]
    for line in lines:
        query = next(q for q in letters if q in line["query"])
        said = [line["candidates"][draw["candidate"]] for draw in line["draws"]]
        assert [bool(draw["right"]) for draw in line["draws"]] == [text == letters[query] for text in said]
        assert line["image"], "from VLMEvalKit's own copy of the dataset"
        assert line["source"] == "MyChoices"
    assert [task.dataset_name for task in load_tasks(made)] == ["VLRB_Bon_Criteria"]
