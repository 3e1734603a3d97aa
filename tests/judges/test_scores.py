"""Scalar reward models through a votes file with scores, letters through their parser, and accuracy by error tag."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.support.lmms_eval import vlrb, vlrb_json
from tests.support.real_data import real_data_file
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.pair import pair_key
from vlrb_task.pairs.rows import read_rows
from vlrb_task.scores.accuracies import order_tags, tag_name
from vlrb_task.votes import write_votes

MODELS = ("qwen2_vl_7b", "internvl2_5_2b")
Row = dict[str, Any]


def lines(name: str) -> list[Row]:
    return [json.loads(line) for line in real_data_file(name).read_text().splitlines()]


def revision_1247(target: Path) -> Path:
    """The pairs of the second revision: its ids and labels, with the texts of the first."""
    texts = lines("vl_rewardbench_1250.jsonl")
    with target.open("w") as file:
        for label in lines("vl_rewardbench_1247_labels.jsonl"):
            row = {**texts[label["row_in_1250"]], "id": label["id"], "human_ranking": label["human_ranking"]}
            file.write(json.dumps(row) + "\n")
    return target


def votes_of(outputs: list[Row], pairs: Path, target: Path) -> Path:
    """A votes file of real outputs. Ids that stand twice are told apart by their order, which the files keep."""
    keys: dict[str, list[str]] = defaultdict(list)
    for row in read_rows(str(pairs)):
        keys[row["id"]].append(pair_key(row["id"], row["query"], row["response"]))
    records: list[Row] = []
    for output in outputs:
        vote = {"v": 1, "id": output["id"], "key": keys[output["id"]].pop(0), "vote": 0}
        if "raw_output" in output:
            records.append({**vote, "judge": "letter", "first": 0, "text": output["raw_output"]})
        else:
            scores = (output["score_a"], output["score_b"])
            records += [{**vote, "judge": "someones_reward", "answer": a, "score": s} for a, s in enumerate(scores)]
    assert not any(keys.values())
    write_votes(target, records)
    return target


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return revision_1247(tmp_path_factory.mktemp("pairs") / "1247.jsonl")


@pytest.mark.parametrize("model", MODELS)
def test_real_scalars_give_the_accuracy_that_their_file_gives(pairs: Path, tmp_path: Path, model: str) -> None:
    outputs = lines(f"outputs_1247_{model}_scalar.jsonl")
    log = votes_of(outputs, pairs, tmp_path / "scalar.votes.jsonl")
    equal = sum(output["score_a"] == output["score_b"] for output in outputs)
    right = sum(output["correct"] for output in outputs)
    # Their script counts equal scores for the first response, and it was never shuffled, so they all count as right.
    theirs = vlrb_json("score", str(log), "--pairs", str(pairs), "--ties", "0")
    assert theirs["overall"]["value"] == right / 1247
    assert any(
        f"{equal} equal ratings are counted as a choice of response 0" in warning for warning in theirs["warnings"]
    )
    ours = vlrb_json("score", str(log), "--pairs", str(pairs))
    assert ours["overall"]["value"] == (right - equal) / 1247
    assert (
        vlrb_json("score", str(log), "--pairs", str(pairs), "--ties", "1")["overall"]["value"] == (right - equal) / 1247
    )
    half = vlrb_json("score", str(log), "--pairs", str(pairs), "--policy", "half")
    assert half["overall"]["value"] == pytest.approx((right - equal / 2) / 1247, abs=1e-12)
    assert (ours["revision"], ours["pairs"], ours["missing"], ours["votes"]) == ("1247", 1247, 0, 1247)
    assert (ours["judge"], ours["parser"], ours["parsed_rate"]) == ("someones_reward", "scores", 1.0)
    assert "first_rate" not in ours
    assert ours["warnings"] == []


@pytest.mark.parametrize("model", MODELS)
def test_real_letters_give_the_accuracy_that_their_file_gives(pairs: Path, tmp_path: Path, model: str) -> None:
    outputs = lines(f"outputs_1247_{model}_judge.jsonl")
    log = votes_of(outputs, pairs, tmp_path / "letters.votes.jsonl")
    ours, theirs = vlrb_json("score", str(log), "--pairs", str(pairs), "--parser", "first_letter_default_first")
    assert theirs["overall"]["value"] == sum(output["correct"] for output in outputs) / 1247
    assert (ours["parser"], ours["judge"]) == ("letter", "letter")
    # What is a letter and nothing else is read as their script reads it; what is none is unparsed here, and first there.
    plain = [output for output in outputs if output["raw_output"].strip() in ("A", "B")]
    only = votes_of_part(plain, log, tmp_path / "plain.votes.jsonl")
    mine = vlrb_json("score", str(only), "--pairs", str(pairs))
    assert mine["overall"]["value"] == sum(output["correct"] for output in plain) / len(plain)
    assert mine["parsed_rate"] == 1.0


def votes_of_part(outputs: list[Row], log: Path, target: Path) -> Path:
    """The lines of a votes file whose texts are plain letters."""
    kept = [line for line in log.read_text().splitlines() if json.loads(line)["text"].strip() in ("A", "B")]
    assert len(kept) == len(outputs)
    target.write_text("\n".join(kept) + "\n")
    return target


def test_scores_without_a_judge_and_mistakes_in_them(tmp_path: Path) -> None:
    row = next(iter(read_rows(str(demo_parquet()))))
    key = pair_key(row["id"], row["query"], row["response"])
    log = tmp_path / "x.votes.jsonl"
    write_votes(log, [{"v": 1, "key": key, "answer": answer, "score": 2 - answer} for answer in (0, 1)])
    score = vlrb_json("score", str(log), "--pairs", str(demo_parquet()))
    assert (score["judge"], score["votes"]) == ("reward", 1)
    assert score["warnings"] == ["2 votes that name no judge, read as 'reward'"]
    write_votes(log, [{"v": 1, "key": key, "vote": 1, "answer": 0, "score": 1.0}])
    score = vlrb_json("score", str(log), "--pairs", str(demo_parquet()))
    assert any("rate one of the two answers only" in warning for warning in score["warnings"])


TAGGED = [["Existence"], ["counting_errors", "Recognition"], ["Visual Attribute Error"], [], ["Existence", "existence"]]


def test_accuracy_by_error_tag(tmp_path: Path) -> None:
    rows = list(read_rows(str(demo_parquet())))[: len(TAGGED)]
    pairs, log = tmp_path / "tagged.jsonl", tmp_path / "tagged.votes.jsonl"
    with pairs.open("w") as file:
        for row, tags in zip(rows, TAGGED, strict=True):
            file.write(
                json.dumps({k: v for k, v in row.items() if k != "image"} | {"human_error_analysis": tags}) + "\n"
            )
    votes = []
    for number, row in enumerate(rows):
        right = row["human_ranking"].index(0) if number != 4 else row["human_ranking"].index(1)
        vote = {"v": 1, "id": row["id"], "judge": "criteria", "vote": 0, "first": right}
        votes.append({**vote, "text": "Overall Judgment: Answer 1 is better."})
    write_votes(log, votes)
    score = vlrb_json("score", str(log), "--pairs", str(pairs))
    found = {name: (estimate["value"], estimate["n"]) for name, estimate in score["by_tag"].items()}
    assert found == {"existence": (0.5, 2), "recognition": (1.0, 1), "visual attribute": (1.0, 1), "counting": (1.0, 1)}
    assert list(found) == ["existence", "recognition", "visual attribute", "counting"]
    shown = vlrb("score", str(log), "--pairs", str(pairs)).stdout
    assert "accuracy by error tag" in shown
    plain = vlrb_json("score", str(log), "--pairs", str(demo_parquet()))
    assert "by_tag" not in plain


def test_tags_are_named_as_the_paper_names_them() -> None:
    assert (
        tag_name("Visual attribute")
        == tag_name("visual_attribute_error")
        == tag_name("attributes")
        == "visual attribute"
    )
    assert tag_name("Error") == "error"
    assert order_tags(["zoo", "other", "existence", "a"]) == ["existence", "other", "a", "zoo"]
