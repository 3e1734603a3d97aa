"""Where the label of a vote comes from: a set of pairs, or the votes themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vlrb_task.pairs.labels import TIED, UNKNOWN, Ints, Labels, LabelSet, Mask, label_rank
from vlrb_task.pairs.mapping import TIE
from vlrb_task.support.arrow import is_valid, to_arrow, to_numpy, whole
from vlrb_task.support.errors import DataError
from vlrb_task.votes import warnings
from vlrb_task.votes.schema import NONE, pair_names

_LABEL = ("better", "subset", "source", "words_0", "words_1", "tags", "group", "criterion")


@dataclass(frozen=True)
class Labelled:
    """Votes with their labels.

    Attributes:
        labels: one row a pair.
        pair: row of each vote's pair in ``labels``; NONE for a vote without a label.
        findings: which votes something is the matter with, by what it is.
        disputed: rows of the pairs that votes label in two ways.
    """

    labels: Labels
    pair: Ints
    findings: Mapping[str, Mask]
    disputed: Ints


def given_labels(table: pa.Table, pairs: LabelSet) -> Labelled:
    """Label votes from a set of pairs, by key, or by an id that stands once.

    Raises:
        DataError: the two responses of pairs stand the other way round than when the judge was asked.
    """
    keyless = ~is_valid(table["key"])
    pair = pairs.rows_of_keys(table["key"].combine_chunks())
    shared = np.zeros(table.num_rows, dtype=bool)
    if keyless.any():
        by_id, count = pairs.rows_of_ids(table["id"].combine_chunks())
        shared = keyless & (count > 1)
        pair = np.where(keyless, np.where(count == 1, by_id, NONE), pair)
    known, logged = pair != NONE, to_numpy(table["better"])
    if reversed_ := int((known & _reversed(table, pair, pairs)).sum()):
        raise DataError(warnings.REVERSED_PAIRS.format(votes=reversed_, of=table.num_rows))
    findings = {
        warnings.SHARED_ID: shared,
        warnings.UNKNOWN_PAIR: ~known & ~shared,
        warnings.OTHER_LABEL: known & (logged != NONE) & (logged != pairs.labels.better[pair]),
    }
    return Labelled(pairs.labels, pair, findings, np.zeros(0, dtype=np.int64))


def _reversed(table: pa.Table, pair: Ints, pairs: LabelSet) -> Mask:
    """Votes whose log has the two responses the other way round, so that ``first`` and ``answer`` mean the other one.

    Told by the responses' hashes; for votes of earlier releases, which have none, by their numbers of words.
    """
    logged = np.stack([to_numpy(table[name], NONE) for name in ("words_0", "words_1")], axis=1)
    turned = (logged == pairs.labels.words[pair][:, ::-1]).all(axis=1) & (logged[:, 0] != logged[:, 1])
    by_words: Mask = turned & (logged != NONE).all(axis=1)
    if pairs.answers is None:
        return by_words
    hashes, rows = whole(table["answers"]).cast(pa.string()), to_arrow(np.maximum(pair, 0))
    same, turned = (to_numpy(pc.equal(hashes, each.take(rows)), False) for each in pairs.answers)
    return np.where(is_valid(hashes), turned & ~same, by_words)


def own_labels(table: pa.Table) -> Labelled:
    """Label votes by their own label, pairs in the order of their first votes.

    Where the labels of a pair differ in detail, the one that tells more is kept.
    """
    labelled = (to_numpy(table["better"]) != NONE) & is_valid(table["subset"])
    rows = np.flatnonzero(labelled)
    coded = pair_names(table).take(to_arrow(rows)).dictionary_encode()
    of_label = to_numpy(coded.indices).astype(np.int64)
    first = np.full(len(coded.dictionary), rows.size, dtype=np.int64)
    first[of_label[::-1]] = np.arange(rows.size)[::-1]
    chosen = rows[first]
    found = [whole(table[name]) for name in _LABEL]
    plain = [column.indices if pa.types.is_dictionary(column.type) else column for column in found]
    columns = np.stack([to_numpy(column, NONE).astype(np.int64)[rows] for column in plain])  # equal for equal labels
    differs = (columns != columns[:, first[of_label]]).any(axis=0)
    disputed = []
    for place in np.flatnonzero(np.bincount(of_label[differs])):  # np.unique would import numpy.ma
        options = {tuple(table[name][row].as_py() for name in _LABEL): row for row in rows[of_label == place].tolist()}
        chosen[place] = options[max(options, key=_rank)]
        if len({label[:2] for label in options}) > 1:
            disputed.append(place)
    kept = table.select([*_LABEL, "id"]).take(to_arrow(chosen)).to_pylist()
    labels = Labels.of(
        {
            **row,
            "key": key,
            "id": row["id"] or "",
            "better": TIE if row["better"] == TIED else row["better"],
            "source": row["source"] or UNKNOWN,
            "words": (row["words_0"], row["words_1"]),
            "tags": _tags(row["tags"]),
        }
        for key, row in zip(coded.dictionary.to_pylist(), kept, strict=True)
    )
    pair = np.full(table.num_rows, NONE, dtype=np.int64)
    pair[rows] = of_label
    return Labelled(labels, pair, {warnings.UNLABELLED: ~labelled}, np.array(disputed, dtype=np.int64))


def _rank(label: Sequence[Any]) -> tuple[Any, ...]:
    better, subset, source, words_0, words_1, tags, *more = label
    return label_rank((better, subset, source or UNKNOWN, (words_0, words_1), _tags(tags), *more))


def _tags(logged: str | None) -> tuple[str, ...]:
    return tuple(json.loads(logged)) if logged else ()
