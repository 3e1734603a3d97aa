"""Numbers with their intervals as people read them."""

from __future__ import annotations

from typing import Protocol


class Interval(Protocol):
    """An estimate or a coefficient: fractions of one, or None where there is nothing."""

    @property
    def value(self) -> float | None: ...

    @property
    def low(self) -> float | None: ...

    @property
    def high(self) -> float | None: ...


def percent(number: Interval | float | None, sign: str = "") -> str:
    """A fraction in percent, such as ``62.4``; a dash where there is none.

    Args:
        number: a fraction, or an estimate of one.
        sign: ``+`` for a difference.
    """
    value = number if number is None or isinstance(number, (float, int)) else number.value
    return "-" if value is None else f"{100 * value:{sign}.1f}"


def decimals(number: float | None) -> str:
    """Such as ``0.62``; a dash where there is none."""
    return "-" if number is None else f"{number:.2f}"


def with_interval(
    number: Interval | None, layout: str, digits: str = ".1f", scale: float = 100, otherwise: str = "-"
) -> str:
    """A number with the ends of its interval.

    Args:
        number: nothing is shown of one without an interval.
        layout: with three places, such as ``{} [{}, {}]``.
        digits: how each is formatted.
        scale: what each is multiplied by: 100 for percent.
        otherwise: what stands in the place of nothing.
    """
    ends = () if number is None else (number.value, number.low, number.high)
    shown = [f"{scale * end:{digits}}" for end in ends if end is not None]
    return layout.format(*shown) if len(shown) == 3 else otherwise
