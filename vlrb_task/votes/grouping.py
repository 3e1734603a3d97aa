"""Which votes are of one run: shards of several machines, an interrupted run and its rest, five votes and five more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from vlrb_task.judges.base import PromptRecord
from vlrb_task.pairs.labels import Ints
from vlrb_task.support.arrow import to_arrow, to_numpy
from vlrb_task.votes.header import Header, Identity, parse_header
from vlrb_task.votes.schema import FAILED, pair_names

JOIN = " + "
"""Between the logs of a merged run's source."""

Metadata = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Part:
    """The votes of one identity and one task in one log.

    Attributes:
        log: the file.
        headers: what its votes say of their run.
        rows: its votes.
        identity: what they share.
        task: that they were asked by, if it is known.
        settings: of generation, if they are known; a merged identity has none.
    """

    log: str
    headers: tuple[Header, ...]
    rows: Ints
    identity: Identity
    task: str | None
    settings: str | None

    @property
    def order(self) -> str | None:
        """The order of its schedule, if it is known."""
        return next((str(header.schedule["order"]) for header in self.headers if header.schedule.get("order")), None)

    @property
    def continues(self) -> bool:
        """Whether it was asked to complete other runs."""
        return any(header.continues for header in self.headers)

    @property
    def again(self) -> bool:
        """Whether it was asked anew, to replace other votes."""
        return any(header.again for header in self.headers)


@dataclass(frozen=True)
class Group:
    """The parts of one run, in the order of the logs, and what must be said of their belonging together."""

    parts: tuple[Part, ...]
    warnings: tuple[str, ...] = ()

    @property
    def headers(self) -> list[Header]:
        """What its votes say of their run."""
        return [header for part in self.parts for header in part.headers]

    @property
    def logs(self) -> list[str]:
        """The files, each once."""
        return list(dict.fromkeys(part.log for part in self.parts))

    @property
    def prompt(self) -> PromptRecord:
        """The prompt: of votes that do not tell its hash, that of those that do."""
        sha256 = next((part.identity.prompt_sha256 for part in self.parts if part.identity.prompt_sha256), None)
        told = next((h.prompt for h in self.headers if h.prompt.sha256 == sha256), self.headers[0].prompt)
        return PromptRecord(told.name, told.source, sha256)

    def metadata(self, of_logs: Metadata) -> dict[str, Any]:
        """What results repeat of the run; what its logs tell differently is left out."""
        logged = [of_logs.get(log, {}) for log in self.logs]
        found = {name: value for one in logged for name, value in one.items()}
        found = {n: value for n, value in found.items() if all(one.get(n, value) == value for one in logged)}
        if len(self.logs) > 1:
            found["logs"] = len(self.logs)
        # A model without a name of its own bears its wrapper's class; what the log's folder calls it tells more.
        own = [h.model for h in self.headers if h.model != h.more.get("wrapper")]
        named = [*own, found.get("model"), *(h.model for h in self.headers)]
        model = next((name for name in named if name), None)
        if tasks := dict.fromkeys(part.task for part in self.parts if part.task):
            found["task"] = JOIN.join(tasks)
        more = {name: value for header in reversed(self.headers) for name, value in header.more.items()}
        return more | found | ({"model": model} if model else {}) | _schedule(self.headers)


def _schedule(headers: Iterable[Header]) -> dict[str, Any]:
    """The schedule that the votes are part of: of several, the one with the most votes.

    ``stop`` names the policies under which decided pairs were not asked further, if any were.
    """
    found = [header.schedule for header in headers if header.schedule.get("votes")]
    if not found:
        return {}
    whole = max(found, key=lambda schedule: (int(schedule["votes"]), str(schedule.get("order"))))
    stops = sorted({str(s["stop"]) for s in found if s.get("stop") not in (None, "none")})
    known = {name: whole[name] for name in ("order", "votes") if name in whole}
    return {"schedule": known | ({"stop": ", ".join(stops)} if stops else {})}


def group_parts(
    table: pa.Table, metadata: Metadata, *, merge: bool = False, across_sets: bool = False
) -> tuple[list[Group], Ints]:
    """Find out which votes are of one run.

    Votes are of one run if they say so: they share judge, prompt, pairs, model and settings, and come from one task, or
    from tasks that were written to complete it (``vlrb task --votes-from``); and no ballot is answered in two logs.
    Logs that do not name their model are left apart, unless one that completes others leaves no doubt whose they are.

    Args:
        table: columns :data:`~vlrb_task.votes.schema.READ`.
        metadata: what each log tells of its votes beside them.
        merge: put together whatever shares its identity, whatever its task. What a log does not tell is no difference,
            Votes of tasks, orders or settings that are known to differ stay apart all the same, with a warning that names
            the difference, unless some were asked to complete the others.
        across_sets: votes about several sets of pairs can be of one run, as the rounds of best of N are.

    Returns:
        The groups, in the order of their first votes, and the number of each row's group.
    """
    parts = _parts(table, metadata)
    if across_sets:
        parts = [replace(part, identity=replace(part.identity, fingerprint=None)) for part in parts]
    if merge:
        parts = [replace(part, identity=replace(part.identity, generation=None)) for part in parts]
    parts = [_adopting(part, parts) for part in parts]
    known = [part.identity for part in parts if merge or part.continues]
    parts = [replace(part, identity=part.identity.completed(known)) for part in parts]
    groups = sorted(_groups(parts, table, merge, across_sets), key=lambda group: group.parts[0].rows[0])
    of_row = np.zeros(table.num_rows, dtype=np.int64)
    for number, group in enumerate(groups):
        for part in group.parts:
            of_row[part.rows] = number
    return groups, of_row


