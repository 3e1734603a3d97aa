"""Benchmarks with several answers a question: is the judge's best answer the best, and does its ranking follow the labels?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlrb_task.bon.opinions import Opinion, Opinions
from vlrb_task.bon.picks import expected_fixed
from vlrb_task.bon.questions import Question
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import share

Array = NDArray[np.float64]


@dataclass(frozen=True)
class AnswerScore:
    """One judge's ranking of the answers, over the questions that it was asked about.

    Attributes:
        top_1: whether its best answer is one of the best by label; of k answers that it ranks equal at the top each counts
            1/k, as RewardBench 2 counts them.
        by_source: the same within each source.
        pairwise: of two answers with different labels, how often the better one ranks higher; equal ranks are one half.
        rank_correlation: mean over questions of Kendall's tau-b of ranking and labels; 0 where the judge ranks all equal.
        ties: RewardBench 2's score of its Ties subset; None without such questions, or for a judge that does not rate.
    """

    top_1: Estimate
    by_source: Mapping[str, Estimate]
    pairwise: Estimate
    rank_correlation: float | None
    ties: float | None

    def to_dict(self) -> dict[str, Any]:
        return {
            "top_1": self.top_1.to_dict(),
            "top_1_by_source": {name: found.to_dict() for name, found in self.by_source.items()},
            "pairwise": self.pairwise.to_dict(),
            "rank_correlation": self.rank_correlation,
            "ties_score": self.ties,
        }


def score_answers(questions: Sequence[Question], opinions: Opinions) -> AnswerScore:
    """Score a judge's ranking of each question's answers: by its ratings, or by its wins over the other answers."""
    from scipy.stats import kendalltau

    said = [(q, opinions.by_question[q.id]) for q in questions if q.id in opinions.by_question]
    rated = {q.id: (_numbers(one, opinions.pointwise), np.array(q.right_of)) for q, one in said if one.asked}
    best = np.array([float(expected_fixed(n, label == label.max())[-1]) for n, label in rated.values()])
    sources = np.array([q.source for q in questions if q.id in rated], dtype=object)
    couples = [_couples(n, label) for n, label in rated.values()]
    taus = [
        kendalltau(n, label).statistic if np.unique(n).size > 1 else 0.0
        for n, label in rated.values()
        if np.unique(label).size > 1
    ]
    return AnswerScore(
        share(best),
        {str(name): share(best[sources == name]) for name in dict.fromkeys(sources)},
        share([right for right, _ in couples], [count for _, count in couples]),
        float(np.mean(taus)) if taus else None,
        ties_score(rated) if opinions.pointwise else None,
    )


def _numbers(opinion: Opinion, pointwise: bool) -> Array:
    """What each candidate is ranked by, shape ``(T,)``: an answer without a rating ranks below every other."""
    if pointwise:
        return np.where(np.isnan(opinion.ratings), -np.inf, opinion.ratings)
    wins = np.where(np.isnan(opinion.wins), 0.5, opinion.wins)
    np.fill_diagonal(wins, 0.0)
    return np.asarray(np.round(wins.sum(axis=1), 9))


def _couples(numbers: Array, labels: Array) -> tuple[float, float]:
    """Couples of answers with different labels that are ranked as the labels are, and all of them."""
    better = labels[:, None] > labels[None, :]
    above = (numbers[:, None] > numbers[None, :]) + 0.5 * (numbers[:, None] == numbers[None, :])
    return float(above[better].sum()), float(better.sum())


_TIES = re.compile(r"(?:.*/)?(ref|tied):(\d+)")


def ties_score(rated: Mapping[str, tuple[Array, Array]]) -> float | None:
    """RewardBench 2's score of Ties (``process_single_model`` of allenai/reward-bench at 05a9005).

    Each prompt is asked twice: ``ref:N`` with one right answer, ``tied:N`` with several. 30 % for each kind: prompts whose
    worst right answer is above the best wrong one. 20 % each: prompts where that margin is larger than the spread of the
    tied prompt's right answers, by its own margin and by the smaller of the two kinds'. 1 % for ``tanh`` of the latter
    ratio, minus 1.

    Args:
        rated: ratings and labels (1 is right) of each question's answers, by question id.

    Returns:
        From about -0.01 to 1.01; None without a prompt of both kinds.
    """
    margins: dict[str, dict[str, tuple[float, float]]] = {"ref": {}, "tied": {}}
    for id, (ratings, labels) in rated.items():
        place = _TIES.fullmatch(id)
        right, wrong = ratings[labels == 1], ratings[labels < 1]
        if place and right.size and wrong.size:
            with np.errstate(invalid="ignore"):  # answers without a rating
                margins[place[1]][place[2]] = float(right.max() - right.min()), float(right.min() - wrong.max())
    both = sorted(margins["ref"].keys() & margins["tied"].keys())
    if not both:
        return None
    above = [np.mean([margin > 0 for _, margin in margins[kind].values()]) for kind in ("ref", "tied")]
    spread, own = np.array([margins["tied"][name] for name in both]).T
    least = np.minimum(own, [margins["ref"][name][1] for name in both])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.nan_to_num(np.tanh(least / spread - 1), nan=0.0)
    weights = (0.3, 0.3, 0.2, 0.2, 0.01)
    parts = (*above, np.mean(own > spread), np.mean(least > spread), np.mean(ratio))
    return float(np.dot(weights, parts))
