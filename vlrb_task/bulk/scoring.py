"""Counts of pairs into scores: those of :func:`vlrb_task.scores.score.score_run`, without an object for each vote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from math import fsum
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from vlrb_task.bulk.baselines import baselines_of
from vlrb_task.bulk.columns import Tallies, keep, tally
from vlrb_task.bulk.gathering import Gathered, Progress, Votes, gather
from vlrb_task.bulk.labels import Names
from vlrb_task.bulk.reading import REASONS, TEXT
from vlrb_task.pairs.pair import UNDECIDABLE, Answer, order_subsets
from vlrb_task.scores import estimates
from vlrb_task.scores.completeness import completeness
from vlrb_task.scores.score import Baseline, Run, Score, order_tags, tag_name, usual_votes
from vlrb_task.scores.tally import Counts, PairVotes, Policy, expected_at_k, outcome
from vlrb_task.support.errors import DataError
from vlrb_task.votes import set_aside
from vlrb_task.votes.assemble import copies_warning, judge_of, prompt_of, reader_of


@dataclass(frozen=True, slots=True)
class _PairCount(Sequence[PairVotes]):
    """Stands in a run's place for pairs: how many, and no more."""

    pairs: int

    def __len__(self) -> int:
        return self.pairs

    def __getitem__(self, place: Any) -> Any:
        raise IndexError("votes that were streamed are counted, not kept")


@dataclass(frozen=True, slots=True)
class BulkRun(Run):
    """A run whose votes are counts. Its ``pairs`` know their number only."""

    vote_count: int = 0

    @property
    def votes(self) -> int:
        return self.vote_count


@dataclass(frozen=True, slots=True)
class BulkScore:
    """A score with the baselines beside it, which here are made of the same counts."""

    score: Score
    baselines: tuple[Baseline, ...]


def score_files(
    paths: Sequence[Path],
    policy: Policy = Policy.STRICT,
    parser: str | None = None,
    *,
    pairs: str | None = None,
    ties: Answer | None = None,
    processes: int | None = None,
    progress: Progress | None = None,
) -> list[BulkScore]:
    """Score votes files and sample logs of vlrb tasks together: whatever shares its judge, prompt, pairs and model is one run.

    Args:
        paths: the files.
        policy: of the score.
        parser: reads every text, in the place of the judges' own.
        pairs: where labels come from, as :func:`vlrb_task.pairs.rows.load_benchmark`'s; without it, from the votes.
        ties: count equal ratings as a choice of this response, see :func:`vlrb_task.scores.score.break_ties`.
        processes: how many share the reading; by default one a core.
        progress: called with bytes read so far and in all.

    Raises:
        DataError: a file that cannot be read, or no vote that can be used.
    """
    gathered = gather(paths, parser, pairs, processes, progress)
    found = [
        score
        for votes in gathered.runs
        if (score := _score(votes, gathered, policy, parser, ties)) is not None  # a run may have halves of votes only
    ]
    if not found:
        raise DataError(f"{gathered.source}: no vote could be used", gathered.warnings)
    return found


def _score(
    votes: Votes, gathered: Gathered, policy: Policy, parser: str | None, ties: Answer | None
) -> BulkScore | None:
    kept = keep(votes.columns)
    counted = tally(kept.columns, votes.pairs.labels, ties)
    if counted is None:
        return None
    names, record = gathered.names, votes.record
    outcomes = _Outcomes(counted, policy)
    sizes = {name: count for name, count in votes.pairs.subset_counts.items() if name != UNDECIDABLE}
    schedule = _schedule(votes.schedules)
    whole = completeness(
        chain.from_iterable(repeat(counts, n) for counts, n in outcomes.states),
        schedule,
        policy,
        pairwise=counted.ordered,
    )
    model = {"model": record.extra["model"]} if "model" in record.extra else {}
    run = BulkRun(
        judge=judge_of(record),
        prompt=prompt_of(record),
        revision=votes.pairs.revision,
        fingerprint=votes.pairs.fingerprint,
        subset_sizes=sizes,
        pairs=cast("tuple[PairVotes, ...]", _PairCount(counted.labels.size)),
        parser=reader_of(judge_of(record), parser, [TEXT])[0] if votes.texts else "scores",
        source=gathered.source,
        warnings=(
            *(whole.warnings() if whole else ()),
            *gathered.warnings,
            *votes.warnings,
            *_told(kept.copies, kept.conflicts, kept.again, counted, ties),
        ),
        metadata={**gathered.metadata, **model, **({"schedule": schedule} if schedule else {})},
        vote_count=int(counted.total.sum()),
    )
    subset, source = counted.labels["subset"].astype(np.int64), counted.labels["source"].astype(np.int64)
    by_subset = {name: outcomes.of(subset == names.subsets.get(name, -1)) for name in order_subsets(sizes)}
    by_source = {name: outcomes.of(source == n) for name, n in names.sources.items() if (source == n).any()}
    by_tag = _by_tag(counted, outcomes, names)
    stopped = whole is not None and bool(whole.short and whole.stop)
    both = counted.both.any()
    score = Score(
        run=run,
        policy=policy,
        overall=estimates.mean(outcomes.of(np.ones(subset.size, dtype=bool))),
        macro=estimates.macro(by_subset),
        by_subset={name: estimates.mean(values) for name, values in by_subset.items()},
        by_source={name: estimates.mean(by_source[name]) for name in sorted(by_source)},
        parsed_rate=estimates.ratio(counted.parsed.astype(float), counted.total.astype(float)),
        coverage=estimates.mean((counted.right != counted.wrong).astype(float)),
        first_rate=estimates.ratio(counted.cast_first.astype(float), counted.cast.astype(float))
        if counted.ordered
        else None,
        consistency=estimates.mean(counted.same[counted.both].astype(float)) if both else None,
        both_orders_right=estimates.mean(counted.same_right[counted.both].astype(float)) if both else None,
        at_k={} if stopped else outcomes.at_k(),
        reasons={str(reason): int(n) for reason, n in sorted(zip(REASONS, counted.reasons, strict=True)) if n},
        by_tag={name: estimates.mean(by_tag[name]) for name in order_tags(by_tag)},
    )
    return BulkScore(score, tuple(baselines_of(counted, list(by_subset), names, policy)))


