"""Aggregations that the YAML files name: a task's items into the core's numbers.

lmms-eval gives an aggregation the items of its metric, one a row (:func:`vlrb_task.lmms.rows.process_results`):

* ``key``, ``better``, ``vote``: the pair, its label, the vote's number;
* ``first`` and ``choice``, or ``answer`` and ``rating``: what was shown, and what the judge made of it; ``p`` where it gave one;
* ``reason``: why there is no verdict;
* ``subset``, ``sizes`` (pairs of the whole revision by subset), ``digest`` (of the text): for ``overall`` and ``macro``.

A metric ``NAME_stderr`` beside each metric puts the core's standard error, rows of one pair being one cluster, where
lmms-eval's table looks for it: its own would take rows for independent, and it has none for a majority of votes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from vlrb_task.judges.base import PromptRecord
from vlrb_task.pairs.labels import Labels
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.scored import Scored
from vlrb_task.scores.statistics import STATISTICS
from vlrb_task.votes import Ballots, Run, Votes, duplicates
from vlrb_task.votes.warnings import copied_votes

Item = Mapping[str, Any]
Items = Sequence[Item]
Aggregation = Callable[[Items], float | str]

NOTHING = "N/A"
"""Printed where nothing supports a number, such as a macro average without one of its subsets."""


def run_of(items: Items) -> Run:
    """Items into a run. A pointwise vote whose other half was not asked (``--limit``) is left out."""
    place = {key: row for row, key in enumerate(dict.fromkeys(item["key"] for item in items))}
    by_key = {item["key"]: item for item in items}
    labels = Labels.of(
        {"key": key, "id": "", "better": by_key[key]["better"], "subset": by_key[key].get("subset", ""), "source": ""}
        for key in place
    )
    ballots = Ballots.of({**item, "pair": place[item["key"]]} for item in items)
    votes = Votes.of(ballots)
    sizes = items[0].get("sizes") or labels.subset_counts
    run = Run("", PromptRecord(""), "", "", sizes, labels, votes, ballots)
    return run.on_pairs(np.unique(votes.pair))


def _pair_of(name: str) -> tuple[Aggregation, Aggregation]:
    """The aggregations of a row of the table of statistics that is one number: its value and its standard error."""
    (row,) = (row for row in STATISTICS if row.name == name)

    def aggregation(field: str) -> Aggregation:
        def number(items: Items) -> float | str:
            found = getattr(row.compute(Scored(run_of(items), Policy.STRICT)), field, None)
            return NOTHING if found is None else float(found)

        return number

    return aggregation("value"), aggregation("se")


def overall(items: Items) -> float | str:
    """Strict accuracy over pairs. Also says in the log what a reader of the table must know."""
    from loguru import logger

    for line in remarks(items):
        logger.warning(f"vlrb: {line}")
    return _overall(items)


def remarks(items: Items) -> list[str]:
    """What must be known of a task's numbers: answers that are none, a part of the pairs only, votes that are copies."""
    found = []
    reasons = Counter(str(item["reason"]) for item in items if "reason" in item)
    if reasons:
        counts = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
        found.append(f"{reasons.total()} of {len(items)} answers are unparsed and count as wrong: {counts}")
    asked, total = len({item["key"] for item in items}), sum(items[0]["sizes"].values())
    if asked < total:
        found.append(f"scored on PART of the pairs: {asked} of {total}")
    copies = duplicates.copies(run_of(items).ballots)
    told = copied_votes(copies.compared, copies.copied)
    return [*found, told] if told else found


_NO_ANSWER = {str(Reason.FAILED_REQUEST), str(Reason.EMPTY)}


def unanswered(items: Items) -> int:
    """Ballots without an answer: requests that failed, and answers without a text."""
    return sum(item.get("reason") in _NO_ANSWER for item in items)


def no_images(items: Items) -> int:
    """Ballots that were asked without the pair's pictures, because that was meant."""
    return len(items)


def unanswered_stderr(items: Items) -> str:
    """A count has no standard error."""
    return NOTHING


no_images_stderr = unanswered_stderr
_overall, overall_stderr = _pair_of("overall")
subset, subset_stderr = _overall, overall_stderr
macro, macro_stderr = _pair_of("macro")
parsed_rate, parsed_rate_stderr = _pair_of("parsed_rate")
first_rate, first_rate_stderr = _pair_of("first_rate")
consistency, consistency_stderr = _pair_of("consistency")
both_orders_right, both_orders_right_stderr = _pair_of("both_orders_right")
right_averaged, right_averaged_stderr = _pair_of("right_averaged")
right_better_first, right_better_first_stderr = _pair_of("right_better_first")
right_better_second, right_better_second_stderr = _pair_of("right_better_second")
