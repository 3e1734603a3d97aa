"""Writing a task's YAML file: the shipped ones, and those of ``vlrb task``.

``python -m vlrb_task.lmms.write`` writes the shipped files anew; a test holds them to what this module would write.
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
from vlrb_task.pairs.rows import HUB_ID, HubDataset
from vlrb_task.support.writing import write_text
from vlrb_task.tasks import shipped as tasks
from vlrb_task.tasks.ballot_list import SUFFIX, BallotList
from vlrb_task.tasks.shipped import TaskSpec

DEMO_FILE = "../../demo_pairs/demo.parquet"
"""The packaged pairs, from the folder of the shipped YAML files."""


def metric_names(spec: TaskSpec, subsets: Collection[str] = SUBSETS) -> list[tuple[str, str]]:
    """The metrics that a task prints, each with the function of :mod:`vlrb_task.lmms.metrics` that makes it."""
    labelled = [(name, "subset") for name in subsets if name != UNDECIDABLE]
    # Where some pairs have no better answer, no number over all pairs means anything.
    whole = UNDECIDABLE not in subsets
    names = [("overall", "overall"), ("macro", "macro"), *labelled] if whole else labelled
    # What the rest of other runs' votes says is no accuracy: that takes all of them.
    rest = spec.ballots is not None
    names = [] if rest else names
    names.append(("parsed_rate", "parsed_rate"))
    if get_judge(spec.judge).mode == "pairwise":
        names.append(("first_rate", "first_rate"))
        if spec.schedule.asks_both_orders and not rest:
            names.append(("consistency", "consistency"))
            names += [("both_orders_right", "both_orders_right")] if whole else []
    return names


_MESSAGES = "doc_to_messages: !function vlrb_task.lmms.rows.doc_to_messages"


def task_yaml(
    spec: TaskSpec,
    subsets: Collection[str] = SUBSETS,
    captions_sha256: str | None = None,
    process_docs: str | None = None,
) -> str:
    """The text of a task's YAML file.

    Args:
        spec: the task. Its ``pairs`` may be ``hub``, ``demo``, a hub id, or the path of a parquet file, relative to the
            folder of the YAML file or absolute.
        subsets: the subsets of its pairs.
        captions_sha256: hash of the captions that stand in its pairs, if any.
        process_docs: what makes the ballots, for a task that asks a list of them: :func:`write_ballots`' result.
    """
    judge = get_judge(spec.judge)
    sampling = spec.sampling or judge.sampling
    lines = [
        f"# {' '.join(spec.summary.split())}. Written by vlrb_task.lmms.write: edit there.",
        f"task: {spec.name}",
        *_dataset(spec.pairs),
        "output_type: generate_until",
        f"process_docs: !function {process_docs or _whole_schedule(spec)}",
        "doc_to_visual: !function vlrb_task.lmms.rows.doc_to_visual",
        "doc_to_text: !function vlrb_task.lmms.rows.doc_to_text",
        *([_MESSAGES] if judge.system is not None or judge.image == "last" else []),
        "doc_to_target: !function vlrb_task.lmms.rows.doc_to_target",
        "process_results: !function vlrb_task.lmms.rows.process_results",
        "generation_kwargs:",
        f"  max_new_tokens: {sampling.max_new_tokens}",
        f"  temperature: {sampling.temperature}",
        f"  top_p: {sampling.top_p}",
        f"  do_sample: {str(sampling.temperature > 0).lower()}",
        "  until: []",
        "metric_list:",
    ]
    for name, function in metric_names(spec, subsets):
        lines += _metric(name, function, "null" if name == "first_rate" else "true")
        lines += _metric(f"{name}_stderr", f"{function}_stderr", "null")
    # The response cache of lmms-eval looks at a task's YAML and not at its prompts, so what shapes a prompt stands here.
    lines += [
        "metadata:",
        f'  version: "{tasks.VERSION}"',
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
    hub = HubDataset(HUB_ID) if pairs == tasks.HUB else HubDataset.parse(pairs)
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


def write_shipped(folder: Path | None = None) -> list[Path]:
    """Write every shipped task's YAML file and return their paths."""
    folder = folder or include_path()
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for spec in tasks.shipped_tasks().values():
        path = folder / f"{spec.name}.yaml"
        write_text(path, task_yaml(spec))
        written.append(path)
    return written


if __name__ == "__main__":
    for path in write_shipped():
        print(path)
