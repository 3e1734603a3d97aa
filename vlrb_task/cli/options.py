"""Options that several subcommands share, and how their results are printed."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vlrb_task.support.errors import DataError
from vlrb_task.support.jsonl import strict_json
from vlrb_task.support.visible import visible

if TYPE_CHECKING:
    from vlrb_task.cli.terminal import SafeConsole
    from vlrb_task.scores.policies import Policy

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


def _policy(ctx: click.Context, parameter: click.Parameter, value: str) -> Policy:
    from vlrb_task.scores.policies import Policy

    return Policy.parse(value)


FILE = NamedPath()
FOLDER = NamedPath(file_okay=False)
NEW_FILE = NamedPath(dir_okay=False)

_SHARED: Mapping[str, Callable[[Any], Any]] = {
    "logs": click.argument("paths", metavar="LOG...", nargs=-1, required=True, type=FILE),
    "json": click.option("--json", "as_json", is_flag=True, help="Print one JSON document, for programs."),
    "pairs": click.option(
        "--pairs",
        metavar="P",
        callback=_not_empty,
        help="A file (parquet, JSONL, TSV, or a YAML mapping), a benchmark by name, or a hub id (with @REVISION to pin one).",
    ),
    "group": click.option(
        "--group",
        metavar="BY",
        callback=_not_empty,
        help="Pairs that count as one observation: picture, query, or a column of the pairs (default: a mapping's or the "
        "log's groups). Reads --pairs.",
    ),
    "models": click.option(
        "--models",
        metavar="FILE",
        type=FILE,
        help="Which models wrote the answers: a CSV or JSONL with key or id, model_0 and model_1 (default: a column of --pairs).",
    ),
    "families": click.option(
        "--families",
        metavar="FILE",
        type=FILE,
        help="Families of models, as `Qwen: [qwen, qwq]` in a YAML file; asked before the packaged ones.",
    ),
    # For every command that reads logs, since the refusal of a .pkl file names it.
    "trust_pickle": click.option(
        "--trust-pickle", is_flag=True, help="Open .pkl files, which can run any code put into them."
    ),
    "policy": click.option(
        "--policy",
        default="strict",
        callback=_policy,
        help="strict (default), half or official: what ties and unparsed votes count.",
    ),
    "published": click.option(
        "--published", is_flag=True, help="Also show published scores, with what is known against them."
    ),
    "benches": click.option(
        "--bench",
        "benches",
        metavar="FILE",
        multiple=True,
        type=FILE,
        help="Other benchmarks' results: a folder of lmms-eval or VLMEvalKit, or a CSV. Can be given more than once.",
    ),
    "cost": click.option(
        "--cost",
        multiple=True,
        metavar="NAME=NUMBER",
        help="What a pair costs of a judge, in any unit; by default its votes a pair.",
    ),
    # For every command that writes a file which the user names.
    "force": click.option(
        "--force", is_flag=True, help="Replace files that this command did not write. An input is never replaced."
    ),
}
"""Click's decorators by name. ``logs`` (as ``paths``), ``pairs``, ``group``, ``models``, ``families`` and ``trust_pickle``
go to :func:`vlrb_task.votes.read_runs` as they are."""


def shared(*names: str) -> Callable[[F], F]:
    """Options that several commands have, in the order of their help: names of the table above."""

    def add(function: F) -> F:
        for name in reversed(names):
            function = _SHARED[name](function)
        return function

    return add


def print_result(found: Any, as_json: bool, show: Callable[[Any], None]) -> None:
    """Print what a command found: its ``to_dict()`` for programs, or what ``show`` prints of it."""
    if as_json:
        print_json(found.to_dict())
    else:
        show(found)


def print_json(value: Any) -> None:
    """Print strict JSON: a number that is not finite becomes null."""
    click.echo(strict_json(value))


def console() -> SafeConsole:
    """The console for people. Off a terminal it is 120 columns wide, so that a pipe gets whole tables."""
    from vlrb_task.cli.terminal import SafeConsole

    found = SafeConsole()
    return found if found.is_terminal else SafeConsole(width=120)


def error_console() -> SafeConsole:
    """The console for warnings and progress: standard error, so that ``--json`` stays clean."""
    from vlrb_task.cli.terminal import SafeConsole

    return SafeConsole(stderr=True)


def print_error(message: str) -> None:
    """Print an error: one line on standard error, whatever it quotes."""
    click.echo(f"vlrb: {visible(' '.join(message.splitlines()))}", err=True)


def print_warnings(warnings: Iterable[str], name: str = "") -> None:
    """Print what a reader of the numbers must know, to standard error; ``name`` is the run's, where there are several."""
    from rich.markup import escape

    whose = f"{name}: " if name else ""
    for warning in warnings:
        error_console().tell(f"[yellow]warning:[/yellow] {escape(whose + warning)}")


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


def inputs_of(reading: Mapping[str, Any]) -> list[Any]:
    """The files that a command with these options reads, for :func:`vlrb_task.support.writing.output_file`."""
    return [*reading["paths"], *(reading.get(name) for name in ("pairs", "models", "families"))]


def costs_of(given: Iterable[str]) -> Mapping[str, float]:
    """The numbers of ``--cost``, by judge."""
    found = {}
    for one in given:
        name, _, number = one.rpartition("=")
        try:
            found[name] = float(number)
        except ValueError:
            raise DataError(f"--cost {one!r}: NAME=NUMBER is needed") from None
        if not name or not 0 <= found[name] < math.inf:
            raise DataError(f"--cost {one!r}: NAME=NUMBER is needed, the number not below 0")
    return found
