"""``vlrb parse --explain``: what was found where is shown with the whole text, for people and for programs."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from tests.support.judge_texts import judge_texts
from vlrb_task.cli.main import group
from vlrb_task.cli.parse_explain import Explained, marked, show
from vlrb_task.cli.terminal import SafeConsole
from vlrb_task.judges import get_judge
from vlrb_task.judges.check import judge_of
from vlrb_task.judges.explained import explain_own, pieces
from vlrb_task.parsing.explain import Explanation, Finding
from vlrb_task.parsing.verdicts import Reading, Verdict
from vlrb_task.support.errors import DataError
from vlrb_task.support.visible import visible

FIRST = "Overall Judgment: Answer 1 is better."


def texts(tmp_path: Path, *lines: dict[str, Any]) -> str:
    path = tmp_path / "texts.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def vlrb(*arguments: str) -> Result:
    return CliRunner().invoke(group, ["parse", "--explain", *arguments])


def document(*arguments: str) -> Any:
    done = vlrb(*arguments, "--json")
    assert done.exception is None, done.exception
    return json.loads(done.stdout)["texts"]


def test_explain_for_programs(tmp_path: Path) -> None:
    path = texts(
        tmp_path,
        {"text": f"I see two dogs.\n{FIRST}"},
        {"text": "The better one is [[B]]", "judge": "brackets"},
        {"text": "Score: 8", "judge": "pointwise_10"},
        {"text": "I see two dogs."},
    )
    first, second, rated, nothing = document(path)
    assert (first["where"], first["judge"], first["parser"], first["verdict"]) == (
        f"{path}:1",
        "official",
        "final",
        "first",
    )
    (decided,) = [found for found in first["findings"] if found["status"] == "decided"]
    assert decided["says"] == "first"
    assert "Answer 1 is better" in decided["text"]
    assert decided["text"] == f"I see two dogs.\n{FIRST}"[decided["start"] : decided["end"]]
    assert (second["judge"], second["verdict"]) == ("brackets", "second")
    assert (rated["parser"], rated["score"], rated["reason"]) == ("pointwise_10", 8, None)
    assert (nothing["verdict"], nothing["reason"]) == ("unparsed", "no_verdict")
    assert [one["where"] for one in document(path, "--row", "4", "--row", "2")] == [f"{path}:2", f"{path}:4"]
    assert {one["parser"] for one in document(path, "--parser", "paper")} == {"paper"}
    assert {one["judge"] for one in document(path, "--judge", "boxed")} == {"boxed"}


def test_people_see_the_verdict_the_rule_and_the_place(tmp_path: Path) -> None:
    shown = vlrb(texts(tmp_path, {"text": f"I see [bold]two[/bold] dogs.\n{FIRST}"})).stdout
    head, *rest = shown.splitlines()
    assert "texts.jsonl:1  first  judge official, parser final" in head
    assert any(line.split()[:3] == ["1", "decided", "first"] for line in rest)
    assert "I see [bold]two[/bold] dogs.\n" in shown
    assert "⟦1:" in shown


@pytest.mark.parametrize("width", [20, 80, 200])
def test_nothing_of_a_real_text_is_cut_at_any_width(width: int) -> None:
    for item in judge_texts():
        judge = get_judge(judge_of(item))
        told = explain_own(judge, item.text)
        out = StringIO()
        show(SafeConsole(file=out, width=width), Explained(item.where, item.text, judge.name, judge.parser_name, told))
        shown = out.getvalue()
        assert str(marked(item.text, told.findings)) in shown, item.where
        assert all(visible(found.why) in shown for found in told.findings), item.where


def test_a_real_text_is_explained_as_it_is_read() -> None:
    for item in judge_texts():
        judge = get_judge(judge_of(item))
        told = explain_own(judge, item.text)
        assert told.reading == judge.parser(item.text), item.where
        for found in told.findings:
            assert 0 <= found.span[0] < found.span[1] <= len(item.text), (item.where, found)
            assert found.why == found.why.strip() != "", (item.where, found)
        decided = [found for found in told.findings if found.status == "decided"]
        assert len(decided) <= 1, item.where
        if told.reading.reason is None:
            assert decided, item.where


def test_control_characters_do_nothing_to_a_terminal(tmp_path: Path) -> None:
    path = texts(tmp_path, {"text": f"\x1b[2J\x07\u202edog\u2066.\n{FIRST}"})
    shown = vlrb(path).stdout
    assert not set("\x1b\x07\u202e\u2066") & set(shown)
    assert r"\x1b[2J\x07\u202edog\u2066." in shown


finding = st.tuples(
    st.integers(0, 30), st.integers(0, 30), st.sampled_from(["decided", "agrees", "overruled", "ignored"])
)


@given(st.text(max_size=30), st.lists(finding, max_size=6))
def test_the_pieces_together_are_the_text(text: str, drawn: list[tuple[int, int, Any]]) -> None:
    findings = [
        Finding("rule", (min(low, high, len(text)), min(max(low, high), len(text))), "first", status, "why")
        for low, high, status in drawn
    ]
    found = pieces(text, findings)
    assert "".join(text[piece.start : piece.end] for piece in found) == text
    shown = [at for at, one in enumerate(findings) if one.span[0] < one.span[1]]
    assert sorted(at for piece in found for at in piece.opens) == shown
    assert sorted(at for piece in found for at in piece.closes) == shown
    for piece in found:
        inside = {one.status for one in findings if one.span[0] <= piece.start < one.span[1]}
        assert (piece.status in inside) if inside else piece.status is None


def test_overlapping_findings_are_each_between_their_marks() -> None:
    findings = [
        Finding("a", (0, 8), "first", "overruled", "why"),
        Finding("b", (4, 8), "first", "decided", "why"),
        Finding("c", (6, 12), "second", "ignored", "why"),
    ]
    assert str(marked("Answer 1 is better", findings)) == "⟦1:Answ⟦2:er⟦3: 1⟧⟧ is ⟧better"


def test_a_parser_of_another_package_is_told_by_its_span() -> None:
    reading = Reading(Verdict.TIE, None, (3, 6))
    mine = replace(get_judge("letter"), parser=lambda text: reading, parser_name="mine")
    told = explain_own(mine, "a, tie")
    assert told == Explanation(reading, (Finding("mine", (3, 6), "tie", "decided", told.findings[0].why),))
    same_name = replace(mine, parser_name="letter")
    assert explain_own(same_name, "a, tie").reading is reading


@pytest.mark.parametrize(
    ("lines", "arguments", "message"),
    [
        ([{"text": FIRST}, {"text": 3}], (), "texts.jsonl:2: no 'text'"),
        ([{"text": FIRST, "judge": "nobody"}], (), "texts.jsonl:1: no judge 'nobody'"),
        ([{"text": FIRST, "judge": 3}], (), "texts.jsonl:1: 'judge' is 3"),
        ([{"text": FIRST}], ("--row", "2"), "texts.jsonl: no text in row 2"),
        ([], (), "texts.jsonl: no texts"),
    ],
)
def test_bad_input_is_told_with_its_row(
    tmp_path: Path, lines: list[dict[str, Any]], arguments: tuple[str, ...], message: str
) -> None:
    done = vlrb(texts(tmp_path, *lines), *arguments)
    assert isinstance(done.exception, DataError)
    assert message in str(done.exception)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--explain", "--check"), "--check, --explain and --unread: only one of them"),
        (("--row", "1"), "--row: only with --explain"),
        (("--explain", "--max-misread", "0"), "--max-misread: only with --check"),
    ],
)
def test_options_that_do_not_go_together_are_refused(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    done = CliRunner().invoke(group, ["parse", texts(tmp_path, {"text": FIRST}), *arguments])
    assert done.exit_code == 2
    assert message in done.stderr
