"""What a reader of candidates finds: one file's answers to each question, and how several files' are put together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file's questions.

    Attributes:
        path: the file, as the user named it.
        framework: ``lmms-eval``, ``VLMEvalKit``, ``JSONL`` or ``benchmark``.
        source: the benchmark: task, dataset, or the file's name.
        questions: in file order.
        metric: which of the scorer's metrics or columns the correctness is.
        notes: what a reader must know, counted.
        metrics: all metrics of the scorer, of an lmms-eval log.
    """

    path: str
    framework: str
    source: str
    questions: tuple[Found, ...]
    metric: str
    notes: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()

    def question_id(self, found: Found) -> str:
        """A question's id in the set: unique where several benchmarks come together."""
        return found.key if self.framework == "JSONL" else f"{self.source}/{found.key}"


def fraction(value: object) -> float | None:
    """A correctness: a number in [0, 1] or a truth value, as a number; None for anything else."""
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return float(value.strip().lower() == "true")
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if 0 <= number <= 1 else None


def fractions(values: object, count: int) -> tuple[float, ...] | None:
    """The correctness of each of ``count`` answers; None for anything but a list that says it of each."""
    listed = values if isinstance(values, list) else []
    found = tuple(number for value in listed if (number := fraction(value)) is not None)
    return found if len(found) == len(listed) == count else None


def failed_note(questions: Sequence[Found], mark: str, file: str) -> tuple[str, ...]:
    """How many answers are what a framework writes in the place of one that it did not get; nothing where none is."""
    failed = sum(text.startswith(mark) for found in questions for text in found.texts)
    return (f"{failed} candidates of {file} are failed requests, kept as the scorer took them",) if failed else ()


def merge(sheets: Sequence[Sheet]) -> tuple[list[Question], list[str]]:
    """The questions of all files, the draws of one in the files' order; and where final answers came from, in words.

    Raises:
        DataError: two files ask something else under one id, or answers are not scored one by one.
    """
    known: dict[str, tuple[str, str, list[Draw]]] = {}
    clashes: list[str] = []
    read: Counter[str] = Counter()
    for sheet in sheets:
        for found in sheet.questions:
            if found.rights is None:
                raise DataError(f"{sheet.path}: question {found.key!r} is not scored answer by answer")
            id = sheet.question_id(found)
            query, _, draws = known.setdefault(id, (found.query, sheet.source, []))
            if query != found.query:
                clashes.append(f"{sheet.path}: {id!r} is another question there")
                continue
            if sheet.framework != "benchmark":  # whose answers are no policy's draws
                how = "as the scorer read them" if found.finals else "read from the texts: the scorer logged none"
                read[how] += len(found.texts)
            known[id] = query, sheet.source, draws
            finals = found.finals or map(final_answer, found.texts)
            draws += [Draw(*drawn) for drawn in zip(found.texts, found.rights, finals, strict=True)]
    if clashes:
        raise DataError(f"{len(clashes)} questions differ between the runs", clashes)
    if not known:
        raise DataError("no questions with candidates in the given files")
    notes = [f"{count} final answers (for self-consistency) {how}" for how, count in sorted(read.items())]
    return [Question(id, query, tuple(draws), source) for id, (query, source, draws) in known.items()], notes


_TAG = re.compile(r"<answer>([^<]{1,200})</answer>", re.IGNORECASE)
_BOX = re.compile(r"\\boxed\{([^{}]{1,200})\}")
_LINE = re.compile(
    r"(?:final answer|correct answer|answer|correct option|correct choice)\s*(?:is|:|=)\s*:?\s*([^\n]{1,200})", re.I
)
_LETTER = re.compile(r"^[(\[]?(?:([A-Za-z])(?:[)\].:,]|$)|([B-HJ-Z])\s)")

_TAIL = 4_000
"""Characters at a text's end that are looked at: a final answer stands there."""
_SHORT = 60
"""A text of no more characters is its own final answer."""


def final_answer(text: str) -> str | None:
    """A text's final answer in a form that equal answers share, for self-consistency; None where none is found.

    Only for answers of which the framework's scorer did not log what it read: it decides a baseline, never whether a
    candidate is right. The last of: ``<answer>…</answer>``, a LaTeX box, "the answer is …", in this order of preference;
    then the whole text if it is short. An option's letter is taken without what follows it. The work is bounded.
    """
    tail = text[-_TAIL:].replace("*", "").replace("$", "")
    found = next((answers for pattern in (_TAG, _BOX, _LINE) if (answers := pattern.findall(tail))), None)
    answer = (found[-1] if found else tail).strip()
    if not found and len(answer) > _SHORT:
        return None
    if letter := _LETTER.match(answer):
        return (letter[1] or letter[2]).upper()
    return re.sub(r"\s+", " ", answer).strip(" .,:;!?'\"()").casefold() or None
