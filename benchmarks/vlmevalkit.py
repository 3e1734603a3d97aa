"""How long an evaluation takes in VLMEvalKit, its own and ours: ``python -m benchmarks.vlmevalkit``. Asserts nothing.

The same 1,250 made-up predictions of 2 kB are evaluated by VLMEvalKit's own ``VL-RewardBench``, which asks a language model
about each (here a server on the loopback that answers in half a second), and by ``VLRB``, which asks nobody. Also measured:
importing VLMEvalKit, registering the VLRB datasets with it, and what the import hook of ``vlrb hook install`` adds to every
start of Python. Needs ms-vlmeval, or an upstream checkout in PYTHONPATH.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import csv
import io
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.core import made_up_rows
from tests.support.judge_server import JudgeServer
from vlrb_task.cli.hook import LINE, MODULE, module_text

VERDICT = "\n\nOverall Judgment: Answer {} is better."
THOUGHTS = "Answer 1 names the bicycle and its colour, Answer 2 speaks of a dog that is not there. " * 23


def timed(name: str, function: Callable[[], Any], lines: list[tuple[str, float]]) -> Any:
    """Run once, without its output, and note the seconds."""
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        result = function()
    lines.append((name, time.perf_counter() - start))
    return result


def write_pairs(folder: Path) -> Path:
    """The made-up pairs as a JSONL file, and as the TSV that VLMEvalKit's own dataset reads."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "grey").save(buffer, "PNG")
    image = base64.b64encode(buffer.getvalue()).decode()
    rows = made_up_rows()
    jsonl = folder / "pairs.jsonl"
    jsonl.write_text("".join(json.dumps({**row, "image": image}) + "\n" for row in rows))
    subsets = {
        "hallucination": "hallucination",
        "RLAIF": "hallucination",
        "RLHF": "hallucination",
        "wildvision": "general",
    }
    with (folder / "VL-RewardBench.tsv").open("w", newline="") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(["index", "image", "question", "response", "answer", "category"])
        for number, row in enumerate(rows):
            subset = subsets.get(str(row["id"]).partition("_")[0], "reasoning")
            writer.writerow([number, image, row["query"], row["response"], row["human_ranking"], subset])
    return jsonl


def predictions(dataset: Any, path: Path) -> str:
    """A prediction file with a verdict on every row, as VLMEvalKit writes it."""
    frame = dataset.data.drop(columns="image", errors="ignore")
    frame["prediction"] = [f"{number} {THOUGHTS}{VERDICT.format(number % 2 + 1)}" for number in range(len(frame))]
    frame.to_csv(path, sep="\t", index=False, quoting=csv.QUOTE_ALL)
    return str(path)


def hook_seconds(folder: Path, starts: int = 20) -> float:
    """What loading the import hook takes at a start of Python, as Python itself tells it: the quickest of some starts."""
    (folder / f"{MODULE}.py").write_text(module_text())
    command = [sys.executable, "-X", "importtime", "-c", LINE]
    microseconds = []
    for _ in range(starts):
        trace = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stderr
        found = re.search(rf"\|\s*(\d+) \|\s*{MODULE}\n", trace)
        if found is None:
            raise RuntimeError(f"the hook was not loaded:\n{trace}")
        microseconds.append(int(found[1]))
    return min(microseconds) / 1e6


def measure(folder: Path, latency: float, workers: list[int]) -> list[tuple[str, float]]:
    lines: list[tuple[str, float]] = [("load the import hook, at each start of Python", hook_seconds(folder))]
    os.environ |= {"LMUData": str(folder), "VLRB_PAIRS": str(write_pairs(folder)), "PRED_FORMAT": "tsv"}

    def import_vlmeval() -> Any:
        import vlmeval.api
        import vlmeval.dataset

        return vlmeval.dataset

    module = timed("import vlmeval.dataset and vlmeval.api", import_vlmeval, lines)

    def register() -> None:
        from vlmevalkit_adapter.registration import register

        register(module)

    timed("register the VLRB datasets", register, lines)
    for name in ("VLRB", "VLRB_K5"):
        dataset = timed(f"build {name}", partial(module.build_dataset, name), lines)
        file = predictions(dataset, folder / f"judge_{name}.tsv")
        size = len(dataset.data)
        timed(f"evaluate {name}, {size:,} predictions", partial(dataset.evaluate, file), lines)
    native = module.VLRewardBench
    native.DATASET_MD5 = {}
    dataset = timed("build VL-RewardBench", partial(native, "VL-RewardBench"), lines)
    for count in workers:
        file = predictions(dataset, folder / f"judge{count}_VL-RewardBench.tsv")
        with JudgeServer(lambda prompt: "Answer 1", latency=latency) as server:
            settings = {
                "model": "gpt-4o-mini",
                "api_base": f"{server.url}/chat/completions",
                "key": "x",
                "nproc": count,
            }
            name = f"evaluate VL-RewardBench, {len(dataset.data):,} predictions, {count} workers, {latency} s a call"
            timed(name, partial(dataset.evaluate, file, **settings), lines)
            lines[-1] = (f"{lines[-1][0]} ({len(server.prompts):,} calls)", lines[-1][1])
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--latency", type=float, default=0.5, help="seconds that the judge server takes to answer")
    parser.add_argument("--workers", type=int, nargs="*", default=[4, 32], help="VLMEvalKit's --judge-api-nproc")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines = measure(Path(folder), options.latency, options.workers)
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores")
    print("| what | seconds |\n|---|---|")
    for name, seconds in lines:
        print(f"| {name} | {seconds:.4f} |")


if __name__ == "__main__":
    main()
