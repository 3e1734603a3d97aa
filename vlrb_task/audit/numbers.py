"""Printed numbers as the intervals that they stand for, in exact arithmetic.

A printed 65.8 is any number from 65.75 to 65.85. Both ends belong to it: papers round halves up or to even, and do not
say which. Everything is a :class:`~fractions.Fraction` of one: an interval's end must not be lost to binary rounding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from vlrb_task.support.errors import DataError

Sizes = tuple[int, int, int]
"""Pairs in general, hallucination and reasoning."""

NUMBERS = ("general", "hallucination", "reasoning", "overall", "macro")

_NUMBER = re.compile(r"\+?(\d{1,9}(?:\.\d{0,30})?|\.\d{1,30})(%?)")
"""No score has more digits, and Python reads no whole number of more than 4,300."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as it was printed.

    Attributes:
        text: its digits.
        value: as a fraction of one.
        half: half a unit of its last digit, as a fraction of one.
    """

    text: str
    value: Fraction
    half: Fraction

    @property
    def low(self) -> Fraction:
        """The least that it may have been before rounding, within [0, 1]."""
        return max(Fraction(0), self.value - self.half)

    @property
    def high(self) -> Fraction:
        """The most that it may have been before rounding, within [0, 1]."""
        return min(Fraction(1), self.value + self.half)

    def counts(self, size: int) -> tuple[int, int]:
        """The least and greatest count of ``size`` whose share rounds to it; least > greatest if none does."""
        return ceil(self.low * size), floor(self.high * size)

    @property
    def decimals(self) -> int:
        return _places(self.text)


@dataclass(frozen=True, slots=True)
class Row:
    """A published row. A number that was not published is None.

    Attributes:
        percent: whether the row is printed in percent (65.8) or as fractions (0.658).
    """

    name: str
    general: Printed | None
    hallucination: Printed | None
    reasoning: Printed | None
    overall: Printed | None
    macro: Printed | None
    percent: bool = True

    @property
    def subsets(self) -> tuple[Printed, Printed, Printed] | None:
        """The three subset accuracies, if all are there."""
        if self.general is None or self.hallucination is None or self.reasoning is None:
            return None
        return self.general, self.hallucination, self.reasoning

    @classmethod
    def parse(cls, texts: Mapping[str, str | None], name: str = "", decimals: int | None = None) -> Row:
        """From printed numbers, in percent or as fractions: the digits decide how wide each one's interval is.

        A row is in fractions when no number of it is above 1 and none has a percent sign.

        Args:
            texts: by the names of :data:`NUMBERS`; None or empty for a number that was not published.
            name: of the judge, for messages.
            decimals: digits after the point that every number was rounded to, for tables that lost their zeros.

        Raises:
            DataError: a text that is no number, one that is no share, or percent and fractions mixed.
        """
        read = {key: _digits(text, name, key) for key in NUMBERS if (text := (texts.get(key) or "").strip())}
        percent = any(sign or Fraction(digits) > 1 for digits, sign in read.values())
        # 0.678 beside 52.5 is a fraction that strayed into percent; 0.4 beside 52.5 is a very low score.
        fewest = min((_places(digits) for digits, _ in read.values()), default=0)
        below_one = [key for key, (digits, sign) in read.items() if not sign and Fraction(digits) < 1]
        odd = [key for key in below_one if _places(read[key][0]) > fewest + 1]
        if percent and odd:
            raise DataError(f"{name or 'the row'}: {odd[0]} {read[odd[0]][0]} is a fraction beside numbers in percent")
        numbers = {key: _printed(digits, percent, decimals) for key, (digits, _) in read.items()}
        above = [key for key, number in numbers.items() if number.value > 1]
        if above:
            raise DataError(f"{name or 'the row'}: {above[0]} {numbers[above[0]].text} is above 100 %")
        general, hallucination, reasoning, overall, macro = (numbers.get(key) for key in NUMBERS)
        return cls(name, general, hallucination, reasoning, overall, macro, percent)


def _digits(text: str, name: str, key: str) -> tuple[str, str]:
    match = _NUMBER.fullmatch(text.replace(" ", ""))
    if match is None:
        raise DataError(f"{name or 'the row'}: {key} {text[:40]!r} is not a number from 0 to 100")
    return match[1], match[2]


def _places(digits: str) -> int:
    return len(digits.partition(".")[2])


def _printed(digits: str, percent: bool, decimals: int | None) -> Printed:
    places = _places(digits) if decimals is None else decimals
    scale = 100 if percent else 1
    return Printed(digits, Fraction(digits) / scale, Fraction(1, 2 * scale * 10**places))


def pooled(subsets: Sequence[Printed], sizes: Sequence[int]) -> Fraction:
    """The overall accuracy that subset accuracies give at these sizes: their weighted mean."""
    return sum((s.value * n for s, n in zip(subsets, sizes, strict=True)), Fraction(0)) / sum(sizes)


def fits(printed: Printed | None, subsets: Sequence[Printed], sizes: Sequence[int]) -> bool:
    """Whether a printed number can be the overall accuracy at these sizes, each number for something that rounds to it.

    One that was not published can be anything.
    """
    if printed is None:
        return True
    low = sum(s.low * n for s, n in zip(subsets, sizes, strict=True))
    high = sum(s.high * n for s, n in zip(subsets, sizes, strict=True))
    return printed.low * sum(sizes) <= high and low <= printed.high * sum(sizes)


MEAN: Sizes = (1, 1, 1)
"""Weights with which :func:`pooled` is the macro average."""
