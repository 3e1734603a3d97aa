"""Unread answers as commands tell of them: grouped, with the bounds of the overall, written out and labelled by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from vlrb_task.cli.main import group
from vlrb_task.support.errors import VlrbError
from vlrb_task.votes import write_votes

FIRST = "Overall Judgment: Answer 1 is better."
ODD = '{"pick": %d}'


def vlrb(*arguments: object) -> Result:
    return CliRunner().invoke(group, [str(argument) for argument in arguments])


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Ten votes, the better answer first: six right, one empty, three in a form that nobody reads, two of them alike."""
    texts = [FIRST] * 6 + ["", ODD % 7, ODD % 7, ODD % 8]
    path = tmp_path / "run.votes.jsonl"
    label = {"better": 0, "subset": "general", "source": "made up"}
    write_votes(
        path,
        [
            {
                "v": 1,
                "id": f"p{n}",
                "key": f"{n:016x}",
                "judge": "official",
                "vote": 0,
                "first": 0,
                "text": text,
                **label,
            }
            for n, text in enumerate(texts)
        ],
    )
    return path


def score(log: Path, *arguments: object) -> Any:
    done = vlrb("score", log, "--json", *arguments)
    assert done.exception is None, done.exception
    return json.loads(done.stdout)


def test_score_tells_the_bounds_and_the_groups(log: Path) -> None:
    doubt = score(log)["doubt"]
    assert (doubt["votes"], doubt["unread"], doubt["pairs"]) == (10, 4, 4)
    assert (doubt["if_wrong"], doubt["if_right"], doubt["as_rest"]) == (0.6, 1.0, pytest.approx(1.0))
    first, second = doubt["groups"]
    assert (first["reason"], first["shape"], first["count"]) == ("no_verdict", "JSON with keys pick", 3)
    assert first["lines"] == [8, 9, 10]
    assert (second["reason"], second["count"]) == ("empty", 1)
    shown = vlrb("score", log).stdout
    assert "4 of 10 votes unread, about 4 pairs: overall if they were all wrong 60.0, all right 100.0" in shown
    assert "3  no_verdict: JSON with keys pick (line 8, 9, 10)" in shown


def test_a_log_that_was_read_has_no_groups(log: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.votes.jsonl"
    whole.write_text("".join(log.read_text().splitlines(keepends=True)[:6]))
    assert score(whole)["doubt"]["groups"] == []
    assert "unread" not in vlrb("score", whole).stdout


def test_unread_texts_are_written_labelled_and_counted(log: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    assert vlrb("parse", "--unread", log, "-o", labels).exception is None
    written = lines(labels)
    assert [(line["text"], line["count"], line["gold"]) for line in written] == [(ODD % 7, 2, None), (ODD % 8, 1, None)]
    assert written[0]["where"] == f"{log}:8"
    assert {line["shape"] for line in written} == {"JSON with keys pick"}
    done = vlrb("score", log, "--labels", labels)
    assert "no labels" in str(done.exception)

    labels.write_text("".join(json.dumps(line | {"gold": "first"}) + "\n" for line in written[:1]))
    found = score(log, "--labels", labels)
    assert (found["overall"]["value"], found["parser"]) == (0.8, "final + hand labels")
    assert found["metadata"]["hand_labels"] == 2
    assert "2 of 10 answers are read as hand labels say, not by the parser" in found["warnings"]
    assert [entry["count"] for entry in found["doubt"]["groups"]] == [1, 1]
    shown = vlrb("score", log, "--labels", labels)
    assert "parser final + hand labels" in shown.stdout
    assert "2 of 10 answers are read as hand labels say" in shown.stderr


def test_labels_may_correct_what_was_read_and_are_not_for_another_parser(log: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    labels.write_text(json.dumps({"text": FIRST, "gold": "tie"}) + "\n")
    own, paper = score(log, "--labels", labels, "--parser", "paper")
    assert (own["overall"]["value"], own["metadata"]["hand_labels"]) == (0.0, 6)
    assert (paper["overall"]["value"], paper["parser"]) == (0.6, "paper")


def test_labels_of_another_judge_are_told(log: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    labels.write_text(json.dumps({"text": ODD % 7, "gold": "tie", "judge": "boxed"}) + "\n")
    found = score(log, "--labels", labels)
    assert found["parser"] == "final"
    assert "no answer of this run has a hand label" in found["warnings"]


def test_scores_by_hand(tmp_path: Path) -> None:
    path, labels = tmp_path / "run.votes.jsonl", tmp_path / "labels.jsonl"
    label = {"id": "p", "key": f"{1:016x}", "better": 0, "subset": "general", "source": "made up"}
    write_votes(
        path,
        [
            {"v": 1, "judge": "pointwise_10", "vote": 0, "answer": answer, "text": text, **label}
            for answer, text in enumerate(["eight of ten, I would think it is", "Score: 5"])
        ],
    )
    assert vlrb("parse", "--unread", path, "-o", labels).exception is None
    (line,) = lines(labels)
    assert "score" in line
    labels.write_text(json.dumps(line | {"score": 8}) + "\n")
    assert score(path, "--labels", labels)["overall"]["value"] == 1.0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"text": "x", "label": "first"}, "labels.jsonl:1: no 'gold' and no 'score'"),
        ({"text": "x", "gold": "A"}, "labels.jsonl:1: 'gold' is 'A'"),
        ({"text": "x", "gold": "first", "judge": "nobody"}, "labels.jsonl:1: no judge 'nobody'"),
        ({"text": 3, "gold": "first"}, "labels.jsonl:1: no 'text'"),
    ],
)
def test_bad_labels_are_told_with_their_row(log: Path, tmp_path: Path, content: dict[str, Any], message: str) -> None:
    labels = tmp_path / "labels.jsonl"
    labels.write_text(json.dumps(content) + "\n")
    done = vlrb("score", log, "--labels", labels)
    assert isinstance(done.exception, VlrbError)
    assert message in str(done.exception)


def test_unread_writes_over_nothing_else(log: Path, tmp_path: Path) -> None:
    assert "--unread: give the file" in vlrb("parse", "--unread", log).stderr
    assert "not with --unread" in vlrb("parse", "--unread", log, "-o", tmp_path / "x", "--judge", "boxed").stderr
    assert "--output: only with --unread" in vlrb("parse", log, "-o", tmp_path / "x").stderr
    notes = tmp_path / "notes.txt"
    notes.write_text("mine")
    done = vlrb("parse", "--unread", log, "-o", notes)
    assert "was not written by this command" in str(done.exception)
    assert vlrb("parse", "--unread", log, "-o", log).exception is not None
    assert vlrb("parse", "--unread", log, "-o", notes, "--force").exception is None
    assert vlrb("parse", "--unread", log, "-o", notes).exception is None


def test_where_all_was_read_no_file_is_written(log: Path, tmp_path: Path) -> None:
    whole, output = tmp_path / "whole.votes.jsonl", tmp_path / "none.jsonl"
    whole.write_text("".join(log.read_text().splitlines(keepends=True)[:7]))
    done = vlrb("parse", "--unread", whole, "-o", output)
    assert "1 unread answers have no text and are left out" in done.stderr
    assert "every text was read: nothing to label" in done.stderr
    assert not output.exists()
