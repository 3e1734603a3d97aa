"""The house as its files have it: rooms, levels, and who imports whom. ``python -m tests.support.house`` redraws its map.

A room is a folder of ``vlrb_task``, or ``vlmevalkit_adapter``. Every import counts: late ones inside of functions, and
those for type checkers only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.support.generated import with_part

ROOT = Path(__file__).resolve().parents[2]
PACKAGE, ADAPTER = "vlrb_task", "vlmevalkit_adapter"

LEVELS: tuple[tuple[str, ...], ...] = (
    ("support",),
    ("pairs", "parsing"),
    ("asking", "judges"),
    ("votes",),
    ("scores",),
    ("compare", "audit", "bon", "export"),
    ("report", "tasks", "lmms"),
    ("cli", ADAPTER),
)
"""Rooms from the lowest level to the highest. A room imports from its own level or from below."""

CORE = ("pairs", "asking", "judges", "parsing", "votes", "scores")
"""Rooms that import no framework and open no socket."""

MAP_FILE = ROOT / "CONTRIBUTING.md"
MAP_BEGINS, MAP_ENDS = "<!-- map: python -m tests.support.house -->\n```\n", "```\n<!-- end of map -->"

Arrow = tuple[str, str]


@cache
def modules() -> Mapping[str, Path]:
    """Every module of both packages by its dotted name."""
    found = {}
    for package in (PACKAGE, ADAPTER):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def imported(module: str) -> frozenset[str]:
    """The dotted names that a module imports; ``from a import b`` gives ``a.b``."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(modules()[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: a relative import"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(names)


def _owner(name: str) -> str | None:
    """The module of ours that an imported name is, or stands in; None for other packages."""
    while name and name not in modules():
        name = name.rpartition(".")[0]
    return name or None


@cache
def arrows() -> frozenset[Arrow]:
    """``(a, b)`` where module ``a`` imports from module ``b``."""
    found = {(module, _owner(name)) for module in modules() for name in imported(module)}
    return frozenset((one, other) for one, other in found if other is not None and one != other)


def room(module: str) -> str:
    """The room that a module stands in; the empty text for the root of ``vlrb_task``."""
    package, _, rest = module.partition(".")
    return package if package == ADAPTER else rest.partition(".")[0]


def rooms() -> list[str]:
    """The rooms that are there, the lowest level first."""
    ranked = {name: level for level, names in enumerate(LEVELS) for name in names}
    found = {room(module) for module in modules()} - {"", "__main__"}
    return sorted(found, key=lambda name: (ranked.get(name, len(LEVELS)), name not in ranked, name))


def room_arrows() -> frozenset[Arrow]:
    """``(a, b)`` where a module of room ``a`` imports from room ``b``."""
    return frozenset((room(one), room(other)) for one, other in arrows() if room(one) != room(other))


def circle(pairs: Iterable[Arrow]) -> list[str]:
    """One circle of a graph, its first node again at the end; empty if there is none."""
    graph: dict[str, set[str]] = {}
    for one, other in sorted(pairs):
        graph.setdefault(one, set()).add(other)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def drawn_map() -> str:
    """A line a room: its folder, and the first paragraph of its docstring; levels are set apart by empty lines."""
    lines: list[str] = []
    above = 0
    for name in rooms():
        level = next((number for number, names in enumerate(LEVELS) if name in names), len(LEVELS))
        if level != above:
            lines.append("\n")
        above = level
        module = name if name == ADAPTER else f"{PACKAGE}.{name}"
        said = ast.get_docstring(ast.parse(modules()[module].read_text(encoding="utf-8"))) or ""
        folder = f"{ADAPTER}/" if name == ADAPTER else f"{PACKAGE}/{name}/"
        lines.append(f"{folder:<20} {' '.join(said.partition(chr(10) * 2)[0].split())}\n")
    return "".join(lines)


def document_with_map() -> str:
    """``CONTRIBUTING.md`` with the map that the tree gives.

    Raises:
        ValueError: the document has no place for a map.
    """
    return with_part(MAP_FILE, MAP_BEGINS, drawn_map(), MAP_ENDS)


if __name__ == "__main__":
    MAP_FILE.write_text(document_with_map(), encoding="utf-8")
