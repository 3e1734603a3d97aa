"""What the pictures add: a judge's accuracy with the pairs' own pictures minus that with others, or none, in their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vlrb_task.compare.basis import Basis, pictures_of
from vlrb_task.compare.paired import PairedTest
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.score import Score
from vlrb_task.votes import Run


@dataclass(frozen=True, slots=True)
class PictureNeed:
    """One judge with the pairs' own pictures and with others, on the same pairs.

    Attributes:
        judge: the name of its run with the own pictures.
        pictures: what stood in their place: ``blank``, ``noise``, ``shuffled`` or ``none``.
        own, other: the overall accuracies.
        differences: own minus other, paired: ``overall``, ``macro`` and each subset; in [-1, 1].
        p_holm: of the overall difference, adjusted for all tests of the comparison.
    """

    judge: str
    pictures: str
    own: Estimate
    other: Estimate
    differences: Mapping[str, Estimate]
    p_holm: float

    def to_dict(self) -> dict[str, Any]:
        return {
            "judge": self.judge,
            "pictures": self.pictures,
            "own": self.own.to_dict(),
            "other": self.other.to_dict(),
            "differences": {name: found.to_dict() for name, found in self.differences.items()},
            "p_holm": self.p_holm,
        }


def picture_needs(basis: Basis, scores: Sequence[Score], tests: Sequence[PairedTest]) -> list[PictureNeed]:
    """Every run with other pictures beside the same judge's and model's run with the pairs' own, where that is given too."""
    found = []
    for at, other in enumerate(basis.runs):
        for place, own in enumerate(basis.runs):
            if not pictures_of(other) or pictures_of(own) or _asked(own) != _asked(other):
                continue
            names = basis.names[place], basis.names[at]
            test = next(one for one in tests if {one.a, one.b} == set(names))
            gaps = {"overall": test.difference, **{one.name: one.difference for one in test.contrasts}}
            if test.a != names[0]:
                gaps = {name: _negative(gap) for name, gap in gaps.items()}
            both = scores[place].overall, scores[at].overall
            found.append(PictureNeed(names[0], pictures_of(other), *both, gaps, test.p_holm))
    return found


def _asked(run: Run) -> tuple[str, str]:
    return run.judge, str(run.metadata.get("model") or "")


def _negative(gap: Estimate) -> Estimate:
    ends = (None if end is None else -end for end in (gap.value, gap.high, gap.low))
    value, low, high = ends
    return replace(gap, value=value, low=low, high=high)
