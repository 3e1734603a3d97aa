"""Planted policies and judges: the estimates recover what was planted, and the correlation what it implies."""

from __future__ import annotations

import random

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from tests.bon.simulate import ask, discerning, folder, policy, rate
from vlrb_task.bon.correlation import correlations, points_of
from vlrb_task.bon.designs import Scheme
from vlrb_task.bon.picks import MAJORITY, RANDOM, judge
from vlrb_task.bon.questions import Question
from vlrb_task.bon.scores import score
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import share

pytest.importorskip("statsmodels")
pytest.importorskip("choix")

RIGHTS = (0.2, 0.5, 0.8)


def close(estimate: Estimate, planted: float) -> bool:
    """Within four standard errors: a fixed seed that a fair estimator passes with near certainty."""
    assert estimate.value is not None
    assert estimate.se is not None
    return abs(estimate.value - planted) < 4 * max(estimate.se, 1e-3)


def test_the_policy_and_the_rules_are_recovered() -> None:
    made = folder(policy(900, 6, rights=RIGHTS))
    found = score(made, [])
    p = np.array(RIGHTS)
    for n in range(1, 7):
        assert close(found.rule(RANDOM).at(n), p.mean())
        assert close(found.rule("first").at(n), p.mean())
        assert close(found.rule("longest").at(n), p.mean())
        assert close(found.rule("oracle").at(n), (1 - (1 - p) ** n).mean())
    assert made.kinds["mixed"] == found.mixed.sum()
    assert sum(made.kinds.values()) == 900


def test_a_pairwise_judge_of_planted_accuracy_is_recovered() -> None:
    """Of two candidates the right one is picked with the planted accuracy where one is right."""
    made = folder(policy(900, 4, rights=RIGHTS), order="key")
    opinions = ask(made, discerning(0.8))
    found = score(made, [opinions])
    p = np.array(RIGHTS)
    assert close(found.judges[0].at(1), p.mean())
    assert close(found.judges[0].at(2), (p**2 + 2 * p * (1 - p) * 0.8).mean())
    assert close(opinions.pair_accuracy, 0.8)
    gain = found.gains[0]
    assert gain.difference.value is not None
    assert gain.difference.value > 0.1
    assert gain.p < 1e-6


def test_a_rating_judge_is_recovered_at_every_n() -> None:
    """Right answers rate one standard deviation higher: the chance that the best of n is right is an integral."""
    made = folder(policy(900, 6, rights=RIGHTS), Scheme.POINTWISE)

    def rating(question: Question, candidate: int, chance: random.Random) -> float:
        return chance.gauss(question.right_of[candidate], 1.0)

    found = score(made, [rate(made, rating)])
    for n in (1, 2, 4, 6):
        planted = np.mean([expected_best(p, n) for p in RIGHTS])
        assert close(found.judges[0].at(n), float(planted)), n


def expected_best(p: float, n: int) -> float:
    """P(the highest of n is right), each right with p and then drawn from N(1, 1), else from N(0, 1)."""

    def density(x: float) -> float:
        below = p * norm.cdf(x - 1) + (1 - p) * norm.cdf(x)
        return float(n * p * norm.pdf(x - 1) * below ** (n - 1))

    return float(quad(density, -8, 10)[0])


def test_a_judge_of_coins_gains_nothing_and_a_perfect_one_everything() -> None:
    made = folder(policy(300, 4))
    coin = ask(made, discerning(0.5), name="coin")
    perfect = ask(made, discerning(1.0), name="perfect")
    found = score(made, [coin, perfect])
    best, worst = found.judges
    assert (best.name, worst.name) == ("perfect", "coin"), "the best first"
    assert [gain.a for gain in found.gains] == ["perfect", "coin"]
    low, high = found.gains[1].difference.low, found.gains[1].difference.high
    assert low is not None
    assert high is not None
    assert low < 0 < high
    assert found.headroom(best) == pytest.approx(1.0)
    assert best.at(4).value == pytest.approx(found.rule("oracle").at(4).value)
    assert found.tests[0].p_holm < 1e-6


