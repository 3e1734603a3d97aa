"""Agreement, length, position and selection on judges with planted habits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.insight.simulate import SIZES, Planted, labels, run
from vlrb_task.compare.analyses import (
    PositionAnalysis,
    cohen_kappa,
    fleiss,
    judge_agreement,
    length_preference,
    position_analysis,
    selective,
    vote_agreement,
)
from vlrb_task.compare.basis import common_basis
from vlrb_task.pairs.labels import NO_WORDS
from vlrb_task.scores import intervals
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.score import score_run
from vlrb_task.scores.scored import Scored
from vlrb_task.votes import Run


def holds(estimate: Estimate, truth: float) -> bool:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low <= truth <= estimate.high


def test_cohens_kappa_is_its_closed_form() -> None:
    a, b = np.array([1.0] * 30 + [0.0] * 20), np.array([1.0] * 25 + [0.0] * 25)
    observed = 45 / 50
    expected = (30 * 25 + 20 * 25) / 2500
    assert cohen_kappa(a, b) == pytest.approx((observed - expected) / (1 - expected))
    assert cohen_kappa(np.ones(5), np.ones(5)) is None


def test_agreement_of_copies_strangers_and_judges_that_share_their_errors() -> None:
    shown = labels()
    one = run(Planted(0.7, correlation=0.0), 1, 1, "one", SIZES, shown)
    two = run(Planted(0.7, correlation=0.0), 1, 2, "two", SIZES, shown)
    same, strangers = judge_agreement(common_basis([one, replace(one, judge="copy"), two]))[:2]
    for found in (same.agree, same.kappa, same.error_kappa):
        assert found == pytest.approx(1.0)
    assert strangers.agree == pytest.approx(0.7**2 + 0.3**2, abs=0.04)
    assert strangers.error_kappa == pytest.approx(0.0, abs=0.08)
    # Right more often than a coin, so that choices agree beyond chance though errors do not.
    assert strangers.kappa == pytest.approx(2 * 0.58 - 1, abs=0.08)
    assert fleiss(common_basis([one, replace(one, judge="copy")])) == pytest.approx(1.0)
    assert fleiss(common_basis([one])) is None


@pytest.mark.parametrize("correlation", [0.0, 0.4, 1.0])
def test_krippendorffs_alpha_of_votes_follows_the_planted_correlation(correlation: float) -> None:
    # At an accuracy of one half a vote's naming by key is as good as a coin: alpha is the intra-class correlation.
    alpha = vote_agreement(run(Planted(0.5, correlation=correlation), votes=4))
    assert alpha == pytest.approx(correlation, abs=0.04)
    assert vote_agreement(run(Planted(0.5), votes=1)) is None


def test_a_judge_without_length_bias_shows_the_labels_own_share() -> None:
    perfect = length_preference(run(Planted(1.0, correlation=0.0), votes=2))
    assert perfect is not None
    assert perfect.prefers_longer.value == pytest.approx(perfect.labels_longer.value)
    assert perfect.odds_per_doubling is None  # never wrong: no fit
    fair = length_preference(run(Planted(0.7), votes=2))
    assert fair is not None
    assert fair.odds_per_doubling is not None
    assert fair.odds_per_doubling.low < 1 < fair.odds_per_doubling.high  # type: ignore[operator]


def test_a_planted_length_bias_is_measured() -> None:
    found = length_preference(run(Planted(0.7, correlation=0.0, longer=0.3), votes=4))
    assert found is not None
    labels_share = found.labels_longer.value
    assert labels_share is not None
    truth = 0.3 + 0.7 * (0.7 * labels_share + 0.3 * (1 - labels_share))
    assert found.prefers_longer.value == pytest.approx(truth, abs=0.02)
    assert found.right_if_longer.value == pytest.approx(0.3 + 0.7 * 0.7, abs=0.025)
    assert found.right_if_shorter.value == pytest.approx(0.7 * 0.7, abs=0.025)
    assert found.odds_per_doubling is not None
    assert found.odds_per_doubling.low > 1  # type: ignore[operator]


def test_the_logistic_fit_finds_the_odds_that_were_planted() -> None:
    """Votes drawn from the model itself, odds of 1.5 for each doubling; the interval covers in 90 to 99 % of 100."""
    shown = labels({"general": 150})
    base = run(Planted(0.5, correlation=0.0), 2, 1, "j", {"general": 150}, shown)
    covered = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        words = (base.labels.words + 1.0)[base.votes.pair]
        logit = np.where(base.better == 0, 0.8, -0.8) + np.log(1.5) * np.log2(words[:, 0] / words[:, 1])
        choice = (rng.random(logit.size) >= 1 / (1 + np.exp(-logit))).astype(np.int8)
        found = length_preference(replace(base, votes=replace(base.votes, choice=choice)))
        assert found is not None
        assert found.odds_per_doubling is not None
        covered += found.odds_per_doubling.low <= 1.5 <= found.odds_per_doubling.high  # type: ignore[operator]
    assert 90 <= covered <= 99


def position(made: Run) -> PositionAnalysis | None:
    return position_analysis(Scored(made, Policy.STRICT))


def test_unknown_lengths_and_one_sided_orders_have_no_analysis() -> None:
    base = run(Planted(0.7), votes=1, sizes={"general": 40})
    bare = replace(base.labels, words=np.full_like(base.labels.words, NO_WORDS))
    assert length_preference(replace(base, labels=bare)) is None
    assert position(replace(base, votes=replace(base.votes, first=base.better))) is None


def test_intervals_of_rates_cover_at_their_nominal_rate() -> None:
    """Votes of a pair correlated at 0.5, four to a pair: 95 % within two standard errors of 300 simulations."""
    sizes = {"general": 50, "hallucination": 100, "reasoning": 50}
    shown = labels(sizes)
    hits = dict.fromkeys(("right_if_first", "effect", "first_rate", "overall", "macro", "parsed", "longer"), 0)
    trials = 150
    planted = Planted(0.6, correlation=0.5, first=0.2, unparsed=0.1)
    first_right = (0.2 + 0.7 * 0.6) / 0.9
    second_right = 0.7 * 0.6 / 0.9
    for seed in range(trials):
        made = run(planted, 4, seed, "j", sizes, shown)
        places, length = position(made), length_preference(made)
        score = score_run(made, Policy.HALF)
        assert places is not None
        assert length is not None
        first_rate, parsed_rate = score.estimate("first_rate"), score.estimate("parsed_rate")
        assert first_rate is not None
        assert parsed_rate is not None
        hits["right_if_first"] += holds(places.right_if_first, first_right)
        hits["effect"] += holds(places.effect, first_right - second_right)
        hits["first_rate"] += holds(first_rate, (0.2 + 0.7 * 0.5) / 0.9)
        hits["parsed"] += holds(parsed_rate, 0.9)
        singles = intervals.share(made.right, made.total)
        hits["overall"] += holds(singles, 0.9 * (first_right + second_right) / 2)
        strata = {s: (made.right / 4)[made.labels.subset.where(s)] for s in sizes}
        hits["macro"] += holds(intervals.macro(strata), 0.9 * (first_right + second_right) / 2)
        share = float(length.labels_longer.value or 0)
        better = (first_right + second_right) / 2
        hits["longer"] += holds(length.prefers_longer, better * share + (1 - better) * (1 - share))
    rates = {name: count / trials for name, count in hits.items()}
    assert all(0.90 <= rate <= 0.99 for rate in rates.values()), rates


@pytest.mark.parametrize(("votes", "correlation"), [(1, 0.0), (2, 0.2), (2, 0.9)])
def test_intervals_of_the_score_cover_at_their_nominal_rate(votes: int, correlation: float) -> None:
    """One vote: scores of 0 and 1. Both orders with a position bias: half points, whose interval is narrower."""
    sizes = {"general": 60, "hallucination": 120, "reasoning": 70}
    shown = labels(sizes)
    trials, overall, macro = 250, 0, 0
    for seed in range(trials):
        score = score_run(run(Planted(0.65, correlation=correlation, first=0.2), votes, seed, "j", sizes, shown))
        truth = 0.2 * 0.5 + 0.8 * 0.65
        if votes == 1:  # the order of the only vote is fixed by the key, so the bias does not cancel in a sample
            firsts = [int(label.key, 16) % 2 == label.better for label in shown]
            truth = 0.8 * 0.65 + 0.2 * sum(firsts) / len(firsts)
        overall += holds(score.overall, truth)
        macro += holds(score.macro, truth)
    assert 0.92 <= overall / trials <= 0.985
    assert macro / trials >= (0.92 if votes == 2 else 0.9)


def test_accuracy_rises_where_votes_agree_and_the_curve_is_what_it_says() -> None:
    made = run(Planted(0.7, correlation=0.3), votes=5)
    curve = selective(made)
    assert [point.agreement for point in curve] == [0.6, 0.8, 1.0]
    assert curve[0].coverage == 1.0
    assert [p.coverage for p in curve] == sorted((p.coverage for p in curve), reverse=True)
    accuracies = [p.accuracy.value or 0 for p in curve]
    assert accuracies == sorted(accuracies)
    unanimous = np.maximum(made.right, made.wrong) == 5
    assert curve[-1].accuracy.n == unanimous.sum()
    assert curve[-1].accuracy.value == pytest.approx((made.right[unanimous] == 5).mean())
    assert selective(run(Planted(0.7), votes=1)) == []


def test_error_tags_are_counted_under_each_of_them() -> None:
    found = score_run(run(Planted(0.7), votes=1)).groups("by_tag")
    assert list(found) == ["existence", "recognition", "counting"]
    assert sum(e.n for e in found.values()) == SIZES["hallucination"]
