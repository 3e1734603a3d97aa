"""The rules that never look at the picture, on counts of pairs: those of :func:`vlrb_task.scores.score.baselines`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from vlrb_task.bulk.columns import Ints, Tallies
from vlrb_task.bulk.labels import NO_WORDS, Names
from vlrb_task.scores import estimates
from vlrb_task.scores.score import Baseline
from vlrb_task.scores.tally import Policy

Values = NDArray[np.float64]


def baselines_of(counted: Tallies, subsets: Sequence[str], names: Names, policy: Policy) -> Iterator[Baseline]:
    """Yield the rules first, second, longer, shorter and random, as far as the votes allow.

    Args:
        counted: a run's.
        subsets: in the order in which they are shown.
        names: what the labels' numbers stand for.
        policy: of the outcomes.
    """
    for name, values in _rules(counted, policy).items():
        subset = counted.labels["subset"]
        own = {one: values[subset == names.subsets.get(one, -1)] for one in subsets}
        kept = {one: found[~np.isnan(found)] for one, found in own.items()}
        yield Baseline(
            name,
            estimates.mean(values[~np.isnan(values)]),
            estimates.macro(kept),
            {one: estimates.mean(found) for one, found in kept.items()},
        )


def _rules(counted: Tallies, policy: Policy) -> dict[str, Values]:
    """What each rule scores on each pair; NaN where the policy drops it."""
    rules: dict[str, Values] = {}
    if counted.all_ordered:
        right, wrong = counted.always
        rules |= {"first": _outcome(right, wrong, policy), "second": _outcome(wrong, right, policy)}
    words = [counted.labels[name].astype(np.int64) for name in ("words_0", "words_1")]
    if (words[0] != NO_WORDS).all():
        more = np.where(counted.labels["better"] == 0, words[0] - words[1], words[1] - words[0])
        longer = (np.sign(more) + 1) / 2
        rules |= {"longer": longer, "shorter": 1 - longer}
    return rules | {"random": np.full(counted.labels.size, 0.5)}


def _outcome(right: Ints, wrong: Ints, policy: Policy) -> Values:
    half = np.nan if policy is Policy.OFFICIAL else 0.5
    return np.where(right > wrong, 1.0, np.where(right == wrong, half, 0.0))
