"""The process that the frameworks' runs fork from: each run has arguments, environment, output and exit code of its own."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.warm import WarmPython

SCRIPT = """
import os, sys
print(sys.argv[1:], os.environ.get("VLRB_A"), "json" in sys.modules, __name__)
os.environ["VLRB_A"] = "left behind"
def main():
    print("called", file=sys.stderr)
    return 3
if sys.argv[1:] == ["kill"]:
    os.kill(os.getpid(), 9)
if sys.argv[1:] == ["raise"]:
    raise ValueError("odd")
"""


def test_runs_have_nothing_of_each_other(tmp_path: Path) -> None:
    (tmp_path / "odd_module.py").write_text(SCRIPT)
    warm = WarmPython(("json",), {**os.environ, "PYTHONPATH": str(tmp_path)})
    found = []
    for number, (entry, argument, env) in enumerate(
        (
            ("odd_module", "one", {"VLRB_A": "a"}),
            ("odd_module", "two", {}),
            ("odd_module:main", "three", {}),
            ("odd_module", "raise", {}),
            ("odd_module", "kill", {}),
        )
    ):
        output = tmp_path / f"{number}.txt"
        output.touch()
        found.append((warm.run(entry, [argument], output, env), output.read_text().splitlines()))
    warm.close()
    assert found[0] == (0, ["['one'] a True __main__"])
    assert found[1] == (0, ["['two'] None True __main__"])
    assert (found[2][0], sorted(found[2][1])) == (3, ["['three'] None True odd_module", "called"])
    assert (found[3][0], found[3][1][-1]) == (1, "ValueError: odd")
    assert found[4][0] == -9
