"""What a reader of candidates finds: one file's answers to each question, not yet put together with other runs'."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vlrb_task.bon.finals import final_answer
from vlrb_task.bon.questions import Draw, Question
from vlrb_task.support.errors import DataError


@dataclass(frozen=True, slots=True)
class Found:
    """One question's answers in one file.

    Attributes:
        key: what the file calls the question: a row number or an index.
        query: the question as the policy was asked.
        texts: its answers, one for each draw.
        rights: what the scorer said of each, in [0, 1]; None where the file does not say it answer by answer.
        finals: the final answers that the scorer read; None where it does not say them.
        picture: bytes, where the file itself holds or names the picture.
    """

    key: str
    query: str
    texts: tuple[str, ...]
    rights: tuple[float, ...] | None
    finals: tuple[str | None, ...] | None = None
    picture: bytes | None = None


@dataclass(frozen=True)
class Sheet:
    """One file's questions.

    Attributes:
        path: the file, as the user named it.
        framework: ``lmms-eval``, ``VLMEvalKit``, ``JSONL`` or ``benchmark``.
        source: the benchmark: task, dataset, or the file's name.
        questions: in file order.
        metric: which of the scorer's metrics or columns the correctness is.
        notes: what a reader must know, counted.
    """

    path: str
    framework: str
    source: str
    questions: tuple[Found, ...]
    metric: str
    notes: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def question_id(self, found: Found) -> str:
        """A question's id in the set: unique where several benchmarks come together."""
        return found.key if self.framework == "JSONL" else f"{self.source}/{found.key}"


def fraction(value: object) -> float | None:
    """A correctness: a number in [0, 1] or a truth value, as a number; None for anything else."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return float(value.strip().lower() == "true")
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if 0 <= number <= 1 else None


def merge(sheets: Sequence[Sheet]) -> tuple[list[Question], list[str]]:
    """Put the draws of all files together, those of one question in the files' order.

    Returns:
        The questions, and where the final answers came from, in words.

    Raises:
        DataError: two files ask something else under one id, or answers are not scored one by one.
    """
    queries: dict[str, str] = {}
    sources: dict[str, str] = {}
    draws: dict[str, list[Draw]] = {}
    clashes: list[str] = []
    read: Counter[str] = Counter()
    for sheet in sheets:
        for found in sheet.questions:
            if found.rights is None:
                raise DataError(f"{sheet.path}: question {found.key!r} is not scored answer by answer")
            id = sheet.question_id(found)
            if queries.setdefault(id, found.query) != found.query:
                clashes.append(f"{sheet.path}: {id!r} is another question there")
                continue
            sources[id] = sheet.source
            if sheet.framework != "benchmark":  # whose answers are no policy's draws
                read["scorer" if found.finals else "text"] += len(found.texts)
            finals = found.finals or tuple(final_answer(text) for text in found.texts)
            drawn = zip(found.texts, found.rights, finals, strict=True)
            draws.setdefault(id, []).extend(Draw(text, right, final) for text, right, final in drawn)
    if clashes:
        raise DataError(f"{len(clashes)} questions differ between the runs", clashes)
    if not draws:
        raise DataError("no questions with candidates in the given files")
    told = {
        "scorer": "{} final answers (for self-consistency) as the scorer read them",
        "text": "{} final answers (for self-consistency) read from the texts: the scorer logged none",
    }
    notes = [told[where].format(count) for where, count in sorted(read.items())]
    return [Question(id, queries[id], tuple(found), sources[id]) for id, found in draws.items()], notes
