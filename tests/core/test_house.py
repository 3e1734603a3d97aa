"""The house stands as DESIGN has it: levels, no circles, a core without frameworks and sockets, a map that is true."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support import house

UPWARD: frozenset[house.Arrow] = frozenset(
    (f"vlrb_task.{one}", f"vlrb_task.{other}")
    for one, other in (
        ("votes", "scores.score"),
        ("votes.assemble", "scores.score"),
        ("votes.assemble", "scores.tally"),
        ("votes.records", "scores.score"),
        ("votes.standing", "scores.score"),
        ("votes.standing", "scores.stopping"),
        ("votes.standing", "scores.tally"),
    )
)
"""Imports from a lower room into a higher one that are still to be mended. This list only shrinks."""

CIRCLES: frozenset[house.Arrow] = frozenset(
    (f"vlrb_task.{one}", f"vlrb_task.{other}")
    for one, other in (
        ("parsing.explain", "parsing"),
        ("scores.completeness", "scores.score"),
    )
)
"""Imports that close a circle of files and are still to be mended. This list only shrinks."""

UNRANKED = {"bulk"}
"""Rooms that DESIGN does not have. This list only shrinks."""

FRAMEWORKS = ("lmms_eval", "vlmeval", "torch", "transformers", "accelerate", "datasets")
SOCKETS = ("socket", "ssl", "http", "urllib.request", "urllib.error", "requests", "httpx", "aiohttp", "asyncio")


def test_every_room_has_a_level() -> None:
    assert set(house.rooms()) - {name for names in house.LEVELS for name in names} == UNRANKED


def test_imports_go_down() -> None:
    level = {name: number for number, names in enumerate(house.LEVELS) for name in names}
    # A room that is still to go, and the root, which is above all.
    level |= dict.fromkeys(("", "__main__", *UNRANKED), len(house.LEVELS) - 1)
    upward = {(a, b) for a, b in house.arrows() if level[house.room(a)] < level[house.room(b)]}
    assert sorted(upward - UPWARD) == [], "imports from a lower room into a higher one"
    assert sorted(UPWARD - upward) == [], "mended: take them off the list"


def test_no_circle_of_rooms() -> None:
    mended = {(a, b) for a, b in house.arrows() if (a, b) not in UPWARD}
    between = {(house.room(a), house.room(b)) for a, b in mended if house.room(a) != house.room(b)}
    assert house.circle(between) == []


def test_no_circle_of_files() -> None:
    rest = house.arrows() - CIRCLES
    assert house.circle(rest) == []
    done = [arrow for arrow in sorted(CIRCLES) if not house.circle(rest | ({arrow} & house.arrows()))]
    assert done == [], "mended: take them off the list"


def test_a_circle_is_found() -> None:
    assert house.circle([("a", "b"), ("b", "c")]) == []
    assert house.circle([("a", "b"), ("b", "c"), ("c", "b")]) in (["b", "c", "b"], ["c", "b", "c"])


def _within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def test_the_core_imports_no_framework_and_opens_no_socket() -> None:
    """``pairs`` may hand the hub's client a dataset's name and read the files that come back; it has no socket itself."""
    core = [module for module in house.modules() if house.room(module) in house.CORE]
    found = [
        (module, name) for module in core for name in house.imported(module) if _within(name, FRAMEWORKS + SOCKETS)
    ]
    assert found == []


def test_importing_all_of_the_core_loads_no_framework_and_asks_nothing() -> None:
    """As another process sees it: no framework by way of another library, no read of the network at import."""
    core = [module for module in house.modules() if house.room(module) in house.CORE]
    code = (
        "import importlib, socket, sys\n"
        "def refuse(*_): raise AssertionError('a connection at import')\n"
        "socket.socket.connect = refuse\n"
        f"for name in {core}: importlib.import_module(name)\n"
        f"print(*sorted(set({FRAMEWORKS}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=house.ROOT, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


@pytest.mark.parametrize("package", ["vlrb_task", "vlmevalkit_adapter"])
def test_every_folder_is_a_package_that_says_what_it_is(package: str) -> None:
    folders = {path.parent for path in (house.ROOT / package).rglob("*.py")}
    assert all((folder / "__init__.py").is_file() for folder in folders)
    assert all(line.split(maxsplit=1)[1:] for line in house.drawn_map().splitlines() if line)


def test_the_root_is_an_entrance() -> None:
    assert {path.name for path in (house.ROOT / "vlrb_task").iterdir() if path.is_file()} == {
        "__init__.py",
        "__main__.py",
        "py.typed",
    }


def test_python_m_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vlrb_task", "--help"], capture_output=True, text=True, cwd=house.ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Usage: vlrb [OPTIONS] COMMAND")


def test_the_map_in_contributing_is_drawn_from_the_tree() -> None:
    assert house.MAP_FILE.read_text(encoding="utf-8") == house.document_with_map(), "python -m tests.support.house"
