"""Keys, fingerprints, filing and the checking of rows."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.real_data import real_data_file
from vlrb_task.pairs.captions import Captions
from vlrb_task.pairs.pair import fingerprint, pair_key, parse_row, parse_rows, revision_name
from vlrb_task.pairs.rows import load_benchmark
from vlrb_task.support.errors import DataError


def row(**changes: Any) -> dict[str, Any]:
    return {"id": "mmmu_1", "query": "Q", "response": ["A", "B"], "human_ranking": [0, 1]} | changes


def test_key_is_the_one_that_the_design_fixes() -> None:
    expected = hashlib.sha256(b"mmmu_1\x1fQ\x1fA\x1fB").hexdigest()[:16]
    assert pair_key("mmmu_1", "Q", ["B", "A"]) == expected


@given(st.text(), st.text(), st.lists(st.text(), min_size=2, max_size=2))
def test_key_ignores_the_order_of_responses_and_takes_any_text(id: str, query: str, responses: list[str]) -> None:
    assert pair_key(id, query, responses) == pair_key(id, query, responses[::-1])


def test_key_takes_a_lone_surrogate() -> None:
    assert len(pair_key("x", "\ud800", ["a", "b"])) == 16


def test_fingerprint_is_the_one_that_the_design_fixes() -> None:
    assert fingerprint([("b", 1), ("a", 0)]) == hashlib.sha256(b"a:0\nb:1").hexdigest()


@pytest.mark.parametrize(
    ("id", "source", "subset"),
    [
        ("hallucination_pair-1003", "POVID", "hallucination"),
        ("RLAIF-V-14", "RLAIF-V", "hallucination"),
        ("RLHF-V-31", "RLHF-V", "hallucination"),
        ("mathverse_1294", "MathVerse", "reasoning"),
        ("mmmu_pro_test_Electronics_6", "MMMU-Pro", "reasoning"),
        ("wildvision-battle-13", "WildVision", "general"),
        ("svit-complex-1", "VLFeedback", "general"),
    ],
)
def test_prefixes_are_filed_as_the_benchmark_does(id: str, source: str, subset: str) -> None:
    pair, unknown = parse_row(row(id=id))
    assert (pair.source, pair.subset) == (source, subset)
    assert unknown == (source == "VLFeedback")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": None}, "no id"),
        ({"response": None, "query": None}, "no query, response"),
        ({"response": ["A"]}, "1 response where two"),
        ({"response": ["A", "B", "C"]}, "3 responses where two"),
        ({"response": ["A", "A"]}, "equal"),
        ({"human_ranking": [0, 0]}, "not a permutation"),
        ({"human_ranking": [1, 2]}, "not a permutation"),
        ({"human_ranking": [0]}, "not a permutation"),
        ({"human_ranking": ["0", "1"]}, "not a permutation"),
        ({"human_ranking": [True, False]}, "not a permutation"),
        ({"human_ranking": [float("nan"), 1]}, "not a permutation"),
        ({"human_ranking": [float("inf"), 0]}, "not a permutation"),
        ({"human_ranking": 0}, "human_ranking 0 is not a list"),
        ({"human_ranking": "01"}, "human_ranking '01' is not a list"),
        ({"response": 5}, "response 5 is not a list"),
        ({"response": "AB"}, "response 'AB' is not a list"),
        ({"response": {"A": 1, "B": 2}}, "is not a list"),
        ({"response": {"A", "B"}}, "is not a list"),
        ({"response": [None, "B"]}, "response None is not a string"),
        ({"response": ["A", ["B"]]}, "response ..B.. is not a string"),
        ({"query": {"a": 1}}, "query .* is not a string"),
        ({"id": ["a"]}, "id .* is not a string"),
        ({"id": float("nan")}, "id nan is not a string"),
        ({"subset": ["s"]}, "subset .* is not a string"),
        ({"subset": " "}, "an empty subset"),
        ({"caption": ["c"]}, "caption .* is not a string"),
        ({"id": "new_1", "ground_truth": "B"}, "ground_truth"),
        ({"id": "new_1", "query_source": "COCO"}, "query_source"),
    ],
)
def test_bad_rows_are_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_row(row(**changes))
    with pytest.raises(DataError, match=r"row 1 \(id ") as caught:
        parse_rows([row(id="mmmu_ok"), row(**changes)], "file")
    assert len(caught.value.problems) == 1


def test_captions_leave_a_bad_row_to_whoever_checks_it() -> None:
    rows = [{"id": "x"}, row(response=5), row(id="mmmu_2")]
    added = list(Captions({"mmmu_2": "a cat"}, "").add_to(rows))
    assert added == [*rows[:2], rows[2] | {"caption": "a cat"}]


def test_numbers_are_texts() -> None:
    pair, _ = parse_row(
        row(id=7, query=1.5, response=np.array([3, 4]), human_ranking=np.array([1.0, 0.0]), subset=2024)
    )
    assert (pair.id, pair.query, pair.responses, pair.better, pair.subset) == ("7", "1.5", ("3", "4"), 1, "2024")


def test_a_row_that_stands_twice_is_named() -> None:
    with pytest.raises(DataError, match=r"row 1 .* the same pair as row 0"):
        parse_rows([row(), row(response=["B", "A"], human_ranking=[1, 0])])


def test_an_empty_set_is_an_error() -> None:
    with pytest.raises(DataError, match="no rows"):
        parse_rows([], "empty.parquet")


def test_own_subset_column_wins() -> None:
    pair, unknown = parse_row(row(id="x1", subset="charts", source="mine", ground_truth="B"))
    assert (pair.source, pair.subset, unknown) == ("mine", "charts", False)


def test_revisions_are_told_by_their_counts() -> None:
    assert revision_name({"general": 183, "hallucination": 749, "reasoning": 318}) == "1250"
    assert revision_name({"general": 181, "hallucination": 749, "reasoning": 317}) == "1247"
    assert revision_name({"general": 183, "hallucination": 749}) == "custom"
    assert revision_name({"general": 183, "hallucination": 749, "reasoning": 318, "charts": 1}) == "custom"


def test_the_real_rows() -> None:
    benchmark = load_benchmark(str(real_data_file("vl_rewardbench_1250.jsonl")))
    assert benchmark.revision == "1250"
    assert benchmark.subset_counts == {"general": 183, "hallucination": 749, "reasoning": 318}
    assert len(benchmark.by_key) == 1250
    assert any("10 rows with an unknown id prefix" in note for note in benchmark.notes)
    assert any("25 ids occur more than once" in note for note in benchmark.notes)
    assert any("1245 of 1250" in note for note in benchmark.notes)
    sources = {p.source: sum(q.source == p.source for q in benchmark.pairs) for p in benchmark.pairs}
    assert sources == {
        "POVID": 448,
        "RLAIF-V": 233,
        "RLHF-V": 68,
        "MathVerse": 167,
        "MMMU-Pro": 151,
        "WildVision": 173,
        "VLFeedback": 10,
    }
