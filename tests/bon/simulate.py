"""Policies and judges with planted habits: what they draw and what they say is known, so that estimates can be held to it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from vlrb_task.asking.ballots import Schedule, ballots_of
from vlrb_task.bon.designs import Scheme, comparisons
from vlrb_task.bon.folder import Folder, Making
from vlrb_task.bon.opinions import Opinions, opinions_of
from vlrb_task.bon.questions import Draw, Question
from vlrb_task.pairs.labels import label_fields
from vlrb_task.pairs.pair import parse_rows
from vlrb_task.votes import Run, benchmark_fields
from vlrb_task.votes.assemble import assemble
from vlrb_task.votes.lines import read_lines
from vlrb_task.votes.reading import read_texts

SAYS = ("Overall Judgment: Answer 1 is better.", "Overall Judgment: Answer 2 is better.")


def policy(count: int, draws: int, *, seed: int = 0, rights: Sequence[float] = (0.2, 0.5, 0.8)) -> list[Question]:
    """Questions whose draws are right with one of the given probabilities, in turn; all texts differ."""
    chance = random.Random(f"policy {seed}")
    questions = []
    for number in range(count):
        p = rights[number % len(rights)]
        drawn = []
        for at in range(draws):
            right = chance.random() < p
            answer = "B" if right else chance.choice("ACD")
            filler = " ".join(["so"] * chance.randrange(1, 30))
            drawn.append(Draw(f"Look {number}.{at}: {filler}. Answer: {answer}", float(right), answer))
        questions.append(Question(f"sim/{number}", f"Question {number}?", tuple(drawn), "sim"))
    return questions


def folder(questions: Sequence[Question], scheme: Scheme = Scheme.ROUND_ROBIN, **making: Any) -> Folder:
    return Folder(Path("nowhere"), Making("vlrb_bon", scheme, **making), tuple(questions))


Prefer = Callable[[Question, int, int, random.Random], bool]
"""Whether the first of two candidates is preferred."""


def discerning(accuracy: float) -> Prefer:
    """Prefers the right one of two with this probability; a coin where both are as right."""

    def prefer(question: Question, first: int, second: int, chance: random.Random) -> bool:
        left, right = question.right_of[first], question.right_of[second]
        if left == right:
            return chance.random() < 0.5
        return (chance.random() < accuracy) == (left > right)

    return prefer


def ask(made: Folder, prefer: Prefer, *, name: str = "judge", seed: int = 0, judge: str = "criteria") -> Opinions:
    """A pairwise judge's votes on a folder's first comparisons, through records as a log holds them."""
    pairs = [
        (question, pair)
        for question in made.questions
        for pair in comparisons(question, made.making.scheme, made.making.least)
    ]
    return opinions_of(
        made,
        runs_of(records(made, pairs, prefer, name, seed, judge), name),
    )[0]


def runs_of(lines: Sequence[dict[str, Any]], name: str) -> list[Run]:
    """Records as a log holds them, into runs."""
    raw = (json.dumps(line).encode() + b"\n" for line in lines)
    return assemble(map(read_texts, read_lines(raw, name)), keep_undecidable=True)


def records(
    made: Folder, pairs: Sequence[tuple[Question, tuple[int, int]]], prefer: Prefer, name: str, seed: int, judge: str
) -> list[Any]:
    chance = random.Random(f"judge {seed} {name}")
    rows = [question.row(*pair) for question, pair in pairs]
    benchmark = parse_rows(rows)
    fields = benchmark_fields(benchmark)
    found = []
    for (question, (first, second)), pair in zip(pairs, benchmark.pairs, strict=True):
        for ballot in ballots_of(pair, made.making.schedule):
            shown = (first, second) if ballot.first == 0 else (second, first)
            text = SAYS[0 if prefer(question, *shown, chance) else 1]
            line = label_fields(pair) | fields
            line |= {"judge": judge, "vote": ballot.vote, "first": ballot.first, "text": text, "model": name}
            found.append(line)
    return found


def rate(
    made: Folder, rating: Callable[[Question, int, random.Random], float], *, name: str = "rater", seed: int = 0
) -> Opinions:
    """A pointwise judge's ratings of a folder's candidates."""
    chance = random.Random(f"rater {seed} {name}")
    found = []
    pairs = [(q, pair) for q in made.questions for pair in comparisons(q, Scheme.POINTWISE, 1)]
    benchmark = parse_rows([question.row(*pair) for question, pair in pairs])
    fields = benchmark_fields(benchmark)
    given: dict[tuple[str, int], float] = {}
    for (question, place), pair in zip(pairs, benchmark.pairs, strict=True):
        for ballot in ballots_of(pair, Schedule.parse("key", 1), "pointwise"):
            assert ballot.answer is not None
            candidate = place[ballot.answer]
            if (question.id, candidate) not in given:
                given[question.id, candidate] = rating(question, candidate, chance)
            line = label_fields(pair) | fields
            line |= {"judge": "reward", "vote": 0, "answer": ballot.answer, "score": given[question.id, candidate]}
            found.append(line | {"model": name})
    return opinions_of(made, runs_of(found, name))[0]
