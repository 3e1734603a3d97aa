"""Subsets of one's own stand wherever the benchmark's do."""

from __future__ import annotations

import html
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.insight.simulate import Planted, labels, run, write
from vlrb_task.cli.main import group

OWN = {"charts": 12, "maps": 8}
HOSTILE = {"[/x]": 12, "\x1b[31m\ud800": 8}


def log(folder: Path, sizes: dict[str, int]) -> str:
    subsets = [name for name, size in sizes.items() for _ in range(size)]
    shown = labels({"general": len(subsets)})
    shown = [replace(label, subset=subset) for label, subset in zip(shown, subsets, strict=True)]
    return str(write(folder / "a.votes.jsonl", run(Planted(0.7), 2, sizes=sizes, shown=shown), "m"))


def vlrb(*arguments: str) -> str:
    result = CliRunner().invoke(group, list(arguments))
    assert result.exit_code == 0, result.exception
    return result.stdout


def test_compare_has_a_column_for_each(tmp_path: Path) -> None:
    text = vlrb("compare", log(tmp_path, OWN))
    header = next(line for line in text.splitlines() if "overall" in line and "macro" in line)
    assert [name for name in ("charts", "maps", "general", "halluc.", "reasoning") if name in header] == [
        "charts",
        "maps",
    ]
    row = next(line for line in text.splitlines() if line.startswith("│ m "))
    assert "│ - " not in row.replace("  ", "")


def test_the_benchmark_s_own_keep_their_places(tmp_path: Path) -> None:
    text = vlrb("compare", log(tmp_path, {"reasoning": 5, "hallucination": 6, "general": 4}))
    header = next(line for line in text.splitlines() if "overall" in line)
    assert header.replace("┃", " ").split()[:5] == ["overall", "macro", "general", "halluc.", "reasoning"]


@pytest.mark.parametrize("sizes", [OWN, HOSTILE])
def test_pages_pictures_and_tables_have_them(tmp_path: Path, sizes: dict[str, int]) -> None:
    path = log(tmp_path, sizes)
    vlrb("report", path, "-o", str(tmp_path / "r.html"))
    vlrb("plot", path, "-o", str(tmp_path), "--only", "subsets")
    page, picture = ((tmp_path / name).read_text("utf-8") for name in ("r.html", "subsets.svg"))
    tables = [vlrb("export", path, "--to", kind) for kind in ("markdown", "latex", "csv", "statement")]
    for text in (page, tables[0]):
        assert "Pairs in VL-RewardBench's format" in html.unescape(text), "the benchmark's name is not theirs"
    if sizes is OWN:
        for text in (page, picture, *tables):
            assert "maps" in text.lower()
    else:
        assert "\x1b" not in picture + "".join(tables)
        assert "[/x]" in vlrb("compare", path)
