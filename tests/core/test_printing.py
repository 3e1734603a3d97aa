"""Data that is printed does nothing to a terminal, breaks no markup, and stays what it is in JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support import lmms_eval
from vlrb_task.cli.main import main
from vlrb_task.support.visible import visible
from vlrb_task.votes import write_votes

HOSTILE = [
    "[/x]",
    "[bold]",
    "[/bold]",
    ":heart:",
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "a\x00b",
    "\x9b2J",
    "\ud800",
    "a\\",
]
FIELDS = ["subset", "model", "revision", "fingerprint", "source", "tags", "id", "judge"]


class Done(NamedTuple):
    returncode: object
    stdout: str
    stderr: str


@pytest.fixture
def vlrb(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """The command in this process, with streams that encode what is written to them."""

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["vlrb", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Done(ended.value.code or 0, out, err)

    return run


def vote(number: int, **fields: Any) -> dict[str, Any]:
    return {
        **{
            "v": 1,
            "key": f"{number // 2:016x}",
            "id": "x",
            "judge": "criteria",
            "vote": number % 2,
            "first": number % 2,
        },
        **{"text": "Answer 1 is better.", "better": 0, "subset": "general", "source": "s", "fingerprint": "f"},
        **fields,
    }


def log(path: Path, text: str, *names: str) -> Path:
    fields: dict[str, Any] = {name: [text] if name == "tags" else text for name in names}
    write_votes(path, [vote(number, **fields) for number in range(4)])
    return path


def is_safe(text: str) -> bool:
    return all(c in "\n\t" or (ord(c) >= 32 and not 127 <= ord(c) < 160) for c in text)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_log_holds_is_shown_as_it_is_and_never_as_markup(
    vlrb: Callable[..., Done], tmp_path: Path, text: str
) -> None:
    """In every field, through a stream that encodes."""
    path = log(tmp_path / "a.votes.jsonl", text, *(name for name in FIELDS if name != "judge"))
    for command in ("score", "audit"):
        done = vlrb(command, str(path))
        assert done.returncode == 0, done.stderr
        assert is_safe(done.stdout + done.stderr)
        assert visible(text) in done.stdout
    found = json.loads(vlrb("score", str(path), "--json").stdout)
    assert found["metadata"]["model"] == found["revision"] == found["fingerprint"] == text
    # A column of text is UTF-8, which has no lone surrogates.
    assert text.encode("utf-8", "backslashreplace").decode() in found["by_subset"]


@pytest.mark.parametrize("text", ["\x1b[31mred", "two\nlines", "\udcff", "[/x]"])
def test_an_error_is_one_line_that_does_nothing_to_the_terminal(
    vlrb: Callable[..., Done], tmp_path: Path, text: str
) -> None:
    for done in (vlrb("score", str(log(tmp_path / "a.votes.jsonl", text, "judge"))), vlrb("score", f"no {text} file")):
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert done.stderr.startswith("vlrb: ")
        assert is_safe(done.stderr)


def test_a_judge_s_text_is_printed_without_its_escapes(vlrb: Callable[..., Done], tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text(json.dumps({"text": "Answer 1 is better. \x1b[2J\x07[/x]"}) + '\n{"text": ')
    done = vlrb("parse", str(path))
    assert done.returncode == 0, done.stderr
    assert is_safe(done.stdout + done.stderr)
    assert "\\x1b[2J\\x07[/x]" in done.stdout


def test_boxes_and_colours_stay(vlrb: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    path = log(tmp_path / "a.votes.jsonl", "\x1b[31m", "model")
    done = vlrb("score", str(path))
    assert "\x1b[1m" in done.stdout
    assert "━" in done.stdout
    assert "\x1b[31m" not in done.stdout
    assert "\\x1b[31m" in done.stdout


def test_a_standard_output_of_few_characters_gets_the_others_as_escapes(tmp_path: Path) -> None:
    path = log(tmp_path / "a.votes.jsonl", "模型", "model")
    done = lmms_eval.vlrb("score", str(path), env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == 0, done.stderr
    assert "\\u6a21\\u578b" in done.stdout
