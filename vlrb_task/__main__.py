"""The command ``vlrb``, and ``python -m vlrb_task``: what happens on Ctrl-C, at any time from here on, imports included."""

import atexit
import gc
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

_stopped: list[int] = []


def main() -> NoReturn:
    """Run the command line; a stopped command ends with 128 plus the signal's number, one line and no traceback."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) in (signal.default_int_handler, signal.SIG_DFL):
            signal.signal(number, _stop)
    sys.unraisablehook = _unraisable
    gc.set_threshold(50_000)  # Python's own, 700, looks for garbage 140 times while a log is scored
    code: object = 0
    try:
        from vlrb_task.cli.main import main as run

        run()
    except SystemExit as error:
        code = error.code
    except BaseException:
        # An interrupted import may end in any exception.
        if not _stopped:
            raise
    if _stopped:
        _end()
    gc.freeze()  # the end of the process frees what is left; looking through it for garbage first takes 50 ms
    sys.exit(code)  # type: ignore[arg-type]


def _end() -> NoReturn:
    """Clean up and end at once: threads are not waited for, and Python does not send the signal to itself again."""
    print("vlrb: interrupted", file=sys.stderr, flush=True)
    with suppress(BaseException):
        atexit._run_exitfuncs()  # temporary folders, worker processes
    os._exit(128 + _stopped[0])


def _stop(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt, once: files that are half written are removed on its way. The second time ends at once."""
    _stopped.append(number)
    signal.signal(number, signal.SIG_DFL)
    raise KeyboardInterrupt


def _unraisable(found: "sys.UnraisableHookArgs") -> None:
    """Where Python can raise nothing (in a destructor), end at once in place of going on as if nothing had happened."""
    if _stopped and found.exc_type is KeyboardInterrupt:
        os._exit(128 + _stopped[0])
    sys.__unraisablehook__(found)


if __name__ == "__main__":
    main()
