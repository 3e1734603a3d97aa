"""Labels of pairs as columns: one row a pair, whether its votes carry them or a file of pairs has them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlrb_task.pairs.pair import check_rows, count_subsets, fingerprint, revision_name
from vlrb_task.pairs.rows import read_rows
from vlrb_task.scores.tally import Label
from vlrb_task.support.errors import DataError
from vlrb_task.votes.assemble import label_rank
from vlrb_task.votes.records import Record

LABEL = np.dtype(
    [
        ("run", "<u2"),  # votes that carry labels: whose these are; else 0
        ("key", "<u8"),
        ("better", "u1"),
        ("subset", "<u2"),  # places in the names
        ("source", "<u2"),
        ("tags", "<u2"),
        ("words_0", "<u4"),  # in each response; NO_WORDS where they are not known
        ("words_1", "<u4"),
    ]
)
NO_WORDS = 2**32 - 1

Columns = NDArray[np.void]
Numbers = NDArray[np.uint64]
Places = NDArray[np.int64]

_HEX = re.compile("[0-9a-f]{16}")


@dataclass
class Names:
    """What columns hold numbers for.

    Attributes:
        runs: identity of each run (judge, prompt hash, fingerprint, model) with a record to tell the rest from.
        subsets, sources, tags: by place; tags are all those of a pair together.
        keys: the keys that are no 16 hex digits, by the number that stands for them.
    """

    runs: dict[tuple[Any, ...], tuple[int, Record]] = field(default_factory=dict)
    subsets: dict[str, int] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    tags: dict[tuple[str, ...], int] = field(default_factory=dict)
    keys: dict[int, str] = field(default_factory=dict)

    def number(self, key: str) -> int:
        """The number of a key: its own digits, or 64 bits of a hash for a key of any other kind."""
        if _HEX.fullmatch(key):
            return int(key, 16)
        number = number_of(key)
        self.keys[number] = key
        return number

    def key(self, number: int) -> str:
        """The key that a number stands for."""
        return self.keys.get(number) or f"{number:016x}"

    def row(self, run: int, key: int, better: int, label: Mapping[str, Any]) -> tuple[Any, ...]:
        """A row of labels.

        Args:
            run: the run's number.
            key: the key's.
            better: the better response.
            label: ``subset``, and ``source``, ``tags`` and ``words`` where they are known, as a checked record has them.
        """
        return (
            run,
            key,
            better,
            _place(self.subsets, str(label["subset"])),
            _place(self.sources, str(label.get("source", "unknown"))),
            _place(self.tags, tuple(label.get("tags", ()))),
            *(label.get("words") or (NO_WORDS, NO_WORDS)),
        )

    def take_in(self, other: Names, labels: Columns) -> None:
        """Add another piece's names to these, and renumber its labels to match."""
        for column, own, all_ in (
            ("subset", other.subsets, self.subsets),
            ("source", other.sources, self.sources),
            ("tags", other.tags, self.tags),
        ):
            places = np.array([_place(all_, name) for name in own] or [0], dtype="<u2")
            labels[column] = places[labels[column]]
        self.keys |= other.keys


def _place(names: dict[Any, int], name: Any) -> int:
    place = names.setdefault(name, len(names))
    if place >= 2**16:
        raise DataError("more than 65,536 subsets, sources or sets of tags in one log")
    return place


