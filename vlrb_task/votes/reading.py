"""Texts into verdicts, a batch at a time: a pure function from logged columns to read ones."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable
from functools import cache
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vlrb_task.judges import get_judge
from vlrb_task.judges.hand_labels import HandLabels
from vlrb_task.pairs.pair import Answer, other
from vlrb_task.parsing import RATING_PARSERS, get_parser, get_rating_parser
from vlrb_task.parsing.verdicts import Rating, Reading, Reason, Verdict
from vlrb_task.support.arrow import is_valid, strings, to_arrow, to_numpy
from vlrb_task.support.arrow import names as parser_names
from vlrb_task.votes.header import Header, parse_header
from vlrb_task.votes.schema import NONE, OTHER_KIND, PLACE, READ

Read = Callable[[str], Reading | Rating]
Keep = bool | Literal["unread"]
Ints = NDArray[np.int64]

SCORES = "scores"
"""Parser's name of a run of scalar rewards, which are not parsed."""


def choice_of(verdict: Verdict, first: Answer) -> Answer | None:
    """The response that a verdict about the answers as shown prefers; None for a tie and for an unparsed text.

    The one place where presented coordinates become pair coordinates.
    """
    if verdict is Verdict.FIRST:
        return first
    return other(first) if verdict is Verdict.SECOND else None


_END_OF_THOUGHT = "</(think|thinking|analysis|reasoning)>"

_ANSWERS: tuple[Answer, Answer] = (0, 1)
_VERDICTS = tuple(Verdict)
_NOT_READ = len(_VERDICTS)
# By verdict (and one row for texts that were not read) and the response shown first (and one column for none).
_CHOICES = np.array(
    [
        *([NONE if (made := choice_of(v, a)) is None else made for a in _ANSWERS] + [NONE] for v in _VERDICTS),
        [NONE] * 3,
    ],
    dtype=np.int8,
)


@cache
def reader_of(judge: str, parser: str | None) -> tuple[str, Read, bool]:
    """What reads the texts of a judge: the parser's name, the parser, and whether it rates single answers.

    Args:
        judge: the judge's name.
        parser: reads every text in the place of the judge's own, if given.

    Raises:
        UnknownName: no such judge or parser.
    """
    if parser is None:
        found = get_judge(judge)
        return found.parser_name, found.parser, found.mode == "pointwise"
    if parser in RATING_PARSERS:
        return parser, get_rating_parser(parser), True
    return parser, get_parser(parser), False


def read_texts(
    batch: pa.RecordBatch, parser: str | None = None, *, keep_texts: Keep = False, labels: HandLabels | None = None
) -> pa.RecordBatch:
    """Read the texts of a batch, each with its judge's parser.

    Args:
        batch: columns :data:`~vlrb_task.votes.schema.LOGGED`.
        parser: reads every text in the place of the judges' own.
        keep_texts: keep the texts, or those that could not be read, and where in them the verdicts stand.
        labels: readings made by hand, in the place of those of the judges' own parsers.

    Returns:
        Columns :data:`~vlrb_task.votes.schema.READ`, in the same order.

    Raises:
        UnknownName: a judge or parser that does not exist.
    """
    size = batch.num_rows
    answer, first = _numbers(batch["answer"]), _numbers(batch["first"])
    verdict = np.full(size, _NOT_READ, dtype=np.int64)
    reason = np.full(size, NONE, dtype=np.int64)
    rating = np.full(size, np.nan)
    start, end = np.full(size, NONE, dtype=np.int64), np.full(size, NONE, dtype=np.int64)
    said = np.full(size, np.nan)
    digest = np.zeros(size, dtype=np.uint64)
    names = np.full(size, None, dtype=object)
    texts = batch["text"].dictionary_encode()
    codes = _numbers(texts.indices)
    distinct = texts.dictionary.to_pylist()
    has_text = codes != NONE
    thought = np.zeros(size, dtype=bool)
    thought[has_text] = to_numpy(pc.match_substring_regex(texts.dictionary, _END_OF_THOUGHT))[codes[has_text]]
    digests = np.array([digest_of(text) for text in distinct], dtype=np.uint64)
    digest[has_text] = digests[codes[has_text]]
    for header, rows in _by_header(batch, has_text):
        name, read, rates = reader_of(header.judge, parser)
        if labels is not None and parser is None:
            name, read = labels.reader(header.judge, name, read)
        names[rows] = name
        fits = (answer[rows] != NONE) == rates
        reason[rows[~fits]] = OTHER_KIND
        rows = rows[fits]
        used, inverse = np.unique(codes[rows], return_inverse=True)
        found = _read_all(read, (distinct[code] for code in used))
        verdict[rows], reason[rows], rating[rows] = (column[inverse] for column in found[:3])
        start[rows], end[rows], said[rows] = (column[inverse] for column in found[3:])
    scored = _mask(batch["score"])
    scores = to_numpy(batch["score"], np.nan)
    finite = scored & np.isfinite(scores)
    rating[finite] = scores[finite]
    reason[scored & ~finite] = PLACE[Reason.NOT_A_NUMBER]
    digest[scored] = np.array([digest_of(repr(score)) for score in scores[scored]], dtype=np.uint64)
    names[scored] = SCORES
    p, only_p = _probabilities(batch, has_text | scored)
    verdict[only_p] = np.select([p[only_p] > 0.5, p[only_p] < 0.5], [0, 1], 2)
    digest[only_p] = np.array([digest_of(repr(value)) for value in p[only_p]], dtype=np.uint64)
    names[only_p] = "p"
    p = np.where(np.isnan(p), said, p)
    failures = _numbers(batch["failure"].indices)
    for place, why in enumerate(batch["failure"].dictionary.to_pylist()):
        if why not in PLACE:  # another program's word
            continue
        rows = failures == place
        reason[rows], verdict[rows], rating[rows] = PLACE[Reason(why)], _NOT_READ, np.nan
        p[rows] = np.nan
    refused = _mask(batch["refused"])
    choice = np.where(refused, NONE, _CHOICES[verdict, np.where(first == NONE, 2, first)])
    text = batch["text"] if keep_texts else pa.nulls(size, pa.string())
    if keep_texts == "unread":
        unread = np.where(has_text & (reason >= 0), codes, NONE).tolist()
        text = strings(None if code == NONE else distinct[code] for code in unread)
    made = {
        "text": text,
        "scored": to_arrow(scored),
        "choice": to_arrow(choice.astype(np.int8)),
        "reason": to_arrow(reason.astype(np.int8)),
        "rating": to_arrow(rating),
        "p": to_arrow(p, ~np.isnan(p)),
        "thought": to_arrow(thought),
        "start": to_arrow(start.astype(np.int32)),
        "end": to_arrow(end.astype(np.int32)),
        "digest": to_arrow(digest),
        "parser": parser_names(names.tolist()),
    }
    columns = [made[field.name] if field.name in made else batch[field.name] for field in READ]
    return pa.RecordBatch.from_arrays(columns, schema=READ)


