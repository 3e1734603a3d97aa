"""Traps of prediction files: what tables do to texts and columns must not change a score. No framework is imported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from vlmevalkit_adapter.asking import Asking, ask
from vlmevalkit_adapter.evaluation import Evaluation, evaluate
from vlrb_task.asking.ballots import Order, Schedule
from vlrb_task.support.errors import DataError
from vlrb_task.tasks.shipped import DEMO, TaskSpec, shipped_tasks
from vlrb_task.votes.schema import NONE

FIRST, SECOND = "Overall Judgment: Answer 1 is better.", "Overall Judgment: Answer 2 is better."


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Asking:
    return ask(shipped_tasks()["vlrb_demo"], tmp_path_factory.mktemp("lmu"))


@pytest.fixture(scope="module")
def asking_k(tmp_path_factory: pytest.TempPathFactory) -> Asking:
    spec = TaskSpec("vlrb_k5", "criteria", Schedule(Order.ALTERNATE, 5), "", DEMO)
    return ask(spec, tmp_path_factory.mktemp("lmu"))


def right_texts(asking: Asking) -> dict[str, str]:
    return {
        index: FIRST if question.ballot.first == question.pair.better else SECOND
        for index, question in asking.questions.items()
    }


def write(folder: Path, asking: Asking, texts: dict[str, Any], suffix: str = "tsv", **change: Any) -> Path:
    """A prediction file as VLMEvalKit writes it."""
    frame = pd.DataFrame([row for row in asking.rows() if row["index"] in texts])
    frame["prediction"] = [texts[index] for index in frame["index"]]
    frame = frame.assign(**change)
    path = folder / f"gpt-4.1_VLRB_Demo.{suffix}"
    if suffix == "tsv":
        frame.to_csv(path, sep="\t", index=False, quoting=1)
    elif suffix == "json":
        path.write_text(json.dumps(frame.to_dict("records"), indent=4, ensure_ascii=False))
    else:
        frame.to_excel(path, index=False, engine="xlsxwriter")
    return path


def score(asking: Asking, path: Path) -> Evaluation:
    return evaluate(asking, path, "VLRB_Demo")


@pytest.mark.parametrize("suffix", ["tsv", "json", "xlsx"])
def test_every_format_gives_the_same(asking: Asking, tmp_path: Path, suffix: str) -> None:
    evaluation = score(asking, write(tmp_path, asking, right_texts(asking), suffix))
    assert evaluation.result["Overall"] == 1.0
    assert evaluation.result["Consistency"] == 1.0
    assert evaluation.result["Missing Pairs"] == 0
    assert evaluation.warnings == ()
    label = f"custom-{asking.source.benchmark.fingerprint[:8]}"
    assert [path.name for path in evaluation.files] == [
        f"gpt-4.1_VLRB_Demo_{label}{end}" for end in (".votes.jsonl", "_metrics.json", "_score.csv")
    ]
    assert evaluation.score.run.metadata["model"] == "gpt-4.1"


def test_a_reordered_file_and_damaged_columns(asking: Asking, tmp_path: Path) -> None:
    texts = dict(reversed(list(right_texts(asking).items())))
    path = write(tmp_path, asking, texts, answer="nan", category="", vlrb="{", question=1)
    frame = pd.read_csv(path, sep="\t").sample(frac=1, random_state=3)
    frame.to_csv(path, sep="\t", index=False)
    assert score(asking, path).result["Overall"] == 1.0


def test_rows_that_stand_twice_or_belong_elsewhere(asking: Asking, tmp_path: Path) -> None:
    texts = right_texts(asking)
    path = write(tmp_path, asking, texts)
    frame = pd.read_csv(path, sep="\t")
    same, other, foreign = frame.iloc[[0]], frame.iloc[[1]].assign(prediction="no"), frame.iloc[[2]].assign(index="7")
    pd.concat([frame, same, other, foreign]).to_csv(path, sep="\t", index=False)
    evaluation = score(asking, path)
    assert evaluation.result["Overall"] == 1.0
    assert evaluation.result["Votes"] == len(texts)
    assert len(evaluation.warnings) == 2
    assert "1 rows occur twice with different texts" in evaluation.result["Warnings"]
    assert "1 rows belong to no ballot of this dataset" in evaluation.result["Warnings"]


def test_a_part_of_the_rows_says_so_first(asking: Asking, tmp_path: Path) -> None:
    texts = dict(list(right_texts(asking).items())[:20])
    evaluation = score(asking, write(tmp_path, asking, texts))
    assert evaluation.result["Overall"] == 1.0
    assert (evaluation.result["Pairs"], evaluation.result["Missing Pairs"]) == (10, 26)
    assert evaluation.warnings[0].startswith("PART of the pairs: 10 of 36")


def test_texts_cut_by_excel_are_recognised(asking: Asking, tmp_path: Path) -> None:
    """The verdict that the cut text still holds is not its last."""
    texts = right_texts(asking)
    for index in list(texts)[:3]:
        texts[index] = f"At first sight: {texts[index]}\n" + "long thoughts " * 3000 + "Answer 1 is better."
    with pytest.warns(UserWarning, match="truncated"):
        path = write(tmp_path, asking, texts, "xlsx")
    evaluation = score(asking, path)
    assert evaluation.score.run.reasons == {"cut_off": 3}
    assert "3 texts were cut by Excel at 32,767 characters" in evaluation.result["Warnings"]
    whole = score(asking, write(tmp_path, asking, texts, "tsv"))
    assert whole.score.run.reasons == {}


@pytest.mark.parametrize("suffix", ["tsv", "json", "xlsx"])
@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("01", None),
        ("None", None),
        ("NA", None),
        ("", None),
        ("=== Verdict ===\nOverall Judgment: Answer 1 is better.", "first"),
        ("=1+1\n\nOverall Judgment: Answer 2 is better.", "second"),
        ("{=x}\n\nOverall Judgment: Answer 2 is better.", "second"),
        ("\x0bOverall Judgment: Answer 1 is better.\r\n", "first"),
        ('"a\tb"\nOverall Judgment: Answer 1 is better.', "first"),
        ("http://example.org\nOverall Judgment: Answer 1 is better.", "first"),
        ("Überall: Überlegung 🙂\u2028\nOverall Judgment: Answer 1 is better.", "first"),
    ],
)
def test_texts_come_back_as_they_were(
    asking: Asking, tmp_path: Path, suffix: str, text: str, reading: str | None
) -> None:
    texts = right_texts(asking)
    index = next(iter(texts))
    texts[index] = text
    evaluation = score(asking, write(tmp_path, asking, texts, suffix))
    votes = [json.loads(line) for line in evaluation.files[0].read_text().splitlines()]
    assert votes[0]["text"] == text
    first = asking.questions[index].ballot.first
    choice = int(evaluation.score.run.votes.choice[0])
    assert choice == {None: NONE, "first": first, "second": 1 - (first or 0)}[reading]


def test_failed_requests_are_their_own_outcome(asking: Asking, tmp_path: Path) -> None:
    texts = right_texts(asking)
    for index in list(texts)[:4]:
        texts[index] = "Failed to obtain answer via API. Answer 1 is better."
    evaluation = score(asking, write(tmp_path, asking, texts))
    assert evaluation.score.run.reasons == {"failed_request": 4}
    assert evaluation.result["Failed Requests"] == 4
    assert evaluation.result["Parsed Rate"] == pytest.approx(68 / 72)
    assert "4 of 72 requests failed" in evaluation.result["Warnings"]


def test_no_score_where_every_request_failed(asking: Asking, tmp_path: Path) -> None:
    texts = dict.fromkeys(asking.questions, "Failed to obtain answer via API.")
    with pytest.raises(DataError, match="all 72 requests failed"):
        score(asking, write(tmp_path, asking, texts))


def test_no_score_from_predictions_for_other_pairs(asking: Asking, asking_k: Asking, tmp_path: Path) -> None:
    """Same pairs, another schedule: votes 2 to 4 are not this dataset's, and nothing is joined by position."""
    texts = {index: FIRST for index in asking_k.questions if ".v2." in index}
    with pytest.raises(DataError, match=r"no row answers a ballot of VLRB_Demo on these pairs: 36 rows belong"):
        score(asking, write(tmp_path, asking_k, texts))


