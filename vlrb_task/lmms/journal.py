"""Votes as they come: a journal for lmms-eval, which keeps all answers in memory until its run has ended.

Switched on by the environment variable ``VLRB_JOURNAL``, which names a folder. The model's ``generate_until`` is then called
for a part of our ballots after another, and each part's answers are appended to a votes file of this process's own before
the next is asked. A run that is started again with the same folder takes the answers that it finds there, if they are to
the very same messages, pictures included, and of the same task, checkpoint or server, and settings. It asks the rest: so a
run that was killed goes on, and its results are those of a run that was not. ``vlrb score FOLDER`` reads the same files.

Works with every wrapper, since none is changed: a part is an ordinary list of requests, in their order. Other tasks'
requests are handed on as they are. Of ``async_openai``, whose client does not outlive one such call, each answer is noted as
it arrives in the place of parts; a request that failed is then not in the journal.
"""

from __future__ import annotations

import inspect
import json
import os
import secrets
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import NoneType
from typing import Any

from lmms_eval.api.instance import GenerationResult, unwrap_generation_output
from loguru import logger

from vlrb_task.judges import get_judge
from vlrb_task.lmms.docs import BALLOT, PAIR, shown_as, vote_of
from vlrb_task.lmms.following import Following, Generate, Record
from vlrb_task.lmms.rows import (
    answered_text,
    handed_sha256,
    is_unreadable,
    media_of,
    note_unreadable,
    picture_sha256,
)
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.support.errors import DataError, VlrbError
from vlrb_task.support.jsonl import Lines
from vlrb_task.support.redact import without_secrets
from vlrb_task.support.typed import typed
from vlrb_task.votes.reading import probability

FOLDER_VARIABLE = "VLRB_JOURNAL"
PART_VARIABLE = "VLRB_JOURNAL_EVERY"
DEFAULT_PART = 256

Slot = str
"""What two answers must share, as JSON."""


def keep_as_environment_says(model: Any, following: Following) -> None:
    """Journal what a model answers from now on, as the environment variables say; nothing where they are not set.

    Raises:
        SystemExit: they cannot be done.
    """
    folder, every = os.environ.get(FOLDER_VARIABLE), os.environ.get(PART_VARIABLE, str(DEFAULT_PART))
    if not folder:
        return
    if not every.isdecimal() or not int(every):
        raise SystemExit(f"vlrb: {PART_VARIABLE}={every}: a number of ballots is needed")
    journal = Journal(Path(folder).expanduser(), following, int(every))
    generate: Generate = model.generate_until
    forward = getattr(model, "maybe_forward_with_tool", None)
    if inspect.iscoroutinefunction(forward):
        journal.part = None

        async def noted(request: Any, place: int) -> Any:
            answer = await forward(request, place)
            journal.note(request, answer[0])
            return answer

        model.maybe_forward_with_tool = noted
    model.generate_until = lambda requests: journal.generate(generate, requests, model.task_dict)


