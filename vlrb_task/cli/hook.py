"""``vlrb hook``: VLMEvalKit's own commands with the VLRB datasets, for people who want their command line unchanged.

The hook is two files in this environment's site-packages. Lines of ``.pth`` files that run code are on their way out of
Python (PEP 829) and a known way of attack: so this is never done by an installation, only by this command.
"""

from __future__ import annotations

import importlib.util
import py_compile
import sysconfig
from pathlib import Path

import click

from vlrb_task.cli.options import console, print_json, shared
from vlrb_task.support.errors import VlrbError
from vlrb_task.support.writing import write_text

MODULE = "_vlrb_vlmevalkit_hook"
LINE = f"import {MODULE}; {MODULE}.install()\n"
MARKER = "# Written by 'vlrb hook install'; 'vlrb hook remove' takes it away.\n"


def _files() -> tuple[Path, Path]:
    """The line that this environment's Python runs at its start, and the module that it loads."""
    folder = Path(sysconfig.get_path("purelib"))
    return folder / "vlrb_vlmevalkit_hook.pth", folder / f"{MODULE}.py"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def module_text() -> str:
    """The module that the hook loads: the adapter's import hook as it stands, which needs nothing of this package."""
    spec = importlib.util.find_spec("vlmevalkit_adapter.importing")
    if spec is None or spec.origin is None:
        raise VlrbError("vlmevalkit_adapter is not installed here")
    return MARKER + _text(Path(spec.origin))


def _refuse_others() -> None:
    for path, start in zip(_files(), (f"import {MODULE}", MARKER), strict=True):
        if path.exists() and not _text(path).startswith(start):
            raise VlrbError(f"{path}: not written by vlrb, so it is left unchanged")


@click.group("hook")
def command() -> None:
    """Switch on the VLRB datasets in VLMEvalKit's own commands.

    Without it: python -m vlmevalkit_adapter run.py …
    """


@command.command("install")
def install() -> None:
    """Write the hook's two files into this environment's site-packages."""
    line, module = _files()
    _refuse_others()
    try:  # the module first: a line without it would complain at every start
        write_text(module, module_text())
        py_compile.compile(str(module), doraise=True)
        write_text(line, LINE)
    except OSError as error:
        raise VlrbError(f"{line.parent}: cannot be written to ({error.strerror})") from error
    out = console()
    out.tell(f"wrote, and nothing else:\n  {line}\n  {module}", markup=False)
    out.tell(
        "Every start of this environment's Python now loads the second file; when VLMEvalKit is imported, it registers "
        "the VLRB datasets. 'vlrb hook remove' removes both; uninstalling vlrb does not, but leaves them without "
        "effect. Python means to drop such .pth lines (PEP 829); python -m vlmevalkit_adapter needs none.",
    )


@command.command("status")
@shared("json")
def status(as_json: bool) -> None:
    """Say whether the hook is on, and where its files are."""
    line, module = _files()
    files = [str(path) for path in (line, module) if path.exists()]
    whole = len(files) == 2 and _text(line) == LINE and _text(module) == module_text()
    state = "off" if not files else "on" if whole else "incomplete"
    if as_json:
        print_json({"state": state, "folder": str(line.parent), "files": files})
        return
    advice = " ('vlrb hook install' writes it again)" if state == "incomplete" else ""
    said = f"the hook is {state} in {line.parent}{advice}"
    console().tell("\n  ".join([said, *files]), markup=False)


@command.command("remove")
def remove() -> None:
    """Delete the hook's files."""
    line, module = _files()
    _refuse_others()
    compiled = Path(importlib.util.cache_from_source(str(module)))
    removed = [path for path in (line, module, compiled) if path.exists()]
    try:  # the line first
        for path in removed:
            path.unlink()
    except OSError as error:
        raise VlrbError(f"{error.filename}: cannot be deleted ({error.strerror})") from error
    said = "removed:" if removed else "there was no hook"
    console().tell("\n  ".join([said, *map(str, removed)]), markup=False)
