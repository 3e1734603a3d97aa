"""Labels as columns: what scoring has to know of a set of pairs, one row a pair, without their texts."""

from __future__ import annotations

import re
from array import array
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Generic, TypeVar, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vlrb_task.pairs.keys import answers_sha256
from vlrb_task.pairs.mapping import TIE, Label
from vlrb_task.pairs.pair import Pair, count_subsets, fingerprint, revision_name
from vlrb_task.support.arrow import strings, to_arrow, to_numpy

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

NO_WORDS = -1
TIED = 2
"""In the column ``better``: the label is a tie."""
UNKNOWN = "unknown"
"""Source of a pair whose log does not tell it."""

_FEW = ("subset", "source", "tags", "models", "group", "criterion")
"""The columns of :class:`Labels` that have few distinct values."""

_STYLE = {
    "lists": re.compile(r"^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]", re.MULTILINE),
    "bold": re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__"),
    "headings": re.compile(r"^#{1,6}[ \t]", re.MULTILINE),
    "digits": re.compile(r"\d+"),
    "code": re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL),
}

FEATURES = tuple(_STYLE)
"""List items, bold passages, headings, numbers (runs of digits), and passages of code, as Markdown writes them."""

T = TypeVar("T", bound=Hashable)


def style_of(text: str) -> tuple[int, ...]:
    """The style of a response: how often each of :data:`FEATURES` stands in a text; linear in its length."""
    return tuple(len(pattern.findall(text)) for pattern in _STYLE.values())


@dataclass(frozen=True)
class Categories(Generic[T]):
    """A column of few distinct values.

    Attributes:
        names: the distinct values.
        codes: for each row the place of its value in ``names``, shape ``(rows,)``.
    """

    names: tuple[T, ...]
    codes: Ints

    @classmethod
    def of(cls, values: Iterable[T]) -> Categories[T]:
        """From one value a row."""
        places: dict[T, int] = {}
        codes = [places.setdefault(value, len(places)) for value in values]
        return cls(tuple(places), np.array(codes, dtype=np.int64))

    def __getitem__(self, row: int) -> T:
        return self.names[int(self.codes[row])]

    def take(self, rows: Ints | Mask) -> Categories[T]:
        """The same column of some rows."""
        return Categories(self.names, self.codes[rows])

    def where(self, wanted: T) -> Mask:
        """Which rows have a value, shape ``(rows,)``."""
        found: Mask = self.codes == (self.names.index(wanted) if wanted in self.names else -1)
        return found

    def counts(self) -> dict[T, int]:
        """How many rows have each value; values without a row are left out."""
        found = np.bincount(self.codes, minlength=len(self.names))
        return {name: int(count) for name, count in zip(self.names, found, strict=True) if count}


@dataclass(frozen=True)
class Labels:
    """The labels of pairs.

    Attributes:
        keys, ids: of each pair; a log without keys has ``id:`` and the id in the key's place.
        better: index of the better response; :data:`TIED` where the label is a tie.
        subset, source: names.
        tags: all error tags of a pair together.
        words: words in each response, shape ``(pairs, 2)``; :data:`NO_WORDS` where a log does not tell.
        style: of each response the counts of :data:`FEATURES`, shape ``(pairs, 2, features)``;
            None where they were not counted.
        models: which models wrote the two responses; None where nothing says.
        group: what pairs share that belong together; None where nothing says.
        criterion: by which the answers were compared; None: as a whole.
    """

    keys: pa.Array
    ids: pa.Array
    better: NDArray[np.int8]
    subset: Categories[str]
    source: Categories[str]
    tags: Categories[tuple[str, ...]]
    words: Ints
    style: Ints | None
    models: Categories[tuple[str, str] | None]
    group: Categories[str | None]
    criterion: Categories[str | None]

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Labels:
        """From what :func:`label_fields` gives of each pair."""
        keys: list[str] = []
        ids: list[str] = []
        better, words, style = array("b"), array("q"), array("q")
        few: dict[str, dict[Any, int]] = {name: {} for name in _FEW}
        codes = {name: array("q") for name in _FEW}
        for row in rows:  # none of them is kept
            keys.append(row["key"])
            ids.append(row["id"])
            better.append(TIED if row["better"] == TIE else row["better"])
            words.extend(row.get("words") or (NO_WORDS, NO_WORDS))
            style.extend(chain.from_iterable(row.get("style") or ()))
            for name, places in few.items():
                value = tuple(row.get(name) or ()) if name == "tags" else row.get(name)
                codes[name].append(places.setdefault(value, len(places)))
        return cls(
            keys=strings(keys),
            ids=strings(ids),
            better=np.array(better, dtype=np.int8),
            words=np.array(words, dtype=np.int64).reshape(-1, 2),
            style=np.array(style, dtype=np.int64).reshape(len(keys), 2, -1) if style else None,
            **{name: Categories(tuple(few[name]), np.array(codes[name], dtype=np.int64)) for name in _FEW},
        )

    def take(self, rows: Ints | Mask) -> Labels:
        """The labels of some pairs, in the order of ``rows``."""
        places = to_arrow(np.flatnonzero(rows) if rows.dtype == bool else rows)
        return Labels(
            keys=self.keys.take(places),
            ids=self.ids.take(places),
            better=self.better[rows],
            words=self.words[rows],
            style=None if self.style is None else self.style[rows],
            **{name: getattr(self, name).take(rows) for name in _FEW},
        )

    @cached_property
    def has_words(self) -> bool:
        """Whether the lengths of all responses are known."""
        return bool((self.words != NO_WORDS).all())

    @property
    def subset_counts(self) -> dict[str, int]:
        """Pairs in each subset, in the order in which subsets are shown."""
        counts = self.subset.counts()
        return {name: counts[name] for name in count_subsets(counts)}

    def fingerprint(self) -> str:
        """As :func:`vlrb_task.pairs.pair.fingerprint`."""
        better = [TIE if one == TIED else one for one in self.better.tolist()]
        return fingerprint(zip(self.keys.to_pylist(), better, strict=True))

    @cached_property
    def tied(self) -> Mask:
        """Which labels are ties, shape ``(pairs,)``."""
        ties: Mask = self.better == TIED
        return ties

    def key(self, row: int) -> str:
        """The key of one pair."""
        return cast(str, self.keys[row].as_py())

    def id(self, row: int) -> str:
        """The id of one pair."""
        return cast(str, self.ids[row].as_py())

    def label(self, row: int) -> Label:
        """The label of one pair: its better response, or ``tie``."""
        return TIE if self.tied[row] else 1 if self.better[row] else 0


