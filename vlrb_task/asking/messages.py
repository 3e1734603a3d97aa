"""What is sent for one ballot, free of any framework: a system message, a text and pictures, and the hash of all three.

The hash says whether two requests were the same to the byte, pictures included. Journals, logs and batch files carry it
as ``messages_sha256``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from vlrb_task.asking.placing import PLACE, numbered

P = TypeVar("P")


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
    """The message of a ballot. Pictures that the text has a place for (:mod:`vlrb_task.asking.placing`) stand there.

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
