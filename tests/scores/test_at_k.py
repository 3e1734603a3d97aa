"""Accuracy at k by drawing every possible k votes, and judges of known accuracy."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from tests.scores.simulate import covered
from vlrb_task.scores.policies import Policy, outcomes
from vlrb_task.scores.sampling import at_k

KINDS = ("right", "wrong", "neither")


def drawn(start: list[int], other: list[int], k: int, policy: Policy, alternate: bool) -> tuple[float, float, float]:
    """Expected score, chance of being kept and expected square, by every draw."""
    first = [kind for kind, count in zip(KINDS, start, strict=True) for _ in range(count)]
    second = [kind for kind, count in zip(KINDS, other, strict=True) for _ in range(count)]
    if alternate:
        starts = [
            [a + b for a, b in product(combinations(one, (k + 1) // 2), combinations(two, k // 2))]
            for one, two in ((first, second), (second, first))
        ]
        if all(starts):
            parts = [_mean_outcomes(draws, policy) for draws in starts]
            return tuple(float(np.mean(column)) for column in zip(*parts, strict=True))  # type: ignore[return-value]
        draws = starts[0] or starts[1]
    else:
        draws = list(combinations(first + second, k))
    return _mean_outcomes(draws, policy)


def _mean_outcomes(draws: list[tuple[str, ...]], policy: Policy) -> tuple[float, float, float]:
    counts = np.array([[draw.count(kind) for kind in KINDS] for draw in draws])
    values = outcomes(counts[:, 0], counts[:, 1], counts[:, 2], policy).tolist()
    kept = [value for value in values if value == value]
    return sum(kept) / len(values), len(kept) / len(values), sum(v * v for v in kept) / len(values)


@pytest.mark.parametrize("policy", list(Policy))
@pytest.mark.parametrize("alternate", [True, False])
def test_every_draw_is_counted(policy: Policy, alternate: bool) -> None:
    rng = np.random.default_rng(1)
    start = rng.multinomial(4, [0.5, 0.3, 0.2], 12)
    other = rng.multinomial(3, [0.4, 0.4, 0.2], 12)
    found = at_k(start, other, [1, 2, 3, 5], policy, alternate=alternate)
    assert found.pairs.all()
    for row, (a, b) in enumerate(zip(start.tolist(), other.tolist(), strict=True)):
        for column, k in enumerate(found.sizes):
            expected = drawn(a, b, k, policy, alternate)
            seen = (found.scores[row, column], found.kept[row, column], found.squares[row, column])
            assert seen == pytest.approx(expected)


def test_one_set_of_pairs_for_every_k() -> None:
    """24 pairs of 5 votes and 16 of one: the earlier numbers were those of 40 pairs at k = 1 and of 24 at 3 and 5."""
    start = np.array([[3, 0, 0]] * 24 + [[0, 1, 0]] * 16)
    other = np.array([[2, 0, 0]] * 24 + [[0, 0, 0]] * 16)
    found = at_k(start, other, [1, 3, 5], Policy.STRICT, alternate=True)
    assert int(found.pairs.sum()) == 24
    assert [found.accuracy(k).value for k in (1, 3, 5)] == [1.0, 1.0, 1.0]
    assert [found.accuracy(k).n for k in (1, 3, 5)] == [24, 24, 24]
    assert found.gain(5, 1).value == 0
    low, high = found.gain(5, 1).low, found.gain(5, 1).high
    assert low is not None
    assert high is not None
    assert low < 0 < high


def test_the_order_schedule_is_kept() -> None:
    """A judge that is right whenever the better response stands second, and in one of three when it stands first."""
    start, other = np.array([[1, 2, 0]]), np.array([[2, 0, 0]])
    alternating = at_k(start, other, [3], Policy.STRICT, alternate=True).accuracy(3).value
    # Two of the first order and one of the other: right if one of the two is. Or one and two: right.
    assert alternating == pytest.approx((2 / 3 + 1) / 2)
    assert at_k(start, other, [3], Policy.STRICT, alternate=False).accuracy(3).value == pytest.approx(0.7)


def test_intervals_of_accuracy_and_gain_cover() -> None:
    rng = np.random.default_rng(3)
    accuracy, gain = [], []
    chance = np.array([0.9, 0.6, 0.3])
    majority = chance**3 + 3 * chance**2 * (1 - chance)
    for _ in range(300):
        each = chance[rng.integers(0, 3, 200)]
        a, b = rng.binomial(3, each), rng.binomial(2, each)
        zero = np.zeros(200, dtype=np.int64)
        found = at_k(
            np.stack([a, 3 - a, zero], 1), np.stack([b, 2 - b, zero], 1), [1, 3, 5], Policy.STRICT, alternate=True
        )
        accuracy.append(found.accuracy(3))
        gain.append(found.gain(3, 1))
    assert 0.91 <= covered(accuracy, float(majority.mean())) <= 0.985
    assert 0.91 <= covered(gain, float((majority - chance).mean())) <= 0.985


def test_policy_official_is_a_ratio_over_what_it_keeps() -> None:
    start = np.array([[2, 0, 0], [0, 2, 0], [1, 0, 1], [0, 0, 2]])
    found = at_k(start, np.zeros_like(start), [1], Policy.OFFICIAL, alternate=False)
    assert found.accuracy(1).value == pytest.approx(1.5 / 2.5)
    with pytest.raises(ValueError, match="k"):
        at_k(start, start, [], Policy.STRICT, alternate=True)
