"""What a log of judgements gives away: label order, position, copied votes, merged pairs, blind baselines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vlrb_task.pairs.labels import NO_WORDS, Ints
from vlrb_task.scores import orders
from vlrb_task.scores.baselines import baselines
from vlrb_task.scores.completeness import caveats
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.score import score_run
from vlrb_task.scores.scored import Scored, by_order
from vlrb_task.votes import Run, duplicates
from vlrb_task.votes.schema import NONE
from vlrb_task.votes.warnings import copied_votes

Level = Literal["ok", "warning", "fault", "unknown"]
Numbers = Mapping[str, float | int | str | None]

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
    numbers: Numbers = field(default_factory=dict)


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
            "pairs": len(self.run.labels),
            "votes": len(self.run.votes),
            "worst": self.worst,
            "findings": [asdict(finding) for finding in self.findings],
            "warnings": caveats(self.run),
        }


def audit_log(run: Run) -> LogAudit:
    """Check a run, and the rows that it was read from.

    Args:
        run: read with ``keep_logged``: see :func:`vlrb_task.votes.read_runs`.
    """
    run = score_run(run, Policy.STRICT).run  # which knows whether votes are missing
    return LogAudit(run, (label_order(run), position(run), copies(run), merged_ids(run), blind_rule(run), unread(run)))


def label_order(run: Run) -> Finding:
    """Whether the better answer stands first as often as second: a sign test over pairs against one half."""
    check = "label_order"
    if not run.ordered.any():
        return Finding(check, "unknown", "one answer was shown at a time: no order")
    ordered = run.ordered & ~run.labels.tied[run.votes.pair]
    better_first = ordered & (run.votes.first == run.better)
    share = float(better_first.sum() / max(1, ordered.sum()))
    p = _sign_test(2 * run.count(better_first) - run.count(ordered))
    numbers = {"better_first_share": share, "n": len(run.labels), "p": p}
    if p < ALPHA and not BALANCED[0] <= share <= BALANCED[1]:
        rule = "first" if share > 0.5 else "second"
        text = (
            f"labels are not shuffled: the better answer was shown first in {share:.1%} of the votes (p = {p:.2g}), "
            f"so that always answering {rule} scores {max(share, 1 - share):.1%}"
        )
        return Finding(check, "fault", text, numbers)
    return Finding(check, "ok", f"the better answer was shown first in {share:.1%} of the votes (p = {p:.2g})", numbers)


def position(run: Run) -> Finding:
    """Whether one position is favoured: a score test of the position effect, whatever places the better answers have."""
    check = "position"
    counts = by_order(run)
    rates = orders.expected_first_rate(counts)
    if rates is None:
        which = "where the better answer was shown first and where second are needed"
        return Finding(check, "unknown", f"verdicts {which} to tell a position effect from accuracy")
    seen, expected = rates
    groups = Scored(run, Policy.STRICT).groups
    effect, p = orders.position_effect(counts, groups), orders.position_test(counts, groups)
    numbers: Numbers = {
        "first_share": seen,
        "first_share_unbiased": expected,
        "effect": effect.value,
        "effect_low": effect.low,
        "effect_high": effect.high,
        "n": effect.n,
        "p": p,
    }
    size = f"accuracy {effect.value or 0.0:+.1%} where the better answer was shown first (p = {p:.2g})"
    said = f"first was said in {seen:.1%} of the verdicts; as accurate a judge without position bias says it in {expected:.1%}"
    if p < ALPHA:
        which = "first" if (effect.value or 0.0) > 0 else "second"
        return Finding(check, "warning", f"the answer shown {which} is favoured: {size}; {said}", numbers)
    return Finding(check, "ok", f"{size}; {said}", numbers)


def _sign_test(balances: Ints) -> float:
    """Two-sided exact binomial test of positive against negative values; 1 where there is neither."""
    from scipy.stats import binomtest

    positive, negative = int((balances > 0).sum()), int((balances < 0).sum())
    return float(binomtest(positive, positive + negative).pvalue) if positive + negative else 1.0


def copies(run: Run) -> Finding:
    """Whether votes that should differ by sampling are the same text."""
    found = duplicates.copies(run.ballots)
    if not found.pairs:
        return Finding("copies", "unknown", "no pair was asked twice in one order")
    numbers = {"pairs": found.pairs}
    if text := copied_votes(found.compared, found.copied):
        return Finding("copies", "warning", text, numbers)
    text = f"votes of one order differ ({found.pairs} pairs asked more than once in an order)"
    return Finding("copies", "ok", text, numbers)


def merged_ids(run: Run) -> Finding:
    """Whether votes are told apart by id alone where one id stands for two pairs."""
    check = "merged_ids"
    if run.logged is None:
        raise ValueError("the run was read without its rows: keep_logged")
    keyless = run.logged.filter(run.logged["key"].is_null())
    if not keyless.num_rows:
        return Finding(check, "ok", "every vote names its pair by key")
    ids = pc.unique(keyless["id"])
    twice = _ids_of_two_pairs(keyless)
    if run.labelled_by is not None:
        _, stands = run.labelled_by.rows_of_ids(ids)
        twice |= {id for id, count in zip(ids.to_pylist(), stands.tolist(), strict=True) if count > 1}
    numbers = {"votes_without_key": keyless.num_rows, "ids": len(ids), "ids_of_two_pairs": len(twice)}
    if twice:
        example = min(twice)
        text = f"votes of different pairs share an id: {len(twice)} ids, such as {example}, belong to several pairs"
        return Finding(check, "fault", text, numbers)
    if run.labelled_by is None and len(ids) in (1225, 1238):
        text = f"{len(ids)} different ids are what is left when a revision's pairs are merged by id"
        return Finding(check, "warning", text, numbers)
    return Finding(check, "ok", f"{len(ids)} ids, none of which belongs to two pairs", numbers)


def _ids_of_two_pairs(rows: pa.Table) -> set[str]:
    """Ids with votes of one number and order that say otherwise, or with other lengths of the responses."""
    slots = rows.group_by(["id", "vote", "first", "answer"]).aggregate([("digest", "count_distinct")])
    found = set(slots.filter(pc.greater(slots["digest_count_distinct"], 1))["id"].to_pylist())
    told = rows.filter(pc.not_equal(rows["words_0"], NO_WORDS))
    words = told.group_by(["id", "words_0", "words_1"]).aggregate([]).group_by("id").aggregate([([], "count_all")])
    return found | set(words.filter(pc.greater(words["count_all"], 1))["id"].to_pylist())


def blind_rule(run: Run) -> Finding:
    """Whether a blind baseline would do as well, or is simply what the judge does."""
    check = "blind_rule"
    overall = score_run(run, Policy.STRICT).overall
    rules = [b for b in baselines(run) if b.overall.value is not None]
    best = max(rules, key=lambda b: b.overall.value or 0.0)
    value, low = overall.value or 0.0, overall.low or 0.0
    reached = best.overall.value or 0.0
    numbers: Numbers = {"overall": value, "overall_low": low, "rule": best.name, "rule_overall": reached}
    for rule, share, n in _followed(run):
        if share >= 0.95 and n >= 20:
            text = f"the judge does what the rule {rule!r} does in {share:.1%} of {n} verdicts"
            return Finding(check, "fault", text, {**numbers, "followed": rule, "followed_share": share})
    if reached >= low:
        text = (
            f"a blind baseline ({best.name}) scores {reached:.1%} on the same pairs and orders; this run scores "
            f"{value:.1%}, its interval begins at {low:.1%}"
        )
        return Finding(check, "warning", text, numbers)
    text = f"above every blind baseline: {value:.1%}, the best of them ({best.name}) {reached:.1%}"
    return Finding(check, "ok", text, numbers)


def _followed(run: Run) -> Iterator[tuple[str, float, int]]:
    """How often the verdicts are a rule's: ``(rule, share, verdicts on which the rule says something)``."""
    votes = run.votes
    words = run.labels.words[votes.pair]
    sized = (votes.choice != NONE) & (words != NO_WORDS).all(axis=1) & (words[:, 0] != words[:, 1])
    longer = np.where(words[:, 0] > words[:, 1], 0, 1)
    for rules, said, rule in (
        (("first", "second"), run.cast, votes.first),
        (("longer", "shorter"), sized, longer),
    ):
        if n := int(said.sum()):
            share = float((said & (votes.choice == rule)).sum() / n)
            yield rules[0], share, n
            yield rules[1], 1 - share, n


def unread(run: Run) -> Finding:
    """Votes that could not be read: under 90 %, the parser or the token limit is measured as much as the judge."""
    votes = len(run.votes)
    share = 1 - int(run.unparsed.sum()) / votes
    listed = ", ".join(f"{reason} {count}" for reason, count in sorted(run.reasons.items(), key=lambda one: -one[1]))
    text = f"{share:.1%} of {votes} votes could be read" + (f"; not read: {listed}" if listed else "")
    return Finding("parsed", "warning" if share < 0.9 else "ok", text, {"parsed_rate": share, "votes": votes})
