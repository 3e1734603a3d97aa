"""The batch files of three services: how a request with its pictures is written, and how an answer is read.

``openai`` is also what ``vllm run-batch`` and many hosts take: one ``{"custom_id", "method", "url", "body"}`` a line.
``anthropic`` is Message Batches: one ``{"custom_id", "params"}`` a line, the items of the call's ``requests``.
``gemini`` is the Gemini API's batch file: one ``{"key", "request"}`` a line; its model is named when the batch is created.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vlrb_task.asking.messages import Conversation, Shown
from vlrb_task.judges import Sampling
from vlrb_task.pairs.pictures import ORIENTATION, UnreadablePicture, guarded, opened, png
from vlrb_task.parsing.verdicts import Reason

Line = dict[str, Any]

# Reasons for which a service ends an answer that was not given, as they write them.
_REFUSED = {
    *("content_filter", "refusal"),
    *("SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY"),
}
_CUT = {"length", "max_tokens", "MAX_TOKENS"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is sent: the bytes of a file, and their media type, such as ``image/png``."""

    data: bytes
    media_type: str

    @property
    def base64(self) -> str:
        return base64.b64encode(self.data).decode("ascii")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a result file says of one request.

    Attributes:
        custom_id: the request's.
        text: the answer; empty where there is none.
        failure: why this is no answer: ``failed_request``, ``refused``, or ``cut_off`` for one that has no text because
            its tokens ran out.
        error: what the service says of a request that failed.
        extra: further fields of the vote record: ``finish_reason``, ``reasoning``, ``tool_calls``.
    """

    custom_id: str
    text: str = ""
    failure: Reason | None = None
    error: str = ""
    extra: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """One service's batch files.

    Attributes:
        name: as ``--format`` has it.
        request: makes a line out of custom id, model, conversation and settings.
        answer: reads a line of a result file; None where the line is not of this layout.
        names: what the service calls the limit of new tokens, the temperature, and ``top_p`` if it is sent.
        max_requests: a file's most requests.
        max_bytes: a file's largest size in bytes.
        image_bytes: the largest picture in bytes, as base64.
        hottest: the highest temperature that it takes.
    """

    name: str
    request: Callable[[str, str, Conversation[Picture], Mapping[str, Any]], Line]
    answer: Callable[[Mapping[str, Any]], Answer | None]
    names: tuple[str, ...]
    max_requests: int
    max_bytes: int
    image_bytes: int
    hottest: float = math.inf

    def settings(self, sampling: Sampling) -> dict[str, Any]:
        """The sampling settings under the service's names."""
        values = sampling.max_new_tokens, min(sampling.temperature, self.hottest), sampling.top_p
        return dict(zip(self.names, values, strict=False))


def _openai_request(custom_id: str, model: str, asked: Conversation[Picture], settings: Mapping[str, Any]) -> Line:
    parts = [
        {"type": "image_url", "image_url": {"url": f"data:{part.picture.media_type};base64,{part.picture.base64}"}}
        if isinstance(part, Shown)
        else {"type": "text", "text": part}
        for part in asked.parts
    ]
    system = [{"role": "system", "content": asked.system}] if asked.system is not None else []
    body = {"model": model, "messages": [*system, {"role": "user", "content": parts}], **settings}
    return {"custom_id": custom_id, "method": "POST", "url": "/v1/chat/completions", "body": body}


def _openai_answer(line: Mapping[str, Any]) -> Answer | None:
    custom_id, response = line.get("custom_id"), _object(line.get("response"))
    if not isinstance(custom_id, str) or not ("response" in line or "error" in line):
        return None
    body = _object(response.get("body", response))  # some versions of vllm write the completion itself
    status = response.get("status_code", 200)
    choices = _objects(body.get("choices"))
    if not choices or status != 200:
        return _failed(custom_id, line.get("error") or body.get("error") or body or f"HTTP {status}")
    message = _object(choices[0].get("message"))
    text, refusal = _joined(message.get("content")), _joined(message.get("refusal"))
    return _answered(
        custom_id,
        text or refusal,
        choices[0].get("finish_reason"),
        message.get("reasoning_content") or message.get("reasoning"),
        [call.get("function", call) for call in _objects(message.get("tool_calls"))],
        Reason.REFUSED if refusal and not text else None,
    )


def _anthropic_request(custom_id: str, model: str, asked: Conversation[Picture], settings: Mapping[str, Any]) -> Line:
    parts = [
        {
            "type": "image",
            "source": {"type": "base64", "media_type": part.picture.media_type, "data": part.picture.base64},
        }
        if isinstance(part, Shown)
        else {"type": "text", "text": part}
        for part in asked.parts
    ]
    system = {"system": asked.system} if asked.system is not None else {}
    params = {"model": model, **system, "messages": [{"role": "user", "content": parts}], **settings}
    return {"custom_id": custom_id, "params": params}


def _anthropic_answer(line: Mapping[str, Any]) -> Answer | None:
    custom_id, result = line.get("custom_id"), line.get("result")
    if not isinstance(custom_id, str) or not isinstance(result, dict):
        return None
    message = result.get("message")
    if result.get("type") != "succeeded" or not isinstance(message, dict):
        error = result.get("error")
        inner = error.get("error", error) if isinstance(error, dict) else error
        return _failed(custom_id, inner or result.get("type"))
    blocks = _objects(message.get("content"))
    return _answered(
        custom_id,
        _joined([block for block in blocks if block.get("type") == "text"]),
        message.get("stop_reason"),
        "".join(str(block.get("thinking", "")) for block in blocks if block.get("type") == "thinking"),
        [{"name": one.get("name"), "arguments": one.get("input")} for one in blocks if one.get("type") == "tool_use"],
    )


