"""The smallest difference that the benchmark can show at its size."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, sin, sqrt

from vlrb_task.scores.planning import effect_in_errors, smallest_difference

SQUARE = 0.4
"""Assumed mean square of two judges' differences: the share of pairs on which exactly one is right. Two independent judges of
65 % differ on 45 %; the four real judges whose outputs the project was tested on differ on 33 to 49 %."""
TYPICAL = 0.65
"""Accuracy at which a difference without shared pairs is worked out."""


@dataclass(frozen=True, slots=True)
class Detectable:
    """Smallest true difference that a two-sided test at 5 % finds with a probability of 80 %.

    Attributes:
        n: pairs.
        square: mean square of the two judges' paired differences, that was assumed or observed; a pair on which
            they are half a point apart counts a quarter.
        paired: between two judges on the same pairs, in [0, 1].
        adjusted: the same where the test is one of several that Holm adjusts together, as the groups' are.
        unpaired: against a published score, whose votes are not at hand.
    """

    n: int
    square: float
    paired: float
    adjusted: float
    unpaired: float


def detectable(n: int, square: float = SQUARE, tests: int = 1, accuracy: float = TYPICAL) -> Detectable:
    """Smallest detectable difference at ``n`` pairs, by normal power.

    Paired: :func:`~vlrb_task.scores.planning.smallest_difference`. Unpaired: two proportions by Cohen's h, from
    ``accuracy`` upwards.

    Args:
        n: pairs, above 0.
        square: in (0, 1].
        tests: how many tests the comparison has.
        accuracy: of the lesser judge, for the unpaired case.
    """
    h = effect_in_errors() * sqrt(2 / n)
    angle = min(asin(sqrt(accuracy)) + h / 2, asin(1.0))
    adjusted = smallest_difference(n, square, tests=max(1, tests))
    return Detectable(n, square, smallest_difference(n, square), adjusted, sin(angle) ** 2 - accuracy)
