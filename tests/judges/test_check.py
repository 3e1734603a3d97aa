"""Parsers held to labelled texts: what counts as read, unread and misread, and what bad gold is told."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from vlrb_task.cli.main import group
from vlrb_task.judges.check import Labelled, Outcome, check_own, check_with, labelled, outcome, tally
from vlrb_task.parsing.verdicts import Verdict
from vlrb_task.support.errors import DataError, UnknownName

FIRST = "Overall Judgment: Answer 1 is better."
SECOND = "Overall Judgment: Answer 2 is better."


def gold(tmp_path: Path, *lines: dict[str, Any] | str) -> str:
    path = tmp_path / "gold.jsonl"
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return str(path)


def vlrb(*arguments: str) -> Result:
    return CliRunner().invoke(group, ["parse", "--check", *arguments])


def found(*arguments: str) -> Any:
    done = vlrb(*arguments, "--json")
    assert done.exception is None, done.exception
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("said", "also", "read", "expected"),
    [
        (Verdict.FIRST, [], Verdict.FIRST, Outcome.RIGHT),
        (Verdict.FIRST, [], Verdict.SECOND, Outcome.MISREAD),
        (Verdict.FIRST, [], Verdict.TIE, Outcome.MISREAD),
        (Verdict.FIRST, [], Verdict.UNPARSED, Outcome.UNREAD),
        (Verdict.UNPARSED, [], Verdict.UNPARSED, Outcome.RIGHT),
        (Verdict.UNPARSED, [], Verdict.TIE, Outcome.MISREAD),
        (Verdict.FIRST, [Verdict.UNPARSED], Verdict.UNPARSED, Outcome.RIGHT),
        (Verdict.UNPARSED, [Verdict.TIE], Verdict.TIE, Outcome.RIGHT),
        (8.0, [], 8.0, Outcome.RIGHT),
        (0.3, [], 0.1 + 0.2, Outcome.RIGHT),
        (8.0, [7.5], 7.5, Outcome.RIGHT),
        (8.0, [], 10.0, Outcome.MISREAD),
        (8.0, [], Verdict.UNPARSED, Outcome.UNREAD),
    ],
)
def test_outcomes(said: Any, also: list[Any], read: Any, expected: Outcome) -> None:
    assert outcome(Labelled("", said, frozenset(also)), read) is expected


def test_the_tally_is_of_the_texts_with_a_verdict() -> None:
    checked = [
        check_own(Labelled(text, said))
        for text, said in [
            (FIRST, Verdict.FIRST),
            (FIRST, Verdict.SECOND),
            ("I see a dog.", Verdict.TIE),
            ("", Verdict.UNPARSED),
            (SECOND, Verdict.UNPARSED),
        ]
    ]
    counts = tally(checked)
    assert (counts.texts, counts.with_verdict, counts.read, counts.misread) == (5, 3, 1, 2)
    assert sum(counts.unread.values()) == 1
    assert counts.read_share == pytest.approx(1 / 3)
    assert tally([]).read_share is None


def test_each_text_is_read_with_its_judges_parser() -> None:
    item = labelled({"text": "[[A]]", "gold": "first", "judge": "brackets"}, "g:1")
    assert check_own(item).outcome is Outcome.RIGHT
    assert check_own(item).parser == "brackets"
    assert check_own(item, "official").judge == "official"
    assert check_with(item, "paper").outcome is Outcome.UNREAD
    rated = labelled({"text": "Score: 8", "score": 8, "judge": "pointwise_10"}, "g:2")
    assert check_own(rated).outcome is Outcome.RIGHT
    assert (
        check_own(labelled({"text": "?", "gold": "unparsed", "judge": "pointwise_10"}, "g:3")).outcome is Outcome.RIGHT
    )
    with pytest.raises(UnknownName, match="no parser is called 'coin'"):
        check_with(item, "coin")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({}, "no 'text'"),
        ({"text": None, "gold": "first"}, "no 'text'"),
        ({"text": 3, "gold": "first"}, "no 'text'"),
        ({"text": "x", "label": "first"}, r"no 'gold' and no 'score', only 'text', 'label'"),
        ({"text": "x", "gold": "first", "score": 3}, "both 'gold' and 'score'"),
        ({"text": "x", "gold": "A"}, "'gold' is 'A', not first, second, tie or unparsed"),
        ({"text": "x", "gold": None}, "'gold' is None"),
        ({"text": "x", "gold": ["first"]}, r"'gold' is \['first'\]"),
        ({"text": "x", "score": "8"}, "'score' is '8', not a number"),
        ({"text": "x", "score": True}, "'score' is True"),
        ({"text": "x", "score": math.nan}, "'score' is nan"),
        ({"text": "x", "score": None}, "'gold': 'unparsed'"),
        ({"text": "x", "gold": "first", "also": ["left"]}, "'also' is 'left'"),
        ({"text": "x", "gold": "first", "also": {"a": 1}}, "'also' is"),
        ({"text": "x", "gold": "first", "judge": 7}, "'judge' is 7"),
    ],
)
def test_bad_gold_is_told_with_its_row(line: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=rf"^gold.jsonl:4: .*{message}"):
        labelled(line, "gold.jsonl:4")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"text": "x", "gold": "first", "judge": "nobody"}, "no judge 'nobody': use one of"),
        ({"text": "x", "score": 3}, "judge 'official' gives verdicts, and the label is 3"),
        (
            {"text": "x", "gold": "tie", "judge": "pointwise_10"},
            "judge 'pointwise_10' gives scores, and the label is tie",
        ),
        ({"text": "x", "gold": "first", "also": 3}, "judge 'official' gives verdicts"),
    ],
)
def test_a_label_that_its_judge_cannot_give_is_told_with_its_row(line: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=f"^gold.jsonl:9: {message}"):
        check_own(labelled(line, "gold.jsonl:9"))


def test_check_for_programs(tmp_path: Path) -> None:
    path = gold(
        tmp_path,
        {"text": FIRST, "gold": "first", "source": "made up"},
        {"text": "[[B]]", "gold": "second", "judge": "brackets"},
        {"text": "Score: 8", "score": 8, "judge": "pointwise_10"},
        {"text": FIRST, "gold": "second", "also": "tie"},
    )
    own, general = found(path)["readers"]
    assert (own["reader"], own["texts"], own["with_verdict"], own["read"], own["misread"]) == ("own", 4, 4, 3, 1)
    assert [row["judge"] for row in own["by_judge"]] == ["brackets", "official", "pointwise_10"]
    assert (general["reader"], general["texts"]) == ("final", 3)
    wrong = own["misread_texts"]
    assert [(one["where"], one["gold"], one["read"]) for one in wrong] == [(f"{path}:4", "second", "first")]
    assert FIRST[slice(*wrong[0]["span"])]


def test_with_a_judge_all_is_read_with_its_parser(tmp_path: Path) -> None:
    path = gold(tmp_path, {"text": FIRST, "gold": "first"}, {"text": "[[B]]", "gold": "second", "judge": "official"})
    (only,) = found(path, "--judge", "brackets")["readers"]
    assert [(row["judge"], row["texts"]) for row in only["by_judge"]] == [("brackets", 2)]
    assert only["bounded"]


def test_with_a_parser_all_is_read_with_it(tmp_path: Path) -> None:
    path = gold(tmp_path, {"text": FIRST, "gold": "first"}, {"text": "[[B]]", "gold": "second", "judge": "brackets"})
    (only,) = found(path, "--parser", "paper")["readers"]
    assert (only["reader"], only["read"], only["unread"]) == ("paper", 1, {"no_verdict": 1})
    assert {(row["judge"], row["parser"]) for row in only["by_judge"]} == {("official", "paper"), ("brackets", "paper")}


@pytest.mark.parametrize(
    ("bounds", "code", "message"),
    [
        ((), 0, ""),
        (("--max-misread", "1", "--min-read", "0.5"), 0, ""),
        (("--max-misread", "0"), 1, "vlrb: parser own: 1 texts misread, at most 0 are allowed\n"),
        (("--min-read", "0.9"), 1, "vlrb: parser own: 50.00% of verdicts read, at least 90.00% is required\n"),
        (("--min-read", "1.5"), 2, "--min-read"),
        (("--max-misread", "-1"), 2, "--max-misread"),
    ],
)
def test_the_exit_code_keeps_the_bounds(tmp_path: Path, bounds: tuple[str, ...], code: int, message: str) -> None:
    path = gold(tmp_path, {"text": FIRST, "gold": "first"}, {"text": FIRST, "gold": "second"})
    done = vlrb(path, *bounds)
    assert done.exit_code == code
    assert message in done.stderr


def test_the_bounds_are_not_for_the_general_parser_beside(tmp_path: Path) -> None:
    path = gold(tmp_path, {"text": "4", "gold": "unparsed", "judge": "boxed"}, {"text": FIRST, "gold": "first"})
    assert [reader["bounded"] for reader in found(path)["readers"]] == [True, False]


def test_people_see_the_misread_text_with_its_row(tmp_path: Path) -> None:
    done = vlrb(gold(tmp_path, {"text": f"\x1b[31mred [bold] dog.\n\n{FIRST} \x1b[1m", "gold": "second"}))
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("misread")]
    assert "gold.jsonl:1 by final: read as first, says second" in line
    assert "Answer 1 is better" in line
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([{"text": FIRST, "gold": "first"}, {"text": FIRST}], "gold.jsonl:2: no 'gold'"),
        (
            [{"text": FIRST, "gold": "first"}, "[1]", {"text": FIRST, "gold": "first"}],
            "gold.jsonl: 1 lines are not JSON",
        ),
        ([{"text": FIRST, "gold": "first"}, '{"text": "half'], "gold.jsonl: the last line (2) is half-written"),
        ([], "gold.jsonl: no texts"),
    ],
)
def test_a_bad_file_stops_the_check(tmp_path: Path, lines: list[dict[str, Any] | str], message: str) -> None:
    done = vlrb(gold(tmp_path, *lines))
    assert isinstance(done.exception, DataError)
    assert message in str(done.exception)


@pytest.mark.parametrize("option", [("--max-misread", "1"), ("--min-read", "0.5")])
def test_bounds_without_a_check_are_refused(tmp_path: Path, option: tuple[str, str]) -> None:
    done = CliRunner().invoke(group, ["parse", gold(tmp_path, {"text": FIRST}), *option])
    assert done.exit_code == 2
    assert f"{option[0]}: only with --check" in done.stderr
