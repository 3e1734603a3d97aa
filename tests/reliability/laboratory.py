"""One small file of every kind that a command reads, and the commands that read and write them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from tests.bon.simulate import policy
from tests.support.made_up import FIRST, made_up_pairs, record
from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.cli.main import group
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.rows import load_benchmark
from vlrb_task.votes import write_votes

ROW = {"index": "0", "question": "q", "response": "['a', 'b']", "answer": "[0, 1]", "category": "general"}
SCORES = "model,general,hallucination,reasoning,overall\nA,49.1,67.6,70.5,65.8\nB,50,60,70,60\n"
BENCH = "model,mme\nm,0.5\nother,0.7\nthird,0.6\n"
POINTS = "judge,gain,overall,macro\na,0.1,0.5,0.5\nb,0.2,0.6,0.6\nc,0.15,0.55,0.5\nd,0.3,0.7,0.7\n"


def vlrb(*arguments: object) -> Result:
    """A command, in this process; what it raises is in the result."""
    return CliRunner().invoke(group, [*map(str, arguments)])


def done(*arguments: object) -> Result:
    result = vlrb(*arguments)
    assert result.exit_code == 0, (arguments, result.output, result.exception)
    return result


def jsonl(path: Path, lines: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@dataclass(frozen=True)
class Laboratory:
    """A folder with a file of each kind, all of them good."""

    folder: Path

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    @classmethod
    def made(cls, folder: Path) -> Laboratory:
        folder.mkdir()
        found = cls(folder)
        found._pairs()
        found._logs()
        found._tables()
        found._tasks()
        found._best_of_n()
        return found

    def _pairs(self) -> None:
        pairs = made_up_pairs(12).pairs
        rows = [
            {"id": p.id, "query": p.query, "response": list(p.responses), "human_ranking": [p.better, 1 - p.better]}
            for p in pairs
        ]
        jsonl(self / "pairs.jsonl", rows)
        (self / "pairs.json").write_text(json.dumps(rows))
        (self / "mapped.yaml").write_text(
            "rows: pairs.jsonl\nid: id\nquery: query\nanswers: response\nbetter: human_ranking\nranks: lowest\n"
            "subset: {column: id, contains: [mmmu, wildvision], default: other}\nwhere: {id: {not: [x]}}\n"
        )
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, list(ROW), delimiter="\t")
        writer.writeheader()
        writer.writerows({**ROW, "index": n, "question": f"q{n}"} for n in range(6))
        (self / "pairs.tsv").write_text(buffer.getvalue())
        (self / "pairs.parquet").write_bytes(demo_parquet().read_bytes())
        (self / "captions.json").write_text(json.dumps({p.id: f"a picture of {p.id}" for p in pairs}))

    def _logs(self) -> None:
        benchmark = made_up_pairs(12)
        asked = [(p, b) for p in benchmark.pairs for b in ballots_of(p, Schedule(Order.BOTH))]
        said = [FIRST, "Overall Judgment: Answer 2 is better.", "neither", "I cannot say."]
        lines = [record(benchmark, p, b, said[n * n % 7 % 4]) for n, (p, b) in enumerate(asked)]
        write_votes(self / "a.votes.jsonl", lines)
        write_votes(self / "b.votes.jsonl", [line | {"model": "other"} for line in lines[::-1]])
        jsonl(
            self / "m_samples_vlrb.jsonl",
            [{"doc_id": n, "resps": [["x"]], "vlrb_vote": v} for n, v in enumerate(lines)],
        )
        rows = [{**ROW, "index": str(n), "question": f"q{n}", "prediction": FIRST} for n in range(8)]
        (self / "m_VL-RewardBench.json").write_text(json.dumps(rows))
        with (self / "m_VL-RewardBench.tsv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter="\t")
            writer.writeheader()
            writer.writerows(rows)
        texts = [{"text": text, "gold": "first", "judge": "official"} for text in said]
        jsonl(self / "texts.jsonl", texts)
        done("parse", "--unread", self / "a.votes.jsonl", "-o", self / "unread.jsonl")
        unread = [json.loads(line) for line in (self / "unread.jsonl").read_text().splitlines()]
        jsonl(self / "labels.jsonl", [line | {"gold": "tie"} for line in unread])

    def _tables(self) -> None:
        (self / "scores.csv").write_text(SCORES)
        cells = [line.split(",") for line in SCORES.splitlines()]
        lines = ["|" + "|".join(row) + "|" for row in cells]
        (self / "scores.md").write_text("\n".join([lines[0], "|" + "-|" * 5, *lines[1:]]) + "\n")
        (self / "scores.tex").write_text("".join(" & ".join(row) + " \\\\\n" for row in cells))
        (self / "bench.csv").write_text(BENCH)
        (self / "points.csv").write_text(POINTS)
        results = {"results": {"mme": {"acc,none": 0.5, "f1,none": 0.25}}, "model_name": "m"}
        (self / "m_results.json").write_text(json.dumps(results))

    def _tasks(self) -> None:
        task = ("task", "--judge", "criteria", "--name", "mine", "-o", self / "task")
        done(*task, "--pairs", self / "pairs.jsonl", "--votes", "2", "--order", "both")
        again = ("task", "--judge", "criteria", "--name", "rest", "-o", self / "task", "--order", "both")
        done(*again, "--votes", "4", "--pairs", self / "pairs.jsonl", "--votes-from", self / "a.votes.jsonl")
        batch = ("batch", "write", "--task", self / "task" / "mine.task.json", "--model", "m", "--no-images")
        done(*batch, "-o", self / "requests.jsonl")
        requests = [json.loads(line) for line in (self / "requests.jsonl").read_text().splitlines()]
        jsonl(
            self / "results.jsonl",
            [
                {
                    "id": f"b{n}",
                    "custom_id": request["custom_id"],
                    "response": {"status_code": 200, "body": {"choices": [{"message": {"content": FIRST}}]}},
                    "error": None,
                }
                for n, request in enumerate(requests)
            ],
        )

    def _best_of_n(self) -> None:
        questions = policy(6, 4, rights=[0.5])
        jsonl(
            self / "candidates.jsonl",
            [
                {"id": q.id, "question": q.query, "candidates": [d.text for d in q.draws]}
                | {"right": [d.right for d in q.draws], "answers": [d.final for d in q.draws]}
                for q in questions
            ],
        )
        samples = [
            {"doc_id": n, "input": q.query, "target": "B", "exact_match": [d.right for d in q.draws]}
            | {"resps": [[d.text for d in q.draws]], "filtered_resps": [d.text for d in q.draws]}
            for n, q in enumerate(questions)
        ]
        jsonl(self / "p_samples_mmmu_val.jsonl", samples)
        for run in range(2):
            rows = [
                {"index": n, "question": q.query, "prediction": q.draws[run].text, "hit": int(q.draws[run].right)}
                for n, q in enumerate(questions)
            ]
            (self / f"run{run}").mkdir()
            (self / f"run{run}" / "p_MMMU_result.json").write_text(json.dumps(rows))
        done("bon", "make", self / "candidates.jsonl", "-o", self / "bon", "--judge", "criteria", "--no-images")
        benchmark = load_benchmark(str(self / "bon" / "vlrb_bon.parquet"))
        asked = [(p, b) for p in benchmark.pairs for b in ballots_of(p, Schedule(Order.BOTH))]
        write_votes(self / "picks.votes.jsonl", [record(benchmark, p, b, FIRST) for p, b in asked])


Command = tuple[object, ...]


def readers(lab: Laboratory, out: Path) -> dict[str, list[Command]]:
    """Each kind of file, and the commands that read it: no path is written but below ``out``."""
    out.mkdir(exist_ok=True)
    picks, bon, log = lab / "picks.votes.jsonl", lab / "bon", lab / "a.votes.jsonl"
    task = ("task", "--judge", "criteria", "--name", "x", "-o", out)
    batch = ("batch", "write", "--model", "m", "--no-images", "-o", out / "b.jsonl", "--force")
    captions = ("task", "--judge", "caption", "--name", "x", "-o", out, "--captions", lab / "captions.json")

    def of_log(path: Path) -> list[Command]:
        return [
            *(("score", path), ("score", path, "--json"), ("compare", path, log, "--json"), ("audit", path, "--json")),
            *(("panel", path, log, lab / "b.votes.jsonl", "--json"), ("export", path, "--to", "csv")),
            *(("export", path, "--to", "markdown"), ("parse", "--unread", path, "-o", out / "unread.jsonl", "--force")),
            ("report", path, log, "-o", out / "page.html", "--force"),
            (*task, "--pairs", lab / "pairs.jsonl", "--votes", 4, "--order", "both", "--votes-from", path, "--force"),
        ]

    def of_pairs(path: Path) -> list[Command]:
        return [
            ("doctor", "--pairs", path, "--json"),
            ("score", log, "--pairs", path, "--json"),
            (*task, "--pairs", path, "--force"),
            (*batch, "--task", "vlrb_criteria", "--pairs", path),
        ]

    def of_candidates(path: Path) -> list[Command]:
        return [
            ("bon", "make", path, "-o", out / "bon", "--judge", "criteria", "--no-images"),
            ("bon", "make", path, "-o", out / "none", "--dry-run", "--json", "--scheme", "sparse"),
        ]

    folder: list[Command] = [
        ("bon", "score", bon, picks, "--json"),
        ("bon", "score", bon, picks),
        ("bon", "next", bon, picks, "--json"),
        ("bon", "correlate", bon, picks, log, "--json"),
    ]
    read = ("batch", "read", lab / "results.jsonl", "-o", out / "r.votes.jsonl", "--force", "--json")
    return {
        **{name: of_log(lab / name) for name in ("a.votes.jsonl", "m_samples_vlrb.jsonl")},
        **{name: of_log(lab / name) for name in ("m_VL-RewardBench.json", "m_VL-RewardBench.tsv")},
        **{name: of_pairs(lab / name) for name in ("pairs.jsonl", "pairs.json", "pairs.tsv", "pairs.parquet")},
        "mapped.yaml": of_pairs(lab / "mapped.yaml"),
        **{name: of_candidates(lab / name) for name in ("candidates.jsonl", "p_samples_mmmu_val.jsonl")},
        "run1/p_MMMU_result.json": [
            ("bon", "make", lab / "run0", lab / "run1", "-o", out / "bon", "--judge", "criteria", "--no-images"),
            ("bon", "make", lab / "run1", "-o", out / "none", "--dry-run", "--json"),
        ],
        **dict.fromkeys(("bon/bon.json", "bon/questions.jsonl", "bon/vlrb_bon.parquet"), folder),
        "picks.votes.jsonl": folder,
        "points.csv": [("bon", "correlate", "--table", lab / "points.csv", *more) for more in ((), ("--json",))],
        **{name: [("audit", lab / name), ("audit", lab / name, "--json")] for name in ("scores.csv", "scores.md")},
        "scores.tex": [("audit", lab / "scores.tex", "--json")],
        **{
            name: [("compare", log, lab / "b.votes.jsonl", "--bench", lab / name, *more) for more in ((), ("--json",))]
            for name in ("bench.csv", "m_results.json")
        },
        "texts.jsonl": [
            ("parse", lab / "texts.jsonl", *more) for more in ((), ("--json",), ("--explain",), ("--check",))
        ],
        "labels.jsonl": [("score", log, "--labels", lab / "labels.jsonl", "--json")],
        "captions.json": [
            (*captions, "--pairs", lab / "pairs.jsonl", "--force"),
        ],
        **{
            f"task/{name}": [
                (*batch, "--task", lab / "task" / f"{name.split('.')[0]}.task.json"),
            ]
            for name in ("mine.task.json", "rest.task.json", "rest.ballots.jsonl", "rest.parquet")
        },
        "requests.batch.jsonl": [read],
        "results.jsonl": [read],
    }