def _gemini_request(custom_id: str, model: str, asked: Conversation[Picture], settings: Mapping[str, Any]) -> Line:
    parts = [
        {"inlineData": {"mimeType": part.picture.media_type, "data": part.picture.base64}}
        if isinstance(part, Shown)
        else {"text": part}
        for part in asked.parts
    ]
    system = {"systemInstruction": {"parts": [{"text": asked.system}]}} if asked.system is not None else {}
    request = {"contents": [{"role": "user", "parts": parts}], **system, "generationConfig": dict(settings)}
    return {"key": custom_id, "request": request}


def _gemini_answer(line: Mapping[str, Any]) -> Answer | None:
    custom_id, response = line.get("key"), line.get("response")
    if not isinstance(custom_id, str):
        return None
    if not isinstance(response, dict):
        return _failed(custom_id, line.get("error") or line.get("status"))
    candidates = _objects(response.get("candidates"))
    if not candidates:
        blocked = _object(response.get("promptFeedback")).get("blockReason")
        failure = Reason.REFUSED if blocked else Reason.FAILED_REQUEST
        return _failed(custom_id, blocked or response.get("error") or "no candidates", failure)
    parts = _objects(_object(candidates[0].get("content")).get("parts"))
    return _answered(
        custom_id,
        _joined([part for part in parts if not part.get("thought")]),
        candidates[0].get("finishReason"),
        "".join(str(part.get("text", "")) for part in parts if part.get("thought")),
        [part["functionCall"] for part in parts if isinstance(part.get("functionCall"), dict)],
    )


def _answered(
    custom_id: str, text: str, reason: object, reasoning: object, calls: list[Any], failure: Reason | None = None
) -> Answer:
    """An answer that came. One with a text is read by the judge's parser, as in a live run, whatever ended it."""
    if failure is None and not text.strip():
        failure = Reason.REFUSED if reason in _REFUSED else Reason.CUT_OFF if reason in _CUT else None
    extra = {"finish_reason": reason, "reasoning": reasoning, "tool_calls": calls}
    return Answer(custom_id, text, failure, extra={name: value for name, value in extra.items() if value})


def _failed(custom_id: str, error: object, failure: Reason = Reason.FAILED_REQUEST) -> Answer:
    """A request without an answer, and what its error says, in one short line."""
    if isinstance(error, dict):
        error = error.get("message") or error.get("code") or error.get("type") or error
    return Answer(custom_id, failure=failure, error=" ".join(str(error or "no response").split())[:200])


def _object(value: object) -> Line:
    return value if isinstance(value, dict) else {}


def _objects(values: object) -> list[Line]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _joined(content: object) -> str:
    """A text, or the texts of a list of parts."""
    return content if isinstance(content, str) else "".join(str(part.get("text") or "") for part in _objects(content))


LAYOUTS: Mapping[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout(
            "openai",
            _openai_request,
            _openai_answer,
            ("max_completion_tokens", "temperature", "top_p"),  # its reasoning models refuse max_tokens
            50_000,
            200_000_000,
            20_000_000,
        ),
        Layout(
            "anthropic",
            _anthropic_request,
            _anthropic_answer,
            ("max_tokens", "temperature"),  # newer models take one of temperature and top_p
            100_000,
            256_000_000,
            5_000_000,
            hottest=1.0,
        ),
        Layout(
            "gemini",
            _gemini_request,
            _gemini_answer,
            ("maxOutputTokens", "temperature", "topP"),
            1_000_000,
            2_000_000_000,
            15_000_000,
        ),
    )
}
"""By name. The limits are those of the services' documentation in 2026; those of pictures leave room for the text."""


_MEDIA = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_MODES = {"1", "L", "LA", "P", "RGB", "RGBA"}
_QUALITY = 90


def _encoded_size(data: bytes) -> int:
    """Bytes of base64 for these bytes."""
    return (len(data) + 2) // 3 * 4


def sendable(data: bytes | None, limit: int) -> tuple[Picture, bool]:
    """A picture as a request holds it, and whether it had to be made smaller.

    PNG, JPEG and WEBP files that are upright are sent as they are, so that the model sees the very same bytes; others are
    sent as PNG. The limit is the largest size in bytes, as base64.

    Raises:
        UnreadablePicture: no picture, or none that can be opened safely.
    """
    from PIL import Image

    if not data:
        raise UnreadablePicture("no bytes; a path alone is not opened")

    file = io.BytesIO(data)

    def media_type() -> str | None:
        with Image.open(file) as picture:
            picture.load()
            upright = picture.getexif().get(ORIENTATION, 1) == 1
            return _MEDIA.get(picture.format or "") if picture.mode in _MODES and upright else None

    kind = guarded(media_type)
    if kind is None:
        data, kind = png(opened(data)), "image/png"
    if _encoded_size(data) <= limit:
        return Picture(data, kind), False
    return Picture(_within(data, limit), "image/jpeg"), True


def _within(data: bytes, limit: int) -> bytes:
    """The largest JPEG within a limit, in steps of 1/8 of the sides."""
    whole = opened(data)
    for eighths in range(8, 0, -1):
        size = (max(1, whole.width * eighths // 8), max(1, whole.height * eighths // 8))
        buffer = io.BytesIO()
        (whole.resize(size) if eighths < 8 else whole).save(buffer, "JPEG", quality=_QUALITY)
        if _encoded_size(buffer.getvalue()) <= limit:
            return buffer.getvalue()
    raise UnreadablePicture(f"larger than {limit:,} bytes even at an eighth of its size")
