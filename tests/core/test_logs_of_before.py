"""What frameworks did to votes of earlier releases is undone where the log allows it, and told where it does not."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.support.made_up import FIRST, SECOND, made_up_pairs, record
from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.cli.main import group
from vlrb_task.judges import get_judge
from vlrb_task.pairs.keys import answers_sha256
from vlrb_task.pairs.pair import parse_rows
from vlrb_task.parsing.verdicts import Verdict
from vlrb_task.support.errors import DataError
from vlrb_task.votes import read_runs, warnings

BENCHMARK = made_up_pairs(6)
ASKED = [(pair, ballot) for pair in BENCHMARK.pairs for ballot in ballots_of(pair, Schedule(Order.BOTH))]
HASHED = {"messages_sha256": "0" * 64}


def votes(text: str = FIRST, **more: Any) -> list[dict[str, Any]]:
    return [record(BENCHMARK, pair, ballot, text) | more for pair, ballot in ASKED]


def write(path: Path, lines: Iterable[object]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def told(path: Path) -> list[str]:
    return [one.partition(" (")[0] for run in read_runs([path]) for one in run.warnings]


def test_a_thought_that_lmms_eval_removed_is_read_where_its_log_has_it(tmp_path: Path) -> None:
    """The verdict stands before the last closing tag: of what was left, nothing could be read."""
    whole, tail = f"<think>At first: {SECOND}\n{FIRST}</think>\nThat is all.", "That is all."
    lines = [
        {"doc_id": n, "resps": [whole], "filtered_resps": tail, "vlrb_vote": vote}
        for n, vote in enumerate(votes(tail, model="m"))
    ]
    log = write(tmp_path / "20260101_samples_vlrb_swap.jsonl", lines)
    journal = write(tmp_path / "j.votes.jsonl", votes(whole, model="m"))
    (run,), (same,) = read_runs([log]), read_runs([journal])
    assert [run.votes.choice.tolist(), run.reasons] == [same.votes.choice.tolist(), same.reasons]
    assert f"12 {warnings.THOUGHT_RESTORED}, the first at {log.name}:1" in run.warnings
    shown = CliRunner().invoke(group, ["score", str(log)])
    assert shown.output.splitlines()[0].startswith("criteria asked of m on all 6 pairs, task t, revision")
    assert "whose reasoning lmms-eval removed" in shown.output.splitlines()[1]
    document = json.loads(CliRunner().invoke(group, ["score", str(log), "--json"]).stdout)
    assert any(warnings.THOUGHT_RESTORED in one for one in document["warnings"])
    (joined,) = read_runs([log, journal], merge=True)
    assert not any(warnings.CONFLICT in one for one in joined.warnings), "log and journal hold the same texts"


def test_a_tail_alone_is_told_of(tmp_path: Path) -> None:
    judge = get_judge("think_tags")
    whole = judge.examples[Verdict.FIRST]
    tail = whole.partition("</think>")[2]
    asked = {"judge": judge.name}
    for name, text, more, warned in (
        ("cut", tail, {}, True),
        ("whole", whole, {}, False),
        ("now", tail, HASHED, False),
    ):
        path = write(tmp_path / f"{name}.votes.jsonl", votes(text, **asked, **more))
        assert (warnings.NO_THOUGHT.partition(" (")[0] in told(path)) == warned, name


def test_vlmevalkit_votes_that_do_not_say_what_was_sent_are_told_of(tmp_path: Path) -> None:
    words = f"12 {warnings.UNKNOWN_PROMPT}".partition(" (")[0]
    for more, warned in (
        ({"framework": "VLMEvalKit"}, True),
        ({"framework": "VLMEvalKit"} | HASHED, False),
        ({"framework": "lmms-eval"}, False),
    ):
        assert (words in told(write(tmp_path / "x.votes.jsonl", votes(**more)))) == warned, more
    rows = [
        {"index": n, "question": f"q{n}", "response": "['a', 'b']", "answer": "[0, 1]", "category": "general"}
        | {"prediction": FIRST}
        for n in range(3)
    ]
    own = tmp_path / "InternVL3-8B_VL-RewardBench.json"
    own.write_text(json.dumps(rows))
    assert words.replace("12", "3") in told(own)


def test_a_system_prompt_among_the_models_arguments_is_told_of(tmp_path: Path) -> None:
    log = write(tmp_path / "1_samples_vlrb.jsonl", ({"vlrb_vote": vote} for vote in votes()))
    results = {"config": {"model": "vllm", "model_args": "model=m,system_prompt=You are a cat."}}
    (tmp_path / "1_results.json").write_text(json.dumps(results))
    assert warnings.ADDED_PROMPT.format(name="system_prompt") in read_runs([log])[0].warnings


def test_pairs_in_the_other_order_are_told_by_the_answers_themselves(tmp_path: Path) -> None:
    """Their numbers of words are the same, so that only the hashes can tell."""
    rows = [
        {"id": f"mmmu_{n}", "query": f"q{n}", "response": [f"a{n}", f"b{n}"], "human_ranking": [0, 1]} for n in range(6)
    ]
    turned = [{**row, "response": [f"b{n}", f"a{n}"], "human_ranking": [1, 0]} for n, row in enumerate(rows)]
    same, other = (write(tmp_path / f"{n}.jsonl", one) for n, one in enumerate((rows, turned)))
    even = parse_rows(rows)
    ballots = [(pair, ballot) for pair in even.pairs for ballot in ballots_of(pair, Schedule(Order.KEY))]
    lines = [record(even, *one, FIRST, answers_sha256=answers_sha256(one[0].responses)) for one in ballots]
    log = write(tmp_path / "x.votes.jsonl", lines)
    assert len(read_runs([log], str(same))[0].votes) == 6
    with pytest.raises(DataError, match=r"6 of 6 votes .* stand the other way round"):
        read_runs([log], str(other))
