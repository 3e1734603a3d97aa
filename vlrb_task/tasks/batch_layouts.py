"""The batch files of three services: how a request is written, and how an answer is read.

``openai`` is also what ``vllm run-batch`` and many hosts take: one ``{"custom_id", "method", "url", "body"}`` a line.
``anthropic`` is Message Batches: one ``{"custom_id", "params"}`` a line, the items of the call's ``requests``.
``gemini`` is the Gemini API's batch file: one ``{"key", "request"}`` a line; its model is named when the batch is created.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vlrb_task.asking.messages import Conversation, Shown
from vlrb_task.judges import Sampling
from vlrb_task.parsing.verdicts import Reason

Line = dict[str, Any]

# Reasons for which a service ends an answer that was not given, as they write them.
_REFUSED = {
    "content_filter",
    "refusal",
    "SAFETY",
    "RECITATION",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "IMAGE_SAFETY",
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
        settings: the sampling settings under the service's names.
        answer: reads a line of a result file; None where the line is not of this layout.
        max_requests: a file's most requests.
        max_bytes: a file's largest size in bytes.
        image_bytes: the largest picture in bytes, as base64.
    """

    name: str
    request: Callable[[str, str, Conversation[Picture], Mapping[str, Any]], Line]
    settings: Callable[[Sampling], dict[str, Any]]
    answer: Callable[[Mapping[str, Any]], Answer | None]
    max_requests: int
    max_bytes: int
    image_bytes: int


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


def _openai_settings(sampling: Sampling) -> dict[str, Any]:
    # Not max_tokens, which OpenAI's reasoning models refuse.
    return {
        "max_completion_tokens": sampling.max_new_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
    }


def _openai_answer(line: Mapping[str, Any]) -> Answer | None:
    custom_id, response = line.get("custom_id"), line.get("response")
    if not isinstance(custom_id, str) or not ("response" in line or "error" in line):
        return None
    response = response if isinstance(response, dict) else {}
    body = response.get("body", response)  # some versions of vllm write the completion itself
    body = body if isinstance(body, dict) else {}
    choice = _first(body.get("choices"))
    status = response.get("status_code", 200)
    if choice is None or status != 200:
        error = line.get("error") or body.get("error") or body or f"HTTP {status}"
        return Answer(custom_id, failure=Reason.FAILED_REQUEST, error=_message(error))
    message = choice.get("message")
    message = message if isinstance(message, dict) else {}
    text = _joined(message.get("content"), "text")
    reason = choice.get("finish_reason")
    extra = {
        "finish_reason": reason,
        "reasoning": message.get("reasoning_content") or message.get("reasoning"),
        "tool_calls": [
            call.get("function", call) for call in message.get("tool_calls") or () if isinstance(call, dict)
        ],
    }
    refusal = message.get("refusal")
    if not text and isinstance(refusal, str) and refusal:
        return Answer(custom_id, refusal, Reason.REFUSED, extra=_told(extra))
    return _answered(custom_id, text, reason, extra)


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


def _anthropic_settings(sampling: Sampling) -> dict[str, Any]:
    # Without top_p: newer models take one of the two. Temperatures end at 1 there.
    return {"max_tokens": sampling.max_new_tokens, "temperature": min(sampling.temperature, 1.0)}


def _anthropic_answer(line: Mapping[str, Any]) -> Answer | None:
    custom_id, result = line.get("custom_id"), line.get("result")
    if not isinstance(custom_id, str) or not isinstance(result, dict):
        return None
    message = result.get("message")
    if result.get("type") != "succeeded" or not isinstance(message, dict):
        error = result.get("error")
        inner = error.get("error", error) if isinstance(error, dict) else error
        return Answer(custom_id, failure=Reason.FAILED_REQUEST, error=_message(inner or result.get("type")))
    blocks = [block for block in message.get("content") or () if isinstance(block, dict)]
    reason = message.get("stop_reason")
    extra = {
        "finish_reason": reason,
        "reasoning": "".join(str(block.get("thinking", "")) for block in blocks if block.get("type") == "thinking"),
        "tool_calls": [
            {"name": block.get("name"), "arguments": block.get("input")}
            for block in blocks
            if block.get("type") == "tool_use"
        ],
    }
    text = _joined([block for block in blocks if block.get("type") == "text"], "text")
    return _answered(custom_id, text, reason, extra)


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


def _gemini_settings(sampling: Sampling) -> dict[str, Any]:
    return {"maxOutputTokens": sampling.max_new_tokens, "temperature": sampling.temperature, "topP": sampling.top_p}


def _gemini_answer(line: Mapping[str, Any]) -> Answer | None:
    custom_id, response = line.get("key"), line.get("response")
    if not isinstance(custom_id, str):
        return None
    if not isinstance(response, dict):
        return Answer(custom_id, failure=Reason.FAILED_REQUEST, error=_message(line.get("error") or line.get("status")))
    candidate = _first(response.get("candidates"))
    if candidate is None:
        feedback = response.get("promptFeedback")
        blocked = feedback.get("blockReason") if isinstance(feedback, dict) else None
        failure = Reason.REFUSED if blocked else Reason.FAILED_REQUEST
        return Answer(custom_id, failure=failure, error=_message(blocked or response.get("error") or "no candidates"))
    content = candidate.get("content")
    found = content.get("parts") if isinstance(content, dict) else None
    parts = [part for part in found or () if isinstance(part, dict)]
    reason = candidate.get("finishReason")
    extra = {
        "finish_reason": reason,
        "reasoning": "".join(str(part.get("text", "")) for part in parts if part.get("thought")),
        "tool_calls": [part["functionCall"] for part in parts if isinstance(part.get("functionCall"), dict)],
    }
    text = _joined([part for part in parts if not part.get("thought")], "text")
    return _answered(custom_id, text, reason, extra)


def _answered(custom_id: str, text: str, reason: object, extra: Mapping[str, Any]) -> Answer:
    """An answer that came. One with a text is read by the judge's parser, as in a live run, whatever ended it."""
    failure = None
    if not text.strip():
        failure = Reason.REFUSED if reason in _REFUSED else Reason.CUT_OFF if reason in _CUT else None
    return Answer(custom_id, text, failure, extra=_told(extra))


def _told(extra: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in extra.items() if value}


def _first(values: object) -> dict[str, Any] | None:
    return values[0] if isinstance(values, list) and values and isinstance(values[0], dict) else None


def _joined(content: object, name: str) -> str:
    """A text, or the texts of a list of parts."""
    if isinstance(content, list):
        return "".join(str(part.get(name) or "") for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _message(error: object) -> str:
    """What an error says, in one short line."""
    if isinstance(error, dict):
        error = error.get("message") or error.get("code") or error.get("type") or error
    return " ".join(str(error or "no response").split())[:200]


LAYOUTS: Mapping[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout("openai", _openai_request, _openai_settings, _openai_answer, 50_000, 200_000_000, 20_000_000),
        Layout(
            "anthropic", _anthropic_request, _anthropic_settings, _anthropic_answer, 100_000, 256_000_000, 5_000_000
        ),
        Layout("gemini", _gemini_request, _gemini_settings, _gemini_answer, 1_000_000, 2_000_000_000, 15_000_000),
    )
}
"""By name. The limits are those of the services' documentation in 2026; those of pictures leave room for the text."""
