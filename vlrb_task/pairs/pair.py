"""Pairs: one row of the benchmark each, checked, keyed and filed under its source and subset.

Pure: nothing here reads a file. :mod:`vlrb_task.pairs.rows` reads rows and hands them to :func:`parse_rows`.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, Literal

from vlrb_task.support.errors import DataError, short

Answer = Literal[0, 1]
"""A response of a pair, by its index in ``response``."""

ANSWERS: tuple[Answer, Answer] = (0, 1)

SUBSETS = ("general", "hallucination", "reasoning")
"""The benchmark's own subsets, in the order in which papers print them."""

SOURCE_OF_PREFIX: Mapping[str, str] = {
    "hallucination": "POVID",
    "RLAIF": "RLAIF-V",
    "RLHF": "RLHF-V",
    "mathverse": "MathVerse",
    "mmmu": "MMMU-Pro",
    "wildvision": "WildVision",
}
SUBSET_OF_SOURCE: Mapping[str, str] = {
    "POVID": "hallucination",
    "RLAIF-V": "hallucination",
    "RLHF-V": "hallucination",
    "MathVerse": "reasoning",
    "MMMU-Pro": "reasoning",
    "WildVision": "general",
    "VLFeedback": "general",
}

UNDECIDABLE = "undecidable"
"""Subset of pairs of which no answer is better (best-of-N candidates both right, or both wrong): asked about, never scored."""

REVISION_OF_COUNTS: Mapping[tuple[int, ...], str] = {
    (183, 749, 318): "1250",
    (181, 749, 317): "1247",
}
"""The two revisions in use, by their rows in :data:`SUBSETS`' order (paper; and labels fixed, May 2025)."""

REQUIRED_COLUMNS = ("id", "query", "response", "human_ranking")

_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Pair:
    """One question about an image, two responses, and which of them is better.

    Attributes:
        key: 16 hex digits, see :func:`pair_key`. Unique within a revision.
        id: the row's own id. Not unique: 25 ids stand twice among the 1,250 rows.
        query: the question.
        responses: the two answers, in the row's order.
        better: index in ``responses`` of the answer that people ranked first.
        source: where the row comes from, such as ``POVID``.
        subset: ``general``, ``hallucination`` or ``reasoning``; a user's own pairs may have others.
        tags: error tags, where the revision has ``human_error_analysis``.
        caption: a text that says what the picture shows, where the rows have one: for judges that do not see it.
    """

    key: str
    id: str
    query: str
    responses: tuple[str, str]
    better: Answer
    source: str
    subset: str
    tags: tuple[str, ...] = ()
    caption: str | None = None

    @property
    def words(self) -> tuple[int, int]:
        """Words (runs of non-space) in each response: what a length bias is measured against."""
        return len(self.responses[0].split()), len(self.responses[1].split())


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A checked set of pairs, named and fingerprinted.

    Attributes:
        pairs: in row order.
        revision: ``1250`` or ``1247`` where the size and subset counts are a known revision's, else ``custom``.
        fingerprint: SHA-256 over the sorted ``key:better`` lines.
        origin: where the rows were read from, as a user would write it.
        notes: what :command:`vlrb doctor` should tell, none of it fatal.
    """

    pairs: tuple[Pair, ...]
    revision: str
    fingerprint: str
    origin: str = ""
    notes: tuple[str, ...] = ()
    by_key: Mapping[str, Pair] = field(default_factory=dict, repr=False, compare=False)

    @property
    def subset_counts(self) -> dict[str, int]:
        """Pairs in each subset: the benchmark's own three first, any other by name."""
        return count_subsets(pair.subset for pair in self.pairs)


def count_subsets(subsets: Iterable[str]) -> dict[str, int]:
    """Count subset names, in :func:`order_subsets`' order."""
    counts = Counter(subsets)
    return {name: counts[name] for name in order_subsets(counts)}


def order_subsets(names: Iterable[str]) -> list[str]:
    """The benchmark's own subsets in their usual order, then any other by name."""
    found = set(names)
    return [s for s in SUBSETS if s in found] + sorted(found.difference(SUBSETS))


def other(answer: Answer) -> Answer:
    """The other response of the pair."""
    return 0 if answer else 1


