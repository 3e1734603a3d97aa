"""What lmms-eval calls for one row: its prompt, its picture, and, when the judge has answered, its vote."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from vlrb_task.asking.ballots import Ballot, Order, Schedule
from vlrb_task.asking.messages import Shown, conversation, in_order, messages_sha256, numbered, placed
from vlrb_task.judges import Judge, fill_prompt, get_judge
from vlrb_task.lmms.docs import shown_as, vote_of
from vlrb_task.lmms.following import followed
from vlrb_task.lmms.prompts import template
from vlrb_task.pairs.media import file_sha256
from vlrb_task.pairs.pair import Answer, Pair
from vlrb_task.pairs.pictures import PLACED, UnreadablePicture, grey, opened, pictures_of
from vlrb_task.parsing.verdicts import Rating, Reading, Reason, unparsed
from vlrb_task.votes.lmms_samples import VOTE_FIELD
from vlrb_task.votes.reading import choice_of

if TYPE_CHECKING:
    from PIL.Image import Image

Doc = Mapping[str, Any]

# What is known of pairs in this process, by :func:`~vlrb_task.lmms.docs.shown_as`. lmms-eval post-processes rows without
# their pictures, so what was shown is noted when a wrapper takes it; a row whose pictures nobody took, as with lmms-eval's
# response cache, has no hash of what was sent.
_lock = threading.Lock()
_unreadable: set[str] = set()
_taken: dict[str, tuple[str, ...]] = {}  # the hashes of the pictures
_chat: set[str] = set()  # a wrapper took the conversation, in which a system message stands apart


def is_unreadable(vote: Mapping[str, Any]) -> bool:
    """Whether the picture of a vote's pair could not be read, so that the vote does not count."""
    return shown_as(vote) in _unreadable


def note_unreadable(vote: Mapping[str, Any]) -> bool:
    """Remember that the picture of a vote's pair cannot be read; returns whether that was not known yet."""
    with _lock:
        known = shown_as(vote) in _unreadable
        _unreadable.add(shown_as(vote))
    return not known


def picture_sha256(value: Any) -> str:
    """SHA-256 of a picture's or a video's file; of a picture that is only there decoded, of its mode, size and pixels."""
    if isinstance(value, str):  # a video's path
        return file_sha256(Path(value))
    data = value.get("bytes") if isinstance(value, Mapping) else None
    if data is None and hasattr(value, "tobytes"):
        data = f"{value.mode} {value.size}".encode() + value.tobytes()
    return hashlib.sha256(data or b"").hexdigest()


def handed_sha256(judge: Judge, prompt: str, pictures: Sequence[str], *, chat: bool) -> str:
    """The hash of what a wrapper is handed for a ballot: its prompt, and the hashes of its pictures as it shows them.

    Wrappers that take no conversations (``chat``) get pictures and one text, the system message in front.
    """
    if chat:
        return messages_sha256(conversation(prompt, pictures, system=judge.system, image=judge.image))
    image: Literal["none", "first"] = "none" if judge.image == "none" else "first"
    return messages_sha256(conversation(numbered(judge.ask(prompt)), pictures, image=image))


def doc_to_text(doc: Doc) -> str:
    """All that the judge is told about this ballot: its prompt, and in front of it its system message, if it has one.

    Simple wrappers send this text alone; chat wrappers send it where the judge has no :func:`doc_to_messages`.
    """
    return numbered(get_judge(vote_of(doc)["judge"]).ask(_prompt(doc)))


def doc_to_messages(doc: Doc) -> list[dict[str, Any]]:
    """The conversation for chat wrappers, for a judge with a system message or with the picture last."""
    vote = vote_of(doc)
    judge = get_judge(vote["judge"])
    with _lock:
        _chat.add(shown_as(vote))
    asked = conversation(_prompt(doc), _visuals(doc), system=judge.system, image=judge.image)
    user = {"role": "user", "content": [_part(part) for part in asked.parts]}
    system = {"role": "system", "content": [{"type": "text", "text": judge.system}]}
    return [user] if judge.system is None else [system, user]


