"""``vlrb batch``: a task without a framework, as a file for the batch API of a service or for ``vllm run-batch``."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vlrb_task.cli.options import FILE, NEW_FILE, console, print_json, print_warnings, shared
from vlrb_task.support.errors import UnknownName, VlrbError
from vlrb_task.support.extra import require
from vlrb_task.support.writing import output_file, replacing

if TYPE_CHECKING:
    from vlrb_task.tasks.shipped import TaskSpec

FORMATS = ("openai", "anthropic", "gemini")
"""Of :data:`vlrb_task.tasks.batch_layouts.LAYOUTS`, which is not loaded to show the help."""


# How the files that these commands write begin.
_REQUESTS = re.compile(rb'\A\{"(?:custom_id|key)": "[0-9a-f]{8}-[0-9a-f]{16}-v')
_LIST = re.compile(rb'\A\{"batch": ')
_VOTES = re.compile(rb'\A\{"v": 1, "key": ')


@click.group("batch")
def command() -> None:
    """Ask a task's ballots with no framework: write them as batch files, and read the results as votes.

    Batch APIs answer within a day for half the price. `vlrb batch write` makes the files, the service or `vllm run-batch`
    answers them, `vlrb batch read` makes a votes file that scores as a live run's log does.
    """


@command.command("write")
@click.option(
    "--task", required=True, metavar="T", help="A shipped task, or the .task.json file of one that vlrb task wrote."
)
@click.option("--model", required=True, metavar="M", help="The model's name at the service.")
@shared("pairs")
@click.option(
    "--format", "layout", type=click.Choice(FORMATS), default="openai", show_default=True, help="Layout of the files."
)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="NAME=VALUE",
    help="A setting of the request, as JSON or text; null leaves it out. May be given several times.",
)
@click.option(
    "--image-limit",
    type=click.FloatRange(min=0.01),
    metavar="MB",
    help="Largest picture, as base64; larger ones are sent as smaller JPEGs. Default: 20 (openai), 5 (anthropic), 15 (gemini).",
)
@click.option("--max-requests", type=click.IntRange(min=1), help="Requests a file. Default: the service's limit.")
@click.option("--max-mb", type=click.FloatRange(min=0.001), help="Megabytes a file. Default: the service's limit.")
@click.option("--no-images", is_flag=True, help="Send no pictures. Every vote then says so.")
@click.option("-o", "--output", required=True, type=NEW_FILE, help="File to write.")
@shared("force", "json")
def write(
    task: str,
    model: str,
    pairs: str | None,
    layout: str,
    changes: Sequence[str],
    image_limit: float | None,
    max_requests: int | None,
    max_mb: float | None,
    no_images: bool,
    output: Path,
    force: bool,
    as_json: bool,
) -> None:
    """Write a task's ballots as requests.

    The limits of a file in requests and megabytes are the service's: openai 50,000 and 200 MB, anthropic 100,000 and
    256 MB, gemini 2 GB. What does not fit into one goes into FILE-1.jsonl, FILE-2.jsonl and so on. Beside them stands
    FILE.batch.jsonl, which vlrb batch read needs.
    """
    from vlrb_task.cli.judges import framework_template
    from vlrb_task.judges import get_judge
    from vlrb_task.judges.templates import template_of
    from vlrb_task.pairs.pair import parse_rows
    from vlrb_task.pairs.rows import read_rows
    from vlrb_task.tasks.batch import list_path, name_of, write_batch
    from vlrb_task.tasks.batch_layouts import LAYOUTS
    from vlrb_task.tasks.questions import questions_of

    chosen = LAYOUTS[layout]
    spec = _task(task, pairs)
    allowed = partial(output_file, mark=_REQUESTS, inputs=[pairs, task], force=force)
    allowed(output)
    output_file(list_path(output), _LIST, [pairs, task], force=force)
    judge = get_judge(spec.judge)
    if judge.image != "none" and not no_images:
        require("vlrb batch write with pictures", "PIL")
    template = template_of(judge, framework_template)
    benchmark = parse_rows(read_rows(spec.pairs, network=True), origin=spec.pairs)
    questions = questions_of(spec, benchmark, template, name_of)
    limited = replace(
        chosen,
        max_requests=max_requests or chosen.max_requests,
        max_bytes=int(max_mb * 1e6) if max_mb else chosen.max_bytes,
        image_bytes=int(image_limit * 1e6) if image_limit else chosen.image_bytes,
    )
    asked = partial(write_batch, questions, spec.pairs, model, limited, output)
    written = asked(changed=_changes(changes), allowed=allowed, no_images=no_images)
    warnings = [f"{count} {what}" for what, count in written.counts.items() if count]
    if as_json:
        files = list(map(str, written.files))
        print_json({"requests": written.requests, "files": files, "list": str(written.list), "warnings": warnings})
        return
    tell = partial(console().tell, markup=False)
    for file in written.files:
        tell(f"wrote {file} ({file.stat().st_size / 1e6:.1f} MB)")
    tell(f"{written.requests} requests to {model}; their list, for vlrb batch read: {written.list}")
    print_warnings(warnings)
    first = shlex.quote(str(next(iter(written.files), Path())))
    how = {
        "openai": "run:  upload as a batch for /v1/chat/completions, or  "
        f"vllm run-batch -i {first} -o results.jsonl --model {shlex.quote(model)}",
        "anthropic": "run:  client.messages.batches.create(requests=[json.loads(line) for line in open(FILE)])",
        "gemini": f"run:  upload, then client.batches.create(model={model!r}, src=UPLOADED.name)",
    }
    tell(how[chosen.name])
    tell("then: vlrb batch read results.jsonl -o X.votes.jsonl && vlrb score X.votes.jsonl")


def _task(name: str, pairs: str | None) -> TaskSpec:
    """The task, with the pairs that it asks about in place."""
    from vlrb_task.pairs.benchmarks import is_benchmark
    from vlrb_task.pairs.demo import demo_parquet
    from vlrb_task.pairs.rows import hub_id, pairs_of
    from vlrb_task.tasks.saved import load_task, tasks_of_environment
    from vlrb_task.tasks.shipped import DEMO, HUB, shipped_tasks

    known = {**{spec.name: spec for spec in tasks_of_environment()}, **shipped_tasks()}
    known |= {spec.dataset_name: spec for spec in known.values()}
    spec = load_task(Path(name)) if name.endswith(".json") else known.get(name)
    if spec is None:
        listed = ", ".join(shipped_tasks())
        raise UnknownName(f"--task {name!r}: no such task; use one of {listed}, or a .task.json file of vlrb task")
    if is_benchmark(spec.pairs):
        return replace(spec, pairs=pairs or pairs_of(spec.pairs) or spec.pairs)
    if pairs is not None and spec.pairs not in (HUB, pairs):
        raise VlrbError(f"--pairs: task {spec.name} has pairs of its own; write a task on yours with vlrb task --pairs")
    if spec.pairs == DEMO:
        return replace(spec, pairs=str(demo_parquet()))
    return replace(spec, pairs=pairs or hub_id()) if spec.pairs == HUB else spec


def _changes(given: Iterable[str]) -> dict[str, Any]:
    found = {}
    for change in given:
        name, equals, value = change.partition("=")
        if not name or not equals:
            raise VlrbError(f"--set {change!r}: NAME=VALUE is needed")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


@command.command("read")
@click.argument("results", metavar="RESULTS...", nargs=-1, required=True, type=FILE)
@click.option(
    "--requests",
    type=FILE,
    metavar="FILE",
    help="The request file. Default: its list is looked for beside the results and in the working folder.",
)
@click.option("-o", "--output", required=True, type=NEW_FILE, help="Votes file.")
@shared("force", "json")
def read(results: tuple[Path, ...], requests: Path | None, output: Path, force: bool, as_json: bool) -> None:
    """Make a votes file of a batch's results.

    RESULTS are the result and error files that the service gives back, in any order, of one batch.
    """
    from vlrb_task.tasks.batch_results import find_list, read_results
    from vlrb_task.votes import write_votes

    output_file(output, _VOTES, [*results, requests], force=force)
    listed = find_list(results, requests)
    votes = read_results(listed, results)
    with replacing(output) as place:
        write_votes(place, votes.records)
    failed, error = votes.failed
    warnings = list(votes.notes)
    if failed:
        warnings.insert(0, f"{failed} requests failed and are unparsed votes, most often: {error}")
    if votes.missing:
        warnings.insert(0, f"{votes.missing} of {len(listed.records)} ballots have no result and no vote")
    if as_json:
        counts = {"votes": len(votes.records), "ballots": len(listed.records), "answered": votes.answered}
        counts |= {"missing": votes.missing, "failed": failed}
        print_json({**counts, "output": str(output), "warnings": warnings})
        return
    console().tell(f"wrote {output}: {len(votes.records)} votes on {len(listed.records)} ballots", markup=False)
    print_warnings(warnings)
