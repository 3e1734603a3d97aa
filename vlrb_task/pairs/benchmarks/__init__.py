"""The benchmarks that are known: one YAML file each in this folder, found by being there.

A file is a mapping as a user's own (``docs/pairs.md``), and says of the benchmark what no row says: license, size, its
authors' metrics, published scores. ``docs/benchmarks.md`` has the keys. Nothing is read before it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from vlrb_task.pairs.mapping import Mapped
from vlrb_task.pairs.mapping_file import read_mapping

DEFAULT = "vl_rewardbench"
"""The benchmark that is meant where nothing names another."""

_FOLDER = Path(__file__).parent


def benchmark_names() -> list[str]:
    """Every packaged benchmark, the default first, the others by name."""
    found = sorted(path.stem for path in _FOLDER.glob("*.yaml"))
    return [DEFAULT, *(name for name in found if name != DEFAULT)]


def is_benchmark(name: str) -> bool:
    """Whether there is a packaged benchmark of this name."""
    return name in benchmark_names()


@cache
def benchmark(name: str) -> Mapped:
    """A packaged benchmark's mapping; what else its file says is in :attr:`~vlrb_task.pairs.mapping.Mapped.about`.

    Raises:
        DataError: there is no such file, or it is broken.
    """
    return read_mapping(_FOLDER / f"{name}.yaml")


def is_packaged(mapping: Mapped) -> bool:
    """Whether a mapping is one of these, whose columns are right, though not every revision of the rows has all."""
    return mapping.path.parent == _FOLDER


def default() -> Mapped:
    """VL-RewardBench."""
    return benchmark(DEFAULT)


@cache
def revisions(name: str = DEFAULT) -> Mapping[str, Mapping[str, int]]:
    """A benchmark's known revisions by name, each with its pairs by subset in the order in which papers print them."""
    found = benchmark(name).about.get("revisions", {})
    return {revision: {subset: int(size) for subset, size in sizes.items()} for revision, sizes in found.items()}


def license_of(rows: str) -> str | None:
    """The license of the known benchmark with this hub id; None where there is none."""
    found = [benchmark(name) for name in benchmark_names()]
    return next((str(one.about["license"]) for one in found if one.rows == rows and "license" in one.about), None)