def _part(part: str | Shown[Any]) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if isinstance(part.picture, Sound):
        return {"type": "audio", "url": part.picture.url}
    return {"type": "video" if isinstance(part.picture, str) else "image", "url": part.picture}


def _prompt(doc: Doc) -> str:
    vote = vote_of(doc)
    judge, ballot = get_judge(vote["judge"]), _ballot(vote)
    pair = Pair(
        key=vote["key"],
        id=vote["id"],
        query=str(doc["query"]),
        responses=(str(doc["response"][0]), str(doc["response"][1])),
        label=vote["better"],
        source=vote["source"],
        subset=vote["subset"],
        caption=doc.get("caption"),
        criterion=doc.get("criterion"),
        steps=tuple(doc.get("steps") or ()),
    )
    shown = placed(pair, doc.get(PLACED), ballot, more=bool(doc.get("video")) + bool(doc.get("audio")))
    return fill_prompt(template(judge.name), judge.prompt, shown, ballot)


def _ballot(vote: Mapping[str, Any]) -> Ballot:
    return Ballot(vote["key"], vote["vote"], vote["first"], vote["answer"])


def doc_to_target(doc: Doc) -> str:
    """The better response, by its index. The score does not come from here: it is for people who read the log."""
    return str(vote_of(doc)["better"])


def doc_to_visual(doc: Doc) -> list[Image | str]:
    """The row's pictures, in RGB as lmms-eval's own task gives them, and its video's path; nothing for rows without one.

    They stand in the order in which this ballot shows them. One that cannot be read is named, shown as a grey square so that
    the run goes on, and its votes are counted as unparsed (``unreadable_image``).

    Raises:
        SystemExit: the row has a sound, which a list of pictures cannot hold.
    """
    shown = _visuals(doc)
    if any(isinstance(one, Sound) for one in shown):
        raise SystemExit(f"vlrb: id {vote_of(doc)['id']!r} has a sound, which only chat wrappers are sent")
    return shown


class Sound(str):
    """The path of a sound's file."""

    @property
    def url(self) -> str:
        """As the wrapper takes it: those that ask a server need the sound itself, the others open the file."""
        model = followed()
        wrapper = str(model.fields["wrapper"]).lower() if model else ""
        if not any(name in wrapper for name in ("openai", "vllm", "sglang")):
            return str(self)
        kind = mimetypes.guess_type(self)[0] or "audio/wav"
        return f"data:{kind};base64,{base64.b64encode(Path(self).read_bytes()).decode('ascii')}"


def media_of(doc: Doc) -> list[Any]:
    """A row's pictures as it holds them, and the paths of its video and of its sound."""
    video, sound = doc.get("video"), doc.get("audio")
    return [*pictures_of(doc), *([video] if video else []), *([Sound(sound)] if sound else [])]


def _visuals(doc: Doc) -> list[Image | str]:
    vote = vote_of(doc)
    if get_judge(vote["judge"]).image == "none":
        return []
    shown = [] if vote.get("no_images") else media_of(doc)
    with _lock:
        if shown_as(vote) not in _taken:
            _taken[shown_as(vote)] = tuple(map(picture_sha256, shown))
    return [_picture(value, vote) for value in in_order(shown, doc.get(PLACED), _ballot(vote))]


def _picture(value: Any, vote: Mapping[str, Any]) -> Image | str:
    import PIL.Image
    from loguru import logger

    if isinstance(value, str):
        return value
    try:
        return opened(value if isinstance(value, PIL.Image.Image) else value.get("bytes"))
    except UnreadablePicture as error:
        if note_unreadable(vote):
            logger.error(
                f"vlrb: the image of id {vote['id']!r} cannot be read ({error}); its votes do not count as read"
            )
        return grey()


