"""What a command loads before it does anything: no library that it does not need, so that each starts at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.insight.simulate import Planted, run, write
from vlrb_task.audit.rows import SIZES
from vlrb_task.cli import audit, batch, export
from vlrb_task.cli.main import COMMANDS
from vlrb_task.export import FORMATS
from vlrb_task.tasks.batch_layouts import LAYOUTS

HEAVY = {"numpy", "pyarrow", "scipy", "pandas", "statsmodels", "matplotlib", "httpx", "PIL", "yaml", "huggingface_hub"}
LOADED = """
import json, sys
sys.argv = ["vlrb", *{arguments}]
from vlrb_task.__main__ import main
try:
    main()
except SystemExit as error:
    print(json.dumps([error.code or 0, *sys.modules]), file=sys.stderr)
"""


def loaded(*arguments: str) -> set[str]:
    """The modules that a command has loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(arguments=arguments)], capture_output=True, text=True, check=True
    )
    code, *modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    return set(modules)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_loads_little(command: str) -> None:
    assert loaded(command, "--help") & (HEAVY | {"vlrb_task.parsing", "vlrb_task.votes", "vlrb_task.judges"}) == set()


def test_a_score_loads_what_it_needs(tmp_path: Path) -> None:
    """With votes that say their own labels: no hub, no pictures, no pandas, no scipy."""
    log = write(tmp_path / "a.votes.jsonl", run(Planted(0.7), 2, sizes={"general": 20}), "model")
    assert loaded("score", str(log), "--json") & HEAVY <= {"numpy", "pyarrow", "yaml"}


def test_what_the_help_lists_without_loading_it() -> None:
    assert tuple(FORMATS) == export.KINDS
    assert tuple(SIZES) == audit.REVISIONS
    assert tuple(LAYOUTS) == batch.FORMATS
