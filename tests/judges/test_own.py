"""Every judge that is declared here: its prompt, its examples, its task."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlrb_task.asking.ballots import Ballot, Order, Schedule, ballots_of
from vlrb_task.judges import Judge, fill_prompt, get_judge, judge_names, neutralise, require_captions, shipped_names
from vlrb_task.judges.base import ImagePosition, Prompt, Template, own
from vlrb_task.judges.templates import checked
from vlrb_task.pairs.pair import Answer, Pair
from vlrb_task.parsing import PARSERS, RATING_PARSERS
from vlrb_task.parsing.verdicts import Rating, Reading, Verdict
from vlrb_task.support.errors import DataError, PromptUnavailable, UnknownName
from vlrb_task.tasks.shipped import shipped_tasks
from vlrb_task.votes.reading import choice_of

ALL = [get_judge(name) for name in shipped_names()]
PAIRWISE = [judge for judge in ALL if judge.mode == "pairwise"]
POINTWISE = [judge for judge in ALL if judge.mode == "pointwise"]
OWN = [judge for judge in ALL if judge.prompt.source == "own"]
ORDERS: tuple[Answer, Answer] = (0, 1)

each = pytest.mark.parametrize


def pair(query: str = "What is it?", left: str = "a cat", right: str = "a dog", caption: str | None = "A pet.") -> Pair:
    shown = Pair("0" * 16, "mmmu_1", query, (left, right), 0, "MMMU-Pro", "reasoning", caption=caption)
    return replace(shown, criterion="Names the animal.", steps=("An earlier look.",))


def filled(judge: Judge, about: Pair, ballot: Ballot | None = None) -> str:
    assert judge.prompt.template is not None
    ballot = ballot or ballots_of(about, Schedule(Order.KEY), judge.mode)[0]
    return fill_prompt(judge.prompt.template, judge.prompt, about, ballot)


@each("judge", ALL, ids=shipped_names())
def test_a_judge_is_declared_whole(judge: Judge) -> None:
    assert re.fullmatch("[a-z][a-z0-9_]*", judge.name)
    assert judge.summary == judge.summary.strip()
    assert judge.image in get_args(ImagePosition)
    known = PARSERS if judge.mode == "pairwise" else RATING_PARSERS
    assert judge.parser is known[judge.parser_name]
    assert judge.authors_parser is None or judge.authors_parser in PARSERS
    assert re.fullmatch("[0-9a-f]{64}", judge.prompt.sha256)
    assert all(get_judge(name).prompt.source == "own" for name in judge.alternatives)
    if judge.prompt.source == "published":
        assert judge.alternatives, "whoever has not got the prompt is told what has the same format"
        assert judge.approximate, "what could not be established is said"
        assert judge.prompt.published is not None
        assert re.fullmatch("[0-9a-f]{40}", judge.prompt.published.revision)


@each("judge", PAIRWISE, ids=lambda judge: judge.name)
def test_the_parser_reads_the_examples_as_what_they_say(judge: Judge) -> None:
    for verdict, text in judge.examples.items():
        reading = judge.parser(text)
        assert isinstance(reading, Reading)
        assert (reading.verdict, reading.reason) == (verdict, None), text
    assert set(judge.examples) == {Verdict.FIRST, Verdict.SECOND, Verdict.TIE}


@each("judge", PAIRWISE, ids=lambda judge: judge.name)
def test_the_other_order_is_the_other_answer(judge: Judge) -> None:
    for first in ORDERS:
        votes = {}
        for verdict, text in judge.examples.items():
            reading = judge.parser(text)
            assert isinstance(reading, Reading)
            votes[verdict] = choice_of(reading.verdict, first)
        assert votes == {Verdict.FIRST: first, Verdict.SECOND: 1 - first, Verdict.TIE: None}


@each("judge", POINTWISE, ids=lambda judge: judge.name)
def test_the_parser_reads_the_ratings_that_examples_give(judge: Judge) -> None:
    low, high = judge.scale
    ratings = [judge.parser(judge.rated(value)) for value in (low, high)]
    assert [rating.score for rating in ratings if isinstance(rating, Rating)] == [low, high]
    assert isinstance(ratings[0], Rating)
    assert isinstance(ratings[1], Rating)
    middle = judge.parser(judge.rated((low + high) / 2))
    assert isinstance(middle, Rating)
    assert middle.score is not None
    assert low < middle.score < high or judge.scale == (0, 1)


@each("judge", OWN, ids=lambda judge: judge.name)
def test_an_own_prompt_is_frozen(judge: Judge) -> None:
    assert judge.prompt.template is not None
    assert checked(judge, judge.prompt.template) is judge.prompt.template


def test_a_changed_prompt_is_a_new_version() -> None:
    """``frozen_prompts.json`` has the hash of every version of every judge's prompt, the current one last."""
    frozen = json.loads((Path(__file__).parent / "frozen_prompts.json").read_text())
    assert {judge.name: judge.prompt.sha256 for judge in ALL} == {name: hashes[-1] for name, hashes in frozen.items()}
    assert {judge.name: judge.version for judge in ALL} == {name: len(hashes) for name, hashes in frozen.items()}
    known = [sha256 for hashes in frozen.values() for sha256 in hashes]
    assert len(set(known)) == len(known)


def test_the_system_message_is_frozen() -> None:
    told = {judge.name: hashlib.sha256(judge.system.encode()).hexdigest()[:16] for judge in ALL if judge.system}
    assert told == {"tools": "f8cf8fc0fac3dd43"}


