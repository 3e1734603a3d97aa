"""What a notebook imports from ``vlrb_task``: named, documented, found where it lives, and nothing loaded before its use."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import vlrb_task
from tests.support.made_up import FIRST, SECOND, made_up_pairs, record
from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.votes import write_votes


@pytest.mark.parametrize("name", [name for name in vlrb_task.__all__ if name != "__version__"])
def test_every_name_is_there_with_a_docstring(name: str) -> None:
    found = getattr(vlrb_task, name)
    assert found.__name__ == name
    assert len(inspect.getdoc(found) or "") > 20
    assert name in dir(vlrb_task)


def test_type_checkers_and_python_find_the_same() -> None:
    source = inspect.getsource(vlrb_task)
    typed = {
        name.strip(): module
        for line in source.splitlines()
        if line.startswith("    from vlrb_task.")
        for module, _, names in [line.strip().removeprefix("from vlrb_task.").partition(" import ")]
        for name in names.split(",")
    }
    assert typed == vlrb_task._HOME
    assert sorted([*typed, "__version__"]) == vlrb_task.__all__


def test_another_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = vlrb_task.nothing


def test_importing_it_loads_nothing_large() -> None:
    code = (
        "import sys, vlrb_task; print(*[m for m in ('numpy', 'pyarrow', 'scipy', 'rich', 'click') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_from_a_log_to_a_score(tmp_path: Path) -> None:
    benchmark = made_up_pairs(12)
    lines = [
        record(benchmark, pair, ballot, FIRST if ballot.first == pair.better else SECOND)
        for pair in benchmark.pairs
        for ballot in ballots_of(pair, Schedule(Order.BOTH))
    ]
    write_votes(tmp_path / "a.votes.jsonl", lines)
    (run,) = vlrb_task.read_runs([tmp_path])
    score = vlrb_task.score_run(run, vlrb_task.Policy.HALF)
    assert score.overall.value == 1.0
    assert vlrb_task.get_parser("final")(FIRST) == vlrb_task.explain(FIRST).reading
