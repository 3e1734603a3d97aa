"""Which votes are of one run: shards of several machines, an interrupted run and its rest, five votes and five more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from vlrb_task.judges.base import PromptRecord
from vlrb_task.pairs.labels import Ints, Mask
from vlrb_task.pairs.perturbing import Pictures
from vlrb_task.support.arrow import to_numpy
from vlrb_task.votes import warnings
from vlrb_task.votes.header import Header, Identity, parse_header
from vlrb_task.votes.schema import FAILED, NONE, pair_names

JOIN = " + "
"""Between the logs of a merged run's source."""

Metadata = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Part:
    """The votes of one identity and one task in one log.

    Attributes:
        place: of its first vote.
        log: the file.
        headers: what its votes say of their run.
        rows: its votes.
        identity: what they share.
        task: that they were asked by, if it is known.
        settings: of generation, if they are known; a merged identity has none.
    """

    place: int
    log: str
    headers: tuple[Header, ...]
    rows: Ints
    identity: Identity
    task: str | None
    settings: str | None = None

    @property
    def order(self) -> str | None:
        """The order of its schedule, if it is known."""
        return next((str(header.schedule["order"]) for header in self.headers if header.schedule.get("order")), None)

    @property
    def continues(self) -> bool:
        """Whether it was asked to complete other runs."""
        return any(header.continues for header in self.headers)


@dataclass(frozen=True)
class Group:
    """The parts of one run.

    Attributes:
        parts: in the order of the logs.
        warnings: what must be said of their belonging together.
        unnamed: votes that name no judge.
    """

    parts: tuple[Part, ...]
    warnings: tuple[str, ...] = ()
    unnamed: int = 0

    @property
    def headers(self) -> list[Header]:
        """What its votes say of their run."""
        return [header for part in self.parts for header in part.headers]

    @property
    def logs(self) -> list[str]:
        """The files, each once."""
        return list(dict.fromkeys(part.log for part in self.parts))

    @property
    def source(self) -> str:
        """The files in one text."""
        return JOIN.join(self.logs)

    @property
    def prompt(self) -> PromptRecord:
        """The prompt: of votes that do not tell its hash, that of those that do."""
        sha256 = next((part.identity.prompt_sha256 for part in self.parts if part.identity.prompt_sha256), None)
        told = next((h.prompt for h in self.headers if h.prompt.sha256 == sha256), self.headers[0].prompt)
        return PromptRecord(told.name, told.source, sha256)

    def metadata(self, of_logs: Metadata) -> dict[str, Any]:
        """What results repeat of the run; what its logs tell differently is left out."""
        found: dict[str, Any] = {}
        logged = [of_logs.get(log, {}) for log in self.logs]
        for name in {name: None for one in logged for name in one}:
            values = [one[name] for one in logged if name in one]
            if all(value == values[0] for value in values):
                found[name] = values[0]
        if len(self.logs) > 1:
            found["logs"] = len(self.logs)
        named = [h.model for h in self.headers if h.model]
        # A model without a name of its own bears its wrapper's class; what the log's folder calls it tells more.
        own = [h.model for h in self.headers if h.model and h.model != h.more.get("wrapper")]
        model = next(iter(own), None) or found.get("model") or next(iter(named), None)
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
        parts = [replace(part, identity=part.identity.without_settings()) for part in parts]
    parts = [_adopting(part, parts) for part in parts]
    known = [part.identity for part in parts if merge or part.continues]
    parts = [replace(part, identity=part.identity.completed(known)) for part in parts]
    slots = _Slots(table)
    groups = sorted(_groups(parts, slots, merge, across_sets), key=lambda group: group.parts[0].place)
    of_row = np.zeros(table.num_rows, dtype=np.int64)
    named = _named(table)
    counted = []
    for number, group in enumerate(groups):
        for part in group.parts:
            of_row[part.rows] = number
        rows = np.concatenate([part.rows for part in group.parts])
        counted.append(replace(group, warnings=_of_run(group), unnamed=int((~named[rows]).sum())))
    return counted, of_row


def _of_run(group: Group) -> tuple[str, ...]:
    """A group's warnings, and what its votes say of how they were asked."""
    more = [header.more for header in group.headers]
    return (
        *group.warnings,
        *([warnings.OTHER_PROMPT] if any(one.get("prompt_is_ours") is False for one in more) else []),
        *([warnings.NO_IMAGES] if any(part.identity.pictures == Pictures.NONE for part in group.parts) else []),
    )