@each("judge", OWN, ids=lambda judge: judge.name)
def test_a_filled_prompt_has_no_hole_left(judge: Judge) -> None:
    about = pair()
    for ballot in ballots_of(about, Schedule(Order.BOTH), judge.mode):
        text = filled(judge, about, ballot)
        assert not Template(text).holes
        assert about.query in text
        if not judge.sees_answers:
            assert not any(one in text for one in about.responses)
        elif ballot.first is not None:
            shown = about.responses[ballot.first], about.responses[1 - ballot.first]
            assert 0 < text.index(shown[0]) < text.index(shown[1])
        elif ballot.answer is not None:
            assert about.responses[ballot.answer] in text
            assert about.responses[1 - ballot.answer] not in text
        assert ("A pet." in text) == (judge.name == "caption")
        assert ("An earlier look." in text) == (judge.name == "second_look")
        assert neutralise(text) == text


@given(st.lists(st.sampled_from(["{query}", "{first}", "{second}", "{answer}", "{caption}", "{}", "{0}", "x", "%s"])))
def test_braces_in_the_texts_are_only_text(parts: list[str]) -> None:
    text = "".join(parts)
    for judge in OWN:
        assert judge.prompt.template is not None
        about = pair(query="q" + text, left="a" + text, right="b" + text, caption="c" + text)
        found = filled(judge, about)
        shown = [about.query] + ([about.caption or ""] if judge.name == "caption" else [])
        assert all(value in found for value in shown)


def test_pictures_and_captions_go_where_they_are_wanted() -> None:
    assert [judge.name for judge in ALL if judge.image == "none"] == ["blind", "caption"]
    template = get_judge("caption").prompt.template
    assert template is not None
    require_captions(template, [pair()])
    require_captions(get_judge("blind").prompt.template or template, [pair(caption=None)])
    with pytest.raises(DataError, match=r"2 pairs have no caption.*--captions FILE.json.*id 'mmmu_1'"):
        require_captions(template, [pair(), *(replace(pair(caption=none), steps=()) for none in (None, ""))])


def test_a_criterion_goes_where_it_is_wanted() -> None:
    judge = get_judge("criterion")
    assert judge.prompt.template is not None
    assert "[Criterion]\nNames the animal.\n" in filled(judge, pair())
    assert all("Names the animal." not in filled(one, pair()) for one in OWN if one.name != "criterion")
    require_captions(judge.prompt.template, [pair()])
    with pytest.raises(DataError, match=r"1 pairs have no criterion.*id 'mmmu_1'"):
        require_captions(judge.prompt.template, [pair(), replace(pair(), criterion=None)])


def test_a_first_step_goes_where_it_is_wanted() -> None:
    about = replace(pair(caption=None), steps=("One.", "Two."))
    for name in ("second_look", "caption"):
        judge = get_judge(name)
        assert judge.prompt.template is not None
        shown = [filled(judge, about, ballot) for ballot in ballots_of(about, Schedule(Order.BOTH))]
        assert ["One." in shown[0], "Two." in shown[0], "Two." in shown[1]] == [True, False, True]
        require_captions(judge.prompt.template, [about])
        with pytest.raises(DataError, match="1 pairs have no"):
            require_captions(judge.prompt.template, [replace(about, steps=())])
    assert [judge.name for judge in ALL if judge.step] == ["describe"]


def test_a_system_message_stands_in_front_where_none_can_be_sent() -> None:
    judge = get_judge("tools")
    assert judge.system is not None
    assert judge.ask("Which?") == f"{judge.system}\n\nWhich?"
    assert get_judge("letter").ask("Which?") == "Which?"


def test_every_judge_has_a_task() -> None:
    assert {spec.judge for spec in shipped_tasks().values()} == set(shipped_names())
    for name in set(shipped_names()) - {"official"}:
        assert shipped_tasks()[f"vlrb_{name}"].judge == name
    names = [spec.dataset_name for spec in shipped_tasks().values()]
    assert len(set(names)) == len(names)
    assert shipped_tasks()["vlrb_k5"].dataset_name == "VLRB_K5"
    assert shipped_tasks()["vlrb_unified_reward"].dataset_name == "VLRB_Unified_Reward"


def test_a_prompt_says_where_it_is_from() -> None:
    with pytest.raises(ValueError, match="its text here"):
        Prompt(source="own", sha256="0" * 64)
    with pytest.raises(ValueError, match="where it was published"):
        Prompt(source="published", sha256="0" * 64)


def test_a_changed_prompt_is_refused() -> None:
    judge = get_judge("letter")
    changed = own("{query} {first} {second}", judge.prompt.sha256)
    assert changed.template is not None
    with pytest.raises(PromptUnavailable, match="it was changed"):
        checked(judge, changed.template)


def test_the_holes_go_with_the_mode() -> None:
    letter = get_judge("letter")
    for text in ("{query}", "{query} {first}", "{first} {second} {answer}"):
        with pytest.raises(ValueError, match="judge 'letter' is pairwise, and its prompt has the holes"):
            replace(letter, prompt=own(text))
    with pytest.raises(ValueError, match=r"is pointwise, and its prompt has the holes \['first', 'query', 'second'\]"):
        replace(letter, mode="pointwise")


def test_an_unknown_judge_is_told_the_known_ones() -> None:
    with pytest.raises(UnknownName, match=r"no judge 'nobody': use one of .*boxed, .*official, "):
        get_judge("nobody")
    assert judge_names()[: len(shipped_names())] == list(shipped_names())
