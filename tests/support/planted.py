"""Judges with known habits: what the server answers, and the score that must come out."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tests.support.judge_server import Refuse
from vlrb_task.pairs.pair import ANSWERS, Answer, Pair

SAYS = {
    "first": "Answer 1 is faithful to the picture. Answer 2 is not.\n\n**Overall Judgment: Answer 1 is better.**",
    "second": "I first thought that Answer 1 is better, but it invents a dog.\n\nOverall Judgment: Answer 2 is better.",
    "tie": "On the whole, both answers are equally good.",
    "unparsed": "The picture shows a street. To determine the correct answer, let us",
}


@dataclass(frozen=True)
class Habits:
    """How often a judge does what. The shares are of ballots; what is left is wrong."""

    right: float = 0.7
    first: float = 0.1
    tie: float = 0.05
    unparsed: float = 0.05

    def say(self, pair: Pair, first: Answer, number: int) -> str:
        """What the judge says to a ballot: a function of the pair, the order and how often it was asked so before."""
        draw = random.Random(f"{pair.key}:{first}:{number}").random()
        for share, verdict in ((self.unparsed, "unparsed"), (self.tie, "tie"), (self.first, "first")):
            if draw < share:
                return verdict
            draw -= share
        better_is_first = first == pair.better
        right = draw < self.right
        return "first" if right == better_is_first else "second"


class PlantedJudge:
    """An answer function for the server, which knows the pairs and keeps to its habits.

    A few of the real pairs differ in their pictures only. The server cannot tell them apart by their prompts, so it answers
    all of them as the first, and the same each time.

    Attributes:
        asked: how often each pair was asked in each order, as far as prompts tell.
    """

    def __init__(self, pairs: Iterable[Pair], habits: Habits) -> None:
        self.habits = habits
        self.asked: Counter[tuple[str, Answer]] = Counter()
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Pair, Answer]] = {}
        self._twins: set[str] = set()
        for pair in pairs:
            for first in ANSWERS:
                twin, _ = self._known.setdefault(_shown(pair, first), (pair, first))
                if twin is not pair:
                    self._twins.add(twin.key)

    def ballot(self, pair: Pair, first: Answer) -> tuple[str, Answer]:
        """What :attr:`asked` counts a ballot as."""
        twin, order = self._known[_shown(pair, first)]
        return twin.key, order

    def says(self, pair: Pair, first: Answer, number: int) -> str:
        """The verdict that a ballot gets when it is asked for the ``number``-th time, from 0."""
        twin, order = self._known[_shown(pair, first)]
        return self.habits.say(twin, order, 0 if twin.key in self._twins else number)

    def __call__(self, prompt: str) -> str:
        start, end = prompt.find("Question: "), prompt.rfind("\n\nPlease evaluate both answers")
        found = self._known.get(prompt[start:end])
        if found is None:
            raise Refuse(400)
        pair, first = found
        with self._lock:
            number = self.asked[pair.key, first]
            self.asked[pair.key, first] += 1
        # As a judge at a temperature above 0: no two texts alike.
        return f"Look number {number + 1}. {SAYS[self.says(pair, first, number)]}"


def _shown(pair: Pair, first: Answer) -> str:
    text = f"Question: {pair.query}\n\nAnswer 1: {pair.responses[first]}\n\nAnswer 2: {pair.responses[1 - first]}"
    return text.replace("<image>\n", "")
