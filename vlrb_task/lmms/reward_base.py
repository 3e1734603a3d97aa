"""What a reward model is asked, and what every way to run one gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PIL.Image import Image


class Refused(Exception):
    """What runs or answers is no scalar reward model, so that its numbers would mean nothing."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A question, its picture if there is one, and one answer to it."""

    query: str
    answer: str
    picture: Image | None = None


class Backend(Protocol):
    """Something that scores one conversation. May be called from several threads."""

    def score(self, conversation: Conversation) -> float | None:
        """The scalar; not a number where the model gave none; None if this request failed."""


def remarks(scores: Iterable[tuple[Hashable, float | None]]) -> list[str]:
    """What must be told of a run's scores before anyone reads its result.

    Args:
        scores: what each number is about (a pair and a vote), and the number: NaN where there was none, None where the
            request failed.
    """
    about: dict[Hashable, list[float]] = defaultdict(list)
    failed = missing = 0
    for what, score in scores:
        if score is None:
            failed += 1
        elif score != score:
            missing += 1
        else:
            about[what].append(score)
    told = []
    if failed:
        told.append(f"{failed} requests failed: those answers have no score")
    if missing:
        told.append(f"{missing} scores are NaN, infinite or null: those answers have no score")
    both = [found for found in about.values() if len(found) == 2]
    equal = sum(one == other for one, other in both)
    different = {score for found in about.values() for score in found}
    if len(different) == 1 and len(both) > 1:
        told.append(f"every answer got the score {different.pop()!r}: the head does not tell answers apart")
    elif equal:
        told.append(f"both answers got the same score in {equal} of {len(both)} pairs: those votes are ties")
    return told
