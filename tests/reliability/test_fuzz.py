"""Mutated logs and odd environments, drawn from fixed seeds: an answer or one line, never a traceback.

``VLRB_FUZZ=10`` tries ten times as many.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.insight.simulate import Planted, run, write
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.scores.score import score_run
from vlrb_task.support.errors import VlrbError
from vlrb_task.votes import read_runs

TIMES = int(os.environ.get("VLRB_FUZZ", "1"))

VALUES: list[Any] = [
    *(None, True, False, 0, 1, 2, -1, 1.5, 1e308, 10**400, float("nan"), float("inf"), "", "x", "0", "\0", "\ud800"),
    *([], {}, [[]], [0, 1], {"a": 1}, "x" * 5000, ["\u202e"], {"name": None}, 2**63, -(2**63), "official", "tie"),
]


def mutated(lines: list[dict[str, Any]], draw: random.Random) -> bytes:
    """A log with some of its fields replaced, left out or added, and some of its bytes damaged."""
    changed = [dict(line) for line in lines]
    for _ in range(draw.randrange(1, 12)):
        line = draw.choice(changed)
        name = draw.choice([*line, "score", "p", "answer", "text", "vlrb_vote", "schedule", "words", "tags"])
        kind = draw.randrange(4)
        if kind == 0:
            line.pop(name, None)
        elif kind == 1:
            line[name] = draw.choice(VALUES)
        elif kind == 2 and isinstance(line.get(name), dict):
            line[name] = {**line[name], draw.choice([*line[name], "x"]): draw.choice(VALUES)}
        else:
            changed.insert(draw.randrange(len(changed)), dict(line))
    whole = bytearray("".join(json.dumps(line) + "\n" for line in changed).encode("utf-8", "surrogatepass"))
    for _ in range(draw.choice((0, 0, 0, 1, 3, 20))):
        at = draw.randrange(len(whole))
        if draw.random() < 0.5:
            whole[at] = draw.randrange(256)
        else:
            del whole[at : at + draw.randrange(1, 200)]
    return bytes(whole)


def test_mutated_logs(tmp_path: Path) -> None:
    made = run(Planted(0.7), 2, sizes={"general": 3, "reasoning": 3})
    lines = [json.loads(line) for line in write(tmp_path / "a.votes.jsonl", made, "m").read_text().splitlines()]
    draw, path, scored = random.Random(18), tmp_path / "b.votes.jsonl", 0
    refused: list[str] = []
    for _ in range(250 * TIMES):
        path.write_bytes(mutated(lines, draw))
        try:
            for one in read_runs([path]):
                json.dumps(score_run(one).to_dict())
                scored += 1
        except VlrbError as error:
            refused.append(str(error))
    assert all(len(told.splitlines()) == 1 and len(told) < 3200 for told in refused)
    assert scored > 100 * TIMES


NAMES = [
    "a b.votes.jsonl",
    "[red]x[bold].votes.jsonl",
    "'\"$`.votes.jsonl",
    "ümläut-\u202e.votes.jsonl",
    "-x.votes.jsonl",
]
NAMES += ["line\nbreak.votes.jsonl", os.fsdecode(b"latin-\xe9.votes.jsonl"), "é" * 110 + ".votes.jsonl"]

ENVIRONMENTS: dict[str, dict[str, str | None]] = {
    "C locale": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "ASCII output": {"PYTHONIOENCODING": "ascii"},
    "no HOME": {"HOME": None, "XDG_CACHE_HOME": None, "USER": None},
    "a HOME that is not there": {"HOME": "/nonexistent/home", "XDG_CACHE_HOME": None},
    "a cache that cannot be written": {
        "XDG_CACHE_HOME": "/proc/cache",
        "VLRB_CACHE": "/proc/vlrb",
        "HF_HOME": "/proc/hf",
    },
    "ten columns": {"COLUMNS": "10", "LINES": "3"},
    "one column": {"COLUMNS": "1"},
    "a thousand columns": {"COLUMNS": "1000"},
    "dumb terminal": {"TERM": "dumb", "NO_COLOR": "1"},
    "forced colour": {"FORCE_COLOR": "1", "TERM": "xterm-256color"},
    "no TERM, no PATH": {"TERM": None, "PATH": ""},
    "optimised": {"PYTHONOPTIMIZE": "2"},
    "warnings are errors": {"PYTHONWARNINGS": "error::DeprecationWarning:vlrb_task"},
    "odd variables": {
        "VLRB_PAIRS": "",
        "VLRB_TASKS": "/nonexistent",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HF_TOKEN": "x",
    },
    "two variables for columns": {"COLUMNS": "x", "LINES": "-1"},
    "odd time zone": {"TZ": ":/etc/passwd"},
    "no time zone": {"TZ": "X+99:99"},
    "a folder for temporary files that is not there": {"TMPDIR": "/nonexistent", "TEMP": "/nonexistent"},
    "another language": {"LANGUAGE": "tr_TR", "LC_ALL": "tr_TR.ISO-8859-9", "LANG": "tr_TR.ISO-8859-9"},
}

OUTPUTS = {
    "": "",
    "stdout closed": " >&-",
    "stderr closed": " 2>&-",
    "all closed": " <&- >&- 2>&-",
    "stdin closed": " <&-",
}
"""What a shell does to a command's streams."""


