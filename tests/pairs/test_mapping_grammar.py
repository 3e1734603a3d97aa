"""What a mapping can say: nested columns, rules, conditions, ties, ranks, chats, groups, videos; and what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fake_hub import FakeHub
from tests.support.other_benchmarks import png
from vlrb_task.pairs.media import evenly
from vlrb_task.pairs.pair import parse_rows
from vlrb_task.pairs.parquet import write_rows
from vlrb_task.pairs.rows import load_benchmark, read_rows
from vlrb_task.pairs.values import Column, ranks_of, written_text
from vlrb_task.support.errors import DataError

BASE: dict[str, Any] = {
    "rows": "rows.jsonl",
    "query": "q",
    "answers": ["a", "b"],
    "better": "first",
    "subset": {"value": "s"},
}
ROW: dict[str, Any] = {"q": "Which?", "a": "this", "b": "that"}


def write(folder: Path, rows: list[dict[str, Any]], **mapping: Any) -> str:
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    path = folder / "pairs.yaml"
    path.write_text(json.dumps(BASE | mapping))
    return str(path)


@pytest.mark.parametrize(
    ("name", "row", "expected"),
    [
        ("a", {"a": 1}, 1),
        ("a.b", {"a": {"b": 1}}, 1),
        ("a.b", {"a.b": 2, "a": {"b": 1}}, 2),
        ("a[1]", {"a": [1, 2]}, 2),
        ("a[5]", {"a": [1, 2]}, None),
        ("a[]", {"a": [1, 2]}, [1, 2]),
        ("a[].b", {"a": [{"b": 1}, {"b": 2}, {}]}, [1, 2, None]),
        ("a[0].b[1].c", {"a": [{"b": [0, {"c": "x"}]}]}, "x"),
        ("a.b", {"a": '{"b": "in JSON"}'}, "in JSON"),
        ("a.b", {"a": None}, None),
        ("a[]", {"a": ""}, []),
        ("a.b", {}, None),
        ("Answer [1] (x)", {"Answer [1] (x)": 3}, 3),
    ],
)
def test_columns_lie_deeper(name: str, row: dict[str, Any], expected: object) -> None:
    assert Column.parse(name).of(row) == expected


@pytest.mark.parametrize(
    ("name", "row", "message"),
    [
        ("a.b", {"a": 5}, "a.b: a 5 is not an object"),
        ("a[0]", {"a": {"b": 1}}, "is not a list"),
        ("a[].b", {"a": [{"b": 1}, 5]}, r"a\[1\] 5 is not an object"),
        ("a.b", {"a": "{broken"}, "nor the JSON of one"),
    ],
)
def test_a_column_that_is_not_there_is_named(name: str, row: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        Column.parse(name).of(row)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        (7, "7"),
        ([{"role": "assistant", "content": "Yes."}], "Yes."),
        ({"role": "assistant", "content": "Yes."}, "Yes."),
        ([{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Yes."}], "Human: Hi\n\nGpt: Yes."),
        (
            [
                {
                    "role": "user",
                    "content": [{"type": "text", "text": "See "}, {"type": "image"}, {"type": "text", "text": "!"}],
                }
            ],
            "See <image_1>!",
        ),
        ([{"type": "image_url", "image_url": {}}, {"type": "text", "text": "?"}], "<image_1>?"),
    ],
)
def test_chats_are_texts(value: object, expected: str) -> None:
    assert written_text(value, "x") == expected


@pytest.mark.parametrize("value", [None, True, [], ["a"], [{"x": 1}], {"x": 1}, [{"role": "user", "content": None}]])
def test_what_is_no_chat_is_no_text(value: object) -> None:
    with pytest.raises(DataError, match="is not a string"):
        written_text(value, "x")


@pytest.mark.parametrize(
    ("rule", "row", "subset"),
    [
        ("k", {"k": "x"}, "x"),
        ({"column": "k", "contains": ["b", "a"]}, {"k": "ab"}, "b"),
        ({"column": "k", "contains": {"a": "first letter"}}, {"k": "ab"}, "first letter"),
        ({"column": "k", "prefix": {"pairs": "bias"}, "default": "toxicity"}, {"k": "pairs-1"}, "bias"),
        ({"column": "k", "prefix": {"pairs": "bias"}, "default": "toxicity"}, {"k": "x-pairs"}, "toxicity"),
        ({"column": "k", "prefix": {"pairs": "bias"}, "default": "toxicity"}, {"k": None}, "toxicity"),
        ({"column": "k", "equals": {"1": "one"}}, {"k": 1.0}, "one"),
        ({"column": "k", "pattern": "^([a-z]+)_"}, {"k": "math_7"}, "math"),
        ({"column": "k", "pattern": {"(?i)^MATH": "maths"}, "default": "other"}, {"k": "math_7"}, "maths"),
        ({"column": "k", "until": "-_", "equals": ["mmmu"]}, {"k": "mmmu_pro-1"}, "mmmu"),
        ({"column": "k.deep", "default": "none"}, {"k": {"deep": ""}}, "none"),
        ({"column": "k", "equals": {"safety": {"column": "q", "prefix": {"Wh": "asked"}}}}, {"k": "safety"}, "asked"),
        ({"column": "k", "equals": {"z": "z"}, "default": {"column": "q"}}, {"k": "x"}, "Which?"),
    ],
)
def test_subsets_by_rule(tmp_path: Path, rule: object, row: dict[str, Any], subset: str) -> None:
    spec = write(tmp_path, [ROW | row, ROW | {"q": "Why?"} | row], subset=rule)
    assert load_benchmark(spec).pairs[0].subset == subset


@pytest.mark.parametrize(
    ("rule", "row", "message"),
    [
        ({"column": "k", "prefix": ["a"]}, {"k": "b"}, "row 0: k 'b' begins with none of a"),
        ({"column": "k", "equals": ["a"]}, {}, "row 0: no k"),
        ({"column": "k", "pattern": "("}, {"k": "b"}, "is not a regular expression"),
        ({"column": "k", "prefix": ["a"], "contains": ["b"]}, {"k": "b"}, "subset: a column"),
        ({"from": "config"}, {}, "row 0: an empty config"),
        ({"from": "moon"}, {}, "from: 'moon': say split or config or source"),
    ],
)
def test_a_rule_that_does_not_fit_is_named(tmp_path: Path, rule: object, row: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        load_benchmark(write(tmp_path, [ROW | row], subset=rule))


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ({"split": "hard"}, [1]),
        ({"split": ["hard", "easy"]}, [0, 1]),
        ({"image": "not null"}, [0, 3]),
        ({"image": "null"}, [1, 2]),
        ({"n": 2}, [2]),
        ({"split": "hard", "image": "null"}, [1]),
        ({"deep.x": "y"}, [3]),
    ],
)
def test_rows_by_value_by_list_and_filled(tmp_path: Path, where: dict[str, Any], kept: list[int]) -> None:
    rows: list[dict[str, Any]] = [
        {"split": "easy", "n": 0, "image": "x"},
        {"split": "hard", "n": 1, "image": None},
        {"split": None, "n": 2.0, "image": []},
        {"split": "other", "n": 3, "image": ["x"], "deep": {"x": "y"}},
    ]
    numbered = [ROW | {"q": f"Which {n}?"} | row for n, row in enumerate(rows)]
    shown = {name: str(value) if isinstance(value, int) else value for name, value in where.items()}
    found = load_benchmark(write(tmp_path, numbered, where=shown))
    assert [int(pair.id) for pair in found.pairs] == kept


def test_ties_go_through_a_task_file(tmp_path: Path) -> None:
    """A tie label, a group, a criterion and the benchmark's name survive the copy that a task reads."""
    rows = [ROW | {"q": f"{n}?", "best": best, "g": n // 2, "c": "clarity"} for n, best in enumerate(["A", "B", "C"])]
    labels = {"A": "first", "B": "second", "C": "tie"}
    spec = write(tmp_path, rows, better="best", labels=labels, group="g", criterion="c")
    found = load_benchmark(spec)
    assert [pair.label for pair in found.pairs] == [0, 1, "tie"]
    with pytest.raises(DataError, match="its label is a tie"):
        _ = found.pairs[2].better
    write_rows(read_rows(spec, images=True), tmp_path / "task.parquet")
    copied = load_benchmark(str(tmp_path / "task.parquet"))
    assert copied.pairs == tuple(
        p if p.media else p.__class__(**{f: getattr(p, f) for f in p.__slots__} | {"media": "text"})
        for p in found.pairs
    )
    assert (copied.fingerprint, copied.name) == (found.fingerprint, "pairs")


def test_equal_ranks_are_a_tie_only_where_the_row_says_so() -> None:
    row = {"id": "mmmu_1", "query": "Q", "response": ["A", "B"], "human_ranking": [0, 0], "subset": "s"}
    with pytest.raises(DataError, match="not a permutation"):
        parse_rows([row])
    assert parse_rows([row | {"tied": True}]).pairs[0].tied


def test_a_criterion_is_part_of_the_key() -> None:
    row = {"id": "mmmu_1", "query": "Q", "response": ["A", "B"], "human_ranking": [0, 1]}
    both = parse_rows([row | {"criterion": "a"}, row | {"criterion": "b", "human_ranking": [1, 0]}])
    assert len(both.by_key) == 2


def test_answers_with_ranks(tmp_path: Path) -> None:
    rows = [{"q": "Which?", "r": ["w", "x", "y"], "rank": [2, 1, 2]}]
    more = {"answers": "r", "better": "rank"}
    pairs = load_benchmark(write(tmp_path, rows, **more)).pairs
    assert [(p.responses, p.label, p.group) for p in pairs] == [(("w", "x"), 1, "0"), (("x", "y"), 0, "0")]
    pairs = load_benchmark(write(tmp_path, rows, **more, ties="keep", ranks="highest")).pairs
    assert [(p.responses, p.label) for p in pairs] == [(("w", "x"), 0), (("w", "y"), "tie"), (("x", "y"), 1)]
    pairs = load_benchmark(write(tmp_path, [{"q": "?", "r": ["w", "x"], "rank": [1, 2]}], **more, ranks="lowest")).pairs
    assert [(p.responses, p.label) for p in pairs] == [(("w", "x"), 0)]


@given(st.lists(st.integers(1, 4), min_size=3, max_size=6), st.booleans())
def test_every_two_answers_of_different_rank_make_one_pair(ranks: list[int], keep: bool) -> None:
    from vlrb_task.pairs.mapping import Answers

    answers = Answers((Column.parse("r"),), better=Column.parse("rank"), ties=keep)
    several, pairs = answers.pairs({"r": [f"a{n}" for n in range(len(ranks))], "rank": ranks})
    assert several
    expected = sum(keep or left != right for n, left in enumerate(ranks) for right in ranks[n + 1 :])
    assert len(pairs) == expected
    for (one, other), label in pairs:
        left, right = ranks[int(one[1:])], ranks[int(other[1:])]
        assert label == ("tie" if left == right else int(right < left))


@pytest.mark.parametrize(
    "ranks", [[1, 2], [1, 2, None], [1, 2, "3"], [1, 2, float("nan")], [1, 2, True], [1, 2, 10**400], "123"]
)
def test_ranks_that_are_none(ranks: Any) -> None:
    with pytest.raises(DataError, match="rank"):
        ranks_of(ranks, 3, "rank")


def test_every_bad_row_is_named_by_file_row_and_column(tmp_path: Path) -> None:
    """All of them at once, whether the mapping or the pairs find it, in the order of the file."""
    rows: list[dict[str, Any]] = [
        ROW,
        {"q": None, "a": "x", "b": "y", "best": "A"},
        ROW | {"q": "2?", "best": "Z"},
        ROW | {"q": "3?", "b": "this", "best": "A"},
        ROW | {"q": "4?", "best": "A"},
        ROW | {"q": "5?", "a": ["x"], "best": "A"},
    ]
    spec = write(tmp_path, rows, better="best", labels={"A": "first", "B": "second"})
    with pytest.raises(DataError, match=r"5 unusable rows") as caught:
        load_benchmark(spec)
    told = caught.value.problems
    assert [problem.partition(":")[0].split()[1] for problem in told] == ["0", "1", "2", "3", "5"]
    assert "no best" in told[0]
    assert "no q" in told[1]
    assert "'Z' in column 'best'" in told[2]
    assert "equal" in told[3]
    assert "column 'a'" in told[4]


def test_every_picture_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "here.png").write_bytes(png("red"))
    rows = [ROW | {"q": f"{n}?", "shown": name} for n, name in enumerate(["gone.png", "here.png", "lost.png"])]
    with pytest.raises(DataError) as caught:
        list(read_rows(write(tmp_path, rows, images="shown"), images=True))
    assert [problem.partition(":")[0] for problem in caught.value.problems] == ["row 0", "row 2"]


def test_a_video_is_a_file_or_frames(tmp_path: Path) -> None:
    (tmp_path / "v").mkdir()
    for number in range(12):
        (tmp_path / "v" / f"f{number}.png").write_bytes(png("red", 4 + number))
    (tmp_path / "v" / "notes.txt").write_text("no frame")
    (tmp_path / "v.mp4").write_bytes(b"mp4")
    videos = ["v", "v.mp4", ["v/f3.png", "v/f1.png"], None]
    rows = [ROW | {"q": f"{n}?", "clip": video} for n, video in enumerate(videos)]
    found = list(read_rows(write(tmp_path, rows, video="clip", frames="4"), images=True))
    assert [len(one["bytes"]) for one in found[0]["images"]] == [len(png("red", 4 + n)) for n in (1, 4, 7, 10)]
    assert found[1]["video"] == str(tmp_path / "v.mp4")
    assert [one["bytes"] for one in found[2]["images"]] == [png("red", 7), png("red", 5)]
    assert [row["media"] for row in found] == ["video", "video", "video", "text"]


@pytest.mark.parametrize("video", ["gone.mp4", "../outside.mp4", "empty", 5, [5]])
def test_a_video_that_is_none_is_named(tmp_path: Path, video: object) -> None:
    (tmp_path / "outside.mp4").write_bytes(b"x")
    (tmp_path / "in" / "empty").mkdir(parents=True)
    spec = write(tmp_path / "in", [ROW | {"clip": video}], video="clip")
    with pytest.raises(DataError, match=r"row 0: (video|image)"):
        list(read_rows(spec, images=True))


def test_audio_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    spec = write(tmp_path, [ROW | {"sound": "a.wav"}], audio="sound")
    (row,) = read_rows(spec, images=True)
    assert (row["audio"], row["media"]) == (str(tmp_path / "a.wav"), "audio")
    with pytest.raises(DataError, match=r"row 0: audio 'b\.wav': no such file"):
        list(read_rows(write(tmp_path, [ROW | {"sound": "b.wav"}], audio="sound"), images=True))


@given(st.integers(1, 200), st.integers(1, 50))
def test_frames_are_spread_evenly(count: int, most: int) -> None:
    kept = evenly(range(count), most)
    assert len(kept) == min(count, most)
    assert kept == sorted(set(kept))
    if count > most:
        gaps = [right - left for left, right in pairwise(kept)]
        assert not gaps or max(gaps) - min(gaps) <= 1


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"answers": {"better": "a", "worse": "b"}, "better": "x"}, "better: not with answers"),
        ({"answers": ["a", "b", "c"], "ranks": "up"}, "answers: two columns"),
        ({"answers": ["a", "b", "c"], "ranks": "up", "better": "x"}, "ranks: 'up': say lowest or highest"),
        ({"ties": "maybe"}, "ties: 'maybe': say keep or leave out"),
        ({"frames": "0"}, "frames: '0' is not a number"),
        ({"where": "split"}, "where: the columns"),
        ({"where": {"split": []}}, "where: split: a value"),
        ({"answer_images": ["x"]}, "answer_images: one column for"),
        ({"better": "x", "labels": {"A": "tie", "B": "first"}}, "none means first, or none second"),
    ],
)
def test_a_mapping_that_means_nothing(tmp_path: Path, mapping: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        load_benchmark(write(tmp_path, [ROW], **mapping))


def test_yaml_aliases_are_refused(tmp_path: Path) -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nrows: r.jsonl\nquery: q\n"
    (tmp_path / "pairs.yaml").write_text(bomb)
    with pytest.raises(DataError, match="aliases"):
        load_benchmark(str(tmp_path / "pairs.yaml"))


def test_a_column_that_no_row_has_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no row has a column 'grp'"):
        load_benchmark(write(tmp_path, [ROW], group="grp"))


READ = """
import json, sys
from vlrb_task.pairs.rows import read_rows
rows = read_rows(sys.argv[1], images=True, network=True)
print(json.dumps([(row["query"], row["subset"], bool(row.get("image"))) for row in rows]))
"""


def test_configs_splits_and_a_file_of_the_hub(tmp_path: Path) -> None:
    """Several splits as subsets, configs as folders, and rows in a JSON file of the dataset with pictures beside it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = {}
    for config, split in (("t2i", "test"), ("edit", "test"), ("edit", "hard")):
        path = tmp_path / f"{config}-{split}.parquet"
        pq.write_table(pa.table({name: [value + config + split] for name, value in ROW.items()}), path)
        files[f"{config}/{split}-00000-of-00001.parquet"] = path
    (tmp_path / "rows.jsonl").write_text(json.dumps(ROW | {"shown": "one.png"}))
    (tmp_path / "one.png").write_bytes(png("red"))
    files |= {"data/rows.jsonl": tmp_path / "rows.jsonl", "pictures/one.png": tmp_path / "one.png"}
    with FakeHub("owner/set", files) as hub:
        edit = _yaml(
            tmp_path, "edit", rows="owner/set", config=["edit"], split=["hard", "test"], subset={"from": "split"}
        )
        assert _run(edit, hub.url, tmp_path) == [
            ["Which?edithard", "hard", False],
            ["Which?edittest", "test", False],
        ]
        by_config = _yaml(tmp_path, "both", rows="owner/set", config=["t2i", "edit"], subset={"from": "config"})
        assert [row[1] for row in _run(by_config, hub.url, tmp_path)] == ["t2i", "edit"]
        more = {"file": "data/rows.jsonl", "images": "shown", "image_folder": "pictures"}
        assert _run(_yaml(tmp_path, "file", rows="owner/set", **more), hub.url, tmp_path) == [["Which?", "s", True]]


def _yaml(folder: Path, name: str, **mapping: Any) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(json.dumps(BASE | mapping))
    return path


def _run(path: Path, url: str, home: Path) -> Any:
    env = os.environ | {"HF_ENDPOINT": url, "HF_HOME": str(home / "hf"), "HF_HUB_DISABLE_XET": "1"}
    done = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
