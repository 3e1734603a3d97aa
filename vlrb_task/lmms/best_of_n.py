"""Writing a round of best of N: its pairs, and a task of each judge that is asked about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from vlrb_task.asking.ballots import Order, Schedule
from vlrb_task.bon import folder as folders
from vlrb_task.bon.designs import Scheme
from vlrb_task.bon.making import Round
from vlrb_task.lmms.write import task_yaml
from vlrb_task.support.errors import DataError
from vlrb_task.support.writing import output_file, write_text
from vlrb_task.tasks.saved import check_outputs, save_task
from vlrb_task.tasks.shipped import TaskSpec


def check_new(path: Path, name: str, judges: Sequence[str], *, force: bool = False) -> None:
    """Check that a folder may be made. What an earlier command wrote that was stopped is replaced.

    Raises:
        DataError: one is there already.
        VlrbError: a file of somebody else's is in the place of one that is to be written.
    """
    if folders.is_made(path):
        raise DataError(f"{path}: a folder of vlrb bon make is there already; give another, or remove it first")
    output_file(path / "questions.jsonl", folders.QUESTIONS, force=force)
    for one in (name, *(f"{name}_{judge}" for judge in judges)):
        check_outputs(one, path, [], force=force)


def write_folder(round: Round) -> Round:
    """Write a new folder with its first round. It is one when all of it is there."""
    folders.write_questions(round.folder)
    written = write_round(round)
    folders.write_making(round.folder)
    return written


def write_round(round: Round) -> Round:
    """Write the pairs and the tasks of a round into its folder; nothing where nothing is left to ask."""
    folder, making = round.folder, round.folder.making
    if not round.asked:
        return round
    pairs = folders.write_pairs(folder, round.asked, round.name).subset_counts
    # A judge that rates sees no order.
    schedule = Schedule(Order.KEY, making.votes) if making.scheme is Scheme.POINTWISE else making.schedule
    tasks = {}
    for judge in round.judges:
        summary = f"best-of-N candidates, {making.scheme}"
        task = TaskSpec(f"{round.name}_{judge}", judge, schedule, summary, f"{round.name}.parquet")
        write_text(folder.path / f"{task.name}.yaml", task_yaml(task, list(pairs)))
        save_task(task, folder.path)
        tasks[task.name] = task.dataset_name
    return replace(round, pairs=pairs, tasks=tasks)
