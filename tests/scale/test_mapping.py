"""Pairs in other people's columns, on the public layouts of two other benchmarks with made-up rows."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.lmms_eval import vlrb_json
from tests.support.other_benchmarks import mm_rlhf_reward_bench, multimodal_reward_bench, png
from vlrb_task.pairs.rows import load_benchmark, read_rows
from vlrb_task.support.errors import DataError


def test_multimodal_reward_bench(tmp_path: Path) -> None:
    """A JSON list with the columns of its release: label by column name, categories with a slash, pictures by path."""
    mapping = multimodal_reward_bench(tmp_path)
    benchmark = load_benchmark(str(mapping))
    assert benchmark.revision == "custom"
    assert benchmark.subset_counts == {"knowledge": 2, "open_generation/correctness_task": 2, "safety": 2}
    assert [pair.better for pair in benchmark.pairs] == [0, 1, 0, 1, 0, 1]
    assert benchmark.pairs[0].id == "mmmu-s/0"
    rows = list(read_rows(str(mapping), images=True))
    assert all(row["image"]["bytes"].startswith(b"\x89PNG") for row in rows)


def test_mm_rlhf_reward_bench(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Chosen and rejected answers, ids that stand twice, subsets in the picture's path, and videos, which are left out."""
    mapping = mm_rlhf_reward_bench(tmp_path)
    benchmark = load_benchmark(str(mapping))
    assert benchmark.subset_counts == {"long": 2, "mcq": 2, "safety": 2}
    assert {pair.better for pair in benchmark.pairs} == {0}
    assert "1 rows with video were left out" in caplog.text
    assert any("the first response is the better one" in note for note in load_benchmark(str(mapping)).notes) is False


def write(folder: Path, lines: list[dict[str, Any]], **mapping: Any) -> Path:
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in lines))
    value = {"rows": "rows.jsonl", "query": "q", "answers": ["a", "b"], "better": "best", "subset": {"value": "mine"}}
    path = folder / "pairs.yaml"
    path.write_text(json.dumps(value | mapping))
    return path


ROW = {"q": "Which?", "a": "this", "b": "that", "best": "a"}
SIDES = {"a": "first", "b": "second"}


def test_several_pictures(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "1.png").write_bytes(png("red"))
    row = ROW | {"shown": ["1.png", base64.b64encode(png("blue")).decode()], "more": None}
    path = write(tmp_path, [row], labels=SIDES, images=["shown", "more"], image_folder="pictures")
    (found,) = read_rows(str(path), images=True)
    assert found["image"] is None
    assert [picture["bytes"] for picture in found["images"]] == [png("red"), png("blue")]
    (found,) = read_rows(str(path))
    assert "images" not in found


