"""What is sent for one ballot, free of any framework: a system message, a text and pictures, and the hash of all three.

Journals, logs and batch files carry the hash as ``messages_sha256``: whether two requests were the same to the byte.

Pictures stand where the text names them: ``<image_1>`` in a question, and answers that are pictures. A place in a prompt is a
number between two characters that no text has. :func:`conversation` puts the pictures there; for wrappers that take one text
and a list of pictures, :func:`numbered` writes the places as marks.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, Literal, TypeVar

from vlrb_task.asking.ballots import Ballot
from vlrb_task.pairs.pair import Pair
from vlrb_task.pairs.pictures import MARK

P = TypeVar("P")

_BEGIN, _END = "\ufdd0", "\ufdd1"  # noncharacters: Unicode keeps them out of texts that are exchanged
PLACE = re.compile(f"{_BEGIN}([0-9]+){_END}")


@dataclass(frozen=True, slots=True)
class Shown(Generic[P]):
    """One picture of a message, as whoever sends it holds it."""

    picture: P


@dataclass(frozen=True, slots=True)
class Conversation(Generic[P]):
    """One question to a judge.

    Attributes:
        system: the system message, if there is one.
        parts: what the user's message holds, in its order: texts and pictures.
    """

    system: str | None
    parts: tuple[str | Shown[P], ...]

    @property
    def text(self) -> str:
        """The texts of the user's message."""
        return "\n".join(part for part in self.parts if isinstance(part, str))


def conversation(
    text: str, pictures: Sequence[P], *, system: str | None = None, image: Literal["first", "last", "none"] = "first"
) -> Conversation[P]:
    """The message of a ballot. Pictures that the text has a place for stand there.

    Args:
        text: the judge's prompt, filled.
        pictures: the pair's.
        system: the judge's system message.
        image: where the other pictures stand; ``none`` leaves all out.
    """
    if image == "none":
        return Conversation(system, (numbered(text),))
    pieces = PLACE.split(text)  # texts and, between them, numbers of pictures
    named = {int(number) for number in pieces[1::2]}
    shown = tuple(Shown(picture) for number, picture in enumerate(pictures, start=1) if number not in named)
    body: list[str | Shown[P]] = []
    for place, piece in enumerate(pieces):
        if place % 2:
            body += [Shown(one) for one in pictures[int(piece) - 1 : int(piece)]]
        elif piece or len(pieces) == 1:
            body.append(piece)
    return Conversation(system, (*body, *shown) if image == "last" else (*shown, *body))


def messages_sha256(asked: Conversation[str]) -> str:
    """SHA-256 of a conversation, in hex.

    It is taken of JSON: a list of ``[role, parts]``, a part being ``{"text": …}`` or ``{"image": SHA-256 of the file}``.

    Args:
        asked: the conversation, with the SHA-256 of each picture's file in the picture's place.
    """
    parts = [{"text": part} if isinstance(part, str) else {"image": part.picture} for part in asked.parts]
    messages = [["system", [{"text": asked.system}]]] if asked.system is not None else []
    # ASCII with escapes: a lone surrogate, which UTF-8 cannot hold, is hashed too.
    return hashlib.sha256(json.dumps([*messages, ["user", parts]]).encode("ascii")).hexdigest()


def _place(number: int) -> str:
    return f"{_BEGIN}{number}{_END}"


def _answers(ballot: Ballot) -> list[int]:
    """The responses that a ballot shows, in its order."""
    return [ballot.answer] if ballot.answer is not None else [ballot.first or 0, 1 - (ballot.first or 0)]


def in_order(pictures: Sequence[P], counts: Sequence[int] | None, ballot: Ballot) -> list[P]:
    """A pair's pictures in the order in which a ballot shows them.

    Args:
        pictures: those of the question, of response 0, of response 1, and what belongs to the question beside pictures.
        counts: how many each of the first three has; None where all belong to the question.
        ballot: which answers are shown, and in which order.
    """
    if counts is None:
        return list(pictures)
    question, *each = counts
    ends = [question, question + each[0], sum(counts)]
    answers = [pictures[ends[0] : ends[1]], pictures[ends[1] : ends[2]]]
    shown = [picture for answer in _answers(ballot) for picture in answers[answer]]
    return [*pictures[:question], *pictures[ends[2] :], *shown]


def placed(pair: Pair, counts: Sequence[int] | None, ballot: Ballot, more: int = 0) -> Pair:
    """The pair with the places of its pictures in its texts, numbered in the order of :func:`in_order`.

    Marks in an answer count that answer's own pictures; an answer with pictures and no mark of them has them at its end.

    Args:
        pair: with marks as its rows have them.
        counts: see :func:`in_order`; None leaves the pair as it is.
        ballot: of the pair.
        more: what belongs to the question beside its pictures.
    """
    if counts is None:
        return pair
    question = counts[0]
    responses, before = list(pair.responses), question + more
    for answer in _answers(ballot):
        own, text = counts[1 + answer], responses[answer]
        named = {int(mark[1]) for mark in MARK.finditer(text)}
        missing = "".join(_place(before + number) for number in range(1, own + 1) if number not in named)
        text = _with_places(text, own, before)
        responses[answer] = f"{text}\n{missing}" if text and missing else text + missing
        before += own
    return replace(pair, query=_with_places(pair.query, question), responses=(responses[0], responses[1]))


def _with_places(text: str, count: int, before: int = 0) -> str:
    """A text with places for its first so many marks, numbered after those before it."""
    return MARK.sub(lambda mark: _place(before + int(mark[1])) if int(mark[1]) <= count else mark[0], text)


def numbered(text: str) -> str:
    """A prompt with its places written as marks: ``<image_N>`` is the N-th picture that is sent beside it."""
    return PLACE.sub(lambda place: f"<image_{place[1]}>", text)
