"""Rows into ballots: the ``process_docs`` of every task.

A YAML file names ``vlrb_task.lmms.docs.JUDGE__ORDER__VOTES``, such as ``official__alternate__5``. lmms-eval hands
``process_docs`` nothing but the rows, so the name is where a task says which ballots it asks.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vlrb_task.asking.ballots import Schedule
from vlrb_task.judges import get_judge, require_captions
from vlrb_task.judges.templates import prompt_record
from vlrb_task.lmms.prompts import template
from vlrb_task.pairs.health import bare_warning, contradiction_warning, same_warning
from vlrb_task.pairs.keys import answers_sha256
from vlrb_task.pairs.labels import TIED, Mask, label_fields
from vlrb_task.pairs.mapping import TIE
from vlrb_task.pairs.pair import parse_rows
from vlrb_task.pairs.perturbing import pictures_named
from vlrb_task.pairs.pictures import PLACED, seen_in
from vlrb_task.support.arrow import is_valid, to_numpy
from vlrb_task.support.errors import DataError, PromptUnavailable
from vlrb_task.tasks.questions import BallotList, ballots_by_pair, check_sight, is_blind, read_ballots, schedule_fields
from vlrb_task.votes.records import SCHEMA_VERSION, benchmark_fields

if TYPE_CHECKING:
    from datasets import Dataset

PAIR, BALLOT = "vlrb_pair", "vlrb_ballot"
"""The columns that :func:`expand` adds; together they are a vote record that lacks only its text."""


def process_docs_name(judge: str, schedule: Schedule) -> str:
    """The attribute of this module that a YAML file names."""
    return f"{judge}__{schedule.order}__{schedule.votes}"


def __getattr__(name: str) -> Callable[[Dataset], Dataset]:
    parts = name.rsplit("__", 2)
    if len(parts) != 3 or not parts[2].isdigit():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return partial(expand, judge=parts[0], schedule=Schedule.parse(parts[1], int(parts[2])))


def listed(file: Path, sha256: str) -> Callable[[Dataset], Dataset]:
    """A ``process_docs`` that asks the ballots of a list: what ``vlrb task --votes-from`` leaves to be asked.

    The file (:mod:`vlrb_task.tasks.questions`), which must have this hash, is read when the task is built.
    """

    def process_docs(dataset: Dataset) -> Dataset:
        try:
            ballots = read_ballots(file, sha256)
        except DataError as error:
            raise SystemExit(f"vlrb: {error}") from error
        return expand(dataset, judge=ballots.judge, schedule=ballots.schedule, only=ballots)

    return process_docs


def expand(dataset: Dataset, *, judge: str, schedule: Schedule, only: BallotList | None = None) -> Dataset:
    """One row a ballot, those of a pair side by side, without a copy of a picture.

    The picture column is left undecoded: a broken picture is then found where it is opened, and only its own ballots
    suffer. Asked is all of the schedule, or the part of it that ``only`` lists.

    Raises:
        SystemExit: rows that cannot be used, or a prompt that is not to be had. lmms-eval would report an exception, go
            on with nothing and exit with code 0, while the other ranks of a distributed run wait for this one.
    """
    from datasets import Image, List, concatenate_datasets

    try:
        asking = template(judge)
        benchmark = parse_rows(dataset.remove_columns(_picture_columns(dataset)), origin=origin(dataset))
        chosen = get_judge(judge)
        by_pair = ballots_by_pair(benchmark, chosen, schedule, only)
        require_captions(asking, benchmark.pairs)
        shown = _filled(dataset, "image", "images", "video", "audio")
        check_sight(chosen, benchmark, shown=bool(shown.any()), placed=bool(_filled(dataset, PLACED).any()))
    except (DataError, PromptUnavailable) as error:
        raise SystemExit(f"vlrb: {error}") from error
    blind = is_blind(chosen, benchmark)
    bare = 0 if blind or chosen.image == "none" else int((~shown).sum())
    same = not pictures_named(benchmark.name) and chosen.image != "none" and _all_alike(dataset)
    warnings = bare_warning(bare, shown.size) + (same_warning(int(shown.sum())) if same else [])
    for told in (*warnings, *contradiction_warning(benchmark.pairs)):
        from loguru import logger

        logger.warning(f"vlrb: {told}")
    constant = {
        "v": SCHEMA_VERSION,
        "judge": judge,
        "prompt": prompt_record(chosen).to_dict(),
        **benchmark_fields(benchmark),
        **({"no_images": True} if blind else {}),
        "origin": benchmark.origin,
        "schedule": schedule_fields(schedule, only),
    }
    for picture in _picture_columns(dataset):
        kind = Image(decode=False)
        dataset = dataset.cast_column(picture, kind if isinstance(dataset.features[picture], Image) else List(kind))
    # Named by hand: the library would hash every value to find a name.
    asked = only.sha256 if only else f"{judge}:{schedule.label}"
    name = hashlib.sha256(f"{dataset._fingerprint}:{benchmark.fingerprint}:{asked}".encode()).hexdigest()
    # A column's values are of one type: a tie is a number too.
    said = [
        constant
        | label_fields(pair)
        | {"better": TIED if pair.label == TIE else pair.label, "answers_sha256": answers_sha256(pair.responses)}
        for pair in benchmark.pairs
    ]
    dataset = dataset.add_column(PAIR, said, new_fingerprint=name[:16])
    # Columns are added to the rows as they lie on disk, then the copies are chained and shuffled together by index: all
    # three only refer to the pictures.
    # A pair with fewer ballots than others has rows that no index refers to.
    rounds = []
    for number, ballots in enumerate(zip_longest(*by_pair)):
        column = [{name: getattr(ballot, name, None) for name in ("vote", "first", "answer")} for ballot in ballots]
        rounds.append(dataset.add_column(BALLOT, column, new_fingerprint=f"{name[:12]}{number:04d}"))
    pairs = len(by_pair)
    rows = [number * pairs + pair for pair, ballots in enumerate(by_pair) for number in range(len(ballots))]
    return concatenate_datasets(rounds).select(rows)


def vote_of(doc: Mapping[str, Any]) -> dict[str, Any]:
    """A row's vote record, which lacks only its text.

    Raises:
        KeyError: a row that :func:`expand` did not make.
    """
    vote = {**doc[PAIR], **doc[BALLOT]}
    return vote | {"better": TIE} if vote["better"] == TIED else vote


def shown_as(vote: Mapping[str, Any]) -> str:
    """What the pictures of a vote's pair are remembered by: two tasks may show other pictures of one pair."""
    return f"{vote['key']} {vote.get('benchmark') or ''}"


