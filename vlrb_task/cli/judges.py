"""``vlrb judges``: list the judges, show one, fetch a published prompt."""

from __future__ import annotations

import importlib.util
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.table import Column, Table

from vlrb_task.cli.options import FILE, console, print_json, print_warnings, shared
from vlrb_task.support.errors import PromptUnavailable, UnknownName, VlrbError

if TYPE_CHECKING:
    from vlrb_task.judges import Judge, Template


class JudgesGroup(click.Group):
    """``fetch`` is a subcommand; any other word is the name of a judge to show."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or _shower(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        return args[0], self.get_command(ctx, args[0]), args[1:]


@click.group("judges", cls=JudgesGroup, invoke_without_command=True, subcommand_metavar="[NAME | fetch NAME]")
@shared("json")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """List the judges; `vlrb judges NAME` shows one, its prompt filled with a pair.

    A judge is a prompt with its parser and its settings. The prompts of published reward models are their authors': `vlrb
    judges fetch NAME` gets one from its repository at a pinned revision and checks it.
    """
    if ctx.invoked_subcommand is not None:
        return
    judges = _loaded()
    if as_json:
        print_json([describe(judge) for judge in judges])
        return
    heads = (Column(name, no_wrap=True) for name in ("judge", "mode", "prompt", "parser"))
    caption = "own prompts are always available; vlrb judges fetch NAME gets a published one"
    table = Table(*heads, "what it asks", caption=caption)
    for judge in judges:
        table.add_row(judge.name, judge.mode, _at_hand(judge), judge.parser_name, escape(judge.summary))
    console().print(table)


def _loaded() -> list[Judge]:
    """Every judge: this package's by the source of their prompts, mode and name, then other packages'.

    One that cannot be loaded gives a warning, and does not hide the rest.
    """
    from vlrb_task.judges import get_judge, in_order, judge_names, shipped_names

    found = []
    for name in judge_names():
        try:
            found.append(get_judge(name))
        except UnknownName as error:
            print_warnings([str(error)])
    shipped = set(shipped_names())
    return [*in_order(j for j in found if j.name in shipped), *in_order(j for j in found if j.name not in shipped)]


def _at_hand(judge: Judge) -> str:
    from vlrb_task.judges.templates import at_hand, cached_file

    if judge.prompt.source != "published":
        return judge.prompt.source
    if cached_file(judge).is_file():
        return "published, fetched"
    return "published, installed" if at_hand(judge) else "published, not fetched"


def describe(judge: Judge) -> dict[str, Any]:
    """A judge as JSON: everything but its prompt's text. ``at_hand`` is None for a prompt that a framework ships."""
    from vlrb_task.judges.templates import at_hand
    from vlrb_task.tasks.shipped import task_of

    published = judge.prompt.published
    task = task_of(judge.name)
    return {
        "name": judge.name,
        "version": judge.version,
        "summary": judge.summary,
        "mode": judge.mode,
        "prompt": {
            "source": judge.prompt.source,
            "sha256": judge.prompt.sha256,
            "at_hand": {"own": True, "published": at_hand(judge)}.get(judge.prompt.source),
            "published": published.url if published else None,
        },
        "parser": judge.parser_name,
        "sampling": asdict(judge.sampling),
        "image": judge.image,
        "system_message": judge.system is not None,
        "max_pixels": judge.max_pixels,
        "scale": list(judge.scale) if judge.mode == "pointwise" else None,
        "authors_rule": judge.authors_rule,
        "authors_parser": judge.authors_parser,
        "approximate": judge.approximate,
        "alternatives": list(judge.alternatives),
        "lmms_eval_task": task.name if task else None,
        "vlmevalkit_dataset": task.dataset_name if task else None,
    }


def _shower(name: str) -> click.Command:
    """The command that shows one judge."""
    from vlrb_task.asking.ballots import Order, Schedule, ballots_of
    from vlrb_task.judges import fill_prompt, get_judge, require_captions
    from vlrb_task.judges.templates import template_of
    from vlrb_task.pairs.demo import demo_parquet
    from vlrb_task.pairs.rows import load_benchmark

    @click.command(name, help=f"Show judge {name}: its settings, and its prompt filled with a pair.")
    @shared("pairs")
    @click.option("--id", "wanted", help="Id or key of the pair to fill in (default: the first).")
    @shared("json")
    @click.pass_context
    def show(ctx: click.Context, pairs: str | None, wanted: str | None, as_json: bool) -> None:
        as_json = as_json or (ctx.parent is not None and bool(ctx.parent.params.get("as_json")))
        judge = get_judge(name)
        found = load_benchmark(pairs or str(demo_parquet())).pairs
        pair = next((pair for pair in found if wanted in (None, pair.id, pair.key)), None)
        if pair is None:
            raise VlrbError(f"--id {wanted!r}: no such pair")
        out = console()
        if not as_json:
            out.print(_settings(judge))
        template = template_of(judge, framework_template)
        require_captions(template, [pair])
        ballot = ballots_of(pair, Schedule(Order.KEY), judge.mode)[0]
        text = fill_prompt(template, judge.prompt, pair, ballot)
        if as_json:
            shown = {"pair": {"key": pair.key, "id": pair.id}, "first": ballot.first, "answer": ballot.answer}
            print_json(describe(judge) | shown | {"system": judge.system, "text": text})
            return
        if judge.system:
            out.rule("system message")
            out.tell(judge.system, markup=False)
        out.rule(f"prompt, filled with pair {pair.id}")
        out.tell(text, markup=False)

    return show


def framework_template() -> Template:
    """The paper's prompt from whichever framework is installed.

    Raises:
        PromptUnavailable: neither is.
    """
    if importlib.util.find_spec("lmms_eval"):
        from vlrb_task.lmms.prompts import framework_template

        return framework_template()
    if importlib.util.find_spec("vlmeval"):
        from vlmevalkit_adapter.asking import framework_template as from_vlmevalkit

        return from_vlmevalkit()
    raise PromptUnavailable(
        "the paper's prompt comes with lmms-eval and with VLMEvalKit, and neither is installed here: pip install "
        '"vlrb[lmms-eval]" or "vlrb[vlmevalkit]". Always available, with the same answer format: criteria'
    )


def _settings(judge: Judge) -> Table:
    about = describe(judge)
    sampling = judge.sampling
    rows = {
        "judge": f"[bold]{judge.name}[/bold], {judge.mode}: {escape(judge.summary)}",
        "prompt": f"{_at_hand(judge)}, SHA-256 {judge.prompt.sha256}",
        "from": about["prompt"]["published"],
        "parser": judge.parser_name,
        "settings": f"temperature {sampling.temperature}, top_p {sampling.top_p}, {sampling.max_new_tokens} tokens",
        "picture": {"first": "before the text", "last": "after the text", "none": "not shown"}[judge.image],
        "largest picture": judge.max_pixels and f"{judge.max_pixels:,} pixels (the model's own setting)",
        "authors' rule": judge.authors_rule and escape(judge.authors_rule),
        "authors' parser": judge.authors_parser,
        "approximate": judge.approximate and escape(judge.approximate),
        "same format": ", ".join(judge.alternatives),
        "tasks": about["lmms_eval_task"] and f"{about['lmms_eval_task']} / {about['vlmevalkit_dataset']}",
    }
    table = Table(show_header=False)
    for name, value in rows.items():
        if value:
            table.add_row(name, value)
    return table


@command.command("fetch")
@click.argument("name")
@click.option("--from", "clone", type=FILE, metavar="CLONE", help="Take it from this clone of the repository.")
@click.option("--file", type=FILE, help="Take it from this file.")
def fetch_command(name: str, clone: Path | None, file: Path | None) -> None:
    """Get the published prompt of judge NAME, check its hash, and keep it in the cache.

    It comes from the authors' public repository at a pinned revision, from a local clone of it (--from), or from a file
    (--file). VLRB_CACHE names another folder for the cache.
    """
    from vlrb_task.judges import get_judge
    from vlrb_task.tasks.fetching import fetch

    if clone is not None and file is not None:
        raise VlrbError("--from and --file exclude each other")
    judge = get_judge(name)
    path = fetch(judge, clone=clone, file=file)
    console().tell(f"{name}: SHA-256 {judge.prompt.sha256[:12]} as expected, saved in {path}", markup=False)