@pytest.mark.parametrize("scheme", [Scheme.SPARSE, Scheme.KNOCKOUT])
def test_a_perfect_judge_is_perfect_in_every_scheme(scheme: Scheme) -> None:
    made = folder(policy(60, 8), scheme, least=4)
    if scheme is Scheme.SPARSE:
        found = score(made, [ask(made, discerning(1.0))])
        assert found.judges[0].at(8).value == pytest.approx(found.rule("oracle").at(8).value, abs=0.02)
    else:
        full = folder(made.questions)
        found = score(full, [ask(full, discerning(1.0))], "knockout")
        assert found.judges[0].at(8).value == found.rule("oracle").at(8).value
        assert found.judges[0].at(4).n == 0, "a knockout has no answer for fewer candidates"


def test_an_unfinished_knockout_is_told_and_shared() -> None:
    made = folder(policy(40, 4), Scheme.KNOCKOUT)
    found = score(made, [ask(made, discerning(1.0))])
    assert any("knockouts are not over" in warning for warning in found.warnings)
    value = found.judges[0].at(4).value
    assert value is not None
    assert (found.rule(RANDOM).at(4).value or 0) < value <= (found.rule("oracle").at(4).value or 1)


def test_intervals_cover_at_their_nominal_rate() -> None:
    covered = 0
    planted = float(np.mean([p**2 + 2 * p * (1 - p) * 0.75 for p in RIGHTS]))
    for seed in range(100):
        made = folder(policy(150, 2, seed=seed, rights=RIGHTS), order="key")
        found = judge(made, ask(made, discerning(0.75), seed=seed), "auto", 2)[0].at(2)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= planted <= found.high
    # Questions come from three strata in fixed numbers, which a plain interval takes for luck: it covers a little more.
    assert 90 <= covered <= 100


def test_self_consistency_beats_one_candidate_where_wrong_answers_scatter() -> None:
    found = score(folder(policy(600, 7, rights=[0.5])), [])
    majority, one = found.rule(MAJORITY).at(7).value, found.rule(RANDOM).at(7).value
    assert majority is not None
    assert one is not None
    assert majority > one + 0.15


def test_the_correlation_is_the_one_that_the_simulation_implies() -> None:
    """Score and gain both follow from a planted accuracy; noise in both takes from the correlation what it must."""
    accuracies = np.linspace(0.5, 0.9, 7)
    p, pairs, asked = np.array(RIGHTS), 300, 90
    gains = (2 * p * (1 - p)).mean() * (accuracies - 0.5)
    found, noise = [], []
    for seed in range(12):
        chance = random.Random(f"benchmark {seed}")
        made = folder(policy(asked, 2, seed=seed, rights=RIGHTS), order="key")
        opinions = [ask(made, discerning(a), name=f"m{at}", seed=seed) for at, a in enumerate(accuracies)]
        scored = score(made, opinions)
        scores = {
            f"m{at}": {"overall": share([float(chance.random() < a) for _ in range(pairs)])}
            for at, a in enumerate(accuracies)
        }
        got = {gain.a: gain.difference for gain in scored.gains}
        one = correlations(points_of(scores, got))[0]
        assert one.correlation.pearson.value is not None
        found.append(one.correlation.pearson.value)
        noise.append(np.mean([(g.se or 0) ** 2 for g in got.values()]))
        assert len(one.without) == len(accuracies)
    score_noise = (accuracies * (1 - accuracies) / pairs).mean()
    signal = np.sqrt(accuracies.var(ddof=1) / (accuracies.var(ddof=1) + score_noise))
    implied = signal * np.sqrt(gains.var(ddof=1) / (gains.var(ddof=1) + np.mean(noise)))
    assert np.mean(found) == pytest.approx(implied, abs=0.08)