def process_results(doc: Doc, results: Sequence[Any]) -> dict[str, Any]:
    """A judge's text into a vote, for lmms-eval's aggregation and for its sample log.

    Never raises, whatever the text: an exception here would be tried five times and then end the run, the other tasks'
    generations included.

    Returns:
        ``vlrb_vote``, the record that is scored again from the log, and one small item for each metric that this row
        belongs to, see :mod:`vlrb_task.lmms.metrics`.
    """
    vote = vote_of(doc)
    text, lost = answered_text(results[0] if results else "")
    record = {name: value for name, value in vote.items() if value is not None} | {"text": text}
    record["subset_sizes"] = {name: size for name, size in vote["subset_sizes"].items() if size is not None}
    judge = get_judge(vote["judge"])
    taken = _taken.get(shown_as(vote))
    if taken is not None or judge.image == "none":
        pictures = in_order(taken or (), doc.get(PLACED), _ballot(vote))
        record["messages_sha256"] = handed_sha256(judge, _prompt(doc), pictures, chat=shown_as(vote) in _chat)
    if (model := followed()) is not None:
        record |= model.record(vote["judge"], vote["schedule"])
    failure = Reason.UNREADABLE_IMAGE if is_unreadable(vote) else lost
    if failure:
        record["failure"] = str(failure)
    item = {name: vote[name] for name in ("key", "better", "vote", "first", "answer") if vote[name] is not None}
    item |= _read(vote["judge"], vote["first"], text, failure)
    record |= {"p": item["p"]} if "p" in item else {}
    whole = item | {"subset": vote["subset"], "sizes": record["subset_sizes"], "digest": _digest(text)}
    metrics: dict[str, Any] = {VOTE_FIELD: record}
    names = ["parsed_rate", "unanswered"]
    # The rest of other runs' votes has no accuracy of its own.
    rest = bool(vote["schedule"].get("continues"))
    if not rest:
        metrics |= {"overall": whole, "macro": whole}
        names.insert(0, vote["subset"])
    if vote["first"] is not None:
        names.append("first_rate")
        if not rest and Schedule(Order(vote["schedule"]["order"]), vote["schedule"]["votes"]).asks_both_orders:
            names += ["consistency", "both_orders_right"]
            if judge.labels:
                names += ["right_averaged", "right_better_first", "right_better_second"]
    names += ["no_images"] if vote.get("no_images") else []
    metrics |= dict.fromkeys(names, item)
    # After its metric, each time: lmms-eval fills the standard error's place with "N/A" when it meets the metric.
    return metrics | {f"{name}_stderr": metrics[name] for name in list(metrics) if name != VOTE_FIELD}


# What lmms-eval's chat wrappers write where a server gave no content.
_NO_CONTENT = ('Error: can only concatenate str (not "NoneType") to str', "Error: unsupported operand type(s) for +=")


def answered_text(answer: Any) -> tuple[str, Reason | None]:
    """An answer as text, and why it is none where a wrapper made something else of it: null content is an empty answer."""
    if answer is None:
        return "", Reason.EMPTY
    text = answer if isinstance(answer, str) else str(answer)
    return ("", Reason.EMPTY) if text.startswith(_NO_CONTENT) else (text, None)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _read(judge: str, first: Answer | None, text: str, failure: Reason | None) -> dict[str, Any]:
    """A vote's choice, or a rating, and the reason where there is none.

    The rating is not called ``score``: lmms-eval takes a standard error of that field, and ends the run where it is None.
    """
    reading: Reading | Rating
    try:
        reading = unparsed(failure) if failure else get_judge(judge).parser(text)
    except Exception as error:  # noqa: BLE001 - another package's parser may raise anything, and must not end the run
        from loguru import logger

        logger.error(f"vlrb: the parser of judge {judge!r} failed on a text of {len(text)} characters: {error!r}")
        reading = unparsed(Reason.PARSER_ERROR)
    reason = {"reason": str(reading.reason)} if reading.reason else {}
    if isinstance(reading, Rating):
        return {"rating": reading.score} | reason
    if first is None:
        return {"rating": None} | reason
    chosen = {"choice": choice_of(reading.verdict, first)} | reason
    return chosen if reading.p is None else chosen | {"p": reading.p}