def mixed(draw: random.Random) -> tuple[str, dict[str, str | None], str]:
    """Up to three of the environments at once, and streams."""
    names = draw.sample(list(ENVIRONMENTS), draw.choice((1, 2, 3)))
    streams = draw.choice(list(OUTPUTS))
    settings = {name: value for one in names for name, value in ENVIRONMENTS[one].items()}
    return ", ".join([*names, streams]), settings, OUTPUTS[streams]


def commands(log: str, folder: Path) -> dict[str, list[str]]:
    return {
        "score": ["score", "--", log],
        "score --json": ["score", "--json", "--", log],
        "compare": ["compare", "--", log],
        "export": ["export", "--to", "markdown", "--", log],
        "audit": ["audit", "--", log],
        "audit of a row": [
            "audit",
            "--general",
            "49.1",
            "--hallucination",
            "67.6",
            "--reasoning",
            "70.5",
            "--overall",
            "65.8",
        ],
        "parse": ["parse", "--", log],
        "judges": ["judges"],
        "a judge": ["judges", "criteria"],
        "task": ["task", "--judge", "criteria", "--pairs", str(demo_parquet()), "--name", "x", "-o", str(folder / "t")],
        "doctor": ["doctor", "--pairs", str(demo_parquet())],
        "report": ["report", "-o", str(folder / "page.html"), "--", log],
        "bench list": ["bench", "list"],
        "include-path": ["include-path"],
        "help": ["score", "--help"],
        "bench show": ["bench", "show", "mmrlhf"],
        "panel": ["panel", "--", log, "other judge.votes.jsonl"],
        "plan": ["plan", "--difference", "5"],
        "plot": ["plot", "-o", str(folder), "--only", "scores", "--", log],
        "unread": ["parse", "--unread", "-o", str(folder / "unread.jsonl"), "--", log],
        "hook": ["hook", "status"],
        "batch": [
            "batch",
            "write",
            "--task",
            "vlrb_demo",
            "--model",
            "m",
            "--no-images",
            "-o",
            str(folder / "b.jsonl"),
        ],
        "bon": ["bon", "make", str(folder.with_name("candidates.jsonl")), "-o", str(folder / "bon"), "--dry-run"],
    }


@pytest.mark.parametrize("number", range(24))
def test_every_environment(tmp_path: Path, number: int) -> None:
    """One command in each mixture, both drawn; with VLRB_FUZZ more mixtures. The log's name is odd."""
    made = run(Planted(0.7), 2, sizes={"general": 4, "reasoning": 4})
    candidates = {"id": "q", "question": "q", "candidates": ["a", "b"], "right": [0, 1]}
    tmp_path.with_name("candidates.jsonl").write_text(json.dumps(candidates) + "\n")
    for time in range(TIMES):
        draw = random.Random(f"{number} {time}")
        told_of, settings, streams = mixed(draw)
        environ = {**os.environ, "HF_HUB_OFFLINE": "1"}
        for name, value in settings.items():
            environ.pop(name, None)
            if value is not None:
                environ[name] = value
        log = write(tmp_path / draw.choice(NAMES), made, "m")
        write(tmp_path / "other judge.votes.jsonl", made, "n")
        names = list(commands(log.name, tmp_path))
        command = names[(number + 24 * time) % len(names)]
        done = subprocess.run(
            ["/bin/sh", "-c", f'exec "$@"{streams}', "sh", sys.executable, "-m", "vlrb_task"]
            + commands(log.name, tmp_path)[command],
            capture_output=True,
            check=False,
            env=environ,
            cwd=tmp_path,
        )
        told = done.stderr.decode(errors="replace")
        assert "Traceback" not in told, (command, log.name, told_of, told)
        assert done.returncode in (0, 2), (command, log.name, told_of, told)
        if done.returncode == 2 and "2>&-" not in streams:
            assert told.startswith("vlrb: "), (command, log.name, told_of, told)
            # The base install lacks the libraries of some commands, and says so.
            assert command == "a judge" or "vlrb[report]" in told, (command, log.name, told_of, told)
        log.unlink()
