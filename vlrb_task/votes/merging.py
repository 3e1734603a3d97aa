"""Logs of one run into one: shards of several machines, an interrupted run and its rest, five votes and five more."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

from vlrb_task.pairs.pair import Answer
from vlrb_task.votes.assemble import Log, judge_of, prompt_of, request_failed
from vlrb_task.votes.records import Record

JOIN = " + "
"""Between the files of a merged log's source."""

_Ballot = tuple[str | None, int, Answer | None]


@dataclass(frozen=True, slots=True)
class Identity:
    """What votes must share to belong together: who was asked, what, about which pairs, and how.

    Attributes:
        generation: the settings of generation as JSON, where the log tells them.
    """

    judge: str
    prompt_sha256: str | None
    fingerprint: str | None
    model: str | None
    generation: str | None


@dataclass(frozen=True, slots=True)
class _Part:
    """The records of one identity in one log."""

    place: int
    identity: Identity
    tasks: frozenset[str]
    log: Log

    @property
    def continues(self) -> bool:
        """Whether it was asked to complete other runs: its task was written from their logs."""
        schedules = (record.extra.get("schedule") for record in self.log.records)
        return any(isinstance(schedule, dict) and schedule.get("continues") for schedule in schedules)

    def ballots(self) -> list[_Ballot]:
        """Those that were answered: a request that failed may be asked again."""
        return [(r.key or f"id:{r.id}", r.vote, r.answer) for r in self.log.records if not request_failed(r)]


def merge_logs(logs: Sequence[Log], *, force: bool = False) -> list[Log]:
    """Put together the logs that are parts of one run.

    Without ``force``, logs are parts of one run if they say that they are: they share judge, prompt, pairs, model and
    settings; no ballot is answered in two of them; and they come from one task, or from tasks that were written to
    complete it (``vlrb task --votes-from``). Logs that do not name their model are left apart, unless one that
    completes others leaves no doubt whose they are.

    Args:
        logs: as they were read.
        force: put together whatever shares its identity, ballots that stand twice included: they are then counted
            once, and reported where they differ. What a log does not tell is no difference, and settings are none.

    Returns:
        One log for each run; a log that nothing belongs to comes back as it is, with a warning if it shares ballots
        with another of the same identity.
    """
    if len(logs) < 2:
        return list(logs)
    parts = _parts(logs)
    if force:
        parts = [replace(part, identity=replace(part.identity, generation=None)) for part in parts]
    known = [part.identity for part in parts if force or part.continues]
    parts = [replace(part, identity=completed(part.identity, known)) for part in parts]
    return [group[0].log if len(group) == 1 else _joined(group) for group in _groups(parts, force)]


def completed(identity: Identity, known: Iterable[Identity]) -> Identity:
    """An identity with what it does not tell taken from the only known one that it can be; else as it is.

    Args:
        identity: of a log that may leave out much.
        known: identities that it may be.
    """
    fitting = {other for other in known if _fits(identity, other)}
    # Of those, one that says less than another says nothing against it.
    fullest = [one for one in fitting if not any(_fits(one, other) for other in fitting - {one})]
    return fullest[0] if len(fullest) == 1 else identity


def _fits(one: Identity, other: Identity) -> bool:
    """Whether ``other`` says all that ``one`` says."""
    return all(mine in (None, theirs) for mine, theirs in zip(astuple(one), astuple(other), strict=True))


def _parts(logs: Sequence[Log]) -> list[_Part]:
    return [_Part(place, *part) for place, part in enumerate(part for log in logs for part in _parts_of(log))]


def _parts_of(log: Log) -> list[tuple[Identity, frozenset[str], Log]]:
    found: dict[Identity, list[Record]] = {}
    tasks: dict[Identity, set[str]] = {}
    for record in log.records:
        extra = record.extra
        generation = extra.get("generation", log.metadata.get("generation"))
        identity = Identity(
            judge=judge_of(record),
            prompt_sha256=prompt_of(record).sha256,
            fingerprint=extra.get("fingerprint"),
            model=extra.get("model", log.metadata.get("model")),
            generation=json.dumps(generation, sort_keys=True) if generation else None,
        )
        found.setdefault(identity, []).append(record)
        tasks.setdefault(identity, set()).add(str(extra.get("task", log.metadata.get("task"))))
    return [
        (identity, frozenset(tasks[identity]), log if len(found) == 1 else replace(log, records=records))
        for identity, records in found.items()
    ]


def _groups(parts: Sequence[_Part], force: bool) -> list[list[_Part]]:
    """Parts that belong together, in the order of each group's first."""
    groups: list[list[_Part]] = []
    for group in _by(parts, [part.identity for part in parts]):
        if force or len(group) == 1:
            groups.append(group)
        elif group[0].identity.model is None:
            groups += [[part] for part in group]
        elif any(part.continues for part in group):
            shared = _shared(group)
            groups += [[_warned(part, shared)] for part in group] if shared else [group]
        else:
            for same_task in _by(group, [part.tasks for part in group]):
                shared = _shared(same_task)
                groups += [[_warned(part, shared)] for part in same_task] if shared else [same_task]
    return sorted(groups, key=lambda group: group[0].place)


def _warned(part: _Part, shared: int) -> _Part:
    told = (
        f"{shared} ballots stand in more than one log of this judge, model and set of pairs: "
        "if the logs are of one run, --merge counts each once"
    )
    return replace(part, log=replace(part.log, warnings=[*part.log.warnings, told]))


def _by(parts: Sequence[_Part], keys: Sequence[object]) -> list[list[_Part]]:
    found: dict[object, list[_Part]] = {}
    for part, key in zip(parts, keys, strict=True):
        found.setdefault(key, []).append(part)
    return list(found.values())


def _shared(parts: Iterable[_Part]) -> int:
    """How many ballots are answered in more than one of the parts."""
    counts = Counter(ballot for part in parts for ballot in set(part.ballots()))
    return sum(count > 1 for count in counts.values())


def _joined(parts: Sequence[_Part]) -> Log:
    """One log of several. What they tell differently of their runs is left out of its metadata."""
    logs = [part.log for part in parts]
    records = [_named(record, part.identity) for part in parts for record in part.log.records]
    metadata: dict[str, Any] = {}
    for name in {name: None for log in logs for name in log.metadata}:
        values = [log.metadata[name] for log in logs if name in log.metadata]
        if all(value == values[0] for value in values):
            metadata[name] = values[0]
    warnings = [f"{log.source}: {warning}" for log in logs for warning in log.warnings]
    metadata["logs"] = len(logs)
    return Log(JOIN.join(dict.fromkeys(log.source for log in logs)), records, warnings, metadata)


def _named(record: Record, identity: Identity) -> Record:
    """The record with its run's identity, without which it would be taken for another run's."""
    told: dict[str, Any] = {"model": identity.model, "fingerprint": identity.fingerprint}
    prompt = prompt_of(record)
    if prompt.sha256 != identity.prompt_sha256:
        told["prompt"] = {**prompt.to_dict(), "sha256": identity.prompt_sha256}
    new = {name: value for name, value in told.items() if value is not None and record.extra.get(name) != value}
    return replace(record, extra={**record.extra, **new}) if new else record


def described(logs: Sequence[Log]) -> str:
    """Who was asked what, in words: for errors about logs that do not belong together."""
    counts = Counter(
        f"judge {part.identity.judge} asked of {part.identity.model or 'an unnamed model'}" for part in _parts(logs)
    )
    return "; ".join(counts)
