"""All sessions of ``noxfile.py``, side by side in two lanes. A session's output is printed whole when it ends.

The frameworks' sessions take most of the time and memory, so they are one lane, in which pytest uses two processes; the
rest is the other. Exit code: the worst of all sessions.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field

LANES = (
    ("lmms", "vlmevalkit"),
    ("lint", "core", "insight", "scale", "engine", "package", "security"),
)
"""Session ``vlmevalkit`` needs the environment that ``lmms`` leaves behind, so it comes after it."""

CLOSING = re.compile(r"^=*\s?((?:\d+ \w+,? ?)+in [\d.]+s.*?)\s?=*$", re.MULTILINE)
"""The closing line of pytest."""


@dataclass
class Run:
    """One lane's sessions: their exit codes, seconds and pytest's closing lines, in order."""

    sessions: tuple[str, ...]
    found: list[tuple[str, int, float, str]] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None


stopped = threading.Event()
printing = threading.Lock()


def run(lane: Run) -> None:
    """Run a lane's sessions one after another, whatever becomes of them."""
    env = {"OMP_NUM_THREADS": "1"} | os.environ
    for session in lane.sessions:
        if stopped.is_set():
            return
        begun = time.monotonic()
        with tempfile.TemporaryFile() as log:
            command = [sys.executable, "-m", "uv", "tool", "run", "nox", "-s", session]
            lane.process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, env=env, stdin=subprocess.DEVNULL, start_new_session=True
            )
            code = lane.process.wait()
            seconds = time.monotonic() - begun
            log.seek(0)
            text = log.read().decode(errors="replace")
        closing = CLOSING.findall(text)
        lane.found.append((session, code, seconds, closing[-1] if closing else ""))
        with printing:
            print(f"\n===== {session}: exit code {code}, {seconds / 60:.1f} min =====\n{text}", flush=True)


def stop(number: int, _: object) -> None:
    """End what was started, and no more is started."""
    stopped.set()
    for lane in lanes:
        if lane.process is not None and lane.process.poll() is None:
            os.killpg(lane.process.pid, signal.SIGTERM)
    sys.exit(128 + number)


lanes = [Run(sessions) for sessions in LANES]

if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    begun = time.monotonic()
    threads = [threading.Thread(target=run, args=(lane,), daemon=True) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"\n===== all sessions, {(time.monotonic() - begun) / 60:.1f} min =====")
    rows = [row for lane in lanes for row in lane.found]
    for session, code, seconds, closing in rows:
        print(f"{'ok' if code == 0 else f'FAILED ({code})':<12} {session:<11} {seconds / 60:5.1f} min  {closing}")
    sys.exit(max((abs(code) for _, code, _, _ in rows), default=1))
