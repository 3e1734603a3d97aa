"""Where the label of a vote comes from: a set of pairs, or the votes themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vlrb_task.pairs.labels import TIED, UNKNOWN, Ints, Labels, LabelSet, Mask, label_rank
from vlrb_task.pairs.mapping import TIE
from vlrb_task.support.arrow import is_valid, to_arrow, to_numpy, whole
from vlrb_task.votes.schema import NONE, pair_names

_LABEL = ("better", "subset", "source", "words_0", "words_1", "tags", "group", "criterion")


@dataclass(frozen=True)
class Given:
    """Votes labelled from a set of pairs.

    Attributes:
        pair: row of each vote's pair in the set; NONE where there is none.
        shared: votes without a key whose id stands more than once.
        unknown: votes whose pair the set lacks.
        other_label: votes that were logged with the other label.
        reversed: votes about a pair whose responses stood in the other order, by their hashes or else their lengths.
    """

    pair: Ints
    shared: Mask
    unknown: Mask
    other_label: Mask
    reversed: Mask


def given_labels(table: pa.Table, pairs: LabelSet) -> Given:
    """Label votes from a set of pairs, by key, or by an id that stands once."""
    keyless = ~is_valid(table["key"])
    pair = pairs.rows_of_keys(table["key"].combine_chunks())
    shared = np.zeros(table.num_rows, dtype=bool)
    if keyless.any():
        by_id, count = pairs.rows_of_ids(table["id"].combine_chunks())
        shared = keyless & (count > 1)
        pair = np.where(keyless, np.where(count == 1, by_id, NONE), pair)
    logged = to_numpy(table["better"])
    other = (pair != NONE) & (logged != NONE) & (logged != pairs.labels.better[pair])
    return Given(pair, shared, (pair == NONE) & ~shared, other, _reversed(table, pair, pairs))


def _reversed(table: pa.Table, pair: Ints, pairs: LabelSet) -> Mask:
    """Votes whose log has the two responses the other way round, so that ``first`` and ``answer`` mean the other one.

    Told by the responses' hashes; for votes of earlier releases, which have none, by their numbers of words.
    """
    by_words = _by_words(table, pair, pairs.labels.words)
    if pairs.answers is None:
        return by_words
    hashes, rows = whole(table["answers"]).cast(pa.string()), to_arrow(np.maximum(pair, 0))
    same, turned = (to_numpy(pc.equal(hashes, each.take(rows)), False) for each in pairs.answers)
    return np.where(is_valid(hashes), turned & ~same & (pair != NONE), by_words)


def _by_words(table: pa.Table, pair: Ints, words: Ints) -> Mask:
    logged = np.stack([to_numpy(table[name].combine_chunks(), NONE) for name in ("words_0", "words_1")], axis=1)
    turned = (logged == words[pair][:, ::-1]).all(axis=1) & (logged[:, 0] != logged[:, 1])
    return np.asarray(turned & (pair != NONE) & (logged != NONE).all(axis=1))


@dataclass(frozen=True)
class Own:
    """Votes labelled by what they themselves carry.

    Attributes:
        labels: one row a pair, in the order of their first votes.
        pair: row of each vote's pair; NONE for a vote without a label.
        unlabelled: votes without a label.
        disputed: rows of the pairs that votes label in two ways.
    """

    labels: Labels
    pair: Ints
    unlabelled: Mask
    disputed: Ints


def own_labels(table: pa.Table) -> Own:
    """Label votes by their own label; where those of a pair differ in detail, the one that tells more is kept."""
    better = to_numpy(table["better"])
    labelled = (better != NONE) & is_valid(table["subset"])
    named = pair_names(table)
    rows = np.flatnonzero(labelled)
    coded = named.take(to_arrow(rows)).dictionary_encode()
    of_label = to_numpy(coded.indices).astype(np.int64)
    size = len(coded.dictionary)
    first = np.full(size, rows.size, dtype=np.int64)
    first[of_label[::-1]] = np.arange(rows.size)[::-1]
    chosen = rows[first]
    columns = _codes(table, rows)
    differs = (columns != columns[:, first[of_label]]).any(axis=0)
    disputed = []
    for place in np.flatnonzero(np.bincount(of_label[differs])):  # np.unique would import numpy.ma
        own = rows[of_label == place]
        options = {tuple(_label(table, row).items()): row for row in own.tolist()}
        ranked = sorted(options, key=lambda items: label_rank(_ranked(dict(items))))
        chosen[place] = options[ranked[-1]]
        if len({(dict(items)["better"], dict(items)["subset"]) for items in options}) > 1:
            disputed.append(place)
    kept = table.select([*_LABEL, "id"]).take(to_arrow(chosen)).to_pylist()
    labels = Labels.of(
        {
            "key": key,
            "id": row["id"] or "",
            "better": TIE if row["better"] == TIED else row["better"],
            "subset": row["subset"],
            "source": row["source"] or UNKNOWN,
            "words": None if row["words_0"] == NONE else (row["words_0"], row["words_1"]),
            "tags": json.loads(row["tags"]) if row["tags"] else (),
            "group": row["group"],
            "criterion": row["criterion"],
        }
        for key, row in zip(coded.dictionary.to_pylist(), kept, strict=True)
    )
    pair = np.full(table.num_rows, NONE, dtype=np.int64)
    pair[rows] = of_label
    return Own(labels, pair, ~labelled, np.array(disputed, dtype=np.int64))


def _codes(table: pa.Table, rows: Ints) -> Ints:
    """The label of each row as numbers, shape ``(columns, rows)``: equal for equal labels."""
    found = []
    for name in _LABEL:
        column = table[name].combine_chunks()
        if pa.types.is_dictionary(column.type):
            column = column.indices
        found.append(to_numpy(column, NONE).astype(np.int64)[rows])
    return np.stack(found)


def _label(table: pa.Table, row: int) -> dict[str, Any]:
    return {name: table[name][row].as_py() for name in _LABEL}


def _ranked(label: dict[str, Any]) -> tuple[Any, ...]:
    words = (label["words_0"], label["words_1"])
    tags = tuple(json.loads(label["tags"])) if label["tags"] else ()
    more = label["group"], label["criterion"]
    return label["better"], label["subset"], label["source"] or UNKNOWN, words, tags, *more
