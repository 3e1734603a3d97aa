"""The house stands as DESIGN has it: levels, no circles, a core without frameworks and sockets, a map that is true."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support import house

FRAMEWORKS = ("lmms_eval", "vlmeval", "torch", "transformers", "accelerate", "datasets")
SOCKETS = ("socket", "ssl", "http", "urllib.request", "urllib.error", "requests", "httpx", "aiohttp", "asyncio")


def test_every_room_has_a_level() -> None:
    assert set(house.rooms()) - {name for names in house.LEVELS for name in names} == set()


def test_imports_go_down() -> None:
    level = {name: number for number, names in enumerate(house.LEVELS) for name in names}
    level |= dict.fromkeys(("", "__main__"), len(house.LEVELS) - 1)  # the root stands above all
    upward = sorted((a, b) for a, b in house.arrows() if level[house.room(a)] < level[house.room(b)])
    assert upward == [], "imports from a lower room into a higher one"


def test_nothing_imports_in_a_circle() -> None:
    assert house.circle(house.arrows()) == []
    assert house.circle(house.room_arrows()) == []


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


def test_every_test_file_belongs_to_a_session() -> None:
    sessions = (house.ROOT / "noxfile.py").read_text(encoding="utf-8")
    files = [path.relative_to(house.ROOT) for path in (house.ROOT / "tests").rglob("test_*.py")]
    lost = [
        str(file)
        for file in files
        if f'"{file.parent.as_posix()}"' not in sessions and f'"{file.as_posix()}"' not in sessions
    ]
    assert files
    assert lost == [], "no session of noxfile.py runs them"
