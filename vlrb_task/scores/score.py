"""A run's votes into its score: every number of ``vlrb score --json``, and the baselines beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import fsum
from typing import Any

from vlrb_task.judges.base import PromptRecord as PromptRecord
from vlrb_task.pairs.pair import SUBSETS, Answer, order_subsets, other
from vlrb_task.parsing.verdicts import Rating, Reading
from vlrb_task.scores import estimates
from vlrb_task.scores.completeness import completeness
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.tally import (
    Label,
    PairVotes,
    Policy,
    Vote,
    decided,
    expected_at_k,
    outcome,
    winner_by_order,
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a judge wrote on one ballot, and how it was read: for those who look at judgements, not for scoring.

    Attributes:
        number: the ballot's vote number.
        first, answer: which response it showed first, or at all; the other is None.
        text: what was written; None for a scalar reward.
        reading: how the run's parser read it; a scalar reward is a rating.
    """

    number: int
    first: Answer | None
    answer: Answer | None
    text: str | None
    reading: Reading | Rating


@dataclass(frozen=True, slots=True)
class Run:
    """A judge's votes on a revision of the benchmark, with everything needed to score them again.

    Attributes:
        judge: the judge's name.
        prompt: the prompt that was asked, as far as the log tells.
        revision: name of the set of pairs that was asked about.
        fingerprint: of that set.
        subset_sizes: pairs of the whole revision by subset; a run on part of them has fewer votes.
        pairs: the votes, one entry a pair, in the log's order of first appearance.
        parser: name of the parser that read the texts.
        source: the log that this was read from.
        warnings: what a reader of the numbers must know: counted, never silent.
        metadata: anything else the log tells (model, task, framework).
        said: every ballot's text by the pair's key, if it was asked to be kept.
    """

    judge: str
    prompt: PromptRecord
    revision: str
    fingerprint: str
    subset_sizes: Mapping[str, int]
    pairs: tuple[PairVotes, ...]
    parser: str = "final"
    source: str = ""
    warnings: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    said: Mapping[str, tuple[Said, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def votes(self) -> int:
        """Number of votes in the run."""
        return sum(len(p.votes) for p in self.pairs)


@dataclass(frozen=True, slots=True)
class Score:
    """Every number of a run under one policy. See ``docs/metrics.md`` for each one's definition.

    Rates and accuracies are :class:`~vlrb_task.scores.estimates.Estimate` objects; those that a run cannot have (consistency
    where one order was asked) are None.
    """

    run: Run
    policy: Policy
    overall: Estimate
    macro: Estimate
    by_subset: Mapping[str, Estimate]
    by_source: Mapping[str, Estimate]
    parsed_rate: Estimate
    coverage: Estimate
    first_rate: Estimate | None
    consistency: Estimate | None
    both_orders_right: Estimate | None
    at_k: Mapping[int, float]
    reasons: Mapping[str, int]
    by_tag: Mapping[str, Estimate] = field(default_factory=dict)

    @property
    def missing(self) -> int:
        """Pairs of the revision without a vote."""
        return max(0, sum(self.run.subset_sizes.values()) - len(self.run.pairs))

    def to_dict(self) -> dict[str, Any]:
        """The object that ``vlrb score --json`` prints for a run."""
        run = self.run
        rates = {
            "parsed_rate": self.parsed_rate,
            "coverage": self.coverage,
            "first_rate": self.first_rate,
            "consistency": self.consistency,
            "both_orders_right": self.both_orders_right,
        }
        result: dict[str, Any] = {
            "source": run.source,
            "judge": run.judge,
            "prompt": run.prompt.to_dict(),
            "parser": run.parser,
            "policy": str(self.policy),
            "revision": run.revision,
            "fingerprint": run.fingerprint,
            "pairs": len(run.pairs),
            "missing": self.missing,
            "votes": run.votes,
            "overall": self.overall.to_dict(),
            "macro": self.macro.to_dict(),
            **{name: self.by_subset.get(name, estimates.nothing("wilson")).to_dict() for name in SUBSETS},
            "by_subset": {name: estimate.to_dict() for name, estimate in self.by_subset.items()},
            "by_source": {name: estimate.to_dict() for name, estimate in self.by_source.items()},
        }
        if self.by_tag:
            result["by_tag"] = {name: estimate.to_dict() for name, estimate in self.by_tag.items()}
        result.update({name: rate.value for name, rate in rates.items() if rate is not None})
        if self.at_k:
            result["at_k"] = {str(k): value for k, value in self.at_k.items()}
        result["unparsed"] = dict(self.reasons)
        result["intervals"] = {name: rate.to_dict() for name, rate in rates.items() if rate is not None}
        result["warnings"] = list(run.warnings)
        result["metadata"] = dict(run.metadata)
        return result


def score_run(run: Run, policy: Policy = Policy.STRICT) -> Score:
    """Score a run under a policy.

    Raises:
        ValueError: a run without votes.
    """
    if not run.pairs:
        raise ValueError("a run without votes has no score")
    outcomes = [(p.label, outcome(p.counts, policy)) for p in run.pairs]
    schedule = run.metadata.get("schedule")
    pairwise = run.pairs[0].votes[0].first is not None
    whole = completeness((p.counts for p in run.pairs), schedule, policy, pairwise=pairwise)
    if whole is not None and (told := whole.warnings()):
        run = replace(run, warnings=(*told, *run.warnings))
    stopped = whole is not None and bool(whole.short and whole.stop)
    names = order_subsets(run.subset_sizes)
    by_subset = {name: [s for label, s in outcomes if label.subset == name and s is not None] for name in names}
    by_source: dict[str, list[float]] = {}
    for label, value in outcomes:
        by_source.setdefault(label.source, []).extend([] if value is None else [value])
    by_tag: dict[str, list[float]] = {}
    for label, value in outcomes:
        for tag in sorted({tag_name(tag) for tag in label.tags}):
            by_tag.setdefault(tag, []).extend([] if value is None else [value])
    return Score(
        run=run,
        policy=policy,
        overall=estimates.mean([s for _, s in outcomes if s is not None]),
        macro=estimates.macro(by_subset),
        by_subset={name: estimates.mean(values) for name, values in by_subset.items()},
        by_source={name: estimates.mean(values) for name, values in sorted(by_source.items())},
        parsed_rate=parsed_rate(run.pairs),
        coverage=estimates.mean([float(decided(p.counts)) for p in run.pairs]),
        first_rate=first_rate(run.pairs),
        consistency=(orders := both_orders(run.pairs))[0],
        both_orders_right=orders[1],
        # Of a run that stopped, the pairs with many votes are the hard ones.
        at_k={} if stopped else at_k(run.pairs, policy),
        reasons=dict(sorted(Counter(str(v.reason) for p in run.pairs for v in p.votes if v.reason).items())),
        by_tag={name: estimates.mean(by_tag[name]) for name in order_tags(by_tag)},
    )


TAGS = ("existence", "recognition", "visual attribute", "counting", "other")
"""The paper's error tags, in the order in which it counts them."""


def tag_name(tag: str) -> str:
    """A tag as tables print it: "Visual_Attribute errors" is "visual attribute". An unknown tag keeps its words."""
    words = tag.replace("_", " ").replace("-", " ").lower().split()
    while len(words) > 1 and words[-1] in ("error", "errors"):
        del words[-1]
    name = " ".join(words)
    return {"attribute": "visual attribute", "attributes": "visual attribute", "others": "other"}.get(name, name)


def order_tags(names: Iterable[str]) -> list[str]:
    """The paper's tags in its order, then any other by name."""
    found = set(names)
    return [tag for tag in TAGS if tag in found] + sorted(found.difference(TAGS))


def break_ties(run: Run, answer: Answer) -> Run:
    """The run with equal ratings counted as a choice of one response, as some scripts do without saying so.

    Args:
        run: any run; votes that show both answers are left as they are.
        answer: the response that gets them, by its index in the row.
    """
    broken = 0
    pairs = []
    for pair in run.pairs:
        votes = tuple(replace(v, choice=answer) if v.tied and v.first is None else v for v in pair.votes)
        broken += sum(old is not new for old, new in zip(pair.votes, votes, strict=True))
        pairs.append(replace(pair, votes=votes))
    told = f"{broken} equal ratings are counted as a choice of response {answer}, not as ties"
    return replace(run, pairs=tuple(pairs), warnings=(*run.warnings, told))


def parsed_rate(pairs: Iterable[PairVotes]) -> Estimate:
    """Share of votes that were read; a tie is read."""
    counted = [(sum(v.reason is None for v in pair.votes), len(pair.votes)) for pair in pairs]
    return estimates.ratio([parsed for parsed, _ in counted], [total for _, total in counted])


def first_rate(pairs: Iterable[PairVotes]) -> Estimate | None:
    """Of the verdicts first or second, the share for the answer shown first; None for pointwise votes."""
    top: list[float] = []
    bottom: list[float] = []
    for pair in pairs:
        cast = [v for v in pair.votes if v.first is not None and v.choice is not None]
        top.append(sum(v.choice == v.first for v in cast))
        bottom.append(len(cast))
    if not any(v.first is not None for pair in pairs for v in pair.votes):
        return None
    return estimates.ratio(top, bottom)


def both_orders(pairs: Iterable[PairVotes]) -> tuple[Estimate | None, Estimate | None]:
    """Consistency and both-orders-right, over the pairs that were asked in both orders; None where there are none.

    With more than one vote an order, each order's winner is the response that most of its votes prefer.
    """
    same: list[float] = []
    right: list[float] = []
    for pair in pairs:
        winners = winner_by_order(pair.votes)
        if len(winners) == 2:
            agree = winners[0] is not None and winners[0] == winners[1]
            same.append(float(agree))
            right.append(float(agree and winners[0] == pair.label.better))
    if not same:
        return None, None
    return estimates.mean(same), estimates.mean(right)


def at_k(pairs: Sequence[PairVotes], policy: Policy) -> dict[int, float]:
    """For each odd k, the exact expected accuracy of the majority of k votes drawn from each pair's.

    Over the pairs that have at least k votes, for k up to the most common number of votes; empty where that is 1.
    """
    usual = usual_votes(Counter(len(p.votes) for p in pairs))
    accuracy: dict[int, float] = {}
    for k in range(1, usual + 1, 2):
        expected = [expected_at_k(p.counts, k, policy) for p in pairs if len(p.votes) >= k]
        kept = fsum(weight for _, weight in expected)
        if kept:
            accuracy[k] = fsum(score for score, _ in expected) / kept
    return accuracy if usual > 1 else {}


def usual_votes(pairs: Mapping[int, int]) -> int:
    """The most common number of votes, of equally common ones the largest.

    Args:
        pairs: how many there are with each number of votes.
    """
    return max(pairs, key=lambda votes: (pairs[votes], votes))


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a rule that never looks at the picture scores on the same ballots."""

    name: str
    overall: Estimate
    macro: Estimate
    by_subset: Mapping[str, Estimate]


def baselines(run: Run, policy: Policy = Policy.STRICT) -> list[Baseline]:
    """The rules first, second, longer, shorter and random on the run's own pairs and orders.

    ``first`` and ``second`` are left out where votes have no order, the two length rules where the lengths are not
    known. Equal lengths count one half, and so does every pair for ``random``: expectations, nothing is drawn.
    """
    rules: dict[str, Callable[[PairVotes], float | None]] = {}
    if all(v.first is not None for p in run.pairs for v in p.votes):
        rules["first"] = lambda p: _always(p, policy, 0)
        rules["second"] = lambda p: _always(p, policy, 1)
    if all(p.label.words is not None for p in run.pairs):
        rules["longer"] = lambda p: _longer(p.label)
        rules["shorter"] = lambda p: 1 - _longer(p.label)
    rules["random"] = lambda p: 0.5
    return [_baseline(name, run, rule) for name, rule in rules.items()]


def _baseline(name: str, run: Run, rule: Callable[[PairVotes], float | None]) -> Baseline:
    subsets: dict[str, list[float]] = {name: [] for name in order_subsets(run.subset_sizes)}
    for pair in run.pairs:
        value = rule(pair)
        subsets.setdefault(pair.label.subset, []).extend([] if value is None else [value])
    everything = [value for values in subsets.values() for value in values]
    return Baseline(
        name,
        estimates.mean(everything),
        estimates.macro(subsets),
        {subset: estimates.mean(values) for subset, values in subsets.items()},
    )


def _always(pair: PairVotes, policy: Policy, shown: Answer) -> float | None:
    """The outcome of always choosing the answer shown first (0) or second (1)."""
    choices: list[Vote] = []
    for vote in pair.votes:
        first = vote.first or 0
        choices.append(replace(vote, choice=other(first) if shown else first, reason=None))
    return outcome(PairVotes(pair.label, tuple(choices)).counts, policy)


def _longer(label: Label) -> float:
    words = label.words or (0, 0)
    if words[0] == words[1]:
        return 0.5
    return 1.0 if words[label.better] > words[1 - label.better] else 0.0
