"""One answer a ballot: duplicates dropped, failed requests replaced, conflicts decided without favour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vlrb_task.pairs.labels import Ints
from vlrb_task.support.arrow import to_arrow, to_numpy
from vlrb_task.votes.header import parse_header
from vlrb_task.votes.reading import digest_of
from vlrb_task.votes.schema import FAILED, pair_names
from vlrb_task.votes.table import Ballots


@dataclass(frozen=True)
class Kept:
    """The ballots that count, and what was dropped.

    Attributes:
        ballots: one row a slot (pair, vote, answer), sorted.
        duplicates: rows of the table that repeat another one.
        asked_again: failed requests of ballots that have an answer.
        replaced: votes that were asked anew, and replaced by what came of it.
        conflicts: rows that say otherwise than the one that is kept.
    """

    ballots: Ballots
    duplicates: Ints
    asked_again: Ints
    replaced: Ints
    conflicts: Ints


def drop_duplicates(table: pa.Table, pair: Ints) -> Kept:
    """Keep one row a slot.

    An answer is kept before a failed request, and what was asked anew (``vlrb task --again``) before what it replaces. Of two
    answers of one round that differ, the one kept is drawn by a hash of ballot and
    answer: neither the order of files nor what the answers say decides, and over many pairs no answer is favoured.

    Args:
        table: columns :data:`~vlrb_task.votes.schema.READ`.
        pair: row of each one's pair in the labels.
    """
    vote, answer = to_numpy(table["vote"]), to_numpy(table["answer"])
    said = _mixed(to_numpy(table["digest"]), to_numpy(table["first"]))
    failed = to_numpy(table["reason"]) == FAILED
    drawn = _mixed(said, _mixed(_keys(table), vote, answer))
    again = _again(table)
    order = np.lexsort((said, drawn, -again, failed, answer, vote, pair))
    pair, vote, answer, said, failed = pair[order], vote[order], answer[order], said[order], failed[order]
    again = again[order]
    same_slot, same_answer = np.zeros(order.size, dtype=bool), np.zeros(order.size, dtype=bool)
    same_slot[1:] = (pair[1:] == pair[:-1]) & (vote[1:] == vote[:-1]) & (answer[1:] == answer[:-1])
    same_answer[1:] = same_slot[1:] & (said[1:] == said[:-1]) & (failed[1:] == failed[:-1]) & (again[1:] == again[:-1])
    other = same_slot & ~same_answer
    kept = order[~same_slot]
    # Rounds of a slot fall, so that what has another round than the slot's first row is replaced.
    newest = again[np.maximum.accumulate(np.where(~same_slot, np.arange(order.size), 0))] if order.size else again
    older = other & ~failed & (again < newest)
    ballots = _ballots(table, kept, pair[~same_slot])
    return Kept(ballots, order[same_answer], order[other & failed], order[older], order[other & ~failed & ~older])


@dataclass(frozen=True)
class Copies:
    """Whether votes that should differ by sampling are the same text.

    Attributes:
        pairs: asked more than once in one order (or about one answer).
        compared: pairs and orders asked more than once.
        copied: those of them with one text only.
    """

    pairs: int
    compared: int
    copied: int


def copies(ballots: Ballots) -> Copies:
    """Look for copied texts; scalar rewards are left out."""
    rows = np.flatnonzero(~ballots.scored)
    shown = np.where(ballots.answer[rows] >= 0, ballots.answer[rows], ballots.first[rows])
    order = np.lexsort((ballots.digest[rows], shown, ballots.pair[rows]))
    pair, shown, digest = ballots.pair[rows][order], shown[order], ballots.digest[rows][order]
    if not pair.size:
        return Copies(0, 0, 0)
    starts = np.flatnonzero(np.concatenate(([True], (pair[1:] != pair[:-1]) | (shown[1:] != shown[:-1]))))
    ends = np.append(starts[1:], pair.size) - 1
    several = ends > starts
    copied = several & (digest[starts] == digest[ends])
    return Copies(int((np.bincount(pair[starts[several]]) > 0).sum()), int(several.sum()), int(copied.sum()))


def _ballots(table: pa.Table, rows: Ints, pair: Ints) -> Ballots:
    # A column at a time: the rows as a whole are most of what a large log takes.
    texts = table.select(["text", "start", "end", "tools"]) if table["text"].null_count < table.num_rows else None
    names = ("vote", "first", "answer", "choice", "reason", "rating", "digest", "scored", "line", "calls")
    return Ballots(
        pair=pair,
        p=to_numpy(table["p"], np.nan)[rows],
        texts=None if texts is None else texts.take(to_arrow(rows)),
        **{name: to_numpy(table[name])[rows] for name in names},
    )


def _again(table: pa.Table) -> Ints:
    """How often each row's ballot had been asked anew."""
    headers = table["header"].combine_chunks()
    rounds = np.array([parse_header(text).again for text in headers.dictionary.to_pylist()], dtype=np.int64)
    return rounds[to_numpy(headers.indices)] if rounds.size else np.zeros(table.num_rows, dtype=np.int64)


Bits = NDArray[np.uint64]


def _keys(table: pa.Table) -> Bits:
    """A number for the pair of each row that depends on its key (or id) alone, and so not on the other rows."""
    named = pair_names(table).dictionary_encode()
    digests = np.array([digest_of(name) for name in named.dictionary.to_pylist()], dtype=np.uint64)
    of_pair: Bits = digests[to_numpy(named.indices)]
    return of_pair


def _mixed(*columns: NDArray[np.generic]) -> Bits:
    """A hash of several columns, row by row (the finaliser of SplitMix64)."""
    state = np.zeros(columns[0].size, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in columns:
            state = (state ^ column.astype(np.uint64)) + np.uint64(0x9E3779B97F4A7C15)
            state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            state ^= state >> np.uint64(31)
    return state
