"""Ctrl-C at any time, imports included: exit code 130, one line, no traceback, nothing half written."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vlrb_task.pairs.demo import demo_parquet

AT_IMPORT = """
import signal, sys
class Finder:
    left = {number}
    def find_spec(self, *names, **more):
        Finder.left -= 1
        if Finder.left == 0:
            signal.raise_signal(signal.SIGINT)
import vlrb_task.__main__
sys.meta_path.insert(0, Finder())
sys.argv = ["vlrb", *{arguments}]
vlrb_task.__main__.main()
"""


@pytest.mark.parametrize("number", [1, 2, 5, 20, 60, *random.Random(18).sample(range(61, 500), 8)])
def test_an_import_that_is_interrupted(number: int) -> None:
    code = AT_IMPORT.format(number=number, arguments=["doctor"])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1] == "vlrb: interrupted"


def stopped(command: list[str], after: float, number: int) -> tuple[int, str]:
    """Exit code and standard error of a command that gets a signal after some seconds."""
    with subprocess.Popen(
        [sys.executable, "-m", "vlrb_task", *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        time.sleep(after)
        process.send_signal(number)
        _, told = process.communicate(timeout=60)
    return process.returncode, told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_task_leaves_nothing(tmp_path: Path, number: int) -> None:
    """Stopped in the middle of its work, which a named pipe makes last."""
    fifo = tmp_path / "pairs.jsonl"
    subprocess.run(["mkfifo", str(fifo)], check=True)
    out = tmp_path / "out"
    with subprocess.Popen(["sh", "-c", f"exec sleep 60 > {fifo}"]) as writer:
        code, told = stopped(
            ["task", "--judge", "criteria", "--pairs", str(fifo), "--name", "x", "-o", str(out)], 4, number
        )
        writer.kill()
    assert code == 128 + number, told
    assert told == "vlrb: interrupted\n" or told == "\nvlrb: interrupted\n"
    assert not out.exists() or not list(out.iterdir())


HANGING = """
import signal, sys, threading, time
from vlrb_task import __main__
def run(**options):
    {what}
sys.modules["vlrb_task.cli.main"] = type(sys)("m")
sys.modules["vlrb_task.cli.main"].main = run
threading.Timer(0.3, signal.raise_signal, [signal.SIGINT]).start()
__main__.main()
"""


TRY = "try:\n        time.sleep(10)\n    "


@pytest.mark.parametrize(
    "what",
    [
        "time.sleep(10)",
        # An extension module's import that ends in another exception, and one whose author caught everything.
        TRY + "except KeyboardInterrupt as error:\n        raise ImportError('broken') from error",
        TRY + "except BaseException:\n        pass",
        "class A:\n        def __del__(self):\n            time.sleep(9)\n    one = A()\n    del one\n    time.sleep(9)",
    ],
)
def test_whatever_the_interrupt_becomes(what: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HANGING.format(what=what)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr


def test_exit_codes_stay(tmp_path: Path) -> None:
    def code(*arguments: str) -> int:
        return subprocess.run(
            [sys.executable, "-m", "vlrb_task", *arguments], capture_output=True, check=False
        ).returncode

    assert code("--version") == 0
    assert code("score", "--help") == 0
    assert code("score", str(tmp_path / "absent")) == 2
    assert code("score") == 2
    assert code("no-such-command") == 2
    (tmp_path / "pairs.jsonl").write_text('{"id": "a"}\n')
    assert code("doctor", "--pairs", str(tmp_path / "pairs.jsonl")) == 1
    assert code("doctor", "--pairs", str(demo_parquet())) == 0
