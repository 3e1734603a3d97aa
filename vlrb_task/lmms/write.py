"""Writing a task's YAML file: the shipped ones, and those of ``vlrb task``.

``python -m vlrb_task.lmms.write`` writes the shipped files, and in a checkout the tables of ``docs/judges.md``; a test holds
both to the registry of judges.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection
from pathlib import Path

import yaml

from vlrb_task.judges import get_judge
from vlrb_task.lmms import include_path
from vlrb_task.lmms.docs import process_docs_name
from vlrb_task.lmms.hub import attribute
from vlrb_task.pairs.pair import SUBSETS, UNDECIDABLE
from vlrb_task.pairs.rows import HubDataset, hub_id
from vlrb_task.support.writing import write_text
from vlrb_task.tasks import shipped as tasks
from vlrb_task.tasks.ballot_list import SUFFIX, BallotList
from vlrb_task.tasks.judge_tables import JUDGES_PAGE, with_tables
from vlrb_task.tasks.shipped import TaskSpec

BASE = "_vlrb_base.yaml"
"""What the shipped tasks include. lmms-eval looks for it in the working folder first, so the name is one that nobody has."""

DEMO_FILE = "../../pairs/demo/demo.parquet"
"""The packaged pairs, from the folder of the shipped YAML files."""


def metric_names(subsets: Collection[str] = SUBSETS) -> list[tuple[str, str]]:
    """The metrics of every task, each with the function of :mod:`vlrb_task.lmms.metrics` that makes it.

    lmms-eval prints those that :func:`vlrb_task.lmms.rows.process_results` gives: a pointwise judge has no ``first_rate``, a task
    that asks one order no ``consistency``, and one whose pictures are sent no ``no_images``.
    """
    labelled = [(name, "subset") for name in subsets if name != UNDECIDABLE]
    votes = [(name, name) for name in ("parsed_rate", "unanswered", "no_images", "first_rate", "consistency")]
    # Where some pairs have no better answer, no number over all pairs means anything.
    if UNDECIDABLE in subsets:
        return [*labelled, *votes]
    return [("overall", "overall"), ("macro", "macro"), *labelled, *votes, ("both_orders_right", "both_orders_right")]


_HIGHER_IS_BETTER = {"first_rate": "null", "unanswered": "false", "no_images": "null"}
_MESSAGES = "doc_to_messages: !function vlrb_task.lmms.rows.doc_to_messages"


def base_yaml() -> str:
    """The text of the file that the tasks about the hub's pairs include: all that they have in common."""
    lines = [
        "# What the tasks of this folder have in common. Written by vlrb_task.lmms.write: edit there.",
        *_dataset(tasks.HUB),
        *_common(SUBSETS),
    ]
    return "\n".join(lines) + "\n"


def _common(subsets: Collection[str]) -> list[str]:
    lines = [
        "# The judge's whole text is parsed: lmms-eval would otherwise remove its <think> part beforehand.",
        "reasoning_tags: none",
        "doc_to_visual: !function vlrb_task.lmms.rows.doc_to_visual",
        "doc_to_text: !function vlrb_task.lmms.rows.doc_to_text",
        "doc_to_target: !function vlrb_task.lmms.rows.doc_to_target",
        "process_results: !function vlrb_task.lmms.rows.process_results",
        "metric_list:",
    ]
    for name, function in metric_names(subsets):
        lines += _metric(name, function, _HIGHER_IS_BETTER.get(name, "true"))
        lines += _metric(f"{name}_stderr", f"{function}_stderr", "null")
    return lines


def task_yaml(
    spec: TaskSpec,
    subsets: Collection[str] = SUBSETS,
    captions_sha256: str | None = None,
    process_docs: str | None = None,
    *,
    messages: bool = False,
) -> str:
    """The text of a task's YAML file. One about ``hub`` includes :data:`BASE` beside it; any other stands alone.

    Args:
        spec: the task. Its ``pairs`` may be ``hub``, ``demo``, a hub id, or the path of a parquet file, relative to the
            folder of the YAML file or absolute.
        subsets: the subsets of its pairs.
        captions_sha256: hash of the captions that stand in its pairs, if any.
        messages: whether some pictures stand within the text, or some pairs have a video.
        process_docs: what makes the ballots, for a task that asks a list of them: :func:`write_ballots`' result.
    """
    judge = get_judge(spec.judge)
    sampling = spec.sampling or judge.sampling
    shared = [f"include: {BASE}"] if spec.pairs == tasks.HUB else [*_dataset(spec.pairs), *_common(subsets)]
    lines = [
        f"# {' '.join(spec.summary.split())}. Written by vlrb_task.lmms.write: edit there.",
        f"task: {spec.name}",
        "output_type: generate_until",  # not in the base, for tools that list tasks and follow no include
        *shared,
        f"process_docs: !function {process_docs or _whole_schedule(spec)}",
        *([_MESSAGES] if judge.system is not None or judge.image == "last" or messages else []),
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
    return "\n".join(lines) + "\n"


def _whole_schedule(spec: TaskSpec) -> str:
    return f"vlrb_task.lmms.docs.{process_docs_name(spec.judge, spec.schedule)}"


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
    ballots.write(folder / file)
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
        return [
            "dataset_path: parquet",
            "dataset_kwargs:",
            "  data_files:",
            f"    test: {_quoted(file)}",
            "test_split: test",
        ]
    hub = HubDataset(hub_id()) if pairs == tasks.HUB else HubDataset.parse(pairs)
    pinned = f"  # {hub.repo} at {hub.revision}" if hub.revision else ""
    return [
        f"dataset_path: {hub.repo}",
        f"dataset_kwargs: !function vlrb_task.lmms.hub.{attribute(hub)}{pinned}",
        "test_split: test",
    ]


def _metric(name: str, function: str, higher_is_better: str) -> list[str]:
    return [
        f"  - metric: {_quoted(name)}",
        f"    aggregation: !function vlrb_task.lmms.metrics.{function}",
        f"    higher_is_better: {higher_is_better}",
    ]


def _quoted(text: str) -> str:
    """A text as YAML reads it again, whatever characters it has."""
    return str(yaml.safe_dump(text, default_style='"', allow_unicode=True, width=math.inf)).rstrip("\n")


def shipped_files() -> dict[str, str]:
    """Every shipped YAML file's name and text."""
    return {BASE: base_yaml()} | {f"{name}.yaml": task_yaml(spec) for name, spec in tasks.shipped_tasks().items()}


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