def _parts(table: pa.Table, metadata: Metadata) -> list[Part]:
    logs, headers = table["log"].combine_chunks(), table["header"].combine_chunks()
    code = to_numpy(logs.indices).astype(np.int64) * len(headers.dictionary) + to_numpy(headers.indices)
    used, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    found: dict[tuple[str, Identity, str | None], list[tuple[int, int, Header]]] = {}
    for number in np.argsort(first):
        log = logs.dictionary[int(used[number]) // len(headers.dictionary)].as_py()
        header = parse_header(headers.dictionary[int(used[number]) % len(headers.dictionary)].as_py())
        told = metadata.get(log, {})
        key = (log, Identity.of(header, told), header.task or told.get("task"))
        found.setdefault(key, []).append((int(number), int(first[number]), header))
    rows = np.split(np.argsort(inverse, kind="stable"), np.cumsum(np.bincount(inverse))[:-1])
    return [
        Part(
            place=min(place for _, place, _ in own),
            log=log,
            headers=tuple(header for *_, header in own),
            rows=np.sort(np.concatenate([rows[number] for number, *_ in own])),
            identity=identity,
            task=task,
            settings=identity.generation,
        )
        for (log, identity, task), own in found.items()
    ]


def _named(table: pa.Table) -> Mask:
    headers = table["header"].combine_chunks()
    named = np.array([parse_header(text).named for text in headers.dictionary.to_pylist()])
    found: Mask = named[to_numpy(headers.indices)]
    return found


def _adopting(part: Part, parts: Sequence[Part]) -> Part:
    """A part that was asked anew, possibly with other settings (more tokens): it is of the run whose votes it replaces."""
    if not any(header.again for header in part.headers):
        return part
    plain = part.identity.without_settings()
    others = {other.identity for other in parts if not any(header.again for header in other.headers)}
    fitting = {other for other in others if other.without_settings() == plain}
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


def _groups(parts: Sequence[Part], slots: _Slots, merge: bool, across_sets: bool) -> list[Group]:
    groups: list[Group] = []
    for group in _by(parts, lambda part: part.identity):
        continued = any(part.continues for part in group)
        if len(group) == 1 or (merge and (continued or across_sets)):
            groups.append(Group(tuple(group)))
        elif merge:
            groups += _merged(group)
        elif group[0].identity.model is None:
            for own in _by(group, lambda part: (part.log, part.task)):
                groups.append(Group(tuple(own)))
        elif continued:
            groups += _together(group, slots)
        else:
            for same_task in _by(group, lambda part: (part.task, part.order)):
                groups += _together(same_task, slots)
    return groups


def _together(parts: Sequence[Part], slots: _Slots) -> list[Group]:
    """One group, or one for each part where a ballot is answered in more than one of them."""
    shared = slots.shared(parts)
    if not shared:
        return [Group(tuple(parts))]
    told = (
        f"{shared} ballots stand in more than one log of this judge, model and set of pairs: "
        "if the logs are of one run, --merge counts each once"
    )
    return [Group((part,), (told,)) for part in parts]


def _by(parts: Sequence[Part], key: Callable[[Part], object]) -> list[list[Part]]:
    found: dict[object, list[Part]] = {}
    for part in parts:
        found.setdefault(key(part), []).append(part)
    return list(found.values())


class _Slots:
    """The ballots of a table, numbered where they are first asked for: most logs never need it."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table
        self._numbers: Ints | None = None

    def shared(self, parts: Sequence[Part]) -> int:
        """How many ballots are answered in more than one of some parts: a failed request may be asked again."""
        if len(parts) < 2:
            return 0
        # What was asked anew stands in two logs because it was to.
        first = [part for part in parts if not any(header.again for header in part.headers)]
        numbers = [np.unique(own[own != NONE]) for part in first if (own := self._of(part.rows)).size]
        found = np.concatenate(numbers) if numbers else np.array([], dtype=np.int64)
        return int((np.unique(found, return_counts=True)[1] > 1).sum()) if found.size else 0

    def _of(self, rows: Ints) -> Ints:
        if self._numbers is None:
            table = self._table
            pair = to_numpy(pair_names(table).dictionary_encode().indices).astype(np.int64)
            vote, answer = (to_numpy(table[name].combine_chunks()).astype(np.int64) for name in ("vote", "answer"))
            _, votes = np.unique(vote, return_inverse=True)
            number = (pair * (votes.max() + 1) + votes) * 3 + answer + 1
            self._numbers = np.where(to_numpy(table["reason"]) == FAILED, NONE, number)
        return self._numbers[rows]


def described(parts: Iterable[Part]) -> str:
    """Who was asked what, in words: for errors about logs that do not belong together."""
    counts: dict[str, None] = {}
    for part in parts:
        counts[f"judge {part.identity.judge} asked of {part.identity.model or 'an unnamed model'}"] = None
    return "; ".join(counts)
