"""Pairs: one row of the benchmark each, checked, keyed and filed under its source and subset. :func:`parse_rows` makes them of
the rows that :mod:`vlrb_task.pairs.rows` reads.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vlrb_task.pairs.benchmarks import default
from vlrb_task.pairs.filing import Rule
from vlrb_task.pairs.keys import SUBSETS as SUBSETS
from vlrb_task.pairs.keys import UNDECIDABLE as UNDECIDABLE
from vlrb_task.pairs.keys import count_subsets as count_subsets
from vlrb_task.pairs.keys import fingerprint as fingerprint
from vlrb_task.pairs.keys import order_subsets as order_subsets
from vlrb_task.pairs.keys import pair_key as pair_key
from vlrb_task.pairs.keys import revision_name as revision_name
from vlrb_task.pairs.keys import set_name as set_name
from vlrb_task.pairs.mapping import ROW_NUMBER, TIE, Label
from vlrb_task.pairs.values import Answer as Answer
from vlrb_task.pairs.values import cells, first_ranked, is_empty, listed, plain_text, two_names
from vlrb_task.support.errors import DataError, short

ANSWERS: tuple[Answer, Answer] = (0, 1)


@dataclass(frozen=True, slots=True)
class Pair:
    """One question about an image, two responses, and which of them is better.

    Attributes:
        key: 16 hex digits, see :func:`pair_key`. Unique within a revision.
        id: the row's own id. Not unique: 25 ids stand twice among the 1,250 rows.
        query: the question.
        responses: the two answers, in the row's order.
        label: index in ``responses`` of the answer that people ranked first; ``tie`` where they found neither better.
        source: where the row comes from, such as ``POVID``.
        subset: ``general``, ``hallucination`` or ``reasoning``; a user's own pairs may have others.
        tags: error tags, where the revision has ``human_error_analysis``, or what a mapping names.
        caption: a text that says what the picture shows, where the rows have one: for judges that do not see it.
        group: what pairs share that belong together (one prompt, picture or problem); None where nothing says.
        criterion: the one thing by which the answers were compared; None: as a whole.
        steps: what a first step said of each vote's ballot; one text stands for every vote.
        media: ``image``, ``video``, ``audio`` or ``text``; None where the rows do not say.
        models: which models wrote the two responses, in their order; None where the rows do not say.
    """

    key: str
    id: str
    query: str
    responses: tuple[str, str]
    label: Label
    source: str
    subset: str
    tags: tuple[str, ...] = ()
    caption: str | None = None
    group: str | None = None
    criterion: str | None = None
    media: str | None = None
    models: tuple[str, str] | None = None
    steps: tuple[str, ...] = ()

    @property
    def tied(self) -> bool:
        """Whether people found neither response better."""
        return self.label == TIE

    @property
    def better(self) -> Answer:
        """Index in ``responses`` of the better answer.

        Raises:
            DataError: the label is a tie.
        """
        if self.label == TIE:
            raise DataError(f"pair {self.key} (id {self.id!r}): its label is a tie, so no answer is the better one")
        return self.label

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
        name: of the mapping, or of the packaged benchmark, that the rows were read by; empty where there was none.
    """

    pairs: tuple[Pair, ...]
    revision: str
    fingerprint: str
    origin: str = ""
    notes: tuple[str, ...] = ()
    by_key: Mapping[str, Pair] = field(default_factory=dict, repr=False, compare=False)
    name: str = ""

    @property
    def subset_counts(self) -> dict[str, int]:
        """Pairs in each subset: the benchmark's own three first, any other by name."""
        return count_subsets(pair.subset for pair in self.pairs)


def other(answer: Answer) -> Answer:
    """The other response of the pair."""
    return 0 if answer else 1


def id_prefix(id: str) -> str:
    """The id up to its first ``-`` or ``_``."""
    return re.split("[-_]", id, maxsplit=1)[0]


def _source_rule() -> Rule:
    """VL-RewardBench's rule for the source of a row."""
    if (rule := default().source) is None:
        raise DataError(f"{default().path}: no rule for `source`")
    return rule


def file_row(id: str, row: Mapping[str, Any]) -> tuple[str, str, bool]:
    """The source and subset of a row in VL-RewardBench's columns, and whether its id prefix was unknown.

    A row that names its own ``subset`` (a user's pairs) keeps it. Otherwise the id prefix decides; an unknown
    prefix has the benchmark's default source, but only where the other columns do not say otherwise: those rows
    have no ``ground_truth`` (reasoning rows do), and their ``query_source`` begins with the id's prefix.

    Raises:
        DataError: an unknown prefix in a row whose other columns contradict the default, or a subset that is none.
    """
    prefix = id_prefix(id)
    source, unknown = _source_rule().find({"id": id}, {})
    if row.get("subset") is not None:
        subset = plain_text(row["subset"], "subset")
        if not subset.strip():
            raise DataError("an empty subset")
        if unknown:  # an id without a separator is a name and no source
            source = prefix if prefix != id else "unknown"
        return plain_text(row.get("source") or source, "source"), subset, False
    if unknown:
        if row.get("ground_truth"):
            raise DataError(f"id prefix {prefix!r} is unknown, and the row has a ground_truth as reasoning rows do")
        query_source = row.get("query_source")
        if query_source is not None and not str(query_source).startswith(prefix):
            raise DataError(f"id prefix {prefix!r} is unknown, and query_source {query_source!r} is not {source}'s")
    return source, default().subset.find({"id": id}, {"source": source})[0], unknown


