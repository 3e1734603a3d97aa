"""``vlrb doctor``: what is installed and registered, which revision the data is, and what is wrong with it."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from importlib.util import find_spec
from itertools import chain
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.table import Column, Table

from vlrb_task.cli.options import console, error_console, print_error, print_json, shared
from vlrb_task.support.errors import DataError, VlrbError
from vlrb_task.support.version import __version__, versions_of

if TYPE_CHECKING:
    from vlrb_task.judges import Judge
    from vlrb_task.pairs.pair import Benchmark

PACKAGES = ("lmms-eval", "ms-vlmeval", "vlmeval", "datasets", "transformers", "torch", "huggingface_hub", "pyarrow")


@click.command("doctor")
@shared("pairs")
@click.option("--judge", metavar="J", help="Also say whether this judge can be asked about the data.")
@shared("json")
def command(pairs: str | None, judge: str | None, as_json: bool) -> None:
    """Show what is installed and registered, which revision the data is, and any problems with the data.

    Exit code 1 if the data cannot be used.
    """
    from vlrb_task.judges import get_judge

    data = _data(pairs, get_judge(judge) if judge else None)
    report = {"vlrb": __version__, "python": platform.python_version(), **_installed(), "data": data}
    if as_json:
        print_json(report)
    else:
        _show(report)
    if problems := report["data"]["problems"]:
        more = f" (and {len(problems) - 1} more problems)" if problems[1:] else ""
        print_error(f"the data cannot be used: {problems[0]}{more}")
        raise SystemExit(1)


def _installed() -> dict[str, Any]:
    from vlrb_task.judges import get_judge, judge_names
    from vlrb_task.tasks.shipped import shipped_tasks

    packages = versions_of(PACKAGES)
    points = [point for point in entry_points(group="lmms_eval.models") if point.value.startswith("vlrb_task.")]
    judges = [{"name": name, "prompt": get_judge(name).prompt.source} for name in judge_names()]
    return {
        "packages": packages,
        "registered": {
            "lmms-eval": bool(points) and "lmms-eval" in packages,
            "tasks": list(shipped_tasks()),
            "datasets": [spec.dataset_name for spec in shipped_tasks().values()],
        },
        "official_prompt": _official_prompt(packages),
        "judges": judges,
    }


def _official_prompt(packages: dict[str, str]) -> str:
    """Whether the paper's prompt, as the installed lmms-eval ships it, has the right hash."""
    if "lmms-eval" not in packages:
        return "lmms-eval is not installed"
    from vlrb_task.lmms.prompts import template
    from vlrb_task.support.errors import PromptUnavailable

    try:
        return f"found, SHA-256 {template('official').sha256[:12]} as expected"
    except PromptUnavailable as error:
        return str(error)


def _data(pairs: str | None, judge: Judge | None) -> dict[str, Any]:
    from vlrb_task.pairs.health import contradiction_warning
    from vlrb_task.pairs.rows import hub_id, is_local, load_benchmark
    from vlrb_task.tasks.copying import pair_warnings

    spec = pairs or hub_id()
    found: dict[str, Any] = {"pairs": spec, "problems": [], "warnings": [], "notes": []}
    try:
        benchmark = load_benchmark(spec, network=True)
        found |= {
            "revision": benchmark.revision,
            "fingerprint": benchmark.fingerprint,
            "rows": len(benchmark.pairs),
            "subsets": benchmark.subset_counts,
            "notes": list(benchmark.notes),
            "warnings": pair_warnings(benchmark, judge) if judge else contradiction_warning(benchmark.pairs),
        }
        shown = True
        if is_local(spec):
            found["problems"], more, shown = _row_problems(spec, len(benchmark.pairs))
            found["warnings"] += more
        if judge is not None:
            found["problems"] += _of_judge(judge, benchmark, shown)
    except DataError as error:
        found["problems"] = list(error.problems) or [str(error)]
    return found


