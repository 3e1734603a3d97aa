"""A run under a policy, as the arrays that statistics are computed from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from vlrb_task.pairs.labels import Categories, Ints, Mask
from vlrb_task.pairs.pair import order_subsets
from vlrb_task.scores.calibration import Calibration, calibration
from vlrb_task.scores.completeness import completeness
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import FEW_GROUPS, among, share
from vlrb_task.scores.policies import Policy, Values, outcomes
from vlrb_task.scores.sampling import AtK, at_k
from vlrb_task.scores.style import Style, style
from vlrb_task.votes.schema import NONE
from vlrb_task.votes.table import Run

Source = Literal["probabilities", "rewards", "ratings", "shares of votes"]
_SURE = 1e-12
"""Probabilities nearer to 0 or 1 are taken as this where their logits are averaged."""


@dataclass(frozen=True)
class Scored:
    """A run under a policy: what statistics are computed from.

    Attributes:
        run: its votes.
        policy: by which pairs are scored.
    """

    run: Run
    policy: Policy

    @cached_property
    def values(self) -> Values:
        """Each pair's score, NaN where the policy drops it, shape ``(pairs,)``."""
        return outcomes(self.run.right, self.run.wrong, self.run.neither, self.policy)

    @cached_property
    def completeness(self) -> tuple[bool, list[str]]:
        """Whether pairs were not asked further, and the warnings about votes that the schedule has and the run has not."""
        return completeness(self.run, self.policy)

    @property
    def stopped(self) -> bool:
        """Whether decided pairs were not asked further: the pairs with many votes are then the hard ones."""
        return self.completeness[0]

    @cached_property
    def groups(self) -> Ints | None:
        """The group of each pair, a pair without one being its own; None where no pair has one, shape ``(pairs,)``."""
        group = self.run.labels.group
        known = named(group)
        return np.where(known, group.codes, len(group.names) + np.arange(known.size)) if known.any() else None

    def told_of_groups(self) -> list[str]:
        """A warning where groups are too few or too unequal for intervals and tests to rest on.

        Source:
            A. V. Carter, K. T. Schnepel and D. G. Steigerwald, Rev. Econ. Stat. 99 (2017) 698-709, on the effective number.
        """
        if self.groups is None:
            return []
        sizes = np.unique(self.groups, return_counts=True)[1]
        count = float(sizes.sum() ** 2 / (sizes**2).sum())
        if count >= FEW_GROUPS:
            return []
        return [
            f"{sizes.size} groups, the largest of {sizes.max()} of {sizes.sum()} pairs, count as {count:.0f} equal ones: below "
            f"{FEW_GROUPS} intervals and tests by group are rough"
        ]

    def mean(self, pairs: Mask | None = None) -> Estimate:
        """Mean score of some pairs, or of all, without dropped ones; groups of pairs vary as one."""
        held = ~np.isnan(self.values)
        return share(self.values, groups=self.groups, where=held if pairs is None else held & pairs)

    @cached_property
    def subsets(self) -> dict[str, Mask]:
        """The pairs of each subset of the revision that the policy does not drop."""
        held, subset = ~np.isnan(self.values), self.run.labels.subset
        return {name: subset.where(name) & held for name in order_subsets(self.run.subset_sizes)}

    @cached_property
    def usual_votes(self) -> int:
        """The most common number of votes a pair, of equally common ones the largest."""
        sizes, pairs = np.unique(self.run.total, return_counts=True)
        return int(max(zip(pairs, sizes, strict=True))[1])

    @cached_property
    def by_order(self) -> Ints:
        """Votes that showed both answers, as :mod:`~vlrb_task.scores.orders` counts them, shape ``(pairs, 2, 4)``."""
        return by_order(self.run)

    @cached_property
    def at_k(self) -> AtK | None:
        """Expectations for every odd k; None where most pairs have one vote, or the run stopped when pairs were decided."""
        if self.stopped or self.usual_votes < 2:
            return None
        run = self.run
        sizes = range(1, self.usual_votes + 1, 2)
        # The order of each pair's first vote; votes are sorted by pair and number.
        opening = run.votes.first[np.cumsum(run.total) - run.total]
        start = run.votes.first == opening[run.votes.pair]
        counts = [np.stack([run.count(which & kind) for kind in _kinds(run)], axis=1) for which in (start, ~start)]
        whole = run.total == self.usual_votes
        alternate = bool((counts[1].sum(axis=1)[whole] == self.usual_votes // 2).all())
        found = at_k(counts[0], counts[1], sizes, self.policy, alternate=alternate)
        return found if found.pairs.any() else None

    @cached_property
    def style(self) -> Style | None:
        """What style does to the verdicts; fitted, with statsmodels."""
        return style(self.run, self.groups)

    @cached_property
    def confidences(self) -> tuple[Source, Values, Mask] | None:
        """How probable each pair's better response is to the judge, and of which pairs that is known.

        Logged probabilities: the mean of their logits over a pair's ballots, by which a lean towards one place cancels where
        both orders were asked. Scalar rewards: the logistic function of the difference, as Bradley-Terry has it. Else the
        share of right votes among those that prefer a response, where most pairs have several votes.

        Returns:
            What they are, the probabilities, and the pairs that have one, those whose label is a tie left out. None for a judge
            with one vote a pair and nothing else, and for shares of a run that stopped.
        """
        run, ballots = self.run, self.run.ballots
        pairs = len(run.labels)
        total, count = (part.sum(axis=1) for part in self.logits)
        held = count > 0
        if held.any():
            return "probabilities", 1 / (1 + np.exp(-total[held] / count[held])), held
        margin, held = self.margins
        if held.any() and ballots.scored.any():
            return "rewards", 1 / (1 + np.exp(-np.clip(margin[held], -700, 700))), held
        if self.usual_votes < 2 or self.stopped:
            return None
        told, known = run.right + run.wrong, ~run.labels.tied
        agreed = np.divide(run.right, told, out=np.full(pairs, 0.5), where=told > 0)
        return "shares of votes", agreed[known], known

    @cached_property
    def calibration(self) -> Calibration | None:
        """What the confidences are worth; None where there are none. Rewards are ranked as they are: where they lie far
        apart their logistic function is 1 for many pairs.
        """
        if self.confidences is None:
            return None
        source, p, known = self.confidences
        rank = np.abs(self.margins[0][known]) if source == "rewards" else None
        return calibration(p, among(known, self.groups), rank, source)

    @cached_property
    def logits(self) -> tuple[Values, Ints]:
        """Of logged probabilities: the sum of the logits of the better response, and how many there are.

        Returns:
            Both of shape ``(pairs, 2)``, by where the better response was shown; a pair whose label is a tie has none.
        """
        run, ballots = self.run, self.run.ballots
        known = ~np.isnan(ballots.p) & ~run.labels.tied[ballots.pair]
        pair, pairs = ballots.pair[known], len(run.labels)
        p = np.clip(ballots.p[known], _SURE, 1 - _SURE)
        second = (ballots.first[known] != run.labels.better[pair]).astype(np.int64)
        logit = np.log(p / (1 - p)) * np.where(second, -1.0, 1.0)
        place = 2 * pair + second
        total = np.bincount(place, weights=logit, minlength=2 * pairs).astype(np.float64)
        count = np.bincount(place, minlength=2 * pairs)
        return total.reshape(-1, 2), count.reshape(-1, 2)

    @cached_property
    def margins(self) -> tuple[Values, Mask]:
        """Mean rating of each pair's better response minus that of the other, and which pairs have both; pointwise only."""
        run, ballots = self.run, self.run.ballots
        left, right = ballots.halves
        pair = ballots.pair[left]
        gap = (ballots.rating[left] - ballots.rating[right]) * np.where(run.labels.better[pair] == 0, 1.0, -1.0)
        read = ~np.isnan(gap) & ~run.labels.tied[pair]
        count = np.bincount(pair[read], minlength=len(run.labels))
        total = np.bincount(pair[read], gap[read], len(run.labels))
        return np.divide(total, count, out=np.full(len(run.labels), np.nan), where=count > 0), count > 0


def named(column: Categories[str | None]) -> Mask:
    """The pairs for which a column is filled in."""
    return np.array([name is not None for name in column.names], dtype=bool)[column.codes]


def _kinds(run: Run) -> tuple[Mask, Mask, Mask]:
    """Which votes are right, wrong, and neither."""
    return run.is_right, ~run.is_right & ~run.is_neither, run.is_neither


def by_order(run: Run) -> Ints:
    """Votes that showed both answers by where the better one stood and what they amount to, shape ``(pairs, 2, 4)``.

    A pair whose label is a tie has no better answer to stand anywhere, and has no counts.
    """
    right, wrong, neither = _kinds(run)
    unparsed = run.votes.reason != NONE
    kinds = (right, wrong, neither & ~unparsed, unparsed)
    first = run.votes.first == run.better
    ordered = run.ordered & ~run.labels.tied[run.votes.pair]
    places = (ordered & first, ordered & ~first)
    return np.stack([np.stack([run.count(place & kind) for kind in kinds], axis=1) for place in places], axis=1)
