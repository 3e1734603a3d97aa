"""Writing a task's YAML file: the shipped ones, and those of ``vlrb task``.

``python -m vlrb_task.lmms.write`` writes the shipped files, and in a checkout the tables of ``docs/judges.md``; a test holds
both to the registry of judges.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

import yaml

from vlrb_task.judges import Judge, get_judge, in_order, shipped_names
from vlrb_task.lmms import include_path
from vlrb_task.lmms.docs import process_docs_name
from vlrb_task.lmms.hub import attribute
from vlrb_task.pairs.benchmarks import DEFAULT, benchmark, benchmark_names, is_benchmark
from vlrb_task.pairs.pair import SUBSETS, UNDECIDABLE
from vlrb_task.pairs.rows import HubDataset, hub_id
from vlrb_task.support.writing import write_text
from vlrb_task.tasks import shipped as tasks
from vlrb_task.tasks.questions import SUFFIX, BallotList
from vlrb_task.tasks.shipped import TaskSpec, task_of

BASE, BENCHMARK_BASE = "_vlrb_base.yaml", "_vlrb_benchmark.yaml"
"""What the shipped tasks include. lmms-eval looks for it in the working folder first, so the name is one that nobody has."""

SUITE = "vlrb_suite"
"""lmms-eval's group of the benchmarks whose files say ``suite: core``."""

DEMO_FILE = "../../pairs/demo/demo.parquet"
"""The packaged pairs, from the folder of the shipped YAML files."""


def metrics(subsets: Collection[str] = SUBSETS) -> list[tuple[str, str, bool | None]]:
    """The metrics of every task: name, function of :mod:`vlrb_task.lmms.metrics`, and whether higher is better.

    lmms-eval prints those that :func:`vlrb_task.lmms.rows.process_results` gives: a pointwise judge has no ``first_rate``, a task
    that asks one order no ``consistency``, and one whose pictures are sent no ``no_images``.
    """
    found = [(name, "subset") for name in subsets if name != UNDECIDABLE]
    found += [(name, name) for name in ("parsed_rate", "unanswered", "no_images", "first_rate", "consistency")]
    # Where some pairs have no better answer, no number over all pairs means anything.
    if UNDECIDABLE not in subsets:
        orders = ("both_orders_right", "right_averaged", "right_better_first", "right_better_second")
        found = [("overall", "overall"), ("macro", "macro"), *found, *((name, name) for name in orders)]
    higher = {"first_rate": None, "unanswered": False, "no_images": None}
    return [
        row
        for name, function in found
        for row in ((name, function, higher.get(name, True)), (f"{name}_stderr", f"{function}_stderr", None))
    ]


_MESSAGES = "doc_to_messages: !function vlrb_task.lmms.rows.doc_to_messages"

_FUNCTIONS = (
    "# The judge's whole text is parsed: lmms-eval would otherwise remove its <think> part beforehand.",
    "reasoning_tags: none",
    "doc_to_visual: !function vlrb_task.lmms.rows.doc_to_visual",
    "doc_to_text: !function vlrb_task.lmms.rows.doc_to_text",
    "doc_to_target: !function vlrb_task.lmms.rows.doc_to_target",
    "process_results: !function vlrb_task.lmms.rows.process_results",
)


def _metric_list(subsets: Collection[str]) -> list[str]:
    lines = ["metric_list:"]
    for name, function, higher_is_better in metrics(subsets):
        lines += [
            f"  - metric: {_quoted(name)}",
            f"    aggregation: !function vlrb_task.lmms.metrics.{function}",
            f"    higher_is_better: {json.dumps(higher_is_better)}",
        ]
    return lines