class _Outcomes:
    """Outcomes of pairs. Few states of counts occur, so that each is judged once, by the rule for single pairs."""

    def __init__(self, counted: Tallies, policy: Policy) -> None:
        self.policy = policy
        stacked = np.stack([counted.right, counted.wrong, counted.neither], axis=1)
        found, inverse, sizes = np.unique(stacked, axis=0, return_inverse=True, return_counts=True)
        self.states = [(Counts(*map(int, state)), int(n)) for state, n in zip(found, sizes, strict=True)]
        values = [outcome(counts, policy) for counts, _ in self.states]
        self.values = np.array([np.nan if v is None else v for v in values])[inverse.reshape(-1)]

    def of(self, pairs: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Of some pairs, those that the policy does not drop."""
        values: NDArray[np.float64] = self.values[pairs & ~np.isnan(self.values)]
        return values

    def at_k(self) -> dict[int, float]:
        totals: Counter[int] = Counter()
        for counts, n in self.states:
            totals[counts.total] += n
        usual = usual_votes(totals)
        accuracy = {}
        for k in range(1, usual + 1, 2):
            expected = [(expected_at_k(c, k, self.policy), n) for c, n in self.states if c.total >= k]
            kept = fsum(chain.from_iterable(repeat(weight, n) for (_, weight), n in expected))
            if kept:
                accuracy[k] = fsum(chain.from_iterable(repeat(score, n) for (score, _), n in expected)) / kept
        return accuracy if usual > 1 else {}


def _by_tag(counted: Tallies, outcomes: _Outcomes, names: Names) -> dict[str, NDArray[np.float64]]:
    """Outcomes by error tag; a pair with two tags counts under both."""
    sets: dict[str, list[int]] = {}
    for tags, place in names.tags.items():
        for tag in {tag_name(tag) for tag in tags}:
            sets.setdefault(tag, []).append(place)
    tagged = {tag: np.isin(counted.labels["tags"], places) for tag, places in sets.items()}
    return {tag: outcomes.of(pairs) for tag, pairs in tagged.items() if pairs.any()}


def _schedule(found: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """As of the records of a run: the schedule with the most votes, and the policies that pairs were settled under."""
    if not found:
        return {}
    order, votes, _ = max(found, key=lambda schedule: (schedule[1], schedule[0]))
    stops = sorted({stop for _, _, stop in found if stop != "none"})
    return {"order": order, "votes": votes} | ({"stop": ", ".join(stops)} if stops else {})


def _told(copies: int, conflicts: int, again: int, counted: Tallies, ties: Answer | None) -> Iterator[str]:
    for count, what in (
        (copies, set_aside.TWICE),
        (conflicts, set_aside.CONFLICT),
        (again, set_aside.ASKED_AGAIN),
        (counted.halves, set_aside.HALF),
    ):
        if count:
            yield f"{count} {what}"
    if copied := copies_warning(counted.compared, counted.copied):
        yield copied
    if ties is not None:
        yield f"{counted.broken} equal ratings are counted as a choice of response {ties}, not as ties"
