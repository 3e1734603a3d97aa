"""Who picks which of n candidates, and how often the pick is right: expectations over every n of a question's N draws.

A judge, by whatever ranking its votes allow, or a rule that it is held against gives each draw of a subset a number; the draw
with the highest is picked, ties being shared equally among the draws that have it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlrb_task.bon.designs import Scheme, knockout, round_robin
from vlrb_task.bon.folder import Folder
from vlrb_task.bon.opinions import Opinion, Opinions
from vlrb_task.bon.questions import Question
from vlrb_task.scores.estimates import SEED, Estimate
from vlrb_task.scores.intervals import share

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

    As :func:`expected_fixed`'s. Exact where a size has at most :data:`ENUMERATED` subsets, else the mean of :data:`RESAMPLED`
    drawn with a fixed seed.
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

    Different candidates meet once, however many draws gave each: what is rated is the answer, not how often it came. Two that
    were not compared count half a win each.
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


RANDOM = "random candidate"
MAJORITY = "self-consistency"
RULES = (RANDOM, MAJORITY, "first", "shortest", "longest", "oracle")
"""What a judge is held against, in the order of tables: no judge is asked for any of them."""

RANKINGS = ("auto", "wins", "bradley-terry", "knockout")


@dataclass(frozen=True)
class Picker:
    """A judge or a rule, and how often its picks are right.

    Attributes:
        name: unique.
        values: expected correctness of its pick at n = 1 … N for each question, shape ``(questions, N)``; NaN where the
            question has fewer draws, where the judge was not asked, or where the ranking has no answer below N.
        ranking: how candidates were ranked, in words.
        opinions: the judge's; None for a rule.
    """

    name: str
    values: Array
    ranking: str
    opinions: Opinions | None = None

    def at(self, n: int, where: NDArray[np.bool_] | None = None) -> Estimate:
        """Accuracy of the pick among n, over the questions that have one, with an interval over questions."""
        column = self.values[:, n - 1] if where is None else self.values[where, n - 1]
        return share(column[~np.isnan(column)])

    def to_dict(self) -> dict[str, Any]:
        size, said = self.values.shape[1], self.opinions
        told: dict[str, Any] = {
            "name": self.name,
            "ranking": self.ranking,
            "accuracy": self.at(size).to_dict(),
            "at_n": {str(n): found.to_dict() for n in range(1, size + 1) if (found := self.at(n)).n},
        }
        if said is not None:
            told |= {
                "judge": said.run.judge,
                "prompt": said.run.prompt.to_dict(),
                "parser": said.run.parser,
                "metadata": dict(said.run.metadata),
                "votes": len(said.run.votes),
                "parsed_rate": said.parsed_rate.value,
                "pair_accuracy": None if said.pointwise else said.pair_accuracy.to_dict(),
                "warnings": list(said.warnings),
            }
        return told


def _table(questions: Sequence[Question], size: int, curve: Callable[[Question, Array], Array | None]) -> Array:
    values = np.full((len(questions), size), np.nan)
    for row, question in enumerate(questions):
        found = curve(question, np.array([draw.right for draw in question.draws]))
        if found is not None:
            values[row, : min(size, found.size)] = found[:size]
    return values


def rule(name: str, questions: Sequence[Question], size: int) -> Picker:
    """The picks of one of :data:`RULES` at n up to ``size``."""
    numbers: dict[str, Callable[[Question], Sequence[float]]] = {
        RANDOM: lambda q: [0.0] * len(q.draws),
        "first": lambda q: [-float(at) for at in range(len(q.draws))],
        "shortest": lambda q: [-float(len(draw.text.split())) for draw in q.draws],
        "longest": lambda q: [float(len(draw.text.split())) for draw in q.draws],
        "oracle": lambda q: [draw.right for draw in q.draws],
    }

    def curve(question: Question, right: Array) -> Array:
        if name == MAJORITY:
            return expected(by_majority(question), right)
        return expected_fixed(numbers[name](question), right)

    return Picker(name, _table(questions, size, curve), "most frequent final answer" if name == MAJORITY else name)


def judge(folder: Folder, opinions: Opinions, ranking: str, size: int) -> tuple[Picker, list[str]]:
    """A judge's picks at n up to ``size``, and what must be known of them.

    A judge that rates is ranked by its ratings, whichever of :data:`RANKINGS` is asked for.
    """
    by_scheme = {Scheme.KNOCKOUT: "knockout", Scheme.SPARSE: "bradley-terry"}
    chosen = by_scheme.get(folder.making.scheme, "wins") if ranking == "auto" else ranking
    chosen = "ratings" if opinions.pointwise else chosen
    counts: Counter[str] = Counter()

    def curve(question: Question, right: Array) -> Array | None:
        if len(question.texts) == 1:
            return expected_fixed(np.zeros(right.size), right)
        opinion = opinions.by_question.get(question.id)
        if opinion is None or not opinion.asked:
            counts["unasked"] += 1
            return None
        number = list(question.candidate_of)
        if chosen == "ratings":
            counts["missing"] += int(np.isnan(opinion.ratings).sum())
            return expected_fixed(opinion.ratings[number], right)
        if chosen == "wins":
            counts["missing"] += sum(np.isnan(opinion.wins[pair]) for pair in round_robin(question))
            return expected(by_wins(question, opinion.wins), right)
        if chosen == "bradley-terry":
            return expected_fixed(strengths(opinion.wins)[number], right)
        _, left = knockout(question, lambda first, second: winner(question, opinion, first, second))
        counts["unfinished"] += len(left) > 1
        found = np.full(right.size, np.nan)
        found[-1] = float(right[np.isin(number, left)].mean())
        return found

    values = _table(folder.questions, size, curve)
    told = list(opinions.warnings)
    if unasked := counts["unasked"]:
        told.append(f"asked about a PART of the questions only: {unasked} of {len(folder.questions)} have no vote")
    if missing := counts["missing"]:
        what = "candidates have no rating" if chosen == "ratings" else "comparisons have no vote (half a win each)"
        told.append(f"{missing} {what}")
    if unfinished := counts["unfinished"]:
        told.append(f"{unfinished} knockouts are not over (vlrb bon next): those still in are picked equally often")
    if chosen == "bradley-terry":
        told.append(
            f"below n = {size} the strengths are those of all comparisons, also with candidates not among the n"
        )
    wording = {
        "ratings": "highest mean rating",
        "wins": "most wins, every two compared",
        "bradley-terry": "Bradley-Terry strength (choix)",
        "knockout": f"winner of a knockout (at n = {size} only)",
    }
    return Picker(opinions.name, values, wording[chosen], opinions), told


def winner(question: Question, opinion: Opinion | None, first: int, second: int) -> int | None:
    """Who goes on: the candidate with more than half of the votes; of a split, the one that is :func:`drawn`.

    None where the two have not been compared.
    """
    share = np.nan if opinion is None else opinion.wins[first, second]
    if np.isnan(share):
        return None
    if share == 0.5:
        return drawn(question, first, second)
    return first if share > 0.5 else second


def drawn(question: Question, first: int, second: int) -> int:
    """The candidate that goes on after a split: drawn from both texts, whichever of them was shown first."""
    low, high = sorted((first, second))
    digest = hashlib.sha256(f"{question.id}#{low}-{high}".encode("utf-8", "surrogatepass")).digest()
    return high if digest[0] % 2 else low
