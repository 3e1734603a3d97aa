"""Ballots that were never answered show: a count, and above one in twenty a range in the place of the headline."""

from __future__ import annotations

import pytest

from tests.support.table import Label, PairVotes, Vote, run_of
from vlrb_task.export import FORMATS
from vlrb_task.pairs.pair import ANSWERS
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.score import score_run
from vlrb_task.votes import Run


def run(answered: int, failed: int, reason: Reason = Reason.FAILED_REQUEST) -> Run:
    votes = [Vote(0, 0, 0)] * answered + [Vote(0, 0, None, reason)] * failed
    pairs = [PairVotes(Label(str(n), str(n), 0, "general", "S"), (vote,)) for n, vote in enumerate(votes)]
    return run_of(pairs)


@pytest.mark.parametrize("reason", [Reason.FAILED_REQUEST, Reason.EMPTY])
def test_a_run_that_was_mostly_never_asked_has_a_range(reason: Reason) -> None:
    score = score_run(run(12, 28, reason))
    found = score.to_dict()
    assert found["unanswered"] == 28
    assert found["overall"]["value"] == 0.3
    assert found["overall_range"] == {"low": 0.3, "high": 1.0}
    assert "28 of 40 ballots have no answer (70.0%): the overall is between 30.0" in found["warnings"][0]
    assert "vlrb task --again failed,empty" in found["warnings"][0]


def test_one_in_twenty_is_told_and_no_range() -> None:
    found = score_run(run(38, 2)).to_dict()
    assert found["unanswered"] == 2
    assert "overall_range" not in found


@pytest.mark.parametrize("reason", [Reason.EMPTY, Reason.REFUSED, Reason.CUT_OFF, Reason.NOT_A_NUMBER])
def test_votes_that_were_not_given_whole_are_counted_in_the_warnings(reason: Reason) -> None:
    assert f"1 of 40 votes could not be read: {reason} 1" in score_run(run(39, 1, reason)).to_dict()["warnings"]


def test_it_is_told_that_nothing_could_be_read() -> None:
    assert score_run(run(39, 1, Reason.NO_VERDICT)).to_dict()["warnings"] == []
    found = score_run(run(0, 40, Reason.NO_VERDICT)).to_dict()
    assert found["warnings"] == ["40 of 40 votes could not be read: no_verdict 40"]


def test_tables_and_the_line_for_a_paper_show_the_range_in_place_of_the_headline() -> None:
    score = score_run(run(12, 28))
    for kind in ("markdown", "latex"):
        assert "30.0 to 100.0" in FORMATS[kind](["m"], [score])
    assert "overall between 30.0 and 100.0 %" in FORMATS["statement"](["m"], [score])


def test_an_answer_that_cannot_be_read_is_an_answer() -> None:
    found = score_run(run(20, 20, Reason.NO_VERDICT)).to_dict()
    assert found["unanswered"] == 0
    assert "overall_range" not in found


@pytest.mark.parametrize("policy", list(Policy))
def test_the_range_holds_what_the_answers_could_have_said(policy: Policy) -> None:
    pairs = []
    for n in range(20):
        sides = [(ANSWERS[v % 2], ANSWERS[(v + n) % 2]) for v in range(3)]
        votes = [Vote(v, *side) for v, side in enumerate(sides)] + [Vote(3, 1, None, Reason.FAILED_REQUEST)]
        pairs.append(PairVotes(Label(str(n), str(n), 0, "general", "S"), tuple(votes)))
    low, high = score_run(run_of(pairs), policy).range or (1.0, 0.0)
    assert low <= high
    for choice in ANSWERS:
        said = [PairVotes(p.label, (*p.votes[:3], Vote(3, 1, choice))) for p in pairs]
        value = score_run(run_of(said), policy).overall.value
        assert value is not None
        assert low <= value <= high