class Journal:
    """The votes files of a folder: those that were there, which are read, and one that this process adds to.

    Raises:
        SystemExit: the folder cannot be written to. A run that was to be journalled must not go on without.
    """

    def __init__(self, folder: Path, following: Following, part: int) -> None:
        self.folder = folder
        self.following = following
        self.part: int | None = part
        self.rank = int(os.environ.get("RANK", 0))
        self._file: int | None = None
        self._votes: dict[int, Any] = {}
        self._shown: dict[str, tuple[str, ...]] = {}
        self._awaited: dict[int, Record] = {}
        self._synced = 0.0
        self.lost = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SystemExit(f"vlrb: {FOLDER_VARIABLE}={folder}: {error.strerror or error}") from error
        self.known = self._read()
        # A name of its own: two runs, or two ranks, never write to one file.
        name = f"{time.strftime('%Y%m%dT%H%M%S')}-rank{self.rank}-{os.getpid()}-{secrets.token_hex(3)}.votes.jsonl"
        self.path = folder / name

    def generate(self, ask: Generate, requests: Sequence[Any], tasks: Mapping[str, Any]) -> list[Any]:
        """Answers to requests, in their order: those of our tasks from the journal or into it."""
        answers: list[Any] = [None] * len(requests)
        ours: list[tuple[int, Record]] = []
        others: list[int] = []
        seen: set[Slot] = set()
        for place, request in enumerate(requests):
            record = self._record(request, tasks)
            # A ballot that comes again only fills up a rank's share, and its answer is not used.
            if record is None or (slot := _slot(record)) in seen:
                others.append(place)
                continue
            seen.add(slot)
            if (text := self.known.get(slot)) is not None:
                answers[place] = text
            else:
                ours.append((place, record))

        def ask_for(places: Sequence[int]) -> None:
            for place, answer in zip(places, ask([requests[place] for place in places]), strict=True):
                answers[place] = answer

        if found := len(requests) - len(ours) - len(others):
            logger.info(f"vlrb: {found} ballots stand in the journal {self.folder}, {len(ours)} are asked")
        if others:
            ask_for(others)
        part = self.part or max(1, len(ours))
        for start in range(0, len(ours), part):
            now = ours[start : start + part]
            if self.part is None:
                self._awaited = {id(requests[place]): record for place, record in now}
            ask_for([place for place, _ in now])
            for place, _ in now:
                answers[place] = _writable(answers[place])
            if self.part is not None:
                self._write([self._answered(record, answers[place]) for place, record in now])
        self._sync()
        return answers

    def note(self, request: Any, answer: Any) -> None:
        """Write one answer, if it is awaited: for a model that tells of each as it arrives."""
        record = self._awaited.pop(id(request), None)
        if record is not None:
            self._write([self._answered(record, _writable(answer))])

    def _record(self, request: Any, tasks: Mapping[str, Any]) -> Record | None:
        """The vote record of a request without its text; None for another task's, or for a ballot asked more than once."""
        settings = next((value for value in request.args if isinstance(value, dict)), {})
        text, *_, doc_id, task, split = request.args
        rows = tasks[task][split]
        if PAIR not in getattr(rows, "column_names", ()) or (request.repeats or 1) > 1:
            return None
        if id(rows) not in self._votes:
            self._votes[id(rows)] = rows.select_columns([PAIR, BALLOT])  # without the pictures
        vote = vote_of(self._votes[id(rows)][doc_id])
        record = {name: value for name, value in vote.items() if value is not None}
        record["subset_sizes"] = {name: size for name, size in vote["subset_sizes"].items() if size is not None}
        generation = without_secrets({name: value for name, value in settings.items() if name != "until"})
        judge = get_judge(record["judge"])
        prompt = str(text).removeprefix(judge.ask(""))
        asked = handed_sha256(judge, prompt, self._pictures(rows, doc_id, record), chat=self.following.chat)
        sent = {"task": task, "framework": "lmms-eval", "generation": generation, "messages_sha256": asked}
        return record | self.following.fields | sent

    def _pictures(self, rows: Any, doc_id: int, record: Record) -> tuple[str, ...]:
        """The hashes of the pictures of a row; those of a pair are read once."""
        key = shown_as(record)
        if key not in self._shown:
            seen = get_judge(record["judge"]).image != "none" and not record.get("no_images")
            self._shown[key] = tuple(map(picture_sha256, media_of(rows[doc_id]))) if seen else ()
        return self._shown[key]

    def _answered(self, record: Record, answer: Any) -> Record:
        """A vote record with its text, as lmms-eval itself will take it from what the wrapper returned."""
        found, failure = answered_text(unwrap_generation_output(answer)[0])
        if is_unreadable(record):
            failure = Reason.UNREADABLE_IMAGE
        seen = self.following.record(record["judge"], record["schedule"])
        p = probability(record["judge"], found, failure)
        return record | seen | {"text": found} | p | ({"failure": str(failure)} if failure else {})

    def _read(self) -> dict[Slot, str]:
        known: dict[Slot, str] = {}
        counts: Counter[str] = Counter()
        for path in sorted(self.folder.glob("*.votes.jsonl")):
            lines = Lines(path)
            try:
                for _, line in lines:
                    if line.get("model_id") != self.following.fields["model_id"]:
                        counts["votes of other models, checkpoints or servers"] += 1
                    elif (slot := _found_slot(line)) is None:
                        counts["lines that are not votes, which are asked again"] += 1
                    elif not line.get("messages_sha256"):
                        counts["votes that do not say to which messages they are, which are asked again"] += 1
                    elif _failed(line):
                        counts["failed requests, which are asked again"] += 1
                    else:
                        known.setdefault(slot, line["text"])
                        if line.get("failure") == Reason.UNREADABLE_IMAGE:
                            note_unreadable(line)
            except DataError as error:
                raise SystemExit(f"vlrb: {error}") from error
            for warning in lines.warnings:
                logger.warning(f"vlrb: {path}: {warning}")
        for what, count in counts.items():
            logger.info(f"vlrb: the journal {self.folder} holds {count} {what}")
        return known

    def _write(self, records: Sequence[Record]) -> None:
        """Append votes. They are seen onto the disk once a second: a process that is killed loses none that was written."""
        lines = "".join(json.dumps(record) + "\n" for record in records).encode("ascii")
        try:
            if self._file is None:
                self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
            while lines:
                lines = lines[os.write(self._file, lines) :]
        except OSError as error:
            self._failed(error, len(records))
        if time.monotonic() - self._synced > 1:
            self._sync()

    def _sync(self) -> None:
        self._synced = time.monotonic()
        if self._file is None:
            return
        try:
            os.fsync(self._file)
        except OSError as error:
            self._failed(error, 0)

    def _failed(self, error: OSError, votes: int) -> None:
        """A disk that is full costs the journal and not the run, which has its answers in memory."""
        if not self.lost:
            logger.error(
                f"vlrb: the journal {self.path} could not be written ({error.strerror or error}): its votes are in memory only, "
                "until lmms-eval writes its own log"
            )
        self.lost += votes
        if self._file is not None:
            # What follows a line that was cut must not become part of it.
            empty = os.fstat(self._file).st_size == 0
            os.close(self._file)
            if empty:
                self.path.unlink(missing_ok=True)
            self._file = None
            self.path = self.folder / f"{secrets.token_hex(6)}.votes.jsonl"


