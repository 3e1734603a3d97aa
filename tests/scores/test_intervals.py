"""Intervals against scipy and statsmodels, and what they promise: coverage, and a width wherever there are pairs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.scores.simulate import Array, covered, grouped, repeated, swapped, votes
from vlrb_task.scores import estimates
from vlrb_task.scores.estimates import Estimate, tango
from vlrb_task.scores.intervals import (
    difference_of_shares,
    effective_size,
    macro,
    macro_difference,
    mean_difference,
    mover,
    share,
    units,
)

levels = st.sampled_from([0.0, 0.5, 1.0])


def width(found: Estimate) -> float:
    assert found.low is not None
    assert found.high is not None
    assert found.value is not None
    assert found.low <= found.value <= found.high
    return found.high - found.low


@settings(max_examples=40)
@given(st.integers(1, 2000), st.data())
def test_pairs_right_or_wrong_have_wilsons_interval(n: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, n))
    expected = stats.binomtest(right, n).proportion_ci(method="wilson")
    found = share([1.0] * right + [0.0] * (n - right))
    assert (found.n, found.method) == (n, "wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert found.value == pytest.approx(right / n)


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.integers(1, 9))
def test_no_interval_is_without_width(scores: list[float], groups: int) -> None:
    at = [i % groups for i in range(len(scores))]
    assert width(share(scores)) > 0
    assert width(share(scores, groups=at)) > 0
    assert width(share([5 * s for s in scores], [5] * len(scores))) > 0
    assert width(macro({"a": scores, "b": scores[:1]})) > 0
    assert width(mean_difference([2 * s - 1 for s in scores])) > 0
    assert width(mean_difference([2 * s - 1 for s in scores], at)) > 0
    zeros = [0.0] * len(scores)
    assert width(mean_difference(zeros)) > 0
    assert width(macro_difference({"a": zeros, "b": zeros})) > 0
    ones = [1.0] * len(scores)
    assert width(difference_of_shares((scores, scores), (ones, ones))) > 0


def test_a_perfect_judge_is_as_uncertain_by_macro_average_as_over_all() -> None:
    found = macro({"a": np.ones(12), "b": np.ones(12), "c": np.ones(12)})
    assert found.low == pytest.approx(stats.binomtest(36, 36).proportion_ci(method="wilson").low)
    assert share(np.ones(1)).low == pytest.approx(stats.binomtest(1, 1).proportion_ci(method="wilson").low)


def test_votes_of_a_pair_count_once_where_none_of_them_varies() -> None:
    found = share(np.full(36, 5), np.full(36, 5))
    assert found.n == 180
    assert found.low == pytest.approx(stats.binomtest(36, 36).proportion_ci(method="wilson").low)


def test_copied_votes_are_worth_one_and_independent_ones_all() -> None:
    rng = np.random.default_rng(3)
    right = (rng.random(2000) < 0.7).astype(float)
    copied = units(10 * right, np.full(2000, 10))
    assert effective_size([copied], copied.value * (1 - copied.value)) == pytest.approx(2000)
    apart = units(rng.binomial(10, 0.7, 2000), np.full(2000, 10))
    assert effective_size([apart], apart.value * (1 - apart.value)) == pytest.approx(20_000, rel=0.1)


def test_groups_of_one_pair_change_nothing_and_copies_of_pairs_add_nothing() -> None:
    rng = np.random.default_rng(4)
    scores = rng.choice([0.0, 0.5, 1.0], 200)
    assert share(scores, groups=np.arange(200)) == share(scores)
    thrice = share(np.repeat(scores, 3), groups=np.repeat(np.arange(200), 3))
    once = share(scores)
    assert thrice.value == pytest.approx(once.value)
    assert width(thrice) == pytest.approx(width(once), rel=0.01)
    gaps = scores - rng.permutation(scores)
    assert mean_difference(gaps, np.arange(200)) == mean_difference(gaps)


@pytest.mark.parametrize("wrong", [0, 1, 20])
def test_subsets_that_are_copies_of_one_another_tell_no_more_than_one_of_them(wrong: int) -> None:
    """Groups that stand in several subsets vary as one in macro averages and their differences."""
    scores, names = np.repeat([0.0, 1.0], [wrong, 60 - wrong]), np.arange(60)
    copies, groups = dict.fromkeys("abc", scores), dict.fromkeys("abc", names)
    for found, one in ((macro, share), (macro_difference, mean_difference)):
        several, alone = found(copies, groups), one(scores)
        assert (several.low, several.high, several.se) == pytest.approx((alone.low, alone.high, alone.se))
        apart = found(copies, {name: names + 60 * place for place, name in enumerate("abc")})
        assert width(apart) < width(several)


def test_standard_errors_are_the_linearised_ones() -> None:
    scores = np.array([1, 0.5, 0, 1, 1, 0.5])
    assert share(scores).se == pytest.approx(scores.std() / 6**0.5)
    strata = {"a": scores, "b": scores[:4], "c": scores[2:]}
    parts = [s.std() / s.size**0.5 / 3 for s in strata.values()]
    assert macro(strata).se == pytest.approx(sum(p**2 for p in parts) ** 0.5)
    assert macro(strata).value == pytest.approx(np.mean([s.mean() for s in strata.values()]))


@settings(max_examples=40)
@given(st.lists(levels, min_size=1, max_size=50), st.randoms())
def test_the_order_of_pairs_does_not_show(scores: list[float], random: object) -> None:
    shuffled = list(scores)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert share(scores) == share(shuffled)
    assert mean_difference([2 * s - 1 for s in scores]) == mean_difference([2 * s - 1 for s in shuffled])


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0]), st.integers(0, 5)), min_size=1, max_size=40))
def test_the_interval_of_the_other_judge_or_of_errors_is_the_mirror_image(pairs: list[tuple[float, int]]) -> None:
    gaps, groups = np.array(pairs).T
    for held in (None, groups):
        one, other = mean_difference(gaps, held), mean_difference(-gaps, held)
        assert (one.low, one.high) == pytest.approx((-(other.high or 0.0), -(other.low or 0.0)))
        right, wrong = share((1 + gaps) / 2, groups=held), share((1 - gaps) / 2, groups=held)
        assert (right.low, right.high) == pytest.approx((1 - (wrong.high or 0.0), 1 - (wrong.low or 0.0)))


def test_mover_of_two_independent_shares_is_newcombes() -> None:
    """Newcombe 1998 (Stat. Med. 17, 873-890), method 10, contrast a: 56/70 against 48/80: .0524 to .3339."""
    parts = [share([1.0] * right + [0.0] * (n - right)) for right, n in ((56, 70), (48, 80))]
    found = mover(parts[0], parts[1])
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize(("won", "lost", "n"), [(0, 0, 36), (12, 2, 50), (5, 0, 54), (3, 9, 100), (0, 36, 36)])
def test_tangos_interval_at_whole_counts(won: int, lost: int, n: int) -> None:
    """Brute force: the differences at which the score statistic, with the nuisance parameter searched for, is below z."""
    assert tango(won / n, lost / n, n) == pytest.approx(_tango_by_search(won, lost, n), abs=2e-3)
    gaps = [1.0] * won + [-1.0] * lost + [0.0] * (n - won - lost)
    found = mean_difference(gaps)
    assert (found.low, found.high, found.method) == (*tango(won / n, lost / n, n), "tango")


def _tango_by_search(won: int, lost: int, n: int) -> tuple[float, float]:
    held = []
    for d in np.linspace(-1, 1, 2001):
        lost_chance = np.linspace(0, 1, 4001)
        won_chance = lost_chance + d
        same = 1 - lost_chance - won_chance
        allowed = (won_chance >= 0) & (same >= -1e-12)
        counts = np.array([won, lost, n - won - lost])[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(np.array([won_chance, lost_chance, np.maximum(same, 0)]))
            likelihood = np.where(counts > 0, counts * logs, 0.0).sum(axis=0)
        likelihood = np.where(allowed, likelihood, -np.inf)
        if not np.isfinite(likelihood).any():
            continue
        at = int(np.argmax(likelihood))
        variance = (won_chance[at] + lost_chance[at] - d * d) / n
        if abs((won - lost) / n - d) <= 1.96 * max(variance, 0.0) ** 0.5 + 1e-9:
            held.append(float(d))
    return min(held), max(held)


@pytest.mark.parametrize("n", [36, 183, 318, 749, 1250])
def test_shares_of_independent_pairs_cover_by_exact_enumeration(n: int) -> None:
    """Wilson's interval steps as counts do: at a given p it may leave 93 to 97 %, averaged over the p nearby it may not."""
    right = np.arange(n + 1)
    bounds = [share([1.0] * int(r) + [0.0] * int(n - r)) for r in right] if n <= 36 else None
    low, high = (
        (np.array([getattr(b, end) for b in bounds]) for end in ("low", "high")) if bounds else _wilsons(right, n)
    )
    for p in (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998):
        if n * (1 - p) < 1:
            continue
        near = np.linspace(1 - 1.3 * (1 - p), 1 - 0.7 * (1 - p), 31)
        exact = [float(stats.binom.pmf(right, n, q)[(low <= q) & (q <= high)].sum()) for q in near]
        assert 0.93 <= float(np.mean(exact)) <= 0.97, (n, p)
        assert min(exact) >= 0.90, (n, p)