def pair_key(id: str, query: str, responses: Sequence[str]) -> str:
    """The pair's key: the same whichever response stands first in the row.

    The first 16 hex digits of SHA-256 over the UTF-8 of id, query and the two responses in sorted order,
    joined by U+001F. A lone surrogate, which UTF-8 cannot hold, is hashed as its ``surrogatepass`` bytes.
    """
    text = _SEPARATOR.join([id, query, *sorted(responses)])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def fingerprint(labels: Iterable[tuple[str, int]]) -> str:
    """SHA-256 over the sorted ``key:better`` lines, joined by newlines.

    Args:
        labels: ``(key, better)`` of every pair of the set, in any order.
    """
    lines = sorted(f"{key}:{better}" for key, better in labels)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def revision_name(subset_counts: Mapping[str, int]) -> str:
    """``1250`` or ``1247`` for the known revisions' counts, ``custom`` for any other set."""
    if set(subset_counts) - set(SUBSETS):
        return "custom"
    return REVISION_OF_COUNTS.get(tuple(subset_counts.get(s, 0) for s in SUBSETS), "custom")


def set_name(revisions: Iterable[str]) -> str:
    """What a result calls the pairs of its runs: the benchmark's name belongs to its own revisions only."""
    return "VL-RewardBench" if "custom" not in set(revisions) else "Pairs in VL-RewardBench's format"


def id_prefix(id: str) -> str:
    """The id up to its first ``-`` or ``_``."""
    return re.split("[-_]", id, maxsplit=1)[0]


def file_row(id: str, row: Mapping[str, Any]) -> tuple[str, str, bool]:
    """The source and subset of a row, and whether its id prefix was unknown.

    A row that names its own ``subset`` (a user's pairs) keeps it. Otherwise the id prefix decides; an unknown
    prefix is the benchmark's VLFeedback, but only where the other columns do not say otherwise: those rows
    have no ``ground_truth`` (reasoning rows do), and their ``query_source`` begins with the id's prefix.

    Raises:
        DataError: an unknown prefix in a row whose other columns contradict VLFeedback, or a subset that is none.
    """
    prefix = id_prefix(id)
    source = SOURCE_OF_PREFIX.get(prefix)
    if row.get("subset") is not None:
        subset = plain_text(row["subset"], "subset")
        if not subset.strip():
            raise DataError("an empty subset")
        return plain_text(row.get("source") or source or prefix, "source"), subset, False
    if source is not None:
        return source, SUBSET_OF_SOURCE[source], False
    if row.get("ground_truth"):
        raise DataError(f"id prefix {prefix!r} is unknown, and the row has a ground_truth as reasoning rows do")
    query_source = row.get("query_source")
    if query_source is not None and not str(query_source).startswith(prefix):
        raise DataError(f"id prefix {prefix!r} is unknown, and query_source {query_source!r} is not VLFeedback's")
    return "VLFeedback", SUBSET_OF_SOURCE["VLFeedback"], True


def parse_row(row: Mapping[str, Any]) -> tuple[Pair, bool]:
    """Check one row and make its pair; also tell whether its id prefix was unknown.

    Args:
        row: the dataset's columns. ``id``, ``query``, ``response`` (two strings) and ``human_ranking``
            (the rank of each response, so ``[0, 1]`` says that the first is better) are needed.

    Raises:
        DataError: what is wrong with the row, in one line that does not name the row.
    """
    missing = [c for c in REQUIRED_COLUMNS if row.get(c) is None]
    if missing:
        raise DataError(f"no {', '.join(missing)}")
    id, query = plain_text(row["id"], "id"), plain_text(row["query"], "query")
    responses = [plain_text(one, "response") for one in _several(row["response"], "response")]
    if len(responses) != 2:
        raise DataError(f"{len(responses)} response{'s' if len(responses) != 1 else ''} where two are needed")
    if responses[0] == responses[1]:
        raise DataError("the two responses are equal")
    better = first_ranked(row["human_ranking"], "human_ranking")
    source, subset, unknown = file_row(id, row)
    pair = Pair(
        key=pair_key(id, query, responses),
        id=id,
        query=query,
        responses=(responses[0], responses[1]),
        better=better,
        source=source,
        subset=subset,
        tags=tags(row),
        caption=plain_text(row["caption"], "caption") if row.get("caption") else None,
    )
    return pair, unknown


