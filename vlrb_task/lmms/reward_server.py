"""A reward model behind a server: vLLM's classification and pooling endpoints, SGLang's, and those made like them."""

from __future__ import annotations

import base64
import io
import math
from typing import Any

from vlrb_task.lmms.reward_base import Conversation, Refused
from vlrb_task.support.errors import short
from vlrb_task.support.http import TRIES, Client, RequestFailed, parsed

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
            raise Refused(f"base_url={short(base_url)} is no http address")
        if not (timeout > 0 and math.isfinite(timeout)):
            raise Refused(f"timeout={timeout!r}: a number of seconds above 0 is needed")
        # vLLM has these endpoints beside /v1, not below it.
        self.url = f"{root.removesuffix('/v1')}/{endpoint.strip('/')}"
        self.model, self.send = model, send
        try:
            self.client = Client(timeout, {"Authorization": f"Bearer {api_key}"}, first_pause=first_pause)
            scalar(self._reply(_PROBE))
        except RequestFailed as error:
            hint = f": {_HINT}" if error.status else ""
            raise Refused(f"{error}{hint}") from error
        except Refused as error:
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

    def _reply(self, conversation: Conversation) -> object:
        """The first reply. A server that is still loading is waited for, longer than one that is not there."""
        body = self._body(conversation)
        try:
            content = self.client.ask("POST", self.url, body, tries=2)
        except RequestFailed as error:
            if not error.passing:
                raise
            content = self.client.ask("POST", self.url, body, tries=_TRIES_WHILE_LOADING if error.status else TRIES)
        try:
            return parsed(content)
        except RequestFailed as error:
            raise Refused(str(error)) from error

    def _body(self, conversation: Conversation) -> dict[str, Any]:
        # The raw score: an activation would round large rewards to equal ones.
        body: dict[str, Any] = {"model": self.model, "use_activation": False}
        if self.send == "messages":
            body["messages"] = _messages(conversation)
        else:
            body[self.send] = f"{conversation.query}\n\n{conversation.answer}"
        return body


class NoNumber(Refused):
    """A reply of the right shape without a number: NaN, or null."""


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
    for field in _FIELDS:
        if field in answer:
            return _one(answer[field], field)
    raise Refused(f"its answer has none of {', '.join(_FIELDS)}, but {short(', '.join(sorted(answer)))}")


def _one(value: object, field: str) -> float:
    if field == "embedding" and isinstance(value, list) and len(value) != 1:
        raise Refused("it gives an embedding, so the reward head was ignored")
    if field == "data" and _is_by_token(value):
        value = value[-1]  # type: ignore[index]
    while isinstance(value, list):
        if len(value) != 1:
            raise Refused(f"it gives {len(value)} numbers for one answer (labels or an embedding), not one score")
        value = value[0]
    if value is None:
        raise NoNumber("it gives null, which is no score")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Refused(f"it gives {short(value)}, which is no score")
    try:
        number = float(value)
    except OverflowError as error:
        raise NoNumber(f"it gives {short(value)}, which is no score") from error
    if not math.isfinite(number):
        raise NoNumber(f"it gives {number!r}, which is no score")
    return number


def _is_by_token(value: object) -> bool:
    return isinstance(value, list) and len(value) > 1 and all(isinstance(one, list) and len(one) == 1 for one in value)


def _messages(conversation: Conversation) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = []
    if conversation.picture is not None:
        buffer = io.BytesIO()
        conversation.picture.save(buffer, "PNG")
        encoded = base64.b64encode(buffer.getvalue()).decode()
        content.append({"type": "image_url", "image_url": {"url": f"data:image/png;base64,{encoded}"}})
    content.append({"type": "text", "text": conversation.query})
    return [{"role": "user", "content": content}, {"role": "assistant", "content": conversation.answer}]
