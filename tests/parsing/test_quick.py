"""The short way to the asked closing line equals the long way, on every real text and case, as it is and with that line added."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tests.support.real_data import real_data_file
from vlrb_task.parsing.final import closing_line, final

ENDS = (
    "",
    "\n\nOverall Judgment: Answer 1 is better.",
    "\n**Overall Judgment: Answer 2 is better.**",
    "\nOverall Judgment: Answer 2 is better",
)


def _texts(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield str(row.get("text", row.get("raw_output", "")))


def _holds(texts: Iterator[str]) -> int:
    quick = 0
    for text in texts:
        for end in ENDS:
            found = closing_line(text + end)
            if found is not None:
                quick += 1
                assert found == final.read(text + end), text + end
    return quick


def test_on_the_cases() -> None:
    folder = Path(__file__).parent / "cases"
    assert _holds(text for path in sorted(folder.glob("*.jsonl")) for text in _texts(path)) > 3000


def test_on_the_real_texts() -> None:
    folder = real_data_file("judge_texts/llmbar.jsonl").parent
    assert _holds(text for path in sorted(folder.glob("*.jsonl")) for text in _texts(path)) > 1000


def test_on_the_texts_of_two_small_judges() -> None:
    paths = [real_data_file(f"outputs_1247_{name}_judge.jsonl") for name in ("internvl2_5_2b", "qwen2_vl_7b")]
    assert _holds(text for path in paths for text in _texts(path)) > 1000
