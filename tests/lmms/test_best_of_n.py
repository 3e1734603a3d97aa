"""Best of N through the real lmms-eval, end to end: a task with repeats, its log, pairs, a picker, the score.

The task is like MMMU: its own functions score it, on questions about the packaged pictures. A server on the loopback is the
policy. No file between the two runs is made by hand.
"""

from __future__ import annotations

import json
import random
import re
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.judge_server import JudgeServer
from tests.support.lmms_eval import Finished, lmms_eval, vlrb, vlrb_json
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.rows import read_rows

pytest.importorskip("choix")
pytest.importorskip("statsmodels")

DRAWS = 3
QUESTIONS = 12

YAML = """task: {name}
dataset_path: parquet
dataset_kwargs:
  data_files:
    test: {data}
test_split: test
output_type: generate_until
doc_to_visual: !function lmms_eval.tasks.mmmu.utils.mmmu_doc_to_visual
doc_to_text: !function lmms_eval.tasks.mmmu.utils.mmmu_doc_to_text
doc_to_target: "answer"
process_results: !function lmms_eval.tasks.mmmu.utils.mmmu_process_results
generation_kwargs:
  max_new_tokens: 64
  temperature: 0.7
  do_sample: true
{repeats}metric_list:
  - metric: mmmu_acc
    aggregation: !function lmms_eval.tasks.mmmu.utils.mmmu_aggregate_results
    higher_is_better: true
lmms_eval_specific_kwargs:
  default:
    prompt_type: "format"
    multiple_choice_prompt: "Say what you see, then give the letter."
    open_ended_prompt: "Answer briefly."
"""

REPEATS = f"""repeats: {DRAWS}
filter_list:
  - name: all
    filter:
      - function: take_first_k
        k: {DRAWS}
"""


def write_questions(folder: Path) -> dict[str, str]:
    """The demo pairs as multiple-choice questions in MMMU's columns; returns the right letter by question."""
    import datasets

    rows, letters = [], {}
    for number, row in enumerate(list(read_rows(str(demo_parquet()), images=True))[:QUESTIONS]):
        better = row["human_ranking"].index(0)
        options = [row["response"][better], row["response"][1 - better], "It cannot be told from the picture."]
        order = random.Random(number).sample(range(3), 3)
        letter = "ABC"[order.index(0)]
        letters[row["query"]] = letter
        rows.append(
            {
                "id": f"validation_Art_{number}",
                "question": f"<image 1> {row['query']}",
                "options": str([options[at] for at in order]),
                "question_type": "multiple-choice",
                "answer": letter,
                "image_1": {"bytes": row["image"]["bytes"], "path": None},
            }
        )
    features = datasets.Features({**dict.fromkeys(rows[0], datasets.Value("string")), "image_1": datasets.Image()})
    datasets.Dataset.from_list(rows, features=features).to_parquet(str(folder / "questions.parquet"))
    for name, repeats in (("mmmu_like", REPEATS), ("mmmu_like_plain", "")):
        text = YAML.format(name=name, data=folder / "questions.parquet", repeats=repeats)
        (folder / f"{name}.yaml").write_text(text)
    return letters


class Policy:
    """Answers a question right half of the time, by how often it was asked; long when wrong for every other question."""

    def __init__(self, letters: dict[str, str]) -> None:
        self.letters = letters
        self.asked: Counter[str] = Counter()
        self.right: dict[str, bool] = {}
        self._lock = threading.Lock()

    def __call__(self, prompt: str) -> str:
        query = next(q for q in self.letters if q in prompt)
        with self._lock:
            at = self.asked[query]
            self.asked[query] += 1
        chance = random.Random(f"{query} {at}")
        right = chance.random() < 0.5
        letter = self.letters[query] if right else chance.choice([x for x in "ABC" if x != self.letters[query]])
        said = (
            f"Looking a {at + 1}. time, {'much of this is plain, and ' * chance.randrange(4)}I see it. Answer: {letter}"
        )
        self.right[said + query] = right
        return said


def run_policy(folder: Path, tasks: Path, task: str, policy: Policy, *extra: str) -> Finished:
    with JudgeServer(policy) as server:
        arguments = f"model_version=policy,base_url={server.url},api_key=x,num_cpus=2"
        return lmms_eval(
            *(folder, "--model", "async_openai", "--model_args", arguments, "--tasks", task),
            *("--include_path", str(tasks), *extra),
        )