def _parts(table: pa.Table, metadata: Metadata) -> list[Part]:
    """The parts of a table, in the order of their first votes."""
    logs, headers = (table[name].combine_chunks() for name in ("log", "header"))
    code = to_numpy(logs.indices).astype(np.int64) * len(headers.dictionary) + to_numpy(headers.indices)
    order = np.argsort(code, kind="stable")
    found: dict[tuple[str, Identity, str | None], list[tuple[Header, Ints]]] = {}
    for rows in sorted(np.split(order, np.flatnonzero(np.diff(code[order])) + 1), key=lambda rows: rows[0]):
        log, header = logs[rows[0]].as_py(), parse_header(headers[rows[0]].as_py())
        told = metadata.get(log, {})
        found.setdefault((log, Identity.of(header, told), header.task or told.get("task")), []).append((header, rows))
    return [
        Part(
            log=log,
            headers=tuple(header for header, _ in own),
            rows=np.sort(np.concatenate([rows for _, rows in own])),
            identity=identity,
            task=task,
            settings=identity.generation,
        )
        for (log, identity, task), own in found.items()
    ]


def _adopting(part: Part, parts: Sequence[Part]) -> Part:
    """A part that was asked anew, possibly with other settings (more tokens): it is of the run whose votes it replaces."""
    if not part.again:
        return part
    plain = replace(part.identity, generation=None)
    others = {other.identity for other in parts if not other.again}
    fitting = {other for other in others if replace(other, generation=None) == plain}
    return replace(part, identity=fitting.pop()) if len(fitting) == 1 else part


_DIFFERENCES: tuple[tuple[str, Callable[[Part], str | None]], ...] = (
    ("tasks", lambda part: part.task),
    ("orders", lambda part: part.order),
    ("settings", lambda part: part.settings),
)


def _merged(parts: Sequence[Part]) -> list[Group]:
    """One group of parts that a user says belong together, or one for each task, order and settings that are known."""
    apart: list[tuple[Part, ...]] = [tuple(parts)]
    named = []
    for what, tell in _DIFFERENCES:
        known = sorted({value for part in parts if (value := tell(part)) is not None})
        if len(known) > 1:
            named.append(f"{what} {' and '.join(known)}")
            apart = [tuple(own) for group in apart for own in _by(group, tell)]
    told = f"kept apart from votes of the same judge, model and pairs: they differ in {', '.join(named)}"
    return [Group(own, (told,) if named else ()) for own in apart]


def _groups(parts: Sequence[Part], table: pa.Table, merge: bool, across_sets: bool) -> Iterator[Group]:
    for group in _by(parts, lambda part: part.identity):
        continued = any(part.continues for part in group)
        if len(group) == 1 or (merge and (continued or across_sets)):
            yield Group(tuple(group))
        elif merge:
            yield from _merged(group)
        elif group[0].identity.model is None:
            yield from (Group(tuple(own)) for own in _by(group, lambda part: (part.log, part.task)))
        else:
            for own in [group] if continued else _by(group, lambda part: (part.task, part.order)):
                yield from _together(own, table)


def _together(parts: Sequence[Part], table: pa.Table) -> list[Group]:
    """One group, or one for each part where a ballot is answered in more than one of them."""
    shared = _shared(parts, table)
    if not shared:
        return [Group(tuple(parts))]
    told = (
        f"{shared} ballots stand in more than one log of this judge, model and set of pairs: "
        "if the logs are of one run, --merge counts each once"
    )
    return [Group((part,), (told,)) for part in parts]


def _shared(parts: Sequence[Part], table: pa.Table) -> int:
    """How many ballots are answered in more than one of some parts: a failed request may be asked again."""
    first = [part.rows for part in parts if not part.again]  # what was asked anew stands in two logs because it was to
    if len(first) < 2:
        return 0
    own = table.select(["key", "id", "vote", "answer", "reason"]).take(to_arrow(np.concatenate(first)))
    part = to_arrow(np.repeat(np.arange(len(first)), [rows.size for rows in first]))
    pair = pair_names(own).dictionary_encode().indices
    slots = pa.table({"pair": pair, "vote": own["vote"], "answer": own["answer"], "part": part})
    slots = slots.filter(to_arrow(to_numpy(own["reason"]) != FAILED))
    counts = slots.group_by(["pair", "vote", "answer"]).aggregate([("part", "count_distinct")])
    return int((to_numpy(counts["part_count_distinct"]) > 1).sum())


def _by(parts: Sequence[Part], key: Callable[[Part], object]) -> list[list[Part]]:
    found: dict[object, list[Part]] = {}
    for part in parts:
        found.setdefault(key(part), []).append(part)
    return list(found.values())