def parse_row(row: Mapping[str, Any]) -> tuple[Pair, bool]:
    """Check one row and make its pair; also tell whether its id prefix was unknown.

    Args:
        row: the dataset's columns. ``id``, ``query``, ``response`` (two strings) and ``human_ranking``
            (the rank of each response, so ``[0, 1]`` says that the first is better) are needed. A label that is a tie is
            ``[0, 0]`` with a true ``tied``.

    Raises:
        DataError: what is wrong with the row, in one line that does not name the row.
    """
    missing = [c for c in ("id", "query", "response", "human_ranking") if row.get(c) is None]
    if missing:
        raise DataError(f"no {', '.join(missing)}")
    id, query = plain_text(row["id"], "id"), plain_text(row["query"], "query")
    responses = [plain_text(one, "response") for one in listed(row["response"], "response")]
    if len(responses) != 2:
        raise DataError(f"{len(responses)} response{'s' if len(responses) != 1 else ''} where two are needed")
    counts = listed(row.get("placed") or [0, 0, 0], "placed")
    if len(counts) != 3 or any(type(count) is not int or count < 0 for count in counts):
        raise DataError(f"placed {short(counts)} is not three numbers of pictures")
    if responses[0] == responses[1] and not any(row.get("answer_images") or counts[1:]):
        raise DataError("the two responses are equal")
    ranking = row["human_ranking"]
    tied = row.get("tied") is True and list(listed(ranking, "human_ranking")) == [0, 0]
    source, subset, unknown = file_row(id, row)
    criterion = _given(row, "criterion")
    pair = Pair(
        key=pair_key(id, query, responses, criterion),
        id=id,
        query=query,
        responses=(responses[0], responses[1]),
        label=TIE if tied else first_ranked(ranking, "human_ranking"),
        source=source,
        subset=subset,
        tags=tags(row),
        caption=_given(row, "caption"),
        group=_given(row, "group"),
        criterion=criterion,
        media=_given(row, "media"),
        models=two_names(row.get("models")),
        steps=tuple(plain_text(one, "steps") for one in cells(row.get("steps"))),
    )
    return pair, unknown


def _given(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    return None if is_empty(value) else plain_text(value, name)


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
    names: set[str] = set()

    def noted() -> Iterator[Mapping[str, Any]]:
        for row in rows:
            names.add(str(row.get("benchmark") or ""))
            yield row

    pairs = tuple(check_rows(noted(), origin, unknown))
    counts = count_subsets(p.subset for p in pairs)
    return Benchmark(
        pairs=pairs,
        revision=revision_name(counts),
        fingerprint=fingerprint((p.key, p.label) for p in pairs),
        origin=origin,
        notes=tuple(_notes(pairs, unknown)),
        by_key={p.key: p for p in pairs},
        name=names.pop() if len(names) == 1 else "",
    )


def check_rows(
    rows: Iterable[Mapping[str, Any]], origin: str = "", unknown: Counter[str] | None = None
) -> Iterator[Pair]:
    """Yield the pair of each row, one at a time: a set of any size.

    Args:
        rows: as :func:`parse_row`'s. Where reading them ends with a :class:`DataError` that names rows, those are told with
            the rows that are found here.
        origin: where they were read from, for messages.
        unknown: is given the id prefixes that are not known, counted.

    Raises:
        DataError: after the last row: no rows, or one line for each row that cannot be used.
    """
    problems: list[str] = []
    seen: dict[str, int] = {}
    try:
        for place, row in enumerate(rows):
            number = int(row.get(ROW_NUMBER, place))
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
    except DataError as error:  # what the reader of the rows tells at its end
        if not error.problems:
            raise
        problems += error.problems
    if problems:
        problems.sort(key=lambda problem: int(found[1]) if (found := re.match(r"row (\d+)", problem)) else -1)
        raise DataError(f"{origin or 'the pairs'}: {len(problems)} unusable row{'s' * (len(problems) > 1)}", problems)
    if not seen:
        raise DataError(f"{origin or 'the pairs'}: no rows")


def _notes(pairs: Sequence[Pair], unknown: Counter[str]) -> Iterator[str]:
    if unknown:
        listed = ", ".join(f"{name} {count}" for name, count in sorted(unknown.items()))
        yield f"{unknown.total()} rows with an unknown id prefix, filed as {_source_rule().default}: {listed}"
    twice = sum(count > 1 for count in Counter(p.id for p in pairs).values())
    if twice:
        yield f"{twice} ids occur more than once: pairs are identified by keys, not ids"
    labels = Counter(p.label for p in pairs)
    if ties := labels.pop(TIE, 0):
        yield f"the label of {ties} of {len(pairs)} pairs is a tie"
    if labels.total() >= 20 and not 0.4 <= labels[0] / labels.total() <= 0.6:
        yield (
            f"the first response is the better one in {labels[0]} of {labels.total()} rows: a judge that is shown them "
            f"unshuffled and always says first scores {labels[0] / labels.total():.1%}"
        )
