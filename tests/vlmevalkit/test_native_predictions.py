"""Prediction files of VLMEvalKit's own ``VL-RewardBench``: old runs get proper numbers. No framework is imported."""

from __future__ import annotations

import json
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.support.lmms_eval import vlrb, vlrb_json
from vlrb_task.asking.ballots import first_from_parity
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.pair import parse_rows
from vlrb_task.pairs.rows import load_benchmark, read_rows
from vlrb_task.support.errors import DataError
from vlrb_task.votes import find_logs, read_runs
from vlrb_task.votes.warnings import UNKNOWN_PROMPT

FIRST, SECOND = "Overall Judgment: Answer 1 is better.", "Overall Judgment: Answer 2 is better."
ROWS = list(read_rows(str(demo_parquet())))
PAIRS = load_benchmark(str(demo_parquet()))


def native_frame() -> pd.DataFrame:
    """What VLMEvalKit keeps of its own dataset's rows, with a judge that is always right."""
    lines = []
    for number, row in enumerate(ROWS):
        shown = list(row["response"])
        better = row["human_ranking"].index(0)
        right = FIRST if first_from_parity(shown) == better else SECOND
        lines.append(
            {
                "index": number,
                "question": row["query"],
                "response": str(shown),
                "answer": str(list(row["human_ranking"])),
                "category": row["subset"],
                "prediction": right,
            }
        )
    return pd.DataFrame(lines)


def write(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".tsv":
        frame.to_csv(path, sep="\t", index=False, quoting=1)
    elif path.suffix == ".json":
        path.write_text(json.dumps(frame.to_dict("records"), indent=4, ensure_ascii=False))
    elif path.suffix == ".pkl":
        path.write_bytes(pickle.dumps(frame))
    else:
        frame.to_excel(path, index=False, engine="xlsxwriter")
    return path


def numbers(path: Path, *arguments: str) -> Any:
    return vlrb_json("score", str(path), *arguments)


def check_told(warnings: Sequence[str], votes: int = len(ROWS)) -> None:
    """That nobody knows what was sent, and nothing else."""
    (told,) = warnings
    assert told.startswith(f"{votes} {UNKNOWN_PROMPT}")


@pytest.mark.parametrize("suffix", ["xlsx", "tsv", "json", "pkl"])
def test_every_format(tmp_path: Path, suffix: str) -> None:
    path = write(native_frame(), tmp_path / f"gpt-4.1_VL-RewardBench.{suffix}")
    score = numbers(path, *(["--trust-pickle"] if suffix == "pkl" else []))
    assert score["overall"]["value"] == 1.0
    assert {name: score[name]["n"] for name in ("general", "hallucination", "reasoning")} == dict.fromkeys(
        ("general", "hallucination", "reasoning"), 12
    )
    assert score["by_source"].keys() == {"unknown"}, "a TSV without ids does not tell the sources"
    assert score["metadata"] == {"framework": "VLMEvalKit", "task": "VL-RewardBench", "model": "gpt-4.1"}
    assert score["prompt"]["name"] == "official"
    check_told(score["warnings"])


def test_with_the_pairs_at_hand_rows_are_matched_by_content(tmp_path: Path) -> None:
    frame = native_frame().sample(frac=1, random_state=1)
    path = write(frame, tmp_path / "m_VL-RewardBench.xlsx")
    score = numbers(path, "--pairs", str(demo_parquet()))
    assert score["overall"]["value"] == 1.0
    assert score["fingerprint"] == PAIRS.fingerprint
    assert len(score["by_source"]) > 1
    check_told(score["warnings"])


def test_rows_whose_answers_stand_the_other_way_round(tmp_path: Path) -> None:
    """The same pair with its responses swapped: what was shown first is told by the text, not by the index."""
    frame = native_frame()
    for number in range(0, len(frame), 2):
        shown, ranking = list(ROWS[number]["response"])[::-1], list(ROWS[number]["human_ranking"])[::-1]
        frame.loc[number, ["response", "answer"]] = [str(shown), str(ranking)]
        right = first_from_parity(shown) == ranking.index(0)
        frame.loc[number, "prediction"] = FIRST if right else SECOND
    path = write(frame, tmp_path / "m_VL-RewardBench.tsv")
    for arguments in ([], ["--pairs", str(demo_parquet())]):
        score = numbers(path, *arguments)
        assert score["overall"]["value"] == 1.0
        check_told(score["warnings"])


def test_pairs_that_stand_more_than_once_are_each_counted(tmp_path: Path) -> None:
    """Real ones differ in their pictures, which a prediction file does not hold."""
    twin = {**ROWS[0], "id": "another-picture"}
    pairs = parse_rows([*ROWS, twin])
    frame = native_frame()
    frame = pd.concat([frame, frame.iloc[[0]].assign(index=len(frame))])
    path = write(frame, tmp_path / "m_VL-RewardBench.tsv")
    [run] = read_runs([path], pairs)
    assert len(run.labels) == len(pairs.pairs)
    check_told(run.warnings, 37)


def test_rows_that_are_no_rows_of_it(tmp_path: Path) -> None:
    frame = native_frame().astype(object)
    frame.loc[0, "response"] = "['one']"
    frame.loc[1, "answer"] = "__import__('os').getcwd()"
    frame.loc[2, "category"] = None
    frame.loc[3, "prediction"] = "Failed to obtain answer via API."
    frame.loc[4, "prediction"] = None
    frame.loc[5, "question"] = "something else"
    path = write(frame, tmp_path / "m_VL-RewardBench.tsv")
    [run] = read_runs([path])
    assert len(run.labels) == 33
    assert any(w.startswith("3 lines that are not votes, dropped") for w in run.warnings)
    assert any("1 requests failed" in w for w in run.warnings)
    assert run.reasons == {"failed_request": 1, "empty": 1}
    [run] = read_runs([path], PAIRS)
    assert len(run.labels) == 32
    assert any("1 rows match none of the given pairs" in w for w in run.warnings)


def test_a_pickle_is_refused_unless_it_is_trusted(tmp_path: Path) -> None:
    marker = tmp_path / "it-ran"

    class Attack:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (marker,)

    path = tmp_path / "m_VL-RewardBench.pkl"
    path.write_bytes(pickle.dumps(Attack()))
    done = vlrb("score", str(path))
    assert done.returncode == 2
    assert "--trust-pickle" in done.stderr
    assert not marker.exists()


def test_a_folder_of_results_is_searched_and_links_are_not_counted_twice(tmp_path: Path) -> None:
    run = tmp_path / "m" / "T20260101-000000"
    run.mkdir(parents=True)
    file = write(native_frame(), run / "m_VL-RewardBench.xlsx")
    (tmp_path / "m" / file.name).symlink_to(file)
    assert len(find_logs(tmp_path)) == 1


@pytest.mark.parametrize("suffix", ["xlsx", "tsv", "json", "pkl"])
def test_files_that_are_something_else(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(b"[1" if suffix == "json" else b"no table\x00")
    with pytest.raises(DataError, match="x." + suffix):
        read_runs([path], trust_pickle=True)


def test_cut_texts_of_excel_files_are_counted(tmp_path: Path) -> None:
    frame = native_frame().astype(object)
    frame.loc[0, "prediction"] = "words " * 6000 + FIRST
    with pytest.warns(UserWarning, match="truncated"):
        path = write(frame, tmp_path / "m_VL-RewardBench.xlsx")
    score = numbers(path)
    assert score["unparsed"] == {"cut_off": 1}
    assert any("cut by Excel" in warning for warning in score["warnings"])