def number_of(text: str) -> int:
    """64 bits that stand for a text: among a million, two are the same once in 30 million such sets."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def columns(rows: Sequence[tuple[Any, ...]]) -> Columns:
    """Rows of labels as one array."""
    return np.array(rows, dtype=LABEL) if rows else np.empty(0, dtype=LABEL)


def settled(labels: Columns, names: Names) -> tuple[Columns, Numbers]:
    """One label a key, sorted by key, by the rule of a run of objects, and the keys that are labelled in two ways.

    Args:
        labels: of one run.
        names: what their numbers stand for.
    """
    rows = labels[np.argsort(labels["key"], kind="stable")]
    same = rows["key"][1:] == rows["key"][:-1]
    differ = np.zeros_like(same)
    for name in ("better", "subset", "source", "tags", "words_0", "words_1"):
        differ |= same & (rows[name][1:] != rows[name][:-1])
    starts = np.flatnonzero(np.concatenate(([True], ~same)))
    kept = rows[starts]
    disputed = []
    subsets, sources, tags = list(names.subsets), list(names.sources), list(names.tags)

    def rank(row: Any) -> tuple[Any, ...]:
        words = () if row["words_0"] == NO_WORDS else (int(row["words_0"]), int(row["words_1"]))
        label = Label("", "", row["better"], subsets[row["subset"]], sources[row["source"]], words or None)
        return label_rank(replace(label, tags=tags[row["tags"]]))

    for key in np.unique(rows["key"][1:][differ]):
        place = np.searchsorted(kept["key"], key)
        own = rows[starts[place] : starts[place + 1] if place + 1 < starts.size else rows.size]
        kept[place] = max(own, key=rank)
        if len({(int(row["better"]), int(row["subset"])) for row in own}) > 1:
            disputed.append(key)
    return kept, np.array(disputed, dtype=np.uint64)


@dataclass(frozen=True)
class PairSet:
    """A set of pairs without its texts.

    Attributes:
        labels: sorted by key; of a set that is known from votes only, of the pairs that have any.
        revision, fingerprint, subset_counts: as :class:`vlrb_task.pairs.pair.Benchmark`'s.
    """

    labels: Columns
    revision: str
    fingerprint: str
    subset_counts: Mapping[str, int]


@dataclass(frozen=True)
class PairTable:
    """A set of pairs that was read, to find those of votes in.

    Attributes:
        pairs: the set.
        names: what its labels' numbers stand for.
        ids: numbers of the ids, sorted; ``places`` are the rows of the labels that they belong to.
    """

    pairs: PairSet
    names: Names
    ids: Numbers
    places: Places

    def by_key(self, keys: Numbers) -> tuple[Places, Places]:
        """Rows of the labels for keys, and how many pairs have each: one or none."""
        own = self.pairs.labels["key"]
        place = np.minimum(np.searchsorted(own, keys), own.size - 1)
        return place, (own[place] == keys).astype(np.int64)

    def by_id(self, ids: Numbers) -> tuple[Places, Places]:
        """Rows of the labels for numbers of ids, and how many pairs have each."""
        left, right = np.searchsorted(self.ids, ids), np.searchsorted(self.ids, ids, side="right")
        return self.places[np.minimum(left, self.ids.size - 1)], right - left


def read_table(spec: str) -> PairTable:
    """Read and check a set of pairs of any size.

    Args:
        spec: as :func:`vlrb_task.pairs.rows.load_benchmark`'s.

    Raises:
        DataError: nothing there, or rows that cannot be used.
    """
    names = Names()
    rows, ids = [], []
    for pair in check_rows(read_rows(spec), spec):
        label = {"subset": pair.subset, "source": pair.source, "tags": pair.tags, "words": pair.words}
        rows.append(names.row(0, int(pair.key, 16), pair.better, label))
        ids.append(number_of(pair.id))
    labels, numbers = columns(rows), np.array(ids, dtype=np.uint64)
    by_key, by_id = np.argsort(labels["key"]), np.argsort(numbers)
    place = np.empty_like(by_key)
    place[by_key] = np.arange(by_key.size)
    labels = labels[by_key]
    counts = count_labels(labels, names)
    pairs = PairSet(labels, revision_name(counts), fingerprint_of(labels, names), counts)
    return PairTable(pairs, names, numbers[by_id], place[by_id])


def count_labels(labels: Columns, names: Names) -> dict[str, int]:
    """Pairs in each subset that has any."""
    counts = np.bincount(labels["subset"], minlength=len(names.subsets))
    present: Iterable[str] = (name for name, place in names.subsets.items() if counts[place])
    return {name: int(counts[names.subsets[name]]) for name in count_subsets(present)}


def fingerprint_of(labels: Columns, names: Names) -> str:
    """The fingerprint of a set of pairs, see :func:`vlrb_task.pairs.pair.fingerprint`."""
    return fingerprint(
        (names.key(int(key)), int(better)) for key, better in zip(labels["key"], labels["better"], strict=True)
    )
