"""Votes on the relatives, scored: tie labels, groups and criteria go through a log, and the numbers are their authors'."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from click.testing import CliRunner

from tests.support.relatives import RELATIVES
from tests.support.relatives_votes import SAYS, write_log
from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.cli.score import command
from vlrb_task.judges import get_judge
from vlrb_task.judges.templates import prompt_record
from vlrb_task.pairs.pair import Pair
from vlrb_task.pairs.rows import load_benchmark
from vlrb_task.votes import benchmark_fields, make_record


def choice(pair: Pair, number: int) -> int | str:
    """A judge that is now right, now wrong, now undecided."""
    return (0, 1, "tie", 1, 0)[(int(pair.key, 16) + number) % 5]


def score(path: Path, *options: str) -> dict[str, Any]:
    done = CliRunner().invoke(command, [str(path), "--json", *options])
    assert done.exit_code == 0, done.exception
    return dict(json.loads(done.stdout))


def right(pair: Pair) -> bool:
    return choice(pair, 0) == pair.label


def grouped(pairs: tuple[Pair, ...], by: Callable[[Pair], str | None]) -> dict[str, list[bool]]:
    found = defaultdict(list)
    for pair in pairs:
        found[str(by(pair))].append(right(pair))
    return found


@pytest.mark.parametrize("labelled", [True, False])
@pytest.mark.parametrize("name", [name for name in RELATIVES if name != "mmrb2"])
def test_each_relative_is_scored(tmp_path: Path, name: str, labelled: bool) -> None:
    spec, _ = RELATIVES[name](tmp_path)
    found = load_benchmark(spec)
    (tmp_path / "log").mkdir()
    scored = score(
        write_log(tmp_path / "log" / "x.votes.jsonl", found, choice, labelled=labelled),
        *([] if labelled else ["--pairs", spec]),
    )
    pairs = found.pairs
    assert scored["fingerprint"] == found.fingerprint
    assert scored["overall"]["value"] == pytest.approx(mean(map(right, pairs)))
    by_subset = grouped(pairs, lambda pair: pair.subset)
    assert {n: one["value"] for n, one in scored["by_subset"].items()} == pytest.approx(
        {n: mean(v) for n, v in by_subset.items()}
    )
    if any(pair.tied for pair in pairs):
        assert scored["overall_no_ties"]["value"] == pytest.approx(mean(right(p) for p in pairs if not p.tied))
    else:
        assert "overall_no_ties" not in scored
    if pairs[0].group is not None:
        groups = grouped(pairs, lambda pair: pair.group)
        assert scored["all_right"]["value"] == pytest.approx(mean(map(all, groups.values())))
        assert scored["all_right"]["n"] == len(groups)
    else:
        assert "all_right" not in scored
    if pairs[0].criterion is not None:
        criteria = grouped(pairs, lambda pair: pair.criterion)
        assert {n: one["value"] for n, one in scored["by_criterion"].items()} == pytest.approx(
            {n: mean(v) for n, v in criteria.items()}
        )
    else:
        assert "by_criterion" not in scored
    if labelled:
        assert scored["metadata"]["benchmark"] == name


def test_a_tie_is_right_only_where_the_label_is_one(tmp_path: Path) -> None:
    """Under every policy: a side is wrong where the label is a tie; an unparsed text is neither."""
    spec, _ = RELATIVES["omni_rewardbench"](tmp_path)
    found = load_benchmark(spec)
    texts = iter([SAYS["tie"], SAYS["tie"], SAYS["tie"], "?", SAYS["tie"], SAYS[0]])
    path = tmp_path / "x.votes.jsonl"
    lines = [
        make_record(
            pair, ballot, "criteria", prompt_record(get_judge("criteria")), next(texts), **benchmark_fields(found)
        )
        for pair in found.pairs
        for ballot in ballots_of(pair, Schedule(Order.KEY))
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    # Labels: first, second, tie, first, second, tie.
    expected = {"strict": (1 / 6, 6), "half": (3 / 6, 6), "official": (1 / 2, 2)}
    for policy, (value, n) in expected.items():
        scored = score(path, "--policy", policy)
        assert (scored["overall"]["value"], scored["overall"]["n"]) == (pytest.approx(value), n)
    assert score(path)["unparsed"] == {"no_verdict": 1}


def authors_multi_crit(pairs: list[Pair]) -> dict[str, float]:
    """Their metrics again: a prompt's criteria two by two, those with opposite labels are in conflict."""
    prompts = defaultdict(list)
    for pair in pairs:
        prompts[pair.group].append(pair)
    conflicts = {
        prompt: [(a, b) for place, a in enumerate(found) for b in found[place + 1 :] if a.label != b.label]
        for prompt, found in prompts.items()
    }
    conflicts = {prompt: found for prompt, found in conflicts.items() if found}
    said = {pair.key: choice(pair, 0) for pair in pairs}
    return {
        "macro_avg": mean(map(mean, grouped(tuple(pairs), lambda pair: pair.criterion).values())),
        "pluralistic_acc": mean(all(map(right, found)) for found in prompts.values()),
        "tradeoff_sensitivity": mean(
            any({said[a.key], said[b.key]} == {0, 1} for a, b in found) for found in conflicts.values()
        ),
        "conflict_matching": mean(right(a) and right(b) for found in conflicts.values() for a, b in found),
    }


def test_criteria_in_conflict(tmp_path: Path) -> None:
    """Enough made-up prompts that every case occurs: both right, one right, changed and wrong, not changed, a tie."""
    spec, rows = RELATIVES["multi_crit"](tmp_path)
    more = [
        row
        | {"prompt_id": f"{row['prompt_id']}/{n}", "question": f"{row['question']} {n}", "question_id": f"{n}-{place}"}
        for n in range(40)
        for place, row in enumerate(rows)
    ]
    for number, row in enumerate(more):
        row["preference"] = "model_b" if number % 7 in (1, 2, 5) else "model_a"
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in more))
    found = load_benchmark(spec)
    scored = score(write_log(tmp_path / "x.votes.jsonl", found, choice))["conflict_metrics"]
    expected = authors_multi_crit(list(found.pairs))
    for subset in ("open_ended", "reasoning"):
        of_subset = authors_multi_crit([pair for pair in found.pairs if pair.subset == subset])
        expected |= {f"{subset}: {name}": value for name, value in of_subset.items()}
    assert {name: one["value"] for name, one in scored.items()} == pytest.approx(expected)
    assert 0 < expected["conflict_matching"] < expected["tradeoff_sensitivity"] < 1
