"""The vote record: one line of a votes file (schema version 1), and what an lmms-eval sample carries for us."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vlrb_task.asking.ballots import Ballot
from vlrb_task.pairs.pair import Answer, Benchmark, Pair
from vlrb_task.scores.score import PromptRecord
from vlrb_task.support.errors import DataError, short
from vlrb_task.votes.fields import LARGEST, is_count, known_fields

SCHEMA_VERSION = 1

_OWN_FIELDS = frozenset({"v", "key", "id", "judge", "vote", "first", "answer", "text", "score"})


@dataclass(frozen=True, slots=True)
class Record:
    """One vote as it was logged, not yet read.

    Attributes:
        key: the pair's key; None where the log has only ids.
        id: the row's id; None where the log has only keys.
        judge: whose prompt was asked; None where the log does not say.
        vote: number of the vote.
        first: pairwise: which response was shown first.
        answer: pointwise: which response was shown.
        text: what the judge wrote; None for a scalar reward.
        score: the scalar reward; None for a text.
        extra: every other field of the line, kept as it is; those that mean something are of their type.
        where: the line, for messages.
    """

    key: str | None
    id: str | None
    judge: str | None
    vote: int
    first: Answer | None
    answer: Answer | None
    text: str | None
    score: float | None
    extra: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""


def parse_record(line: Mapping[str, Any], where: str = "") -> Record:
    """Check one line of a votes file.

    Raises:
        DataError: what is wrong with it, in one line that does not name the line.
    """
    version = line.get("v", SCHEMA_VERSION)
    if version != SCHEMA_VERSION:
        raise DataError(f"schema version {version!r}; this release reads {SCHEMA_VERSION}")
    key, id = line.get("key"), line.get("id")
    if key is None and id is None:
        raise DataError("neither key nor id")
    vote = line.get("vote", 0)
    if not is_count(vote):
        raise DataError(f"vote {short(vote)} is not a number from 0 to {LARGEST}")
    first, answer = _index(line, "first"), _index(line, "answer")
    if (first is None) == (answer is None):
        raise DataError("needs either 'first' (pairwise) or 'answer' (pointwise)")
    text, score = line.get("text"), line.get("score")
    if (text is None) == (score is None):
        raise DataError("needs either 'text' or 'score'")
    if text is not None and not isinstance(text, str):
        raise DataError(f"text is a {type(text).__name__}, not a string")
    if score is not None:
        score = _finite(score)
        if answer is None:
            raise DataError("a score belongs to one answer: 'answer' is needed, not 'first'")
    for name, value in (("key", key), ("id", id), ("judge", line.get("judge"))):
        if isinstance(value, (dict, list)):
            raise DataError(f"{name} is a {type(value).__name__}, not a text")
    return Record(
        key=None if key is None else str(key),
        id=None if id is None else str(id),
        judge=None if line.get("judge") is None else str(line["judge"]),
        vote=vote,
        first=first,
        answer=answer,
        text=text,
        score=score,
        extra=known_fields({k: v for k, v in line.items() if k not in _OWN_FIELDS}),
        where=where,
    )


def _finite(score: object) -> float:
    if isinstance(score, bool) or not isinstance(score, (int, float)):
        raise DataError(f"score {short(score)} is not a number")
    try:
        value = float(score)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise DataError(f"score {value!s} is not a finite number")
    return value


def _index(line: Mapping[str, Any], name: str) -> Answer | None:
    value = line.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or value not in (0, 1):
        raise DataError(f"{name} {value!r} is neither 0 nor 1")
    return 1 if value else 0


def benchmark_fields(benchmark: Benchmark) -> dict[str, Any]:
    """What every record says of the set of pairs that was asked about."""
    return {
        "revision": benchmark.revision,
        "fingerprint": benchmark.fingerprint,
        "subset_sizes": benchmark.subset_counts,
    }


def pair_fields(pair: Pair) -> dict[str, Any]:
    """What a record says of its pair, so that it can be scored without the pairs."""
    fields: dict[str, Any] = {
        "key": pair.key,
        "id": pair.id,
        "better": pair.better,
        "subset": pair.subset,
        "source": pair.source,
        "words": list(pair.words),
    }
    if pair.tags:
        fields["tags"] = list(pair.tags)
    return fields


def make_record(
    pair: Pair, ballot: Ballot, judge: str, prompt: PromptRecord, text: str, **extra: Any
) -> dict[str, Any]:
    """One line of a votes file, with label, subset, source and prompt: it can be scored by itself.

    Args:
        pair: the pair asked about.
        ballot: the question.
        judge: the judge's name.
        prompt: which prompt was asked.
        text: the answer, unchanged.
        extra: further fields, such as :func:`benchmark_fields`'.
    """
    shown = {"first": ballot.first} if ballot.first is not None else {"answer": ballot.answer}
    return {
        "v": SCHEMA_VERSION,
        **pair_fields(pair),
        "judge": judge,
        "vote": ballot.vote,
        **shown,
        "text": text,
        "prompt": prompt.to_dict(),
        **extra,
    }
