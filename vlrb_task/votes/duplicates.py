"""One answer a ballot: duplicates dropped, failed requests replaced, conflicts decided without favour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vlrb_task.pairs.labels import Ints
from vlrb_task.support.arrow import to_arrow, to_numpy
from vlrb_task.votes import warnings
from vlrb_task.votes.header import of_rows
from vlrb_task.votes.reading import digest_of
from vlrb_task.votes.schema import FAILED, pair_names
from vlrb_task.votes.table import Ballots


def drop_duplicates(table: pa.Table, pair: Ints) -> tuple[Ballots, dict[str, Ints]]:
    """Keep one row a slot.

    An answer is kept before a failed request, and what was asked anew (``vlrb task --again``) before what it replaces. Of two
    answers of one round that differ, the one kept is drawn by a hash of ballot and
    answer: neither the order of files nor what the answers say decides, and over many pairs no answer is favoured.

    Args:
        table: columns :data:`~vlrb_task.votes.schema.READ`.
        pair: row of each one's pair in the labels.

    Returns:
        The ballots that count, one row a slot (pair, vote, answer), sorted; and the rows of the table that were found to be
        more, by what is the matter with them.
    """
    vote, answer = to_numpy(table["vote"]), to_numpy(table["answer"])
    said = _mixed(to_numpy(table["digest"]), to_numpy(table["first"]))
    failed = to_numpy(table["reason"]) == FAILED
    again = of_rows(table, lambda header: header.again).astype(np.int64)
    # A number for the pair that depends on its key (or id) alone, and so not on the other rows.
    named = pair_names(table).dictionary_encode()
    digests = np.array([digest_of(name) for name in named.dictionary.to_pylist()], dtype=np.uint64)
    drawn = _mixed(said, _mixed(digests[to_numpy(named.indices)], vote, answer))
    order = np.lexsort((said, drawn, -again, failed, answer, vote, pair))
    same_slot = _repeats(order, pair, vote, answer)
    same_answer = same_slot & _repeats(order, said, failed, again)
    failed, again = failed[order], again[order]
    other = same_slot & ~same_answer
    # Rounds of a slot fall, so that what has another round than the slot's first row is replaced.
    older = other & ~failed & (again < again[np.maximum.accumulate(np.where(same_slot, 0, np.arange(order.size)))])
    found = {
        warnings.DUPLICATE: same_answer,
        warnings.ASKED_AGAIN: other & failed,
        warnings.REPLACED: older,
        warnings.CONFLICT: other & ~failed & ~older,
    }
    kept = order[~same_slot]
    # A column at a time: the rows as a whole are most of what a large log takes.
    names = ("vote", "first", "answer", "choice", "reason", "rating", "digest", "scored", "line", "calls")
    texts = table.select(["text", "start", "end", "tools"]) if table["text"].null_count < table.num_rows else None
    ballots = Ballots(
        pair=pair[kept],
        p=to_numpy(table["p"], np.nan)[kept],
        texts=None if texts is None else texts.take(to_arrow(kept)),
        **{name: to_numpy(table[name])[kept] for name in names},
    )
    return ballots, {why: order[which] for why, which in found.items()}


def _repeats(order: Ints, *columns: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Which rows, in an order, have the values of the row before."""
    found = np.ones(order.size, dtype=bool)
    found[:1] = False
    for column in columns:
        values = column[order]
        found[1:] &= values[1:] == values[:-1]
    return found


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
    shown = np.where(ballots.answer >= 0, ballots.answer, ballots.first)
    order = np.lexsort((ballots.digest, shown, ballots.pair))
    order = order[~ballots.scored[order]]
    starts = np.flatnonzero(~_repeats(order, ballots.pair, shown))
    more = np.diff(np.append(starts, order.size)) - 1
    starts, more = starts[more > 0], more[more > 0]
    copied = ballots.digest[order[starts]] == ballots.digest[order[starts + more]]
    pairs = np.bincount(ballots.pair[order[starts]])  # np.unique would import numpy.ma
    return Copies(int((pairs > 0).sum()), starts.size, int(copied.sum()))


def _mixed(*columns: NDArray[np.generic]) -> NDArray[np.uint64]:
    """A hash of several columns, row by row (the finaliser of SplitMix64)."""
    state = np.zeros(columns[0].size, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in columns:
            state = (state ^ column.astype(np.uint64)) + np.uint64(0x9E3779B97F4A7C15)
            state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            state ^= state >> np.uint64(31)
    return state
