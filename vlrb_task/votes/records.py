"""The vote record: one line of a votes file (schema version 1), and what an lmms-eval sample carries for us."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from vlrb_task.asking.ballots import Ballot
from vlrb_task.judges.base import PromptRecord
from vlrb_task.pairs.labels import TIED, label_fields
from vlrb_task.pairs.mapping import TIE
from vlrb_task.pairs.pair import Answer, Benchmark, Pair
from vlrb_task.support.errors import DataError, short
from vlrb_task.votes.header import MORE_FIELDS, RUN_FIELDS, header_of

SCHEMA_VERSION = 1

LARGEST = 2**32 - 2
"""The largest vote number and count of words: what the columns of votes hold, beside a sign that there is none."""

_SURROGATES = re.compile("[\ud800-\udfff]")


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= LARGEST


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_list(value: object, of: Callable[[object], bool], length: int | None = None) -> bool:
    return isinstance(value, list) and length in (None, len(value)) and all(map(of, value))


def _is_object(value: object, of: Callable[[object], bool], *names: str) -> bool:
    """An object whose fields, all or those named, are of a kind or null."""
    return isinstance(value, dict) and all(value.get(name) is None or of(value[name]) for name in names or value)


_CHECKS: tuple[tuple[str, str, Callable[[object], bool]], ...] = (
    ("model fingerprint revision subset source failure task framework messages_sha256", "a text", _is_text),
    ("answers_sha256", "the hashes of two responses", lambda value: _is_list(value, _is_text, 2)),
    ("words", "two numbers of words", lambda value: _is_list(value, _is_count, 2)),
    ("tags", "a list of texts", lambda value: _is_list(value, _is_text)),
    ("tool_calls", "a list", lambda value: isinstance(value, list)),
    ("tool_call_count", f"a number from 0 to {LARGEST}", _is_count),
    (
        "prompt",
        "a prompt's name, source and sha256",
        lambda value: _is_object(value, _is_text, "name", "source", "sha256"),
    ),
    ("schedule", "a schedule with a number of votes", lambda value: _is_object(value, _is_count, "votes")),
    ("subset_sizes", "a number of pairs for each subset", lambda value: _is_object(value, _is_count)),
)
"""Fields, what each has to be in words, and whether a value that is not null is that."""

_FIELDS = {name: (needed, fits) for names, needed, fits in _CHECKS for name in names.split()}


class RecordReader:
    """Checks lines of a votes file. Lines of one run say the same of it, so that this is checked once."""

    def __init__(self) -> None:
        self._told: tuple[Any, ...] | None = None
        self._header = ""

    def record(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """A line as a row of :data:`~vlrb_task.votes.schema.LOGGED`, without the file and the number of the line.

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
        if not _is_count(vote):
            raise DataError(f"vote {short(vote)} is not a number from 0 to {LARGEST}")
        first, answer = _index(line, "first"), _index(line, "answer")
        if (first is None) == (answer is None):
            raise DataError("needs either 'first' (pairwise) or 'answer' (pointwise)")
        text, score, p = _answer(line, answer)
        for name in ("key", "id", "judge"):
            if isinstance(line.get(name), (dict, list)):
                raise DataError(f"{name} is a {type(line[name]).__name__}, not a text")
        fields = _checked(line)
        tools = fields.get("tool_calls")
        return {
            "header": self._header_of(line.get("judge"), score is not None, fields),
            "key": None if key is None else encodable(str(key)),
            "id": None if id is None else encodable(str(id)),
            "vote": vote,
            "first": first,
            "answer": answer,
            "text": text,
            "score": score,
            "p": p,
            "failure": fields.get("failure"),
            **_label(fields),
            "answers": " ".join(fields["answers_sha256"]) if "answers_sha256" in fields else None,
            "hashed": "messages_sha256" in fields,
            "tools": json.dumps(tools) if tools else None,
            "calls": fields.get("tool_call_count", len(tools) if tools else None),
        }

    def _header_of(self, judge: object, scored: bool, fields: Mapping[str, Any]) -> str:
        told = (judge, scored, *(fields.get(name) for name in (*RUN_FIELDS, *MORE_FIELDS)))
        if told != self._told:
            self._told = told
            self._header = header_of(None if judge is None else encodable(str(judge)), scored, fields).to_json()
        return self._header


def _checked(line: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are not null, each that has a meaning here of its type: somebody else's log can hold anything."""
    fields = {name: value for name, value in line.items() if value is not None}
    for name, value in fields.items():
        needed, fits = _FIELDS.get(name, ("", None))
        if fits is not None and not fits(value):
            raise DataError(f"{name} {short(value)} is not {needed}")
    if "subset_sizes" in fields:
        fields["subset_sizes"] = {name: n for name, n in fields["subset_sizes"].items() if n is not None}
    return fields


def encodable(text: str) -> str:
    """A text that UTF-8 can hold: a lone surrogate, which it cannot, is written as an escape."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _answer(line: Mapping[str, Any], answer: Answer | None) -> tuple[str | None, float | None, float | None]:
    """Text, reward and probability of a line; a null in the place of the only one of them is an answer that was lost."""
    text, score, p = line.get("text"), line.get("score"), line.get("p")
    if text is not None and not isinstance(text, str):
        raise DataError(f"text is a {type(text).__name__}, not a string")
    if text is not None and score is not None:
        raise DataError("needs either 'text' or 'score'")
    if text is None and score is None and p is None:
        if "score" in line and answer is not None:
            score = math.nan
        elif "text" in line:
            text = ""
        else:
            raise DataError("needs 'text', 'score' or 'p'")
    score, p = _number("score", score), _number("p", p)
    if score is not None and answer is None:
        raise DataError("a score belongs to one answer: 'answer' is needed, not 'first'")
    if p is not None and not 0 <= p <= 1:
        raise DataError(f"p {short(line['p'])} is not a probability")
    if p is not None and answer is not None:
        raise DataError("p belongs to a vote that shows both answers: 'first' is needed, not 'answer'")
    if text is not None and not text.isascii():
        text = _SURROGATES.sub("\ufffd", text)  # which UTF-8 cannot hold
    return text, score, p


def _number(name: str, value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise DataError(f"{name} {short(value)} is not a number")
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _index(line: Mapping[str, Any], name: str) -> Answer | None:
    value = line.get(name)
    if isinstance(value, bool) or value not in (0, 1, None):
        raise DataError(f"{name} {short(value)} is neither 0 nor 1")
    return None if value is None else 1 if value else 0


def _label(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The label that a vote carries; what is empty tells nothing."""
    better, words = fields.get("better"), fields.get("words") or (None, None)
    texts = ("subset", "source", "group", "criterion")
    return {
        "better": TIED if better == TIE else int(better) if better in (0, 1) else None,
        "words_0": words[0],
        "words_1": words[1],
        "tags": json.dumps(fields["tags"]) if fields.get("tags") else None,
        **{name: encodable(fields[name]) for name in texts if fields.get(name) and _is_text(fields[name])},
    }


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
