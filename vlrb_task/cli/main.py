"""The ``vlrb`` command: one module of this package for each subcommand."""

from __future__ import annotations

import importlib
import io
import sys
from typing import NoReturn

import click

from vlrb_task.support.errors import VlrbError
from vlrb_task.support.version import __version__

COMMANDS = {
    "demo": "The main job on the packaged pairs: a real lmms-eval run, then its score.",
    "doctor": "What is installed, which revision the data is, and what is wrong with it.",
    "parse": "Verdicts for a JSONL file of texts.",
    "score": "Score any log of judgements that can be read.",
    "compare": "Judges side by side: intervals, paired tests, agreement, correlations.",
    "suite": "Judges on several benchmarks: one table, ranks, and what the protocol changes.",
    "report": "One self-contained page: comparison, pictures, every judgement.",
    "plot": "The pictures of a report as SVG, PDF or PNG.",
    "export": "Tables and files that papers, leaderboards and model cards take.",
    "panel": "Several judges together: majority, weights, what one more adds, a cascade.",
    "plan": "How many pairs and votes it takes to tell two judges apart.",
    "audit": "Check whether published numbers can be true, and what a log reveals.",
    "bon": "Best of N: does picking with the judge help, and does the benchmark predict it?",
    "judges": "The judges: list them, show a prompt, fetch a published one.",
    "bench": "The benchmarks that are known: list them, show one. Nothing is downloaded.",
    "task": "Write a task for a judge, a schedule or pairs that are not shipped.",
    "batch": "A task without a framework: batch files of requests, and their results as votes.",
    "hook": "Switch on the VLRB datasets in VLMEvalKit's own commands.",
    "include-path": "The folder for lmms-eval's --include_path.",
}
"""Each subcommand with its line in the help. Its module, by the same name, has a click command named ``command``."""


class LazyGroup(click.Group):
    """A group that imports a subcommand's module when it is used, so that ``vlrb --help`` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"vlrb_task.cli.{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="vlrb")
def group() -> None:
    """VL-RewardBench for judges and reward models: score them, and trust the numbers."""


def main() -> None:
    """Run the command line and exit. An error of the user's input is one line on standard error, and exit code 2."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # what its encoding cannot hold, as standard error does
    try:
        code = group.main(prog_name="vlrb", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.UsageError as error:
        more = f" See {error.ctx.command_path} --help." if error.ctx else ""
        _fail(error.format_message() + more)
    except click.ClickException as error:
        _fail(error.format_message())
    except click.Abort:  # what click makes of Ctrl-C
        sys.exit(130)
    except VlrbError as error:
        _fail(str(error))
    except MemoryError:
        _fail("not enough memory for this input")
    except BrokenPipeError:
        if sys.stderr is not None:
            sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _fail(f"{where}{error.strerror or error}")


def _fail(message: str) -> NoReturn:
    from vlrb_task.cli.options import print_error

    print_error(message)
    sys.exit(2)