def test_a_missing_file_names_what_was_written_instead(asking: Asking, tmp_path: Path) -> None:
    (tmp_path / "m_VLRB_Demo.pkl").write_bytes(b"")
    with pytest.raises(DataError, match=r"no such file.*wrote m_VLRB_Demo\.pkl"):
        score(asking, tmp_path / "m_VLRB_Demo.xlsx")


def test_votes_that_are_copies_are_told(asking_k: Asking, tmp_path: Path) -> None:
    evaluation = score(asking_k, write(tmp_path, asking_k, right_texts(asking_k)))
    assert "the votes are copies" in evaluation.result["Warnings"]
    varied = {index: f"{number}: {text}" for number, (index, text) in enumerate(right_texts(asking_k).items())}
    assert score(asking_k, write(tmp_path, asking_k, varied)).warnings == ()


def test_an_older_runs_votes_are_replaced(asking: Asking, tmp_path: Path) -> None:
    score(asking, write(tmp_path, asking, dict.fromkeys(asking.questions, FIRST)))
    evaluation = score(asking, write(tmp_path, asking, right_texts(asking)))
    assert evaluation.result["Overall"] == 1.0
    assert len(evaluation.files[0].read_text().splitlines()) == 72
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".csv", ".json", ".jsonl", ".tsv"]
