"""Texts into verdicts, a batch at a time: a pure function from logged columns to read ones."""

from __future__ import annotations

import hashlib
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
from vlrb_task.votes.header import parse_header
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


_ANSWERS: tuple[Answer, Answer] = (0, 1)
_END_OF_THOUGHT = "</(think|thinking|analysis|reasoning)>"

_VERDICTS = {verdict: place for place, verdict in enumerate(Verdict)}
_READING = np.dtype(
    [
        ("verdict", np.int8),  # place in _VERDICTS; NONE for a text that was not read, and for a rating
        ("reason", np.int8),
        ("rating", np.float64),
        ("start", np.int32),
        ("end", np.int32),
        ("p", np.float64),
    ]
)
_NOT_READ = np.array((NONE, NONE, np.nan, NONE, NONE, np.nan), dtype=_READING)


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
    read = np.full(size, _NOT_READ)
    digest = np.zeros(size, dtype=np.uint64)
    names = np.full(size, None, dtype=object)
    texts = batch["text"].dictionary_encode()
    codes = _numbers(texts.indices)
    distinct = texts.dictionary.to_pylist()
    has_text = codes != NONE
    thought = np.zeros(size, dtype=bool)
    thought[has_text] = to_numpy(pc.match_substring_regex(texts.dictionary, _END_OF_THOUGHT))[codes[has_text]]
    digest[has_text] = _digests(distinct)[codes[has_text]]
    headers = np.where(has_text, _numbers(batch["header"].indices), NONE)
    for place, header in enumerate(batch["header"].dictionary.to_pylist()):
        rows = np.flatnonzero(headers == place)
        if not rows.size:
            continue
        judge = parse_header(header).judge
        name, parse, rates = reader_of(judge, parser)
        if labels is not None and parser is None:
            name, parse = labels.reader(judge, name, parse)
        names[rows] = name
        fits = (answer[rows] != NONE) == rates
        read["reason"][rows[~fits]] = OTHER_KIND
        used, inverse = np.unique(codes[rows[fits]], return_inverse=True)
        read[rows[fits]] = np.array([_row(parse(distinct[code])) for code in used], dtype=_READING)[inverse]
    scored, scores = is_valid(batch["score"]), to_numpy(batch["score"], np.nan)
    read["rating"][scored] = np.where(np.isfinite(scores), scores, np.nan)[scored]
    read["reason"][scored & ~np.isfinite(scores)] = PLACE[Reason.NOT_A_NUMBER]
    digest[scored] = _digests(map(repr, scores[scored]))
    names[scored] = SCORES
    p = to_numpy(batch["p"], np.nan)
    only_p = is_valid(batch["p"]) & ~has_text & ~scored
    sides = [_VERDICTS[verdict] for verdict in (Verdict.FIRST, Verdict.SECOND)]
    read["verdict"][only_p] = np.select([p > 0.5, p < 0.5], sides, _VERDICTS[Verdict.TIE])[only_p]
    digest[only_p] = _digests(map(repr, p[only_p]))
    names[only_p] = "p"
    read["p"] = np.where(np.isnan(p), read["p"], p)
    failures = _numbers(batch["failure"].indices)
    for place, why in enumerate(batch["failure"].dictionary.to_pylist()):
        if why in PLACE:  # else another program's word
            for column, value in (("reason", PLACE[Reason(why)]), ("verdict", NONE), ("rating", np.nan), ("p", np.nan)):
                read[column][failures == place] = value
    choice = np.full(size, NONE, dtype=np.int8)
    for verdict in (Verdict.FIRST, Verdict.SECOND):
        for shown in _ANSWERS:
            choice[(read["verdict"] == _VERDICTS[verdict]) & (first == shown)] = choice_of(verdict, shown)
    text = batch["text"] if keep_texts else pa.nulls(size, pa.string())
    if keep_texts == "unread":
        unread = np.where(has_text & (read["reason"] >= 0), codes, NONE).tolist()
        text = strings(None if code == NONE else distinct[code] for code in unread)
    made = {
        "text": text,
        "scored": to_arrow(scored),
        "choice": to_arrow(choice),
        **{name: to_arrow(read[name]) for name in ("reason", "rating", "start", "end")},
        "p": to_arrow(read["p"], ~np.isnan(read["p"])),
        "thought": to_arrow(thought),
        "digest": to_arrow(digest),
        "parser": parser_names(names.tolist()),
    }
    columns = [made[field.name] if field.name in made else batch[field.name] for field in READ]
    return pa.RecordBatch.from_arrays(columns, schema=READ)


def _digests(texts: Iterable[str]) -> NDArray[np.uint64]:
    return np.array([digest_of(text) for text in texts], dtype=np.uint64)


def digest_of(text: str) -> int:
    """64 bits that stand for an answer: among a million, two are the same once in 30 million such sets."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _row(reading: Reading | Rating) -> tuple[float, ...]:
    """A reading as a row of ``_READING``."""
    reason = NONE if reading.reason is None else PLACE[reading.reason]
    start, end = reading.span or (NONE, NONE)
    if isinstance(reading, Rating):
        return NONE, reason, np.nan if reading.score is None else reading.score, start, end, np.nan
    return _VERDICTS[reading.verdict], reason, np.nan, start, end, np.nan if reading.p is None else reading.p


def _numbers(column: pa.Array) -> Ints:
    return to_numpy(column, NONE).astype(np.int64)


def probability(judge: str, text: str, failure: Reason | None = None) -> dict[str, float]:
    """The field ``p`` of a vote of a judge whose labels are scored; no field for any other, whose texts are not read here.

    Args:
        judge: the judge's name.
        text: as the model wrote it.
        failure: why there is no answer of the judge's, if so.
    """
    if failure is not None or not get_judge(judge).labels:
        return {}
    reading = reader_of(judge, None)[1](text)
    return {"p": reading.p} if isinstance(reading, Reading) and reading.p is not None else {}