def digest_of(text: str) -> int:
    """64 bits that stand for an answer: among a million, two are the same once in 30 million such sets."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _by_header(batch: pa.RecordBatch, wanted: NDArray[np.bool_]) -> Iterable[tuple[Header, Ints]]:
    """The wanted rows of each header."""
    column = batch["header"]
    codes = np.where(wanted, _numbers(column.indices), NONE)
    for code in np.flatnonzero(np.bincount(codes[codes != NONE])):
        yield parse_header(column.dictionary[int(code)].as_py()), np.flatnonzero(codes == code)


def _read_all(read: Read, texts: Iterable[str]) -> tuple[NDArray[np.generic], ...]:
    """Verdict (as a place in ``_CHOICES``), reason, rating, span and probability of each text."""
    rows = [_row(read(text)) for text in texts]
    kinds = (np.int64, np.int64, np.float64, np.int64, np.int64, np.float64)
    columns = zip(*rows, strict=True) if rows else ([] for _ in kinds)
    return tuple(np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True))


_PLACE_OF = {verdict: place for place, verdict in enumerate(_VERDICTS)}


def _row(reading: Reading | Rating) -> tuple[int, int, float, int, int, float]:
    reason = NONE if reading.reason is None else PLACE[reading.reason]
    start, end = reading.span or (NONE, NONE)
    if isinstance(reading, Rating):
        return _NOT_READ, reason, math.nan if reading.score is None else reading.score, start, end, math.nan
    return _PLACE_OF[reading.verdict], reason, math.nan, start, end, math.nan if reading.p is None else reading.p


def _numbers(column: pa.Array) -> Ints:
    return to_numpy(column, NONE).astype(np.int64)


def _mask(column: pa.Array) -> NDArray[np.bool_]:
    return is_valid(column)


def _probabilities(batch: pa.RecordBatch, answered: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The logged probabilities, and which votes have nothing else."""
    return to_numpy(batch["p"], np.nan), _mask(batch["p"]) & ~answered


def probability(judge: str, text: str, failure: Reason | None = None) -> dict[str, float]:
    """The field ``p`` of a vote of a judge whose labels are scored; no field for any other, whose texts are not read here."""
    reading = read_one(judge, text, failure) if get_judge(judge).labels else None
    return {"p": reading.p} if isinstance(reading, Reading) and reading.p is not None else {}


def read_one(judge: str, text: str, failure: Reason | None = None) -> Reading | Rating:
    """Read one text as :func:`read_texts` does, for frameworks that want a verdict at once.

    Args:
        judge: the judge's name.
        text: as the model wrote it.
        failure: why there is no answer of the judge's, if so.
    """
    _, read, rates = reader_of(judge, None)
    if failure is not None:
        return Rating(None, failure) if rates else Reading(Verdict.UNPARSED, failure)
    return read(text)
