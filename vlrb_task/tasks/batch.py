"""A task as a batch file: every ballot a request for a service that answers within a day, at half the price.

Beside the requests stands their list, ``NAME.batch.jsonl``: which ballot each request is, with everything that its vote's
record holds. :mod:`vlrb_task.tasks.batch_results` makes a votes file of it and of the results.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from io import BufferedWriter
from pathlib import Path
from typing import Any

from vlrb_task.asking.ballots import Ballot
from vlrb_task.asking.messages import Conversation, Shown, conversation, messages_sha256
from vlrb_task.pairs.pictures import PLACED, UnreadablePicture, flattened, pictures_of
from vlrb_task.pairs.rows import Row, read_rows
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.support.errors import DataError, VlrbError, told_of
from vlrb_task.support.writing import replacing, take_the_place, temporary_beside
from vlrb_task.tasks.batch_layouts import Layout, Picture, sendable
from vlrb_task.tasks.questions import Questions, check_sight, is_blind

LIST_SUFFIX = ".batch.jsonl"
VERSION = 1


def name_of(ballot: Ballot) -> str:
    """A ballot's name in custom ids, of letters that every service allows."""
    shown = f"o{ballot.first}" if ballot.first is not None else f"a{ballot.answer}"
    return f"{ballot.key}-v{ballot.vote}-{shown}"


@dataclass
class Written:
    """What was written.

    Attributes:
        files: the request files, in order.
        list: the list of ballots.
        requests: how many there are.
        counts: pairs without a picture, unreadable and smaller pictures.
    """

    files: list[Path]
    list: Path
    requests: int = 0
    counts: Counter[str] = field(default_factory=Counter)


def list_path(output: Path) -> Path:
    """Where the list of a batch lies that was written to ``output``."""
    return output.with_name(output.name.removesuffix(output.suffix) + LIST_SUFFIX)


def write_batch(
    questions: Questions,
    pairs: str,
    model: str,
    layout: Layout,
    output: Path,
    *,
    changed: Mapping[str, Any],
    allowed: Callable[[Path], object],
    no_images: bool = False,
) -> Written:
    """Write a task's requests, in one file or in several, and the list of its ballots.

    Args:
        questions: the ballots, named by :func:`name_of`.
        pairs: where the pairs' rows are, for their pictures.
        model: the model's name at the service.
        layout: of the files, with what one may hold.
        output: the request file; of several, ``NAME-1.jsonl``, ``NAME-2.jsonl``, … beside it.
        changed: settings that take the place of the judge's; those that are None are not sent.
        allowed: is asked about each request file before the first gets its name, and raises where one must not be replaced.
        no_images: write requests without pictures.

    Raises:
        DataError: pairs without any picture, and ``no_images`` was not given; rows that changed while they were read.
        VlrbError: a request that is larger than a whole file may be; a file that cannot be written; a judge whose label is
            scored.
    """
    judge, sampling = questions.judge, questions.spec.sampling or questions.judge.sampling
    if judge.labels:
        raise VlrbError(
            f"judge {judge.name!r} needs probabilities, and batch files ask for texts, as judge 'letter' does"
        )
    settings = {name: one for name, one in {**layout.settings(sampling), **changed}.items() if one is not None}
    no_images = judge.image != "none" and (no_images or is_blind(judge, questions.benchmark))
    shows = judge.image != "none" and not no_images
    run = {
        "model": model,
        "framework": "batch",
        "task": questions.spec.name,
        "wrapper": layout.name,
        "generation": asdict(sampling),
        "sent": settings,
    }
    common = run | ({"no_images": True} if no_images else {})
    written = Written([], list_path(output))
    batch = hashlib.sha256(
        json.dumps([run, judge.prompt.sha256, questions.benchmark.fingerprint, list(questions.by_index)]).encode()
    ).hexdigest()[:8]
    records: list[dict[str, Any]] = []
    with told_of(output), ExitStack() as stack:
        parts = _Parts(stack, output, layout)
        for name, pictures in _with_pictures(questions, pairs, shows, layout.image_bytes, written.counts):
            record = questions.record(name) | common | {"custom_id": f"{batch}-{name}"}
            records.append(record)
            if pictures is None:
                record["failure"] = str(Reason.UNREADABLE_IMAGE)
                continue
            asked = conversation(questions.prompt(name), pictures, system=judge.system, image=judge.image)
            record |= {"messages_sha256": messages_sha256(_hashed(asked)), "prompt_is_ours": True}
            line = json.dumps(layout.request(record["custom_id"], model, asked, settings)) + "\n"
            parts.add(line.encode("ascii"), str(record["id"]))
            written.requests += 1
        header = {"batch": VERSION, "id": batch, "format": layout.name, "ballots": len(records), **run}
        listed = stack.enter_context(replacing(written.list))
        with listed.open("w", encoding="ascii") as file:
            file.writelines(json.dumps(line) + "\n" for line in (header, *records))
        written.files = parts.finish(allowed)
    return written


