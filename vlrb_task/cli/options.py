"""Options that several subcommands share, and how their results are printed."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vlrb_task.support.visible import visible as visible

if TYPE_CHECKING:
    from rich.console import Console

F = TypeVar("F", bound=Callable[..., Any])


_EMPTY = "the name is empty (a variable that is not set?)"


class NamedPath(click.Path):
    """A path. The empty one, which an unset variable leaves, is an error: it would stand for this folder."""

    def __init__(self, **options: Any) -> None:
        super().__init__(path_type=Path, **options)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail(_EMPTY, param, ctx)
        return super().convert(value, param, ctx)


def _not_empty(ctx: click.Context, parameter: click.Parameter, value: Any) -> Any:
    if value == "":
        raise click.BadParameter(_EMPTY, ctx, parameter)
    return value


FILE = NamedPath()
FOLDER = NamedPath(file_okay=False)
NEW_FILE = NamedPath(dir_okay=False)


def as_json(function: F) -> F:
    """``--json``: one JSON document on standard output, for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document, for programs.")(function)


def pairs_option(function: F) -> F:
    """``--pairs``: where rows and labels come from."""
    help = (
        "A file (parquet, JSONL, TSV, or a YAML mapping), a benchmark by name, or a hub id (with @REVISION to pin one)."
    )
    return click.option("--pairs", metavar="P", default=None, help=help, callback=_not_empty)(function)


def grouping_option(function: F) -> F:
    """``--group``: for every command whose intervals and tests can take pairs together; goes to ``read_runs`` as it is."""
    help = (
        "Pairs that count as one observation: picture, query, or a column of the pairs (default: a mapping's or the log's "
        "groups). Reads --pairs."
    )
    return click.option("--group", metavar="BY", default=None, help=help, callback=_not_empty)(function)


def writers_options(function: F) -> F:
    """``--models`` and ``--families``: who wrote the answers, for self-preference; go to ``read_runs`` as they are."""
    models = "Which models wrote the answers: a CSV or JSONL with key or id, model_0 and model_1 (default: a column of --pairs)."
    families = "Families of models, as `Qwen: [qwen, qwq]` in a YAML file; asked before the packaged ones."
    function = click.option("--families", metavar="FILE", type=FILE, default=None, help=families)(function)
    return click.option("--models", metavar="FILE", type=FILE, default=None, help=models)(function)


def trust_pickle_option(function: F) -> F:
    """``--trust-pickle``: for every command that reads logs, since the refusal of a .pkl file names it."""
    help = "Open .pkl files, which can run any code put into them."
    return click.option("--trust-pickle", is_flag=True, help=help)(function)


def policy_option(function: F) -> F:
    """``--policy``: what ties and unparsed votes count."""
    help = "strict (default), half or official: what ties and unparsed votes count."
    return click.option("--policy", default="strict", help=help)(function)


def logs_argument(function: F) -> F:
    """``LOG...``: one or more logs of judgements, or folders of them."""
    return click.argument("logs", metavar="LOG...", nargs=-1, required=True, type=FILE)(function)


def benches_option(function: F) -> F:
    """``--bench``: other benchmarks' results."""
    help = "Other benchmarks' results: a folder of lmms-eval or VLMEvalKit, or a CSV. Can be given more than once."
    return click.option("--bench", "benches", metavar="FILE", multiple=True, type=FILE, help=help)(function)


def force_option(function: F) -> F:
    """``--force``: for every command that writes a file which the user names."""
    help = "Replace files that this command did not write. An input is never replaced."
    return click.option("--force", is_flag=True, help=help)(function)


def print_json(value: Any) -> None:
    """Print strict JSON: a number that is not finite becomes null."""
    click.echo(json.dumps(_finite(value), indent=2, allow_nan=False))


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value


def console() -> Console:
    """The console for people. Off a terminal it is 120 columns wide, so that a pipe gets whole tables."""
    from vlrb_task.cli.terminal import SafeConsole

    found = SafeConsole()
    return found if found.is_terminal else SafeConsole(width=120)


def error_console() -> Console:
    """The console for warnings and progress: standard error, so that ``--json`` stays clean."""
    from vlrb_task.cli.terminal import SafeConsole

    return SafeConsole(stderr=True)


def print_error(message: str) -> None:
    """Print an error: one line on standard error, whatever it quotes."""
    click.echo(f"vlrb: {visible(' '.join(message.splitlines()))}", err=True)


def print_warnings(warnings: Iterable[str], name: str = "") -> None:
    """Print what a reader of the numbers must know, to standard error.

    Args:
        warnings: of a run's score.
        name: the run's, where there are several.
    """
    from rich.markup import escape

    out, whose = error_console(), f"{escape(name)}: " if name else ""
    for warning in warnings:
        out.print(f"[yellow]warning:[/yellow] {whose}{escape(warning)}", soft_wrap=True)


@contextmanager
def reading_bar() -> Iterator[Callable[[int, int], None]]:
    """A progress bar for reading large logs, on standard error and on terminals only; gives what to tell it."""
    if sys.stderr is None or not sys.stderr.isatty():  # None where it is closed
        yield lambda done, of: None
        return
    from rich.progress import Progress

    with Progress(console=error_console(), transient=True) as bar:
        task = bar.add_task("reading", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
