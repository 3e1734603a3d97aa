"""Rounds of a folder, the first and the further ones: which comparisons are asked next, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from vlrb_task.bon.designs import Comparison, Cost, Scheme, comparisons, cost, knockout
from vlrb_task.bon.folder import Asked, Folder
from vlrb_task.bon.opinions import Opinions
from vlrb_task.bon.picks import winner
from vlrb_task.bon.questions import usual_draws
from vlrb_task.judges import get_judge
from vlrb_task.support.errors import DataError

UNKNOWN_PROMPT = 1_200
"""Characters taken for the prompt of a judge whose text is not available: about the length of the paper's."""

MOST_BALLOTS = 20_000_000
"""Of a round, at most: 100,000 candidates of one question make 10,000,000,000."""


@dataclass(frozen=True)
class Round:
    """What is to be asked, and, once that is written, how.

    Attributes:
        folder: where.
        chosen: comparisons by question id; empty for a dry run, or where nothing is left to ask.
        judges: whom to ask.
        name: of the round's pairs.
        number: of a knockout's round, from 1; 0 where comparisons are asked that had no vote.
        waiting: knockouts that go on after this round.
        costs: of every scheme, the chosen one among them.
        pairs: number of pairs that were written, by subset.
        tasks: the tasks that were written, one for each judge: lmms-eval's name, and VLMEvalKit's.

    Raises:
        DataError: a judge compares where answers are rated, or rates where they are compared.
    """

    folder: Folder
    chosen: Mapping[str, Sequence[Comparison]] = field(default_factory=dict)
    judges: tuple[str, ...] = ()
    name: str = ""
    number: int = 1
    waiting: int = 0
    costs: tuple[Cost, ...] = ()
    pairs: Mapping[str, int] = field(default_factory=dict)
    tasks: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        scheme = self.folder.making.scheme
        for judge in self.judges:
            rates = get_judge(judge).mode == "pointwise"
            if rates != (scheme is Scheme.POINTWISE):
                other = "rates one answer at a time" if rates else "compares two answers"
                raise DataError(f"judge {judge!r} {other}: it cannot serve the scheme {scheme}")

    @property
    def asked(self) -> Asked:
        """The comparisons with their questions, those of a question side by side."""
        return [(question, pair) for question in self.folder.questions for pair in self.chosen.get(question.id, ())]

    def to_dict(self) -> dict[str, Any]:
        """The document of ``--json``."""
        folder, making = self.folder, self.folder.making
        return {
            "folder": str(folder.path),
            "scheme": str(making.scheme),
            "round": self.number,
            "questions": len(folder.questions),
            "kinds": folder.kinds,
            "n": usual_draws(folder.questions),
            "pairs": dict(self.pairs),
            "tasks": list(self.tasks.keys()),
            "datasets": list(self.tasks.values()),
            "costs": [asdict(one) | {"scheme": str(one.scheme)} for one in self.costs],
            "sources": [dict(source) for source in making.sources],
            "notes": list(making.notes),
        }


def costs(folder: Folder, judge: str) -> tuple[Cost, ...]:
    """What each scheme would cost with a judge's prompt, its limit of new tokens and the votes asked for."""
    chosen, making = get_judge(judge), folder.making
    template = chosen.prompt.template
    orders = 2 if making.order == "both" else 1
    return tuple(
        cost(
            folder.questions,
            scheme,
            least=making.least,
            votes=making.votes * (1 if scheme is Scheme.POINTWISE else orders),
            overhead=len(template.text) if template else UNKNOWN_PROMPT,
            longest_answer=chosen.sampling.max_new_tokens,
        )
        for scheme in Scheme
    )


def first_round(folder: Folder, judges: Sequence[str]) -> Round:
    """Plan the first round of a new folder.

    Raises:
        DataError: a judge cannot serve the scheme, or it would be asked more than :data:`MOST_BALLOTS` ballots.
    """
    making = folder.making
    round = Round(folder, {}, tuple(judges), making.name, costs=costs(folder, judges[0]))
    ballots = next(one.ballots for one in round.costs if one.scheme is making.scheme)
    if ballots > MOST_BALLOTS:
        raise DataError(
            f"{ballots:,} ballots, more than {MOST_BALLOTS:,}: fewer candidates, or --scheme knockout or sparse"
        )
    chosen = {q.id: comparisons(q, making.scheme, making.least) for q in folder.questions}
    if not any(chosen.values()):
        raise DataError("no question has two different candidates: there is nothing to pick from")
    waiting = sum(len(q.texts) > 2 for q in folder.questions) if making.scheme is Scheme.KNOCKOUT else 0
    return replace(round, chosen=chosen, waiting=waiting)


def next_round(folder: Folder, opinions: Opinions) -> Round:
    """Plan what the judge has to be asked next: comparisons without a vote, of a knockout those of the round due."""
    making = folder.making
    asked = set(opinions.run.labels.ids.to_pylist())
    chosen: dict[str, list[Comparison]] = {}
    round = waiting = 0
    for question in folder.questions:
        if making.scheme is not Scheme.KNOCKOUT:
            pairs = comparisons(question, making.scheme, making.least)
            chosen[question.id] = [pair for pair in pairs if question.pair_id(*pair) not in asked]
            continue
        opinion = opinions.by_question.get(question.id)
        rounds, left = knockout(question, lambda a, b, q=question, o=opinion: winner(q, o, a, b))  # type: ignore[misc]
        if len(left) > 1:
            chosen[question.id] = [pair for pair in rounds[-1] if winner(question, opinion, *pair) is None]
            round = max(round, len(rounds))
            waiting += len(left) - len(rounds[-1]) > 1
    if not any(chosen.values()):
        return Round(folder, number=round)
    taken = len(list(folder.path.glob(f"{making.name}_next*.parquet")))
    return Round(folder, chosen, (opinions.run.judge,), f"{making.name}_next{taken + 1}", round, waiting)
