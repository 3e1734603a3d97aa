"""Rounds of a folder, the first and the further ones: which comparisons are asked next, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vlrb_task.bon import folder as folders
from vlrb_task.bon.designs import Comparison, Cost, Scheme, comparisons, cost, knockout
from vlrb_task.bon.folder import Folder, Making
from vlrb_task.bon.gathering import Gathered
from vlrb_task.bon.opinions import Opinions
from vlrb_task.bon.pickers import winner
from vlrb_task.bon.questions import Kind, Question
from vlrb_task.judges import get_judge
from vlrb_task.support.errors import DataError

UNKNOWN_PROMPT = 1_200
"""Characters taken for the prompt of a judge whose text is not at hand: about the length of the paper's."""

MOST_BALLOTS = 20_000_000
"""Of a round, at most: 100,000 candidates of one question make 10,000,000,000."""


@dataclass(frozen=True)
class Round:
    """What is to be asked.

    Attributes:
        folder: where.
        chosen: comparisons by question id; empty for a dry run, or where nothing is left to ask.
        judges: whom to ask.
        name: of the round's pairs.
        number: of a knockout's round, from 1; 0 where comparisons are asked that had no vote.
        waiting: knockouts that go on after this round.
        costs: of every scheme, the chosen one among them.
    """

    folder: Folder
    chosen: Mapping[str, Sequence[Comparison]] = field(default_factory=dict)
    judges: tuple[str, ...] = ()
    name: str = ""
    number: int = 1
    waiting: int = 0
    costs: tuple[Cost, ...] = ()

    @property
    def kinds(self) -> dict[str, int]:
        """Questions by what there is to win in them."""
        return {str(kind): sum(q.kind is kind for q in self.folder.questions) for kind in Kind}


def costs(questions: Sequence[Question], making: Making, judge: str) -> tuple[Cost, ...]:
    """What each scheme would cost with a judge's prompt, its limit of new tokens and the votes asked for."""
    chosen = get_judge(judge)
    template = chosen.prompt.template
    overhead = len(template.text) if template else UNKNOWN_PROMPT
    orders = 2 if making.order == "both" else 1
    return tuple(
        cost(
            questions,
            scheme,
            least=making.least,
            votes=making.votes * (1 if scheme is Scheme.POINTWISE else orders),
            overhead=overhead,
            longest_answer=chosen.sampling.max_new_tokens,
        )
        for scheme in Scheme
    )


def first_round(path: Path, making: Making, gathered: Gathered, judges: Sequence[str]) -> Round:
    """Plan the first round of a new folder.

    Raises:
        DataError: a judge cannot serve the scheme, or it would be asked more than :data:`MOST_BALLOTS` ballots.
    """
    for judge in judges:
        folders.check_judge(judge, making.scheme)
    prices = costs(gathered.questions, making, judges[0])
    ballots = next(one.ballots for one in prices if one.scheme is making.scheme)
    if ballots > MOST_BALLOTS:
        raise DataError(
            f"{ballots:,} ballots, more than {MOST_BALLOTS:,}: fewer candidates, or --scheme knockout or sparse"
        )
    folder = Folder(path, making, gathered.questions, gathered.pictures)
    chosen = {q.id: comparisons(q, making.scheme, making.least) for q in folder.questions}
    if not any(chosen.values()):
        raise DataError("no question has two different candidates: there is nothing to pick from")
    waiting = sum(len(q.texts) > 2 for q in folder.questions) if making.scheme is Scheme.KNOCKOUT else 0
    return Round(folder, chosen, tuple(judges), making.name, waiting=waiting, costs=prices)


def next_round(folder: Folder, opinions: Opinions) -> Round:
    """Plan what the judge has to be asked next: comparisons without a vote, of a knockout those of the round due."""
    asked = set(opinions.run.labels.ids.to_pylist())
    chosen: dict[str, list[Comparison]] = {}
    round = waiting = 0
    for question in folder.questions:
        if folder.making.scheme is not Scheme.KNOCKOUT:
            pairs = comparisons(question, folder.making.scheme, folder.making.least)
            chosen[question.id] = [pair for pair in pairs if question.pair_id(*pair) not in asked]
            continue
        opinion = opinions.by_question.get(question.id)
        rounds, left = knockout(question, lambda a, b, q=question, o=opinion: winner(q, o, a, b))  # type: ignore[misc]
        if len(left) > 1:
            due = [pair for pair in rounds[-1] if winner(question, opinion, *pair) is None]
            chosen[question.id] = due
            round = max(round, len(rounds))
            waiting += len(left) - len(rounds[-1]) > 1
    if not any(chosen.values()):
        return Round(folder, number=round)
    taken = len(list(folder.path.glob(f"{folder.making.name}_next*.parquet")))
    name = f"{folder.making.name}_next{taken + 1}"
    return Round(folder, chosen, (opinions.judge,), name, round, waiting)
