"""A Python process with large libraries loaded that forks for each run: importing them takes longer than most runs.

A run is the framework's own entry point in a process of its own, with its own arguments, environment and output. With
``VLRB_TEST_COLD=1`` in the environment every run is started afresh instead, as a user's is.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Timer

_SERVE = """
import importlib, json, os, runpy, sys

for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
for line in sys.stdin:
    run = json.loads(line)
    child = os.fork()
    if child == 0:
        break
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    sys.exit()
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
for number in (1, 2):
    os.dup2(os.open(run["output"], os.O_WRONLY | os.O_APPEND), number)
os.environ.update(run["env"])
module, _, name = run["entry"].partition(":")
sys.argv = [module, *run["arguments"]]
if name:
    sys.exit(getattr(importlib.import_module(module), name)())
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""

COLD = bool(os.environ.get("VLRB_TEST_COLD"))


class WarmPython:
    """One such process. It ends when it is closed, or with the process that made it.

    Args:
        modules: what it loads, before the first run.
        env: its environment; what the modules read of it when they are imported holds for all runs.
    """

    def __init__(self, modules: Sequence[str], env: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, json.dumps(list(modules))],
            env=dict(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        atexit.register(self.close)

    def close(self) -> None:
        """End the process; it runs nothing any more."""
        atexit.unregister(self.close)
        self._process.communicate()

    def run(
        self, entry: str, arguments: Sequence[str], output: Path, env: Mapping[str, str], timeout: float = 1200
    ) -> int:
        """Run an entry point, one at a time.

        Args:
            entry: ``module:function``, as a console script names it; or a module, as ``python -m`` runs it.
            arguments: of its command line.
            output: an existing file, to which its output and errors are appended.
            env: added to the environment.
            timeout: seconds after which it is killed.

        Returns:
            The exit code; negative, the signal that ended it.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"entry": entry, "arguments": list(arguments), "output": str(output.resolve()), "env": dict(env)}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        timer = Timer(timeout, os.kill, (child, signal.SIGKILL))
        timer.start()
        try:
            return int(self._process.stdout.readline())
        finally:
            timer.cancel()
