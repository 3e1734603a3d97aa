"""Odds by style and accuracy at equal style, on verdicts drawn from the model itself."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests.insight.simulate import Planted, run
from vlrb_task.pairs.labels import FEATURES, style_of
from vlrb_task.scores.style import Style, style
from vlrb_task.votes import Run

LOGIT = 0.8
LISTS = 1.4


@cache
def base_run() -> Run:
    return run(Planted(0.5, correlation=0.0), 2, sizes={"general": 600})


def counted(lists: float, seed: int = 0, label: float = LOGIT) -> Run:
    """A judge with log odds ``label`` of the better answer, and ``log(lists)`` for each list item more."""
    rng = np.random.default_rng(seed)
    base = base_run()
    counts = rng.poisson(1.5, (600, 2, len(FEATURES)))
    counts[:, :, FEATURES.index("headings")] = 0
    base = replace(base, labels=replace(base.labels, style=counts))
    more = (counts[:, 0] - counts[:, 1])[:, FEATURES.index("lists")][base.votes.pair]
    first = np.where(base.better == 0, label, -label) + np.log(lists) * more
    choice = (rng.random(first.size) >= 1 / (1 + np.exp(-first))).astype(np.int8)
    return replace(base, votes=replace(base.votes, choice=choice))


def fitted(made: Run) -> Style:
    found = style(made)
    assert found is not None
    return found


def test_planted_odds_and_accuracy_are_found_and_covered() -> None:
    hits = dict.fromkeys(("lists", "bold", "equal_style"), 0)
    truth = {"lists": LISTS, "bold": 1.0, "equal_style": 1 / (1 + np.exp(-LOGIT))}
    for seed in range(40):
        found = fitted(counted(LISTS, seed))
        for name, value in truth.items():
            estimate = found.accuracy[name] if name == "equal_style" else found.judge[name]
            assert estimate.low is not None
            assert estimate.high is not None
            hits[name] += estimate.low <= value <= estimate.high
    assert all(34 <= count <= 40 for count in hits.values()), hits
    # What the judge owes to lists costs it accuracy wherever answers differ in them.
    assert (found.accuracy["verdicts"].value or 1) < (found.accuracy["equal_style"].value or 0)


def test_features_that_tell_nothing_apart_are_left_out_and_without_texts_only_length_is_known() -> None:
    made = counted(LISTS)
    assert list(fitted(made).judge) == ["length", "lists", "bold", "digits", "code"]
    bare = replace(made, labels=replace(made.labels, style=None))
    assert list(fitted(bare).judge) == ["length"]
    never_wrong = replace(made, votes=replace(made.votes, choice=made.better.astype(np.int8)))
    assert style(never_wrong) is None


def test_the_labels_own_preference_stands_beside_it() -> None:
    made = counted(1.0)
    assert made.labels.style is not None
    more = (made.labels.style[:, 0] - made.labels.style[:, 1])[:, FEATURES.index("lists")]
    rng = np.random.default_rng(5)
    better = (rng.random(more.size) >= 1 / (1 + np.exp(-np.log(LISTS) * more))).astype(np.int8)
    found = fitted(replace(made, labels=replace(made.labels, better=better)))
    assert found.labels["lists"].value == pytest.approx(LISTS, rel=0.15)


def test_it_makes_no_difference_which_response_is_called_0() -> None:
    made = counted(LISTS)
    labels, votes = made.labels, made.votes
    assert labels.style is not None
    turned = replace(
        made,
        labels=replace(labels, better=1 - labels.better, words=labels.words[:, ::-1], style=labels.style[:, ::-1]),
        votes=replace(votes, choice=1 - votes.choice, first=1 - votes.first),
    )
    one, other = fitted(made), fitted(turned)
    for name, estimate in one.judge.items():
        assert other.judge[name].value == pytest.approx(estimate.value, rel=1e-6)
        assert other.judge[name].high == pytest.approx(estimate.high, rel=1e-6)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("plain words", (0, 0, 0, 0, 0)),
        ("# Head\n\n1. **one**\n2. two 2.5\n- three `x`\n* four\n", (4, 1, 1, 4, 1)),
        ("#hash -dash **open\nclose** ```a\n`b`\n``` __bold__", (0, 1, 0, 0, 1)),
    ],
)
def test_counts(text: str, counts: tuple[int, ...]) -> None:
    assert style_of(text) == counts
