"""The folder that ``vlrb bon make`` writes and the other commands read.

``bon.json`` says how it was made, ``questions.jsonl`` holds the questions with their candidates, ``images/`` the pictures,
``NAME.parquet`` the pairs of each run in the dataset's columns, and ``NAME_JUDGE.yaml`` the task that asks a judge about them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from types import NoneType
from typing import Any

from vlrb_task.asking.ballots import Schedule
from vlrb_task.bon.designs import Comparison, Scheme
from vlrb_task.bon.questions import Draw, Kind, Question, split_pair_id
from vlrb_task.pairs.pair import Benchmark, parse_rows
from vlrb_task.support.errors import DataError, UnknownName, short
from vlrb_task.support.jsonl import Lines
from vlrb_task.support.typed import typed
from vlrb_task.support.writing import write_lines, write_text

VERSION = 1
EMBEDDED = 2**30
"""Pictures are copied into the rows as long as that takes no more bytes; beyond, rows name the files in ``images/``."""

NO_PICTURES = "asked without pictures: vlrb bon make --no-images"
"""Stands among a folder's notes, and in the warnings of its scores."""

Asked = Sequence[tuple[Question, Comparison]]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Making:
    """How a folder was made.

    Attributes:
        name: of the pairs; a task's name is this with the judge's.
        scheme: which comparisons.
        least: comparisons of each candidate (``sparse``).
        order: which orders each comparison is asked in: ``both``, or ``key`` for one.
        votes: as :class:`~vlrb_task.asking.ballots.Schedule`'s.
        sources: the files that the candidates came from, each with what its correctness is.
        notes: what was said of the candidates.
    """

    name: str
    scheme: Scheme
    least: int = 4
    order: str = "both"
    votes: int = 1
    sources: tuple[Mapping[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def schedule(self) -> Schedule:
        """A pointwise judge sees no order: it is asked ``votes`` times about each candidate."""
        return Schedule.parse(self.order, self.votes)


@dataclass(frozen=True)
class Folder:
    """A folder, read.

    Attributes:
        path: where.
        making: how it was made.
        questions: in the order in which they were found.
        pictures: file names in ``images/`` by question id.
    """

    path: Path
    making: Making
    questions: tuple[Question, ...] = ()
    pictures: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> Mapping[str, Question]:
        """The questions by their ids."""
        return {question.id: question for question in self.questions}

    @property
    def kinds(self) -> dict[str, int]:
        """Questions by what there is to win in them."""
        return {str(kind): sum(question.kind is kind for question in self.questions) for kind in Kind}

    def place(self, id: str | None) -> tuple[Question, int, int] | None:
        """The question and the two candidates that a pair's id names; None for an id of another kind or folder."""
        split = split_pair_id(id or "")
        question = self.by_id.get(split[0]) if split else None
        if split is None or question is None or split[1] == split[2] or max(split[1:]) >= len(question.texts):
            return None
        return question, split[1], split[2]


QUESTIONS = re.compile(rb'\A\{"id": "[^\n]*, "draws": \[')
"""How ``questions.jsonl`` begins."""


def is_made(path: Path) -> bool:
    """Whether a folder was made, and to its end: what tells of it is written last."""
    return (path / "bon.json").exists()


def write_making(folder: Folder) -> None:
    """Write how the folder was made: from now on it is one."""
    making = asdict(folder.making) | {"scheme": str(folder.making.scheme)}
    write_text(folder.path / "bon.json", json.dumps({"v": VERSION} | making, indent=2) + "\n")


def write_questions(folder: Folder) -> None:
    """Write the questions with their candidates."""
    folder.path.mkdir(parents=True, exist_ok=True)
    lines = (
        {
            "id": question.id,
            "query": question.query,
            "source": question.source,
            "image": folder.pictures.get(question.id),
            "candidates": question.texts,
            "draws": [
                {"candidate": number, "right": draw.right, "final": draw.final}
                for number, draw in zip(question.candidate_of, question.draws, strict=True)
            ],
        }
        for question in folder.questions
    )
    write_lines(folder.path / "questions.jsonl", (json.dumps(line) + "\n" for line in lines))


def read(path: Path) -> Folder:
    """Read a folder.

    Raises:
        DataError: it is not one, or of another version.
    """
    try:
        made = json.loads((path / "bon.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: not a folder of vlrb bon make ({error})") from error
    if not isinstance(made, dict) or made.get("v") != VERSION:
        raise DataError(f"{path}: a bon.json of another version; this release reads {VERSION}")
    questions: list[Question] = []
    pictures: dict[str, str] = {}
    lines = Lines(path / "questions.jsonl")
    try:
        making = _making(made)
        for _, line in lines:
            question, picture = _question(line)
            questions.append(question)
            if picture:
                pictures[question.id] = picture
    except (DataError, UnknownName, ValueError) as error:
        raise DataError(f"{path}: damaged ({error})") from error
    if lines.warnings:
        raise DataError(f"{path}: questions.jsonl is damaged: {'; '.join(lines.warnings)}")
    if not questions:
        raise DataError(f"{path}: no questions")
    return Folder(path, making, tuple(questions), pictures)


def _making(made: object) -> Making:
    told = typed(made, name=str, scheme=str, least=int, order=str, votes=int, sources=list, notes=list)
    told |= {"sources": tuple(typed(one, file=str, framework=str, right=str) for one in told["sources"])}
    making = Making(**told | {"scheme": Scheme.parse(told["scheme"]), "notes": tuple(map(str, told["notes"]))})
    if making.least < 1 or making.name != Path(making.name).name:
        raise ValueError(f"least {making.least}, name {making.name!r}")
    _ = making.schedule  # which refuses an order and votes that are none
    return making


def _question(line: Row) -> tuple[Question, str | None]:
    """A question and the file name of its picture, which names nothing outside ``images/``."""
    told = typed(line, id=str, query=str, source=str, candidates=list, draws=list, image=(str, NoneType))
    texts, draws = told["candidates"], []
    for drawn in told["draws"]:
        one = typed(drawn, candidate=int, right=float, final=(str, NoneType))
        if not 0 <= one["candidate"] < len(texts) or not isinstance(texts[one["candidate"]], str):
            raise ValueError(f"question {short(told['id'])} has no candidate {one['candidate']}")
        draws.append(Draw(texts[one["candidate"]], one["right"], one["final"]))
    if told["image"] and told["image"] != Path(told["image"]).name:
        raise ValueError(f"image {short(told['image'])} is not a file name")
    return Question(told["id"], told["query"], tuple(draws), told["source"]), told["image"]


def rows(folder: Folder, asked: Asked) -> Iterator[Row]:
    """Rows of the dataset about some comparisons; the first of each is shown first where one order is asked."""
    images = folder.path.resolve() / "images"
    files = {question.id: images / name for question, _ in asked if (name := folder.pictures.get(question.id))}
    sizes = {file: file.stat().st_size for file in set(files.values())}
    embedded = sum(sizes[files[question.id]] for question, _ in asked if question.id in files) <= EMBEDDED
    for question, pair in asked:
        file = files.get(question.id)
        row = question.row(*pair) | {"media": "image" if file else "text"}
        if file and embedded:
            row["image"] = {"bytes": file.read_bytes(), "path": file.name}
        elif file:
            row["image"] = {"bytes": None, "path": str(file)}
        yield row


def write_pairs(folder: Folder, asked: Asked, name: str) -> Benchmark:
    """Write the pairs of one run, and return them as it will find them."""
    from vlrb_task.pairs.parquet import write_rows

    checked = parse_rows({k: v for k, v in row.items() if k != "image"} for row in rows(folder, asked))
    write_rows(rows(folder, asked), folder.path / f"{name}.parquet")
    return checked
