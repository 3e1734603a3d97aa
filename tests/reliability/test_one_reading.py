"""Every command that takes a file takes a pipe and standard input, and reads from them what it reads from the file."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.insight.simulate import Planted, run, write
from tests.reliability.laboratory import Command, Laboratory, readers, vlrb
from vlrb_task.cli.main import group
from vlrb_task.pairs.pair import parse_rows
from vlrb_task.support.errors import DataError

TABLE = "model,general,hallucination,reasoning,overall\nA,49.1,67.6,70.5,65.8\n"
BENCH = "model,mme\nmodel,0.5\nother,0.7\nthird,0.6\n"
PAIR = {"id": "mmmu_1", "query": "q", "response": ["a", "b"], "human_ranking": [0, 1], "subset": "s", "source": "x"}


def piped(command: str, **environment: str) -> str:
    """What a shell's command line prints; the program is $VLRB."""
    done = subprocess.run(
        ["bash", "-c", command.replace("VLRB", f"{sys.executable} -m vlrb_task")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def without_names(text: str) -> Any:
    """A JSON document without the names of the files that it came from."""
    drop = {"source", "label", "origin"}

    def cleaned(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: cleaned(one) for name, one in value.items() if name not in drop}
        return [cleaned(one) for one in value] if isinstance(value, list) else value

    return cleaned(json.loads(text))


@pytest.mark.parametrize("given", ["<(cat FILE)", "- < FILE", "/dev/stdin < FILE", "<(sleep 0.2; cat FILE)"])
def test_a_log_through_a_pipe(tmp_path: Path, given: str) -> None:
    log = write(tmp_path / "a.votes.jsonl", run(Planted(0.7), 2, sizes={"general": 400, "reasoning": 400}), "model")
    assert log.stat().st_size > 2**16, "more than a pipe holds"
    direct = piped(f"VLRB score {log} --json")
    assert without_names(piped(f"VLRB score {given.replace('FILE', str(log))} --json")) == without_names(direct)
    assert without_names(direct)["votes"] == 1600


def test_other_commands_through_pipes(tmp_path: Path) -> None:
    log = write(tmp_path / "a.votes.jsonl", run(Planted(0.7), 2, sizes={"general": 10, "reasoning": 10}), "model")
    table, bench, pairs = tmp_path / "t.csv", tmp_path / "b.csv", tmp_path / "p.jsonl"
    table.write_text(TABLE)
    bench.write_text(BENCH)
    pairs.write_text(json.dumps(PAIR) + "\n")
    for direct, other in (
        (f"VLRB audit {table} --json", f"VLRB audit <(cat {table}) --json"),
        (f"VLRB audit {log} --json", f"cat {log} | VLRB audit - --json"),
        (f"VLRB export {log} --to csv", f"VLRB export <(cat {log}) --to csv"),
        (f"VLRB doctor --pairs {pairs} --json", f"VLRB doctor --pairs <(cat {pairs}) --json"),
    ):
        one, two = piped(direct), piped(other)
        if "--json" in direct:
            found = [without_names(text) for text in (one, two)]
            for value in found:
                value.get("data", {}).pop("pairs", None)
            assert found[0] == found[1]
        else:
            assert one == two


def emptied(out: Path, command: Command) -> Result:
    """What a command says that writes into an empty folder."""
    shutil.rmtree(out)
    out.mkdir()
    return vlrb(*command)


def test_every_kind_of_file_through_a_named_pipe(tmp_path: Path) -> None:
    """The first command that reads each kind says the same of a pipe as of the file."""
    lab, out = Laboratory.made(tmp_path / "lab"), tmp_path / "out"
    kinds = readers(lab, out)
    several = ("bon/", "run1/", "task/rest")  # folders, and files that are named by others
    for number, (name, commands) in enumerate(kinds.items()):
        if name.startswith(several):
            continue
        content = (lab / name).read_bytes()
        direct = emptied(out, commands[0])
        (lab / name).rename(tmp_path / "aside")
        os.mkfifo(lab / name)
        threading.Thread(target=(lab / name).write_bytes, args=(content,), daemon=True).start()
        other = emptied(out, commands[0])
        assert (other.exit_code, other.output) == (direct.exit_code, direct.output), (name, other.exception)
        (lab / name).rename(tmp_path / f"pipe{number}")  # kept: its inode is what names its copy
        (tmp_path / "aside").rename(lab / name)


def vote(better: int, words: tuple[int, int], first: int = 0) -> dict[str, Any]:
    pair = parse_rows([ROW], origin="x").pairs[0]
    said = "Overall Judgment: Answer 1 is better."
    told = {"better": better, "subset": "s", "source": "x", "words": list(words)}
    return {"v": 1, "key": pair.key, "id": pair.id, "judge": "official", "vote": 0, "first": first, "text": said} | told


ROW = {**PAIR, "response": ["one two", "one"]}


def test_pairs_whose_responses_stand_the_other_way_round(tmp_path: Path) -> None:
    """Their keys are the same, and each vote would count for the other response: the command ends, and says why."""
    log, pairs = tmp_path / "a.votes.jsonl", tmp_path / "pairs.jsonl"
    log.write_text(json.dumps(vote(0, (2, 1))) + "\n")
    turned = {**ROW, "response": ROW["response"][::-1], "human_ranking": [1, 0]}
    for row, overall in ((ROW, 1.0), ({**ROW, "human_ranking": [1, 0]}, 0.0), (turned, None)):
        pairs.write_text(json.dumps(row) + "\n")
        result = CliRunner().invoke(group, ["score", str(log), "--pairs", str(pairs), "--json"])
        if overall is None:
            assert isinstance(result.exception, DataError)
            assert "two responses stand the other way round" in str(result.exception)
        else:
            assert json.loads(result.stdout)["overall"]["value"] == overall


def test_ids_without_a_separator_are_no_sources() -> None:
    rows = [{**PAIR, "id": f"p{n}", "source": None} for n in range(300)]
    assert {pair.source for pair in parse_rows(rows, origin="x").pairs} == {"unknown"}
    (kept,) = parse_rows([{**PAIR, "id": "mine-7", "source": None}], origin="x").pairs
    assert kept.source == "mine"


def test_a_subset_named_as_a_column(tmp_path: Path) -> None:
    names = ["votes", "pairs", "overall", "coverage", "warnings", "macro", "overall_low"]
    log = tmp_path / "a.votes.jsonl"
    lines = [{**vote(n % 2, (2, 1)), "key": f"{n:016x}", "subset": names[n % 7]} for n in range(21)]
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = CliRunner().invoke(group, ["export", str(log), "--to", "csv"])
    assert result.exit_code == 0, result.exception
    header, row = csv.reader(io.StringIO(result.stdout))
    assert len(header) == len(set(header)) == len(row)
    plain = json.loads(CliRunner().invoke(group, ["score", str(log), "--json"]).stdout)
    cells = dict(zip(header, row, strict=True))
    assert float(cells["overall"]) == plain["overall"]["value"]
    assert float(cells["overall_subset"]) == plain["by_subset"]["overall"]["value"]
    assert int(cells["votes"]) == plain["votes"]
