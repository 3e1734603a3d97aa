"""Records into runs: labelled, read by their judge's parser, turned into votes, and counted when they cannot be."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from vlrb_task.judges import get_judge
from vlrb_task.pairs.pair import UNDECIDABLE, Answer, Benchmark, count_subsets, fingerprint, revision_name
from vlrb_task.parsing import RATING_PARSERS, get_parser, get_rating_parser
from vlrb_task.parsing.normal import failed
from vlrb_task.parsing.verdicts import Rating, Reading, Reason, unparsed, unrated
from vlrb_task.scores.score import PromptRecord, Run, Said
from vlrb_task.scores.tally import Label, PairVotes, Vote, mark, mark_ratings
from vlrb_task.support.errors import DataError
from vlrb_task.votes import set_aside
from vlrb_task.votes.records import Record

Read = Callable[[str], Reading | Rating]

DEFAULT_JUDGE = "official"
SCORES_JUDGE = "reward"
_REASONS = frozenset(Reason)


@dataclass
class Log:
    """What a reader found in one file.

    Attributes:
        source: the file, as the user named it.
        records: in file order.
        warnings: lines set aside and other findings, counted, in words.
        metadata: what the file tells of its run (framework, model, task).
        benchmark: pairs that the file itself holds, if it does.
    """

    source: str
    records: list[Record]
    warnings: list[str] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)


def assemble(
    log: Log,
    benchmark: Benchmark | None = None,
    parser: str | None = None,
    *,
    keep_texts: bool = False,
    keep_undecidable: bool = False,
) -> list[Run]:
    """Split a log into runs and read its texts.

    Records of different judges, prompts, models or revisions are different runs. Nothing is dropped in silence: what
    cannot be used is set aside, and counted in the run's warnings.

    Args:
        log: a reader's result.
        benchmark: the pairs to take labels from; without it, the records' own labels are used.
        parser: read every text with this parser instead of the judge's own.
        keep_texts: also keep what was said, with how it was read, in the runs' ``said``.
        keep_undecidable: also keep votes about pairs of which no answer is better; they can be read, but not scored.

    Raises:
        DataError: records without labels and no pairs to find them in, or nothing usable at all.
    """
    groups: dict[tuple[Any, ...], list[Record]] = {}
    for record in log.records:
        prompt, extra = prompt_of(record), record.extra
        identity = (judge_of(record), prompt.sha256, extra.get("fingerprint"), extra.get("model"))
        groups.setdefault(identity, []).append(record)
    if not groups:
        raise DataError(f"{log.source}: no votes", log.warnings)
    runs = [
        _Builder(log, judge, benchmark, reader_of(judge, parser, records), keep_texts, keep_undecidable).build(records)
        for (judge, *_), records in groups.items()
    ]
    return [run for run in runs if run.pairs] or _nothing_usable(runs)


def _nothing_usable(runs: Iterable[Run]) -> list[Run]:
    reasons = [warning for run in runs for warning in run.warnings]
    source = next(iter(runs)).source
    raise DataError(f"{source}: no vote could be used", reasons)


def prompt_of(record: Record) -> PromptRecord:
    """The prompt that a vote answers, as far as its log tells."""
    found = record.extra.get("prompt")
    if isinstance(found, Mapping) and "name" in found:
        return PromptRecord(str(found["name"]), str(found.get("source", "unknown")), found.get("sha256"))
    return PromptRecord(judge_of(record))


def judge_of(record: Record) -> str:
    """The judge that a vote is of; the usual one of its kind where its log names none."""
    return record.judge or (DEFAULT_JUDGE if record.score is None else SCORES_JUDGE)


def reader_of(judge: str, parser: str | None, records: Iterable[Record]) -> tuple[str, Read]:
    """The name of what reads the texts of one judge, and the thing itself.

    Raises:
        UnknownName: no such judge or parser. Scores need neither, so that they may come from a model of any name.
    """
    if all(record.score is not None for record in records):
        return "scores", get_rating_parser("number")
    if parser is None:
        return get_judge(judge).parser_name, get_judge(judge).parser
    return parser, get_rating_parser(parser) if parser in RATING_PARSERS else get_parser(parser)


class _Builder:
    """Builds one run; its counters become the run's warnings."""

    def __init__(
        self,
        log: Log,
        judge: str,
        benchmark: Benchmark | None,
        reader: tuple[str, Read],
        keep_texts: bool,
        keep_undecidable: bool,
    ) -> None:
        self.log = log
        self.keep_undecidable = keep_undecidable
        self.judge = judge
        self.benchmark = benchmark
        self.keep_texts = keep_texts
        self.counts: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self.parser_name, self.read = reader
        self.rates = isinstance(self.read(""), Rating)
        ids = Counter(p.id for p in benchmark.pairs) if benchmark else Counter()
        self.pair_of_id = {p.id: p for p in benchmark.pairs if ids[p.id] == 1} if benchmark else {}
        self.shared_ids = {id for id, count in ids.items() if count > 1}

    def set_aside(self, why: str, record: Record) -> None:
        self.counts[why] += 1
        self.examples.setdefault(why, record.where or str(record.id or record.key))

    def build(self, records: list[Record]) -> Run:
        labels: dict[str, Label] = {}
        disputed: set[str] = set()
        asked: dict[str, dict[tuple[int, Answer | None], Record]] = {}
        for record in records:
            label = self.label(record)
            if label is None:
                continue
            if label.subset == UNDECIDABLE and not self.keep_undecidable:
                self.set_aside(set_aside.UNSCORED, record)
                continue
            if record.score is None and self.rates != (record.answer is not None):
                self.set_aside(set_aside.OTHER_KIND, record)
                continue
            known = labels.setdefault(label.key, label)
            if label != known:
                # Whichever stands first, the same one is kept.
                labels[label.key] = max(known, label, key=label_rank)
                if (label.better, label.subset) != (known.better, known.subset):
                    disputed.add(label.key)
            self.enter(asked.setdefault(label.key, {}), record)
        for key in disputed:
            self.counts[set_aside.DISPUTED] += len(asked.pop(key))
        pairs = []
        for key, ballots in asked.items():
            votes = self.votes(ballots)
            if votes:
                pairs.append(PairVotes(labels[key], tuple(sorted(votes, key=lambda v: v.number))))
        revision, print_, sizes = self.revision(records, labels)
        if not self.keep_undecidable:
            sizes.pop(UNDECIDABLE, None)
        if any(record.judge is None for record in records):
            self.counts[set_aside.no_judge(self.judge)] = sum(r.judge is None for r in records)
        first = records[0]
        logged = {name: first.extra[name] for name in ("model",) if name in first.extra} | _schedule(records)
        return Run(
            judge=self.judge,
            prompt=prompt_of(first),
            revision=revision,
            fingerprint=print_,
            subset_sizes=sizes,
            pairs=tuple(pairs),
            parser=self.parser_name,
            source=self.log.source,
            warnings=(*self.log.warnings, *self.warnings(asked)),
            metadata={**self.log.metadata, **logged},
            said={key: self.said(ballots) for key, ballots in asked.items()} if self.keep_texts else {},
        )

    def said(self, ballots: Mapping[tuple[int, Answer | None], Record]) -> tuple[Said, ...]:
        """What was written on the ballots of one pair, by vote number."""
        ordered = sorted(ballots.values(), key=lambda r: (r.vote, r.answer or 0))
        return tuple(
            Said(r.vote, r.first, r.answer, r.text, self.verdict(r) if r.answer is None else self.rating(r))
            for r in ordered
        )

    def label(self, record: Record) -> Label | None:
        if self.benchmark is None:
            return self.own_label(record)
        if record.key is not None:
            pair = self.benchmark.by_key.get(record.key)
        elif record.id in self.shared_ids:
            self.set_aside(set_aside.SHARED_ID, record)
            return None
        else:
            pair = self.pair_of_id.get(record.id or "")
        if pair is None:
            self.set_aside(set_aside.UNKNOWN_PAIR, record)
            return None
        if record.extra.get("better") not in (None, pair.better):
            self.set_aside(set_aside.OTHER_LABEL, record)
        return Label.of(pair)

    def own_label(self, record: Record) -> Label | None:
        extra = record.extra
        if extra.get("better") not in (0, 1) or not extra.get("subset"):
            self.set_aside(set_aside.UNLABELLED, record)
            return None
        words = extra.get("words")
        return Label(
            key=record.key or f"id:{record.id}",
            id=record.id or "",
            better=1 if extra["better"] else 0,
            subset=str(extra["subset"]),
            source=str(extra.get("source", "unknown")),
            words=(words[0], words[1]) if words else None,
            tags=tuple(extra.get("tags", ())),
        )

    def enter(self, ballots: dict[tuple[int, Answer | None], Record], record: Record) -> None:
        slot = (record.vote, record.answer)
        before = ballots.get(slot)
        if before is None:
            ballots[slot] = record
        elif (before.first, before.text, before.score) == (record.first, record.text, record.score):
            self.set_aside(set_aside.TWICE, record)
        elif self.failed(before) or self.failed(record):
            ballots[slot] = record if self.failed(before) else before
            self.set_aside(set_aside.ASKED_AGAIN, record)
        else:
            # Whichever comes first in the log, the same one is kept, and not for what it says.
            ballots[slot] = min(before, record, key=digest_of)
            self.set_aside(set_aside.CONFLICT, record)

    def failed(self, record: Record) -> bool:
        """Whether a ballot's request failed, so that it has no answer of the judge's."""
        if record.score is not None:
            return False
        read = self.verdict if record.answer is None else self.rating
        return read(record).reason is Reason.FAILED_REQUEST

    def votes(self, ballots: Mapping[tuple[int, Answer | None], Record]) -> list[Vote]:
        votes: list[Vote] = []
        for (number, answer), record in ballots.items():
            if answer is None and record.first is not None:
                votes.append(mark(number, record.first, self.verdict(record)))
            elif answer == 0:
                other = ballots.get((number, 1))
                if other is None:
                    self.set_aside(set_aside.HALF, record)
                else:
                    votes.append(mark_ratings(number, (self.rating(record), self.rating(other))))
            elif (number, 0) not in ballots:
                self.set_aside(set_aside.HALF, record)
        return votes

    def verdict(self, record: Record) -> Reading:
        failure = failure_of(record)
        return cast(Reading, self.read(record.text or "")) if failure is None else unparsed(failure)

    def rating(self, record: Record) -> Rating:
        if failure := failure_of(record):
            return unrated(failure)
        return cast(Rating, self.read(record.text or "")) if record.score is None else Rating(record.score)

    def revision(self, records: Iterable[Record], labels: Mapping[str, Label]) -> tuple[str, str, dict[str, int]]:
        told = [r.extra for r in records if r.extra.get("fingerprint")]
        # Records that were merged may have been given a fingerprint, and no more.
        logged = next((extra for extra in told if "revision" in extra), told[0] if told else {})
        if self.benchmark is not None:
            found = self.benchmark
            if logged and logged["fingerprint"] != found.fingerprint:
                self.counts[set_aside.other_revision(logged.get("revision"), found.revision)] = 1
            return found.revision, found.fingerprint, found.subset_counts
        seen = count_subsets(label.subset for label in labels.values())
        if logged:
            sizes = logged.get("subset_sizes")
            return str(logged.get("revision", "custom")), str(logged["fingerprint"]), dict(sizes or seen)
        return revision_name(seen), fingerprint((label.key, label.better) for label in labels.values()), seen

    def warnings(self, asked: Mapping[str, Mapping[tuple[int, Answer | None], Record]]) -> list[str]:
        told = []
        for why, count in self.counts.items():
            example = f", the first at {self.examples[why]}" if why in self.examples else ""
            told.append(f"{count} {why}{example}" if example or count > 1 else why)
        copies = copied_votes(
            [
                (record.answer if record.first is None else record.first, record.text)
                for record in ballots.values()
                if record.text is not None
            ]
            for ballots in asked.values()
        )
        return told + ([copies] if copies else [])


