"""How much picking with a judge gains: the pick's accuracy at each n, beside what it must be held against.

Of a benchmark with several answers a question, also: is the judge's best answer the best, and does its ranking follow the labels?
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlrb_task.bon.folder import NO_PICTURES, Folder
from vlrb_task.bon.opinions import Opinion, Opinions
from vlrb_task.bon.picks import (
    MAJORITY,
    RANDOM,
    RANKINGS,
    RESAMPLED,
    RULES,
    Picker,
    expected_fixed,
    judge,
    resampled_sizes,
    rule,
)
from vlrb_task.bon.questions import Kind, Question, usual_draws
from vlrb_task.scores.estimates import CONFIDENCE, Estimate, nothing
from vlrb_task.scores.intervals import mean_difference, share
from vlrb_task.scores.ratios import ratio_of_means
from vlrb_task.scores.sign_flips import holm, sign_flip
from vlrb_task.support.errors import UnknownName

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """Two pickers on the same questions.

    Attributes:
        a, b: their names.
        difference: mean of a's correctness minus b's at n = N, in [-1, 1], with Student's interval over questions.
        a_better, b_better: questions on which one is more often right.
        p: two-sided: McNemar's exact test where every pick is right or wrong, else the paired t test.
        test: which of the two.
        p_holm: adjusted (Holm) for all judges' tests of the same kind.
    """

    a: str
    b: str
    difference: Estimate
    a_better: int
    b_better: int
    p: float
    test: str
    p_holm: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"difference": self.difference.to_dict()}


@dataclass(frozen=True)
class BonScore:
    """Every number of ``vlrb bon score``.

    Attributes:
        folder: whose candidates.
        size: N, the draws that most questions have.
        judges: one picker for each, the best at n = N first.
        rules: those of :data:`RULES`.
        gains: each judge against one random candidate.
        over_majority: each judge against self-consistency.
        tests: every two judges.
        warnings: what a reader must know.
    """

    folder: Folder
    size: int
    judges: tuple[Picker, ...]
    rules: tuple[Picker, ...]
    gains: tuple[Difference, ...]
    over_majority: tuple[Difference, ...]
    tests: tuple[Difference, ...]
    mixed: NDArray[np.bool_] = field(repr=False)
    warnings: tuple[str, ...] = ()

    def rule(self, name: str) -> Picker:
        """One of the rules by its name."""
        return next(found for found in self.rules if found.name == name)

    def headroom(self, picker: Picker) -> float | None:
        """Share of what a perfect pick would gain over a random one that the judge's picks gain; on its own questions."""
        return self.headroom_estimate(picker).value

    def headroom_estimate(self, picker: Picker) -> Estimate:
        """The same with Fieller's interval; without a value where a perfect pick gains nothing."""
        got, chance, best = self._own(picker)
        return ratio_of_means(got - chance, best - chance)

    def regret(self, picker: Picker) -> Estimate:
        """Accuracy that a perfect pick would have and the judge's has not, in [0, 1]; on the judge's own questions."""
        got, _, best = self._own(picker)
        return share(np.maximum(best - got, 0.0))

    def answers(self, picker: Picker) -> AnswerScore | None:
        """A judge's ranking against the labels, where the candidates are a benchmark's own answers."""
        if picker.opinions is None or any(one["framework"] != "benchmark" for one in self.folder.making.sources):
            return None
        return score_answers(self.folder.questions, picker.opinions)

    def _own(self, picker: Picker) -> tuple[Array, Array, Array]:
        """Correctness of the judge's pick, a random one and the best one at n = N, on the judge's own questions."""
        own = ~np.isnan(picker.values[:, -1])
        return picker.values[own, -1], self.rule(RANDOM).values[own, -1], self.rule("oracle").values[own, -1]

    def to_dict(self) -> dict[str, Any]:
        """The document of ``--json``."""
        judges = []
        for picker, gain, over in zip(self.judges, self.gains, self.over_majority, strict=True):
            judges.append(
                picker.to_dict()
                | {
                    "mixed": picker.at(self.size, self.mixed).to_dict(),
                    "gain": gain.difference.to_dict(),
                    "gain_p": gain.p,
                    "gain_p_holm": gain.p_holm,
                    "over_self_consistency": over.to_dict(),
                    "headroom": self.headroom(picker),
                    "headroom_estimate": self.headroom_estimate(picker).to_dict(),
                    "regret": self.regret(picker).to_dict(),
                    "answers": found.to_dict() if (found := self.answers(picker)) else None,
                }
            )
        return {
            "folder": str(self.folder.path),
            "scheme": str(self.folder.making.scheme),
            "questions": len(self.folder.questions),
            "kinds": self.folder.kinds,
            "n": self.size,
            "judges": judges,
            "rules": [found.to_dict() | {"mixed": found.at(self.size, self.mixed).to_dict()} for found in self.rules],
            "tests": [test.to_dict() for test in self.tests],
            "warnings": list(self.warnings),
        }


