"""The vote record: one line of a votes file (schema version 1), and what an lmms-eval sample carries for us."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vlrb_task.asking.ballots import Ballot
from vlrb_task.judges.base import PromptRecord
from vlrb_task.pairs.labels import TIED, label_fields
from vlrb_task.pairs.mapping import TIE
from vlrb_task.pairs.pair import Answer, Benchmark, Pair
from vlrb_task.support.errors import DataError, short
from vlrb_task.votes.fields import LARGEST, is_count, known_fields
from vlrb_task.votes.header import MORE_FIELDS, RUN_FIELDS, header_of

SCHEMA_VERSION = 1

_OWN_FIELDS = frozenset({"v", "key", "id", "judge", "vote", "first", "answer", "text", "score", "p"})
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Record:
    """One vote as it was logged, checked and not yet read.

    Attributes:
        key: the pair's key; None where the log has only ids.
        id: the row's id; None where the log has only keys.
        vote: number of the vote.
        first: pairwise: which response was shown first.
        answer: pointwise: which response was shown.
        text: what the judge wrote, with U+FFFD for lone surrogates; None for a scalar reward.
        score: the scalar reward, NaN where it is no number; None for a text.
        header: what the vote says of its run, see :class:`vlrb_task.votes.header.Header`, as JSON.
        label: ``better``, ``subset``, ``source``, ``words``, ``tags`` (as JSON), ``group`` and ``criterion``, as far as the
            vote carries them.
        p: the probability that the response shown first is the better one, if it was logged.
        failure: why there is no answer, as logged.
        answers: the beginnings of the responses' SHA-256, in the row's order.
        hashed: whether it has the hash of the messages that were sent.
        tools: the judge's tool calls, as JSON.
        calls: how many there were, if that was logged.
    """

    key: str | None
    id: str | None
    vote: int
    first: Answer | None
    answer: Answer | None
    text: str | None
    score: float | None
    header: str
    label: Mapping[str, Any] = field(default_factory=dict)
    p: float | None = None
    failure: str | None = None
    answers: str | None = None
    hashed: bool = False
    tools: str | None = None
    calls: int | None = None


class RecordReader:
    """Checks lines of a votes file. Lines of one run say the same of it, so that this is checked once."""

    def __init__(self) -> None:
        self._told: tuple[Any, ...] | None = None
        self._header = ""

    def record(self, line: Mapping[str, Any]) -> Record:
        """Check one line.

        Raises:
            DataError: what is wrong with it, in one line that does not name the line.
        """
        version = line.get("v")
        if version not in (None, SCHEMA_VERSION) or isinstance(version, bool):
            raise DataError(f"schema version {short(version)}; this release reads {SCHEMA_VERSION}")
        key, id = line.get("key"), line.get("id")
        if key is None and id is None:
            raise DataError("neither key nor id")
        vote = line.get("vote", 0)
        if not is_count(vote):
            raise DataError(f"vote {short(vote)} is not a number from 0 to {LARGEST}")
        first, answer = _index(line, "first"), _index(line, "answer")
        if (first is None) == (answer is None):
            raise DataError("needs either 'first' (pairwise) or 'answer' (pointwise)")
        text, score, p = _answer(line, answer)
        for name, value in (("key", key), ("id", id), ("judge", line.get("judge"))):
            if isinstance(value, (dict, list)):
                raise DataError(f"{name} is a {type(value).__name__}, not a text")
        extra = known_fields({k: v for k, v in line.items() if k not in _OWN_FIELDS})
        return Record(
            key=None if key is None else encodable(str(key)),
            id=None if id is None else encodable(str(id)),
            vote=vote,
            first=first,
            answer=answer,
            text=text,
            score=score,
            header=self._header_of(line.get("judge"), score is not None, extra),
            label=_label(extra),
            p=p,
            failure=extra.get("failure"),
            answers=" ".join(extra["answers_sha256"]) if "answers_sha256" in extra else None,
            hashed="messages_sha256" in extra,
            tools=json.dumps(tools) if (tools := extra.get("tool_calls")) else None,
            calls=extra.get("tool_call_count", len(tools) if tools else None),
        )

    def _header_of(self, judge: object, scored: bool, fields: Mapping[str, Any]) -> str:
        told = (judge, scored, *(fields.get(name) for name in (*RUN_FIELDS, *MORE_FIELDS)))
        if told != self._told:
            self._told = told
            self._header = header_of(None if judge is None else encodable(str(judge)), scored, fields).to_json()
        return self._header


def encodable(text: str) -> str:
    """A text that UTF-8 can hold: a lone surrogate, which it cannot, is written as an escape."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def shown_text(text: str) -> str:
    """A judge's text with U+FFFD for lone surrogates, which UTF-8 cannot hold."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def _answer(line: Mapping[str, Any], answer: Answer | None) -> tuple[str | None, float | None, float | None]:
    """Text, reward and probability of a line; a null in the place of the only one of them is an answer that was lost.

    Raises:
        DataError: none of them, or text and reward.
    """
    text, score, p = line.get("text"), line.get("score"), line.get("p")
    if text is not None and not isinstance(text, str):
        raise DataError(f"text is a {type(text).__name__}, not a string")
    if text is not None and score is not None:
        raise DataError("needs either 'text' or 'score'")
    if score is None and text is None and p is None:
        if "score" in line and answer is not None:
            return None, math.nan, None
        if "text" not in line:
            raise DataError("needs 'text', 'score' or 'p'")
        text = ""
    if score is not None:
        score = _number(score)
        if answer is None:
            raise DataError("a score belongs to one answer: 'answer' is needed, not 'first'")
    if p is not None:
        p = _number(p)
        if not 0 <= p <= 1:
            raise DataError(f"p {short(line['p'])} is not a probability")
        if answer is not None:
            raise DataError("p belongs to a vote that shows both answers: 'first' is needed, not 'answer'")
    return None if text is None else shown_text(text), score, p


def _number(score: object) -> float:
    if isinstance(score, bool) or not isinstance(score, (int, float)):
        raise DataError(f"score {short(score)} is not a number")
    try:
        return float(score)
    except OverflowError:
        return math.inf


def _index(line: Mapping[str, Any], name: str) -> Answer | None:
    value = line.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or value not in (0, 1):
        raise DataError(f"{name} {short(value)} is neither 0 nor 1")
    return 1 if value else 0


def _label(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The label that a vote carries, in the form of the columns."""
    label: dict[str, Any] = {}
    better = fields.get("better")
    if better in (0, 1, TIE):
        label["better"] = TIED if better == TIE else int(better)
    for name in ("subset", "source"):
        if fields.get(name):
            label[name] = encodable(fields[name])
    if fields.get("words"):
        label["words"] = (fields["words"][0], fields["words"][1])
    if fields.get("tags"):
        label["tags"] = json.dumps(list(fields["tags"]))
    for name in ("group", "criterion"):
        if isinstance(fields.get(name), str) and fields[name]:
            label[name] = encodable(fields[name])
    return label


def benchmark_fields(benchmark: Benchmark) -> dict[str, Any]:
    """What every record says of the set of pairs that was asked about."""
    return {
        "revision": benchmark.revision,
        "fingerprint": benchmark.fingerprint,
        "subset_sizes": benchmark.subset_counts,
        **({"benchmark": benchmark.name} if benchmark.name else {}),
    }


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
        **label_fields(pair),
        "judge": judge,
        "vote": ballot.vote,
        **shown,
        "text": text,
        "prompt": prompt.to_dict(),
        **extra,
    }


def write_votes(path: Path, records: Iterable[Mapping[str, Any]]) -> int:
    """Append votes to a file, one line each, and return how many.

    Text is written as ASCII with escapes: any string, a lone surrogate included, comes back as it was.
    """
    count = 0
    with path.open("a", encoding="ascii") as file:
        for record in records:
            file.write(json.dumps(record) + "\n")
            count += 1
    return count
