"""The short ways to what was asked for equal the long ways, on every real text and case, as it is and with that end added."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.support.real_data import real_data_file
from vlrb_task.parsing import get_parser
from vlrb_task.parsing.final import Reader

ENDS = {
    "final": ("", "\n\nOverall Judgment: Answer 1 is better.", "\n**Overall Judgment: Answer 2 is better.**"),
    "brackets": ("", " [[A]]", "\n[[B]]", "\n\nTherefore, [[C]]"),
    "boxed": ("", " \\boxed{A}", "\n\\boxed{2}"),
    "think_tags": ("", "</think><answer>1</answer>", "</think>\n<answer>B</answer>"),
}
BEFORE = {"think_tags": ("", "<think>")}


def _texts(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield str(row.get("text", row.get("raw_output", "")))


def _holds(texts: Iterator[str]) -> Counter[str]:
    """How many texts each parser read the short way; none otherwise than the long way."""
    short: Counter[str] = Counter()
    for text in texts:
        for name, ends in ENDS.items():
            reader = get_parser(name)
            assert isinstance(reader, Reader)
            assert reader.quick is not None
            for whole in (before + text + end for end in ends for before in BEFORE.get(name, ("",))):
                found = reader.quick(whole)
                if found is not None:
                    short[name] += 1
                    assert found == reader.read(whole), whole
    return short


def test_on_the_cases() -> None:
    folder = Path(__file__).parent / "cases"
    assert min(_holds(text for path in sorted(folder.glob("*.jsonl")) for text in _texts(path)).values()) > 100


def test_on_the_real_texts() -> None:
    folder = real_data_file("judge_texts/llmbar.jsonl").parent
    assert min(_holds(text for path in sorted(folder.glob("*.jsonl")) for text in _texts(path)).values()) > 100


def test_on_the_texts_of_two_small_judges() -> None:
    paths = [real_data_file(f"outputs_1247_{name}_judge.jsonl") for name in ("internvl2_5_2b", "qwen2_vl_7b")]
    assert min(_holds(text for path in paths for text in _texts(path)).values()) > 100
