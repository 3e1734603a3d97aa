"""Every command that reads logs refuses a pickle in the same words, and has the option that they name."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from tests.bon.simulate import policy
from tests.insight.simulate import Planted, records, run
from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.cli.main import group
from vlrb_task.judges import get_judge
from vlrb_task.judges.templates import prompt_record
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.rows import load_benchmark
from vlrb_task.support.errors import DataError
from vlrb_task.tasks.saved import load_tasks
from vlrb_task.votes import benchmark_fields, make_record, write_votes
from vlrb_task.votes.vlmevalkit import RECORD_COLUMN

for module in ("choix", "statsmodels", "krippendorff", "matplotlib"):
    pytest.importorskip(module)

REFUSAL = "opening a pickle can run any code put into it; if you trust it: --trust-pickle"
SAID = "Overall Judgment: Answer 1 is better."

COMMANDS = {
    "score": "score {log}",
    "compare": "compare {log}",
    "report": "report {log} -o {out}/report.html",
    "report --bon": "report {votes} {picks} --bon {bon} -o {out}/report.html",
    "export": "export {log} --to markdown",
    "plot": "plot {log} -o {out} --only scores",
    "audit": "audit {log}",
    "task": "task --judge criteria --votes 3 --votes-from {demo} --pairs {pairs} --name mine -o {out}/task",
    "bon score": "bon score {bon} {picks}",
    "bon next": "bon next {bon} {picks}",
    "bon correlate": "bon correlate {bon} {votes} {picks} {log} {more_picks}",
}


def pickled(path: Path, lines: list[dict[str, Any]]) -> Path:
    """A prediction file as VLMEvalKit leaves one where it could not write another."""
    rows = [
        {
            "index": number,
            "prediction": line["text"],
            RECORD_COLUMN: json.dumps({k: v for k, v in line.items() if k != "text"}),
        }
        for number, line in enumerate(lines)
    ]
    path.write_bytes(pickle.dumps(rows))
    return path


def lines_about(pairs: str, schedule: Schedule) -> list[dict[str, Any]]:
    """Votes for whichever answer is shown first, about all of some pairs."""
    benchmark, prompt = load_benchmark(pairs), prompt_record(get_judge("criteria"))
    return [
        make_record(pair, ballot, "criteria", prompt, SAID, **benchmark_fields(benchmark))
        for pair in benchmark.pairs
        for ballot in ballots_of(pair, schedule, "pairwise")
    ]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pickles")
    sizes = {"general": 12, "hallucination": 12, "reasoning": 12}
    planted = run(Planted(0.7), 2, 1, "a", sizes)
    log = pickled(folder / "b_VLRB.pkl", records(planted))
    votes = folder / "a.votes.jsonl"
    write_votes(votes, records(planted, "a"))
    demo = pickled(folder / "demo_VLRB_Demo.pkl", lines_about(str(demo_parquet()), Schedule(Order.BOTH)))
    candidates = folder / "candidates.jsonl"
    questions = [
        {"id": q.id, "question": q.query, "candidates": [d.text for d in q.draws], "right": [d.right for d in q.draws]}
        for q in policy(12, 3, rights=[0.5])
    ]
    candidates.write_text("".join(json.dumps(question) + "\n" for question in questions))
    made = CliRunner().invoke(group, ["bon", "make", str(candidates), "-o", str(folder / "bon"), "--judge", "criteria"])
    assert made.exit_code == 0, made.output
    (task,) = load_tasks(folder / "bon")
    lines = lines_about(task.pairs, task.schedule)
    picks = pickled(folder / "a_VLRB_Bon_Criteria.pkl", lines)
    more_picks = pickled(folder / "b_VLRB_Bon_Criteria.pkl", lines)
    named = {"log": log, "votes": votes, "demo": demo, "picks": picks, "more_picks": more_picks}
    return {**named, "bon": folder / "bon", "pairs": demo_parquet()}


@pytest.mark.parametrize("line", COMMANDS.values(), ids=COMMANDS)
def test_a_pickle_is_refused_and_with_the_option_read(line: str, places: dict[str, Path], tmp_path: Path) -> None:
    arguments = [word.format(out=tmp_path, **places) for word in line.split()]
    refused = CliRunner().invoke(group, arguments)
    assert isinstance(refused.exception, DataError), refused.output
    assert REFUSAL in str(refused.exception)
    read = CliRunner().invoke(group, [*arguments, "--trust-pickle"])
    assert read.exit_code == 0, (read.output, read.exception)


def test_the_option_reads_alike_everywhere() -> None:
    found = {
        (parameter.opts[0], parameter.help)
        for command in _commands(group)
        for parameter in command.params
        if isinstance(parameter, click.Option) and "--trust-pickle" in parameter.opts
    }
    assert found == {("--trust-pickle", "Open .pkl files, which can run any code put into them.")}


def _commands(command: click.Command) -> list[click.Command]:
    if not isinstance(command, click.Group):
        return [command]
    context = click.Context(command)
    children = (command.get_command(context, name) for name in command.list_commands(context))
    return [leaf for child in children if child is not None for leaf in _commands(child)]