def _with_pictures(
    questions: Questions, pairs: str, shows: bool, limit: int, counts: Counter[str]
) -> Iterator[tuple[str, Sequence[Picture] | None]]:
    """Each ballot's name with its pair's pictures; None where one cannot be read."""
    asked: dict[str, list[str]] = {}
    for name, question in questions.by_index.items():
        asked.setdefault(question.pair.key, []).append(name)
    if not shows:
        yield from ((name, ()) for names in asked.values() for name in names)
        return
    bare: list[str] = []
    rows = read_rows(pairs, images=True, network=True)
    try:
        for pair, row in zip(questions.benchmark.pairs, rows, strict=True):
            if flattened(row).get(PLACED) or row.get("video") or row.get("audio"):
                raise DataError(f"{pairs}: id {pair.id!r}: batch files hold no videos, sounds or pictures within texts")
            if names := asked.get(pair.key):
                found = _pictures(row, limit, counts)
                bare += [] if found is None or found else [f"id {pair.id!r}"]
                yield from ((name, found) for name in names)
    except ValueError as error:  # zip's
        raise DataError(f"{pairs}: the rows changed while they were read") from error
    check_sight(questions.judge, questions.benchmark, shown=len(bare) < len(asked), meant="--no-images")
    if bare:
        counts["pairs have no picture and are asked about without one"] = len(bare)


def _pictures(row: Row, limit: int, counts: Counter[str]) -> list[Picture] | None:
    found = []
    for value in pictures_of(row):
        try:
            picture, smaller = sendable(value.get("bytes"), limit)
        except UnreadablePicture:
            counts["pairs have a picture that cannot be read: their ballots are not asked, and count as unparsed"] += 1
            return None
        counts[f"pictures were made smaller, to {limit:,} bytes"] += smaller
        found.append(picture)
    return found


def _hashed(asked: Conversation[Picture]) -> Conversation[str]:
    hashed = (
        Shown(hashlib.sha256(part.picture.data).hexdigest()) if isinstance(part, Shown) else part
        for part in asked.parts
    )
    return Conversation(asked.system, tuple(hashed))


class _Parts:
    """Writes lines into as many files as a layout's limits ask for; they get their names when all are there."""

    def __init__(self, stack: ExitStack, output: Path, limits: Layout) -> None:
        self.stack, self.output, self.limits = stack, output, limits
        self.places: list[Path] = []
        self.file: BufferedWriter | None = None
        self.requests = self.bytes = 0

    def add(self, line: bytes, id: str) -> None:
        if len(line) > self.limits.max_bytes:
            raise VlrbError(
                f"the request about id {id!r} has {len(line):,} bytes, a file at most {self.limits.max_bytes:,}: "
                "a smaller --image-limit helps"
            )
        full = self.requests >= self.limits.max_requests or self.bytes + len(line) > self.limits.max_bytes
        if self.file is None or full:
            self._close()
            self.places.append(self.stack.enter_context(temporary_beside(self.output)))
            self.file = self.stack.enter_context(self.places[-1].open("wb"))
            self.requests = self.bytes = 0
        self.file.write(line)
        self.requests += 1
        self.bytes += len(line)

    def _close(self) -> None:
        """Put the last file onto the disk, before anything gets its name."""
        if self.file is not None:
            self.file.close()

    def finish(self, allowed: Callable[[Path], object]) -> list[Path]:
        """Give the files their names, if all of those may be written."""
        output, files = self.output, [self.output][: len(self.places)]
        if len(self.places) > 1:
            stem = output.name.removesuffix(output.suffix)
            files = [output.with_name(f"{stem}-{at}{output.suffix}") for at, _ in enumerate(self.places, start=1)]
        for file in files:
            allowed(file)
        self._close()
        for place, file in zip(self.places, files, strict=True):
            take_the_place(place, file)
        return files