@pytest.mark.parametrize(
    ("row", "mapping", "message"),
    [
        (ROW, {}, "say with `labels`"),
        (ROW | {"best": "c"}, {"labels": SIDES}, "label 'c' in column 'best' is none of a, b"),
        ({"q": "?"}, {"labels": SIDES}, "row 0: no a"),
        (ROW, {"labels": {"a": "left"}}, "say `first` or `second`"),
        (ROW, {"lables": SIDES}, "lables means nothing here"),
        (ROW, {"subset": {"name": "x"}}, "subset: a column"),
        (ROW, {"answers": ["a", "b", "c"]}, "answers: two columns"),
        (ROW, {"labels": SIDES, "subset": {"column": "q", "contains": ["how"]}}, "holds none of how"),
        (ROW, {"rows": "absent.jsonl"}, "no such file beside the mapping"),
        (ROW, {"rows": "../absent"}, "no such file beside the mapping"),
        (ROW, {"rows": "data/absent.csv"}, "no such file beside the mapping"),
        (ROW, {"rows": "owner/rows-v1.5"}, "owner/rows-v1.5 is not in the local cache"),
        (ROW, {"query": None}, "no query"),
        (ROW | {"b": "this"}, {"labels": SIDES}, "the two responses are equal"),
        (ROW, {"labels": SIDES, "images": ["shwon"]}, "no row has a column 'shwon'"),
        (ROW, {"labels": SIDES, "source": "from"}, "no row has a column 'from'"),
        (ROW, {"labels": SIDES, "leave_out": ["vidoe"]}, "no row has a column 'vidoe'"),
        (ROW, {"labels": {"a": "first", "b": "first"}}, "labels: none means first, or none second"),
        (ROW, {"labels": {"1": "first", "1.0": "second"}}, "label '1.0' occurs twice"),
        (ROW, {"labels": ["a", "b"]}, "labels: which values"),
        (ROW, {"labels": "a"}, "labels: which values"),
        (ROW, {"labels": {"a": ["first"], "b": "second"}}, "say `first` or `second`"),
        (ROW | {"best": ["a"]}, {"labels": SIDES}, "row 0: label ..a.. in column 'best' is none of a, b"),
        (ROW | {"best": [True, False]}, {}, r"row 0: column 'best' \[True, False\] is not a permutation"),
        (ROW | {"best": [None, 1]}, {}, r"\[None, 1\] is not a permutation"),
        (ROW | {"best": [{}, "1"]}, {}, "is not a permutation"),
        (ROW | {"best": [0.5, 1]}, {}, "is not a permutation"),
        (ROW | {"both": [None, "y"]}, {"labels": SIDES, "answers": "both"}, "row 0: answer None is not a string"),
        (ROW | {"both": [{"t": 1}, "y"]}, {"labels": SIDES, "answers": "both"}, "is not a string"),
        (ROW | {"q": ["Which?"]}, {"labels": SIDES}, "row 0: q ..Which... is not a string"),
        (ROW | {"a": True}, {"labels": SIDES}, "row 0: answer True is not a string"),
        (ROW | {"kind": ""}, {"labels": SIDES, "subset": "kind"}, "row 0: an empty kind"),
        (ROW, {"labels": SIDES, "subset": {"value": ""}}, "value: '' is not one name"),
        (ROW, {"labels": SIDES, "subset": {"value": "x", "column": "q"}}, "subset: a column"),
        (ROW, {"labels": SIDES, "subset": {"column": "q", "contains": []}}, "no word to look for"),
        (ROW, {"labels": SIDES, "query": ["q"]}, "query: .'q'. is not one name"),
        (ROW, {"labels": SIDES, "answers": {"a": "b"}}, "answers: .* is not one name"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, row: dict[str, Any], mapping: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        load_benchmark(str(write(tmp_path, [row], **mapping)))


@pytest.mark.parametrize(
    ("written", "labels"),
    [
        ('"yes",no', "{yes: first, no: second}"),
        ("True,False", "{true: first, false: second}"),
        ("true,false", "{True: first, False: second}"),
        ("1.0,2", "{1: first, 2: second}"),
        ("1,2", "{1.0: first, 2.0: second}"),
        ("A,B", "{A: first, B: second}"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "json"])
def test_labels_are_known_in_the_spelling_of_either_file(tmp_path: Path, written: str, labels: str, kind: str) -> None:
    """YAML's and Python's truth values, and whole numbers that became floats in a column with gaps."""
    best = [one.strip('"') for one in written.split(",")]
    if kind == "csv":
        rows = ["q,a,b,best", *(f"Which {n}?,this,that,{one}" for n, one in enumerate(best))]
        (tmp_path / "rows.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(rows).encode())
    else:
        values: dict[str, object] = {
            "True": True,
            "true": True,
            "False": False,
            "false": False,
            "1.0": 1.0,
            "1": 1,
            "2": 2,
        }
        lines = [ROW | {"q": f"Which {n}?", "best": values.get(one, one)} for n, one in enumerate(best)]
        (tmp_path / "rows.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(lines).encode())
    path = tmp_path / "pairs.yaml"
    path.write_text(
        f"\ufeffrows: rows.{kind}\nquery: q\nanswers: [a, b]\nbetter: best\nlabels: {labels}\nsubset: {{value: mine}}\n"
    )
    assert [pair.better for pair in load_benchmark(str(path)).pairs] == [0, 1]


def test_words_of_a_subset(tmp_path: Path) -> None:
    """A single word is one word and not its letters; a number is the word that it is written as."""
    path = write(
        tmp_path, [ROW | {"kind": "quiz mcq 2024"}], labels=SIDES, subset={"column": "kind", "contains": "mcq"}
    )
    assert load_benchmark(str(path)).subset_counts == {"mcq": 1}
    path = write(
        tmp_path, [ROW | {"kind": "quiz 2024"}], labels=SIDES, subset={"column": "kind", "contains": [7, 2024]}
    )
    assert load_benchmark(str(path)).subset_counts == {"2024": 1}


def test_a_column_that_only_some_rows_have(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rows = [ROW, ROW | {"q": "And?", "shown": base64.b64encode(png("red")).decode()}, ROW | {"video": "x"}]
    path = write(tmp_path, rows, labels=SIDES, images="shown", leave_out="video")
    assert [bool(row["image"]) for row in read_rows(str(path), images=True)] == [False, True]
    assert len(list(read_rows(str(path)))) == 2
    assert caplog.text.count("1 rows with video were left out") == 1


def test_a_csv_with_a_picture_in_a_cell(tmp_path: Path) -> None:
    large = base64.b64encode(bytes(200_000)).decode()
    (tmp_path / "rows.csv").write_text(f"q,a,b,best,shown\nWhich?,this,that,a,{large}\n")
    (row,) = read_rows(str(write(tmp_path, [ROW], rows="rows.csv", labels=SIDES, images=["shown"])), images=True)
    assert row["image"]["bytes"] == bytes(200_000)


@pytest.mark.parametrize("shown", [5, True, {"bytes": 5}, "loop.png", "\ud800", "@@@"])
def test_what_is_no_picture_is_named_with_its_row(tmp_path: Path, shown: object) -> None:
    (tmp_path / "loop.png").symlink_to("loop.png")
    plain = {"id": "mmmu_1", "query": "q", "response": ["a", "b"], "human_ranking": [0, 1]}
    (tmp_path / "pairs.jsonl").write_text("".join(json.dumps(plain | {"image": one}) + "\n" for one in (None, shown)))
    mapped = write(tmp_path, [ROW | {"shown": ""}, ROW | {"shown": shown}], labels=SIDES, images=["shown"])
    for path in (mapped, tmp_path / "pairs.jsonl"):
        with pytest.raises(DataError, match=rf"{path.name}: row 1: image .* (is no|is neither)"):
            list(read_rows(str(path), images=True))


@pytest.mark.parametrize("outside", ["../secret.png", "{absolute}"])
def test_no_path_from_data_leads_out_of_its_folder(tmp_path: Path, outside: str) -> None:
    (tmp_path / "secret.png").write_bytes(png("red"))
    inside = tmp_path / "data"
    inside.mkdir()
    name = outside.format(absolute=tmp_path / "secret.png")
    path = write(inside, [ROW | {"shown": name}], labels=SIDES, images=["shown"])
    with pytest.raises(DataError, match="lies outside"):
        list(read_rows(str(path), images=True))
    row = {"id": "mmmu_1", "query": "q", "response": ["a", "b"], "human_ranking": [0, 1], "image": name}
    (inside / "pairs.jsonl").write_text(json.dumps(row))
    with pytest.raises(DataError, match="lies outside"):
        list(read_rows(str(inside / "pairs.jsonl"), images=True))


def test_score_and_task_take_a_mapping(tmp_path: Path) -> None:
    mapping = multimodal_reward_bench(tmp_path)
    report = vlrb_json("doctor", "--pairs", str(mapping))
    assert report["data"]["subsets"] == {"knowledge": 2, "open_generation/correctness_task": 2, "safety": 2}
    votes = [
        {
            "v": 1,
            "id": pair.id,
            "judge": "official",
            "vote": 0,
            "first": 0,
            "text": "Overall Judgment: Answer 1 is better.",
        }
        for pair in load_benchmark(str(mapping)).pairs
    ]
    log = tmp_path / "x.votes.jsonl"
    log.write_text("".join(json.dumps(vote) + "\n" for vote in votes))
    score = vlrb_json("score", str(log), "--pairs", str(mapping))
    assert {name: one["value"] for name, one in score["by_subset"].items()} == dict.fromkeys(
        report["data"]["subsets"], 0.5
    )
    assert score["macro"]["value"] == 0.5