def task_yaml(
    spec: TaskSpec,
    subsets: Collection[str] = SUBSETS,
    captions_sha256: str | None = None,
    process_docs: str | None = None,
    *,
    messages: bool = False,
) -> str:
    """The text of a task's YAML file.

    One about ``hub`` includes :data:`BASE` beside it, one about a known benchmark :data:`BENCHMARK_BASE`; any other stands alone.

    Args:
        spec: the task. Its ``pairs`` may be ``hub``, ``demo``, a known benchmark's name, a hub id, or the path of a parquet file,
            relative to the folder of the YAML file or absolute.
        subsets: the subsets of its pairs.
        captions_sha256: hash of the captions that stand in its pairs, if any.
        messages: whether some pictures stand within the text, or some pairs have a video or a sound.
        process_docs: what makes the ballots, for a task that asks a list of them: :func:`write_ballots`' result.
    """
    head = [
        _about(spec.summary),
        f"task: {spec.name}",
        "output_type: generate_until",  # not in the base, for tools that list tasks and follow no include
    ]
    if is_benchmark(spec.pairs):
        made = f"!function vlrb_task.lmms.benches.{spec.pairs}"
        shared = [f"include: {BENCHMARK_BASE}", f"dataset_kwargs: {made}", f"metric_list: {made}__metrics"]
        own = _asking(spec) if spec.judge != tasks.shipped_tasks()[f"vlrb_{DEFAULT}"].judge else []
        return _text([*head, *shared, *own])
    judge = get_judge(spec.judge)
    within = [_MESSAGES] if judge.system is not None or judge.image == "last" or messages else []
    hub = spec.pairs == tasks.HUB
    shared = [f"include: {BASE}"] if hub else [*_dataset(spec.pairs), *_FUNCTIONS, *_metric_list(subsets)]
    return _text([*head, *shared, *within, *_asking(spec, captions_sha256, process_docs)])


def _asking(spec: TaskSpec, captions_sha256: str | None = None, process_docs: str | None = None) -> list[str]:
    """What a task's judge and schedule say in its file."""
    judge = get_judge(spec.judge)
    sampling = spec.sampling or judge.sampling
    whole = f"vlrb_task.lmms.docs.{process_docs_name(spec.judge, spec.schedule)}"
    return [
        f"process_docs: !function {process_docs or whole}",
        "generation_kwargs:",
        f"  max_new_tokens: {sampling.max_new_tokens}",
        f"  temperature: {sampling.temperature}",
        f"  top_p: {sampling.top_p}",
        f"  do_sample: {str(sampling.temperature > 0).lower()}",
        "  until: []",
        # The response cache of lmms-eval looks at a task's YAML and not at its prompts, so what shapes a prompt stands here.
        "metadata:",
        f'  version: "{judge.version}.0"',
        f"  judge: {spec.judge}",
        f"  prompt_sha256: {judge.prompt.sha256}",
        f"  order: {spec.schedule.order}",
        f"  votes: {spec.schedule.votes}",
        *([f"  system_sha256: {hashlib.sha256(judge.system.encode()).hexdigest()}"] if judge.system else []),
        *([f"  captions_sha256: {captions_sha256}"] if captions_sha256 else []),
    ]


_LISTED = '''"""Which ballots the task {name} asks. Written by vlrb task."""

from pathlib import Path

from vlrb_task.lmms.docs import listed

process_docs = listed(Path(__file__).with_name("{file}"), "{sha256}")
'''


def write_ballots(spec: TaskSpec, ballots: BallotList, folder: Path) -> str:
    """Write a task's list of ballots into its folder, and return the name of what makes its rows.

    lmms-eval hands ``process_docs`` no file of the task's, but looks for a module beside the YAML file. Its name holds the
    list's hash, so that the YAML changes with the ballots, as lmms-eval's response cache needs it.
    """
    file = f"{spec.name}{SUFFIX}"
    write_text(folder / file, ballots.text())
    for old in folder.glob("vlrb_ballots_*.py"):
        if f'"{file}"' in old.read_text(encoding="utf-8"):
            old.unlink()
    module = f"vlrb_ballots_{ballots.sha256[:16]}"
    code = _LISTED.format(name=spec.name, file=file, sha256=ballots.sha256)
    write_text(folder / f"{module}.py", code)
    return f"{module}.process_docs"


def _dataset(pairs: str) -> list[str]:
    if pairs.endswith(".parquet") or pairs == tasks.DEMO:
        file = DEMO_FILE if pairs == tasks.DEMO else pairs
        kwargs = ["dataset_kwargs:", "  data_files:", f"    test: {_quoted(file)}"]
        return ["dataset_path: parquet", *kwargs, "test_split: test"]
    hub = HubDataset(hub_id()) if pairs == tasks.HUB else HubDataset.parse(pairs)
    pinned = f"  # {hub.repo} at {hub.revision}" if hub.revision else ""
    return [
        f"dataset_path: {hub.repo}",
        f"dataset_kwargs: !function vlrb_task.lmms.hub.{attribute(hub)}{pinned}",
        "test_split: test",
    ]


def _about(what: str) -> str:
    return f"# {' '.join(what.split())}. Written by vlrb_task.lmms.write: edit there."


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _quoted(text: str) -> str:
    """A text as YAML reads it again, whatever characters it has."""
    return str(yaml.safe_dump(text, default_style='"', allow_unicode=True, width=math.inf)).rstrip("\n")


