"""The pairs of a run in another order: every number is the same, to the last digit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from vlrb_task.judges.base import PromptRecord
from vlrb_task.pairs.labels import Labels
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.score import score_run
from vlrb_task.votes import Ballots, Run, Votes

SUBSETS = ("general", "hallucination", "reasoning")
KINDS = ("votes", "probabilities", "ratings")


def some_run(rng: np.random.Generator, kind: str) -> Run:
    """Random votes of random pairs, some of which belong together."""
    pairs, votes = int(rng.integers(1, 60)), int(rng.choice([1, 2, 3, 5]))
    grouped = rng.random() < 0.5
    labels = Labels.of(
        {
            "key": f"k{n}",
            "id": f"i{n}",
            "better": int(rng.integers(2)),
            "subset": str(rng.choice(SUBSETS)),
            "source": str(rng.choice(["x", "y"])),
            "words": rng.integers(1, 90, 2).tolist(),
            "tags": tuple(sorted({str(tag) for tag in rng.choice(["counting", "color"], int(rng.integers(3)))})),
            "group": f"g{rng.integers(1 + pairs // 3)}" if grouped else None,
        }
        for n in range(pairs)
    )
    shown = ({"answer": 0}, {"answer": 1}) if kind == "ratings" else ({"answer": None},)
    ballots = Ballots.of(
        {"pair": n, "vote": vote, "digest": (n, vote, one["answer"]), **one, **_answer(rng, kind, vote)}
        for n in range(pairs)
        for vote in range(votes)
        for one in shown
    )
    return Run(
        judge="official",
        prompt=PromptRecord("official"),
        revision="custom",
        fingerprint="f",
        subset_sizes=labels.subset_counts,
        labels=labels,
        votes=Votes.of(ballots),
        ballots=ballots,
    )


def _answer(rng: np.random.Generator, kind: str, vote: int) -> dict[str, Any]:
    if kind == "ratings":
        return {"rating": float(rng.integers(1, 6)) if rng.random() < 0.9 else rng.random()}
    p = round(float(rng.random()), 3)
    if kind == "votes" and rng.random() < 0.2:
        return {"first": vote % 2, "reason": Reason.NO_VERDICT}
    choice = int(p < 0.5) if kind == "probabilities" else int(rng.integers(2))
    return {"first": vote % 2, "choice": choice, **({"p": p} if kind == "probabilities" else {})}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every number with its place, so that a failure names what differs."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(one, f"{path}/{name}")
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from leaves(one, f"{path}/{place}")
    else:
        yield path, value


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("policy", list(Policy))
def test_the_order_of_pairs_means_nothing(kind: str, policy: Policy) -> None:
    rng = np.random.default_rng(20)
    for _ in range(15):
        run = some_run(rng, kind)
        turned = run.on_pairs(rng.permutation(len(run.labels)))
        before, after = (dict(leaves(score_run(one, policy=policy).to_dict())) for one in (run, turned))
        assert {k for k in before if before[k] != after.get(k)} == set()


def test_the_test_can_fail() -> None:
    """Another vote is another number."""
    run = some_run(np.random.default_rng(1), "votes")
    choice = run.votes.choice.copy()
    choice[:] = 0
    other = replace(run, votes=replace(run.votes, choice=choice))
    assert score_run(run).to_dict() != score_run(other).to_dict()
