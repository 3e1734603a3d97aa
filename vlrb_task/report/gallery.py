"""Every judgement as data for the page: small arrays, read by ``gallery.js``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import isnan
from typing import Any

import numpy as np

from vlrb_task.compare.basis import Basis
from vlrb_task.judges import Judge, get_judge, judge_names
from vlrb_task.judges.explained import explain_own
from vlrb_task.judges.hand_labels import MARK
from vlrb_task.parsing.verdicts import Verdict
from vlrb_task.report.pictures import Content
from vlrb_task.scores.policies import Policy, outcomes
from vlrb_task.votes import Run
from vlrb_task.votes.schema import NONE, REASONS

MOST_CHARACTERS = 8_000
"""Longer texts lose their middle; the verdict and what is round it stay."""

MOST_EXPLAINED = 20_000
"""Answers of a run that are explained, each in about the time that reading it takes; of a larger one, those unread."""

NORMAL, VERDICT, LEFT_OUT, NO_VERDICT = 0, 1, 2, 3
"""Kinds of segments; the last is what could be a verdict and is none, or was overruled."""

Mark = tuple[int, int, int, str]
"""Start, end, kind, and why, for the reader who points at it."""


def gallery_pair(
    basis: Basis, judges: Sequence[JudgeVotes], content: Content, at: int, most: int = MOST_CHARACTERS
) -> dict[str, Any]:
    """The data of one pair.

    Args:
        basis: the compared runs.
        judges: the votes of each.
        content: questions, answers and images, as far as they are at hand.
        at: which of the common pairs.
        most: characters of a text that are shown.

    Returns:
        ``key``, ``id``, ``better``, ``subset``, ``source``, ``tags``, ``query`` and ``responses`` (null where not at
        hand), ``image`` (index, or null), ``state`` and ``votes`` by judge. A state is ``[outcome or null, 1 if the two
        orders disagree, 1 if a vote is unparsed, 1 if votes differ]``; a vote is ``[number, first, answer, verdict,
        choice, reason, score, segments, [number of tool calls, their texts]]``, a segment ``[kind, text]`` or
        ``[kind, text, why]``.
    """
    labels = basis.runs[0].labels
    key = labels.key(at)
    pair = content.pairs.get(key)
    return {
        "key": key,
        "id": labels.id(at),
        "better": labels.label(at),
        "subset": labels.subset[at],
        "source": labels.source[at],
        "tags": list(labels.tags[at]),
        "query": None if pair is None else pair.query,
        "responses": None if pair is None else list(pair.responses),
        "image": content.image_of.get(key),
        "state": [judge.state(at) for judge in judges],
        "votes": [judge.votes(at, most) for judge in judges],
    }


class JudgeVotes:
    """The votes of one judge, ready to be shown pair by pair."""

    def __init__(self, run: Run, policy: Policy) -> None:
        self._run = run
        self._explain = _explaining(run)
        values = outcomes(run.right, run.wrong, run.neither, policy)
        self._values = [None if np.isnan(value) else value for value in values.tolist()]
        winners = run.winner_in(0), run.winner_in(1)
        both = ~np.isnan(winners[0]) & ~np.isnan(winners[1])
        self._torn = (both & ((winners[0] == NONE) | (winners[0] != winners[1]))).tolist()
        kinds = [run.count(run.votes.choice == choice) > 0 for choice in (0, 1, NONE)]
        self._differ = (np.sum(kinds, axis=0) > 1).tolist()
        self._unparsed = (run.unparsed > 0).tolist()
        ballots = run.ballots
        self._starts = np.searchsorted(ballots.pair, np.arange(len(run.labels) + 1)).tolist()
        columns = (
            ballots.vote,
            ballots.first,
            ballots.answer,
            ballots.choice,
            ballots.reason,
            ballots.rating,
            ballots.calls,
        )
        self._ballots = list(zip(*(column.tolist() for column in columns), strict=True))
        votes = (column.tolist() for column in (run.votes.pair, run.votes.number, run.votes.choice))
        self._choice = {(pair, number): choice for pair, number, choice in zip(*votes, strict=True)}

    def state(self, at: int) -> list[float | int | None]:
        """Outcome, and whether the orders disagree, a vote is unparsed, and votes differ."""
        return [self._values[at], int(self._torn[at]), int(self._unparsed[at]), int(self._differ[at])]

    def votes(self, at: int, most: int) -> list[list[Any]]:
        """Every ballot of a pair; the two of a pointwise vote stand apart, each with its own text."""
        start, stop = self._starts[at : at + 2]
        texts = self._run.ballots.texts
        said = [None] * (stop - start) if texts is None else texts.slice(start, stop - start).to_pylist()
        made = []
        for (vote, first, answer, chosen, reason, rating, calls), text in zip(
            self._ballots[start:stop], said, strict=True
        ):
            unread, shown = _known(reason), _known(first)
            made.append(
                [
                    vote,
                    shown,
                    _known(answer),
                    None if shown is None else _verdict(chosen, first, unread),
                    _known(self._choice.get((at, vote), NONE)),
                    None if unread is None else str(REASONS[unread]),
                    None if isnan(rating) else rating,
                    [] if text is None else self._segments(text, unread, most),
                    _calls(calls, text, most),
                ]
            )
        return made

    def _segments(self, said: Mapping[str, Any], reason: int | None, most: int) -> list[list[Any]]:
        text, start, end = said["text"] or "", said["start"], said["end"]
        span = None if reason is not None or start == NONE else (start, end)
        explained = reason is not None or len(self._ballots) <= MOST_EXPLAINED
        return segments(text, span, most, self._marks(text, span, reason) if explained and text else [])

    def _marks(self, text: str, span: tuple[int, int] | None, reason: int | None) -> list[Mark]:
        """What was found in a text, if it was read by the parser and not by hand.

        A text that ends exactly as its judge was asked to has its verdict marked and no more, as most of a log are such.
        """
        if self._explain is None:
            return []
        quick = getattr(self._explain.parser, "quick", None)
        if reason is None and quick is not None and quick(text) is not None:
            return []
        told = explain_own(self._explain, text)
        if (told.reading.span != span and reason is None) or (told.reading.reason is None) != (reason is None):
            return []
        return [
            (
                *one.span,
                VERDICT if one.status in ("decided", "agrees") else NO_VERDICT,
                f"{one.status}: {one.rule}, {one.why}",
            )
            for one in told.findings
        ]


def _explaining(run: Run) -> Judge | None:
    """The judge whose parser read the run; None if another one did."""
    if run.judge not in judge_names():
        return None
    judge = get_judge(run.judge)
    return judge if run.parser.removesuffix(MARK) == judge.parser_name else None


def _known(value: int) -> int | None:
    return None if value == NONE else value


def _calls(count: int, said: Mapping[str, Any] | None, most: int) -> tuple[int, list[str]]:
    """How many tool calls were made for a vote, and those that are in the log."""
    logged = said and said["tools"]
    calls = [one if isinstance(one, str) else json.dumps(one) for one in json.loads(logged)] if logged else []
    return max(count, len(calls)), [call[:most] for call in calls]


def _verdict(choice: int, first: int, reason: int | None) -> str:
    if reason is not None:
        return str(Verdict.UNPARSED)
    if choice == NONE:
        return str(Verdict.TIE)
    return str(Verdict.FIRST if choice == first else Verdict.SECOND)


def segments(
    text: str, span: tuple[int, int] | None, most: int = MOST_CHARACTERS, marks: Sequence[Mark] = ()
) -> list[list[Any]]:
    """A text in pieces: what is normal, the verdict, and how many characters were left out in between.

    Args:
        text: as the judge wrote it.
        span: where the verdict stands, if it is known.
        most: characters that are shown.
        marks: what was found in it; without any, the verdict alone is marked.
    """
    if span is not None and not 0 <= span[0] < span[1] <= len(text):
        span = None
    if span is not None and not marks:
        marks = [(*span, VERDICT, "")]
    if len(text) <= most:
        return _pieces(text, 0, len(text), marks)
    edge = most // 3
    keep = [(0, edge), (len(text) - edge, len(text))]
    if span is not None:
        reach = max(0, most - 2 * edge - (span[1] - span[0])) // 2
        keep.append((max(0, span[0] - reach), min(len(text), span[1] + reach)))
    made: list[list[Any]] = []
    end = 0
    for start, stop in sorted(keep):
        if start > end:
            made.append([LEFT_OUT, start - end])
        if stop > end:
            made += _pieces(text, max(start, end), stop, marks)
            end = stop
    return made


def _pieces(text: str, start: int, stop: int, marks: Sequence[Mark]) -> list[list[Any]]:
    """``text[start:stop]``, split at the marks' ends; where several overlap, the verdict counts."""
    ends = {end for mark in marks for end in mark[:2] if start < end < stop}
    made: list[list[Any]] = []
    for low, high in pairwise(sorted({start, stop, *ends})):
        over = [mark for mark in marks if mark[0] <= low and high <= mark[1]]
        if not over:
            made.append([NORMAL, text[low:high]])
            continue
        *_, kind, why = min(over, key=lambda mark: (mark[2] != VERDICT, mark[1] - mark[0]))
        made.append([kind, text[low:high], why] if why else [kind, text[low:high]])
    return made


def embed(value: Any) -> str:
    """JSON that can stand inside a ``<script>`` element: ASCII, and no ``<`` that could end it or begin another."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