def shipped_files() -> dict[str, str]:
    """Every shipped YAML file's name and text: what tasks have in common, the group :data:`SUITE`, and each task's own."""
    core = [name for name in benchmark_names() if benchmark(name).about.get("suite") == "core"]
    asking = _asking(tasks.shipped_tasks()[f"vlrb_{DEFAULT}"])  # tasks of another judge say so themselves
    shared = {
        BASE: (
            "What the tasks about VL-RewardBench have in common",
            [*_dataset(tasks.HUB), *_FUNCTIONS, *_metric_list(SUBSETS)],
        ),
        BENCHMARK_BASE: (
            "What the tasks about known benchmarks have in common",
            ["dataset_path: parquet", "test_split: test", *_FUNCTIONS, _MESSAGES, *asking],
        ),
        f"{SUITE}.yaml": (
            "The core set of benchmarks by one name",
            [f"group: {SUITE}", "task:", *(f"  - vlrb_{name}" for name in core)],
        ),
    }
    files = {name: _text([_about(what), *lines]) for name, (what, lines) in shared.items()}
    return files | {f"{name}.yaml": task_yaml(spec) for name, spec in tasks.shipped_tasks().items()}


JUDGES_PAGE = Path(__file__).parents[2] / "docs" / "judges.md"
"""The page in a checkout; an installed package has none."""


def with_tables(page: str) -> str:
    """The page with its tables regenerated. Each is between ``<!-- table: NAME -->`` and ``<!-- end -->``.

    Raises:
        ValueError: the page has no place for one of them.
    """
    judges = in_order(get_judge(name) for name in shipped_names())
    tables = {
        "judges": (_JUDGES, [judge for judge in judges if task_of(judge.name)]),
        "differences": (_DIFFERENCES, [judge for judge in judges if judge.prompt.source == "published"]),
    }
    for name, (columns, listed) in tables.items():
        before, begin, rest = page.partition(f"<!-- table: {name} -->\n")
        _, end, after = rest.partition("\n<!-- end -->")
        if not (begin and end):
            raise ValueError(f"docs/judges.md has no place for the table {name!r}")
        rows = [[cell(judge) for cell in columns.values()] for judge in listed]
        lines = [columns.keys(), ["---"] * len(columns), *rows]
        table = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
        page = f"{before}{begin}{table}{end}{after}"
    return page


def _plain(text: str) -> str:
    """A text as Markdown shows it: no tag is taken for HTML, no bar for the end of a cell."""
    return text.replace("<", r"\<").replace("|", r"\|")


def _shown(judge: Judge) -> str:
    answers = "both answers" if judge.mode == "pairwise" else "one answer"
    return answers if judge.image != "none" else f"{answers}, no picture"


def _sampling(judge: Judge) -> str:
    found = judge.sampling
    return f"{found.temperature:g}, {found.top_p:g}, {found.max_new_tokens}"


def _task(judge: Judge) -> str:
    return f"`{task.name}`, `{task.dataset_name}`" if (task := task_of(judge.name)) else ""


Columns = dict[str, Callable[[Judge], str]]

_JUDGES: Columns = {
    "judge": lambda judge: f"`{judge.name}`",
    "shown": _shown,
    "asks for": lambda judge: _plain(judge.summary),
    "prompt": lambda judge: judge.prompt.source,
    "parser": lambda judge: f"`{judge.parser_name}`",
    "temperature, top_p, tokens": _sampling,
    "task": _task,
}
_DIFFERENCES: Columns = {
    "judge": lambda judge: f"`{judge.name}`",
    "the authors' rule": lambda judge: _plain(judge.authors_rule or "none published"),
    "`--parser` that follows it": lambda judge: f"`{judge.authors_parser}`" if judge.authors_parser else "",
    "what differs here": lambda judge: _plain(judge.approximate or ""),
    "largest picture, pixels": lambda judge: f"{judge.max_pixels:,}" if judge.max_pixels else "",
}


def main() -> None:
    """Write every shipped YAML file, remove those of judges that are gone, and bring the tables of judges up to date."""
    wanted = {include_path() / name: text for name, text in shipped_files().items()}
    if JUDGES_PAGE.is_file():
        wanted[JUDGES_PAGE] = with_tables(JUDGES_PAGE.read_text(encoding="utf-8"))
    for path in set(include_path().glob("*.yaml")) - set(wanted):
        path.unlink()
    for path, text in wanted.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_text(path, text)
            print(f"wrote {path}")


if __name__ == "__main__":
    main()
