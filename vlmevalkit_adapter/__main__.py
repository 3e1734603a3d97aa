"""Runs VLMEvalKit with the VLRB datasets in it: ``python -m vlmevalkit_adapter run.py --data VLRB …``."""

from __future__ import annotations

import os
import runpy
import shutil
import sys
import time
from importlib.metadata import entry_points
from pathlib import Path

from vlmevalkit_adapter import failures, importing

USAGE = """\
usage: python -m vlmevalkit_adapter [--check] SCRIPT.py [ARGUMENTS]
       python -m vlmevalkit_adapter [--check] -m MODULE [ARGUMENTS]
       python -m vlmevalkit_adapter [--check] COMMAND [ARGUMENTS]

Runs VLMEvalKit's run.py (upstream), -m vlmeval (ms-vlmeval) or vlmutil, with the VLRB datasets added to its own.
Everything after the first word is handed on untouched, and the exit code is handed back.

  --check   exit with code 1 if a VLRB dataset that was asked for has no result; VLMEvalKit itself exits with 0
"""


def main(arguments: list[str]) -> int:
    """Run the target in this process, as Python would; returns the exit code where the target does not set one."""
    check = arguments[:1] == ["--check"]
    target = arguments[1:] if check else arguments
    if not target or target[0] in ("-h", "--help"):
        print(USAGE, end="")
        return 0 if target else 2
    if target[0] == "-m" and len(target) < 2:
        print("vlmevalkit_adapter: -m needs a module", file=sys.stderr)
        return 2
    importing.install(strict=True)
    code = 0
    started = time.time()
    try:
        code = _run(target)
    finally:
        if check and os.environ.get("RANK", "0") == "0":  # the rank that evaluates
            failures.check(target, _known(), started)
        for name, error in failures.failed().items():
            print(f"vlrb: {name} FAILED: {error}", file=sys.stderr)
    return 1 if check and failures.failed() else code


def _known() -> list[str]:
    """The names of our datasets; none where VLMEvalKit ended before it had any."""
    if "vlmevalkit_adapter.datasets" not in sys.modules:
        return []
    from vlmevalkit_adapter.datasets import specs

    return list(specs())


def _run(target: list[str]) -> int:
    """Run a module, a script or an installed command."""
    if target[0] == "-m":
        sys.argv = target[1:]
        runpy.run_module(target[1], run_name="__main__", alter_sys=True)
        return 0
    sys.argv = target
    if Path(target[0]).is_file():
        # As Python does for a script; -m had put the current folder there.
        sys.path[0] = str(Path(target[0]).resolve().parent)
        runpy.run_path(target[0], run_name="__main__")
        return 0
    found = list(entry_points(group="console_scripts", name=target[0]))
    if found:
        result = found[0].load()()
        return result if isinstance(result, int) else 0
    path = shutil.which(target[0])
    hint = f" ({path} is not a Python command)" if path else ""
    print(f"vlmevalkit_adapter: {target[0]}: no such script or command{hint}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
