"""``vlrb hook``: VLMEvalKit's own commands with the VLRB datasets, for people who want their command line unchanged.

The hook is two files in this environment's site-packages. Lines of ``.pth`` files that run code are on their way out of
Python (PEP 829) and a known way of attack: so this is never done by an installation, only by this command.
"""

from __future__ import annotations

import importlib.util
import py_compile
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import click

from vlrb_task.cli.options import console, print_json, shared
from vlrb_task.support.errors import VlrbError
from vlrb_task.support.writing import write_text

MODULE = "_vlrb_vlmevalkit_hook"
LINE = f"import {MODULE}; {MODULE}.install()\n"
MARKER = "# Written by 'vlrb hook install'; 'vlrb hook remove' takes it away.\n"


@dataclass(frozen=True, slots=True)
class Hook:
    """Two files in a site-packages folder: a line that Python runs at its start, and the module that it loads."""

    folder: Path

    @property
    def line(self) -> Path:
        return self.folder / "vlrb_vlmevalkit_hook.pth"

    @property
    def module(self) -> Path:
        return self.folder / f"{MODULE}.py"

    @property
    def state(self) -> str:
        """``off``, ``on``, or ``incomplete``: a file is missing, or is not what this release writes."""
        files = [path for path in (self.line, self.module) if path.exists()]
        if not files:
            return "off"
        whole = len(files) == 2 and _text(self.line) == LINE and _text(self.module) == module_text()
        return "on" if whole else "incomplete"

    def install(self) -> None:
        """Write both files, the module first: a line without it would complain at every start."""
        self._refuse_others()
        try:
            write_text(self.module, module_text())
            py_compile.compile(str(self.module), doraise=True)
            write_text(self.line, LINE)
        except OSError as error:
            raise VlrbError(f"{self.folder}: cannot be written to ({error.strerror})") from error

    def remove(self) -> list[Path]:
        """Delete what :meth:`install` wrote, the line first; returns the files that were there."""
        self._refuse_others()
        compiled = Path(importlib.util.cache_from_source(str(self.module)))
        present = [path for path in (self.line, self.module, compiled) if path.exists()]
        try:
            for path in present:
                path.unlink()
        except OSError as error:
            raise VlrbError(f"{error.filename}: cannot be deleted ({error.strerror})") from error
        return present

    def _refuse_others(self) -> None:
        for path, start in ((self.line, f"import {MODULE}"), (self.module, MARKER)):
            if path.exists() and not _text(path).startswith(start):
                raise VlrbError(f"{path}: not written by vlrb, and left alone")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def module_text() -> str:
    """The module that the hook loads: the adapter's import hook as it stands, which needs nothing of this package."""
    spec = importlib.util.find_spec("vlmevalkit_adapter.importing")
    if spec is None or spec.origin is None:
        raise VlrbError("vlmevalkit_adapter is not installed here")
    return MARKER + _text(Path(spec.origin))


def here() -> Hook:
    """The hook of the environment that runs this command."""
    return Hook(Path(sysconfig.get_path("purelib")))


@click.group("hook")
def command() -> None:
    """Switch on the VLRB datasets in VLMEvalKit's own commands.

    Without it: python -m vlmevalkit_adapter run.py …
    """


@command.command("install")
def install() -> None:
    """Write the hook's two files into this environment's site-packages."""
    hook = here()
    hook.install()
    out = console()
    out.tell("wrote, and nothing else:")
    for path in (hook.line, hook.module):
        out.tell(f"  {path}", markup=False)
    out.tell(
        "Every start of this environment's Python now loads the second file; when VLMEvalKit is imported, it registers "
        "the VLRB datasets. 'vlrb hook remove' takes both away; uninstalling vlrb does not, but leaves them without "
        "effect. Python means to drop such .pth lines (PEP 829); python -m vlmevalkit_adapter needs none.",
    )


@command.command("status")
@shared("json")
def status(as_json: bool) -> None:
    """Say whether the hook is on, and where its files are."""
    hook = here()
    files = [str(path) for path in (hook.line, hook.module) if path.exists()]
    if as_json:
        print_json({"state": hook.state, "folder": str(hook.folder), "files": files})
        return
    out = console()
    advice = " ('vlrb hook install' writes it again)" if hook.state == "incomplete" else ""
    out.tell(f"the hook is {hook.state} in {hook.folder}{advice}", markup=False)
    for path in files:
        out.tell(f"  {path}", markup=False)


@command.command("remove")
def remove() -> None:
    """Delete the hook's files."""
    removed = here().remove()
    out = console()
    out.tell("removed:" if removed else "there was no hook")
    for path in removed:
        out.tell(f"  {path}", markup=False)
