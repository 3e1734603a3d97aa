"""Another package's parser may do anything: each text costs its own vote, and nothing else."""

from __future__ import annotations

import json
import os
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.lmms_eval import vlrb
from vlrb_task.judges import get_judge, guarded
from vlrb_task.parsing import get_parser
from vlrb_task.parsing.verdicts import Rating, Reading, Reason, Verdict, unparsed, unrated

FIRST = Reading(Verdict.FIRST)


def odd(text: str) -> Any:
    """A parser that does what it is told."""
    if text == "exit":
        sys.exit(3)
    if text == "deep":
        return odd(text)
    if text.startswith("raise"):
        raise {"raise value": ValueError, "raise key": KeyError, "raise memory": MemoryError}[text]("odd")
    print("a parser that talks")
    return {"reading": FIRST, "rating": Rating(7.0), "text": "first", "nothing": None}[text]


@pytest.mark.parametrize(
    "text", ["exit", "deep", "raise value", "raise key", "raise memory", "text", "nothing", "absent"]
)
def test_whatever_it_does_is_a_parser_error(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(odd, "pairwise")(text) == unparsed(Reason.PARSER_ERROR)
    assert guarded(odd, "pointwise")(text) == unrated(Reason.PARSER_ERROR)
    assert capsys.readouterr().out == ""


def test_only_the_modes_own_kind_of_reading_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(odd, "pairwise")("reading") == FIRST
    assert guarded(odd, "pairwise")("rating") == unparsed(Reason.PARSER_ERROR)
    assert guarded(odd, "pointwise")("rating") == Rating(7.0)
    assert guarded(odd, "pointwise")("reading") == unrated(Reason.PARSER_ERROR)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "a parser that talks\n" * 4


def test_it_can_be_given_to_other_processes_and_is_wrapped_once() -> None:
    once = guarded(odd, "pairwise")
    assert guarded(once, "pairwise") is once
    assert pickle.loads(pickle.dumps(once)) == once


def test_an_interrupt_passes() -> None:
    def interrupted(text: str) -> Reading:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        guarded(interrupted, "pairwise")("x")


def test_built_in_parsers_need_no_guard() -> None:
    assert get_judge("official").parser is get_parser("final")


PLUGIN = """
import sys
from vlrb_task.judges import Judge, own
print("a module that talks")
{at_import}
def parser(text):
    print("a parser that talks")
    raise RecursionError
JUDGE = Judge(name="mine", summary="s", mode="pairwise", prompt=own("{{query}} {{first}} {{second}}"),
              parser=parser, parser_name="mine")
"""


@pytest.mark.parametrize("at_import", ["", "sys.exit(3)", "raise KeyError('odd')", "import absent_module", "1 +"])
def test_a_module_that_raises_at_import_hides_no_other_judge(tmp_path: Path, at_import: str) -> None:
    (tmp_path / "my_judges.py").write_text(PLUGIN.format(at_import=at_import))
    info = tmp_path / "my_judges-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my_judges\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[vlrb.judges]\nmine = my_judges:JUDGE\n")
    environment = {"PYTHONPATH": os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])}
    done = vlrb("judges", "--json", env=environment)
    assert done.returncode == 0, done.stderr
    names = [judge["name"] for judge in json.loads(done.stdout)]
    assert "official" in names
    assert ("mine" in names) == (at_import == "")
    (tmp_path / "texts.jsonl").write_text('{"text": "[[A]]"}\n{"text": ""}\n')
    done = vlrb("parse", str(tmp_path / "texts.jsonl"), "--judge", "mine", "--json", env=environment)
    assert "Traceback" not in done.stderr
    if at_import:
        assert done.returncode == 2
        assert "judge 'mine' cannot be loaded from my_judges:JUDGE" in done.stderr.splitlines()[-1]
    else:
        read = json.loads(done.stdout)["verdicts"]
        assert read == [{"verdict": "unparsed", "reason": "parser_error"}] * 2
