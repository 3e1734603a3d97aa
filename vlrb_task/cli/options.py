"""Options that several subcommands share, and how their results are printed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, TypeVar

import click
from rich.console import Console

F = TypeVar("F", bound=Callable[..., Any])


def as_json(function: F) -> F:
    """``--json``: one JSON document on standard output, for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document, for programs.")(function)


def pairs_option(function: F) -> F:
    """``--pairs``: where rows and labels come from."""
    help = "Parquet, JSONL or TSV file, or a hub id (with @REVISION to pin one)."
    return click.option("--pairs", metavar="P", default=None, help=help)(function)


def trust_pickle_option(function: F) -> F:
    """``--trust-pickle``: for every command that reads logs, since the refusal of a .pkl file names it."""
    help = "Open .pkl files, which can run any code put into them."
    return click.option("--trust-pickle", is_flag=True, help=help)(function)


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
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=120)


def error_console() -> Console:
    """The console for warnings and progress: standard error, so that ``--json`` stays clean."""
    return Console(stderr=True, highlight=False)
