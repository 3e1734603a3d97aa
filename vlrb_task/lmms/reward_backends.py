"""What scores a conversation for ``vlrb_reward``: a checkpoint through transformers, or a server.

Served are vLLM's classification and pooling endpoints, SGLang's, and those made like them.
"""

from __future__ import annotations

import base64
import math
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vlrb_task.pairs.pictures import png
from vlrb_task.support.errors import short
from vlrb_task.support.http import TRIES, Client, RequestFailed, parsed

if TYPE_CHECKING:
    from PIL.Image import Image


class Refused(Exception):
    """What runs or answers is no scalar reward model, so that its numbers would mean nothing."""


class NoNumber(Refused):
    """A reply of the right shape without a number: NaN, or null."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A question, its picture if there is one, and one answer to it."""

    query: str
    answer: str
    picture: Image | None = None


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
    different = {score for found in about.values() for score in found}
    if len(different) == 1 and len(both) > 1:
        told.append(f"every answer got the score {different.pop()!r}: the head does not tell answers apart")
    elif equal := sum(one == other for one, other in both):
        told.append(f"both answers got the same score in {equal} of {len(both)} pairs: those votes are ties")
    return told


class LocalReward:
    """A sequence-classification checkpoint with a head of one label.

    Raises:
        Refused: it cannot be loaded as that, has another number of labels, or its head would be random: a generative
            checkpoint, or one whose head has a name of its own.
    """

    def __init__(self, pretrained: str, device: str, dtype: str, revision: str | None, trust_remote_code: bool) -> None:
        from loguru import logger
        from transformers import AutoModelForSequenceClassification, AutoProcessor

        source: dict[str, Any] = {"trust_remote_code": trust_remote_code}
        if revision:
            source["revision"] = revision
        try:
            model, loading = AutoModelForSequenceClassification.from_pretrained(
                pretrained, dtype=dtype, output_loading_info=True, **source
            )
            self.processor: Any = AutoProcessor.from_pretrained(pretrained, **source)
        except (OSError, ValueError, RuntimeError) as error:
            raise Refused(
                f"{pretrained} cannot be loaded as a sequence-classification model: {_line(error)}"
            ) from error
        random = sorted(set(loading["missing_keys"]) & {name for name, _ in model.named_parameters()})
        if random:
            raise Refused(
                f"{pretrained} has no weights for {', '.join(random[:3])}{' …' * (len(random) > 3)}: its reward head would be "
                "random. If the head has another name, use the authors' code and a votes file with scores"
            )
        if model.config.num_labels != 1:
            raise Refused(f"{pretrained} has a head of {model.config.num_labels} labels; a reward is one number")
        self.model = model.to(device).eval()
        self.device = device
        self.sees = hasattr(self.processor, "image_processor")
        if not self.sees:
            logger.warning("vlrb_reward: this checkpoint has no image processor: the pictures are NOT shown to it")

    def score(self, conversation: Conversation) -> float | None:
        """The head's one number; None where this conversation could not be run (too long, or too large for the memory)."""
        import torch
        from loguru import logger

        try:
            with torch.inference_mode():
                logits = self.model(**self._inputs(conversation).to(self.device)).logits
        except (RuntimeError, ValueError, IndexError, TypeError, KeyError) as error:
            logger.error(f"vlrb_reward: one answer has no score: {type(error).__name__}: {_line(error)}")
            return None
        if logits.numel() != 1:
            raise Refused(f"the model gave {logits.numel()} numbers for one answer, not one")
        return float(logits.float().item())

    def _inputs(self, conversation: Conversation) -> Any:
        query, answer = conversation.query, conversation.answer
        pictures = [] if conversation.picture is None else [conversation.picture]
        if not getattr(self.processor, "chat_template", None):
            if self.sees:
                raise Refused(
                    "this vision-language checkpoint has no chat template, so where its picture goes is unknown"
                )
            return self.processor(query, answer, return_tensors="pt")
        user: Any = [*({"type": "image"} for _ in pictures), {"type": "text", "text": query}]
        said: Any = [{"type": "text", "text": answer}]
        if not self.sees:
            user, said = query, answer
        chat = [{"role": "user", "content": user}, {"role": "assistant", "content": said}]
        text = self.processor.apply_chat_template(chat, tokenize=False)
        shown = {"text": [text], "images": pictures or None} if self.sees else {"text": text}
        # The template has put the special tokens there already.
        return self.processor(**shown, return_tensors="pt", add_special_tokens=False)


def _line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


_PROBE = Conversation("What is 2 + 2?", "4")
_HINT = "serve it as a classifier (vllm serve MODEL --runner pooling), or use a votes file with scores"
_SENDS = ("messages", "input", "text")
_TRIES_WHILE_LOADING = 12


