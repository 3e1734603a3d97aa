"""Answers that are none show: in lmms-eval's metrics and log, and in folders of runs that were not evaluated."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.support.made_up import FAILED, FIRST, made_up_pairs, record
from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.judges import fill_prompt, get_judge
from vlrb_task.lmms.metrics import remarks, unanswered
from vlrb_task.lmms.register import check_version
from vlrb_task.lmms.rows import answered_text
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.rows import load_benchmark
from vlrb_task.parsing.verdicts import Reason, Verdict
from vlrb_task.support.errors import DataError
from vlrb_task.votes import find_logs, read_runs

BENCHMARK = made_up_pairs(6)


def test_what_is_unparsed_stands_in_the_run_s_log_and_metrics() -> None:
    reasons = ["failed_request", "failed_request", "empty", "refused", None, None]
    items = [
        {"key": pair.key, "better": pair.better, "subset": pair.subset, "sizes": BENCHMARK.subset_counts}
        | {"vote": 0, "first": 0, "choice": None if reason else 0, "digest": str(place)}
        | ({"reason": reason} if reason else {})
        for place, (pair, reason) in enumerate(zip(BENCHMARK.pairs, reasons, strict=True))
    ]
    assert unanswered(items) == 3
    assert remarks(items)[0] == ("4 of 6 answers are unparsed and count as wrong: failed_request 2, empty 1, refused 1")
    assert remarks(items[4:])[0].startswith("scored on PART")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, ("", Reason.EMPTY)),
        ('Error: can only concatenate str (not "NoneType") to str', ("", Reason.EMPTY)),
        ("Error: the picture shows no cat.", ("Error: the picture shows no cat.", None)),
        ("", ("", None)),
    ],
)
def test_null_content_is_an_empty_answer(answer: str | None, expected: tuple[str, Reason | None]) -> None:
    assert answered_text(answer) == expected


def test_predictions_that_vlmevalkit_did_not_evaluate_are_found(tmp_path: Path) -> None:
    """Of ``--mode infer``; where a votes file stands beside them, that is read."""
    asked = [(pair, ballot) for pair in BENCHMARK.pairs for ballot in ballots_of(pair, Schedule(Order.KEY))]
    for number, text in enumerate((FIRST, FAILED)):
        path = tmp_path / f"T{number}" / "judge_VLRB_Mine.tsv"
        path.parent.mkdir()
        with path.open("w", newline="") as file:
            writer = csv.writer(file, delimiter="\t")
            writer.writerow(["index", "prediction", "vlrb"])
            for pair, ballot in asked:
                line = {k: v for k, v in record(BENCHMARK, pair, ballot, "").items() if k != "text"}
                writer.writerow([pair.key, text, json.dumps(line)])
    (tmp_path / "T1" / "judge_VLRB_Mine_custom-1a2b3c4d.votes.jsonl").write_text(
        "".join(json.dumps(record(BENCHMARK, pair, ballot, FIRST)) + "\n" for pair, ballot in asked)
    )
    assert [path.name for path in find_logs(tmp_path)] == [
        "judge_VLRB_Mine.tsv",
        "judge_VLRB_Mine_custom-1a2b3c4d.votes.jsonl",
    ]
    (run,) = read_runs([tmp_path / "T0"])
    assert len(run.votes) == 6


@pytest.mark.parametrize(
    ("found", "refused"), [("0.7.2", True), ("0.6", True), ("0.7.3", False), ("0.10.0.dev1", False)]
)
def test_an_lmms_eval_that_runs_nothing_is_refused(found: str, refused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vlrb_task.lmms.register.version", lambda name: found)
    if not refused:
        check_version()
        return
    with pytest.raises(SystemExit, match=r"0\.7\.3 or newer is needed"):
        check_version()


def test_a_log_of_predict_only_scores_as_the_whole_log_does(tmp_path: Path) -> None:
    """As lmms-eval 0.7.3 writes it: no vote, but the prompt, the text and the number of the ballot."""
    judge = get_judge("criteria")
    benchmark = load_benchmark(str(demo_parquet()))
    asked = [(pair, ballot) for pair in benchmark.pairs for ballot in ballots_of(pair, Schedule(Order.BOTH))]
    texts = [judge.examples[Verdict.FIRST if place % 3 else Verdict.SECOND] for place in range(len(asked))]
    template = judge.prompt.template
    assert template is not None
    samples = [
        {
            "doc_id": place,
            "filtered_resps": text,
            "bypass": [["0"], [text]],
            "input": fill_prompt(template, judge.prompt, pair, ballot),
        }
        for place, ((pair, ballot), text) in enumerate(zip(asked, texts, strict=True))
    ]
    metadata = {"judge": "criteria", "prompt_sha256": judge.prompt.sha256, "order": "both", "votes": 1}
    results = {"configs": {"vlrb_demo": {"metadata": metadata}}}
    (tmp_path / "1_results.json").write_text(json.dumps(results))
    log = tmp_path / "1_samples_vlrb_demo.jsonl"
    log.write_text("".join(json.dumps(sample) + "\n" for sample in reversed(samples)))
    whole = tmp_path / "whole.votes.jsonl"
    lines = [record(benchmark, pair, ballot, text) for (pair, ballot), text in zip(asked, texts, strict=True)]
    whole.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (predicted,) = read_runs([log], benchmark)
    (expected,) = read_runs([whole], benchmark)
    found, wanted = (
        dict(zip(run.labels.keys.to_pylist(), run.right.tolist(), strict=True)) for run in (predicted, expected)
    )
    assert found == wanted
    assert predicted.judge == "criteria"
    assert len(predicted.votes) == len(asked)
    # Other pairs are not taken for these, and without the results file nothing is known.
    with pytest.raises(DataError):
        read_runs([log], made_up_pairs(36))
    (tmp_path / "1_results.json").unlink()
    with pytest.raises(DataError, match="says what was asked"):
        read_runs([log], benchmark)