def _picture_columns(dataset: Dataset) -> list[str]:
    """The columns of a picture, or of several."""
    from datasets import Image

    return [
        name
        for name, kind in dataset.features.items()
        if isinstance(kind, Image) or isinstance(getattr(kind, "feature", None), Image)
    ]


def _filled(dataset: Dataset, *columns: str) -> Mask:
    """Which rows have something in one of some columns: told by what is null there, so that no picture is read."""
    found = np.zeros(dataset.data.num_rows, dtype=bool)
    for name in {*columns} & {*dataset.column_names}:
        found |= np.concatenate([_is_filled(chunk) for chunk in dataset.data.column(name).chunks])
    return found if dataset._indices is None else found[to_numpy(dataset._indices.column(0))]


def _all_alike(dataset: Dataset) -> bool:
    """Whether all rows that have pictures have the same: mostly the second picture that is looked at says no."""
    known: list[bytes] = []
    for name in {"image", "images"} & {*dataset.column_names}:
        for value in dataset.data.column(name):
            held = value.as_py() or []
            pictures = seen_in(held if isinstance(held, list) else [held])
            if known and pictures and pictures != known:
                return False
            known = pictures or known
    return bool(known)


def _is_filled(values: pa.Array) -> Mask:
    if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
        lengths: Mask = to_numpy(pc.list_value_length(values), 0) > 0
        return lengths
    parts = values.flatten() if pa.types.is_struct(values.type) else [values]
    filled: Mask = np.any([is_valid(part) for part in parts], axis=0)
    return filled


def origin(dataset: Dataset) -> str:
    """``hub commit …`` for a dataset from the hub, whose cache folder bears the commit's name; else nothing."""
    for file in dataset.cache_files:
        if match := re.search(r"[/\\\\]([0-9a-f]{40})[/\\\\][^/\\\\]+$", file["filename"]):
            return f"hub commit {match[1]}"
    return ""