def _slot(record: Mapping[str, Any]) -> Slot:
    """What two answers must share for one to stand for the other."""
    told = [
        "task",
        "key",
        "judge",
        "vote",
        "first",
        "answer",
        "fingerprint",
        "wrapper",
        "messages_sha256",
        "model_args",
    ]
    schedule = record.get("schedule")
    if isinstance(schedule, Mapping):  # a dataset's row holds a null in the place of what it does not say
        schedule = {name: value for name, value in schedule.items() if value is not None}
    rest = (record.get("prompt") or {}).get("sha256"), record.get("generation") or {}, schedule
    return json.dumps([*map(record.get, told), *rest], sort_keys=True)


def _found_slot(line: Mapping[str, Any]) -> Slot | None:
    """The slot of a journal's line, which anybody may have changed; None for one that is no vote of a judge known here."""
    try:
        told = typed(line, key=str, judge=str, vote=int, text=str, prompt=(dict, NoneType))
        get_judge(told["judge"])
        return _slot(line)
    except (VlrbError, RecursionError):
        return None


def _writable(answer: Any) -> Any:
    """An answer that UTF-8 can hold: at a lone surrogate lmms-eval's own log would end, and with it the run."""
    text, counts = unwrap_generation_output(answer)
    if not isinstance(text, str) or text.isascii():
        return answer
    clean = text.encode("utf-8", "replace").decode()
    return answer if clean == text else GenerationResult(text=clean, token_counts=counts)


def _failed(line: Mapping[str, Any]) -> bool:
    """Whether a logged answer is what a wrapper writes in the place of one that never came."""
    if line.get("failure") == Reason.FAILED_REQUEST:
        return True
    return get_judge(line["judge"]).parser(line["text"]).reason is Reason.FAILED_REQUEST
