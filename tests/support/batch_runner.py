"""A batch service on this machine: asks every request of a batch file of a chat server, and writes its result files."""

from __future__ import annotations

import json
import random
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.support.judge_server import JudgeServer

Line = dict[str, Any]


def lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def run_openai(server: JudgeServer, files: Iterable[Path], results: Path, errors: Path, seed: int = 0) -> None:
    """As OpenAI's: answers in one file, failures in another, both in an order of the service's own."""
    good: list[Line] = []
    bad: list[Line] = []
    for number, request in enumerate(line for file in files for line in lines(file)):
        assert request["method"] == "POST"
        status, body = _post(server.url + request["url"].removeprefix("/v1"), request["body"])
        response = {"status_code": status, "request_id": f"r{number}", "body": body}
        line = {"id": f"b{number}", "custom_id": request["custom_id"], "response": response, "error": None}
        (good if status == 200 else bad).append(line)
    for path, found in ((results, good), (errors, bad)):
        random.Random(seed).shuffle(found)
        path.write_text("".join(json.dumps(line) + "\n" for line in found))


def run_anthropic(server: JudgeServer, files: Iterable[Path], results: Path) -> None:
    """As Anthropic's: one file, in which failures are results too."""
    found = []
    for request in (line for file in files for line in lines(file)):
        params = request["params"]
        content = [
            {"type": "text", "text": part["text"]}
            if part["type"] == "text"
            else {"type": "image_url", "image_url": {"url": part["source"]["data"]}}
            for part in params["messages"][0]["content"]
        ]
        status, body = _ask(server, params["model"], content)
        if status != 200:
            inner = {"type": "api_error", "message": "Internal server error"}
            result: Line = {"type": "errored", "error": {"type": "error", "error": inner}}
        else:
            text = body["choices"][0]["message"]["content"]
            blocks = [{"type": "text", "text": text}] if text else []
            message = {"role": "assistant", "content": blocks, "stop_reason": "end_turn" if text else "refusal"}
            result = {"type": "succeeded", "message": message}
        found.append({"custom_id": request["custom_id"], "result": result})
    results.write_text("".join(json.dumps(line) + "\n" for line in reversed(found)))


def run_gemini(server: JudgeServer, files: Iterable[Path], results: Path) -> None:
    """As the Gemini API's: one file."""
    found: list[Line] = []
    for request in (line for file in files for line in lines(file)):
        content = [
            {"type": "text", "text": part["text"]}
            if "text" in part
            else {"type": "image_url", "image_url": {"url": part["inlineData"]["data"]}}
            for part in request["request"]["contents"][0]["parts"]
        ]
        status, body = _ask(server, "gemini", content)
        if status != 200:
            found.append({"key": request["key"], "error": {"code": 13, "message": "internal"}})
            continue
        text = body["choices"][0]["message"]["content"]
        candidate = (
            {"content": {"parts": [{"text": text}]}, "finishReason": "STOP"} if text else {"finishReason": "SAFETY"}
        )
        found.append({"key": request["key"], "response": {"candidates": [candidate]}})
    results.write_text("".join(json.dumps(line) + "\n" for line in found))


def _ask(server: JudgeServer, model: str, content: list[Line]) -> tuple[int, Line]:
    return _post(f"{server.url}/chat/completions", {"model": model, "messages": [{"role": "user", "content": content}]})


def _post(url: str, body: Line) -> tuple[int, Line]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())