def plain_text(value: object, name: str) -> str:
    """A text, or a number as its digits.

    Raises:
        DataError: anything else: a null, a truth value, a list or an object would be asked about as Python writes it.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, Real) or value != value:  # NaN stands for an empty cell
        raise DataError(f"{name} {short(value)} is no text")
    return str(value)


def _several(value: Any, name: str) -> Sequence[Any]:
    if hasattr(value, "tolist"):  # numpy's
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return value
    raise DataError(f"{name} {short(value)} is no list")


def first_ranked(value: object, name: str) -> Answer:
    """Which of two responses has rank 0.

    Args:
        value: the rank of each, ``[0, 1]`` or ``[1, 0]``, in any number type.
        name: where it stands, for messages.

    Raises:
        DataError: anything else. Truth values are none: ``[true, false]`` means that the first is the better one, and would
            be read as that it is the worse.
    """
    ranks = [_rank(one) for one in _several(value, name)]
    if ranks == [0, 1]:
        return 0
    if ranks == [1, 0]:
        return 1
    raise DataError(f"{name} {short(value)} is not a permutation of 0 and 1")


def _rank(value: object) -> int | None:
    """An integral rank, whatever number type the file held it in (numpy's and ``1.0`` included), else None."""
    if isinstance(value, bool) or (not hasattr(value, "__index__") and not isinstance(value, float)):
        return None
    if isinstance(value, float) and not value.is_integer():  # nor is it where it is no number, or infinite
        return None
    return int(value)


def tags(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The error tags of a row: those of ``human_error_analysis``, which an older revision has."""
    value = row.get("human_error_analysis")
    if value is None or isinstance(value, str):
        return (value,) if value else ()
    return tuple(str(tag) for tag in value) if isinstance(value, Iterable) else ()


def parse_rows(rows: Iterable[Mapping[str, Any]], origin: str = "") -> Benchmark:
    """Check every row and name the set.

    Raises:
        DataError: no rows, or one line for each row that cannot be used, the row named.
    """
    unknown: Counter[str] = Counter()
    pairs = tuple(check_rows(rows, origin, unknown))
    counts = count_subsets(p.subset for p in pairs)
    return Benchmark(
        pairs=pairs,
        revision=revision_name(counts),
        fingerprint=fingerprint((p.key, p.better) for p in pairs),
        origin=origin,
        notes=tuple(_notes(pairs, unknown)),
        by_key={p.key: p for p in pairs},
    )


def check_rows(
    rows: Iterable[Mapping[str, Any]], origin: str = "", unknown: Counter[str] | None = None
) -> Iterator[Pair]:
    """Yield the pair of each row, one at a time: a set of any size.

    Args:
        rows: as :func:`parse_row`'s.
        origin: where they were read from, for messages.
        unknown: is given the id prefixes that are not known, counted.

    Raises:
        DataError: after the last row: no rows, or one line for each row that cannot be used.
    """
    problems: list[str] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows):
        try:
            pair, is_unknown = parse_row(row)
        except DataError as error:
            problems.append(f"row {number} (id {row.get('id')!r}): {error}")
            continue
        if pair.key in seen:
            problems.append(f"row {number} (id {pair.id!r}): the same pair as row {seen[pair.key]}")
            continue
        seen[pair.key] = number
        if is_unknown and unknown is not None:
            unknown[id_prefix(pair.id)] += 1
        yield pair
    if problems:
        raise DataError(f"{origin or 'the pairs'}: {len(problems)} unusable row{'s' * (len(problems) > 1)}", problems)
    if not seen:
        raise DataError(f"{origin or 'the pairs'}: no rows")


def _notes(pairs: Sequence[Pair], unknown: Counter[str]) -> Iterable[str]:
    if unknown:
        listed = ", ".join(f"{name} {count}" for name, count in sorted(unknown.items()))
        yield f"{unknown.total()} rows with an unknown id prefix, filed as VLFeedback: {listed}"
    twice = sum(count > 1 for count in Counter(p.id for p in pairs).values())
    if twice:
        yield f"{twice} ids stand more than once: keys, not ids, tell pairs apart"
    first_better = sum(p.better == 0 for p in pairs)
    share = first_better / len(pairs)
    if len(pairs) >= 20 and not 0.4 <= share <= 0.6:
        yield (
            f"the first response is the better one in {first_better} of {len(pairs)} rows: "
            f"a judge that is shown them unshuffled and always says first scores {share:.1%}"
        )