def pick(tmp_path: Path, made: Path, task: str, rule: str) -> Path:
    run = lmms_eval(
        *(
            tmp_path / f"picks_{rule}",
            "--model",
            "vlrb_baseline",
            "--model_args",
            f"policy={rule}",
            "--batch_size",
            "1",
        ),
        *("--tasks", task, "--include_path", str(made)),
    )
    metrics = run.metrics(task)
    for name in ("overall", "macro", "undecidable", "both_orders_right"):
        assert not isinstance(metrics.get(name), (int, float)), "no accuracy over pairs that have no better answer"
    if rule == "oracle":
        assert metrics["decidable"] == 1.0
    return run.samples(task)


@dataclass
class Ran:
    """The policy's run of both tasks at lmms-eval's default settings."""

    folder: Path
    policy: Policy
    run: Finished


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("policy")
    policy = Policy(write_questions(folder))
    return Ran(
        folder, policy, run_policy(folder / "out", folder, "mmmu_like,mmmu_like_plain", policy, "--repeats", str(DRAWS))
    )


def test_from_repeats_to_the_pick_with_no_file_made_by_hand(tmp_path: Path, ran: Ran) -> None:
    policy, run, tasks = ran.policy, ran.run, ran.folder
    samples = run.samples("mmmu_like")
    made = tmp_path / "bon"
    facts = vlrb_json(
        *("bon", "make", str(samples), "-o", str(made), "--judge", "criteria", "--include-path", str(tasks))
    )
    assert facts["n"] == DRAWS
    assert facts["questions"] == QUESTIONS
    assert facts["tasks"] == ["vlrb_bon_criteria"]
    said = [json.loads(line) for line in (made / "questions.jsonl").read_text().splitlines()]
    for question in said:
        query = next(q for q in policy.letters if q in question["query"])
        for draw in question["draws"]:
            assert policy.right[question["candidates"][draw["candidate"]] + query] == bool(draw["right"])
            assert draw["final"] in "ABC", "the final answer is the one that MMMU's own parser read"
        assert question["image"], "the picture came from the task"
    rights = [[d["right"] for d in question["draws"]] for question in said]

    logs = {rule: pick(tmp_path, made, "vlrb_bon_criteria", rule) for rule in ("oracle", "longer")}
    oracle = vlrb_json("bon", "score", str(made), str(logs["oracle"]))
    assert oracle["judges"][0]["accuracy"]["value"] == pytest.approx(sum(max(r) for r in rights) / QUESTIONS)
    assert oracle["judges"][0]["headroom"] == pytest.approx(1.0)
    rules = {rule["name"]: rule["accuracy"]["value"] for rule in oracle["rules"]}
    assert rules["random candidate"] == pytest.approx(sum(map(sum, rights)) / QUESTIONS / DRAWS)
    assert rules["first"] == pytest.approx(sum(r[0] for r in rights) / QUESTIONS)
    longer = vlrb_json("bon", "score", str(made), str(logs["longer"]))["judges"][0]
    assert longer["accuracy"]["value"] == pytest.approx(rules["longest"]), "who prefers the longer picks the longest"
    assert longer["at_n"]["1"]["value"] == pytest.approx(rules["random candidate"])

    shown = vlrb("score", str(logs["oracle"]))
    assert "votes about pairs of which no answer is better" in shown.stderr
    table = vlrb("bon", "score", str(made), str(logs["oracle"]), "--plot", str(tmp_path / "curve.svg"))
    assert table.returncode == 0, table.stderr
    assert "self-consistency" in table.stdout


def test_repeats_without_a_filter_need_the_scorer_and_lose_what_the_log_lost(tmp_path: Path, ran: Ran) -> None:
    """``--repeats`` on a task as it comes: by default the log has one text left, and says nothing of the others."""
    policy, tasks = ran.policy, ran.folder
    stripped = vlrb_json(
        *("bon", "make", str(ran.run.samples("mmmu_like_plain")), "-o", str(tmp_path / "none"), "--dry-run")
    )
    assert stripped["n"] == 1
    flags = ("--repeats", str(DRAWS), "--reasoning_tags", "none")
    whole = run_policy(tmp_path / "whole", tasks, "mmmu_like_plain", policy, *flags)
    samples = str(whole.samples("mmmu_like_plain"))
    refused = vlrb("bon", "make", samples, "-o", str(tmp_path / "bon"), "--no-images")
    assert refused.returncode == 2
    assert "--rescore" in refused.stderr
    facts = vlrb_json(
        *("bon", "make", samples, "-o", str(tmp_path / "bon"), "--rescore", "--include-path", str(tasks)),
        *("--judge", "criteria"),
    )
    assert facts["n"] == DRAWS
    for line in (tmp_path / "bon" / "questions.jsonl").read_text().splitlines():
        question: dict[str, Any] = json.loads(line)
        query = next(q for q in policy.letters if re.search(re.escape(q), question["query"]))
        for draw in question["draws"]:
            assert policy.right[question["candidates"][draw["candidate"]] + query] == bool(draw["right"])