def label_rank(label: Label) -> tuple[Any, ...]:
    """Of two labels of one pair the one that is kept, whichever comes first: the one that tells more."""
    source = "" if label.source == "unknown" else label.source
    return label.better, label.subset, source, label.words or (), label.tags, label.id


def digest_of(record: Record) -> bytes:
    """A number for a vote that depends on all that it says, and favours nothing."""
    return digest_of_answer(record.first, record.text, record.score)


def digest_of_answer(first: Answer | None, text: str | None, score: float | None) -> bytes:
    """As :func:`digest_of`, of what was shown first and what was answered: 8 bytes."""
    return hashlib.blake2b(f"{first} {score!r} {text}".encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _schedule(records: Iterable[Record]) -> dict[str, Any]:
    """The schedule that the votes are part of: of several, the one with the most votes.

    ``stop`` names the policies under which settled pairs were not asked further, if any were.
    """
    found = [r.extra["schedule"] for r in records if isinstance(r.extra.get("schedule"), Mapping)]
    if not found:
        return {}
    whole = max(found, key=lambda schedule: int(schedule.get("votes") or 0))
    stops = sorted({str(s["stop"]) for s in found if s.get("stop") not in (None, "none")})
    known = {name: whole[name] for name in ("order", "votes") if name in whole}
    return {"schedule": known | ({"stop": ", ".join(stops)} if stops else {})}


def request_failed(record: Record) -> bool:
    """Whether a vote is marked as a request that failed, or has what frameworks write in the place of an answer."""
    return failure_of(record) is Reason.FAILED_REQUEST or failed((record.text or "").strip())


def failure_of(record: Record) -> Reason | None:
    failure = record.extra.get("failure")
    return Reason(failure) if failure in _REASONS else None


def copied_votes(pairs: Iterable[Iterable[tuple[Answer | None, str]]]) -> str | None:
    """A warning where votes that should differ by sampling are copies of each other, else None.

    Args:
        pairs: for each pair, its votes as ``(what was shown, text)``: the answer shown first, or at all, by its
            index; ``text`` may be a digest.
    """
    compared = copied = 0
    for votes in pairs:
        by_ballot: dict[Answer | None, list[str]] = {}
        for shown, text in votes:
            by_ballot.setdefault(shown, []).append(text)
        for texts in by_ballot.values():
            if len(texts) > 1:
                compared += 1
                copied += len(set(texts)) == 1
    return copies_warning(compared, copied)


def copies_warning(compared: int, copied: int) -> str | None:
    """The warning of :func:`copied_votes`, from how many pairs and orders have one text only."""
    if not copied or copied < 0.9 * compared:
        return None
    return (
        f"the votes are copies: in {copied} of {compared} pairs and orders that were asked more than once, every text is "
        "the same (temperature 0, or a server that ignores it?), so more votes say no more than one"
    )
