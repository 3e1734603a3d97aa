"""``vlrb task --after``: what a first step answered stands in the second step's prompts, ballot by ballot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support.made_up import record
from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.cli.main import group
from vlrb_task.judges import get_judge
from vlrb_task.judges.templates import prompt_record
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.rows import load_benchmark
from vlrb_task.tasks.questions import Questions, questions_of
from vlrb_task.tasks.saved import load_task

DEMO = load_benchmark(str(demo_parquet()))


def first_step(folder: Path, judge: str, schedule: Schedule, missing: int = 0) -> Path:
    """A log in which each answer names its ballot."""
    lines = [
        record(DEMO, pair, ballot, f"Step about {pair.key}, vote {ballot.vote}, first {ballot.first}.")
        | {"judge": judge, "prompt": prompt_record(get_judge(judge)).to_dict()}
        for pair in DEMO.pairs
        for ballot in ballots_of(pair, schedule, "pairwise")
    ]
    path = folder / f"{judge}.votes.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines[missing:]))
    return path


def second_step(folder: Path, judge: str, log: Path, *options: str) -> Questions:
    words = ["task", "--judge", judge, "--pairs", str(demo_parquet()), "--after", str(log), *options]
    done = CliRunner().invoke(group, [*words, "--name", "mine", "-o", str(folder / "out")])
    if done.exception:
        raise done.exception
    spec = load_task(folder / "out" / "mine.task.json")
    template = get_judge(judge).prompt.template
    assert template is not None
    return questions_of(spec, load_benchmark(spec.pairs), template, lambda one: f"{one.key}{one.vote}")


def test_each_ballot_is_given_the_answer_to_itself(tmp_path: Path) -> None:
    log = first_step(tmp_path, "criteria", Schedule(Order.BOTH))
    asked = second_step(tmp_path, "second_look", log, "--order", "both")
    assert len(asked.by_index) == 72
    for name, question in asked.by_index.items():
        ballot = question.ballot
        assert f"\nStep about {ballot.key}, vote {ballot.vote}, first {ballot.first}.\n" in asked.prompt(name)
    assert asked.benchmark.fingerprint == DEMO.fingerprint


def test_a_description_serves_every_vote(tmp_path: Path) -> None:
    log = first_step(tmp_path, "describe", Schedule(Order.KEY))
    asked = second_step(tmp_path, "caption", log, "--order", "alternate", "--votes", "3")
    for name, question in asked.by_index.items():
        assert f"\nStep about {question.ballot.key}, vote 0, first " in asked.prompt(name)
    yaml = (tmp_path / "out" / "mine.yaml").read_text()
    assert "captions_sha256: " in yaml, "which lmms-eval's response cache tells tasks apart by"


@pytest.mark.parametrize(
    ("first", "second", "options", "message"),
    [
        ("criteria", "second_look", ("--order", "key"), None),
        ("criteria", "second_look", ("--order", "both", "--votes", "2"), "no answer to 72 ballots"),
        ("criteria", "prose", ("--order", "both"), "judge 'prose' has no place for the answers of a first step"),
        ("criteria", "pointwise_10", (), "rates single answers, and the first step is shown answers"),
        ("criteria", "second_look", ("--votes-from", "{log}"), "--after: not with --captions or --votes-from"),
    ],
)
def test_what_does_not_fit_is_one_line(
    tmp_path: Path, first: str, second: str, options: tuple[str, ...], message: str | None
) -> None:
    log = first_step(tmp_path, first, Schedule(Order.BOTH))
    options = tuple(option.format(log=log) for option in options)
    if message is None:
        second_step(tmp_path, second, log, *options)
    else:
        with pytest.raises(Exception, match=message):
            second_step(tmp_path, second, log, *options)


def test_an_answer_that_is_missing_is_named(tmp_path: Path) -> None:
    log = first_step(tmp_path, "criteria", Schedule(Order.BOTH), missing=1)
    with pytest.raises(Exception, match="no answer to 1 ballots") as caught:
        second_step(tmp_path, "second_look", log, "--order", "both")
    assert f"id {DEMO.pairs[0].id!r}, vote 0" in str(caught.value)
