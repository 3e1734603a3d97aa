"""The documents: every ``vlrb`` command line is one that exists, and each page begins with what it is for."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from vlrb_task.cli.main import group

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CHANGELOG.md"]

BLOCK = re.compile(r"^```(?:bash|sh|console)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
NEXT = re.compile(r"\s(?:&&|\|)\s|;\s")
COMMAND = re.compile(r"(?:[A-Z_]+=\S+\s+|uvx\s(?:.*\s)?)*vlrb\s+([a-z].*)")


def command_lines(text: str) -> list[str]:
    """What follows ``vlrb`` in code blocks and code spans."""
    blocks = BLOCK.findall(text)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    lines += SPAN.findall(BLOCK.sub("", text))
    pieces = [piece.strip() for line in lines for piece in NEXT.split(line.partition(" #")[0])]
    return [found[1] for piece in pieces if (found := COMMAND.fullmatch(piece))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_commands_of_a_document(document: Path) -> None:
    for line in command_lines(document.read_text(encoding="utf-8")):
        words = shlex.split(line)
        command: click.Command = group
        while isinstance(command, click.Group) and words:
            found = command.get_command(click.Context(command), words[0])
            assert found is not None, f"{document.name}: vlrb {line}"
            command = found
            del words[0]
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        known |= {"-h", "--help"}
        given = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        assert given <= known, f"{document.name}: vlrb {line}"


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_a_page_begins_with_what_its_reader_can_do(page: Path) -> None:
    title, empty, first, *_ = page.read_text(encoding="utf-8").splitlines()
    assert (title[:2], empty) == ("# ", "")
    assert re.match("(After reading|With) this page you ", first), f"{page.name} begins with {first[:60]!r}"


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 80


def test_lines_are_found() -> None:
    text = "`vlrb a --b` and\n```bash\npip install vlrb uv && uvx vlrb c -d \\\n--e   # vlrb f\nX=1 vlrb g\n```\n"
    assert [line.split() for line in command_lines(text)] == [["c", "-d", "--e"], ["g"], ["a", "--b"]]
