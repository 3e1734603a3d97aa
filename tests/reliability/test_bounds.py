"""The bounds in docs/reliability.md are those of the program."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

ROW = re.compile(r"^\| [^|]+ \| ([\d,]+) \| `(\w+)/(\w+)\.py` `(\w+)` \|$", re.MULTILINE)


def test_the_bounds_that_are_documented() -> None:
    page = Path(__file__).parents[2].joinpath("docs", "reliability.md").read_text(encoding="utf-8")
    rows = ROW.findall(page)
    assert len(rows) == 14
    for value, room, module, name in rows:
        assert getattr(import_module(f"vlrb_task.{room}.{module}"), name) == int(value.replace(",", "")), (module, name)
