"""Benchmarks with several answers: their rows as questions, and a judge's ranking held to the authors' own rules."""

from __future__ import annotations

import json
import math
from itertools import combinations
from pathlib import Path
from statistics import mean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from tests.bon.simulate import ask, rate
from tests.support.relatives import RELATIVES
from vlrb_task.bon.designs import Scheme
from vlrb_task.bon.folder import Folder, Making
from vlrb_task.bon.gathering import gather
from vlrb_task.bon.scores import score, score_answers, ties_score
from vlrb_task.support.errors import DataError


def made(spec: str, folder: Path, scheme: Scheme) -> Folder:
    return gather([Path(spec)], Folder(folder, Making("vlrb_bon", scheme)), images=True)


def rating(text: str) -> float:
    """Coarse, so that equal ratings occur."""
    return float(sum(map(ord, text)) % 4)


def test_rewardbench2_is_its_authors_rule(tmp_path: Path) -> None:
    """Right if the first of four has the highest rating, 1/k if k have it (``reroll_and_score_dataset``)."""
    _, rows = RELATIVES["rewardbench2"](tmp_path)
    rows = [
        row | {"id": f"{n}", "prompt": f"{n}", "subset": ["Math", "Focus"][n % 2]} for n, row in enumerate(rows * 15)
    ]
    rows = [row | {"chosen": [f"{row['chosen'][0]} {n}"]} for n, row in enumerate(rows)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    folder = made(f"rewardbench2={tmp_path / 'rows.jsonl'}", tmp_path, Scheme.POINTWISE)
    judge = rate(folder, lambda question, candidate, _: rating(question.texts[candidate]))
    found = score_answers(folder.questions, judge)
    results = []
    for row in rows:
        scores = [rating(text) for text in (row["chosen"] + row["rejected"])]
        results.append((1 / scores.count(max(scores))) if scores[0] == max(scores) else 0)
    assert found.top_1.value == pytest.approx(mean(results))
    assert set(results) > {0, 1}
    assert found.by_source["Math"].value == pytest.approx(mean(results[::2]))
    assert found.ties is None
    assert score(folder, [judge]).to_dict()["judges"][0]["answers"]["top_1"]["value"] == found.top_1.value


def test_ranked_answers(tmp_path: Path) -> None:
    """MR²Bench: top-1, pairwise accuracy and tau, for a judge that rates and one that compares."""
    spec, rows = RELATIVES["mr2bench"](tmp_path)
    folder = made(spec, tmp_path / "a", Scheme.POINTWISE)
    assert len(folder.pictures) == 2
    judge = score_answers(folder.questions, rate(folder, lambda question, at, _: rating(question.texts[at])))
    best, pairs, taus = [], [], []
    for row in rows:
        scores = [rating(text) for text in row["responses"]]
        top = [rank for score, rank in zip(scores, row["rankings"], strict=True) if score == max(scores)]
        best.append(mean(rank == min(row["rankings"]) for rank in top))
        two = [(a, b) for a, b in combinations(range(4), 2) if row["rankings"][a] != row["rankings"][b]]
        said = [(scores[a] - scores[b]) * (row["rankings"][b] - row["rankings"][a]) for a, b in two]
        pairs += [0.5 if one == 0 else float(one > 0) for one in said]
        taus.append(kendalltau(scores, [-rank for rank in row["rankings"]]).statistic)
    assert judge.top_1.value == pytest.approx(mean(best))
    assert judge.pairwise.value == pytest.approx(mean(pairs))
    assert judge.rank_correlation == pytest.approx(mean(taus))
    compared = made(spec, tmp_path / "b", Scheme.ROUND_ROBIN)
    knows = ask(compared, lambda question, a, b, _: question.right_of[a] > question.right_of[b])
    found = score_answers(compared.questions, knows)
    assert (found.top_1.value, found.pairwise.value, found.ties) == (1.0, 1.0, None)


def authors_ties(rows: list[tuple[str, int, list[float], int]]) -> float:
    """RewardBench 2's Ties score, one prompt after the other."""
    stats = {}
    for kind, prompt, scores, right in rows:
        good, bad = scores[:right], scores[right:]
        stats[kind, prompt] = (min(good) > max(bad), max(good) - min(good), min(good) - max(bad))
    prompts = sorted({prompt for kind, prompt in stats if {("ref", prompt), ("tied", prompt)} <= stats.keys()})
    total = 0.3 * mean(one[0] for (kind, _), one in stats.items() if kind == "tied")
    total += 0.3 * mean(one[0] for (kind, _), one in stats.items() if kind == "ref")
    for prompt in prompts:
        _, spread, own = stats["tied", prompt]
        least = min(own, stats["ref", prompt][2])
        total += (0.2 * (own > spread) + 0.2 * (least > spread)) / len(prompts)
        # Where nothing spreads the quotient is infinite, or no number, which counts 0.
        ratio = math.tanh(least / spread - 1) if spread else float(np.sign(least))
        total += 0.01 * ratio / len(prompts)
    return total


SCORES = st.lists(st.floats(-3, 3).map(lambda x: round(x, 1)), min_size=2, max_size=6)


@given(st.lists(st.tuples(SCORES, SCORES, st.integers(1, 5)), min_size=1, max_size=6))
def test_the_ties_score_is_its_authors(prompts: list[tuple[list[float], list[float], int]]) -> None:
    rows = [("ref", n, ref, 1) for n, (ref, _, _) in enumerate(prompts)]
    rows += [("tied", n, tied, min(right, len(tied) - 1)) for n, (_, tied, right) in enumerate(prompts)]
    rated = {
        f"Ties/{kind}:{n}": (np.array(scores), np.array([1.0] * right + [0.0] * (len(scores) - right)))
        for kind, n, scores, right in rows
    }
    assert ties_score(rated) == pytest.approx(authors_ties(rows))


def test_the_ties_subset_through_a_log(tmp_path: Path) -> None:
    spec, rows = RELATIVES["rewardbench2_ties"](tmp_path)
    folder = made(spec, tmp_path, Scheme.POINTWISE)
    found = score_answers(folder.questions, rate(folder, lambda question, at, _: rating(question.texts[at])))
    told = [
        (kind, int(number), [rating(text) for text in row["chosen"] + row["rejected"]], len(row["chosen"]))
        for row in rows
        for kind, number in [row["id"].split(":")]
    ]
    assert found.ties == pytest.approx(authors_ties(told))


def test_two_answers_are_no_best_of_several(tmp_path: Path) -> None:
    spec, _ = RELATIVES["mmrlhf"](tmp_path)
    with pytest.raises(DataError, match="two answers each"):
        made(spec, tmp_path, Scheme.POINTWISE)
