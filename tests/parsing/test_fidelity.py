"""``docs/fidelity.md`` says where our reading differs from the authors' scripts; the counts are held to the real texts."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.fidelity import RULES, difference, letters, table, with_names
from tests.support.judge_texts import judge_texts
from tests.support.real_data import real_data_file
from vlrb_task.judges import get_judge, shipped_names
from vlrb_task.judges.check import Labelled
from vlrb_task.parsing.verdicts import Verdict

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "fidelity.md").read_text(encoding="utf-8")


def test_the_table_is_what_is_counted() -> None:
    assert table(judge_texts()) in PAGE, "python benchmarks/fidelity.py ../shared/data/judge_texts/*.jsonl --write"


def test_the_counts_of_the_small_judges_are_what_is_counted() -> None:
    files = [real_data_file(f"outputs_1247_{model}_judge.jsonl") for model in ("internvl2_5_2b", "qwen2_vl_7b")]
    lines = [json.loads(line)["raw_output"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    every, same, only_theirs = letters(lines)
    assert f"Of {every:,} outputs of two small judges it reads {same:,} as we do, and {only_theirs} more" in PAGE


def test_every_rule_of_a_published_judge_is_in_the_table() -> None:
    rules = {get_judge(name).authors_parser for name in shipped_names()} - {None}
    assert rules <= {rule.parser for rule in RULES} | {"unified_reward_substring"}


def test_differences_are_counted_against_gold() -> None:
    rule = next(rule for rule in RULES if rule.parser == "r1_reward_default_second")
    texts = [
        ("<answer>1</answer>", Verdict.FIRST),
        ("", Verdict.UNPARSED),
        ("I see 2 dogs.", Verdict.UNPARSED),
        ("<answer>Answer 1</answer>", Verdict.FIRST),
    ]
    items = [Labelled(text, gold, judge="think_tags") for text, gold in texts]
    found = difference(rule, [*items, Labelled("2", Verdict.SECOND, judge="official")])
    assert (found.texts, found.same) == (4, 1)
    assert (found.guesses, found.guesses_wrong) == (2, 2)
    assert (found.opposite, found.opposite_theirs, found.opposite_ours) == (1, 0, 1)
    assert (found.drops, found.drops_wrong) == (0, 0)


def test_names_become_those_of_the_judges_prompt() -> None:
    assert (
        with_names("Assistant A beats Output (b); Feedback 1's; Response 12")
        == "Answer 1 beats Answer 2; Answer 1's; Response 12"
    )
