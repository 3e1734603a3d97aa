"""What lmms-eval's wrappers were handed for each pair in this process: its pictures, and in which form.

lmms-eval post-processes rows without their pictures, so what was shown is noted when a wrapper takes it. A row whose
pictures nobody took, as with lmms-eval's response cache, has no hash of what was sent.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vlrb_task.asking.messages import Conversation, conversation, messages_sha256, numbered
from vlrb_task.judges import Judge, get_judge
from vlrb_task.pairs.media import file_sha256

_lock = threading.Lock()
_pictures: dict[str, tuple[str, ...]] = {}
_chat: set[str] = set()


def picture_sha256(value: Any) -> str:
    """SHA-256 of a picture's or a video's file; of a picture that is only there decoded, of its mode, size and pixels."""
    if isinstance(value, str):  # a video's path
        return file_sha256(Path(value))
    data = value.get("bytes") if isinstance(value, Mapping) else None
    if data is None and hasattr(value, "tobytes"):
        data = f"{value.mode} {value.size}".encode() + value.tobytes()
    return hashlib.sha256(data or b"").hexdigest()


def note_pictures(pair: str, pictures: Sequence[Any]) -> None:
    """A wrapper took a pair's pictures."""
    with _lock:
        if pair not in _pictures:
            _pictures[pair] = tuple(picture_sha256(picture) for picture in pictures)


def note_chat(pair: str) -> None:
    """A wrapper took a pair's conversation, in which a system message stands apart."""
    with _lock:
        _chat.add(pair)


def sent_sha256(judge: Judge, pair: str, prompt: str, in_order: Callable[[Sequence[str]], Sequence[str]]) -> str | None:
    """The hash of what a wrapper was handed for a ballot; None where it took no pictures, so that this is not known.

    Args:
        judge: whose prompt.
        pair: its pair's name here, see :func:`vlrb_task.lmms.docs.shown_as`.
        prompt: filled.
        in_order: puts the pair's pictures in the order in which the ballot shows them.
    """
    pictures = _pictures.get(pair)
    if pictures is None and judge.image != "none":
        return None
    return messages_sha256(_handed(judge, prompt, in_order(pictures or ()), chat=pair in _chat))


def handed_to(chat: bool, judge: str, text: str, pictures: Sequence[str]) -> str:
    """The hash of what a wrapper is going to be handed.

    Args:
        chat: whether it takes whole conversations.
        judge: name of the judge that is asked.
        text: the request's: the judge's prompt, with its system message in front.
        pictures: their hashes.
    """
    found = get_judge(judge)
    prompt = text.removeprefix(f"{found.system}\n\n") if found.system else text
    return messages_sha256(_handed(found, prompt, pictures, chat=chat))


def _handed(judge: Judge, prompt: str, pictures: Sequence[str], *, chat: bool) -> Conversation[str]:
    """Wrappers that take no conversations get pictures and one text, the system message in front."""
    if chat:
        return conversation(prompt, pictures, system=judge.system, image=judge.image)
    asked = numbered(judge.ask(prompt))
    return conversation(asked, pictures, image="none" if judge.image == "none" else "first")
