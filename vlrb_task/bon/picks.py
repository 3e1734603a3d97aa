"""Which of n candidates is picked, and how often the pick is right: expectations over every n of a question's N draws.

A rule gives each draw of a subset a number; the draw with the highest is picked, ties being shared equally among the
draws that have it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from vlrb_task.bon.questions import Question
from vlrb_task.scores.estimates import SEED

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

ENUMERATED = 2_000
"""Most subsets of one size that are looked at one by one; of more, :data:`RESAMPLED` are drawn."""
RESAMPLED = 1_000
PLACES = 9
"""Decimals to which numbers are compared: sums of halves and fitted strengths are equal up to rounding."""

SOLVED = 1e-11
"""The fit of strengths stops at changes below this: well below :data:`PLACES`, so that equal strengths come out equal."""

Rule = Callable[[Mask], Array]
"""From subsets, shape ``(subsets, N)``, to each draw's number, the same shape; what it says of absent draws is not used."""


def expected_fixed(numbers: Sequence[float] | Array, right: Sequence[float] | Array) -> Array:
    """Exact expectation for a rule whose numbers do not depend on the subset.

    The highest of n draws lies on a level of equal numbers with probability ``(C(at or below, n) - C(below, n)) / C(N, n)``,
    and is then each of the level's draws equally often.

    Args:
        numbers: of each draw, shape ``(N,)``; NaN is below every number.
        right: correctness of each draw, in [0, 1], shape ``(N,)``.

    Returns:
        Expected correctness of the pick at n = 1 … N, shape ``(N,)``.
    """
    values = np.round(np.where(np.isnan(numbers), -np.inf, numbers), PLACES)
    correct = np.asarray(right, dtype=np.float64)
    size = values.size
    expected = np.zeros(size)
    below = 0
    for level in np.unique(values):
        on = values == level
        upto = below + int(on.sum())
        share = [(comb(upto, n) - comb(below, n)) / comb(size, n) for n in range(1, size + 1)]
        expected += np.array(share) * float(correct[on].mean())
        below = upto
    return expected


@lru_cache(maxsize=512)
def subsets(size: int, n: int) -> Mask:
    """The subsets of n of ``size`` draws, shape ``(subsets, size)``: every one, or a seeded sample of them."""
    if comb(size, n) <= ENUMERATED:
        chosen = np.array(list(combinations(range(size), n)), dtype=np.intp)
    else:
        generator = np.random.default_rng([SEED, size, n])
        chosen = np.argsort(generator.random((RESAMPLED, size)), axis=1)[:, :n]
    mask = np.zeros((len(chosen), size), dtype=np.bool_)
    np.put_along_axis(mask, chosen, True, axis=1)
    mask.setflags(write=False)
    return mask


def resampled_sizes(size: int) -> list[int]:
    """The n at which :func:`expected` draws subsets instead of looking at every one."""
    return [n for n in range(1, size + 1) if comb(size, n) > ENUMERATED]


def expected(rule: Rule, right: Sequence[float] | Array) -> Array:
    """Expectation for a rule whose numbers depend on who else is in the subset.

    Exact where a size has at most :data:`ENUMERATED` subsets, else the mean of :data:`RESAMPLED` drawn with a fixed seed.

    Returns:
        As :func:`expected_fixed`'s.
    """
    correct = np.asarray(right, dtype=np.float64)
    found = np.zeros(correct.size)
    for n in range(1, correct.size + 1):
        mask = subsets(correct.size, n)
        numbers = np.where(mask, np.round(rule(mask), PLACES), -np.inf)
        best = mask & (numbers == numbers.max(axis=1, keepdims=True))
        found[n - 1] = float(np.mean((best @ correct) / best.sum(axis=1)))
    return found


def by_wins(question: Question, wins: Array) -> Rule:
    """Most wins among the candidates that are there.

    Different candidates meet once, however many draws gave each: what is rated is the answer, not how often it came.

    Args:
        question: whose draws.
        wins: as :class:`~vlrb_task.bon.opinions.Opinion`'s; two that were not compared count half a win each.
    """
    table = np.where(np.isnan(wins), 0.5, wins)
    np.fill_diagonal(table, 0.0)
    number = np.array(question.candidate_of, dtype=np.intp)
    belongs = np.eye(len(question.texts))[number]

    def rule(mask: Mask) -> Array:
        present: Array = (mask @ belongs > 0).astype(np.float64)
        return np.asarray((present @ table.T)[:, number])

    return rule


def by_majority(question: Question) -> Rule:
    """Self-consistency: the final answer that most draws of the subset give; a draw without one agrees with none."""
    answers = [at if draw.final is None else draw.final for at, draw in enumerate(question.draws)]
    numbers = {answer: number for number, answer in enumerate(dict.fromkeys(answers))}
    number = np.array([numbers[answer] for answer in answers])
    gives = np.eye(len(numbers))[number]
    return lambda mask: (mask @ gives)[:, number]


def strengths(wins: Array, prior: float = 0.1) -> Array:
    """Bradley-Terry strengths from the comparisons that were made, by the library choix.

    Args:
        wins: as :class:`~vlrb_task.bon.opinions.Opinion`'s.
        prior: comparisons that each two candidates are taken to have drawn beforehand: it keeps the strength of a
            candidate that won or lost every comparison finite. (choix's ``alpha``.)

    Returns:
        Log-strengths, shape ``(T,)``, summing to nought.
    """
    from choix import ilsr_pairwise_dense

    table = np.where(np.isnan(wins), 0.0, wins)
    np.fill_diagonal(table, 0.0)
    if len(table) < 2 or not table.any():
        return np.zeros(len(table))
    found: Array = ilsr_pairwise_dense(table, alpha=prior, tol=SOLVED, max_iter=10_000)
    return found


def words(question: Question) -> list[int]:
    """Words (runs of non-space) of each draw."""
    return [len(draw.text.split()) for draw in question.draws]