def _wilsons(right: np.ndarray[tuple[int], np.dtype[np.int64]], n: int) -> tuple[Array, Array]:
    found = np.array([estimates.wilson(float(r) / n, n) for r in right])
    return found[:, 0], found[:, 1]


@pytest.mark.parametrize(("k", "icc"), [(2, 0.3), (5, 0.6), (10, 0.0), (10, 1.0)])
def test_shares_of_votes_cover(k: int, icc: float) -> None:
    """Where the earlier intervals covered 48 % (10 votes alike, 36 pairs, p = .98). benchmarks/coverage.py has all cells."""
    for n, p in ((36, 0.5), (36, 0.95), (183, 0.99), (318, 0.98)):
        found = repeated(400, 5, lambda rng, n=n, p=p: share(votes(rng, n, k, p, icc), np.full(n, k)))  # type: ignore[misc]
        # Three standard errors of 400 runs about 93 and 97 %.
        assert 0.90 <= covered(found, p) <= 0.99, (n, k, icc, p)


@pytest.mark.parametrize("biased", [0.0, 0.2, 0.6])
def test_means_of_half_points_cover(biased: float) -> None:
    for n, p in ((36, 0.8), (183, 0.97)):
        truth = biased / 2 + (1 - biased) * p
        found = repeated(400, 6, lambda rng, n=n, p=p: share(swapped(rng, n, p, biased)))  # type: ignore[misc]
        assert 0.91 <= covered(found, truth) <= 0.99, (n, p)


