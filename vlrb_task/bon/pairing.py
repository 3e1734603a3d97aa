"""Logs of both kinds, the judges' runs on the benchmark and on a folder's candidates, into scores and gains by judge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from vlrb_task.bon import folder as folders
from vlrb_task.bon.correlation import Point, points_of
from vlrb_task.bon.folder import Folder
from vlrb_task.bon.opinions import read_opinions
from vlrb_task.bon.questions import split_pair_id
from vlrb_task.bon.scores import BonScore, score
from vlrb_task.compare.correlation import same_model
from vlrb_task.scores.completeness import caveats
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.score import score_run
from vlrb_task.support.errors import DataError
from vlrb_task.votes import Run, read_runs
from vlrb_task.votes.door import open_logs

T = TypeVar("T")


def points_from_logs(
    path: Path,
    logs: Iterable[Path],
    pairs: str | None = None,
    ranking: str = "auto",
    policy: Policy = Policy.STRICT,
    *,
    trust_pickle: bool = False,
) -> list[Point]:
    """Every judge that has a run of both kinds.

    Args:
        path: a folder of ``vlrb bon make``.
        logs: files and folders of both kinds, in any order.
        pairs: the benchmark's, for logs without labels.
        ranking: as :func:`~vlrb_task.bon.scores.score`'s.
        policy: for the benchmark's score.
        trust_pickle: open .pkl files.

    Raises:
        DataError: a log that cannot be read, no log of one kind, or two of one judge.
    """
    folder = folders.read(path)
    picks, others = split_files(folder, logs, trust_pickle=trust_pickle)
    if not picks or not others:
        lacking = "the folder's pairs" if not picks else "the benchmark"
        raise DataError(f"no log of a judge on {lacking} among those given")
    benchmark = read_runs(others, pairs, trust_pickle=trust_pickle)
    opinions = read_opinions(folder, picks, trust_pickle=trust_pickle)
    return points_of_runs(score(folder, opinions, ranking), benchmark, policy)


def split_files(folder: Folder, logs: Iterable[Path], *, trust_pickle: bool = False) -> tuple[list[Path], list[Path]]:
    """The log files about a folder's candidates, and those about anything else."""
    picks: list[Path] = []
    others: list[Path] = []
    for log in open_logs(logs, trust_pickle=trust_pickle)[0]:
        ids = {id for batch in log.batches() for id in batch["id"].to_pylist()}
        ours = any(place and place[0] in folder.by_id for place in (split_pair_id(id or "") for id in ids))
        (picks if ours else others).append(log.path)
    return picks, others


def points_of_runs(found: BonScore, benchmark: Sequence[Run], policy: Policy = Policy.STRICT) -> list[Point]:
    """Judges' gains beside their scores on the benchmark.

    Judges are told by their model; where a model has several judges on a side, by model and judge.

    Raises:
        DataError: two runs of one judge on a side.
    """
    picking = [judge.opinions.run for judge in found.judges if judge.opinions is not None]
    by_model = all(len({_model(run) for run in side}) == len(side) for side in (picking, benchmark))
    scores = _unique((_name(run, by_model), score_run(run, policy)) for run in benchmark)
    gains = _unique((_name(run, by_model), gain.difference) for run, gain in zip(picking, found.gains, strict=True))
    points = points_of({name: {"overall": s.overall, "macro": s.macro} for name, s in scores.items()}, gains)
    told = {same_model(name): tuple(caveats(s.run)) for name, s in scores.items()}
    return [replace(point, caveats=told[same_model(point.name)]) for point in points]


def _model(run: Run) -> str:
    return str(run.metadata.get("model") or run.judge)


def _name(run: Run, by_model: bool) -> str:
    return _model(run) if by_model else f"{_model(run)} ({run.judge})"


def _unique(named: Iterable[tuple[str, T]]) -> dict[str, T]:
    found: dict[str, T] = {}
    for name, value in named:
        if name in found:
            raise DataError(f"two runs of {name!r} of one kind: give one")
        found[name] = value
    return found
