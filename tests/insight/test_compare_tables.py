"""The tables of ``vlrb compare`` on narrow and wide consoles: nothing is cut, whatever is folded or goes on below."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest

from tests.insight.simulate import Planted, labels, run
from vlrb_task.cli import compare_tables
from vlrb_task.cli.terminal import SafeConsole
from vlrb_task.compare.comparison import compare

SMALL = {"general": 30, "hallucination": 60, "reasoning": 40}
JUDGES = ("OpenGVLab__InternVL2_5-78B-MPO", "OpenGVLab__InternVL2_5-8B-MPO", "tiny")
SOURCES = [*(f"Source [{number:02}]" for number in range(11)), "W" * 30 + " " + "i" * 150]


@pytest.mark.parametrize("width", [80, 120, 200])
def test_no_name_and_no_number_is_cut(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = [replace(label, source=SOURCES[at % len(SOURCES)]) for at, label in enumerate(labels(SMALL))]
    runs = [run(Planted(0.5 + 0.1 * i), 2, i, name, SMALL, shown) for i, name in enumerate(JUDGES)]
    found = compare(runs, with_published=True)
    file = io.StringIO()
    monkeypatch.setattr(compare_tables, "console", lambda: SafeConsole(file=file, width=width))
    compare_tables.show(found)
    printed = file.getvalue()
    assert "…" not in printed
    rows = [line for line in printed.splitlines() if line[:1] in "┏┃┡│├└"]
    assert max(map(len, rows)) <= width
    assert all(source in printed for source in SOURCES[:-1])
    assert [printed.count(letter * 15) for letter in "Wi"] == [2, 10], "a name without end is folded"
    for score in found.scores:
        for estimate in (score.overall, *score.groups("by_source").values()):
            interval = f"{100 * (estimate.low or 0):.1f}–{100 * (estimate.high or 0):.1f}"
            assert re.search(rf"(?<!\d){re.escape(interval)}(?!\d)", printed)
    # A folded name stands below itself, and its pieces together are the name.
    first = [line.split("│")[1].strip() for line in rows if line.startswith("│")]
    for name in JUDGES:
        assert any("".join(first[at : at + 3]).startswith(name) for at in range(len(first)))
