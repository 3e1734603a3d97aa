"""What a vote says of its run: who was asked what about which pairs, and how."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, astuple, dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vlrb_task.judges.base import PromptRecord
from vlrb_task.pairs.perturbing import Pictures, pictures_named
from vlrb_task.support.arrow import to_numpy


@dataclass(frozen=True, slots=True)
class Header:
    """All that a vote says beside its pair and its answer.

    Attributes:
        judge: the judge's name; the usual one of its kind where the log names none.
        named: whether the log names it.
        prompt: which prompt was asked.
        model, fingerprint, revision, task, framework: as logged; None where the log does not tell.
        subset_sizes: pairs of the whole revision by subset; empty where the log does not tell.
        schedule: ``order``, ``votes``, ``continues``, ``again`` and ``stop`` of the task, as far as they are logged.
        generation: the settings of generation.
        more: other fields about the run that results repeat, such as how a framework changed the texts.
    """

    judge: str
    named: bool
    prompt: PromptRecord
    model: str | None = None
    fingerprint: str | None = None
    revision: str | None = None
    task: str | None = None
    framework: str | None = None
    subset_sizes: Mapping[str, int] = field(default_factory=dict)
    schedule: Mapping[str, Any] = field(default_factory=dict)
    generation: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """The same header always gives the same text."""
        return json.dumps(asdict(self), sort_keys=True, default=str)

    @property
    def continues(self) -> bool:
        """Whether the votes were asked to complete other runs: the task was written from their logs."""
        return bool(self.schedule.get("continues"))

    @property
    def again(self) -> int:
        """How often the votes' ballots had been asked anew: such votes replace those with a smaller number."""
        number = self.schedule.get("again")
        return number if isinstance(number, int) else 0


@lru_cache(maxsize=4096)
def parse_header(text: str) -> Header:
    """A header from :meth:`Header.to_json`."""
    value = json.loads(text)
    return Header(**value | {"prompt": PromptRecord(**value["prompt"])})


def of_rows(table: pa.Table, tell: Callable[[Header], Any]) -> NDArray[Any]:
    """What the header of each row of a table tells, shape ``(rows,)``."""
    headers = table["header"].combine_chunks()
    told: NDArray[Any] = np.array([tell(parse_header(text)) for text in headers.dictionary.to_pylist()])
    return np.take(told, to_numpy(headers.indices))


RUN_FIELDS: tuple[str, ...] = tuple(name for name in Header.__slots__ if name not in ("judge", "named", "more"))
"""The fields of a vote record that are its run's, beside ``judge``."""

MORE_FIELDS: tuple[str, ...] = (
    *("benchmark", "model_id", "base_url", "wrapper", "model_args", "framework_version"),
    *("sent", "prompt_is_ours", "no_images"),
)
"""Further fields of a vote record that a header carries in ``more``."""


def header_of(judge: str | None, scored: bool, fields: Mapping[str, Any]) -> Header:
    """The header of a checked vote record.

    Args:
        judge: as logged.
        scored: whether the vote is a scalar reward.
        fields: the record's other fields, those of :data:`RUN_FIELDS` held to their types.
    """
    name = judge or ("reward" if scored else "official")
    found = fields.get("prompt")
    prompt = PromptRecord(name)
    if isinstance(found, Mapping) and "name" in found:
        prompt = PromptRecord(str(found["name"]), str(found.get("source", "unknown")), found.get("sha256"))
    told = {f: fields[f] for f in RUN_FIELDS[1:] if fields.get(f) is not None}
    more = {f: fields[f] for f in MORE_FIELDS if fields.get(f) is not None}
    return Header(judge=name, named=judge is not None, prompt=prompt, more=more, **told)


@dataclass(frozen=True, slots=True)
class Identity:
    """What votes must share to be of one run.

    Attributes:
        judge, prompt_sha256: who was asked, and what.
        fingerprint: of the set of pairs.
        pictures: how a task changed them (``vlrb task --image``, ``none`` if it sent none); empty where they are the pairs' own.
        model, model_id: who answered; the latter tells checkpoints and servers apart that share a name.
        generation: the settings of generation as JSON.
    """

    judge: str
    prompt_sha256: str | None
    fingerprint: str | None
    pictures: str
    model: str | None
    model_id: str | None
    generation: str | None

    @classmethod
    def of(cls, header: Header, metadata: Mapping[str, Any]) -> Identity:
        """Of a vote, with what its file tells where the vote itself does not."""
        more, generation = header.more, header.generation or metadata.get("generation")
        return cls(
            judge=header.judge,
            prompt_sha256=header.prompt.sha256,
            fingerprint=header.fingerprint,
            pictures=str(Pictures.NONE) if more.get("no_images") else pictures_named(more.get("benchmark")),
            model=header.model or metadata.get("model"),
            model_id=None if more.get("model_id") is None else str(more["model_id"]),
            generation=json.dumps(generation, sort_keys=True, default=str) if generation else None,
        )

    def says_no_more_than(self, other: Identity) -> bool:
        """Whether ``other`` tells all that this one tells, and the same."""
        return all(mine in (None, theirs) for mine, theirs in zip(astuple(self), astuple(other), strict=True))

    def completed(self, known: Iterable[Identity]) -> Identity:
        """This identity with what it does not tell taken from the only known one that it can be; else as it is."""
        fitting = {other for other in known if self.says_no_more_than(other)}
        # Of those, one that says less than another says nothing against it.
        fullest = [one for one in fitting if not any(one.says_no_more_than(other) for other in fitting - {one})]
        return fullest[0] if len(fullest) == 1 else self