class ServedReward:
    """A served reward model; asked one short question first, so that a wrong server is found out before the run.

    Args:
        base_url: of the server, with or without ``/v1``.
        model: the served model's name.
        endpoint: path of the endpoint.
        send: how the conversation is sent: ``messages``, ``input`` (one text, vLLM's field) or ``text`` (SGLang's).
        timeout: seconds for a request.
        api_key: sent as bearer token to this server and to no other.
        first_pause: seconds before a failed request is tried again, doubled each time.

    Raises:
        Refused: the server cannot be reached, has no such endpoint, or answers with something that is not one number.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        endpoint: str,
        send: str,
        timeout: float,
        api_key: str,
        first_pause: float = 0.25,
    ) -> None:
        if send not in _SENDS:
            raise Refused(f"send={send!r}: use {', '.join(_SENDS)}")
        root = base_url.rstrip("/")
        if not root.startswith(("http://", "https://")):
            raise Refused(f"base_url={short(base_url)} is not an http address")
        if not (timeout > 0 and math.isfinite(timeout)):
            raise Refused(f"timeout={timeout!r}: a number of seconds above 0 is needed")
        # vLLM has these endpoints beside /v1, not below it.
        self.url = f"{root.removesuffix('/v1')}/{endpoint.strip('/')}"
        self.model, self.send = model, send
        try:
            self.client = Client(timeout, {"Authorization": f"Bearer {api_key}"}, first_pause=first_pause)
            content = self._first_reply(self._body(_PROBE))
        except RequestFailed as error:
            hint = f": {_HINT}" if error.status else ""
            raise Refused(f"{error}{hint}") from error
        try:
            scalar(parsed(content))
        except (RequestFailed, Refused) as error:
            raise Refused(f"{self.url} gives no reward: {error}; {_HINT}") from error

    def score(self, conversation: Conversation) -> float | None:
        """The served number, or NaN where the server says that there is none.

        None where the request failed: at every try, was refused as such (too long, say), or gave something else.
        """
        try:
            return scalar(parsed(self.client.ask("POST", self.url, self._body(conversation))))
        except NoNumber:
            return math.nan
        except (RequestFailed, Refused):
            return None

    def _first_reply(self, body: dict[str, Any]) -> bytes:
        """The first reply. A server that is still loading is waited for, longer than one that is not there."""
        try:
            return self.client.ask("POST", self.url, body, tries=2)
        except RequestFailed as error:
            if not error.passing:
                raise
            return self.client.ask("POST", self.url, body, tries=_TRIES_WHILE_LOADING if error.status else TRIES)

    def _body(self, conversation: Conversation) -> dict[str, Any]:
        # The raw score: an activation would round large rewards to equal ones.
        body: dict[str, Any] = {"model": self.model, "use_activation": False}
        if self.send != "messages":
            return body | {self.send: f"{conversation.query}\n\n{conversation.answer}"}
        content: list[dict[str, Any]] = [{"type": "text", "text": conversation.query}]
        if conversation.picture is not None:
            url = f"data:image/png;base64,{base64.b64encode(png(conversation.picture)).decode()}"
            content.insert(0, {"type": "image_url", "image_url": {"url": url}})
        said = {"role": "assistant", "content": conversation.answer}
        return body | {"messages": [{"role": "user", "content": content}, said]}


_FIELDS = ("probs", "data", "score", "reward", "embedding")


def scalar(answer: object) -> float:
    """The one number of a reply.

    Read are vLLM's ``/classify`` (``probs``) and ``/pooling`` (``data``: a number, a list of one, or a list of one for each
    token, of which the last token's counts, as in training), SGLang's (``embedding`` of length 1, alone or in a list of one)
    and servers that give ``score`` or ``reward``.

    Raises:
        NoNumber: NaN, infinite or null.
        Refused: generated text, several labels, an embedding, or no number.
    """
    if isinstance(answer, list) and len(answer) == 1 and isinstance(answer[0], dict):
        answer = answer[0]
    if not isinstance(answer, dict):
        raise Refused(f"it answered a {type(answer).__name__}, not an object")
    if "choices" in answer:
        raise Refused("it generated text, so the reward head was ignored")
    if "error" in answer:
        raise Refused(f"it reports an error: {short(answer['error'])}")
    data = answer.get("data")
    if isinstance(data, list) and len(data) == 1 and isinstance(data[0], dict):
        answer = data[0]
    elif "data" in answer or not any(field in answer for field in _FIELDS):
        raise Refused("its answer has no 'data' for one input")
    field = next((field for field in _FIELDS if field in answer), None)
    if field is None:
        raise Refused(f"its answer has none of {', '.join(_FIELDS)}, but {short(', '.join(sorted(answer)))}")
    value = answer[field]
    if field == "embedding" and isinstance(value, list) and len(value) != 1:
        raise Refused("it gives an embedding, so the reward head was ignored")
    if field == "data" and _is_by_token(value):
        value = value[-1]
    return _number(value)


def _is_by_token(value: object) -> bool:
    return isinstance(value, list) and len(value) > 1 and all(isinstance(one, list) and len(one) == 1 for one in value)


def _number(value: object) -> float:
    while isinstance(value, list):
        if len(value) != 1:
            raise Refused(f"it gives {len(value)} numbers for one answer (labels or an embedding), not one score")
        value = value[0]
    if value is None:
        raise NoNumber("it gives null, which is not a score")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Refused(f"it gives {short(value)}, which is not a score")
    try:
        number = float(value)
    except OverflowError as error:
        raise NoNumber(f"it gives {short(value)}, which is not a score") from error
    if not math.isfinite(number):
        raise NoNumber(f"it gives {number!r}, which is not a score")
    return number
