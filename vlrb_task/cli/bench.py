"""``vlrb bench``: the benchmarks that are known, and what there is to know of one. Nothing is downloaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from rich.markup import escape
from rich.table import Column, Table

from vlrb_task.cli.options import console, print_json, shared
from vlrb_task.support.errors import UnknownName

_LISTED = ("name", "title", "size", "media", "license", "loads", "needs", "cached")


@click.group("bench")
def command() -> None:
    """The benchmarks that are known by name: `--pairs NAME` reads one."""


@command.command("list")
@shared("json")
def list_benchmarks(as_json: bool) -> None:
    """List them: name, size, media, and whether its data can be loaded here."""
    from vlrb_task.pairs.benchmarks import benchmark_names

    found = [describe(name) for name in benchmark_names()]
    if as_json:
        print_json([{name: one[name] for name in _LISTED} for one in found])
        return
    table = Table("name", "benchmark", "pairs", "media", "loads from", "here", box=None, pad_edge=False)
    for one in found:
        here = "in the cache" if one["cached"] else ""
        row = (one["name"], one["title"], one["size"] or "?", ", ".join(one["media"]), one["loads"], here)
        table.add_row(*(escape(str(cell)) for cell in row))
    console().print(table)
    console().print("vlrb bench show NAME says more; NAME=FOLDER in --pairs reads the authors' files from a folder.")


@command.command("show")
@click.argument("name")
@shared("json")
def show_benchmark(name: str, as_json: bool) -> None:
    """Show one: its data, license, subsets, its authors' metrics, and what their script does differently."""
    from vlrb_task.pairs.benchmarks import benchmark_names, is_benchmark

    if not is_benchmark(name):
        raise UnknownName(f"no benchmark {name!r}: {', '.join(benchmark_names())}")
    found = describe(name)
    if as_json:
        print_json(found)
        return
    table = Table(Column(style="bold", no_wrap=True), "", show_header=False, box=None, pad_edge=False)
    for heading, value in found.items():
        if value not in (None, [], {}, ""):
            table.add_row(heading.replace("_", " "), escape(_shown(value)))
    console().print(table)


def describe(name: str) -> dict[str, Any]:
    """What a benchmark's file says of it, for people and for ``--json``."""
    from vlrb_task.pairs.benchmarks import benchmark, revisions
    from vlrb_task.pairs.hub import HubDataset, is_cached
    from vlrb_task.tasks.shipped import shipped_tasks

    found, task = benchmark(name), shipped_tasks()[f"vlrb_{name}"]
    about = found.about
    size = str(about.get("size", ""))
    return {
        "name": name,
        "title": about.get("title", name),
        "summary": about.get("summary"),
        "rows": found.rows,
        "revision": about.get("revision") or ("unpinned" if HubDataset.is_one(found.rows) else None),
        "config": list(found.configs),
        "split": list(found.splits),
        "size": int(size) if size.isdigit() else size or None,
        "groups": int(about["groups"]) if "groups" in about else None,
        "media": list(about.get("media", [])),
        "license": about.get("license"),
        "loads": about.get("loads", "files"),
        "needs": about.get("needs"),
        "cached": found.rows.count("/") == 1 and is_cached(found.rows.partition("@")[0]),
        "subsets": revisions(name) or found.subset.all_names(),
        **{key: one.name if (one := found.column(key)) else None for key in ("group", "criterion")},
        "tie_labels": "tie" in found.answers.labels.values() or bool(found.answers.ties),
        "tasks": [task.name, task.dataset_name],
        "suite": about.get("suite"),
        "metrics": dict(about.get("metrics", {})),
        "differs": list(about.get("differs", [])),
        "published": list(about.get("published", [])),
        "paper": about.get("paper"),
        "homepage": about.get("homepage"),
        "checked": about.get("checked"),
        "file": str(found.path),
    }


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {_inline(one)}" for name, one in value.items())
    if isinstance(value, list):
        long = any(isinstance(one, Mapping) or " " in str(one) for one in value)
        return ("\n" if long else ", ").join(map(_inline, value))
    return {"True": "yes", "False": "no"}.get(str(value), str(value))


def _inline(value: Any) -> str:
    return ", ".join(f"{name} {one}" for name, one in value.items()) if isinstance(value, Mapping) else str(value)
