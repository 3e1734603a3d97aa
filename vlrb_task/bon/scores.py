"""How much picking with a judge gains: the pick's accuracy at each n, beside what it must be held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlrb_task.bon import picks
from vlrb_task.bon.answers import AnswerScore, score_answers
from vlrb_task.bon.folder import NO_PICTURES, Folder
from vlrb_task.bon.opinions import Opinions
from vlrb_task.bon.pickers import MAJORITY, RANDOM, RANKINGS, RULES, Picker, judge, rule
from vlrb_task.bon.questions import Kind, usual_draws
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
        return {
            "a": self.a,
            "b": self.b,
            "difference": self.difference.to_dict(),
            "a_better": self.a_better,
            "b_better": self.b_better,
            "p": self.p,
            "test": self.test,
            "p_holm": self.p_holm,
        }


@dataclass(frozen=True)
class BonScore:
    """Every number of ``vlrb bon score``.

    Attributes:
        folder: whose candidates.
        size: N, the draws that most questions have.
        kinds: questions by what there is to win in them.
        judges: one picker for each, the best at n = N first.
        rules: those of :data:`RULES`.
        gains: each judge against one random candidate.
        over_majority: each judge against self-consistency.
        tests: every two judges.
        warnings: what a reader must know.
    """

    folder: Folder
    size: int
    kinds: Mapping[str, int]
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
        making = self.folder.making
        judges = []
        for picker, gain, over in zip(self.judges, self.gains, self.over_majority, strict=True):
            opinions = picker.opinions
            extra: dict[str, Any] = {}
            if opinions is not None:
                extra = {
                    "judge": opinions.judge,
                    "prompt": opinions.run.prompt.to_dict(),
                    "parser": opinions.run.parser,
                    "metadata": dict(opinions.run.metadata),
                    "votes": len(opinions.run.votes),
                    "parsed_rate": opinions.parsed_rate.value,
                    "pair_accuracy": None if opinions.pointwise else opinions.pair_accuracy.to_dict(),
                    "warnings": list(opinions.warnings),
                }
            judges.append(
                picker.to_dict()
                | extra
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
            "scheme": str(making.scheme),
            "questions": len(self.folder.questions),
            "kinds": dict(self.kinds),
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
    rules = tuple(rule(name, questions, size) for name in RULES)
    judges = []
    warnings = [note for note in folder.making.notes if note == NO_PICTURES]
    for found in opinions:
        picker, told = judge(folder, found, ranking, size)
        judges.append(picker)
        warnings += [f"{found.name}: {line}" for line in told]
    judges.sort(key=lambda picker: -(picker.at(size).value or 0.0))
    if odd := sum(len(q.draws) < size for q in questions):
        warnings.append(f"{odd} questions have fewer than {size} draws: they count at smaller n only")
    if drawn := picks.resampled_sizes(size):
        warnings.append(
            f"n = {drawn[0]} to {drawn[-1]}: subsets for self-consistency and counted wins were drawn "
            f"({picks.RESAMPLED} of each size, fixed seed), the others are exact"
        )
    counted = Counter(q.kind for q in questions)
    mixed = np.array([q.kind is Kind.MIXED for q in questions])
    by_name = {found.name: found for found in rules}
    return BonScore(
        folder,
        size,
        {str(kind): counted[kind] for kind in Kind},
        tuple(judges),
        rules,
        tuple(differences([(picker, by_name[RANDOM]) for picker in judges])),
        tuple(differences([(picker, by_name[MAJORITY]) for picker in judges])),
        tuple(differences(list(combinations(judges, 2)))),
        mixed,
        tuple(warnings),
    )


def differences(couples: Sequence[tuple[Picker, Picker]]) -> list[Difference]:
    """Paired tests at n = N on the questions that both have a pick for, adjusted for their number."""
    found = [_difference(a, b) for a, b in couples]
    adjusted = holm([p for *_, p, _ in found])
    return [
        Difference(a.name, b.name, estimate, better, worse, p, test, p_holm)
        for (a, b), (estimate, better, worse, p, test), p_holm in zip(couples, found, adjusted, strict=True)
    ]


def _difference(a: Picker, b: Picker) -> tuple[Estimate, int, int, float, str]:
    from scipy.stats import ttest_1samp

    gap = a.values[:, -1] - b.values[:, -1]
    gap = gap[~np.isnan(gap)]
    better, worse = int((gap > 0).sum()), int((gap < 0).sum())
    if gap.size < 2:
        return nothing("paired-t", gap.size), better, worse, 1.0, "none"
    value, error = float(gap.mean()), float(gap.std(ddof=1) / np.sqrt(gap.size))
    whole = bool(np.isin(gap, (-1.0, 0.0, 1.0)).all())
    if not error or whole:
        # Right or wrong, or the same difference everywhere, which has no spread for a t test.
        flipped = sign_flip(gap)
        return mean_difference(gap), better, worse, flipped.p, flipped.method
    test = ttest_1samp(gap, 0.0)
    interval = test.confidence_interval(CONFIDENCE)
    low, high = max(-1.0, float(interval.low)), min(1.0, float(interval.high))
    estimate = Estimate(value, low, high, gap.size, "paired-t", error)
    return estimate, better, worse, float(test.pvalue), "paired-t"
