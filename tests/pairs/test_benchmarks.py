"""Every known benchmark: its file, made-up rows in its layout, and its authors' metric counted again on the raw rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from tests.support.real_data import real_data_file
from tests.support.relatives import RELATIVES, Rows
from vlrb_task.pairs.benchmarks import DEFAULT, benchmark, benchmark_names, revisions
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.pair import SUBSETS, Benchmark, Pair, revision_name
from vlrb_task.pairs.rows import hub_id, load_benchmark, read_rows


def longer(pair: Pair) -> int:
    """The rule that prefers the answer with more words; the first where they have as many."""
    return 0 if pair.words[0] >= pair.words[1] else 1


def accuracy(pairs: list[Pair]) -> float:
    return mean(longer(pair) == pair.better for pair in pairs if not pair.tied)


def test_each_benchmark_has_made_up_rows_here() -> None:
    assert benchmark_names()[0] == DEFAULT
    assert set(benchmark_names()) == {DEFAULT, *RELATIVES}


@pytest.mark.parametrize("name", benchmark_names())
def test_each_file_says_what_a_reader_needs(name: str) -> None:
    about = benchmark(name).about
    assert {"title", "summary", "license", "paper", "media", "loads", "metrics", "differs", "checked"} <= set(about)
    assert about["loads"] in ("hub", "files", "unverified")
    assert set(about["media"]) <= {"image", "video", "audio", "text"}
    for revision, sizes in revisions(name).items():
        assert sum(sizes.values()) == int(revision)
    for row in about.get("published", []):
        assert 0 < float(row["overall"]) < 1
        assert row["read"] in ("yes", "no")
        assert row["source"]


def test_the_default_is_told_by_its_file() -> None:
    assert hub_id() == benchmark(DEFAULT).rows
    assert tuple(revisions()["1250"]) == SUBSETS
    assert {revision_name(sizes) for sizes in revisions().values()} == {"1250", "1247"}


def test_the_default_by_name_reads_the_revisions_that_lack_a_column() -> None:
    """Error tags are in the older revision only; the same rows under either name are the same pairs."""
    path = demo_parquet()
    assert "human_error_analysis" not in next(read_rows(str(path)))
    assert load_benchmark(f"{DEFAULT}={path}").fingerprint == load_benchmark(str(path)).fingerprint


def authors_mmrb(rows: Rows, right: Callable[[Any], bool]) -> dict[str, float]:
    """Accuracy by category, safety and reasoning split by how the id begins."""
    found = defaultdict(list)
    for row in rows:
        category = row["Category"]
        if category == "safety":
            category += "/bias" if row["ID"].lower().startswith("pairs") else "/toxicity"
        elif category == "reasoning":
            category += "/math" if row["ID"].lower().startswith("math") else "/coding"
        found[category].append(right(row))
    return {name: mean(several) for name, several in found.items()}


def test_mmrb(tmp_path: Path) -> None:
    spec, rows = RELATIVES["mmrb"](tmp_path)
    found = load_benchmark(spec)
    by_id = {pair.id: pair for pair in found.pairs}
    expected = authors_mmrb(rows, lambda row: longer(by_id[row["ID"]]) == int(row["Better"] == "Output2"))
    subsets = {name: [p for p in found.pairs if p.subset == name] for name in found.subset_counts}
    assert {name: accuracy(pairs) for name, pairs in subsets.items()} == expected
    assert found.name == "mmrb"


def test_mmrlhf(tmp_path: Path) -> None:
    spec, rows = RELATIVES["mmrlhf"](tmp_path)
    found = load_benchmark(spec)
    assert found.subset_counts == {"long": 1, "mcq": 2, "safety": 1, "short": 1, "video": 2}
    right = [len(row["chosen"].split()) >= len(row["rejected"].split()) for row in rows]
    assert accuracy(list(found.pairs)) == mean(right)
    assert acc_plus(found) == mean(
        all(one for row, one in zip(rows, right, strict=True) if row["id"] == id) for id in {row["id"] for row in rows}
    )
    media = {row["id"]: row["media"] for row in read_rows(spec, images=True)}
    assert media == {"prompt_0": "image", "prompt_1": "image", "prompt_2": "video", "prompt_3": "video"}


def acc_plus(found: Benchmark) -> float:
    groups = defaultdict(list)
    for pair in found.pairs:
        groups[pair.group].append(longer(pair) == pair.better)
    return mean(map(all, groups.values()))


@pytest.mark.parametrize(
    ("where", "count", "acc", "plus"), [("", 170, 0.718, 0.435), ("where: {image: not null}\n", 145, 0.697, 0.389)]
)
def test_mmrlhf_real_rows(tmp_path: Path, where: str, count: int, acc: float, plus: float) -> None:
    """The rule "more words" on the real rows, as counted elsewhere."""
    path = real_data_file("siblings/mm_rlhf_reward_bench.jsonl")
    spec = f"mmrlhf={path}"
    if where:
        own = benchmark("mmrlhf").path.read_text().replace("rows: yifanzhang114/MM-RLHF-RewardBench", f"rows: {path}")
        (tmp_path / "images.yaml").write_text(
            own.replace("video: video\n", "").replace("file: mm_reward_bench.jsonl\n", "") + where
        )
        spec = str(tmp_path / "images.yaml")
    found = load_benchmark(spec)
    assert len(found.pairs) == count
    longest = [
        pair.words[0] > pair.words[1] if pair.better == 0 else pair.words[1] > pair.words[0] for pair in found.pairs
    ]
    groups = defaultdict(list)
    for pair, right in zip(found.pairs, longest, strict=True):
        groups[pair.group].append(right)
    assert round(mean(longest), 3) == acc
    assert round(mean(map(all, groups.values())), 3) == plus
    if not where:
        assert len(groups) == 46
        assert found.subset_counts == revisions("mmrlhf")["170"]


def test_multi_crit(tmp_path: Path) -> None:
    """The same answers by several criteria are pairs of their own, one group a prompt."""
    spec, rows = RELATIVES["multi_crit"](tmp_path)
    found = load_benchmark(spec)
    assert found.subset_counts == {"open_ended": 4, "reasoning": 3}
    assert len(found.by_key) == len(rows) == 7
    assert [pair.criterion for pair in found.pairs] == [row["criterion"] for row in rows]
    prompts = defaultdict(list)
    for row in rows:
        prompts[row["prompt_id"]].append(row["preference"] == "model_b")  # its answer has more words
    assert acc_plus(found) == mean(map(all, prompts.values()))
    assert len({pair.label for pair in found.pairs if pair.group == "p3"}) == 2, "criteria contradict each other"


def test_mm_judgebench(tmp_path: Path) -> None:
    spec, rows = RELATIVES["mm_judgebench"](tmp_path)
    found = load_benchmark(spec)
    assert found.subset_counts == {"German": 4, "Greek": 4}
    assert {pair.group for pair in found.pairs} == {row["id"] for row in rows}
    assert [pair.better for pair in found.pairs] == ["AB".index(row["label"]) for row in rows]


def test_mmrb2(tmp_path: Path) -> None:
    """Answers that are pictures: two empty texts are two answers, and their pictures come with the row."""
    spec, rows = RELATIVES["mmrb2"](tmp_path)
    found = load_benchmark(spec)
    assert found.subset_counts == {"edit": 2, "interleaved": 2, "reasoning": 2, "t2i": 2}
    assert len(found.by_key) == 8
    read = list(read_rows(spec, images=True))
    for raw, row in zip(rows, read, strict=True):
        shown = [[one["bytes"] for one in each] for each in row["answer_images"]]
        expected = [[(tmp_path / one).read_bytes() for one in raw[f"response_{side}_images"]] for side in "ab"]
        assert shown == expected
        assert bool(row["image"]) == (raw["task"] == "edit")


def test_omni_rewardbench(tmp_path: Path) -> None:
    spec, rows = RELATIVES["omni_rewardbench"](tmp_path)
    found = load_benchmark(spec)
    assert [pair.label for pair in found.pairs] == [0, 1, "tie"] * 2
    assert [pair.criterion for pair in found.pairs] == [row["criteria"] for row in rows]
    assert "the label of 2 of 6 pairs is a tie" in found.notes


def test_mllm_as_a_judge(tmp_path: Path) -> None:
    spec, rows = RELATIVES["mllm_as_a_judge"](tmp_path)
    found = load_benchmark(spec)
    assert [pair.responses for pair in found.pairs] == [
        (row["answer1"]["answer"], row["answer2"]["answer"]) for row in rows
    ]
    assert [pair.tied for pair in found.pairs] == [row["human_answer"] == "C" for row in rows]
    assert len({pair.group for pair in found.pairs}) == 3


def test_video_rewardbench(tmp_path: Path) -> None:
    spec, rows = RELATIVES["video_rewardbench"](tmp_path)
    assert set(load_benchmark(spec).subset_counts) == {row["category"] for row in rows}
    assert [Path(row["video"]).name for row in read_rows(spec, images=True)] == [row["video"] for row in rows]


def test_armbench_vl(tmp_path: Path) -> None:
    spec, _ = RELATIVES["armbench_vl"](tmp_path)
    found = load_benchmark(spec)
    assert found.subset_counts == {"2-way-pair_rm": 1, "pair_rm": 2}
    assert [(pair.id, pair.better) for pair in found.pairs] == [("0", 0), ("1", 1), ("4", 0)]


def test_rewardbench2(tmp_path: Path) -> None:
    """Each right answer against each wrong one; a row is right where its one right answer wins all."""
    spec, rows = RELATIVES["rewardbench2"](tmp_path)
    found = load_benchmark(spec)
    assert found.subset_counts == {"Factuality": 3, "Math": 6}
    assert {pair.label for pair in found.pairs} == {0}
    best = [
        all(len(row["chosen"][0].split()) >= len(other.split()) for other in row["rejected"])
        for row in rows
        if row["subset"] != "Ties"
    ]
    assert acc_plus(found) == mean(best)


def test_mr2bench(tmp_path: Path) -> None:
    """Every two answers of different rank, and 1 is the best."""
    spec, rows = RELATIVES["mr2bench"](tmp_path)
    found = load_benchmark(spec)
    expected = []
    for number, row in enumerate(rows):
        for left in range(4):
            for right in range(left + 1, 4):
                ranks = row["rankings"][left], row["rankings"][right]
                if ranks[0] != ranks[1]:
                    expected.append(
                        (str(number), row["responses"][left], row["responses"][right], int(ranks[1] < ranks[0]))
                    )
    assert [(pair.group, *pair.responses, pair.label) for pair in found.pairs] == expected
    assert found.subset_counts == {"image": 6 + 5, "video": 3}
