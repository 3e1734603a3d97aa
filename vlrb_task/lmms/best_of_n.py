"""Writing a round of best of N: its pairs, and a task of each judge that is asked about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from vlrb_task.asking.ballots import Order, Schedule
from vlrb_task.bon import folder as folders
from vlrb_task.bon.folder import Folder, asked_of, check_judge, write_pairs
from vlrb_task.bon.making import Round
from vlrb_task.bon.questions import usual_draws
from vlrb_task.lmms.write import task_yaml
from vlrb_task.pairs.pair import Benchmark
from vlrb_task.support.errors import DataError
from vlrb_task.support.writing import output_file, write_text
from vlrb_task.tasks.saved import check_outputs, save_task
from vlrb_task.tasks.shipped import TaskSpec


@dataclass(frozen=True)
class Made:
    """What was written.

    Attributes:
        round: what is to be asked.
        pairs: number of pairs, by subset.
        tasks: one for each judge; empty for a dry run, or where nothing is left to ask.
    """

    round: Round
    pairs: Mapping[str, int] = field(default_factory=dict)
    tasks: tuple[TaskSpec, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The document of ``--json``."""
        folder, making = self.round.folder, self.round.folder.making
        return {
            "folder": str(folder.path),
            "scheme": str(making.scheme),
            "round": self.round.number,
            "questions": len(folder.questions),
            "kinds": self.round.kinds,
            "n": usual_draws(folder.questions),
            "pairs": dict(self.pairs),
            "tasks": [task.name for task in self.tasks],
            "datasets": [task.dataset_name for task in self.tasks],
            "costs": [asdict(one) | {"scheme": str(one.scheme)} for one in self.round.costs],
            "sources": [dict(source) for source in making.sources],
            "notes": list(making.notes),
        }


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


def write_folder(round: Round) -> Made:
    """Write a new folder with its first round. It is one when all of it is there.

    Raises:
        DataError: as :func:`write_round`.
    """
    folders.write_questions(round.folder)
    made = write_round(round)
    folders.write_making(round.folder)
    return made


def write_round(round: Round) -> Made:
    """Write the pairs and the tasks of a round into its folder; nothing where nothing is left to ask.

    Raises:
        DataError: a judge cannot serve the folder's scheme.
    """
    asked = asked_of(round.folder.questions, round.chosen)
    if not asked:
        return Made(round)
    pairs = write_pairs(round.folder, asked, round.name)
    tasks = tuple(write_task(round.folder, pairs, judge, round.name) for judge in round.judges)
    return Made(round, pairs.subset_counts, tasks)


def write_task(folder: Folder, pairs: Benchmark, judge: str, name: str) -> TaskSpec:
    """Write the task that asks a judge about the pairs of one round.

    Raises:
        DataError: as :func:`~vlrb_task.bon.folder.check_judge`.
    """
    scheme, schedule = folder.making.scheme, folder.making.schedule
    if check_judge(judge, scheme).mode == "pointwise":
        schedule = Schedule(Order.KEY, schedule.votes)
    task = TaskSpec(f"{name}_{judge}", judge, schedule, f"best-of-N candidates, {scheme}", f"{name}.parquet")
    write_text(folder.path / f"{task.name}.yaml", task_yaml(task, list(pairs.subset_counts)))
    save_task(task, folder.path)
    return task
