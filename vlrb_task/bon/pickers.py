"""Who picks: judges, by whatever ranking their votes allow, and the rules that they are held against."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlrb_task.bon import picks
from vlrb_task.bon.designs import Scheme, knockout, round_robin
from vlrb_task.bon.folder import Folder
from vlrb_task.bon.opinions import Opinion, Opinions
from vlrb_task.bon.questions import Question
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import share

Array = NDArray[np.float64]

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
                "judge": said.judge,
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
    """One of :data:`RULES`.

    Args:
        name: which.
        questions: what it picks from.
        size: N.
    """
    numbers: dict[str, Callable[[Question], Sequence[float]]] = {
        RANDOM: lambda q: [0.0] * len(q.draws),
        "first": lambda q: [-float(at) for at in range(len(q.draws))],
        "shortest": lambda q: [-float(count) for count in picks.words(q)],
        "longest": lambda q: [float(count) for count in picks.words(q)],
        "oracle": lambda q: [draw.right for draw in q.draws],
    }

    def curve(question: Question, right: Array) -> Array:
        if name == MAJORITY:
            return picks.expected(picks.by_majority(question), right)
        return picks.expected_fixed(numbers[name](question), right)

    return Picker(name, _table(questions, size, curve), "most frequent final answer" if name == MAJORITY else name)


def judge(folder: Folder, opinions: Opinions, ranking: str, size: int) -> tuple[Picker, list[str]]:
    """A judge's picks, and what must be known of them.

    Args:
        folder: the candidates.
        opinions: what the judge said of them.
        ranking: one of :data:`RANKINGS`; a judge that rates is ranked by its ratings, whatever it says.
        size: N.
    """
    by_scheme = {Scheme.KNOCKOUT: "knockout", Scheme.SPARSE: "bradley-terry"}
    chosen = by_scheme.get(folder.making.scheme, "wins") if ranking == "auto" else ranking
    chosen = "ratings" if opinions.pointwise else chosen
    counts: Counter[str] = Counter()

    def curve(question: Question, right: Array) -> Array | None:
        if len(question.texts) == 1:
            return picks.expected_fixed(np.zeros(right.size), right)
        opinion = opinions.by_question.get(question.id)
        if opinion is None or not opinion.asked:
            counts["unasked"] += 1
            return None
        number = list(question.candidate_of)
        if chosen == "ratings":
            counts["missing"] += int(np.isnan(opinion.ratings).sum())
            return picks.expected_fixed(opinion.ratings[number], right)
        if chosen == "wins":
            counts["missing"] += sum(np.isnan(opinion.wins[pair]) for pair in round_robin(question))
            return picks.expected(picks.by_wins(question, opinion.wins), right)
        if chosen == "bradley-terry":
            return picks.expected_fixed(picks.strengths(opinion.wins)[number], right)
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