def label_fields(pair: Pair) -> dict[str, Any]:
    """What scoring has to know of a pair: the fields by which a log can be scored without the pairs."""
    names = ("key", "id", "subset", "source", "group", "criterion", "media")
    found = {name: value for name in names if (value := getattr(pair, name)) is not None}
    tags = {"tags": list(pair.tags)} if pair.tags else {}
    return found | {"better": pair.label, "words": list(pair.words)} | tags


@dataclass(frozen=True)
class LabelSet:
    """A checked set of pairs without its texts: what votes are labelled from.

    Attributes:
        labels: in row order.
        revision, fingerprint: as :class:`vlrb_task.pairs.pair.Benchmark`'s.
        origin: where the rows were read from.
        answers: the beginnings of each pair's responses' SHA-256 as votes have them, in the row's order and in the other;
            None where the texts were not available.
    """

    labels: Labels
    revision: str
    fingerprint: str
    origin: str = ""
    answers: tuple[pa.Array, pa.Array] | None = None

    @classmethod
    def of(cls, pairs: Iterable[Pair], origin: str = "", *, styles: bool = False) -> LabelSet:
        """From checked pairs, one at a time: a set of any size. ``styles`` counts the style of their responses."""
        hashes: list[str] = []

        def fields() -> Iterator[dict[str, Any]]:
            for pair in pairs:
                hashes.append(" ".join(answers_sha256(pair.responses)))
                style = [*map(style_of, pair.responses)] if styles else None
                yield {**label_fields(pair), "models": pair.models, "style": style}

        labels = Labels.of(fields())
        answers = strings(hashes), strings(" ".join(one.split()[::-1]) for one in hashes)
        return cls(labels, revision_name(labels.subset_counts), labels.fingerprint(), origin, answers)

    @cached_property
    def _ids(self) -> tuple[pa.Array, Ints, Ints]:
        """Distinct ids, a row of each, and how many rows have it."""
        coded = self.labels.ids.dictionary_encode()
        codes = to_numpy(coded.indices)
        rows = np.zeros(len(coded.dictionary), dtype=np.int64)
        rows[codes[::-1]] = np.arange(codes.size)[::-1]
        return coded.dictionary, rows, np.bincount(codes, minlength=rows.size)

    def rows_of_keys(self, keys: pa.Array | pa.ChunkedArray) -> Ints:
        """The row of each key; -1 where the set lacks it or the key is null."""
        return _places(keys, self.labels.keys)

    def rows_of_ids(self, ids: pa.Array | pa.ChunkedArray) -> tuple[Ints, Ints]:
        """The first row of each id, -1 where the set lacks it, and how many rows have it."""
        distinct, rows, counts = self._ids
        place = _places(ids, distinct)
        return np.where(place < 0, -1, rows[place]), np.where(place < 0, 0, counts[place])


def _places(values: pa.Array | pa.ChunkedArray, among: pa.Array) -> Ints:
    return to_numpy(pc.index_in(values, value_set=among, skip_nulls=True), -1).astype(np.int64)


def label_rank(label: Sequence[Any]) -> tuple[Any, ...]:
    """Of two labels of one pair the one that is kept, whichever comes first: the one that tells more.

    Args:
        label: ``better``, ``subset``, ``source``, the two words, the tags, the group and the criterion of one row.
    """
    better, subset, source, words, tags, *more = label
    told = tuple(one or "" for one in more)
    return better, subset, "" if source == UNKNOWN else source, () if words[0] == NO_WORDS else tuple(words), tags, told