def _of_judge(judge: Judge, benchmark: Benchmark, shown: bool) -> Iterator[str]:
    """Why a judge cannot be asked about pairs: its prompt, captions that they lack, or no picture in any of them."""
    from vlrb_task.cli.judges import framework_template
    from vlrb_task.judges import require_captions
    from vlrb_task.judges.templates import template_of
    from vlrb_task.tasks.questions import check_sight

    checks: tuple[Callable[[], None], ...] = (
        lambda: require_captions(template_of(judge, framework_template), benchmark.pairs),
        lambda: check_sight(judge, benchmark, shown=shown),
    )
    for check in checks:
        try:
            check()
        except VlrbError as error:
            yield f"judge {judge.name}: {error}"


def _row_problems(spec: str, total: int) -> tuple[list[str], list[str], bool]:
    """Rows of which no task can be made or whose picture is not there or does not open; what is odd of their pictures; and
    whether any has something to be seen.

    Pictures are only opened where Pillow is installed, as it is with every framework.
    """
    from rich.progress import track

    from vlrb_task.pairs.health import PictureCheck, unread_warning
    from vlrb_task.pairs.mapping import ROW_NUMBER
    from vlrb_task.pairs.parquet import plain_row
    from vlrb_task.pairs.rows import read_rows

    opens = find_spec("PIL") is not None
    problems: list[str] = []
    check = PictureCheck()
    few: list[dict[str, Any]] = []
    rows = track(read_rows(spec, images=True), "opening pictures", total=total, console=error_console(), transient=True)
    try:
        for number, row in enumerate(rows):
            where = f"row {row.get(ROW_NUMBER, number)} (id {row.get('id')!r})"
            check.add(row)
            if len(few) < 50:
                few.append({name: value for name, value in row.items() if name not in ("image", "images")})
            try:
                plain_row(row)
            except DataError as error:
                problems.append(f"{where}: {error}")
            problems += [f"{where}: unreadable image ({problem})" for problem in _unreadable(row)] if opens else []
    except DataError as error:  # of the reader, after its last row
        problems += list(error.problems) or [str(error)]
    seen = check.without < check.rows or check.texts == check.rows
    return problems, [*check.warnings(), *unread_warning(spec, few)], seen


def _unreadable(row: dict[str, Any]) -> Iterator[str]:
    from vlrb_task.pairs.pictures import UnreadablePicture, opened, pictures_of

    for image in (*pictures_of(row), *chain.from_iterable(row.get("answer_images") or [])):
        try:
            if image:
                opened(image.get("bytes"))
        except UnreadablePicture as error:
            yield str(error)


def _show(report: dict[str, Any]) -> None:
    out = console()
    registered, data = report["registered"], report["data"]
    installed = ", ".join(f"{name} {found}" for name, found in report["packages"].items())
    rows = {
        "vlrb": f"{report['vlrb']}, Python {report['python']}",
        "installed": installed or "no framework",
        "lmms-eval": "registered" if registered["lmms-eval"] else "not registered (not installed here)",
        "tasks": " ".join(registered["tasks"]),
        "datasets": " ".join(registered["datasets"]),
        "judges": ", ".join(f"{judge['name']} ({judge['prompt']})" for judge in report["judges"]),
        "official prompt": escape(report["official_prompt"]),
        "pairs": escape(data["pairs"]),
    }
    if "revision" in data:
        sizes = ", ".join(f"{escape(name)} {count}" for name, count in data["subsets"].items())
        which = f"{data['revision']}: {data['rows']} rows ({sizes})"
        rows["revision"] = f"{which}, fingerprint {data['fingerprint'][:16]}"
    table = Table(Column(style="bold"), "", show_header=False, box=None, pad_edge=False)
    for row in rows.items():
        table.add_row(*row)
    out.print(table)
    for note in data["notes"]:
        out.tell(f"note: {note}", markup=False)
    for warning in data["warnings"]:
        out.tell(f"[yellow]warning:[/yellow] {escape(warning)}")
    for problem in data["problems"][:20]:
        out.tell(f"[red]problem:[/red] {escape(problem)}")
    if len(data["problems"]) > 20:
        out.print(f"… and {len(data['problems']) - 20} more problems")
    if not data["problems"]:
        out.print("[green]no problems with the data[/green]")