def score(folder: Folder, opinions: Sequence[Opinions], ranking: str = "auto") -> BonScore:
    """Score judges' picks.

    Args:
        folder: the candidates.
        opinions: what each judge said of them.
        ranking: one of :data:`RANKINGS`. ``auto``: ratings where the judge rates; else counted wins of a round robin,
            Bradley-Terry strengths of a sparse design, the winner of a knockout.

    Raises:
        UnknownName: no such ranking.
    """
    if ranking not in RANKINGS:
        raise UnknownName(f"no ranking {ranking!r}: use one of {', '.join(RANKINGS)}")
    questions = folder.questions
    size = usual_draws(questions)
    rules = {name: rule(name, questions, size) for name in RULES}
    judges = []
    warnings = [note for note in folder.making.notes if note == NO_PICTURES]
    for found in opinions:
        picker, told = judge(folder, found, ranking, size)
        judges.append(picker)
        warnings += [f"{found.name}: {line}" for line in told]
    judges.sort(key=lambda picker: -(picker.at(size).value or 0.0))
    if odd := sum(len(q.draws) < size for q in questions):
        warnings.append(f"{odd} questions have fewer than {size} draws: they count at smaller n only")
    if drawn := resampled_sizes(size):
        warnings.append(
            f"n = {drawn[0]} to {drawn[-1]}: subsets for self-consistency and counted wins were drawn "
            f"({RESAMPLED} of each size, fixed seed), the others are exact"
        )
    return BonScore(
        folder,
        size,
        tuple(judges),
        tuple(rules.values()),
        differences((picker, rules[RANDOM]) for picker in judges),
        differences((picker, rules[MAJORITY]) for picker in judges),
        differences(combinations(judges, 2)),
        np.array([q.kind is Kind.MIXED for q in questions]),
        tuple(warnings),
    )


def differences(couples: Iterable[tuple[Picker, Picker]]) -> tuple[Difference, ...]:
    """Paired tests at n = N on the questions that both have a pick for, adjusted for their number."""
    found = [_difference(a, b) for a, b in couples]
    adjusted = holm([one.p for one in found])
    return tuple(replace(one, p_holm=p) for one, p in zip(found, adjusted, strict=True))


def _difference(a: Picker, b: Picker) -> Difference:
    """The test of two pickers by itself: ``p_holm`` is ``p``."""
    from scipy.stats import ttest_1samp

    gap = a.values[:, -1] - b.values[:, -1]
    gap = gap[~np.isnan(gap)]
    if gap.size < 2:
        estimate, p, method = nothing("paired-t", gap.size), 1.0, "none"
    elif np.isin(gap, (-1.0, 0.0, 1.0)).all() or not gap.std(ddof=1):
        # Right or wrong, or the same difference everywhere, which has no spread for a t test.
        flipped = sign_flip(gap)
        estimate, p, method = mean_difference(gap), flipped.p, flipped.method
    else:
        test = ttest_1samp(gap, 0.0)
        low, high = (float(end) for end in test.confidence_interval(CONFIDENCE))
        error = float(gap.std(ddof=1) / np.sqrt(gap.size))
        estimate = Estimate(float(gap.mean()), max(-1.0, low), min(1.0, high), gap.size, "paired-t", error)
        p, method = float(test.pvalue), "paired-t"
    return Difference(a.name, b.name, estimate, int((gap > 0).sum()), int((gap < 0).sum()), p, method, p)


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