@pytest.mark.parametrize("p", [0.7, 0.95, 0.98])
def test_macro_averages_cover(p: float) -> None:
    """Where the percentile bootstrap covers 88 % (36 pairs a subset, p = .98) and 18 % (.998), 80 % at real sizes."""
    for sizes in ((36, 36, 36), (183, 749, 318)):
        found = repeated(
            300,
            7,
            lambda rng, s=sizes: macro({str(n + i): votes(rng, n, 1, p, 0) for i, n in enumerate(s)}),  # type: ignore[misc]
        )
        assert covered(found, p) >= 0.91, sizes


@pytest.mark.parametrize("icc", [0.0, 0.3, 1.0])
def test_means_over_groups_cover(icc: float) -> None:
    """46 groups of 2 to 6 pairs, as in MM-RLHF-RewardBench."""

    def once(rng: np.random.Generator, p: float) -> Estimate:
        scores, at = grouped(rng, 46, (2, 3, 4, 6, 3), p, icc)
        return share(scores, groups=at)

    for p in (0.6, 0.9, 0.95):
        found = repeated(300, 8, lambda rng, p=p: once(rng, p))  # type: ignore[misc]
        assert 0.91 <= covered(found, p) <= 0.99, p


def test_differences_cover() -> None:
    def gap(rng: np.random.Generator, n: int, a: float, b: float, shared: float) -> Array:
        luck = rng.random(n)
        second = np.where(rng.random(n) < shared, luck, rng.random(n))
        return np.subtract(luck < a, second < b, dtype=np.float64)

    for n, a, b, shared in ((36, 0.7, 0.6, 0.5), (183, 0.9, 0.85, 0.5), (318, 0.99, 0.96, 0.0)):
        found = repeated(300, 9, lambda rng: mean_difference(gap(rng, n, a, b, shared)))  # noqa: B023
        assert 0.91 <= covered(found, a - b) <= 0.99, (n, a, b)
        halves = repeated(300, 10, lambda rng: mean_difference(swapped(rng, n, a, 0.3) - swapped(rng, n, b, 0.5)))  # noqa: B023
        assert 0.91 <= covered(halves, 0.15 + 0.7 * a - 0.25 - 0.5 * b) <= 0.99, (n, a, b)
    sizes = {"g": 60, "h": 200, "r": 90}
    found = repeated(300, 11, lambda rng: macro_difference({s: gap(rng, n, 0.7, 0.6, 0.6) for s, n in sizes.items()}))
    assert 0.91 <= covered(found, 0.1) <= 0.99


def test_a_difference_of_shares_over_other_pairs_is_movers_and_never_of_no_width() -> None:
    a, b = np.array([1.0] * 56 + [0.0] * 14 + [0.0] * 80), np.array([0.0] * 70 + [1.0] * 48 + [0.0] * 32)
    first = np.arange(150) < 70
    found = difference_of_shares((a, b), (first.astype(float), (~first).astype(float)))
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=2e-3)
    perfect = difference_of_shares(
        (first.astype(float), (~first).astype(float)), (first.astype(float), (~first).astype(float))
    )
    assert perfect.value == 0
    assert width(perfect) > 0.05
    assert difference_of_shares(([1.0], [0.0]), ([1.0], [0.0])).value is None
