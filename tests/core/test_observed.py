"""What is really sent, and to which model: seen at the libraries that send it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.judge_server import JudgeServer
from vlrb_task.lmms.following import identity, model_fields
from vlrb_task.tasks.observed import Sent, Tally, server_of, texts_of, watching

requests = pytest.importorskip("requests")


def post(server: JudgeServer, text: str, **settings: Any) -> Any:
    messages = [{"role": "user", "content": [{"type": "text", "text": text}]}]
    body = {"model": "m", "messages": messages, **settings}
    return requests.post(f"{server.url}/chat/completions", json=body, timeout=10)


def test_requests_are_seen_and_can_be_stopped() -> None:
    tally = Tally()

    def watch(sent: Sent) -> None:
        tally.add(sent)
        if sent.messages and texts_of(sent.messages)[1] == "stop":
            raise SystemExit("stopped")

    with JudgeServer(lambda prompt: "yes") as server:
        with watching(watch):
            post(server, "go", temperature=0.2, api_key="secret")
            post(server, "go", temperature=0.5, top_p=1)
            with pytest.raises(SystemExit):
                post(server, "stop")
        post(server, "unseen", temperature=9)
        assert server.prompts == ["go", "go", "unseen"]
        assert tally.record() == {"sent": {"temperature": [0.2, 0.5], "top_p": 1}, "base_url": server.url}
    assert Tally().record() == {}, "nothing is claimed where nothing was seen"


def test_the_texts_of_a_conversation() -> None:
    user = {"role": "user", "content": [{"type": "image_url", "image_url": {}}, {"type": "text", "text": "a"}]}
    later = {"role": "user", "content": "a tool's answer"}
    assert texts_of([user, {"role": "assistant", "content": "x"}, later]) == (None, "a")
    assert texts_of([{"role": "system", "content": "s"}, user]) == ("s", "a")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000/v1/chat/completions?key=x", "http://127.0.0.1:8000/v1"),
        ("https://user:password@host/v1/", "https://host/v1"),
        (None, None),
        ("no url", None),
    ],
)
def test_a_server_is_named_without_secrets(url: str | None, expected: str | None) -> None:
    assert server_of(url) == expected


def test_checkpoints_and_servers_are_told_apart(tmp_path: Path) -> None:
    for run in ("a", "b"):
        folder = tmp_path / run / "checkpoint-100"
        folder.mkdir(parents=True)
        (folder / "model.safetensors").write_bytes(b"0" * 10)
    first, second = (str(tmp_path / run / "checkpoint-100") for run in ("a", "b"))
    names = [identity("qwen", {"pretrained": path}) for path in (first, second)]
    assert names[0] != names[1]
    assert first in names[0]
    os.utime(Path(first, "model.safetensors"), (1, 1))
    assert identity("qwen", {"pretrained": first}) != names[0], "other weights under the same path"
    servers = [identity("openai", {"model_version": "judge", "base_url": f"http://h:{port}/v1"}) for port in (1, 2)]
    assert servers == ["judge at http://h:1/v1", "judge at http://h:2/v1"]
    fields = model_fields("openai", {"model_version": "a/b/c", "base_url": "http://h/v1", "api_key": "secret"})
    assert (fields["model"], fields["model_id"]) == ("b__c", "a/b/c at http://h/v1")
    assert "secret" not in str(fields)
