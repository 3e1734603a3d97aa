"""What a log of judgements gives away: label order, position, copied votes, merged pairs, rules that never look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from vlrb_task.pairs.pair import Benchmark
from vlrb_task.scores import estimates
from vlrb_task.scores.completeness import caveats
from vlrb_task.scores.score import Run, baselines, score_run
from vlrb_task.scores.tally import PairVotes, Policy, outcome
from vlrb_task.votes import Log, Record
from vlrb_task.votes.assemble import copied_votes

Level = Literal["ok", "warning", "fault", "unknown"]

ALPHA = 0.001
"""A log is read for several signs at once: a test speaks only below this p."""
BALANCED = (0.4, 0.6)
"""A share of pairs whose better answer stands first outside of this makes position and accuracy one and the same."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check of a log.

    Attributes:
        check: its name.
        level: ``ok``; ``warning``, read the score with it; ``fault``, the score means something else than it says;
            ``unknown``, the log cannot tell.
        text: what was found, with its numbers.
        numbers: the same for programs.
    """

    check: str
    level: Level
    text: str
    numbers: Mapping[str, float | int | str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LogAudit:
    """The findings about one run."""

    run: Run
    findings: tuple[Finding, ...]

    @property
    def worst(self) -> Level:
        levels = {f.level for f in self.findings}
        return "fault" if "fault" in levels else "warning" if "warning" in levels else "ok"

    def to_dict(self) -> dict[str, Any]:
        """The object that ``vlrb audit LOG --json`` prints."""
        return {
            "source": self.run.source,
            "judge": self.run.judge,
            "revision": self.run.revision,
            "pairs": len(self.run.pairs),
            "votes": self.run.votes,
            "worst": self.worst,
            "findings": [
                {"check": f.check, "level": f.level, "text": f.text, "numbers": dict(f.numbers)} for f in self.findings
            ],
            "warnings": caveats(self.run),
        }


def audit_log(run: Run, log: Log, benchmark: Benchmark | None = None) -> LogAudit:
    """Check a run, and the records that it was read from.

    Args:
        run: one of the log's runs.
        log: as :func:`vlrb_task.votes.read_log` gave it; it may hold other runs too.
        benchmark: the pairs, if at hand: ids that stand twice are then known.
    """
    records = [r for r in log.records if (r.judge or run.judge) == run.judge]
    run = score_run(run, Policy.STRICT).run  # which knows whether votes are missing
    return LogAudit(
        run,
        (
            label_order(run.pairs),
            position(run.pairs),
            copies(records),
            merged_ids(records, benchmark),
            blind_rule(run),
            unread(run),
        ),
    )


def label_order(pairs: Sequence[PairVotes]) -> Finding:
    """Whether the better answer stands first as often as second: a sign test over pairs against one half."""
    check = "label_order"
    balance = [sum(1 if v.first == p.label.better else -1 for v in p.votes if v.first is not None) for p in pairs]
    shown = [v.first == p.label.better for p in pairs for v in p.votes if v.first is not None]
    if not shown:
        return Finding(check, "unknown", "one answer was shown at a time: no order")
    share = sum(shown) / len(shown)
    p = _sign_test(balance)
    numbers = {"better_first_share": share, "n": len(pairs), "p": p}
    if p < ALPHA and not BALANCED[0] <= share <= BALANCED[1]:
        rule = "first" if share > 0.5 else "second"
        text = (
            f"labels are not shuffled: the better answer was shown first in {share:.1%} of the votes (p = {_p(p)}), "
            f"so that always answering {rule} scores {max(share, 1 - share):.1%}"
        )
        return Finding(check, "fault", text, numbers)
    return Finding(check, "ok", f"the better answer was shown first in {share:.1%} of the votes (p = {_p(p)})", numbers)


def position(pairs: Sequence[PairVotes]) -> Finding:
    """Whether one position is favoured: a sign test over pairs of verdicts for first against verdicts for second."""
    check = "position"
    cast = [[v for v in p.votes if v.first is not None and v.choice is not None] for p in pairs]
    verdicts = [
        (v.choice == v.first, v.first == p.label.better) for p, votes in zip(pairs, cast, strict=True) for v in votes
    ]
    if not verdicts:
        return Finding(check, "unknown", "no verdict between an answer shown first and one shown second")
    share = sum(first for first, _ in verdicts) / len(verdicts)
    better_first = sum(better for _, better in verdicts) / len(verdicts)
    lean = [sum(1 if v.choice == v.first else -1 for v in votes) for votes in cast]
    p = _sign_test(lean)
    numbers = {"first_share": share, "better_first_share": better_first, "n": sum(map(bool, lean)), "p": p}
    if not BALANCED[0] <= better_first <= BALANCED[1]:
        text = (
            f"first was said in {share:.1%} of the verdicts; with labels unshuffled, a judge that is right says so too"
        )
        return Finding(check, "unknown", text, numbers)
    if p < ALPHA:
        which = "first" if share > 0.5 else "second"
        text = f"the answer shown {which} is favoured: first in {share:.1%} of the verdicts"
        return Finding(check, "warning", f"{text} (p = {_p(p)}, {numbers['n']} pairs that lean)", numbers)
    return Finding(check, "ok", f"first in {share:.1%} of the verdicts (p = {_p(p)})", numbers)


def _sign_test(balances: Sequence[int]) -> float:
    """Two-sided exact binomial test of positive against negative values; 1 where there is neither."""
    from scipy.stats import binomtest

    positive, negative = sum(b > 0 for b in balances), sum(b < 0 for b in balances)
    return float(binomtest(positive, positive + negative).pvalue) if positive + negative else 1.0


def _p(p: float) -> str:
    return f"{p:.2g}"


def copies(records: Sequence[Record]) -> Finding:
    """Whether votes that should differ by sampling are the same text."""
    by_pair: dict[str, list[tuple[Any, str]]] = {}
    for record in records:
        if record.text is not None:
            shown = record.answer if record.first is None else record.first
            by_pair.setdefault(record.key or str(record.id), []).append((shown, record.text))
    asked = sum(any(count > 1 for count in Counter(shown for shown, _ in votes).values()) for votes in by_pair.values())
    if not asked:
        return Finding("copies", "unknown", "no pair was asked twice in one order")
    found = copied_votes(by_pair.values())
    if found:
        return Finding("copies", "warning", found, {"pairs": asked})
    return Finding(
        "copies", "ok", f"votes of one order differ ({asked} pairs asked more than once in an order)", {"pairs": asked}
    )


def merged_ids(records: Sequence[Record], benchmark: Benchmark | None = None) -> Finding:
    """Whether votes are told apart by id alone where one id stands for two pairs."""
    check = "merged_ids"
    keyless = [r for r in records if r.key is None]
    if not keyless:
        return Finding(check, "ok", "every vote names its pair by key")
    by_id: dict[str, list[Record]] = {}
    for record in keyless:
        by_id.setdefault(str(record.id), []).append(record)
    twice = {id for id, group in by_id.items() if _holds_two_pairs(group)}
    if benchmark is not None:
        stands = Counter(p.id for p in benchmark.pairs)
        twice |= {id for id in by_id if stands[id] > 1}
    numbers: dict[str, float | int | str | None] = {
        "votes_without_key": len(keyless),
        "ids": len(by_id),
        "ids_of_two_pairs": len(twice),
    }
    if twice:
        example = min(twice)
        text = f"votes of different pairs share an id: {len(twice)} ids, such as {example}, stand for several pairs"
        return Finding(check, "fault", text, numbers)
    if benchmark is None and len(by_id) in (1225, 1238):
        text = f"{len(by_id)} different ids are what is left when a revision's pairs are merged by id"
        return Finding(check, "warning", text, numbers)
    return Finding(check, "ok", f"{len(by_id)} ids, none of which stands for two pairs", numbers)


def _holds_two_pairs(group: Sequence[Record]) -> bool:
    """Votes of one id with the same number and order but other labels, lengths or texts."""
    if len({str(r.extra.get("words")) for r in group if "words" in r.extra}) > 1:
        return True
    slots = Counter((r.vote, r.first, r.answer) for r in group)
    texts = {(r.vote, r.first, r.answer, r.text, r.score) for r in group}
    return len(texts) > len(slots)


def blind_rule(run: Run) -> Finding:
    """Whether a rule that never looks at the picture would do as well, or is simply what the judge does."""
    check = "blind_rule"
    overall = estimates.mean([s for p in run.pairs if (s := outcome(p.counts, Policy.STRICT)) is not None])
    rules = [b for b in baselines(run) if b.overall.value is not None]
    best = max(rules, key=lambda b: b.overall.value or 0.0)
    value, low = overall.value or 0.0, overall.low or 0.0
    reached = best.overall.value or 0.0
    numbers: dict[str, float | int | str | None] = {
        "overall": value,
        "overall_low": low,
        "rule": best.name,
        "rule_overall": reached,
    }
    for rule, share, n in _followed(run.pairs):
        if share >= 0.95 and n >= 20:
            text = f"the judge does what the rule {rule!r} does in {share:.1%} of {n} verdicts"
            return Finding(check, "fault", text, {**numbers, "followed": rule, "followed_share": share})
    if reached >= low:
        text = (
            f"a rule that never looks ({best.name}) scores {reached:.1%} on the same pairs and orders; this run scores "
            f"{value:.1%}, its interval begins at {low:.1%}"
        )
        return Finding(check, "warning", text, numbers)
    text = f"above every rule that never looks: {value:.1%}, the best of them ({best.name}) {reached:.1%}"
    return Finding(check, "ok", text, numbers)


def _followed(pairs: Sequence[PairVotes]) -> Iterator[tuple[str, float, int]]:
    """How often the verdicts are a rule's: ``(rule, share, verdicts on which the rule says something)``."""
    cast = [(p.label, v) for p in pairs for v in p.votes if v.choice is not None]
    ordered = [v.choice == v.first for _, v in cast if v.first is not None]
    sized = [
        (label.words[v.choice] > label.words[1 - v.choice])
        for label, v in cast
        if label.words is not None and v.choice is not None and label.words[0] != label.words[1]
    ]
    for rules, found in ((("first", "second"), ordered), (("longer", "shorter"), sized)):
        if found:
            share = sum(found) / len(found)
            yield rules[0], share, len(found)
            yield rules[1], 1 - share, len(found)


def unread(run: Run) -> Finding:
    """Votes that could not be read: under 90 %, the parser or the token limit is measured as much as the judge."""
    parsed = sum(v.reason is None for p in run.pairs for v in p.votes)
    share = parsed / run.votes
    reasons = Counter(str(v.reason) for p in run.pairs for v in p.votes if v.reason is not None)
    listed = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    text = f"{share:.1%} of {run.votes} votes could be read" + (f"; not read: {listed}" if listed else "")
    return Finding("parsed", "warning" if share < 0.9 else "ok", text, {"parsed_rate": share, "votes": run.votes})
