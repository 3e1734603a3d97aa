"""Every judgement as data for the page: small arrays, read by ``gallery.js``."""

from __future__ import annotations

import json
from typing import Any

from vlrb_task.compare.basis import Basis
from vlrb_task.parsing.verdicts import Reading
from vlrb_task.report.pictures import Content
from vlrb_task.scores.score import Run, Said
from vlrb_task.scores.tally import PairVotes, outcome, winner_by_order

MOST_CHARACTERS = 8_000
"""Longer texts lose their middle; the verdict and what is round it stay."""

NORMAL, VERDICT, LEFT_OUT = 0, 1, 2


def gallery_pair(basis: Basis, content: Content, at: int, most: int = MOST_CHARACTERS) -> dict[str, Any]:
    """The data of one pair.

    Args:
        basis: the compared runs, with what they said.
        content: questions, answers and images, as far as they are at hand.
        at: which of the common pairs.
        most: characters of a text that are shown.

    Returns:
        ``key``, ``id``, ``better``, ``subset``, ``source``, ``tags``, ``query`` and ``responses`` (null where not at
        hand), ``image`` (index, or null), ``state`` and ``votes`` by judge. A state is ``[outcome or null, 1 if the two
        orders disagree, 1 if a vote is unparsed, 1 if votes differ]``; a vote is ``[number, first, answer, verdict,
        choice, reason, score, segments]``, a segment ``[kind, text]``.
    """
    label = basis.runs[0].pairs[at].label
    pair = content.pairs.get(label.key)
    return {
        "key": label.key,
        "id": label.id,
        "better": label.better,
        "subset": label.subset,
        "source": label.source,
        "tags": list(label.tags),
        "query": None if pair is None else pair.query,
        "responses": None if pair is None else list(pair.responses),
        "image": content.image_of.get(label.key),
        "state": [_state(run.pairs[at], basis) for run in basis.runs],
        "votes": [_votes(run, run.pairs[at], most) for run in basis.runs],
    }


def _state(pair: PairVotes, basis: Basis) -> list[float | int | None]:
    winners = winner_by_order(pair.votes)
    torn = len(winners) == 2 and (winners[0] is None or winners[0] != winners[1])
    choices = {v.choice for v in pair.votes}
    unparsed = any(v.reason is not None for v in pair.votes)
    return [outcome(pair.counts, basis.policy), int(torn), int(unparsed), int(len(choices) > 1)]


def _votes(run: Run, pair: PairVotes, most: int) -> list[list[Any]]:
    """Every ballot; the two of a pointwise vote stand apart, each with its own text."""
    by_number = {v.number: v for v in pair.votes}
    made = []
    for said in run.said.get(pair.label.key, ()):
        vote = by_number.get(said.number)
        choice = None if vote is None else vote.choice
        reason = None if said.reading.reason is None else str(said.reading.reason)
        verdict = str(said.reading.verdict) if isinstance(said.reading, Reading) else None
        score = None if isinstance(said.reading, Reading) else said.reading.score
        made.append([said.number, said.first, said.answer, verdict, choice, reason, score, segments(said, most)])
    return made


def segments(said: Said, most: int = MOST_CHARACTERS) -> list[list[Any]]:
    """A text in pieces: what is normal, the verdict, and how many characters were left out in between."""
    text = said.text or ""
    span = said.reading.span
    if span is None or not 0 <= span[0] < span[1] <= len(text) or said.reading.reason is not None:
        span = None
    if len(text) <= most:
        return _pieces(text, 0, len(text), span)
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
            made += _pieces(text, max(start, end), stop, span)
            end = stop
    return made


def _pieces(text: str, start: int, stop: int, span: tuple[int, int] | None) -> list[list[Any]]:
    """``text[start:stop]``, split at the verdict's ends."""
    low, high = (stop, stop) if span is None else (min(max(span[0], start), stop), min(max(span[1], start), stop))
    parts = ((NORMAL, text[start:low]), (VERDICT, text[low:high]), (NORMAL, text[high:stop]))
    return [[kind, part] for kind, part in parts if part]


def embed(value: Any) -> str:
    """JSON that can stand inside a ``<script>`` element: ASCII, and no ``<`` that could end it or begin another."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
