"""Other benchmarks through the real lmms-eval, by their names: pictures as answers, frames, videos' files, ties, criteria."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.support.judge_server import JudgeServer
from tests.support.lmms_eval import Finished, lmms_eval
from tests.support.relatives import RELATIVES, make_clip
from vlrb_task.pairs.benchmarks import benchmark, benchmark_names
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.rows import load_benchmark
from vlrb_task.scores.score import score_run
from vlrb_task.votes import read_runs

VIDEOS = ("video_rewardbench", "mr2bench")
"""With videos as files."""


def kinds(content: list[dict[str, Any]]) -> str:
    return "".join("T" if part["type"] == "text" else "I" for part in content)


def local(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Made-up rows of benchmarks, and where they are."""
    specs = {}
    for name in names:
        (folder / name).mkdir()
        specs[name] = RELATIVES[name](folder / name)[0]
    return specs


def run(folder: Path, url: str, specs: dict[str, str], *tasks: str, settings: str = "num_cpus=4") -> Finished:
    """lmms-eval on local rows."""
    return lmms_eval(
        *(folder / "out", "--model", "async_openai", "--tasks", ",".join(tasks)),
        *("--model_args", f"model_version=judge,base_url={url},api_key=x,{settings}"),
        env={"VLRB_PAIRS": ",".join([str(demo_parquet()), *specs.values()]), "VLRB_CACHE": str(folder / "cache")},
    )


def test_videos_go_to_the_wrapper_as_files(tmp_path: Path) -> None:
    """The real wrapper takes eight frames of each, in front of the text; pictures and videos are asked in one task."""
    specs = local(tmp_path, VIDEOS)
    for file in tmp_path.rglob("*.mp4"):
        make_clip(file)
    with JudgeServer(lambda _: "Overall Judgment: Answer 1 is better.") as server:
        done = run(tmp_path, server.url, specs, *(f"vlrb_{name}" for name in VIDEOS), settings="num_cpus=1,nframes=8")
    found = Counter(kinds(request["messages"][-1]["content"]) for request in server.requests)
    # 3 pairs about a video; of four ranked answers 6 and 5 pairs about a picture, and 3 about a video.
    assert found == {"I" * 8 + "T": 2 * (3 + 3), "IT": 2 * (6 + 5)}, done.output[-3000:]
    assert done.metrics("vlrb_video_rewardbench")["perception-long"] == 0.5
    assert (done.metrics("vlrb_mr2bench")["image"], done.metrics("vlrb_mr2bench")["video"]) == (0.5, 0.5)


def test_every_other_benchmark_by_its_name(tmp_path: Path) -> None:
    specs = local(tmp_path, (name for name in RELATIVES if name not in VIDEOS))
    omni = {pair.criterion: pair for pair in load_benchmark(specs["omni_rewardbench"]).pairs}

    def judge(prompt: str) -> str:
        """Right on Omni-RewardBench, ties included; the first answer of anything else."""
        criterion = prompt.partition("[Criterion]\n")[2].partition("\n\n[Question]")[0]
        if criterion not in omni:
            return "Overall Judgment: Answer 1 is better."
        if omni[criterion].tied:
            return "Overall Judgment: both answers are equally good."
        first = prompt.partition("[Answer 1]\n")[2].partition("\n\n[Answer 2]")[0]
        pair = omni[criterion]
        return f"Overall Judgment: Answer {1 if first[:8] == pair.responses[pair.better][:8] else 2} is better."

    suite = [f"vlrb_{name}" for name in benchmark_names() if benchmark(name).about.get("suite") == "core"]
    others = [f"vlrb_{name}" for name in specs if f"vlrb_{name}" not in suite]
    with JudgeServer(judge) as server:
        done = run(tmp_path, server.url, specs, "vlrb_suite", *others)
    assert done.returncode == 0, done.output[-3000:]
    results = done.results()["results"]
    assert set(results) == {"vlrb_suite", *suite, *others}
    scores, pairs = {}, Counter[str]()
    for name, spec in specs.items():
        (found,), made = read_runs([done.samples(f"vlrb_{name}")]), load_benchmark(spec)
        scores[name] = score_run(found).to_dict()
        pairs["/".join(benchmark(name).about["media"])] += len(made.pairs)
        assert (found.fingerprint, found.metadata["benchmark"]) == (made.fingerprint, name)
        assert set(made.subset_counts) <= {metric.partition(",")[0] for metric in results[f"vlrb_{name}"]}
        assert scores[name]["consistency"] == (1.0 if name == "omni_rewardbench" else 0.0)
    shown = [request["messages"][-1]["content"] for request in server.requests]
    assert Counter(map(kinds, shown)) == {
        # MMRB2: 2 edit rows (a picture within the question), 4 with answers that are pictures alone.
        "TITITIT": 2 * 2,
        "TITIT": 2 * 4,
        # Its 2 rows of text, and the benchmarks of text.
        "T": 2 * (2 + pairs["text"]),
        # MM-RLHF: 2 videos of 12 frames, and 5 pictures; the packaged pairs; the benchmarks of pictures.
        "I" * 12 + "T": 2 * 2,
        "IT": 2 * (5 + 36 + pairs["image"]),
    }
    pictures = [
        tuple(part["image_url"]["length"] for part in content if part["type"] != "text")
        for content in shown
        if kinds(content) == "TITIT"
    ]
    assert sorted(one[::-1] for one in pictures) == sorted(pictures), "each pair's pictures in both orders"
    assert any(left != right for left, right in pictures)

    omni_score = scores["omni_rewardbench"]
    assert (omni_score["overall"]["value"], omni_score["overall_no_ties"]["n"]) == (1.0, 4)
    assert omni_score["all_right"]["n"] == 2
    assert len(omni_score["by_criterion"]) == 3
    records = [json.loads(line)["vlrb_vote"] for line in done.samples("vlrb_mmrb2").read_text().splitlines()]
    hashes = [record["messages_sha256"] for record in records]
    assert len(set(hashes)) == len(hashes) == 16, "other texts or pictures, or the same in another order"
