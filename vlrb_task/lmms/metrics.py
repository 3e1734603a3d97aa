"""Aggregations that the YAML files name: a task's items into the core's numbers.

lmms-eval gives an aggregation the items of its metric, one a row (:func:`vlrb_task.lmms.rows.process_results`):

* ``key``, ``better``, ``vote``: the pair, its label, the vote's number;
* ``first`` and ``choice``, or ``answer`` and ``rating``: what was shown, and what the judge made of it;
* ``reason``: why there is no verdict;
* ``subset``, ``sizes`` (pairs of the whole revision by subset), ``digest`` (of the text): for ``overall`` and ``macro``.

A metric ``NAME_stderr`` beside each metric puts the core's standard error, rows of one pair being one cluster, where
lmms-eval's table looks for it: its own would take rows for independent, and it has none for a majority of votes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from vlrb_task.parsing.verdicts import Rating, Reason
from vlrb_task.scores import estimates
from vlrb_task.scores import score as scoring
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.tally import Label, PairVotes, Policy, Vote, mark_ratings, outcome
from vlrb_task.votes.assemble import copied_votes

Item = Mapping[str, Any]
Items = Sequence[Item]

NOTHING = "N/A"
"""Printed where nothing supports a number, such as a macro average without one of its subsets."""


def votes_of(items: Iterable[Item]) -> list[PairVotes]:
    """Items into votes by pair. A pointwise vote whose other half was not asked (``--limit``) is left out."""
    labels: dict[str, Label] = {}
    votes: dict[str, list[Vote]] = {}
    halves: dict[tuple[str, int], dict[int, Rating]] = {}
    for item in items:
        key = item["key"]
        labels.setdefault(key, Label(key, "", item["better"], item.get("subset", ""), ""))
        reason = Reason(item["reason"]) if "reason" in item else None
        if "answer" not in item:
            votes.setdefault(key, []).append(Vote(item["vote"], item["first"], item["choice"], reason))
            continue
        half = halves.setdefault((key, item["vote"]), {})
        half[item["answer"]] = Rating(item["rating"], reason)
        if len(half) == 2:
            votes.setdefault(key, []).append(mark_ratings(item["vote"], (half[0], half[1])))
    return [PairVotes(labels[key], tuple(sorted(cast, key=lambda v: v.number))) for key, cast in votes.items()]


def _overall(items: Items) -> Estimate:
    scores = [outcome(pair.counts, Policy.STRICT) for pair in votes_of(items)]
    return estimates.mean([score for score in scores if score is not None])


def _macro(items: Items) -> Estimate:
    by_subset: dict[str, list[float]] = {name: [] for name in items[0]["sizes"]}
    for pair in votes_of(items):
        score = outcome(pair.counts, Policy.STRICT)
        if score is not None:
            by_subset[pair.label.subset].append(score)
    return estimates.macro(by_subset)


def _value(estimate: Estimate | None) -> float | str:
    return NOTHING if estimate is None or estimate.value is None else estimate.value


def _error(estimate: Estimate | None) -> float | str:
    return NOTHING if estimate is None or estimate.se is None else estimate.se


def overall(items: Items) -> float | str:
    """Strict accuracy over pairs. Also says in the log what a reader of the table must know."""
    from loguru import logger

    for line in remarks(items):
        logger.warning(f"vlrb: {line}")
    return _value(_overall(items))


def remarks(items: Items) -> list[str]:
    """What must be known of a task's numbers: that they are of a part of the pairs, that the votes are copies."""
    found = []
    asked, total = len({item["key"] for item in items}), sum(items[0]["sizes"].values())
    if asked < total:
        found.append(f"scored on PART of the pairs: {asked} of {total}")
    by_pair: dict[str, list[tuple[Any, str]]] = {}
    for item in items:
        shown = item["answer"] if "answer" in item else item["first"]
        by_pair.setdefault(item["key"], []).append((shown, item["digest"]))
    copies = copied_votes(by_pair.values())
    return [*found, copies] if copies else found


def _pair_of(
    estimate: Callable[[Items], Estimate | None],
) -> tuple[Callable[[Items], float | str], Callable[[Items], float | str]]:
    """A metric's aggregation and its standard error's."""

    def value(items: Items) -> float | str:
        return _value(estimate(items))

    def error(items: Items) -> float | str:
        return _error(estimate(items))

    return value, error


overall_stderr = _pair_of(_overall)[1]
macro, macro_stderr = _pair_of(_macro)
subset, subset_stderr = _pair_of(_overall)
parsed_rate, parsed_rate_stderr = _pair_of(lambda items: scoring.parsed_rate(votes_of(items)))
first_rate, first_rate_stderr = _pair_of(lambda items: scoring.first_rate(votes_of(items)))
consistency, consistency_stderr = _pair_of(lambda items: scoring.both_orders(votes_of(items))[0])
both_orders_right, both_orders_right_stderr = _pair_of(lambda items: scoring.both_orders(votes_of(items))[1])
